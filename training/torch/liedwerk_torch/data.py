"""Song texts: normalisation, the character vocabulary, parallel streams, shuffled windows."""

import functools
import json
import re
import string
from pathlib import Path

import numpy as np
import torch

from . import reading
from .order import epoch_seed, hashes, permutation

# The characters a song model knows, in code point order; an id is an index into this string. The alphabet is
# fixed rather than collected from the training text, so that every song model has the same ids.
SONG_CHARACTERS = "".join(
    sorted("\n " + string.ascii_letters + string.digits + ".,;:!?'\"()-—")
)


def normalize_songs(text: str, characters: str = SONG_CHARACTERS) -> str:
    """Drops title lines and unknown characters, and merges consecutive blank lines."""
    text = "\n".join(line for line in text.split("\n") if not line.startswith("==="))
    text = re.sub(r"\n{3,}", "\n\n", text)
    keep = set(characters)
    return "".join(c for c in text if c in keep)


# The German alphabet.
LIED_CHARACTERS = "".join(sorted(SONG_CHARACTERS + "ÄÖÜäöüß"))

NORMALIZERS = {
    "songs": (normalize_songs, SONG_CHARACTERS),
    "lieder": (functools.partial(normalize_songs, characters=LIED_CHARACTERS), LIED_CHARACTERS),
}


def read_text(path: Path) -> str:
    """Reads a file of songs in any encoding and with any line endings, and prints notes about it."""
    text, notes = reading.songs(str(path), path.read_bytes())
    reading.say(path, notes)
    return text


def files_of(files: str | dict | list) -> list[tuple[str, int]]:
    """Returns path and repetitions of each file that a recipe names."""
    listed = files if isinstance(files, list) else [files]
    options = [{"path": file} if isinstance(file, str) else file for file in listed]
    return [(file["path"], file.get("repeat", 1)) for file in options]


def joined_text(data: Path, files: str | dict | list) -> str:
    """Returns the files as one text, each repeated as requested, separated by line breaks."""
    return "\n".join(text for name, repeat in files_of(files) for text in [read_text(data / name)] * repeat)


def character_ids(text: str, normalize: str) -> torch.Tensor:
    """Normalises a text; returns its character ids."""
    normalizer, characters = NORMALIZERS[normalize]
    ids = {c: i for i, c in enumerate(characters)}
    return torch.tensor([ids[c] for c in normalizer(text)], dtype=torch.long)


def tokenizer_json(normalize: str) -> str:
    _, characters = NORMALIZERS[normalize]
    tokenizer = {"type": "chars", "normalize": normalize, "characters": list(characters)}
    return json.dumps(tokenizer, ensure_ascii=False) + "\n"


class Streams:
    """A text cut into `batch_size` parallel streams, read window by window.

    Window k of an epoch continues window k-1 in every stream, so the model's state can be carried over. Each
    epoch rotates the text by another offset; otherwise every epoch would cut the text at the same positions
    and put the same windows into a batch. The position depends only on the step, so resuming needs nothing
    else.
    """

    def __init__(self, ids: torch.Tensor, batch_size: int, window: int, seed: int):
        self.ids, self.batch_size, self.window, self.seed = ids, batch_size, window, seed
        self.windows_per_epoch = (len(ids) // batch_size - 1) // window
        self._epoch, self._streams = -1, None

    def at(self, step: int) -> tuple[torch.Tensor, torch.Tensor, bool]:
        """Returns inputs and targets (batch, window), and whether an epoch begins here."""
        epoch, k = divmod(step, self.windows_per_epoch)
        if epoch != self._epoch:
            offset = epoch and int(hashes(epoch_seed(self.seed, epoch), 1)[0] % len(self.ids))
            length = len(self.ids) // self.batch_size
            rotated = self.ids.roll(-offset)[: length * self.batch_size]
            self._epoch, self._streams = epoch, rotated.view(self.batch_size, length)
        begin = k * self.window
        piece = self._streams[:, begin : begin + self.window + 1]
        return piece[:, :-1].contiguous(), piece[:, 1:].contiguous(), k == 0


STYLES = ("old", "modern")


def header(fields: list[str], normalize) -> str:
    """Returns a song's header, `=== Title | style | scheme`; other fields after the title are dropped.

    Returns an empty string if there is neither a title nor a known field.
    """
    known = [field for field in fields[1:] if field in STYLES or re.fullmatch("[A-Z]{2,8}", field)]
    told = " | ".join([normalize(fields[0]).strip(), *known]).strip()
    return f"=== {told}\n" if told else ""


def titled_songs(text: str, normalize=normalize_songs) -> list[tuple[str, str]]:
    """Returns the header line and the normalised verses of each song, in file order."""
    songs = []
    for part in re.split(r"^=== ", text, flags=re.M)[1:]:
        line, _, verses = part.partition("\n")
        told = header([field.strip() for field in line.split("|")], normalize)
        songs.append((told, normalize(verses).strip("\n") + "\n\n"))
    return songs


def read_songs(data: Path, files: str | dict | list, normalize=normalize_songs) -> list[tuple[str, str]]:
    """Reads the songs of one or more files. A file is a path or `{ path, repeat }`, with its songs `repeat` times."""
    songs = []
    for name, repeat in files_of(files):
        songs += titled_songs(read_text(data / name), normalize) * repeat
    return songs


class SongWindows:
    """Batches of windows cut from the concatenation of all songs.

    Every epoch shuffles the songs, keeps the titles of a share of them, and shuffles the windows. An epoch
    depends only on the seed and its number, so resuming needs only the step.
    """

    def __init__(self, songs: list[tuple[list[int], list[int]]], titles: float, batch_size: int, window: int, seed: int):
        self.songs, self.titles, self.batch_size, self.window, self.seed = songs, titles, batch_size, window, seed
        # The number of steps of an epoch without titles, so that all epochs have the same number.
        self.steps_per_epoch = (sum(len(verses) for _, verses in songs) - 1) // window // batch_size
        if self.steps_per_epoch == 0:
            raise SystemExit("the songs do not fill one batch of this recipe")
        self._epoch, self._windows, self._order = -1, None, []

    def at(self, step: int) -> torch.Tensor:
        """Returns the token ids (B, T + 1) of a step: inputs and, shifted by one, targets."""
        epoch, k = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            seed = epoch_seed(self.seed, epoch)
            drawn = hashes(seed, len(self.songs))
            rotated = drawn >> np.uint64(1) | drawn << np.uint64(63)
            titled = (rotated >> np.uint64(11)).astype(np.float64) / 2**53 >= 1 - self.titles
            ids = [i for song in permutation(seed, len(self.songs))
                   for part in self.songs[song][0 if titled[song] else 1 :] for i in part]
            self._windows = torch.tensor(ids).unfold(0, self.window + 1, self.window)
            self._order = permutation(epoch_seed(self.seed, epoch, 1), len(self._windows))
            self._epoch = epoch
        return self._windows[self._order[k * self.batch_size : (k + 1) * self.batch_size]]
