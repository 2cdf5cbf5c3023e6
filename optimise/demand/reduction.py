"""Fewer scenarios that stand for many: fast forward selection.

Heitsch, Römisch (2003), Scenario reduction algorithms in stochastic programming, Computational Optimization and
Applications 24. Selecting one scenario at a time, the one that most lowers the Wasserstein (Kantorovich) distance
between all scenarios and those selected, to which each of the others gives its probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["Reduction", "distances", "forward_selection", "reduce"]


@dataclass(frozen=True, slots=True, eq=False)
class Reduction:
    """Scenarios kept, and what was lost.

    Attributes
    ----------
    scenarios : Scenarios
    chosen : int array (n,)
        Positions in the original, in order of selection.
    error : float
        Wasserstein distance of order 1 between the original and the reduced distribution, in beds (root mean square
        over periods, summed over groups; see :func:`distances`).
    relative : float
        The same as a share of the distance that one best scenario would have.
    course : float array (n,)
        Error after each selection.
    """

    scenarios: Scenarios
    chosen: IntArray
    error: float
    relative: float
    course: FloatArray


def distances(scenarios: Scenarios) -> FloatArray:
    """Array (S, S): distance of two courses, by the beds they want.

    Root mean square over periods of the difference in beds wanted (:meth:`Scenarios.occupancy`), summed over groups.
    """
    wanted = scenarios.occupancy()
    made = np.zeros((scenarios.count, scenarios.count))
    for g in range(wanted.shape[2]):
        rows = wanted[:, :, g]
        square = (rows**2).sum(1)
        gap = square[:, None] + square[None, :] - 2.0 * rows @ rows.T
        made += np.sqrt(np.maximum(gap, 0.0) / wanted.shape[1])
    np.fill_diagonal(made, 0.0)
    return made


def forward_selection(distance: FloatArray, probabilities: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
    """Positions selected, in order, and the Wasserstein distance after each; O(count * S^2)."""
    nearest = np.full(len(distance), np.inf)
    chosen: list[int] = []
    course: list[float] = []
    for _ in range(count):
        cost = probabilities @ np.minimum(distance, nearest[:, None])
        cost[chosen] = np.inf
        best = int(np.argmin(cost))
        chosen.append(best)
        nearest = np.minimum(nearest, distance[:, best])
        course.append(float(probabilities @ nearest))
    return np.array(chosen, np.int64), np.array(course)


def reduce(scenarios: Scenarios, count: int) -> Reduction:
    """Reduce to ``count`` scenarios; those left out give their probability to the nearest one kept."""
    if not 1 <= count <= scenarios.count:
        raise InputError(f"expected a number from 1 to {scenarios.count}", item="count")
    distance = distances(scenarios)
    chosen, course = forward_selection(distance, scenarios.probabilities, count)
    owner = np.argmin(distance[:, chosen], axis=1)
    owner[chosen] = np.arange(count)  # equal courses: each keeps its own
    weight = np.bincount(owner, weights=scenarios.probabilities, minlength=count)
    kept = scenarios.subset(chosen, weight)
    relative = float(course[-1] / course[0]) if course[0] > 0 else 0.0
    return Reduction(kept, chosen, float(course[-1]), relative, course)
