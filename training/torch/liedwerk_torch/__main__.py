"""python -m liedwerk_torch {train,translate}; torchrun ... -m liedwerk_torch train on several processes."""

from .command import main

main()
