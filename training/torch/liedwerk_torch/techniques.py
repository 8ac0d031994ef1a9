"""Measures training techniques on little data: a small recipe, and runs that differ from it in one line.

    python -m liedwerk_torch.techniques --data DATA --out OUT --teacher MODEL

Produces the table of training/README.md. Runs already in OUT are not repeated; by default, two run in parallel,
on one core each.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PAIRS = 20_000  # number of training pairs
LINES = 10_000  # number of song lines

TRANSLATOR = """
name = "small"
[model]
type = "transformer"
d_model = 128
nhead = 4
num_encoder_layers = 2
num_decoder_layers = 2
dim_feedforward = 512
dropout = {dropout}
norm_first = true
tie_embeddings = true
[tokenizer]
type = "bpe"
vocab_size = 2000
bpe_dropout = {bpe_dropout}
[data]
train = {train}
dev = "dev.tsv"
max_tokens = 60
reverse = {reverse}
[train]
seed = 1
tokens_per_batch = 1200
label_smoothing = {label_smoothing}
steps = {steps}
lr = 2e-3
warmup_steps = 200
decay_steps = 500
weight_decay = {weight_decay}
average = {average}
grad_clip = 1.0
beta1 = 0.9
beta2 = 0.98
checkpoint_every = 10000
"""
WRITER = """
name = "small"
[model]
type = "gpt2"
n_positions = 128
n_embd = 128
n_layer = 2
n_head = 4
resid_pdrop = 0.1
embd_pdrop = 0.1
attn_pdrop = 0.1
[tokenizer]
type = "bpe"
vocab_size = 2000
[data]
train = "songs.txt"
dev = "songs.dev.txt"
titles = {titles}
[train]
seed = 1
batch_size = 8
steps = {steps}
lr = 2e-3
warmup_steps = 200
decay_steps = 500
weight_decay = 0.1
grad_clip = 1.0
beta1 = 0.9
beta2 = 0.98
checkpoint_every = 10000
"""
USUAL = {"dropout": 0.1, "bpe_dropout": 0.0, "train": '["pairs.tsv"]', "reverse": "false", "label_smoothing": 0.1,
         "weight_decay": 0.01, "average": 0.99, "steps": 1000}
BACK = '["pairs.tsv", {{ path = "back.tsv"{tag} }}]'
RUNS = {
    "the recipe": {},
    "without dropout": {"dropout": 0.0},
    "dropout 0.2": {"dropout": 0.2},
    "without label smoothing": {"label_smoothing": 0.0},
    "without weight decay": {"weight_decay": 0.0},
    "without moving average": {"average": 0.0},
    "BPE dropout 0.1": {"bpe_dropout": 0.1},
    "back-translated songs, tagged": {"train": BACK.format(tag=', tag = "~"')},
    "back-translated songs, not tagged": {"train": BACK.format(tag="")},
    "distilled from the shipped Transformer": {"train": '["distilled.tsv"]'},
}
SONG_RUNS = {"titles before half of the songs": "0.5", "no titles": "0.0"}


def run(folder: Path, data: Path, name: str, recipe: str) -> dict:
    """Trains in `folder` unless that has been done; returns the figures of the card."""
    out = folder / re.sub(r"\W+", "-", name)
    if not (out / "README.md").exists():
        out.mkdir(parents=True, exist_ok=True)
        (out / "recipe.toml").write_text(recipe, encoding="utf-8")
        liedwerk("train", "--recipe", out / "recipe.toml", "--data", data, "--out", out, "--bf16", "--eval-every", 10000)
    rows = re.findall(r"^\| (dev [a-z ]+) \| ([\d.-]+) \|$", (out / "README.md").read_text(encoding="utf-8"), re.M)
    return {row: float(value) for row, value in rows}


def liedwerk(*arguments) -> None:
    command = [sys.executable, "-m", "liedwerk_torch", *map(str, arguments)]
    subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL)


def prepare(source: Path, data: Path, out: Path, teacher: Path) -> None:
    """Makes a small data folder, with a distilled and a back-translated file."""
    data.mkdir(parents=True, exist_ok=True)
    texts = {
        "pairs.tsv": first(source / "translation/train.tatoeba.tsv", PAIRS),
        "dev.tsv": first(source / "translation/dev.tatoeba.tsv", None),
        "songs.txt": first(source / "songs/en.train.txt", None),
        "songs.dev.txt": first(source / "songs/en.dev.txt", None),
        "lines.txt": first(source / "songs/en.train.txt", LINES),
    }
    for name, text in texts.items():
        (data / name).write_text(text, encoding="utf-8")
    if not (data / "back.tsv").exists():
        run(out, data, "reverse", TRANSLATOR.format(**USUAL | {"reverse": "true", "steps": 1500}))
        liedwerk("translate", "--model", out / "reverse", "--back", "--temperature", 1,
                 "--out", data / "back.tsv", data / "lines.txt")
    if not (data / "distilled.tsv").exists():
        liedwerk("translate", "--model", teacher, "--out", data / "distilled.tsv", data / "pairs.tsv")


def first(path: Path, count: int | None) -> str:
    """Returns `count` evenly spaced lines, since the file may be sorted, or all if None."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(lines[:: max(1, len(lines) // count)][:count] if count else lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with translation/ and songs/")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs")
    parser.add_argument("--teacher", type=Path, required=True, help="folder of the translator to distil")
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side")
    options = parser.parse_args()
    data = options.out / "data"
    prepare(options.data, data, options.out, options.teacher)
    recipes = {name: TRANSLATOR.format(**USUAL | change) for name, change in RUNS.items()}
    recipes |= {name: WRITER.format(titles=titles, steps=USUAL["steps"]) for name, titles in SONG_RUNS.items()}
    with ThreadPoolExecutor(options.jobs) as pool:
        figures = pool.map(lambda item: run(options.out, data, *item), recipes.items())
        for name, found in zip(recipes, figures):
            print(f"{name:40}", json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
