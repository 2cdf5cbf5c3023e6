"""Load shared fairly: each person's total against a share in proportion, at a price that rises with the distance.

The price of the distance is convex: the first unit above (below) the share costs the weight, the second twice, every
further one three times the weight. So one person far off costs more than two who are a little off, and among plans
that all break the shares the even one is cheapest. A convex price is several counters of one total, each with bounds
a step wider than those before; every engine knows counters. Shares are seldom whole: the whole numbers around one are
free, so that 12 shifts among 7 people are 2 2 2 2 2 1 1 at no cost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import NO_LIMIT, Counter, Line, RosterRule

__all__ = ["Fairness", "demanded", "proportional"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness(RosterRule):
    """Each person's total of one kind of load near a share.

    Attributes
    ----------
    targets : tuple of float
        Fair total of each person in scope, what lies before the plan included; in the unit of the measure.
    before : tuple of int
        Total of each person in scope from before the plan.
    of : int
        Mask of the duties that count.
    measure : str
        ``"duties"`` counts one each, ``"minutes"`` the paid minutes, ``"groups"`` the groups of days with such a duty.
    groups : tuple of tuple of int
        Groups of days (weekends) for ``"groups"``.
    days : tuple of int, optional
        Days on which duties count; all by default.
    weight : float
        Price of the first unit too many or too few, or ``HARD``.
    below : bool
        Whether too little counts too.
    steps, width : int
        How often the price rises, and after how many units each time.
    noun : str
        What is shared: ``"nights"``.
    """

    targets: tuple[float, ...]
    before: tuple[int, ...]
    of: int
    measure: str = "duties"
    groups: tuple[tuple[int, ...], ...] = ()
    days: tuple[int, ...] | None = None
    weight: float = 1.0
    below: bool = True
    steps: int = 3
    width: int = 1
    noun: str = "shifts"

    def counters(self, problem: RosterContext) -> Iterable[Counter]:
        people = self.scope(problem)
        if not len(people) or not self.weight:
            return
        least = np.array([math.floor(t + 1e-6) for t in self.targets], dtype=np.int64)
        most = np.array([math.ceil(t - 1e-6) for t in self.targets], dtype=np.int64)
        values = None if self.measure == "groups" else self.counted(problem)
        for step in range(1 if math.isinf(self.weight) else self.steps):
            off = step * self.width
            yield Counter(
                self.name,
                people,
                least - off if self.below else np.full(len(people), -NO_LIMIT, dtype=np.int64),
                most + off,
                np.asarray(self.before, dtype=np.int64),
                values=values,
                groups=self.groups if values is None else None,
                mask=self.of if values is None else 0,
                weight_lower=self.weight,
                weight_upper=self.weight,
                unit="minutes" if self.measure == "minutes" else self.noun,
                label=f"share of {self.noun}" + (f", {_TIMES[step]} the price:" if step else ":"),
            )

    def counted(self, problem: RosterContext) -> NDArray[np.int64]:
        """What each duty adds on each day.

        Parameters
        ----------
        problem : RosterContext
            Horizon, duties and people.

        Returns
        -------
        int64 array
            Shape (days, duties).
        """
        _, days, duties = problem.shape
        inside = np.array([self.of >> a & 1 for a in range(duties)], dtype=np.int64)
        each = np.broadcast_to(inside, (days, duties)).copy()
        if self.measure == "minutes":
            each *= problem.paid_minutes
        if self.days is not None:
            each[[d for d in range(days) if d not in set(self.days)]] = 0
        return each

    @classmethod
    def _per_employee(cls) -> frozenset[str]:
        return frozenset({"targets", "before"})


_TIMES = ("", "twice", *(f"{n} times" for n in range(3, 20)))


def proportional(weights: Floats, amount: float) -> Floats:
    """An amount divided in proportion to weights.

    Parameters
    ----------
    weights : float array
        Shape (people,), none negative.
    amount : float
        In any unit.

    Returns
    -------
    float array
        Shape (people,), in the same unit; zeros where all weights are 0.
    """
    total = float(weights.sum())
    return weights * (amount / total) if total > 0 else np.zeros(len(weights))


def demanded(lines: Iterable[Line], shape: tuple[int, int]) -> Floats:
    """People that cover lines ask for on each day and duty.

    Parameters
    ----------
    lines : iterable of Line
        Those that count each of their people once; others (shares, pairs) ask for nobody of their own.
    shape : (int, int)
        Days and duties.

    Returns
    -------
    float array
        Shape ``shape``, in people. What several duties may cover is divided evenly among them.

    Notes
    -----
    A line that counts the same people and duties as a narrower one and more (all nurses at night, of them two
    registered) asks only for what the narrower ones leave open.
    """
    made = np.zeros(shape)
    wanted = []
    for line in lines:
        groups = {term.employees for term in line.terms}
        if line.lower > 0 and math.isfinite(line.lower) and len(groups) == 1:
            cells = frozenset((t.day, a) for t in line.terms for a in range(shape[1]) if t.mask >> a & 1)
            some = groups.pop()
            if cells and all(term.coefficient == 1.0 for term in line.terms):
                wanted.append((cells, None if some is None else frozenset(some), line.lower))
    seen: dict[int, list[tuple[frozenset[tuple[int, int]], frozenset[int] | None, float]]] = {}
    for cells, who, lower in sorted(wanted, key=lambda w: (len(w[0]), math.inf if w[1] is None else len(w[1]))):
        first = min(day for day, _ in cells)
        inside = {
            id(other): other
            for day in {day for day, _ in cells}
            for other in seen.get(day, ())
            if other[0] <= cells and (who is None or (other[1] is not None and other[1] <= who))
        }
        more = max(0.0, lower - sum(other[2] for other in inside.values()))
        seen.setdefault(first, []).append((cells, who, more))
        for day, duty in cells:
            made[day, duty] += more / len(cells)
    return made
