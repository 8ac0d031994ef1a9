"""The GPT, a decoder-only Transformer (Radford et al. 2019). Parameter names are part of the file format."""

import torch
from torch import nn

from .functional import Dropout


class Attention(nn.Module):
    def __init__(self, n_embd: int, n_head: int, dropout: float):
        super().__init__()
        self.n_head, self.dropout = n_head, dropout
        self.in_proj_weight = nn.Parameter(torch.empty(3 * n_embd, n_embd))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * n_embd))
        self.out_proj = nn.Linear(n_embd, n_embd)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Causal self-attention over x (B, T, C)."""
        batch, length, channels = x.shape
        heads = nn.functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        heads = heads.view(batch, length, 3, self.n_head, channels // self.n_head)
        query, key, value = heads.permute(2, 0, 3, 1, 4)  # (B, N, T, D) each
        context = nn.functional.scaled_dot_product_attention(
            query, key, value, is_causal=True, dropout_p=self.dropout if self.training else 0.0)
        return self.out_proj(context.transpose(1, 2).reshape(x.shape))


class FeedForward(nn.Module):
    def __init__(self, n_embd: int, n_inner: int):
        super().__init__()
        self.linear1 = nn.Linear(n_embd, n_inner)
        self.linear2 = nn.Linear(n_inner, n_embd)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear2(nn.functional.gelu(self.linear1(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, n_embd: int, n_head: int, n_inner: int, eps: float, attn_pdrop: float, resid_pdrop: float):
        super().__init__()
        self.ln_1 = nn.LayerNorm(n_embd, eps)
        self.attn = Attention(n_embd, n_head, attn_pdrop)
        self.ln_2 = nn.LayerNorm(n_embd, eps)
        self.mlp = FeedForward(n_embd, n_inner)
        self.dropout = Dropout(resid_pdrop)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.dropout(self.attn(self.ln_1(x)))
        return x + self.dropout(self.mlp(self.ln_2(x)))


class Gpt(nn.Module):
    def __init__(self, vocab_size: int, n_positions: int, n_embd: int, n_layer: int, n_head: int,
                 n_inner: int | None = None, layer_norm_epsilon: float = 1e-5, resid_pdrop: float = 0.1,
                 embd_pdrop: float = 0.1, attn_pdrop: float = 0.1, styles: tuple[str, ...] = ()):
        """`styles`, the styles that a song's header may name, is only stored in the config."""
        super().__init__()
        self.wte = nn.Embedding(vocab_size, n_embd)
        self.wpe = nn.Embedding(n_positions, n_embd)
        self.dropout = Dropout(embd_pdrop)
        block = (n_embd, n_head, n_inner or 4 * n_embd, layer_norm_epsilon, attn_pdrop, resid_pdrop)
        self.h = nn.ModuleList(Block(*block) for _ in range(n_layer))
        self.ln_f = nn.LayerNorm(n_embd, layer_norm_epsilon)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                # Smaller for layers that add to the residual stream, which grows with their number.
                adds = name.endswith(("out_proj.weight", "linear2.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * n_layer) ** 0.5 if adds else 0.02)
            elif "ln_" not in name:
                nn.init.zeros_(parameter)

    @property
    def output_weight(self) -> torch.Tensor:
        """The output projection (V, C), from features to logits."""
        return self.wte.weight

    def features(self, ids: torch.Tensor) -> torch.Tensor:
        """Returns features (B, T, C) for ids (B, T)."""
        x = self.dropout(self.wte(ids) + self.wpe.weight[: ids.shape[1]])
        for block in self.h:
            x = block(x)
        return self.ln_f(x)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Returns logits (B, T, V) for the token after each of ids (B, T)."""
        return self.features(ids) @ self.output_weight.T
