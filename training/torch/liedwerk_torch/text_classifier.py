"""A text classifier: embedding, bidirectional LSTM, mean or last state, linear layer.

Parameter names are part of the file format: do not rename.
"""

import torch
from torch import nn

from .functional import Dropout


class BiLstm(nn.LSTM):
    """A bidirectional LSTM over padded sequences (B, T, I) of given lengths."""

    def __init__(self, inputs: int, hidden: int, num_layers: int, dropout: float):
        super().__init__(inputs, hidden, num_layers, batch_first=True, bidirectional=True,
                         dropout=dropout if num_layers > 1 else 0.0)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the output (B, T, 2H), zero at padding, and the top layer's final states (B, 2H)."""
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        output, (last, _) = super().forward(packed)
        output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])
        return output, torch.cat([last[-2], last[-1]], dim=1)


def initialize(model: nn.Module) -> None:
    """Initialises parameters like `reading_init` of the Rust crate."""
    for name, parameter in model.named_parameters():
        if name.endswith("embedding.weight"):
            nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
        elif ".weight_hh" in name:
            for gate in parameter.data.chunk(4):
                nn.init.orthogonal_(gate)
        elif ".weight_ih" in name:
            for gate in parameter.data.chunk(4):
                nn.init.xavier_uniform_(gate)
        elif parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
        else:
            nn.init.zeros_(parameter)
            if ".bias_ih" in name:
                parameter.data.chunk(4)[1].fill_(1.0)


class TextClassifier(nn.Module):
    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int, num_layers: int, labels: list[str],
                 pooling: str = "mean", dropout: float = 0.0):
        super().__init__()
        self.pooling = pooling
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.lstm = BiLstm(embedding_size, hidden_size, num_layers, dropout)
        self.head = nn.Linear(2 * hidden_size, len(labels))
        self.dropout = Dropout(dropout)
        initialize(self)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Returns logits (B, L) for ids (B, S), padded on the right."""
        output, last = self.lstm(self.dropout(self.embedding(ids)), lengths)
        pooled = last if self.pooling == "last" else output.sum(1) / lengths.to(output)[:, None]
        return self.head(self.dropout(pooled))
