"""The training loop, with an adjustable schedule and usable weights at any time.

Every evaluation writes to OUT: config.json, tokenizer.json, model.safetensors (f16 or int8; the moving average of
the weights or, at the end, the last weights if they are better) and README.md, the model card. checkpoint.pt
holds everything --resume needs. To finish early, write a number of steps into OUT/decay: the final decay of the
learning rate then begins at once and runs over that many steps.
"""

import copy
import functools
import json
import math
import os
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from .card import card
from .optimizers import Optimizers
from .quantize import dequantized, stored
from .tasks import TASKS
from .workers import Workers

AGREE_EVERY = 10  # steps between two checks of the clock and of OUT/decay


@dataclass
class Options:
    """Command line options."""

    recipe: Path
    data: Path
    out: Path
    resume: bool = False
    init: Path | None = None
    steps: int | None = None
    minutes: float | None = None
    bf16: bool = False
    compile: bool = False
    eval_every: int = 1000
    report_every: int = 50


def write_atomically(path: Path, write) -> None:
    """Replaces a file so that readers, and a crash at any moment, see the old or the new one, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    write(temporary)
    os.replace(temporary, path)


class Schedule:
    """Learning rate schedule: warm-up, constant, linear decay to 0. For the formula, see char-lstm-songs.toml."""

    def __init__(self, recipe: dict):
        self.lr, self.warmup = recipe["lr"], recipe["warmup_steps"]
        self.steps, self.decay_steps = recipe["steps"], recipe["decay_steps"]

    @property
    def start(self) -> int:
        return self.steps - self.decay_steps

    def decay_from(self, step: int, decay_steps: int) -> None:
        self.steps, self.decay_steps = step + decay_steps, decay_steps

    def at(self, step: int) -> float:
        rise = (step + 1) / max(1, self.warmup)
        fall = (self.steps - step) / max(1, self.decay_steps)
        return self.lr * min(rise, fall, 1)


class Training:
    """A model in training, with everything needed to resume."""

    def __init__(self, options: Options):
        self.options, self.began = options, time.monotonic()
        self.recipe = tomllib.loads(options.recipe.read_text(encoding="utf-8"))
        self.settings = settings = self.recipe["train"]
        self.workers = Workers(settings.get("shares", 1))
        device = self.workers.device
        if device.type == "cpu":
            torch.set_flush_denormal(True)  # saturated gates produce denormals, which are slow
            torch.backends.mha.set_fastpath_enabled(False)  # supports neither autocast nor our masks
        self.autocast = functools.partial(torch.autocast, device.type, torch.bfloat16, enabled=options.bf16)
        torch.manual_seed(settings["seed"])

        given = next((f for f in (options.init, options.out) if f and (f / "tokenizer.json").exists()), None)
        tokenizer = (given / "tokenizer.json").read_text(encoding="utf-8") if given else None
        self.task = TASKS[self.recipe["model"]["type"]](self.recipe, options.data, tokenizer, device).to(device)
        self.model = self.task.model
        if options.init:
            self.model.load_state_dict(dequantized(load_file(options.init / "model.safetensors")))
        if options.compile:
            self.model.features = torch.compile(self.model.features, dynamic=True)
        self.objective = self.workers.wrap(self.task)
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.parameters = list(self.model.parameters())
        self.optimizer = Optimizers(self.model, settings)
        self.schedule = Schedule(settings)
        self.step = self.tokens = 0
        if options.resume and self.checkpoint_path.exists():
            self.restore()
        self.started_at = self.step

    @property
    def checkpoint_path(self) -> Path:
        return self.options.out / "checkpoint.pt"

    def say(self, text: str) -> None:
        if self.workers.first:
            print(text, flush=True)

    def restore(self) -> None:
        saved = torch.load(self.checkpoint_path, weights_only=True, map_location=self.workers.device)
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.schedule.steps, self.schedule.decay_steps = saved["schedule"]
        self.step, self.tokens, self.task.states = saved["step"], saved["tokens"], saved["states"]
        self.say(f"resumed at step {self.step}")

    def save_checkpoint(self) -> None:
        states = self.workers.gather({share: self.task.states.get(share) for share in self.workers.shares})
        saved = {
            "model": self.model.state_dict(), "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step, "tokens": self.tokens,
            "states": {share: state for share, state in states.items() if state is not None},
            "schedule": (self.schedule.steps, self.schedule.decay_steps),
        }
        if self.workers.first:
            write_atomically(self.checkpoint_path, lambda path: torch.save(saved, path))

    def save_model(self, final: bool) -> None:
        """Writes the moving average or, at the end, the last weights if better, with figures of the stored weights."""
        if not self.workers.first:
            return
        precision = self.recipe.get("precision", "f16")
        best = self.average
        if final and self.task.judge(self.model, False)[0] < self.task.judge(self.average, False)[0]:
            best = self.model
        tensors = {name: tensor.cpu() for name, tensor in stored(best.state_dict(), precision).items()}
        written = copy.deepcopy(best)
        written.load_state_dict(dequantized(tensors))
        _, figures = self.task.judge(written, final)
        figures = {"step": self.step, self.task.unit.replace(" ", "_"): self.tokens} | figures
        config = {"model_type": self.recipe["model"]["type"]} | self.task.config
        out = self.options.out
        (out / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
        (out / "tokenizer.json").write_text(self.task.tokenizer_json, encoding="utf-8")
        (out / "README.md").write_text(card(self.recipe, self.parameters, figures), encoding="utf-8")
        write_atomically(out / "model.safetensors", lambda path: save_file(tensors, path))
        which = "average" if best is self.average else "last"
        self.say(f"step {self.step}: dev {figures} ({which} weights), {(time.monotonic() - self.began) / 60:.1f} min")

    def steer(self) -> None:
        """Starts the final decay if OUT/decay exists or the given time is running out."""
        schedule, options = self.schedule, self.options
        before = (schedule.steps, schedule.decay_steps)
        if self.workers.first:
            decay_file = options.out / "decay"
            elapsed = time.monotonic() - self.began
            if decay_file.exists():
                schedule.decay_from(self.step, max(1, int(decay_file.read_text() or self.settings["decay_steps"])))
                decay_file.unlink()
            elif options.minutes and elapsed > 0.75 * 60 * options.minutes and self.step < schedule.start:
                rate = (self.step - self.started_at) / elapsed
                remaining = max(1, int(rate * (60 * options.minutes - elapsed)))
                schedule.decay_from(self.step, min(remaining, schedule.steps - self.step))
        schedule.steps, schedule.decay_steps = self.workers.agree((schedule.steps, schedule.decay_steps))
        if (schedule.steps, schedule.decay_steps) != before:
            self.say(f"step {self.step}: decay over {schedule.decay_steps} steps")

    def advance(self) -> torch.Tensor:
        """Performs one step; returns this worker's part of the summed loss."""
        self.optimizer.zero_grad()
        targets = self.task.targets(self.step)
        loss = self.workers.backward(self.objective, self.step, self.settings["seed"], targets, self.autocast)
        nn.utils.clip_grad_norm_(self.parameters, self.settings["grad_clip"])
        self.optimizer.step(self.schedule.at(self.step))
        self.step, self.tokens = self.step + 1, self.tokens + targets
        with torch.no_grad():
            # Use a lower decay at first, so that the random initial weights do not linger in the average.
            weight = 1 - min(self.settings.get("average", 0.999), self.step / (self.step + 10))
            torch._foreach_lerp_(list(self.average.parameters()), self.parameters, weight)
        return loss

    def run(self) -> None:
        settings, options = self.settings, self.options
        options.out.mkdir(parents=True, exist_ok=True)
        self.say(f"{self.task.about}, {sum(p.numel() for p in self.parameters)} parameters, "
                 f"{self.workers.count} workers on {self.workers.device.type}")
        self.model.train()
        loss, reported, report_time = torch.zeros((), device=self.workers.device), self.tokens, time.monotonic()
        while self.step < min(self.schedule.steps, options.steps or self.schedule.steps):
            if self.step % AGREE_EVERY == 0:
                self.steer()
            loss += self.advance()
            if self.step % options.report_every == 0:
                nats, now = self.workers.sum(loss) / (self.tokens - reported), time.monotonic()
                self.say(f"step {self.step}: train {nats:.6f} nats, {nats / math.log(2):.4f} bits, "
                         f"lr {self.schedule.at(self.step - 1):.2e}, "
                         f"{(self.tokens - reported) / (now - report_time):.0f} {self.task.unit}/s")
                loss, reported, report_time = torch.zeros_like(loss), self.tokens, now
            if self.step % settings["checkpoint_every"] == 0:
                self.save_checkpoint()
            if self.step % options.eval_every == 0 and self.step < self.schedule.steps:
                self.save_model(final=False)
                report_time = time.monotonic()
        self.save_checkpoint()
        self.save_model(final=True)
        self.workers.close()
