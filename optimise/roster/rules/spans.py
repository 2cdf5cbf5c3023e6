"""Hours in any so many consecutive hours, whatever the hour with which they begin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.roster.context import RosterContext
from optimise.roster.rules.primitives import HARD, NO_LIMIT, Counter, RosterRule

__all__ = ["HoursWithin"]

_DAY = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursWithin(RosterRule):
    """At most ``maximum`` minutes of working time in any ``span`` minutes in a row.

    The worst span begins with a shift, so one total for each day and each hour at which some shift begins says it all.
    A shift that ends after the span counts with the part inside. Past days count as far as history knows the duty;
    what they alone have above the maximum cannot be undone and is not counted.

    Attributes
    ----------
    maximum, span : int
        Minutes; a span is a whole number of days.
    weight : float
        Price of each minute above, or ``HARD``.
    """

    maximum: int
    span: int = 7 * _DAY
    weight: float = HARD

    def counters(self, problem: RosterContext) -> Iterable[Counter]:
        people, days = self.scope(problem), problem.horizon.days
        timed = [(a, s.start, s.end) for a, d in enumerate(problem.duties) if d.shift >= 0
                 for s in (problem.shifts[d.shift],) if s.start is not None and s.end is not None]  # fmt: skip
        if len(timed) < len(problem.duties) - 1:
            raise InputError("needs the clock times of all shifts", item=f"rule {self.name}")
        if not len(people) or not self.weight:
            return
        length = self.span // _DAY
        for first in range(-length, max(days - length, 0) + 1):  # later ones hold no more of the plan
            for hour in sorted({start for _, start, _ in timed}):
                inside = self._inside(problem, timed, first, hour)
                values = np.zeros((days, len(problem.duties)), dtype=np.int64)
                for day in range(max(first, 0), min(first + length + 1, days)):
                    values[day] = inside[day - first]
                past = np.array([self._before(problem, e, first, inside) for e in people.tolist()], dtype=np.int64)
                known = np.array([len(problem.employees[e].history) for e in people.tolist()])
                some = (past > 0) & (known >= -first) if first < 0 else np.ones(len(people), dtype=np.bool_)
                if not values.any() or not some.any():
                    continue
                yield Counter(
                    self.name,
                    people[some],
                    np.full(int(some.sum()), -NO_LIMIT, dtype=np.int64),
                    np.maximum(self.maximum, past[some]),
                    past[some],
                    values=values,
                    weight_upper=self.weight,
                    unit="minutes",
                    label=f"paid time in {self.span // 60} h from {problem.horizon.label(first)}",
                )

    def _inside(
        self, problem: RosterContext, timed: list[tuple[int, int, int]], first: int, hour: int
    ) -> NDArray[np.int64]:
        """Minutes of each duty that lie in the span, by day of the span (one more than it has) and duty."""
        made = np.zeros((self.span // _DAY + 1, len(problem.duties)), dtype=np.int64)
        for day in range(len(made)):
            for duty, start, end in timed:
                begin = _DAY * day + start
                part = min(_DAY * day + end, hour + self.span) - begin
                if begin >= hour and part > 0:
                    at = first + day
                    shift = problem.shifts[problem.duties[duty].shift]
                    paid = shift.minutes if shift.working is None else shift.working
                    paid += problem.longer(problem.duties[duty].shift, at) if paid else 0
                    made[day, duty] = paid * min(part, end - start) // (end - start)
        return made

    @staticmethod
    def _before(problem: RosterContext, employee: int, first: int, inside: NDArray[np.int64]) -> int:
        """Minutes of the span that history has worked, as far as it knows the duty."""
        history = problem.employees[employee].history
        known = {back: mask.bit_length() - 1 for back, mask in enumerate(history, start=1) if mask.bit_count() == 1}
        return sum(int(inside[-back - first, duty]) for back, duty in known.items() if 0 <= -back - first < len(inside))
