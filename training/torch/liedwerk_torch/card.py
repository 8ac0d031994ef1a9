"""The model card: a README.md that describes the model in its folder."""

import json


def card(recipe: dict, parameters, figures: dict) -> str:
    data = recipe["data"]
    trained_on = data["train"] if isinstance(data["train"], list) else [data["train"]]
    files = [file if isinstance(file, str) else file["path"] for file in trained_on]
    lines = [
        f"# {recipe['name']}", "",
        f"A {recipe['model']['type']} with {sum(p.numel() for p in parameters):,} parameters, "
        f"stored as {recipe.get('precision', 'f16')}.", "",
        "| | |", "|---|---|",
        *(f"| {name.replace('_', ' ')} | {value:,} |" for name, value in figures.items()),
        f"| trained on | {', '.join(files)} |",
        f"| validated on | {data['dev']} |", "",
        "The sizes and settings it was trained with:", "",
        "```json", json.dumps({"model": recipe["model"], "train": recipe["train"]}, indent=2), "```",
    ]
    return "\n".join(lines) + "\n"
