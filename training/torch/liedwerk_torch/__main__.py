"""Command line: python -m liedwerk_torch train --recipe R --data DIR --out DIR."""

import argparse
from pathlib import Path

from .train import train


def main() -> None:
    parser = argparse.ArgumentParser(prog="liedwerk_torch")
    commands = parser.add_subparsers(dest="command", required=True)

    command = commands.add_parser("train", help="train a model from a recipe")
    command.add_argument("--recipe", type=Path, required=True, help="recipe (TOML)")
    command.add_argument("--data", type=Path, required=True, help="folder the recipe's data paths are relative to")
    command.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    command.add_argument("--resume", action="store_true", help="go on from OUT/checkpoint.pt where there is one")
    command.add_argument("--minutes", type=float, help="finish, final decay included, in about this time")
    command.add_argument("--bf16", action="store_true", help="compute in bfloat16 (weights stay f32)")
    command.add_argument("--threads", type=int, default=2)
    command.add_argument("--eval-seconds", type=float, default=180, help="time between evaluations")
    options = parser.parse_args()

    train(
        recipe_path=options.recipe,
        data=options.data,
        out=options.out,
        resume=options.resume,
        minutes=options.minutes,
        bf16=options.bf16,
        threads=options.threads,
        eval_seconds=options.eval_seconds,
    )


main()
