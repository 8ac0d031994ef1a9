"""Training data of a masked language model: texts, and the tokens masked in them at each step."""

import re
from pathlib import Path

import numpy as np

from . import reading
from .data import files_of, read_text
from .order import epoch_seed, hashes

MASK = 3  # follows the special tokens of sentence pairs
SHARE = 0.15  # share of tokens to predict (Devlin et al. 2019)
MASKED, OTHER = 0.8, 0.9  # of these, 80 % are masked, the next 10 % replaced by random tokens, the rest unchanged
UNSCORED = -100


def blocks(text: str) -> list[str]:
    """Returns stanzas and paragraphs as one line each, without headers of songs (`=== title`)."""
    lines = ["" if line.startswith("===") else line for line in text.split("\n")]
    found = (" ".join(block.split()) for block in re.split(r"\n\s*\n", "\n".join(lines)))
    return [block for block in found if block]


def read_texts(data: Path, files) -> list[list[str]]:
    """Reads texts, separated by language if known: German and English sentences of tables of pairs (`.tsv`), and
    stanzas and paragraphs of other files."""
    german, english, others = [], [], []
    for name, repeat in files_of(files):
        path = data / name
        if path.suffix == ".tsv":
            pairs, notes = reading.pairs(str(path), path.read_bytes())
            reading.say(path, notes)
            german += [source for source, _ in pairs] * repeat
            english += [target for _, target in pairs] * repeat
        else:
            others += blocks(read_text(path)) * repeat
    return [german, english, others]


def units(seed: int, count: int) -> np.ndarray:
    """Returns `count` pseudorandom numbers in [0, 1), each a function of the seed and its index."""
    return (hashes(seed, count) >> np.uint64(11)).astype(np.float64) / 2**53


def hide(rows: list[list[int]], vocab_size: int, seed: int, step: int) -> tuple[list[list[int]], list[list[int]]]:
    """Masks the rows of a batch; returns them with their targets, which are UNSCORED elsewhere.

    Draws 15 % of the tokens except the first and the last of each row, but at least one per batch. 80 % of them are
    masked, 10 % are replaced by random tokens and 10 % stay. The result depends only on the seed and the step.
    """
    count = sum(len(row) - 2 for row in rows)
    drawn, fate, others = (epoch_seed(seed, 3 * step + k) for k in range(3))
    chosen, fate, others = units(drawn, count) < SHARE, units(fate, count), hashes(others, count)
    if not chosen.any():
        chosen[0] = True
    hidden, wanted, at = [], [], 0
    for row in rows:
        read, targets = list(row), [UNSCORED] * len(row)
        for place in range(1, len(row) - 1):
            if chosen[at]:
                targets[place] = row[place]
                if fate[at] < MASKED:
                    read[place] = MASK
                elif fate[at] < OTHER:
                    read[place] = MASK + 1 + int(others[at] % np.uint64(vocab_size - MASK - 1))
            at += 1
        hidden.append(read)
        wanted.append(targets)
    return hidden, wanted


def taken_out(text: str, seed: int) -> tuple[int, int] | None:
    """Returns begin and end of a random word: letters after a space or at the start, and not before a letter."""
    words = [found.span(1) for found in re.finditer(r"(?:^| )([^\W\d_]+)(?![^\W\d_])", text)]
    return words[int(hashes(seed, 1)[0] % np.uint64(len(words)))] if words else None
