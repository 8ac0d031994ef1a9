"""The model card: a README.md that describes the model in its folder."""

import json

from .data import files_of


def card(recipe: dict, parameters, figures: dict) -> str:
    data = recipe["data"]
    train, dev = (", ".join(name for name, _ in files_of(data[part])) for part in ("train", "dev"))
    lines = [
        f"# {recipe['name']}", "",
        f"A {recipe['model']['type']} with {sum(p.numel() for p in parameters):,} parameters, "
        f"stored as {recipe.get('precision', 'f16')}.", "",
        "| | |", "|---|---|",
        *(f"| {name.replace('_', ' ')} | {value:,} |" for name, value in figures.items()),
        f"| trained on | {train} |",
        f"| validated on | {dev} |", "",
        "The sizes and settings it was trained with:", "",
        "```json", json.dumps({"model": recipe["model"], "train": recipe["train"]}, indent=2), "```",
    ]
    return "\n".join(lines) + "\n"
