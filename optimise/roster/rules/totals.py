"""Totals per person over a period: shifts of a type, assignments, paid minutes, averaged weekly hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, NO_LIMIT, Counter, RosterRule
from optimise.roster.rules.weekends import per_person

__all__ = ["Total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(RosterRule):
    """Bounds on a total: ``minimum <= before + sum of values <= maximum`` over the days of ``period``.

    Attributes
    ----------
    of : int
        Mask of the duties that count.
    measure : str
        ``"duties"`` counts one each, ``"minutes"`` the shift's paid minutes, ``"working"`` those of working time.
    minimum, maximum : int or tuple of int, optional
        One value for all, or one per person in scope.
    before : int or tuple of int
        What the history contributes to the same total.
    period : (int, int), optional
        Half-open range of days; the whole horizon by default.
    credit : tuple of (employee, day, value)
        Counted whatever the duty is (paid leave).
    """

    of: int
    measure: str = "duties"
    minimum: int | tuple[int, ...] | None = None
    maximum: int | tuple[int, ...] | None = None
    before: int | tuple[int, ...] = 0
    weight_minimum: float = HARD
    weight_maximum: float = HARD
    period: tuple[int, int] | None = None
    credit: tuple[tuple[int, int, int], ...] = ()
    noun: str = ""

    def counters(self, problem: RosterContext) -> Iterable[Counter]:
        people = self.scope(problem)
        if not len(people):
            return
        _, days, duties = problem.shape
        first, last = self.period or (0, days)
        first, last = max(0, first), min(days, last)  # what lies before day 0 is in ``before``
        inside = np.array([self.of >> a & 1 for a in range(duties)], dtype=np.int64)
        measures = {"minutes": problem.paid_minutes, "working": problem.working_minutes}
        each = measures.get(self.measure, np.ones((days, duties), dtype=np.int64))
        values = np.zeros((days, duties), dtype=np.int64)
        values[first:last] = (inside * each)[first:last]
        offset = per_person(self.before, len(people), 0).copy()
        for employee, day, value in self.credit:
            if first <= day < last:
                offset[people == employee] += value
        yield Counter(
            self.name,
            people,
            per_person(self.minimum, len(people), -NO_LIMIT),
            per_person(self.maximum, len(people), NO_LIMIT),
            offset,
            values=values,
            weight_lower=self.weight_minimum,
            weight_upper=self.weight_maximum,
            unit="minutes" if self.measure in measures else "shifts",
            label=self.noun or self.name,
        )

    @classmethod
    def _per_employee(cls) -> frozenset[str]:
        return frozenset({"minimum", "maximum", "before"})
