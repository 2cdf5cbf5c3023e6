"""What people ask of a bed plan: what is open where and when, whether it will be enough, who uses shared units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.capacity.region import RegionPlan, RegionProblem

__all__ = ["BedOpening", "Enough", "Share", "electives", "enough", "openings", "shares"]


@dataclass(frozen=True, slots=True)
class BedOpening:
    """Beds of a ward on a day; ``unit`` is the shared unit that they come from, empty for the trust's own."""

    ward: str
    day: int
    opened: int
    lent: int
    minimum: int
    maximum: int
    unit: str


@dataclass(frozen=True, slots=True)
class Elective:
    """Requests for planned admissions of a specialty on a day, and how many of them are accepted."""

    specialty: str
    day: int
    requests: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Share:
    """Beds of a shared unit that a trust uses on balance on a day; negative where it lends."""

    trust: str
    unit: str
    day: int
    use: int


@dataclass(frozen=True, slots=True, eq=False)
class Enough:
    """Beds wanted by emergencies and accepted electives beside beds open, hospital by the period.

    Attributes
    ----------
    low, middle, high : float arrays (periods,)
        10, 50 and 90 % of the beds wanted over scenarios, by their probabilities.
    opened : int array (periods,)
        Beds open and not lent.
    short : float
        Probability that at some time more beds are wanted than are open.
    """

    low: NDArray[np.float64]
    middle: NDArray[np.float64]
    high: NDArray[np.float64]
    opened: NDArray[np.int64]
    short: float


def openings(problem: CapacityProblem, plan: CapacityPlan) -> list[BedOpening]:
    """One entry a ward and day."""
    wards = problem.wards
    return [
        BedOpening(
            ward,
            day,
            int(plan.opened[w, day]),
            int(plan.lent[w, day]),
            int(wards.minimum[w, day]),
            int(wards.maximum[w, day]),
            wards.unit[w],
        )
        for w, ward in enumerate(wards.ids)
        for day in range(problem.days)
    ]


def electives(problem: CapacityProblem, plan: CapacityPlan) -> list[Elective]:
    """One entry a specialty and day with requests."""
    requests = problem.electives.requests
    return [
        Elective(problem.specialties[g], int(day), int(requests[g, day]), int(plan.accepted[g, day]))
        for g, day in np.argwhere(requests > 0)
    ]


def enough(problem: CapacityProblem, plan: CapacityPlan) -> Enough:
    """Beds wanted, as a distribution over scenarios, beside beds open."""
    wanted = problem.need.sum(axis=1)
    planned = np.einsum("gkd,gd->k", problem.elective_need, plan.accepted)
    wanted = wanted + np.repeat(planned, problem.step)
    p = problem.scenarios.probabilities
    opened = np.repeat((plan.opened - plan.lent).sum(axis=0), problem.periods_per_day)
    order = np.argsort(wanted, axis=0, kind="stable")
    levels = np.cumsum(p[order], axis=0)
    ranked = np.take_along_axis(wanted, order, axis=0)

    def quantile(level: float) -> NDArray[np.float64]:
        at = np.minimum((levels < level - 1e-12).sum(axis=0), len(p) - 1)
        return np.asarray(ranked[at, np.arange(ranked.shape[1])], np.float64)

    short = float(p[(wanted > opened + 1e-9).any(axis=1)].sum())
    return Enough(quantile(0.1), quantile(0.5), quantile(0.9), opened, short)


def shares(problem: RegionProblem, plan: RegionPlan) -> list[Share]:
    """One entry a trust, unit and day."""
    return [
        Share(problem.trusts[t], problem.units[u], int(day), int(plan.use[t, u, day]))
        for t, u, day in np.ndindex(plan.use.shape)
    ]
