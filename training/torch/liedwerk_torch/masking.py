"""What a masked language model learns from: texts, words taken out of them, and the batches of a step."""

import re
from pathlib import Path

import numpy as np

from . import reading
from .data import read_text
from .labels import files_of
from .order import epoch_seed, hashes

MASK = 3  # the special token behind those of sentence pairs
SHARE = 0.15  # of the tokens that are to be foretold (Devlin et al. 2019)
MASKED, OTHER = 0.8, 0.9  # of these so many are masked; up to here any token stands in their place; the rest stay
UNSCORED = -100


def blocks(text: str) -> list[str]:
    """Stanzas and paragraphs as one line each; headers of songs (`=== title`) are none."""
    lines = ["" if line.startswith("===") else line for line in text.split("\n")]
    found = (" ".join(block.split()) for block in re.split(r"\n\s*\n", "\n".join(lines)))
    return [block for block in found if block]


def read_texts(data: Path, files) -> list[list[str]]:
    """The texts of files, apart by language where they are known: German and English of a table of pairs (`.tsv`),
    else stanzas and paragraphs."""
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
    """Numbers in [0, 1), one for each index."""
    return (hashes(seed, count) >> np.uint64(11)).astype(np.float64) / 2**53


def hide(rows: list[list[int]], vocab_size: int, seed: int, step: int) -> tuple[list[list[int]], list[list[int]]]:
    """The rows of a batch with words taken out, and what is to be foretold there: UNSCORED at all other places.

    Drawn are 15 % of the tokens between the first and the last of each row, but at least one token of a batch: 80 % of
    them are masked, in the place of 10 % stands any token, 10 % stay. A function of the seed and the step.
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
    """Begin and end of a word drawn from a text: letters behind a space or at the beginning, and no letter after."""
    words = [found.span(1) for found in re.finditer(r"(?:^| )([^\W\d_]+)(?![^\W\d_])", text)]
    return words[int(hashes(seed, 1)[0] % np.uint64(len(words)))] if words else None
