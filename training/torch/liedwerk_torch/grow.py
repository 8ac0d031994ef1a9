"""Initialises a larger model, with another vocabulary, from a trained one (after Net2Net, Chen et al. 2015).

The width stays the same. A token of the new vocabulary starts as the mean of the pieces that the old tokenizer
splits it into; positions beyond the old window repeat its second half; the old layers are spread over the new
depth, and the layers between them start as the identity. If the new model has fewer layers, middle ones are
dropped.

A masked language model starts with the token embeddings of a translator, a text classifier with their principal
components; all other weights are new.
"""

import json
import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from .quantize import dequantized

TOKENS = ("wte.weight", "embedding.weight", "src_embedding.weight", "tgt_embedding.weight", "head.weight")
ADDS = ("out_proj.weight", "out_proj.bias", "linear2.weight", "linear2.bias")
WORDS = "bert.embeddings.word_embeddings.weight"
READS = "lstm.weight_ih_l0_reverse"
LAYER = re.compile(r"(?P<stack>.*?)(?P<at>\d+)(?P<rest>\..*)")


def translated(table: torch.Tensor, old: Tokenizer, new: Tokenizer) -> torch.Tensor:
    """Converts an embedding table (V, C) from the old vocabulary to the new one."""
    rows = []
    for token in range(new.get_vocab_size()):
        same = old.token_to_id(new.id_to_token(token))
        pieces = [same] if same is not None else old.encode(new.decode([token]), add_special_tokens=False).ids
        rows.append(table[pieces].mean(0) if pieces else table.mean(0))
    return torch.stack(rows)


def narrowed(table: torch.Tensor, fresh: torch.Tensor) -> torch.Tensor:
    """Returns the first E principal components of the table (V, C), scaled to the deviation of `fresh` (V, E)."""
    centred = table - table.mean(0)
    directions = torch.linalg.svd(centred, full_matrices=False).Vh[: fresh.shape[1]]
    components = centred @ directions.T
    return components * (fresh.std() / components.std())


def longer(table: torch.Tensor, length: int) -> torch.Tensor:
    """Extends or cuts a table of positions (N, C) to `length` rows."""
    while len(table) < length:
        table = torch.cat([table, table[len(table) // 2 :]])
    return table[:length]


def source_of(layer: int, new: int, old: int) -> int | None:
    """Returns the index among `old` layers of the one that initialises `layer` of `new` ones, if any."""
    if new <= old:
        return round(layer * (old - 1) / max(1, new - 1))
    places = [k * new // old for k in range(old)]
    return places.index(layer) if layer in places else None


def grown(model: torch.nn.Module, tokenizer: Tokenizer, folder: Path) -> dict[str, torch.Tensor]:
    """Returns initial weights for `model`, from the model in `folder`."""
    old = dequantized(load_file(folder / "model.safetensors"))
    old_tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    weights = model.state_dict()
    if WORDS in weights and WORDS not in old:
        return weights | {WORDS: translated(old["embedding.weight"], old_tokenizer, tokenizer)}
    if READS in weights and READS not in old:
        table = translated(old["embedding.weight"], old_tokenizer, tokenizer)
        return weights | {"embedding.weight": narrowed(table, weights["embedding.weight"])}
    stacks = {}  # number of layers of each stack, new and old
    for side, names in enumerate((weights, old)):
        for match in filter(None, map(LAYER.fullmatch, names)):
            counts = stacks.setdefault(match["stack"], [0, 0])
            counts[side] = max(counts[side], int(match["at"]) + 1)
    for name, weight in weights.items():
        match = LAYER.fullmatch(name)
        if match:
            at = source_of(int(match["at"]), *stacks[match["stack"]])
            if at is not None:
                weights[name] = old[f"{match['stack']}{at}{match['rest']}"]
            elif name.endswith(ADDS):
                weights[name] = torch.zeros_like(weight)
        elif name in TOKENS:
            weights[name] = translated(old[name], old_tokenizer, tokenizer)
        elif name == "wpe.weight":
            weights[name] = longer(old[name], len(weight))
        else:
            weights[name] = old[name]
        if weights[name].shape != weight.shape:
            raise SystemExit(f"{name} is {tuple(old[name].shape)} in {folder}, {tuple(weight.shape)} in the recipe")
    return weights


def grow(task, folder: Path, out: Path) -> None:
    """Writes a model folder to start a training of `task` from (`--init`)."""
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_str(task.tokenizer_json)
    save_file(grown(task.model, tokenizer, folder), out / "model.safetensors")
    config = {"model_type": task.recipe["model"]["type"]} | task.config
    (out / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
    (out / "tokenizer.json").write_text(task.tokenizer_json, encoding="utf-8")
