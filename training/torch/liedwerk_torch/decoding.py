"""Decodes translations, greedily or by sampling."""

import math

import torch
from tokenizers import Tokenizer

from .pairs import END, PAD, START, pad
from .transformer import Transformer


@torch.no_grad()
def decode(model, src: torch.Tensor, temperature: float = 0.0) -> list[list[int]]:
    """Returns target ids for source ids (B, S), up to <end> or 1.6 S + 8 tokens."""
    tgt = torch.full((len(src), 1), START, device=src.device)
    done = torch.zeros(len(src), dtype=torch.bool, device=src.device)
    if isinstance(model, Transformer):
        memory = model.encode(src)
    else:
        values, state, padding = model.encode(src)
        keys = model.attention.key(values)
    for _ in range(math.ceil(1.6 * src.shape[1]) + 8):
        if isinstance(model, Transformer):
            features = model.decode(memory, src, tgt)
        else:
            features, state = model.steps(values, keys, padding, model.embed_target(tgt[:, -1:]), state)
        logits = features[:, -1].float() @ model.output_weight.T
        if temperature > 0:
            token = (logits / temperature).softmax(1).multinomial(1).squeeze(1)
        else:
            token = logits.argmax(1)
        tgt = torch.cat([tgt, token.masked_fill(done, PAD).unsqueeze(1)], dim=1)
        done |= token == END
        if done.all():
            break
    return [[i for i in row if i not in (PAD, START, END)] for row in tgt.tolist()]


def translate(model, tokenizer: Tokenizer, sources: list[list[int]], device, temperature: float = 0.0) -> list[str]:
    """Translates encoded sentences, batched by similar length; returns texts in the original order."""
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    texts = [""] * len(sources)
    for begin in range(0, len(order), 100):
        rows = order[begin : begin + 100]
        for i, ids in zip(rows, decode(model, pad([sources[i] for i in rows]).to(device), temperature)):
            texts[i] = tokenizer.decode(ids).strip()
    return texts
