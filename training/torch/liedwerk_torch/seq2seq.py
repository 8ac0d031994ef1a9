"""The lecture's translator: GRU encoder, additive attention, GRU decoder (Bahdanau et al. 2015).

Parameter names are part of the file format: do not rename.
"""

import torch
from torch import nn

from .functional import Dropout

PAD = 0


class AdditiveAttention(nn.Module):
    def __init__(self, hidden_size: int, key_size: int, attention_size: int):
        super().__init__()
        self.query = nn.Linear(hidden_size, attention_size, bias=False)
        self.key = nn.Linear(key_size, attention_size)
        self.score = nn.Linear(attention_size, 1, bias=False)

    def forward(self, query, keys, values, padding):
        """Returns the context (B, K) for query (B, H), keys (B, S, A), values (B, S, K)."""
        scores = self.score(torch.tanh(self.query(query).unsqueeze(1) + keys)).squeeze(2)
        weights = scores.masked_fill(padding, -torch.inf).softmax(1)
        return torch.bmm(weights.unsqueeze(1).to(values.dtype), values).squeeze(1)


class Seq2Seq(nn.Module):
    def __init__(self, src_vocab_size: int, tgt_vocab_size: int, embedding_size: int, hidden_size: int,
                 attention_size: int, num_layers: int, bidirectional: bool, dropout: float, tie_embeddings: bool):
        super().__init__()
        key_size = hidden_size * (2 if bidirectional else 1)
        if tie_embeddings:
            self.embedding = nn.Embedding(src_vocab_size, embedding_size)
        else:
            self.src_embedding = nn.Embedding(src_vocab_size, embedding_size)
            self.tgt_embedding = nn.Embedding(tgt_vocab_size, embedding_size)
            self.head = nn.Linear(embedding_size, tgt_vocab_size, bias=False)
        self.tied, self.num_layers, self.hidden_size = tie_embeddings, num_layers, hidden_size
        between = dropout if num_layers > 1 else 0.0
        self.encoder = nn.GRU(embedding_size, hidden_size, num_layers, batch_first=True, dropout=between,
                              bidirectional=bidirectional)
        self.bridge = nn.Linear(key_size, num_layers * hidden_size)
        self.attention = AdditiveAttention(hidden_size, key_size, attention_size)
        self.decoder = nn.GRU(embedding_size + key_size, hidden_size, num_layers, batch_first=True, dropout=between)
        self.output = nn.Linear(hidden_size + key_size + embedding_size, embedding_size)
        self.dropout = Dropout(dropout)
        for name, parameter in self.named_parameters():
            if "weight_hh" in name:
                for gate in parameter.data.split(hidden_size):
                    nn.init.orthogonal_(gate)
            elif "embedding" in name:
                nn.init.normal_(parameter, std=embedding_size**-0.5)
            elif parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.zeros_(parameter)

    def encode(self, src: torch.Tensor):
        """Encodes ids (B, S); returns encoder outputs (B, S, K), decoder state (L, B, H), padding mask (B, S)."""
        padding = src == PAD
        x = self.dropout((self.embedding if self.tied else self.src_embedding)(src))
        packed = nn.utils.rnn.pack_padded_sequence(
            x, (~padding).sum(1).cpu(), batch_first=True, enforce_sorted=False)
        values, last = self.encoder(packed)
        values, _ = nn.utils.rnn.pad_packed_sequence(values, batch_first=True, total_length=src.shape[1])
        top = torch.cat(tuple(last[-2:] if self.encoder.bidirectional else last[-1:]), dim=1)
        state = torch.tanh(self.bridge(top)).view(len(src), self.num_layers, self.hidden_size)
        return values, state.transpose(0, 1).contiguous().to(values.dtype), padding

    def steps(self, values, keys, padding, embedded, state):
        """Runs the decoder over embedded (B, T, E); returns features (B, T, E) and the state."""
        features = []
        for y in embedded.unbind(1):
            context = self.attention(state[-1], keys, values, padding)
            out, state = self.decoder(torch.cat([y, context], dim=1).unsqueeze(1), state)
            features.append(torch.cat([out.squeeze(1), context, y], dim=1))
        return self.dropout(torch.tanh(self.output(torch.stack(features, dim=1)))), state

    @property
    def output_weight(self) -> torch.Tensor:
        """The output projection (V, E), from features to logits."""
        return (self.embedding if self.tied else self.head).weight

    def embed_target(self, tgt: torch.Tensor) -> torch.Tensor:
        return (self.embedding if self.tied else self.tgt_embedding)(tgt)

    def features(self, src: torch.Tensor, tgt: torch.Tensor) -> torch.Tensor:
        values, state, padding = self.encode(src)
        embedded = self.dropout(self.embed_target(tgt))
        return self.steps(values, self.attention.key(values), padding, embedded, state)[0]

    def forward(self, src: torch.Tensor, tgt: torch.Tensor) -> torch.Tensor:
        """Returns logits (B, T, V) for the token after each of tgt (B, T)."""
        return self.features(src, tgt) @ self.output_weight.T
