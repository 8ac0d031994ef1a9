"""Writes tests/fixtures/golden/sampling.json: what Python's transformers makes of some logits.

Each case holds logits, the tokens so far and the settings, and the scores after the processors that
`generate(do_sample=True)` runs, in its order (null where a token was removed).

usage: python3 sampling.py OUT.json   (needs torch and transformers)
"""

import json
import sys

import torch
import transformers
from transformers.generation import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)


def processors(temperature: float, top_k: int, top_p: float, repetition_penalty: float) -> LogitsProcessorList:
    chain = LogitsProcessorList()
    if repetition_penalty != 1.0:
        chain.append(RepetitionPenaltyLogitsProcessor(repetition_penalty))
    if temperature != 1.0:
        chain.append(TemperatureLogitsWarper(temperature))
    if top_k != 0:
        chain.append(TopKLogitsWarper(top_k))
    if top_p < 1.0:
        chain.append(TopPLogitsWarper(top_p))
    return chain


def main() -> None:
    torch.manual_seed(1)
    cases = []
    settings = [
        (1.0, 0, 1.0, 1.3),
        (0.7, 0, 1.0, 1.0),
        (1.0, 5, 1.0, 1.0),
        (1.0, 0, 0.9, 1.0),
        (1.0, 0, 0.05, 1.0),
        (0.8, 0, 0.95, 1.0),
        (1.4, 12, 0.8, 1.2),
        (0.5, 40, 0.7, 0.8),
        (2.0, 3, 0.5, 2.0),
        (1.0, 200, 0.0, 1.0),
    ]
    for temperature, top_k, top_p, repetition_penalty in settings:
        for vocab_size in (4, 76):
            # Eighths are exact in f32 and in decimal, and tie now and then; ties at the edge of top-p are
            # left to chance by torch's sort, so there the logits are all different.
            logits = (torch.randn(1, vocab_size) * 24).round() / 8
            if top_p < 1.0:
                logits = (torch.randperm(vocab_size)[None] - vocab_size / 2) / 8
            tokens = torch.randint(vocab_size, (1, 30))
            scores = processors(temperature, min(top_k, vocab_size), top_p, repetition_penalty)(tokens, logits)
            cases.append(
                {
                    "temperature": temperature,
                    "top_k": top_k,
                    "top_p": top_p,
                    "repetition_penalty": repetition_penalty,
                    "tokens": tokens[0].tolist(),
                    "logits": logits[0].tolist(),
                    "scores": [score if score > float("-inf") else None for score in scores[0].tolist()],
                }
            )
    with open(sys.argv[1], "w", encoding="utf8") as out:
        json.dump({"transformers": transformers.__version__, "torch": torch.__version__, "cases": cases}, out)
        out.write("\n")


if __name__ == "__main__":
    main()
