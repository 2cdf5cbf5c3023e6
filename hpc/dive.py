"""Diving for integer solutions: fix the most certain people, generate columns for the rest, go on."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpc.generation import Pricing, generate, round_up
from hpc.master import Column, Master

__all__ = ["dive"]

Floats = NDArray[np.float64]


def dive(
    master: Master,
    pricing: Pricing,
    *,
    fixed: Floats,
    center: Floats | None,
    lattice: float,
    cutoff: float = math.inf,
    over: Callable[[], bool] = lambda: False,
    share: float = 0.1,
    iterations: int = 6,
    smoothing: float = 0.7,
    partial: bool = False,
) -> tuple[list[Column], float] | None:
    """Round the linear master to one roster per person; None when it cannot beat ``cutoff`` or time is over.

    In each step people whose largest share is almost one, and at least ``share`` of those still free, are fixed to
    that roster; then columns are generated for the others. The master is left as it was but for new columns. With
    ``partial``, a dive that is cut short still returns the most likely roster of each person, whatever it costs.
    """
    held: dict[int, Column] = {}
    tail = center
    try:
        while True:
            run = generate(
                master,
                pricing,
                fixed=fixed,
                center=tail,
                lattice=lattice,
                iterations=iterations,
                over=over,
                held=list(held.values()),
                smoothing=smoothing,
            )
            tail = run.duals
            solution = master.solve()
            if solution.objective >= cutoff - 1e-7 and not partial:
                return None
            if run.converged and round_up(run.bound, lattice) >= cutoff - 1e-7 and not partial:
                return None
            values = solution.values
            best: dict[int, tuple[float, int]] = {}
            for i in np.flatnonzero(values > 1e-6).tolist():
                e = master.columns[i].employee
                if e not in held and (e not in best or values[i] > best[e][0]):
                    best[e] = (float(values[i]), i)
            order = sorted(best, key=lambda e: (-best[e][0], e))
            if not order or best[order[-1]][0] > 1.0 - 1e-6 or (over() and partial):
                chosen = list(held.values()) + [master.columns[best[e][1]] for e in order]
                if len(chosen) < len(master.people) or (solution.artificial > 1e-6 and not partial):
                    return None
                return chosen, solution.objective
            if over():
                return None
            quota = max(1, int(share * len(order)))
            for k, e in enumerate(order):
                if k < quota or best[e][0] > 0.999:
                    held[e] = master.columns[best[e][1]]
            _fix(master, held)
    finally:
        master.bound_columns(np.ones(len(master.columns), dtype=np.bool_))


def _fix(master: Master, held: dict[int, Column]) -> None:
    allow = np.array([c.employee not in held or held[c.employee] is c for c in master.columns], dtype=np.bool_)
    master.bound_columns(allow)
