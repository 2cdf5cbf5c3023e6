"""Spreading work of known size over ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["imbalance", "longest_first", "rebalanced"]


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


def imbalance(work: NDArray[np.float64], owner: NDArray[np.int32], ranks: int) -> float:
    """Largest load over mean load; 1 is perfect."""
    load = np.bincount(owner, weights=work, minlength=ranks)
    mean = float(load.mean())
    return float(load.max()) / mean if mean > 0 else 1.0
