"""Spreading work of known size over ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.core.options import Tuning, knob

__all__ = ["Balance", "BalanceTuning", "imbalance", "longest_first", "rebalanced"]


class BalanceTuning(Tuning):
    """When items change ranks: the new rank has to prepare for them, and seconds are never quite the same."""

    worth: float = knob(0.2, unit="part of its time", source="a tenth costs more (Instance15)", gt=0, lt=1)
    """How much faster a change has to make the slowest rank."""
    calls: int = knob(8, unit="calls", source="Instance15: 1.45 in the first calls, 1.13 after twenty by itself", ge=1)
    """Pricing calls before the first change; twice as many each time after that."""


def longest_first(work: NDArray[np.float64], ranks: int) -> NDArray[np.int32]:
    """Rank of each item: largest items first, each to the rank with the least work (Graham 1969).

    Ties go to the lowest rank, so the answer depends on ``work`` and ``ranks`` alone.
    """
    owner = np.zeros(len(work), dtype=np.int32)
    load = np.zeros(ranks)
    for i in np.argsort(-work, kind="stable").tolist():
        r = int(np.argmin(load))
        owner[i] = r
        load[r] += work[i]
    return owner


def rebalanced(work: NDArray[np.float64], owner: NDArray[np.int32], ranks: int) -> NDArray[np.int32]:
    """Owners after items moved from the busiest to the least busy rank for as long as the larger of both loads falls.

    Few items move: each step takes the one that comes nearest to levelling the two ranks.
    """
    owner = owner.copy()
    load = np.bincount(owner, weights=work, minlength=ranks)
    for _ in range(len(work)):
        busy, idle = int(np.argmax(load)), int(np.argmin(load))
        apart = load[busy] - load[idle]
        mine = np.flatnonzero((owner == busy) & (work > 0.0) & (work < apart))
        if not len(mine):
            break
        item = int(mine[np.argmin(np.abs(work[mine] - apart / 2))])
        owner[item] = idle
        load[busy] -= work[item]
        load[idle] += work[item]
    return owner


class Balance:
    """Who does what, call after call: at first by size, then by the seconds that were measured.

    Parameters
    ----------
    owner : ndarray (items,)
        Rank of each item at first.
    ranks : int
    tuning : BalanceTuning

    Attributes
    ----------
    seconds : ndarray (items,)
        What each item took lately; 0 where nobody knows.
    """

    def __init__(self, owner: NDArray[np.int32], ranks: int, tuning: BalanceTuning = BalanceTuning()) -> None:  # noqa: B008
        self.owner, self.ranks, self.tuning = owner, ranks, tuning
        self.seconds = np.zeros(len(owner))
        self._calls = self._since = 0
        self._patience = tuning.calls

    def note(self, items: NDArray[np.int64], seconds: NDArray[np.float64]) -> None:
        """What some items took in the call that is under way. The first call is not looked at: it prepares."""
        if self._calls > 1:
            known = self.seconds[items]
            self.seconds[items] = np.where(known > 0.0, 0.5 * (known + seconds), seconds)

    def moved(self, items: list[int]) -> NDArray[np.int64]:
        """Begin a call about these items: which of all items have a new owner from now on."""
        self._calls += 1
        self._since += 1
        nobody = np.zeros(0, dtype=np.int64)
        if self.ranks == 1 or self._since <= self._patience:
            return nobody
        work = np.zeros(len(self.owner))
        work[items] = self.seconds[items]
        new = rebalanced(work, self.owner, self.ranks)
        before, after = (float(np.bincount(who, weights=work, minlength=self.ranks).max()) for who in (self.owner, new))
        if before - after <= self.tuning.worth * before:
            return nobody
        self._since, self._patience = 0, 2 * self._patience
        items_moved = np.flatnonzero(new != self.owner)
        self.owner = new
        return items_moved


def imbalance(work: NDArray[np.float64], owner: NDArray[np.int32], ranks: int) -> float:
    """Largest load over mean load; 1 is perfect."""
    load = np.bincount(owner, weights=work, minlength=ranks)
    mean = float(load.mean())
    return float(load.max()) / mean if mean > 0 else 1.0
