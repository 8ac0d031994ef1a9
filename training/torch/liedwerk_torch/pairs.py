"""Sentence pairs: reading, byte-pair encoding, batches of similar length."""

import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

PAD, START, END = 0, 1, 2
SPECIAL = ["<pad>", "<start>", "<end>"]

# Typographic variants a small model need not tell apart.
REPLACED = {'"': "„“”»«", "'": "‚‘’›‹", "...": "…", " ": "\u00a0"}


def read_pairs(paths: list[Path]) -> list[tuple[str, str]]:
    """The pairs of TSV files: source, target, and anything after a second tab ignored."""
    pairs = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            columns = line.split("\t")
            if len(columns) < 2 or not columns[0].strip() or not columns[1].strip():
                raise ValueError(f"{path}:{number}: expected source, tab, target")
            pairs.append((columns[0].strip(), columns[1].strip()))
    return pairs


def learn_bpe(lines, vocab_size: int) -> Tokenizer:
    """A byte-level byte-pair encoding of both languages together."""
    tokenizer = Tokenizer(models.BPE())
    replace = [normalizers.Replace(c, plain) for plain, variants in REPLACED.items() for c in variants]
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), *replace])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<start> $A <end>", special_tokens=[("<start>", START), ("<end>", END)])
    return tokenizer


def encode_pairs(tokenizer: Tokenizer, pairs, max_tokens: int) -> list[tuple[list[int], list[int]]]:
    """Ids with <start> and <end>; pairs with a side above `max_tokens` are left out."""
    sides = [[e.ids for e in tokenizer.encode_batch([pair[side] for pair in pairs])] for side in (0, 1)]
    return [(s, t) for s, t in zip(*sides) if max(len(s), len(t)) <= max_tokens]


def pad(rows: list[list[int]]) -> torch.Tensor:
    """Ids (B, T), padded on the right."""
    length = max(map(len, rows))
    return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])


class PairBatches:
    """Batches of at most `tokens` padded positions a side, each of pairs of similar length.

    A pool of a hundred batches is sorted by length and cut; then the order of batches is shuffled.
    An epoch is a function of the seed and its number, so resuming needs no more than the step.
    """

    def __init__(self, pairs, tokens: int, seed: int):
        self.pairs, self.tokens, self.seed = pairs, tokens, seed
        self.starts, self._epoch, self._batches = [0], -1, []
        self._load(0)

    def _load(self, epoch: int) -> None:
        rng = random.Random(self.seed * 1_000_003 + epoch)
        order = list(range(len(self.pairs)))
        rng.shuffle(order)
        mean = sum(len(t) for _, t in self.pairs) / len(self.pairs)
        pool = int(100 * self.tokens / mean)
        self._batches = []
        for begin in range(0, len(order), pool):
            by_length = sorted(order[begin : begin + pool], key=lambda i: tuple(map(len, reversed(self.pairs[i]))))
            batch, longest = [], 0
            for i in by_length:
                length = max(map(len, self.pairs[i]))
                if batch and max(longest, length) * (len(batch) + 1) > self.tokens:
                    self._batches.append(batch)
                    batch, longest = [], 0
                batch.append(i)
                longest = max(longest, length)
            self._batches.append(batch)
        rng.shuffle(self._batches)
        self._epoch = epoch
        if len(self.starts) == epoch + 1:
            self.starts.append(self.starts[epoch] + len(self._batches))

    def at(self, step: int) -> list[tuple[list[int], list[int]]]:
        """The pairs of step `step`, counted over all epochs."""
        epoch = next((e for e, start in enumerate(self.starts[1:]) if step < start), None)
        while epoch is None:
            self._load(len(self.starts) - 1)
            epoch = self._epoch if step < self.starts[-1] else None
        if epoch != self._epoch:
            self._load(epoch)
        return [self.pairs[i] for i in self._batches[step - self.starts[epoch]]]
