"""PyTorch twin of the liedwerk trainer: same recipes in, same model folders out."""
