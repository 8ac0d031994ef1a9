"""Entry point: python -m liedwerk_torch COMMAND, or torchrun ... -m liedwerk_torch train for several processes."""

from .command import main

main()
