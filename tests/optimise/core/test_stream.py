"""Random numbers in kernels against whole numbers of Python."""

from __future__ import annotations

import numpy as np

from optimise.core.stream import below, next_word, uniform

WORD = 2**64 - 1


def word(x: int) -> int:
    x ^= x << 13 & WORD
    x ^= x >> 7
    return x ^ (x << 17 & WORD)


def test_words_numbers_and_shares_are_those_of_the_recurrence() -> None:
    stream, x = np.array([88172645463325252], dtype=np.uint64), 88172645463325252
    for n in (1, 2, 7, 1000):
        x = word(x)
        assert next_word(stream) == x
        x = word(x)
        assert below(stream, n) == (x >> 32) * n >> 32
        x = word(x)
        assert uniform(stream) == ((x >> 11) + 0.5) / 2**53
