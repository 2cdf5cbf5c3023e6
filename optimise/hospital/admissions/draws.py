"""What moves of admission plans are drawn from: numbers, rooms, days and partners."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled

__all__ = ["below", "may_come", "next_number", "some_day", "some_pair", "some_room"]


@compiled
def next_number(stream: IntArray) -> int:
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
    drawn: int = np.int64(((next_number(stream) >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))  # type: ignore[assignment]
    return drawn


@compiled
def some_room(choice: IntArray, choices: IntArray, stream: IntArray, p: int) -> int:
    """A room that can serve ``p``, three times in four a likely one."""
    many = choices[p, 0] if below(stream, 4) == 0 else choices[p, 1]
    drawn: int = choice[p, below(stream, many)]
    return drawn


@compiled
def some_day(day: IntArray, day_start: IntArray, stream: IntArray, p: int, a: int) -> int:
    """A day of ``p``: any, one of the next few around ``a``, or one of the first."""
    first, count = day_start[p], day_start[p + 1] - day_start[p]
    way = below(stream, 4)
    if count == 1:
        return int(day[first])
    if way == 0:
        return int(day[first + below(stream, count)])
    if way == 1:
        return int(day[first + below(stream, min(count, 8))])
    low, high = first, first + count  # near a: the days are sorted
    while low < high:
        mid = (low + high) // 2
        if day[mid] < a:
            low = mid + 1
        else:
            high = mid
    spot = low + below(stream, 7) - 3
    return int(day[min(max(spot, first), first + count - 1)])


@compiled
def some_pair(pairs: IntArray, stream: IntArray, p: int) -> int:
    """A place in the list of pairs of ``p``, the first ones more often."""
    drawn: int = min(below(stream, pairs[p]), below(stream, pairs[p]))
    return drawn


@compiled
def may_come(day: IntArray, day_start: IntArray, p: int, a: int) -> bool:
    """Whether ``p`` may be admitted on day ``a``; the days are sorted."""
    low, high = day_start[p], day_start[p + 1]
    while low < high:
        mid = (low + high) // 2
        if day[mid] < a:
            low = mid + 1
        else:
            high = mid
    return bool(low < day_start[p + 1] and day[low] == a)
