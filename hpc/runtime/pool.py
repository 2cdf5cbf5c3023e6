"""The rank that runs the algorithm and the ranks that price for it: one code path for serial and MPI."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.generation import LocalPricing, for_everybody
from hpc.column_generation.subproblem import Masks
from hpc.runtime.balance import Balance, BalanceTuning
from hpc.runtime.timers import Timers
from optimise.core.method import Communicator
from optimise.roster.identical import distinct
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows

__all__ = ["Team", "rehearse"]

Floats = NDArray[np.float64]
#: Tables of people, as :meth:`~optimise.roster.kernels.Pricer.promoted` gives them; None where nothing has entered.
Tables = dict[int, tuple[int, ...] | None]


def rehearse(pricer: Pricer, cover: CoverRows, people: Sequence[int], over: Callable[[], bool]) -> None:
    """Price people once at no prices and forget it: what a rank does while rank 0 builds the first plan.

    Kernels are loaded and tables made by then, which would otherwise make everybody wait in the first pricing call.
    """
    prices = cover.prices(np.zeros(cover.lines))
    for e in people:
        if over():
            break
        pricer.price(e, prices[cover.kind[e]])
    pricer.settle({})


class Team:
    """Pricing spread over ranks.

    Rank 0 calls :meth:`price` (the :data:`~hpc.column_generation.generation.Pricing` face); the others sit in
    :meth:`serve` until
    rank 0 calls :meth:`release`. Duals travel as one broadcast array, answers come back as packed arrays. Results
    are put together in the order of the people, so the number of ranks changes nothing.

    Every answer carries the processor seconds of each person. Where they show a rank to be slower than the others,
    rank 0 gives some of its people to others with the next call, and with them what has entered their tables: a person
    is priced alike by any rank, so owners may follow the clock and answers do not.

    Parameters
    ----------
    comm : Communicator
    local : LocalPricing
    owner : ndarray (employees,)
        Rank that prices each person at first.
    timers : Timers
    stopping : callable
        Whether this rank has been asked to stop; asked on every rank with every answer, so that a signal that reaches
        any rank reaches rank 0 within one pricing call.
    balance : BalanceTuning, optional
        When owners follow the measured seconds; None leaves them as they are.

    Attributes
    ----------
    owner : ndarray (employees,)
        Rank that prices each person now; the same on all ranks.
    balance : Balance or None
        On rank 0: the seconds that owners follow.
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
        *,
        balance: BalanceTuning | None = BalanceTuning(),  # noqa: B008
    ) -> None:
        self.comm, self.local, self.owner, self.timers, self.stopping = comm, local, owner, timers, stopping
        self.balance = Balance(owner, comm.size, balance) if balance is not None and comm.rank == 0 else None
        self.asked = False
        self.calls = 0
        self._tables: Tables = {}

    def price(self, duals: Floats, people: list[int], shut: Masks) -> tuple[Floats, list[Column]]:
        """Price people on all ranks; rank 0 only."""
        self.calls += 1
        if self.comm.size == 1:
            with self.timers("pricing"):
                return self.local(duals, people, shut)
        everybody = people
        people, stand_in = distinct(people, self.local.cover.compiled.leader, shut)
        moved = self._moved(people)
        with self.timers("communication"):
            self.comm.bcast((duals, people, shut, moved))
        mine = self._answer(duals, people, shut, moved)
        with self.timers("idle"):
            answers = self.comm.gather(mine)
        assert answers is not None
        return for_everybody(*self._joined(people, answers), people, everybody, stand_in)

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

    def _moved(self, people: list[int]) -> tuple[NDArray[np.int32], Tables] | None:
        """New owners and the tables that move with people, where that pays; rank 0 only."""
        if self.balance is None:
            return None
        moving = self.balance.moved(people).tolist()
        self.timers.count("people moved", len(moving))
        return (self.balance.owner, {e: self._tables.get(e) for e in moving}) if moving else None

    def _answer(
        self, duals: Floats, people: list[int], shut: Masks, moved: tuple[NDArray[np.int32], Tables] | None
    ) -> tuple[Any, ...]:
        me, pricer = self.comm.rank, self.local.pricer
        if moved is not None:
            self.owner = moved[0]
            for e, active in moved[1].items():
                if self.owner[e] == me:
                    pricer.adopt(e, active)
        mine = [e for e in people if self.owner[e] == me]
        with self.timers("pricing"):
            bounds, columns = self.local(duals, mine, shut)
        seconds = np.array([self.local.spent.get(e, 0.0) for e in mine])
        tables = pricer.promoted()
        grown = {e: tables[e] for e in mine if e in tables and tables[e] != self._tables.get(e)}
        self._tables.update(grown)
        who, words, costs = np.zeros(0, np.int32), np.zeros((0, 0), np.int16), np.zeros(0)
        if columns:
            who = np.array([c.employee for c in columns], dtype=np.int32)
            words, costs = np.stack([c.word for c in columns]), np.array([c.cost for c in columns])
        return bounds, who, words, costs, seconds, grown, self.stopping()

    def _joined(self, people: list[int], answers: list[Any]) -> tuple[Floats, list[Column]]:
        cover = self.local.cover
        position = {e: i for i, e in enumerate(people)}
        bounds = np.empty(len(people))
        by_person: dict[int, list[Column]] = {e: [] for e in people}
        size = 0
        for rank, (values, who, words, costs, seconds, grown, asked) in enumerate(answers):
            self.asked = self.asked or asked
            mine = np.array([e for e in people if self.owner[e] == rank], dtype=np.int64)
            bounds[[position[e] for e in mine.tolist()]] = values
            size += words.nbytes + values.nbytes + costs.nbytes
            if self.balance is not None:
                self.balance.note(mine, seconds)
            self._tables.update(grown)
            for e, word, cost in zip(who.tolist(), words, costs.tolist(), strict=True):
                by_person[e].append(Column.of(cover, e, word, cost))
        self.timers.count("bytes gathered", size)
        return bounds, [c for e in people for c in by_person[e]]
