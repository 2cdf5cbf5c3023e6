"""Seconds by phase and counts, for the statistics of a run."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from optimise.core.breadcrumb import enter, last, spent
from optimise.core.method import Communicator
from optimise.core.result import Stats

__all__ = ["Timers", "WaitingComm", "Work"]


class Timers:
    """``with timers("master"): ...`` adds to a phase; ``timers.count("columns", 3)`` to a count."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.counts: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        began = time.perf_counter()
        enter(phase)
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self.seconds[phase] += took
            spent(phase, took)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Add to ``idle`` what is spent in a call that waits for other ranks; the phase around it goes on after it."""
        around = last()
        with self("idle"):
            yield
        enter(around)

    def count(self, name: str, by: float = 1.0) -> None:
        self.counts[name] += by

    def stats(self, comm: Communicator, counts: Mapping[str, float] | None = None) -> Stats:
        """Phases of all ranks and counts added over ranks; a collective call, the same on every rank."""
        gathered = comm.allgather((dict(self.seconds), dict(self.counts)))
        names = sorted({name for seconds, _ in gathered for name in seconds})
        total: dict[str, float] = defaultdict(float)
        for _, each in gathered:
            for name, value in each.items():
                total[name] += value
        total.update(counts or {})
        return Stats(phases={n: tuple(s.get(n, 0.0) for s, _ in gathered) for n in names}, counts=dict(total))


class WaitingComm:
    """A communicator whose calls count as ``idle``: what they take is nearly all waiting for the slowest rank."""

    def __init__(self, comm: Communicator, timers: Timers) -> None:
        self.comm, self.timers = comm, timers
        self.rank, self.size = comm.rank, comm.size

    def bcast(self, obj: Any, root: int = 0) -> Any:
        with self.timers.waiting():
            return self.comm.bcast(obj, root)

    def gather(self, obj: Any, root: int = 0) -> list[Any] | None:
        with self.timers.waiting():
            return self.comm.gather(obj, root)

    def allgather(self, obj: Any) -> list[Any]:
        with self.timers.waiting():
            return self.comm.allgather(obj)

    def barrier(self) -> None:
        with self.timers.waiting():
            self.comm.barrier()


class Work:
    """Work of one task in units that do not depend on the machine's load (about seconds of one core).

    Limits in these units cut tasks short without making results depend on the clock.
    """

    #: per simplex iteration and row, per solve of a small master, per priced person, per table cell, per annealing move
    ITERATION, SOLVE, PERSON, CELL, MOVE = 2.5e-7, 1e-3, 1e-4, 1.2e-9, 5e-7

    def __init__(self, most: float = math.inf) -> None:
        self.used, self.most = 0.0, most

    def add(self, amount: float) -> None:
        self.used += amount

    @property
    def over(self) -> bool:
        return self.used > self.most
