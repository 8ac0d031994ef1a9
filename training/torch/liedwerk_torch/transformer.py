"""Encoder-decoder Transformer (Vaswani et al. 2017). Parameter names are part of the file format."""

import math
import warnings

import torch
from torch import nn

from .functional import Dropout, replace_dropout

PAD = 0


def positions(length: int, d_model: int) -> torch.Tensor:
    """Returns sinusoidal positions (length, C): sine in even columns, cosine in odd ones."""
    position = torch.arange(length).unsqueeze(1)
    frequency = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
    table = torch.zeros(length, d_model)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)
    return table


class Transformer(nn.Module):
    def __init__(self, src_vocab_size: int, tgt_vocab_size: int, d_model: int, nhead: int, num_encoder_layers: int,
                 num_decoder_layers: int, dim_feedforward: int, dropout: float, norm_first: bool,
                 tie_embeddings: bool):
        super().__init__()
        self.d_model = d_model
        if tie_embeddings:
            self.embedding = nn.Embedding(src_vocab_size, d_model)
        else:
            self.src_embedding = nn.Embedding(src_vocab_size, d_model)
            self.tgt_embedding = nn.Embedding(tgt_vocab_size, d_model)
            self.head = nn.Linear(d_model, tgt_vocab_size, bias=False)
        self.tied = tie_embeddings
        with warnings.catch_warnings():
            # Ignore the warning that pre-norm layers have no fast path for nested tensors.
            warnings.simplefilter("ignore")
            self.transformer = nn.Transformer(
                d_model, nhead, num_encoder_layers, num_decoder_layers, dim_feedforward, dropout,
                batch_first=True, norm_first=norm_first,
            )
        self.dropout = Dropout(dropout)
        replace_dropout(self)
        self.register_buffer("positions", positions(1024, d_model), persistent=False)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=d_model**-0.5)

    def embed(self, table: nn.Embedding, ids: torch.Tensor) -> torch.Tensor:
        return self.dropout(table(ids) * math.sqrt(self.d_model) + self.positions[: ids.shape[1]])

    def encode(self, src: torch.Tensor) -> torch.Tensor:
        """Encodes source ids (B, S) to (B, S, C)."""
        x = self.embed(self.embedding if self.tied else self.src_embedding, src)
        return self.transformer.encoder(x, src_key_padding_mask=src == PAD)

    def decode(self, memory: torch.Tensor, src: torch.Tensor, tgt: torch.Tensor) -> torch.Tensor:
        """Returns features (B, T, C) for tgt (B, T)."""
        y = self.embed(self.embedding if self.tied else self.tgt_embedding, tgt)
        future = torch.ones(tgt.shape[1], tgt.shape[1], dtype=torch.bool, device=tgt.device).triu(1)
        return self.transformer.decoder(
            y, memory, tgt_mask=future, tgt_is_causal=True, memory_key_padding_mask=src == PAD)

    @property
    def output_weight(self) -> torch.Tensor:
        """The output projection (V, C), from features to logits."""
        return (self.embedding if self.tied else self.head).weight

    def features(self, src: torch.Tensor, tgt: torch.Tensor) -> torch.Tensor:
        return self.decode(self.encode(src), src, tgt)

    def forward(self, src: torch.Tensor, tgt: torch.Tensor) -> torch.Tensor:
        """Returns logits (B, T, V) for the token after each of tgt (B, T)."""
        return self.features(src, tgt) @ self.output_weight.T
