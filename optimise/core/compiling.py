"""How long this process has been compiling kernels, and who wants to hear of it.

Compiling happens once on a machine and says nothing about a problem or a method, so no time limit counts it
(:class:`optimise.core.method.Deadline` asks here). Loads no compiler: :mod:`optimise.core.machine_code` reports what
it does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Meter", "begin", "end", "hearing", "kernels", "seconds"]

#: Told the name of the first kernel of every stretch of compiling, before it starts.
Hear = Callable[[str], None]


class Meter:
    """Wall-clock seconds in which at least one thread compiles; kernels inside kernels count once."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._depth, self._since, self._done = 0, 0.0, 0.0
        self.kernels = 0

    def begin(self) -> bool:
        """Something starts to be compiled; True when nothing else was."""
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self._since = self._clock()
            return self._depth == 1

    def end(self) -> None:
        with self._lock:
            self._depth -= 1
            self.kernels += 1
            if self._depth == 0:
                self._done += self._clock() - self._since

    @property
    def seconds(self) -> float:
        with self._lock:
            return self._done + (self._clock() - self._since if self._depth else 0.0)


_METER = Meter()
_ears: list[Hear] = []


def begin(name: str) -> None:
    """A compiler starts on the function called ``name``."""
    if _METER.begin():
        for hear in tuple(_ears):
            hear(name)


def end() -> None:
    _METER.end()


def seconds() -> float:
    """Seconds that this process has spent compiling until now, one that is going on included."""
    return _METER.seconds


def kernels() -> int:
    """How many functions this process has compiled."""
    return _METER.kernels


@contextmanager
def hearing(hear: Hear) -> Iterator[None]:
    """Tell ``hear``, on the thread that compiles, whenever compiling begins while the block runs."""
    _ears.append(hear)
    try:
        yield
    finally:
        _ears.remove(hear)
