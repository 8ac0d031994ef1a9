"""The storage of weights: f16, or int8 with one scale per row of a matrix or output channel of a convolution."""

import torch

SMALLEST = 32  # matrices with fewer rows or columns gain nothing from int8


def stored(weights: dict[str, torch.Tensor], precision: str) -> dict[str, torch.Tensor]:
    """Returns the tensors to store. The row scales of an int8 matrix NAME are stored as NAME.scale."""
    tensors = {}
    for name, weight in weights.items():
        rows = weight.float().flatten(1) if weight.dim() >= 2 else None
        if precision == "int8" and rows is not None and min(rows.shape) >= SMALLEST:
            largest = rows.abs().amax(1)
            scale = torch.where(largest > 0, largest / 127, 1.0)
            tensors[name] = torch.round(rows / scale[:, None]).to(torch.int8).reshape(weight.shape)
            tensors[f"{name}.scale"] = scale
        else:
            tensors[name] = weight.half().contiguous()
    return tensors


def dequantized(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Converts stored tensors back to f32, as readers of the file do."""
    def value(name: str, tensor: torch.Tensor) -> torch.Tensor:
        if tensor.dtype != torch.int8:
            return tensor.float()
        return (tensor.float().flatten(1) * tensors[f"{name}.scale"][:, None]).reshape(tensor.shape)

    return {name: value(name, tensor) for name, tensor in tensors.items() if not name.endswith(".scale")}
