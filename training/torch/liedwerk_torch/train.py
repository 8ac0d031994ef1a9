"""Training with a steerable schedule and usable weights at any time.

Written to OUT at every evaluation: config.json, tokenizer.json, model.safetensors
(f16 or int8, the moving average of the weights) and figures.json. checkpoint.pt holds
all that --resume needs. To finish early, write a number of steps into OUT/decay: the
final decay of the learning rate then runs over that many steps from there on.
"""

import copy
import json
import math
import os
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from .quantize import dequantized, stored
from .tasks import SongTask, TranslationTask

TASKS = {"char_lstm": SongTask, "transformer": TranslationTask, "seq2seq": TranslationTask}
# Averaging over the last thousand or so steps stands in for the decay not yet made.
AVERAGE_DECAY = 0.999


def write_atomically(path: Path, write) -> None:
    """Readers and a kill at any moment see the old file or the new, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    write(temporary)
    os.replace(temporary, path)


class Schedule:
    """Warm-up, constant, linear decay to 0. The formula stands in the recipe."""

    def __init__(self, recipe: dict):
        self.lr, self.warmup = recipe["lr"], recipe["warmup_steps"]
        self.steps, self.decay_steps = recipe["steps"], recipe["decay_steps"]

    @property
    def start(self) -> int:
        return self.steps - self.decay_steps

    def decay_from(self, step: int, decay_steps: int) -> None:
        self.steps, self.decay_steps = step + decay_steps, decay_steps

    def at(self, step: int) -> float:
        if step < self.warmup:
            return self.lr * (step + 1) / self.warmup
        if step < self.start:
            return self.lr
        return self.lr * (1 - (step - self.start) / self.decay_steps)


def prepare_thread() -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # saturated gates make denormals, which are slow
    torch.backends.mha.set_fastpath_enabled(False)  # it knows neither autocast nor our masks


class Workers:
    """Data parallelism over threads: each runs its share of the batch on one core.

    Much faster than threads inside each operation as soon as anything else runs
    on the machine: those wait for the slowest at every operation, these once a step.
    """

    def __init__(self, task, count: int, bf16: bool):
        self.task, self.count, self.bf16 = task, count, bf16
        self.parameters = list(task.model.parameters())
        self.pool = ThreadPoolExecutor(count, initializer=prepare_thread)

    def _share(self, share):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            loss, count, state = self.task.loss(self.task.model, share)
        return loss.detach(), count, torch.autograd.grad(loss, self.parameters), state

    def gradients(self, step: int) -> tuple[torch.Tensor, int]:
        """Sets the gradients of the mean loss of this step; returns loss and its token count."""
        shares = self.pool.map(self._share, self.task.shares(step, self.count))
        losses, counts, gradients, states = zip(*shares)
        count = sum(counts)
        for parameter, *parts in zip(self.parameters, *gradients):
            parameter.grad = sum(parts[1:], parts[0]).div_(count)
        self.task.carry(states)
        return sum(losses) / count, count


def train(recipe_path: Path, data: Path, out: Path, resume: bool, minutes: float | None,
          bf16: bool, threads: int, eval_seconds: float) -> None:
    began = time.monotonic()
    prepare_thread()
    recipe = tomllib.loads(recipe_path.read_text(encoding="utf-8"))
    settings = recipe["train"]
    torch.manual_seed(settings["seed"])
    out.mkdir(parents=True, exist_ok=True)

    task = TASKS[recipe["model"]["type"]](recipe, data, out)
    model = task.model
    average = copy.deepcopy(model).requires_grad_(False)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        parameters, lr=settings["lr"], betas=(settings["beta1"], settings["beta2"]),
        weight_decay=settings["weight_decay"], fused=True,
    )
    workers = Workers(task, threads, bf16)
    schedule = Schedule(settings)
    step = tokens = 0

    checkpoint_path = out / "checkpoint.pt"
    if resume and checkpoint_path.exists():
        saved = torch.load(checkpoint_path, weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.steps, schedule.decay_steps = saved["schedule"]
        step, tokens, task.state = saved["step"], saved["tokens"], saved["state"]
        torch.set_rng_state(saved["rng"])
        print(f"resumed at step {step}", flush=True)

    config = {"model_type": recipe["model"]["type"]} | task.config
    (out / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
    (out / "tokenizer.json").write_text(task.tokenizer_json, encoding="utf-8")

    def save_checkpoint() -> None:
        saved = {
            "model": model.state_dict(), "average": average.state_dict(),
            "optimizer": optimizer.state_dict(), "step": step, "tokens": tokens, "state": task.state,
            "schedule": (schedule.steps, schedule.decay_steps), "rng": torch.get_rng_state(),
        }
        write_atomically(checkpoint_path, lambda path: torch.save(saved, path))

    def save_model(weights: nn.Module, figures: dict) -> None:
        tensors = stored(weights.state_dict(), recipe.get("precision", "f16"))
        write_atomically(out / "model.safetensors", lambda path: save_file(tensors, path))
        figures = {"step": step, task.unit.replace(" ", "_"): tokens} | figures
        write_atomically(out / "figures.json", lambda path: path.write_text(json.dumps(figures) + "\n"))

    print(f"{task.about}, {sum(p.numel() for p in parameters)} parameters", flush=True)
    model.train()
    started_at, report_time, report_tokens, losses = step, time.monotonic(), 0, []
    last_evaluation = time.monotonic()
    while step < schedule.steps:
        # Two ways to finish early: the file `decay`, and the time given.
        decay_file = out / "decay"
        if decay_file.exists():
            schedule.decay_from(step, max(1, int(decay_file.read_text() or settings["decay_steps"])))
            decay_file.unlink()
            print(f"step {step}: decay over {schedule.decay_steps} steps", flush=True)
            save_checkpoint()
        elapsed = time.monotonic() - began
        if minutes and elapsed > 0.75 * 60 * minutes and step < schedule.start:
            rate = (step - started_at) / elapsed
            remaining = max(1, int(rate * (60 * minutes - elapsed)))
            schedule.decay_from(step, min(remaining, schedule.steps - step))
            print(f"step {step}: decay over {schedule.decay_steps} steps", flush=True)

        for group in optimizer.param_groups:
            group["lr"] = schedule.at(step)
        loss, count = workers.gradients(step)
        nn.utils.clip_grad_norm_(parameters, settings["grad_clip"])
        optimizer.step()
        step, tokens, report_tokens = step + 1, tokens + count, report_tokens + count
        losses.append(loss)
        with torch.no_grad():
            # The average must not drag the random start along: weigh it low at first.
            weight = 1 - min(AVERAGE_DECAY, step / (step + 10))
            torch._foreach_lerp_(list(average.parameters()), parameters, weight)

        if step % 50 == 0:
            now = time.monotonic()
            nats = torch.stack(losses).mean().item()
            print(f"step {step}: train {nats:.4f} nats, {nats / math.log(2):.4f} bits, lr {schedule.at(step - 1):.2e}, "
                  f"{report_tokens / (now - report_time):.0f} {task.unit}/s", flush=True)
            report_time, report_tokens, losses = now, 0, []
        if step % settings["checkpoint_every"] == 0:
            save_checkpoint()
        if time.monotonic() - last_evaluation > eval_seconds:
            _, figures = task.judge(average, final=False)
            save_model(average, figures)
            print(f"step {step}: dev {figures}, {(time.monotonic() - began) / 60:.1f} min", flush=True)
            report_time, report_tokens, losses = time.monotonic(), 0, []
            last_evaluation = time.monotonic()

    save_checkpoint()
    # After the decay the last weights are mostly the best, but sometimes the average is.
    best = min((model, average), key=lambda weights: task.judge(weights, final=False)[0])
    # The published figures are those of the weights as written.
    written = copy.deepcopy(best)
    written.load_state_dict(dequantized(stored(best.state_dict(), recipe.get("precision", "f16"))))
    _, figures = task.judge(written, final=True)
    save_model(best, figures)
    print(f"done at step {step}: dev {figures} ({'average' if best is average else 'last'} weights)", flush=True)
