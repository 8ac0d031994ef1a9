"""A Transformer encoder in BERT's form (Devlin et al. 2019). Names are those of Hugging Face's BertForMaskedLM."""

import torch
from torch import nn

from .functional import Dropout


class Embeddings(nn.Module):
    """Sum of token, position and segment embeddings; the segment is always the first one here."""

    def __init__(self, vocab_size: int, positions: int, types: int, width: int, eps: float, dropout: float):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab_size, width)
        self.position_embeddings = nn.Embedding(positions, width)
        self.token_type_embeddings = nn.Embedding(types, width)
        self.LayerNorm = nn.LayerNorm(width, eps)
        self.dropout = Dropout(dropout)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        places = self.position_embeddings.weight[: ids.shape[1]] + self.token_type_embeddings.weight[0]
        return self.dropout(self.LayerNorm(self.word_embeddings(ids) + places))


class SelfAttention(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads, self.dropped = heads, dropout
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Attends over x (B, T, C); mask (B, 1, 1, T) is true at tokens and false at padding."""
        split = lambda y: y.view(*y.shape[:2], self.heads, -1).transpose(1, 2)  # (B, N, T, D)
        context = nn.functional.scaled_dot_product_attention(
            split(self.query(x)), split(self.key(x)), split(self.value(x)), attn_mask=mask,
            dropout_p=self.dropped if self.training else 0.0)
        return context.transpose(1, 2).reshape(x.shape)


class Output(nn.Module):
    """A linear layer with a residual connection, followed by layer norm."""

    def __init__(self, inputs: int, width: int, eps: float, dropout: float):
        super().__init__()
        self.dense, self.LayerNorm, self.dropout = nn.Linear(inputs, width), nn.LayerNorm(width, eps), Dropout(dropout)

    def forward(self, y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return self.LayerNorm(x + self.dropout(self.dense(y)))


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int, eps: float, attention_dropout: float, dropout: float):
        super().__init__()
        self.attention = nn.ModuleDict({
            "self": SelfAttention(width, heads, attention_dropout), "output": Output(width, width, eps, dropout)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.output = Output(inner, width, eps, dropout)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.attention["output"](self.attention["self"](x, mask), x)
        return self.output(nn.functional.gelu(self.intermediate["dense"](x)), x)


class MaskedLm(nn.Module):
    def __init__(self, vocab_size: int, hidden_size: int, num_hidden_layers: int, num_attention_heads: int,
                 intermediate_size: int, max_position_embeddings: int, type_vocab_size: int = 2,
                 layer_norm_eps: float = 1e-12, hidden_dropout_prob: float = 0.1,
                 attention_probs_dropout_prob: float = 0.1):
        super().__init__()
        eps, dropout = layer_norm_eps, hidden_dropout_prob
        layer = (hidden_size, num_attention_heads, intermediate_size, eps, attention_probs_dropout_prob, dropout)
        self.bert = nn.ModuleDict({
            "embeddings": Embeddings(vocab_size, max_position_embeddings, type_vocab_size, hidden_size, eps, dropout),
            "encoder": nn.ModuleDict({"layer": nn.ModuleList(Layer(*layer) for _ in range(num_hidden_layers))}),
        })
        transform = {"dense": nn.Linear(hidden_size, hidden_size), "LayerNorm": nn.LayerNorm(hidden_size, eps)}
        self.cls = nn.ModuleDict({"predictions": nn.ModuleDict({"transform": nn.ModuleDict(transform)})})
        self.cls["predictions"].register_parameter("bias", nn.Parameter(torch.zeros(vocab_size)))
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)
            elif "LayerNorm" not in name:
                nn.init.zeros_(parameter)

    def encode(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Returns features (B, T, C) for ids (B, T), padded after the first `lengths` (B) tokens of each row."""
        mask = (torch.arange(ids.shape[1], device=ids.device) < lengths[:, None])[:, None, None]
        x = self.bert["embeddings"](ids)
        for layer in self.bert["encoder"]["layer"]:
            x = layer(x, mask)
        return x

    def predict(self, features: torch.Tensor) -> torch.Tensor:
        """Returns logits (…, V) for features (…, C)."""
        predictions = self.cls["predictions"]
        x = predictions["transform"]["LayerNorm"](nn.functional.gelu(predictions["transform"]["dense"](features)))
        return nn.functional.linear(x, self.bert["embeddings"].word_embeddings.weight, predictions.bias)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Returns logits (B, T, V) for every token of ids (B, T)."""
        return self.predict(self.encode(ids, lengths))
