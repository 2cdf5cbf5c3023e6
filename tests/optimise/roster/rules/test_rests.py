"""Rest in hours against its definition: minutes between shifts, written out."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from optimise.roster.context import RosterContext
from optimise.roster.rules import RestAfterRun, RestWithin
from optimise.testing import check_rule
from optimise.testing.wards import DAY, NIGHT, WORK


def times(problem: RosterContext, row: list[int]) -> list[tuple[int, int, int]]:
    """Day, start and end of each shift of a person, in minutes from midnight of day 0."""
    made = []
    for day, duty in enumerate(row):
        if duty:
            shift = problem.shifts[problem.duties[duty].shift]
            assert shift.start is not None
            assert shift.end is not None
            made.append((day, 1440 * day + shift.start, 1440 * day + shift.end))
    return made


def past(problem: RosterContext, person: int) -> list[int]:
    """Duties of known days before the plan, the latest first."""
    return [mask.bit_length() - 1 for mask in problem.employees[person].history]


def rested(problem: RosterContext, row: list[int], before: list[int], first: int, days: int, minutes: int) -> bool:
    known = before[: max(0, -first) + 1][::-1]
    shifted = [
        (d - len(known), a - 1440 * len(known), b - 1440 * len(known)) for d, a, b in times(problem, known + row)
    ]
    begin, end, last = 1440 * first, 1440 * (first + days), 1440 * first
    for day, start, over in shifted:
        if day < first:
            last = max(last, over)
        elif day < first + days:
            if start - last >= minutes:
                return True
            last = max(last, over)
    return end - max(last, begin) >= minutes


@pytest.mark.parametrize(("hours", "days", "weekday"), [(24, 3, None), (36, 4, None), (24, 3, 5), (60, 4, None)])
@pytest.mark.parametrize("weight", [3.0, math.inf])
def test_a_rest_within_days(hours: int, days: int, weekday: int | None, weight: float) -> None:
    rule = RestWithin(name="rest", minutes=60 * hours, days=days, weekday=weekday, weight=weight)

    def defined(problem: RosterContext, duties: NDArray[np.int16]) -> float:
        missing = 0
        for person, row in enumerate(duties.tolist()):
            before = past(problem, person)
            for first in range(-len(before), problem.horizon.days - days + 1):
                if weekday is None or problem.horizon.weekday(first) == weekday:
                    missing += not rested(problem, row, before, first, days, 60 * hours)
        return missing * weight if missing else 0.0

    check_rule(rule, defined, models=1)


@pytest.mark.parametrize(("of", "run", "hours"), [(NIGHT, 1, 46), (NIGHT, 2, 30), (DAY, 1, 32), (WORK, 2, 48)])
def test_a_rest_after_a_run(of: int, run: int, hours: int) -> None:
    rule = RestAfterRun(name="rest", of=of, minutes=60 * hours, run=run, weight=5.0)

    def defined(problem: RosterContext, duties: NDArray[np.int16]) -> float:
        short = 0
        for person, row in enumerate(duties.tolist()):
            known = past(problem, person)[::-1]
            line = known + row
            for (day, _, end), (later, start, _) in pairwise(times(problem, line)):
                inside = all(of >> line[d] & 1 for d in range(max(0, day - run + 1), day + 1)) and day - run + 1 >= 0
                goes_on = later == day + 1 and of >> line[later] & 1
                if later >= len(known) and inside and not goes_on and start - end < 60 * hours:
                    short += 1
        return 5.0 * short

    check_rule(rule, defined, models=1)


def counted(problem: RosterContext, row: list[int], before: list[int], first: int, days: int, minutes: int) -> int:
    """Rests of so many minutes in a window; one twice as long is two."""
    known = before[: max(0, -first) + 1][::-1]
    begin, end = 1440 * (first + len(known)), 1440 * (first + days + len(known))
    rests, last = 0, begin
    for _, start, over in times(problem, known + row):
        if begin <= start < end:
            rests += max(0, start - last) // minutes
        if start < end:
            last = max(last, over)
    return rests + max(0, end - last) // minutes


@pytest.mark.parametrize(("hours", "days", "count", "weekday"), [(24, 4, 2, None), (20, 5, 3, None), (24, 3, 2, 5)])
@pytest.mark.parametrize("weight", [3.0, math.inf])
def test_several_rests_within_days(hours: int, days: int, count: int, weekday: int | None, weight: float) -> None:
    rule = RestWithin(name="rest", minutes=60 * hours, days=days, count=count, weekday=weekday, weight=weight)

    def defined(problem: RosterContext, duties: NDArray[np.int16]) -> float:
        missing = 0
        for person, row in enumerate(duties.tolist()):
            before = past(problem, person)
            for first in range(-len(before), problem.horizon.days - days + 1):
                if weekday is None or problem.horizon.weekday(first) == weekday:
                    missing += counted(problem, row, before, first, days, 60 * hours) < count
        return missing * weight if missing else 0.0

    check_rule(rule, defined, models=2)
