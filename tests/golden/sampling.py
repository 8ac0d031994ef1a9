"""Writes tests/fixtures/golden/sampling.json: what Python's transformers makes of 1,000 sets of logits.

The processors are those that `generate(do_sample=True)` collects for the settings, in its order. Each case is a
list: the settings in the order of SETTINGS, biases [[id, bias]] (null is -infinity), the tokens so far, the logits
in eighths (null is -infinity), and what is left: [id, score] of every token that was not removed.

Cases that rounding or chance decides are left out: those where double precision or thresholds moved by a
hundred thousandth keep other tokens, or where the same logits in another order do (of equal logits at an edge
torch's sort takes any).

usage: python3 sampling.py OUT.json   (needs torch and transformers)
"""

import json
import random
import sys

import torch
import transformers
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.generation import LogitsProcessorList

CASES = 1000
SETTINGS = ("temperature", "top_k", "top_p", "min_p", "typical_p", "repetition_penalty", "no_repeat_ngram")
OFF = (1.0, 0, 1.0, 0.0, 1.0, 1.0, 0)
NEVER = float("-inf")
# Each alone, then at the ends of their ranges.
EDGES = [
    (1.0, 1, 1.0, 0.0, 1.0, 1.0, 0), (1.0, 200, 1.0, 0.0, 1.0, 1.0, 0), (1.0, 0, 0.0, 0.0, 1.0, 1.0, 0),
    (1.0, 0, 1.0, 1.0, 1.0, 1.0, 0), (1.0, 0, 1.0, 0.0, 0.01, 1.0, 0), (1.0, 0, 1.0, 0.0, 0.999, 1.0, 0),
    (10.0, 0, 1.0, 0.0, 1.0, 1.0, 0), (0.05, 0, 1.0, 0.0, 1.0, 1.0, 0), (1.0, 0, 1.0, 0.0, 1.0, 10.0, 0),
    (1.0, 0, 1.0, 0.0, 1.0, 0.1, 0), (1.0, 0, 1.0, 0.0, 1.0, 1.0, 1), (1.0, 0, 1.0, 0.0, 1.0, 1.0, 16),
    (1.0, 1, 0.0, 1.0, 0.01, 10.0, 1), OFF,
]


class TableConfig(PretrainedConfig):
    model_type = "table"


class TableModel(PreTrainedModel, GenerationMixin):
    """Only there to be asked for its processors."""

    config_class = TableConfig

    def forward(self, input_ids, **_):
        raise NotImplementedError


MODEL = TableModel(TableConfig())


def processors(settings, bias, moved: float = 0.0):
    """In transformers' order; `moved` shifts the thresholds of the filters that add up probabilities."""
    named = dict(zip(SETTINGS, settings))
    inside = lambda value: min(max(value + moved, 1e-9), 1 - 1e-9)
    config = GenerationConfig(
        do_sample=True,
        temperature=named["temperature"],
        top_k=named["top_k"],
        top_p=inside(named["top_p"]) if 0 < named["top_p"] < 1 else named["top_p"],
        min_p=inside(named["min_p"]) if 0 < named["min_p"] < 1 else named["min_p"],
        typical_p=inside(named["typical_p"]) if named["typical_p"] < 1 else 1.0,
        repetition_penalty=named["repetition_penalty"],
        no_repeat_ngram_size=named["no_repeat_ngram"],
        sequence_bias=[[[token], value] for token, value in bias] or None,
    )
    return MODEL._get_logits_processor(config, input_ids_seq_length=1, logits_processor=LogitsProcessorList())


def scores(settings, bias, tokens, logits, moved: float = 0.0, dtype=torch.float32) -> list[float]:
    chain = processors(settings, bias, moved)
    return chain(torch.tensor([tokens]), torch.tensor([logits], dtype=dtype))[0].tolist()


def is_clear(settings, bias, tokens, logits, found) -> bool:
    kept = [score > NEVER for score in found]
    others = [scores(settings, bias, tokens, logits, moved, torch.float64) for moved in (-1e-5, 0.0, 1e-5)]
    last = len(logits) - 1
    mirrored = scores(settings, [(last - token, value) for token, value in bias], [last - token for token in tokens],
                      logits[::-1])
    return all([score > NEVER for score in other] == kept for other in [*others, mirrored[::-1]])


def random_settings(pick: random.Random):
    choices = (
        (0.3, 0.7, 0.8, 1.0, 1.0, 1.3, 2.5), (0, 0, 1, 2, 3, 5, 8, 40), (1.0, 1.0, 0.2, 0.5, 0.8, 0.9, 0.97),
        (0.0, 0.0, 0.02, 0.1, 0.3, 0.7), (1.0, 1.0, 0.1, 0.4, 0.7, 0.9), (1.0, 1.0, 0.8, 1.2, 2.0),
        (0, 0, 1, 2, 3),
    )
    # One filter alone as often as all at once.
    share = pick.choice((0.2, 0.5, 1.0))
    return tuple(pick.choice(values) if pick.random() < share else off for values, off in zip(choices, OFF))


def main() -> None:
    pick = random.Random(1)
    cases, tried = [], 0
    while len(cases) < CASES:
        settings = EDGES[tried % len(EDGES)] if tried < 8 * len(EDGES) else random_settings(pick)
        tried += 1
        size = pick.randint(10, 14)
        # Eighths are exact; a coarser grid ties often.
        width = pick.choice((4, 12, 24, 24, 48))
        eighths = [round(pick.gauss(0, width)) for _ in range(size)]
        if pick.random() < 0.15:
            eighths[pick.randrange(size)] = None
        logits = [NEVER if value is None else value / 8 for value in eighths]
        tokens = [pick.randrange(size if pick.random() < 0.5 else 3) for _ in range(pick.randint(1, 14))]
        bias = []
        if pick.random() < 0.25:
            biased = pick.sample(range(size), pick.randint(1, 3))
            bias = [(token, pick.choice((-2.5, 1.5, 4.0, -100.0, NEVER))) for token in biased]
        found = scores(settings, bias, tokens, logits)
        if all(score == NEVER for score in found) or not is_clear(settings, bias, tokens, logits, found):
            continue
        left = [[token, float(f"{score:.7g}")] for token, score in enumerate(found) if score > NEVER]
        shown = [[token, None if value == NEVER else value] for token, value in bias]
        cases.append([list(settings), shown, tokens, eighths, left])
    about = {"transformers": transformers.__version__, "torch": torch.__version__, "tried": tried}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    with open(sys.argv[1], "w", encoding="utf8") as out:
        out.write(json.dumps(about)[:-1] + ', "cases": [\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main()
