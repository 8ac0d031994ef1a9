"""Song texts: normalisation, the character vocabulary, parallel streams."""

import json
import re
import string
from pathlib import Path

import torch

from .order import epoch_seed, hashes

# The only characters a song model knows, in code point order: an id is an index
# into this string. The alphabet is fixed, not collected from the training text,
# so every song model has the same ids.
SONG_CHARACTERS = "".join(
    sorted("\n " + string.ascii_letters + string.digits + ".,;:!?'\"()-—")
)


def normalize_songs(text: str) -> str:
    """Drops title lines and foreign characters; at most one blank line in a row."""
    text = "\n".join(line for line in text.split("\n") if not line.startswith("==="))
    text = re.sub(r"\n{3,}", "\n\n", text)
    keep = set(SONG_CHARACTERS)
    return "".join(c for c in text if c in keep)


NORMALIZERS = {"songs": (normalize_songs, SONG_CHARACTERS)}


def load_ids(path: Path, normalize: str) -> torch.Tensor:
    """The normalised text of a file as character ids."""
    normalizer, characters = NORMALIZERS[normalize]
    ids = {c: i for i, c in enumerate(characters)}
    text = normalizer(path.read_text(encoding="utf-8"))
    return torch.tensor([ids[c] for c in text], dtype=torch.long)


def tokenizer_json(normalize: str) -> str:
    _, characters = NORMALIZERS[normalize]
    tokenizer = {"type": "chars", "normalize": normalize, "characters": list(characters)}
    return json.dumps(tokenizer, ensure_ascii=False) + "\n"


class Streams:
    """A text cut into `batch_size` parallel streams, read window by window.

    Window k of an epoch continues window k-1 in every stream, so the model's
    state can be carried over. Each epoch rotates the text by another offset:
    otherwise every epoch would cut the text at the same places and show the
    same neighbours in the same batch. The position is a function of the step
    alone, so resuming needs no more than the step.
    """

    def __init__(self, ids: torch.Tensor, batch_size: int, window: int, seed: int):
        self.ids, self.batch_size, self.window, self.seed = ids, batch_size, window, seed
        self.windows_per_epoch = (len(ids) // batch_size - 1) // window
        self._epoch, self._streams = -1, None

    def at(self, step: int) -> tuple[torch.Tensor, torch.Tensor, bool]:
        """Inputs and targets (batch, window), and whether an epoch begins here."""
        epoch, k = divmod(step, self.windows_per_epoch)
        if epoch != self._epoch:
            offset = epoch and int(hashes(epoch_seed(self.seed, epoch), 1)[0] % len(self.ids))
            length = len(self.ids) // self.batch_size
            rotated = self.ids.roll(-offset)[: length * self.batch_size]
            self._epoch, self._streams = epoch, rotated.view(self.batch_size, length)
        begin = k * self.window
        piece = self._streams[:, begin : begin + self.window + 1]
        return piece[:, :-1].contiguous(), piece[:, 1:].contiguous(), k == 0
