"""Sentence pairs: reading, byte-pair encoding, and batching by similar length."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from . import reading
from .order import epoch_seed, permutation

PAD, START, END = 0, 1, 2
SPECIAL = ["<pad>", "<start>", "<end>"]

# Typographic variants that a small model need not distinguish.
REPLACED = {'"': "„“”»«", "'": "‚‘’›‹", "...": "…", " ": "\u00a0"}


def read_pairs(data: Path, files: list[str | dict], reverse: bool = False) -> list[tuple[str, str]]:
    """Reads pairs (German, English) from any columns; with `reverse`, (English, German).

    A file is a path or `{ path, tag, repeat }`. The tag is put before each source, so that a model can tell
    synthetic pairs from real ones; every pair occurs `repeat` times per epoch.
    """
    pairs = []
    for file in files:
        options = {"path": file} if isinstance(file, str) else file
        path = data / options["path"]
        found, notes = reading.pairs(str(path), path.read_bytes())
        reading.say(path, notes)
        if reverse:
            found = [(english, german) for german, english in found]
        if "tag" in options:
            found = [(f"{options['tag']} {source}", target) for source, target in found]
        pairs += found * options.get("repeat", 1)
    return pairs


def learn_song_bpe(texts, vocab_size: int) -> Tokenizer:
    """Learns a byte-level byte-pair encoding in GPT-2's form, which adds no space before a text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def learn_bpe(lines, vocab_size: int, special: list[str] = SPECIAL) -> Tokenizer:
    """Learns a byte-level byte-pair encoding of both languages together."""
    tokenizer = Tokenizer(models.BPE())
    replace = [normalizers.Replace(c, plain) for plain, variants in REPLACED.items() for c in variants]
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), *replace])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<start> $A <end>", special_tokens=[("<start>", START), ("<end>", END)])
    return tokenizer


class PairEncoder:
    """Encodes pairs as ids with <start> and <end>; sources with BPE dropout (Provilkov et al. 2020)."""

    def __init__(self, tokenizer: Tokenizer, bpe_dropout: float = 0.0):
        self.bpe_dropout, self.tokenizer = bpe_dropout, tokenizer
        self.noisy = Tokenizer.from_str(tokenizer.to_str())
        self.noisy.model.dropout = bpe_dropout or None

    def encode(self, pairs, noisy: bool = False) -> list[tuple[list[int], list[int]]]:
        tokenizers = (self.noisy if noisy else self.tokenizer, self.tokenizer)
        sides = [[e.ids for e in tokenizer.encode_batch(list(side))] for tokenizer, side in zip(tokenizers, zip(*pairs))]
        return list(zip(*sides))


def pad(rows: list[list[int]]) -> torch.Tensor:
    """Returns ids (B, T), padded on the right."""
    length = max(map(len, rows))
    return torch.tensor([row + [PAD] * (length - len(row)) for row in rows])


class PairBatches:
    """Batches of at most `tokens` padded positions per side, each with pairs of similar length.

    As many pairs as fill a hundred batches are sorted by length and split; then all batches are shuffled. An
    epoch depends only on the seed and its number, so resuming needs only the step.
    """

    def __init__(self, pairs, encoder: PairEncoder, max_tokens: int, tokens: int, seed: int):
        self.encoder, self.tokens, self.seed = encoder, tokens, seed
        fits = [(pair, ids) for pair, ids in zip(pairs, encoder.encode(pairs)) if max(map(len, ids)) <= max_tokens]
        if not fits:
            raise SystemExit("there is no pair that is short enough to train on")
        self.texts, self.pairs = zip(*fits)
        self.starts, self._epoch, self._batches, self._at = [0], -1, [], (-1, [])
        self._load(0)

    @property
    def epoch_len(self) -> int:
        return len(self._batches)

    def _load(self, epoch: int) -> None:
        order = permutation(epoch_seed(self.seed, epoch), len(self.pairs))
        longest_sides = sum(max(map(len, pair)) for pair in self.pairs)
        pool = max(1, 100 * self.tokens * len(self.pairs) // longest_sides)
        batches = []
        for begin in range(0, len(order), pool):
            by_length = sorted(order[begin : begin + pool], key=lambda i: tuple(map(len, reversed(self.pairs[i]))))
            batch, longest = [], 0
            for i in by_length:
                length = max(map(len, self.pairs[i]))
                if batch and max(longest, length) * (len(batch) + 1) > self.tokens:
                    batches.append(batch)
                    batch, longest = [], 0
                batch.append(i)
                longest = max(longest, length)
            batches.append(batch)
        self._batches = [batches[i] for i in permutation(epoch_seed(self.seed, epoch, 1), len(batches))]
        self._epoch = epoch
        if len(self.starts) == epoch + 1:
            self.starts.append(self.starts[epoch] + len(batches))

    def at(self, step: int) -> list[tuple[list[int], list[int]]]:
        """Returns the pairs of step `step`, counted over all epochs."""
        if self._at[0] != step:
            while self.starts[-1] <= step:
                self._load(len(self.starts) - 1)
            epoch = next(e for e, start in enumerate(self.starts[1:]) if step < start)
            if epoch != self._epoch:
                self._load(epoch)
            batch = self._batches[step - self.starts[epoch]]
            noisy = self.encoder.bpe_dropout > 0
            pairs = self.encoder.encode([self.texts[i] for i in batch], True) if noisy else [self.pairs[i] for i in batch]
            self._at = (step, pairs)
        return self._at[1]
