"""PyTorch's characters per second for the training step of a recipe's network.

    python tests/golden/compare_speed.py [--recipe R] [--threads 2] [--seconds 20]

Prints one JSON line, to lay beside `liedwerk bench --json`: f32, the recipe's
shapes, batch and window, random characters; forward, loss, backward, clipping
and AdamW step, the state carried. The fastest step counts as well as the median:
on a machine that does other work the former says what the code can do.
"""

import argparse
import json
import sys
import time
import tomllib
from pathlib import Path

import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "training" / "torch"))
from liedwerk_torch.char_lstm import CharLstm  # noqa: E402
from liedwerk_torch.data import NORMALIZERS  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", type=Path, default=ROOT / "training" / "recipes" / "char-lstm-songs.toml")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    recipe = tomllib.loads(options.recipe.read_text(encoding="utf-8"))
    settings = recipe["train"]
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(settings["seed"])

    vocab_size = len(NORMALIZERS[recipe["data"]["normalize"]][1])
    model = CharLstm(vocab_size, **{k: v for k, v in recipe["model"].items() if k != "type"})
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=settings["lr"], betas=(settings["beta1"], settings["beta2"]),
        weight_decay=settings["weight_decay"], fused=True,
    )
    batch, window = settings["batch_size"], settings["window"]
    ids = torch.randint(0, vocab_size, (batch, window + 1))
    state, times = model.zero_state(batch), []
    began = time.perf_counter()
    while time.perf_counter() - began < options.seconds or len(times) < 3:
        start = time.perf_counter()
        logits, state = model(ids[:, :-1], state)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), settings["grad_clip"])
        optimizer.step()
        state = tuple(s.detach() for s in state)
        times.append(time.perf_counter() - start)
    # The first step allocates and compiles: not counted.
    times = sorted(times[1:])
    median = times[len(times) // 2]
    print(json.dumps({
        "framework": "pytorch", "version": torch.__version__, "threads": options.threads,
        "dtype": "f32", "recipe": recipe["name"], "batch_size": batch, "window": window,
        "steps": len(times), "chars_per_second": round(batch * window / median),
        "chars_per_second_best": round(batch * window / times[0]),
    }))


if __name__ == "__main__":
    main()
