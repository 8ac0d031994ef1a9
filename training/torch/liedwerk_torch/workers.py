"""The processes that share every step: a single one, or those started by torchrun."""

import contextlib
import os
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class Workers:
    """This process as one of `count` workers. Steps are split into the same shares whatever their number."""

    def __init__(self, shares: int):
        self.count = int(os.environ.get("WORLD_SIZE", 1))
        self.rank = int(os.environ.get("RANK", 0))
        if shares % self.count:
            raise SystemExit(f"{shares} shares cannot be spread evenly over {self.count} workers: "
                             "set `shares` in the recipe's [train] to a multiple")
        self.shares = range(self.rank, shares, self.count)
        self.device = torch.device("cpu")
        if torch.cuda.is_available():
            self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
            torch.cuda.set_device(self.device)
        if self.count > 1:
            dist.init_process_group("nccl" if self.device.type == "cuda" else "gloo")

    @property
    def first(self) -> bool:
        """Whether this is the worker that evaluates, writes files and prints."""
        return self.rank == 0

    def wrap(self, objective: nn.Module) -> nn.Module:
        return (DistributedDataParallel(objective, forward_sync_buffers=False, gradient_as_bucket_view=True)
                if self.count > 1 else objective)

    def backward(self, objective: nn.Module, step: int, seed: int, targets: int, autocast) -> torch.Tensor:
        """Computes gradients of the mean loss over the `targets` of a step; returns the summed loss of this
        worker's shares.

        Shares are computed one after another, so they need the memory of one (gradient accumulation). The random
        numbers of a share depend on the step and the share, not on the worker.
        """
        total = torch.zeros((), device=self.device)
        for share in self.shares:
            last = share == self.shares[-1]
            wait = contextlib.nullcontext() if last or self.count == 1 else objective.no_sync()
            torch.manual_seed(seed + 1_000_003 * step + share)
            with wait, autocast():
                loss = objective(step, share)
                # DistributedDataParallel divides by the number of workers.
                (loss * (self.count / targets)).backward()
            total += loss.detach()
        return total

    def sum(self, value: torch.Tensor) -> float:
        if self.count > 1:
            dist.all_reduce(value)
        return value.item()

    def agree(self, value):
        """Returns the value of the first worker."""
        if self.count == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, device=self.device)
        return box[0]

    def gather(self, parts: dict) -> dict:
        """Returns the entries of all workers."""
        if self.count == 1:
            return parts
        all_parts = [None] * self.count
        dist.all_gather_object(all_parts, parts)
        return {key: value for part in all_parts for key, value in part.items()}

    def close(self) -> None:
        """Ends this process if it is one of several. All end together, since torchrun ends all when one fails."""
        if self.count > 1:
            dist.barrier()
            dist.destroy_process_group()
            sys.stdout.flush()
            # In about one of twenty runs, PyTorch's threads abort a normal exit.
            os._exit(0)
