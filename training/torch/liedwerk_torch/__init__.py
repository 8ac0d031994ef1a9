"""PyTorch twin of the liedwerk trainer: reads the same recipes and writes the same model folders."""
