"""The storage of weights: f16, or int8 with one scale per row of a matrix."""

import torch

SMALLEST = 32  # matrices with fewer rows or columns gain nothing from int8


def stored(weights: dict[str, torch.Tensor], precision: str) -> dict[str, torch.Tensor]:
    """Returns the tensors to store. The row scales of an int8 matrix NAME are stored as NAME.scale."""
    tensors = {}
    for name, weight in weights.items():
        if precision == "int8" and weight.dim() == 2 and min(weight.shape) >= SMALLEST:
            largest = weight.float().abs().amax(1)
            scale = torch.where(largest > 0, largest / 127, 1.0)
            tensors[name] = torch.round(weight.float() / scale[:, None]).to(torch.int8)
            tensors[f"{name}.scale"] = scale
        else:
            tensors[name] = weight.half().contiguous()
    return tensors


def dequantized(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Converts stored tensors back to f32, as readers of the file do."""
    return {
        name: tensor.float() * (tensors[f"{name}.scale"][:, None] if tensor.dtype == torch.int8 else 1)
        for name, tensor in tensors.items() if not name.endswith(".scale")
    }
