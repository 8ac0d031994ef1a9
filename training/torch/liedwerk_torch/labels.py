"""Reads labelled texts, and maps words and characters to the ids that a tagger reads."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .data import files_of, read_text

PAD, UNK = 0, 1
SPECIAL = ["<pad>", "<unk>"]
MIN_COUNT = 3  # rarer characters are unknown
LONGEST = 24  # of longer words, only both ends are read


def read_labelled(data: Path, files, labels: list[str]) -> list[tuple[str, int]]:
    """Reads texts and label ids from lines `label TAB text`; skips lines with unknown labels."""
    found = []
    for path, repeat in files_of(files):
        lines = (line.split("\t") for line in read_text(data / path).split("\n"))
        pairs = [(parts[-1].strip(), parts[0].strip()) for parts in lines if len(parts) > 1]
        found += [(text, labels.index(label)) for text, label in pairs if text and label in labels] * repeat
    return found


def read_tagged(data: Path, files, labels: list[str]) -> list[tuple[list[str], list[int]]]:
    """Reads sentences as words and tag ids, from lines `word TAB tag` with a blank line between sentences.

    Skips sentences with a missing or unknown tag.
    """
    found = []
    for path, repeat in files_of(files):
        sentences = []
        for block in read_text(data / path).replace("\r", "").split("\n\n"):
            rows = [line.split("\t") for line in block.split("\n") if line.strip()]
            if rows and all(len(row) > 1 and row[0].strip() and row[-1].strip() in labels for row in rows):
                sentences.append(([row[0].strip() for row in rows], [labels.index(row[-1].strip()) for row in rows]))
        found += sentences * repeat
    return found


class Encoded:
    """An encoder for PairBatches whose pairs are ids already."""

    bpe_dropout = 0.0

    def encode(self, pairs, noisy: bool = False):
        return list(pairs)


@dataclass
class Spelling:
    """A vocabulary of words and characters; stored as the `tokenizer.json` of a tagger."""

    words: list[str]
    characters: list[str]

    def __post_init__(self):
        self.word_ids = {word: i for i, word in enumerate(self.words) if i > UNK}
        self.character_ids = {c: i for i, c in enumerate(self.characters) if i > UNK}

    @classmethod
    def learn(cls, words: list[str], vocab_size: int, min_count: int) -> "Spelling":
        """Collects the most frequent words in lower case (ties in code point order) and the characters."""
        counts = Counter(word.lower() for word in words)
        known = sorted((word for word in counts if counts[word] >= min_count and word not in SPECIAL),
                       key=lambda word: (-counts[word], word))
        letters = Counter(c for word in words for c in word)
        return cls((SPECIAL + known)[:vocab_size], SPECIAL + sorted(c for c in letters if letters[c] >= MIN_COUNT))

    @classmethod
    def from_json(cls, text: str) -> "Spelling":
        parsed = json.loads(text)
        return cls(parsed["words"], parsed["characters"])

    def to_json(self) -> str:
        file = {"type": "spelling", "words": self.words, "characters": self.characters}
        return json.dumps(file, ensure_ascii=False, separators=(",", ":")) + "\n"

    def form(self, word: str) -> tuple[int, tuple[int, ...]]:
        """Returns the id of a word, and those of its characters."""
        ends = word if len(word) <= LONGEST else word[: LONGEST // 2] + word[-LONGEST // 2 :]
        return self.word_ids.get(word.lower(), UNK), tuple(self.character_ids.get(c, UNK) for c in ends)
