"""Writes the goldens of GPT-2 with Python's transformers: its own model folders, and what it computes with them.

    python tests/golden/generate_gpt.py OUTDIR   (needs torch and transformers)

OUTDIR/gpt2 is a folder as save_pretrained writes it, and holds the parameters. gpt2.safetensors and gpt2.json
have the rest, with names as in generate.py: "in.ids" (batches, B, T + 1) are token ids; logits and gradients
belong to the first batch, out.losses to all in a row; "greedy" in the JSON are prompts with their likeliest
continuations, which are longer than the window: where it is full, the older half of it is dropped.

OUTDIR/gpt2_f16 is a folder as older versions wrote it, in f16: names without prefix, the attention masks, the
output layer once more. Its weights are rounded before anything is computed with them.
"""

import argparse
from pathlib import Path

import torch
import transformers
from generate import Case
from safetensors.torch import save_file
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel

STEPS, BATCH, LENGTH = 10, 4, 12
OPTIONS = {"lr": 3e-3, "weight_decay": 0.01, "betas": (0.9, 0.98), "eps": 1e-8}
GRAD_CLIP = 1.0
NEW_TOKENS = 40
# Closer logits could change places by rounding.
MARGIN = 1e-4


def random_model(config: GPT2Config) -> GPT2LMHeadModel:
    """Weights far enough from those training starts from that every one of them matters, and texts vary."""
    model = GPT2LMHeadModel(config)
    for name, parameter in model.named_parameters():
        std = 1.0 if "wpe" in name else 0.1 if name.endswith("bias") else 0.4
        is_scale = parameter.dim() == 1 and name.endswith("weight")
        nn.init.normal_(parameter, mean=float(is_scale), std=std)
    # Without dropout.
    return model.eval()


def window(tokens: list[int], positions: int) -> list[int]:
    """What is left of the tokens when a full window loses its older half before the next token comes."""
    seen: list[int] = []
    for token in tokens:
        if len(seen) == positions:
            seen = seen[len(seen) - positions // 2 :]
        seen.append(token)
    return seen


@torch.no_grad()
def greedy(model: GPT2LMHeadModel, prompt: list[int]) -> list[int]:
    tokens = list(prompt)
    for _ in range(NEW_TOKENS):
        logits = model(torch.tensor([window(tokens, model.config.n_positions)])).logits[0, -1]
        best, second = logits.topk(2).values
        if best - second < MARGIN:
            raise SystemExit(f"{prompt}: the two likeliest tokens are too close; take another seed")
        tokens.append(logits.argmax().item())
    return tokens[len(prompt) :]


def gpt2(out: Path) -> Case:
    case = Case("gpt2", transformers=transformers.__version__, **OPTIONS, grad_clip=GRAD_CLIP, steps=STEPS)
    model = random_model(GPT2Config(vocab_size=61, n_positions=24, n_embd=20, n_layer=2, n_head=4,
                                    bos_token_id=0, eos_token_id=0))
    model.save_pretrained(out / case.name)
    # Says nothing about the model.
    (out / case.name / "generation_config.json").unlink(missing_ok=True)

    ids = torch.randint(0, model.config.vocab_size, (STEPS, BATCH, LENGTH + 1))
    case.put("in.ids", ids.int())
    prompts = [[7], ids[0, 0].tolist(), ids[1].flatten()[:30].tolist()]
    case.metadata["greedy"] = [{"prompt": prompt, "tokens": greedy(model, prompt)} for prompt in prompts]

    optimizer = torch.optim.AdamW(model.parameters(), foreach=False, **OPTIONS)
    losses, norms = [], []
    for step in range(STEPS):
        logits = model(ids[step, :, :-1]).logits
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), ids[step, :, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            case.put("out.logits", logits)
            for name, parameter in model.named_parameters():
                case.put("grad." + name.removeprefix("transformer."), parameter.grad)
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), GRAD_CLIP))
        optimizer.step()
        losses.append(loss.detach())
    case.put("out.losses", torch.stack(losses))
    case.put("out.grad_norms", torch.stack(norms))
    return case


def gpt2_f16(out: Path) -> Case:
    case = Case("gpt2_f16", transformers=transformers.__version__)
    config = GPT2Config(vocab_size=23, n_positions=9, n_embd=12, n_layer=1, n_head=3, n_inner=20,
                        layer_norm_epsilon=1e-2, bos_token_id=0, eos_token_id=0)
    model = random_model(config).half().float()
    config.save_pretrained(out / case.name)
    tensors = {name.removeprefix("transformer."): tensor.half() for name, tensor in model.named_parameters()}
    tensors["lm_head.weight"] = tensors["wte.weight"].clone()
    positions = config.n_positions
    tensors["h.0.attn.bias"] = torch.ones(1, 1, positions, positions, dtype=torch.bool).tril()
    tensors["h.0.attn.masked_bias"] = torch.tensor(-1e4, dtype=torch.float16)
    save_file(tensors, out / case.name / "model.safetensors", metadata={"format": "pt"})
    ids = torch.randint(0, config.vocab_size, (2, positions))
    case.put("in.ids", ids.int())
    case.put("out.logits", model(ids).logits)
    return case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", type=Path)
    out = parser.parse_args().outdir
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for case in (gpt2, gpt2_f16):
        case(out).write(out)


if __name__ == "__main__":
    main()
