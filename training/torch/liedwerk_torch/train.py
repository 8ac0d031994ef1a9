"""Training with carried state, a steerable schedule and usable weights at any time.

Written to OUT at every evaluation: config.json, tokenizer.json, model.safetensors
(f16, the moving average of the weights) and figures.json. checkpoint.pt holds all
that --resume needs. To finish early, write a number of steps into OUT/decay: the
final decay of the learning rate then runs over that many steps from there on.
"""

import copy
import json
import os
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from .char_lstm import CharLstm, State, bits_per_character
from .data import NORMALIZERS, Streams, load_ids, tokenizer_json

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


class Workers:
    """Data parallelism over threads: each runs its share of the batch on one core.

    Much faster than threads inside each operation as soon as anything else runs
    on the machine: those wait for the slowest at every operation, these once a step.
    """

    def __init__(self, model: CharLstm, count: int, bf16: bool):
        self.model, self.count, self.bf16 = model, count, bf16
        self.parameters = list(model.parameters())
        self.pool = ThreadPoolExecutor(count, initializer=prepare_thread)

    def _share(self, inputs, targets, state, scale):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            logits, state = self.model(inputs, state)
        loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten())
        gradients = torch.autograd.grad(loss * scale, self.parameters)
        return loss.detach() * scale, gradients, tuple(s.detach().float() for s in state)

    def gradients(self, inputs: torch.Tensor, targets: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """Sets the gradients of the mean loss; returns the loss and the new state."""
        batch = len(inputs)
        shares = [
            self.pool.submit(self._share, x, y, (h, c), len(x) / batch)
            for x, y, h, c in zip(
                inputs.chunk(self.count), targets.chunk(self.count),
                (s.contiguous() for s in state[0].chunk(self.count, dim=1)),
                (s.contiguous() for s in state[1].chunk(self.count, dim=1)),
            )
        ]
        losses, gradients, states = zip(*(share.result() for share in shares))
        for parameter, *parts in zip(self.parameters, *gradients):
            parameter.grad = sum(parts[1:], parts[0])
        state = tuple(torch.cat(parts, dim=1) for parts in zip(*states))
        return sum(losses), state


def train(recipe_path: Path, data: Path, out: Path, resume: bool, minutes: float | None,
          bf16: bool, threads: int, eval_seconds: float) -> None:
    began = time.monotonic()
    prepare_thread()
    recipe = tomllib.loads(recipe_path.read_text(encoding="utf-8"))
    settings, normalize = recipe["train"], recipe["data"]["normalize"]
    torch.manual_seed(settings["seed"])

    train_ids = load_ids(data / recipe["data"]["train"], normalize)
    dev_ids = load_ids(data / recipe["data"]["dev"], normalize)
    streams = Streams(train_ids, settings["batch_size"], settings["window"], settings["seed"])
    characters_per_step = settings["batch_size"] * settings["window"]

    shape = {"vocab_size": len(NORMALIZERS[normalize][1])}
    shape |= {k: v for k, v in recipe["model"].items() if k != "type"}
    model = CharLstm(**shape)
    average = copy.deepcopy(model).requires_grad_(False)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        parameters, lr=settings["lr"], betas=(settings["beta1"], settings["beta2"]),
        weight_decay=settings["weight_decay"], fused=True,
    )
    workers = Workers(model, threads, bf16)
    schedule = Schedule(settings)
    step, state = 0, model.zero_state(settings["batch_size"])

    checkpoint_path = out / "checkpoint.pt"
    out.mkdir(parents=True, exist_ok=True)
    if resume and checkpoint_path.exists():
        saved = torch.load(checkpoint_path, weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.steps, schedule.decay_steps = saved["schedule"]
        step, state = saved["step"], saved["state"]
        torch.set_rng_state(saved["rng"])
        print(f"resumed at step {step}", flush=True)

    config = {"model_type": recipe["model"]["type"]} | shape
    (out / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
    (out / "tokenizer.json").write_text(tokenizer_json(normalize), encoding="utf-8")

    def save_checkpoint() -> None:
        saved = {
            "model": model.state_dict(), "average": average.state_dict(),
            "optimizer": optimizer.state_dict(), "step": step, "state": state,
            "schedule": (schedule.steps, schedule.decay_steps), "rng": torch.get_rng_state(),
        }
        write_atomically(checkpoint_path, lambda path: torch.save(saved, path))

    def save_model(weights: CharLstm, bits: float) -> None:
        tensors = {name: tensor.half() for name, tensor in weights.state_dict().items()}
        write_atomically(out / "model.safetensors", lambda path: save_file(tensors, path))
        figures = {"step": step, "chars": step * characters_per_step, "dev_bits_per_char": round(bits, 4)}
        write_atomically(out / "figures.json", lambda path: path.write_text(json.dumps(figures) + "\n"))

    print(f"{len(train_ids)} characters to train on, {len(dev_ids)} to validate on, "
          f"{sum(p.numel() for p in parameters)} parameters, {streams.windows_per_epoch} steps an epoch", flush=True)
    model.train()
    started_at, report_time, report_step, losses = step, time.monotonic(), step, []
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
        inputs, targets, begins = streams.at(step)
        if begins:
            state = model.zero_state(settings["batch_size"])
        loss, state = workers.gradients(inputs, targets, state)
        nn.utils.clip_grad_norm_(parameters, settings["grad_clip"])
        optimizer.step()
        step += 1
        losses.append(loss)
        with torch.no_grad():
            # The average must not drag the random start along: weigh it low at first.
            weight = 1 - min(AVERAGE_DECAY, step / (step + 10))
            torch._foreach_lerp_(list(average.parameters()), parameters, weight)

        if step % 50 == 0:
            now = time.monotonic()
            bits = torch.stack(losses).mean().item() / 0.6931471805599453
            rate = (step - report_step) * characters_per_step / (now - report_time)
            print(f"step {step}: train {bits:.4f} bits, lr {schedule.at(step - 1):.2e}, {rate:.0f} characters/s", flush=True)
            report_time, report_step, losses = now, step, []
        if step % settings["checkpoint_every"] == 0:
            save_checkpoint()
        if time.monotonic() - last_evaluation > eval_seconds:
            bits = bits_per_character(average, dev_ids, streams=32)
            save_model(average, bits)
            print(f"step {step}: dev {bits:.4f} bits per character, "
                  f"{(time.monotonic() - began) / 60:.1f} min", flush=True)
            report_time, report_step, losses = time.monotonic(), step, []
            last_evaluation = time.monotonic()

    save_checkpoint()
    # After the decay the last weights are mostly the best, the average lags behind.
    candidates = [(bits_per_character(m, dev_ids, streams=32), i, m) for i, m in enumerate((model, average))]
    bits, which, best = min(candidates)
    save_model(best, bits)
    # The published figure is that of the weights as written, in f16, read in one stream.
    written = copy.deepcopy(best).half().float()
    bits = bits_per_character(written, dev_ids)
    save_model(best, bits)
    print(f"done at step {step}: dev {bits:.4f} bits per character ({'average' if which else 'last'} weights)", flush=True)
