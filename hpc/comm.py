"""The rank that runs the algorithm and the ranks that price for it: one code path for serial and MPI."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.generation import LocalPricing, Masks
from hpc.master import Column
from hpc.timers import Timers
from optimise.method import Communicator

__all__ = ["Team"]

Floats = NDArray[np.float64]


class Team:
    """Pricing spread over ranks.

    Rank 0 calls :meth:`price` (the :data:`~hpc.generation.Pricing` face); the others sit in :meth:`serve` until
    rank 0 calls :meth:`release`. Duals travel as one broadcast array, answers come back as packed arrays. Results
    are put together in the order of the people, so the number of ranks changes nothing.

    Parameters
    ----------
    comm : Communicator
    local : LocalPricing
    owner : ndarray (employees,)
        Rank that prices each person.
    timers : Timers
    stopping : callable
        Whether this rank has been asked to stop; asked on every rank with every answer, so that a signal that reaches
        any rank reaches rank 0 within one pricing call.

    Attributes
    ----------
    asked : bool
        On rank 0: whether some rank has been asked to stop.
    """

    def __init__(
        self,
        comm: Communicator,
        local: LocalPricing,
        owner: NDArray[np.int32],
        timers: Timers,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.comm, self.local, self.owner, self.timers, self.stopping = comm, local, owner, timers, stopping
        self.asked = False
        self.calls = 0
        self.trace: list[tuple[float, float, int]] = []

    def price(self, duals: Floats, people: list[int], shut: Masks) -> tuple[Floats, list[Column]]:
        """Price people on all ranks; rank 0 only."""
        self.calls += 1
        if self.comm.size == 1:
            with self.timers("pricing"):
                return self.local(duals, people, shut)
        with self.timers("communication"):
            self.comm.bcast((duals, people, shut))
        mine = self._answer(duals, people, shut)
        with self.timers("idle"):
            answers = self.comm.gather(mine)
        assert answers is not None
        return self._joined(people, answers)

    def serve(self) -> None:
        """Answer pricing calls until released; ranks above 0."""
        if self.comm.rank == 0:
            return
        while True:
            with self.timers("idle"):
                task = self.comm.bcast(None)
            if task is None:
                return
            answer = self._answer(*task)
            with self.timers("communication"):
                self.comm.gather(answer)

    def release(self) -> None:
        """Let the serving ranks go on; rank 0 only."""
        if self.comm.size > 1:
            self.comm.bcast(None)

    def _answer(self, duals: Floats, people: list[int], shut: Masks) -> Any:
        mine = [e for e in people if self.owner[e] == self.comm.rank]
        began = time.perf_counter()
        with self.timers("pricing"):
            bounds, columns = self.local(duals, mine, shut)
        if not columns:
            return (
                bounds,
                np.zeros(0, np.int32),
                np.zeros((0, 0), np.int16),
                np.zeros(0),
                time.perf_counter() - began,
                self.stopping(),
            )
        return (
            bounds,
            np.array([c.employee for c in columns], dtype=np.int32),
            np.stack([c.word for c in columns]),
            np.array([c.cost for c in columns]),
            time.perf_counter() - began,
            self.stopping(),
        )

    def _joined(self, people: list[int], answers: list[Any]) -> tuple[Floats, list[Column]]:
        cover = self.local.cover
        position = {e: i for i, e in enumerate(people)}
        bounds = np.empty(len(people))
        by_person: dict[int, list[Column]] = {e: [] for e in people}
        size = 0
        for rank, (values, who, words, costs, _, asked) in enumerate(answers):
            self.asked = self.asked or asked
            mine = [e for e in people if self.owner[e] == rank]
            bounds[[position[e] for e in mine]] = values
            size += words.nbytes + values.nbytes + costs.nbytes
            for e, word, cost in zip(who.tolist(), words, costs.tolist(), strict=True):
                rows, coefficients = cover.column(e, word)
                by_person[e].append(Column(e, word, cost, rows, coefficients))
        self.timers.count("bytes gathered", size)
        spent = [a[4] for a in answers]
        self.trace.append((max(spent), sum(spent), size))
        return bounds, [c for e in people for c in by_person[e]]
