"""A tagger: one label per word, from words and their characters (Lample et al. 2016, without the CRF).

Parameter names are part of the file format: do not rename.
"""

import torch
from torch import nn

from .functional import Dropout
from .text_classifier import BiLstm, initialize


class Tagger(nn.Module):
    def __init__(self, vocab_size: int, char_vocab_size: int, embedding_size: int, char_embedding_size: int,
                 char_hidden_size: int, hidden_size: int, num_layers: int, labels: list[str], dropout: float = 0.0):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.char_embedding = nn.Embedding(char_vocab_size, char_embedding_size)
        self.char_lstm = BiLstm(char_embedding_size, char_hidden_size, 1, 0.0)
        self.lstm = BiLstm(embedding_size + 2 * char_hidden_size, hidden_size, num_layers, dropout)
        self.head = nn.Linear(2 * hidden_size, len(labels))
        self.dropout = Dropout(dropout)
        initialize(self)

    def forward(self, words, chars, char_lengths, places, lengths) -> torch.Tensor:
        """Returns logits (B, T, L) for sentences given by indices `places` (B, T) into N distinct word forms.

        Form i has the word id words[i] (N) and the character ids chars[i] (N, C), char_lengths[i] of them.
        """
        _, spelling = self.char_lstm(self.dropout(self.char_embedding(chars)), char_lengths)
        vectors = torch.cat([self.embedding(words), spelling], dim=1)
        output, _ = self.lstm(self.dropout(vectors[places]), lengths)
        return self.head(self.dropout(output))
