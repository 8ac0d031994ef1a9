"""Writes the PyTorch goldens that the Rust layers, losses and optimizer are tested on.

    python tests/golden/generate.py OUTDIR

One pair of files a case: NAME.safetensors (f32; token ids as i32) and NAME.json
(sizes, options, and where they are few numbers the expected ones). Names inside:
"in.x" inputs, "param.<torch name>" parameters, "out.y" outputs, "weight.y" the
fixed random weights that make a scalar of the outputs, loss = sum over the
outputs of sum(out * weight), and "grad.<name>" the gradients of that loss by an
input ("grad.in.x") or a parameter ("grad.param.weight"). Masks are given as
numbers, 1 = hidden. Everything is seeded: the same PyTorch writes the same files.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training" / "torch"))
from liedwerk_torch.char_lstm import CharLstm  # noqa: E402


class Case:
    """One golden: collects tensors by name, differentiates, writes the files."""

    def __init__(self, name: str, **metadata):
        # A seed of its own for each case: adding one leaves the others as they are.
        torch.manual_seed(sum(name.encode()))
        self.name, self.metadata = name, {"case": name, "torch": torch.__version__} | metadata
        self.tensors: dict[str, torch.Tensor] = {}
        self.leaves: dict[str, torch.Tensor] = {}

    def put(self, name: str, tensor: torch.Tensor) -> None:
        # A copy: later steps must not change what was put.
        self.tensors[name] = tensor.detach().clone().contiguous()

    def input(self, name: str, *shape: int) -> torch.Tensor:
        tensor = torch.randn(*shape, requires_grad=True)
        self.leaves["in." + name] = tensor
        self.put("in." + name, tensor)
        return tensor

    def parameters(self, module: nn.Module) -> None:
        for name, parameter in module.named_parameters():
            # Random everywhere: the zeros and ones layers start from hide mistakes.
            nn.init.normal_(parameter, std=0.4)
            self.leaves["param." + name] = parameter
            self.put("param." + name, parameter)

    def outputs(self, **outputs: torch.Tensor) -> None:
        """Puts the outputs and the gradients of their randomly weighted sum."""
        loss = torch.zeros(())
        for name, output in outputs.items():
            weight = torch.randn(output.shape)
            self.put("out." + name, output)
            self.put("weight." + name, weight)
            loss = loss + (output * weight).sum()
        self.gradients(loss)

    def gradients(self, loss: torch.Tensor) -> None:
        self.put("out.loss", loss.reshape(1))
        for name, gradient in zip(self.leaves, torch.autograd.grad(loss, list(self.leaves.values()))):
            self.put("grad." + name, gradient)

    def write(self, out: Path) -> None:
        save_file(self.tensors, out / f"{self.name}.safetensors")
        text = json.dumps(self.metadata, indent=1)
        (out / f"{self.name}.json").write_text(text + "\n", encoding="utf-8")


def lstm() -> Case:
    case = Case("lstm", batch=3, time=5, input_size=4, hidden_size=6, num_layers=2, batch_first=True)
    module = nn.LSTM(4, 6, 2, batch_first=True)
    case.parameters(module)
    x, h0, c0 = case.input("x", 3, 5, 4), case.input("h0", 2, 3, 6), case.input("c0", 2, 3, 6)
    y, (hn, cn) = module(x, (h0, c0))
    case.outputs(y=y, hn=hn, cn=cn)
    return case


def gru() -> Case:
    case = Case("gru", batch=3, time=5, input_size=4, hidden_size=6, num_layers=1, batch_first=True)
    module = nn.GRU(4, 6, 1, batch_first=True)
    case.parameters(module)
    x, h0 = case.input("x", 3, 5, 4), case.input("h0", 1, 3, 6)
    y, hn = module(x, h0)
    case.outputs(y=y, hn=hn)
    return case


def layer_norm() -> Case:
    case = Case("layer_norm", rows=4, size=10, eps=1e-5)
    module = nn.LayerNorm(10)
    case.parameters(module)
    case.outputs(y=module(case.input("x", 4, 10)))
    return case


def attention_self_causal() -> Case:
    case = Case("attention_self_causal", batch=2, time=5, embedding_size=8, heads=2, causal=True)
    module = nn.MultiheadAttention(8, 2, batch_first=True)
    case.parameters(module)
    x = case.input("x", 2, 5, 8)
    mask = torch.ones(5, 5).triu(1)
    case.put("in.attn_mask", mask)
    y, _ = module(x, x, x, attn_mask=mask.bool(), need_weights=False)
    case.outputs(y=y)
    return case


def attention_cross_padded() -> Case:
    case = Case("attention_cross_padded", batch=3, queries=4, keys=6, embedding_size=8, heads=2,
                key_lengths=[6, 3, 1])
    module = nn.MultiheadAttention(8, 2, batch_first=True)
    case.parameters(module)
    # `memory` is both key and value, as in a decoder that reads an encoder.
    x, memory = case.input("x", 3, 4, 8), case.input("memory", 3, 6, 8)
    mask = (torch.arange(6) >= torch.tensor([6, 3, 1])[:, None]).float()
    case.put("in.key_padding_mask", mask)
    y, _ = module(x, memory, memory, key_padding_mask=mask.bool(), need_weights=False)
    case.outputs(y=y)
    return case


def cross_entropy() -> Case:
    targets = [3, 0, -100, 10, 7, -100, 5]
    case = Case("cross_entropy", rows=7, classes=11, ignore_index=-100, label_smoothing=0.1,
                reduction="mean", targets=targets)
    logits = case.input("logits", 7, 11)
    loss = nn.functional.cross_entropy(logits, torch.tensor(targets), ignore_index=-100, label_smoothing=0.1)
    case.gradients(loss)
    case.metadata["loss"] = loss.item()
    return case


def adamw() -> Case:
    options = {"lr": 1e-2, "weight_decay": 0.1, "betas": (0.9, 0.99), "eps": 1e-8}
    case = Case("adamw", shape=[5, 3], steps=10, **options)
    parameter = nn.Parameter(torch.randn(5, 3))
    case.put("param.p", parameter)
    optimizer = torch.optim.AdamW([parameter], foreach=False, **options)
    gradients, values = torch.randn(10, 5, 3), []
    case.put("in.gradients", gradients)
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        values.append(parameter.detach().clone())
    case.put("out.p", torch.stack(values))
    return case


def char_lstm() -> Case:
    """Ten training steps, the state carried: losses, and gradients of step 1."""
    sizes = {"vocab_size": 20, "embedding_size": 8, "hidden_size": 16, "num_layers": 4, "dropout": 0.0}
    options = {"lr": 3e-3, "weight_decay": 0.01, "betas": (0.9, 0.99), "eps": 1e-8}
    batch, window, steps = 4, 12, 10
    case = Case("char_lstm", **sizes, **options, grad_clip=1.0, batch=batch, window=window, steps=steps)
    model = CharLstm(**sizes)
    # The trainer's own start, so no Case.parameters(), which would overwrite it.
    for name, parameter in model.named_parameters():
        case.put("param." + name, parameter)
    # Step k reads the columns from k*window on and predicts those one further right.
    ids = torch.randint(0, 20, (batch, steps * window + 1))
    case.put("in.ids", ids.int())
    optimizer = torch.optim.AdamW(model.parameters(), foreach=False, **options)
    state, losses, norms = model.zero_state(batch), [], []
    for step in range(steps):
        piece = ids[:, step * window : (step + 1) * window + 1]
        logits, state = model(piece[:, :-1], state)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), piece[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            case.put("out.logits", logits)
            # Before clipping.
            for name, parameter in model.named_parameters():
                case.put("grad.param." + name, parameter.grad)
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), 1.0))
        optimizer.step()
        state = tuple(s.detach() for s in state)
        losses.append(loss.detach())
    case.put("out.losses", torch.stack(losses))
    case.put("out.grad_norms", torch.stack(norms))
    case.put("out.hn", state[0])
    case.put("out.cn", state[1])
    case.metadata["losses"] = [loss.item() for loss in losses]
    return case


@torch.no_grad()
def char_lstm_gates() -> Case:
    """What each layer does at each character: gates, cell and hidden state, from PyTorch's weights by its formula."""
    sizes = {"vocab_size": 20, "embedding_size": 8, "hidden_size": 16, "num_layers": 3, "dropout": 0.0}
    case = Case("char_lstm_gates", **sizes)
    model = CharLstm(**sizes)
    case.parameters(model)
    ids = torch.randint(0, 20, (24,))
    case.put("in.ids", ids.int())
    frames, x = [], model.embedding(ids)
    for k in range(3):
        get = lambda name: getattr(model.lstm, f"{name}_l{k}")  # noqa: B023, E731
        h, c, layer = torch.zeros(16), torch.zeros(16), []
        for row in x:
            gates = get("weight_ih") @ row + get("bias_ih") + get("weight_hh") @ h + get("bias_hh")
            i, f, g, o = gates.split(16)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            layer.append(torch.stack([i, f, g, o, c, h]))
        frames.append(torch.stack(layer))
        x = frames[-1][:, 5]
    # The formula is PyTorch's own.
    expected, _ = model.lstm(model.embedding(ids)[None])
    torch.testing.assert_close(x, expected[0])
    case.put("out.frames", torch.stack(frames, dim=1).flatten(1))
    return case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outdir", type=Path)
    out = parser.parse_args().outdir
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    cases = (lstm, gru, layer_norm, attention_self_causal, attention_cross_padded,
             cross_entropy, adamw, char_lstm, char_lstm_gates)
    for case in cases:
        case().write(out)


if __name__ == "__main__":
    main()
