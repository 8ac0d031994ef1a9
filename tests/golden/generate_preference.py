"""Writes the PyTorch goldens of the losses for preferences: values and all gradients.

    python tests/golden/generate_preference.py OUTDIR

Files and names as in generate.py. "in.ids" (B, T) are texts padded with 0; "lengths" and "begins" in the JSON say how
many tokens each has and where it begins to be scored. First come the texts that were chosen, then the others; for
REINFORCE they are groups of two.
"""

import argparse
from pathlib import Path

import torch
from generate import Case
from liedwerk_torch.gpt import Gpt
from liedwerk_torch.preference import RewardModel, bradley_terry, dpo, reinforce, sequence_log_probs
from torch import nn

SIZES = {"vocab_size": 13, "n_positions": 12, "n_embd": 8, "n_layer": 2, "n_head": 2,
         "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
LENGTHS, BEGINS = [9, 5, 7, 8], [2, 1, 3, 2]
BETA, GROUP = 0.3, 2


def texts(case: Case) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    ids = torch.randint(1, SIZES["vocab_size"], (len(LENGTHS), max(LENGTHS)))
    lengths, begins = torch.tensor(LENGTHS), torch.tensor(BEGINS)
    ids *= torch.arange(max(LENGTHS)) < lengths[:, None]
    case.put("in.ids", ids.int())
    return ids, begins, lengths


def new_case(name: str, **more) -> Case:
    return Case(name, sizes=SIZES, lengths=LENGTHS, begins=BEGINS, **more)


def prefer_reward() -> Case:
    case = new_case("prefer_reward")
    model = RewardModel(Gpt(**SIZES))
    named = {name.removeprefix("body."): parameter for name, parameter in model.named_parameters()}
    named["score.weight"] = named.pop("score")
    for name, parameter in named.items():
        nn.init.normal_(parameter, std=0.4)
        case.leaves["param." + name] = parameter
        case.put("param." + name, parameter)
    ids, _, lengths = texts(case)
    rewards = model(ids, lengths)
    case.put("out.rewards", rewards)
    case.gradients(bradley_terry(*rewards.chunk(2)))
    return case


def policy(name: str, loss) -> Case:
    case = new_case(name, beta=BETA, group=GROUP)
    model = Gpt(**SIZES)
    case.parameters(model)
    ids, begins, lengths = texts(case)
    log_probs = sequence_log_probs(model, ids, begins, lengths)
    case.put("out.log_probs", log_probs)
    reference, rewards = log_probs.detach() + torch.randn(len(ids)), torch.randn(len(ids))
    case.put("in.reference", reference)
    case.put("in.rewards", rewards)
    case.gradients(loss(log_probs, rewards, reference))
    return case


def prefer_dpo() -> Case:
    return policy("prefer_dpo", lambda log_probs, _, reference: dpo(log_probs, reference, BETA))


def prefer_reinforce() -> Case:
    return policy("prefer_reinforce",
                  lambda log_probs, rewards, reference: reinforce(log_probs, rewards, reference, BETA, GROUP))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    for make in (prefer_reward, prefer_dpo, prefer_reinforce):
        make().write(out)
