"""Random numbers in kernels: one stream a run, which is an array of one word, so that a state can be copied."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled

__all__ = ["below", "next_word", "uniform"]


@compiled
def next_word(stream: IntArray) -> int:
    """Xorshift (Marsaglia 2003)."""
    x = stream[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    stream[0] = x
    return x  # type: ignore[no-any-return]


@compiled
def below(stream: IntArray, n: int) -> int:
    """A whole number below n; ``stream`` moves on."""
    drawn: int = np.int64(((next_word(stream) >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))  # type: ignore[assignment]
    return drawn


@compiled
def uniform(stream: IntArray) -> float:
    """A number between 0 and 1, neither of them met; ``stream`` moves on."""
    return (np.float64(next_word(stream) >> np.uint64(11)) + 0.5) / 9007199254740992.0
