"""Writes the PyTorch goldens of the models that read: logits, all gradients, ten training losses.

    python tests/golden/generate_labels.py OUTDIR

Files and names as in generate.py. "in.ids" (batches, B, S) are padded with 0; of a tagger these are places in the
forms "in.words" (N) with their characters "in.chars" (N, C). Logits and gradients belong to the first batch,
out.losses to all in a row.
"""

import argparse
from pathlib import Path

import torch
from generate import Case
from liedwerk_torch.tagger import Tagger
from liedwerk_torch.text_classifier import TextClassifier
from torch import nn

STEPS, BATCH, LONGEST = 10, 3, 6
OPTIONS = {"lr": 3e-3, "weight_decay": 0.01, "betas": (0.9, 0.98), "eps": 1e-8}
SMOOTHING, GRAD_CLIP, UNSCORED = 0.1, 1.0, -100


def case_of(name: str, model: nn.Module, sizes: dict, lengths: list[int], labels: torch.Tensor, logits) -> Case:
    """Ten steps of a model whose logits of step i are `logits(i)` and whose labels are labels[i]."""
    case = Case(name, sizes=sizes, **OPTIONS, grad_clip=GRAD_CLIP, label_smoothing=SMOOTHING, lengths=lengths)
    for parameter in model.parameters():
        # Zeros and ones that training starts from would hide mistakes.
        if parameter.dim() == 1:
            nn.init.normal_(parameter, mean=0.2, std=0.3)
    for parameter, tensor in model.named_parameters():
        case.put("param." + parameter, tensor)
    optimizer = torch.optim.AdamW(model.parameters(), foreach=False, **OPTIONS)
    losses = []
    for step in range(STEPS):
        found = logits(step)
        loss = nn.functional.cross_entropy(
            found.flatten(0, -2), labels[step].flatten(), ignore_index=UNSCORED, label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            case.put("out.logits", found)
            for parameter, tensor in model.named_parameters():
                case.put("grad.param." + parameter, tensor.grad)
        nn.utils.clip_grad_norm_(model.parameters(), GRAD_CLIP)
        optimizer.step()
        losses.append(loss.detach())
    case.put("out.losses", torch.stack(losses))
    return case


def padded(numbers: int, lengths: list[int]) -> torch.Tensor:
    rows = torch.randint(1, numbers, (STEPS, BATCH, LONGEST))
    for row, length in enumerate(lengths):
        rows[:, row, length:] = 0
    return rows


def classifier(name: str, **more) -> Case:
    sizes = {"vocab_size": 11, "embedding_size": 5, "hidden_size": 4, "labels": ["a", "b", "c"]} | more
    model, lengths = TextClassifier(**sizes), [LONGEST, 2, 1]
    ids, labels = padded(11, lengths), torch.randint(0, 3, (STEPS, BATCH))
    case = case_of(name, model, sizes, lengths, labels, lambda i: model(ids[i], torch.tensor(lengths)))
    case.put("in.ids", ids.int())
    case.put("in.labels", labels.int())
    return case


def text_classifier_mean() -> Case:
    return classifier("text_classifier_mean", num_layers=1, pooling="mean")


def text_classifier_last() -> Case:
    return classifier("text_classifier_last", num_layers=2, pooling="last")


def tagger() -> Case:
    sizes = {"vocab_size": 7, "char_vocab_size": 9, "embedding_size": 4, "char_embedding_size": 3,
             "char_hidden_size": 2, "hidden_size": 5, "num_layers": 1, "labels": ["a", "b", "c", "d"]}
    model, lengths = Tagger(**sizes), [LONGEST, 3, 1]
    words, char_lengths = torch.randint(0, 7, (8,)), torch.tensor([1, 4, 2, 3, 1, 4, 2, 2])
    chars = torch.randint(1, 9, (8, 4)) * (torch.arange(4) < char_lengths[:, None])
    places, labels = padded(8, lengths), torch.randint(0, 4, (STEPS, BATCH, LONGEST))
    for row, length in enumerate(lengths):
        labels[:, row, length:] = UNSCORED
    case = case_of("tagger", model, sizes, lengths, labels,
                   lambda i: model(words, chars, char_lengths, places[i], torch.tensor(lengths)))
    case.put("in.ids", places.int())
    case.put("in.labels", labels.int())
    case.put("in.words", words.int())
    case.put("in.chars", chars.int())
    return case


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    for make in (text_classifier_mean, text_classifier_last, tagger):
        torch.manual_seed(7)
        make().write(out)
