"""Plans beside each other over the same held-out weeks, with confidence intervals from a paired bootstrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimise.core.errors import InputError
from optimise.demand.pmf import FloatArray
from optimise.demand.replay import MEASURES, ReplayOutcome

__all__ = ["Versus", "versus"]


@dataclass(frozen=True, slots=True, eq=False)
class Versus:
    """Means of P plans over W courses for M measures, and differences to the first plan.

    Attributes
    ----------
    names : tuple of str
        Plans; the first is what the others are compared with.
    measures : tuple of str
    mean, low, high : float arrays (P, M)
        Mean over courses with its 95 % interval.
    change, change_low, change_high : float arrays (P, M)
        Mean of the paired differences to the first plan with its 95 % interval.
    courses : int
        W: independent units of the bootstrap.
    """

    names: tuple[str, ...]
    measures: tuple[str, ...]
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    change: FloatArray
    change_low: FloatArray
    change_high: FloatArray
    courses: int

    def rows(self) -> list[tuple[str, ...]]:
        """One row a measure: means with intervals, and differences."""
        made = []
        for m, name in enumerate(self.measures):
            cells = [MEASURES[name]]
            for p in range(len(self.names)):
                cell = f"{self.mean[p, m]:.1f}"
                if p:
                    cell += (
                        f" ({self.change[p, m]:+.1f}, {self.change_low[p, m]:+.1f} to {self.change_high[p, m]:+.1f})"
                    )
                cells.append(cell)
            made.append(tuple(cells))
        return made


def versus(outcomes: Mapping[str, Sequence[ReplayOutcome]], *, seed: int = 1, draws: int = 4000) -> Versus:
    """Compare plans over the same courses (same order in every list).

    Courses are resampled whole and for all plans together (paired percentile bootstrap): days within a course depend
    on each other and are not taken for independent. With few courses intervals are rough.
    """
    names = tuple(outcomes)
    counts = {len(found) for found in outcomes.values()}
    if len(counts) != 1 or 0 in counts:
        raise InputError("every plan needs an outcome for every course")
    table = np.array([[one.measures() for one in outcomes[name]] for name in names])  # (P, W, M)
    courses = table.shape[1]
    rows = np.random.default_rng((seed, 81)).integers(courses, size=(draws, courses))
    means = table[:, rows].mean(2)  # (P, draws, M)
    change = means - means[:1]
    low, high = np.quantile(means, (0.025, 0.975), axis=1)
    change_low, change_high = np.quantile(change, (0.025, 0.975), axis=1)
    mean = table.mean(1)
    return Versus(names, tuple(MEASURES), mean, low, high, mean - mean[:1], change_low, change_high, courses)
