"""Writes a classifier so small that it knows a few words, for the tests of the page.

    python tests/golden/generate_mood.py OUTDIR   (needs torch and tokenizers)

OUTDIR/mood is the folder as liedwerk_torch writes it, without the card.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training/torch"))
from liedwerk_torch.command import main as liedwerk_torch  # noqa: E402

WORDS = {"positive": "good lovely great schön gut", "negative": "bad awful broken schlecht kaputt",
         "neutral": "table paper seven Tisch Papier"}
RECIPE = """
name = "mood"
precision = "f16"
[model]
type = "text_classifier"
embedding_size = 8
hidden_size = 8
num_layers = 1
pooling = "mean"
labels = ["negative", "neutral", "positive"]
[tokenizer]
type = "bpe"
vocab_size = 320
[data]
train = "lines.tsv"
dev = "lines.tsv"
max_tokens = 30
[train]
seed = 1
tokens_per_batch = 200
label_smoothing = 0.0
steps = 300
lr = 2e-2
warmup_steps = 5
decay_steps = 50
weight_decay = 0.0
grad_clip = 1.0
beta1 = 0.9
beta2 = 0.98
average = 0.9
checkpoint_every = 300
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out / "mood"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [f"{label}\t{frame.format(word)}\n" for label, words in WORDS.items() for word in words.split()
                 for frame in ("It is {}.", "The {} one is here.", "Das ist {}.", "{}, {}!".replace("{}, {}", "{0}, {0}"))]
        (folder / "lines.tsv").write_text("".join(lines), encoding="utf-8")
        (folder / "mood.toml").write_text(RECIPE, encoding="utf-8")
        liedwerk_torch(["train", "--recipe", str(folder / "mood.toml"), "--data", name, "--out", str(folder / "out")])
        out.mkdir(parents=True, exist_ok=True)
        for file in ("config.json", "tokenizer.json", "model.safetensors"):
            (out / file).write_bytes((folder / "out" / file).read_bytes())


if __name__ == "__main__":
    main()
