"""The order of training examples, derived from a hash so that both trainers use the same."""

import numpy as np


def hashes(seed: int, count: int) -> np.ndarray:
    """SplitMix64 (Steele et al. 2014): element i depends only on the seed and i."""
    z = np.uint64(seed % 2**64) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def permutation(seed: int, count: int) -> list[int]:
    """Returns the numbers below `count`, sorted by their hashes."""
    return np.argsort(hashes(seed, count), kind="stable").tolist()


def epoch_seed(seed: int, epoch: int, stream: int = 0) -> int:
    """Returns the seed of an epoch; streams 0 and 1 are for different shuffles within it."""
    return (seed * 1_000_003 + epoch) * 2 + stream
