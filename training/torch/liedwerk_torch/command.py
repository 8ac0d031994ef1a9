"""The command line."""

import argparse
import signal
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import torch

from .grow import grow as grow_model
from .names import replace_names
from .synthetic import translate_file
from .tasks import TASKS
from .together import train_together
from .train import Options, Training


def main(arguments: list[str] | None = None) -> None:
    # When one worker has died, torchrun ends the others with SIGTERM: exit without a traceback.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="liedwerk_torch", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    train = commands.add_parser("train", help="train a model from a recipe")
    train.add_argument("--recipe", type=Path, required=True, help="recipe (TOML)")
    train.add_argument("--data", type=Path, required=True, help="folder the recipe's data paths are relative to")
    train.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    train.add_argument("--resume", action="store_true", help="go on from OUT/checkpoint.pt where there is one")
    train.add_argument("--init", type=Path, help="begin with the weights and the tokenizer of this model folder")
    train.add_argument("--steps", type=int, help="stop at this step, saving a checkpoint")
    train.add_argument("--minutes", type=float, help="finish, final decay included, in about this time")
    train.add_argument("--bf16", action=argparse.BooleanOptionalAction, help="compute in bfloat16 (weights stay "
                       "f32); the default where the card has it", default=torch.cuda.is_available()
                       and torch.cuda.is_bf16_supported())
    train.add_argument("--compile", action="store_true", help="compile a translator with torch.compile")
    train.add_argument("--eval-every", type=int, default=1000, help="steps between evaluations")
    train.add_argument("--report-every", type=int, default=50, help="steps between reports of the loss")

    grow = commands.add_parser("grow", help="begin a larger model with the weights of a smaller one")
    grow.add_argument("--recipe", type=Path, required=True, help="recipe (TOML) of the larger one")
    grow.add_argument("--data", type=Path, required=True, help="folder the recipe's data paths are relative to")
    grow.add_argument("--model", type=Path, required=True, help="folder of the smaller one")
    grow.add_argument("--out", type=Path, required=True, help="folder to write, for train --init")

    translate = commands.add_parser("translate", help="make synthetic pairs with a trained translator")
    translate.add_argument("--model", type=Path, required=True, help="folder of a translator")
    translate.add_argument("--temperature", type=float, default=0.0, help="0 takes the likeliest token, 1 samples")
    translate.add_argument("--back", action="store_true", help="what is translated becomes the target")
    translate.add_argument("--out", type=Path, required=True, help="TSV to write")
    translate.add_argument("input", type=Path, help="TSV, of which the first column is read, or songs")

    together = commands.add_parser("together", help="train several recipes side by side in a given time")
    together.add_argument("--data", type=Path, required=True, help="data folder, or a tar archive of one")
    together.add_argument("--out", type=Path, required=True, help="folder to write model folders and logs to")
    together.add_argument("--minutes", type=float, required=True, help="time for each, all running at once")
    together.add_argument("--init", type=Path, help="a recipe begins with the folder of its name in here, if any")
    together.add_argument("recipes", type=Path, nargs="+", help="recipes (TOML)")

    names = commands.add_parser("names", help="make pairs that teach a translator to copy names")
    names.add_argument("--count", type=int, default=20_000, help="pairs to write at most")
    names.add_argument("--seed", type=int, default=1)
    names.add_argument("--out", type=Path, required=True, help="TSV to write")
    names.add_argument("input", type=Path, nargs="+", help="TSVs with names in them")

    options, more = parser.parse_known_args(arguments)
    if more and options.command != "together":
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    if options.command == "train":
        Training(Options(**{f.name: getattr(options, f.name) for f in fields(Options)})).run()
    elif options.command == "grow":
        recipe = tomllib.loads(options.recipe.read_text(encoding="utf-8"))
        task = TASKS[recipe["model"]["type"]](recipe, options.data, None, torch.device("cpu"))
        grow_model(task, options.model, options.out)
    elif options.command == "together":
        train_together(options.recipes, options.data, options.out, options.minutes, options.init, more)
    elif options.command == "names":
        replace_names(options.input, options.out, options.seed, options.count)
    else:
        translate_file(options.model, options.input, options.out, options.back, options.temperature)

