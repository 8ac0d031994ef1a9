"""Synthetic pairs: translations by one model for another to learn from.

Distillation (Kim and Rush 2016) translates the sources of real pairs with a larger teacher. Back-translation
(Sennrich et al. 2016) translates text in the target language, such as songs, with a model for the opposite
direction (`reverse = true` in its recipe); sampling (temperature 1) works better there than greedy decoding
(Edunov et al. 2018).
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from .decoding import translate
from .quantize import dequantized
from .tasks import TranslationTask

LINES_AT_ONCE = 10_000


def open_translator(folder: Path):
    """Loads the translator in a folder and its tokenizer."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    model = TranslationTask.models[config.pop("model_type")](**config)
    model.load_state_dict(dequantized(load_file(folder / "model.safetensors")))
    return model.eval(), Tokenizer.from_file(str(folder / "tokenizer.json"))


def lines_of(path: Path) -> list[str]:
    """Returns the first column of a TSV file, or the lines of another text except blank and title lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".tsv":
        return [line.split("\t")[0].strip() for line in lines]
    return [line.strip() for line in lines if line.strip() and not line.startswith("===")]


def translate_file(folder: Path, source: Path, out: Path, back: bool, temperature: float) -> None:
    """Writes pairs (line, translation), or with `back` (translation, line), for a recipe's `train`."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, tokenizer = open_translator(folder)
    model.to(device)
    lines = lines_of(source)
    with out.open("w", encoding="utf-8") as file:
        for begin in range(0, len(lines), LINES_AT_ONCE):
            part = lines[begin : begin + LINES_AT_ONCE]
            ids = [encoding.ids for encoding in tokenizer.encode_batch(part)]
            for line, text in zip(part, translate(model, tokenizer, ids, device, temperature)):
                # A sampled line break would split the line, and readers refuse files with zero bytes.
                text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
                if line and text:
                    print(*((text, line) if back else (line, text)), "synthetic", sep="\t", file=file)
            print(f"{min(begin + LINES_AT_ONCE, len(lines))} of {len(lines)} lines", flush=True)
