"""The optimizers a recipe can name: AdamW for all parameters, or Muon for the matrices inside the layers."""

import re

import torch

# Coefficients of the Newton-Schulz iteration, which quickly moves singular values to between 0.7 and 1.2.
A, B, C = 3.4445, -4.7750, 2.0315
ITERATIONS = 5
MOMENTUM = 0.95
# Matches parameters inside layers by the layer's number, which embeddings and output layers do not have.
INSIDE = re.compile(r"(\.|_l)\d+(\.|_reverse|$)")


def orthogonalized(matrix: torch.Tensor) -> torch.Tensor:
    """Moves the singular values of a matrix towards 1, by an iteration that needs only matrix products."""
    x = matrix.bfloat16() if matrix.is_cuda else matrix
    if len(x) > x.shape[1]:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(ITERATIONS):
        square = x @ x.T
        x = A * x + (B * square + C * square @ square) @ x
    return (x.T if len(matrix) > matrix.shape[1] else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Steepest descent under the spectral norm (Jordan et al. 2024), with Nesterov momentum.

    Updates are scaled to the root mean square of AdamW's (Liu et al. 2025), so both share the learning rate and
    decoupled weight decay.
    """

    def __init__(self, parameters, lr: float, weight_decay: float):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                momentum = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                momentum.lerp_(weight.grad, 1 - MOMENTUM)
                update = orthogonalized(weight.grad.lerp(momentum, MOMENTUM))
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(update, alpha=-group["lr"] * 0.2 * max(weight.shape) ** 0.5)


class Optimizers:
    """The optimizers of a model, combined into one."""

    def __init__(self, model: torch.nn.Module, settings: dict):
        named = list(model.named_parameters())
        kind = settings.get("optimizer", "adamw")
        if kind not in ("adamw", "muon"):
            raise SystemExit(f'optimizer = "{kind}" is neither "adamw" nor "muon"')
        inside = [kind == "muon" and weight.dim() == 2 and INSIDE.search(name) is not None
                  for name, weight in named]
        matrices = [weight for (_, weight), is_inside in zip(named, inside) if is_inside]
        others = [weight for (_, weight), is_inside in zip(named, inside) if not is_inside]
        lr, decay = settings["lr"], settings["weight_decay"]
        adamw = torch.optim.AdamW(
            others, lr=lr, betas=(settings["beta1"], settings["beta2"]), weight_decay=decay, fused=True)
        self.all = [adamw, Muon(matrices, lr, decay)] if matrices else [adamw]

    def step(self, lr: float) -> None:
        """Updates the parameters with this learning rate."""
        for optimizer in self.all:
            for group in optimizer.param_groups:
                group["lr"] = lr
            optimizer.step()

    def zero_grad(self) -> None:
        for optimizer in self.all:
            optimizer.zero_grad()

    def state_dict(self) -> list[dict]:
        return [optimizer.state_dict() for optimizer in self.all]

    def load_state_dict(self, states: list[dict]) -> None:
        for optimizer, state in zip(self.all, states, strict=True):
            optimizer.load_state_dict(state)
