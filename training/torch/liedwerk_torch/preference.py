"""Losses for learning from preferences, the twins of those in src/train/preference.rs."""

import torch
from torch import nn

from .gpt import Gpt


class RewardModel(nn.Module):
    """A GPT's body with one output, read at the last token of a text (Stiennon et al. 2020)."""

    def __init__(self, body: Gpt):
        super().__init__()
        self.body = body
        self.score = nn.Parameter(torch.zeros(1, body.wte.embedding_dim))

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Returns rewards (B) for ids (B, T), padded on the right after `lengths` (B) tokens."""
        features = self.body.features(ids)
        return features[torch.arange(len(ids)), lengths - 1] @ self.score[0]


def sequence_log_probs(model: Gpt, ids: torch.Tensor, begins: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Returns ln p(ids[b, begins[b]:lengths[b]] | ids[b, :begins[b]]) for each text, (B)."""
    log_p = (model.features(ids[:, :-1]) @ model.output_weight.T).log_softmax(-1)
    of_next = log_p.gather(2, ids[:, 1:, None])[..., 0]
    at = torch.arange(1, ids.shape[1])
    scored = (at >= begins[:, None]) & (at < lengths[:, None])
    return (of_next * scored).sum(1)


def bradley_terry(chosen: torch.Tensor, rejected: torch.Tensor) -> torch.Tensor:
    """Returns the mean of -ln sigma(chosen - rejected) (Bradley and Terry 1952)."""
    return -nn.functional.logsigmoid(chosen - rejected).mean()


def dpo(log_probs: torch.Tensor, reference: torch.Tensor, beta: float) -> torch.Tensor:
    """Direct preference optimisation (Rafailov et al. 2023); the first half are chosen texts, the second rejected."""
    chosen, rejected = (beta * (log_probs - reference)).chunk(2)
    return bradley_terry(chosen, rejected)


def reinforce(log_probs: torch.Tensor, rewards: torch.Tensor, reference: torch.Tensor, beta: float,
              group: int) -> torch.Tensor:
    """REINFORCE with the mean of a group's other samples as baseline and a KL penalty of `beta` per nat."""
    worth = (rewards - beta * (log_probs.detach() - reference)).view(-1, group)
    baseline = (worth.sum(1, keepdim=True) - worth) / (group - 1)
    return -((worth - baseline).flatten() * log_probs).mean()
