"""Worked, complete and identical weekends, against their definitions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from optimise.core.horizon import Horizon
from optimise.roster.rules import CompleteWeekends, IdenticalWeekends, WorkedWeekends

WEEKENDS = ((0,), (1, 2), (4, 5))


def test_weekends_of_a_horizon() -> None:
    assert Horizon(14).weekends() == ((5, 6), (12, 13))
    assert Horizon(8, first_weekday=6).weekends() == ((0,), (6, 7))  # begins on a Sunday
    assert Horizon(9, date(2010, 1, 1)).weekends(first=4, length=3) == ((0, 1, 2), (7, 8))  # a Friday


@pytest.mark.parametrize(("low", "high", "before"), [(0, 1, 0), (2, 3, 0), (1, 1, 1), (0, 0, 2)])
def test_worked_weekends(ward: Any, rows: Any, charge: Any, low: Any, high: Any, before: Any) -> None:
    rule = WorkedWeekends(name="r", weekends=WEEKENDS, minimum=low, maximum=high, worked_before=before, weight=4)
    problem = ward(rule, days=6)
    for row in rows(6, 2):
        total = before + sum(any(row[d] for d in w) for w in WEEKENDS)
        assert charge(problem, row) == max(0, low - total) + max(0, total - high)


def test_complete_weekends(ward: Any, rows: Any, charge: Any) -> None:
    problem = ward(CompleteWeekends(name="r", weekends=((0, 1), (3, 4, 5))), days=6)
    for row in rows(6, 2):
        wanted = sum(0 < sum(row[d] > 0 for d in w) < len(w) for w in ((0, 1), (3, 4, 5)))
        assert charge(problem, row) == wanted


def test_weekends_priced_by_their_shape(ward: Any, rows: Any, charge: Any) -> None:
    costs = (((True, False, True), 4), ((True, False, False), 2))
    problem = ward(CompleteWeekends(name="r", weekends=((1, 2, 3),), costs=costs, weight=1))
    for row in rows(5, 2):
        assert charge(problem, row) == {(1, 0, 1): 4, (1, 0, 0): 2}.get(row[1:4], 0)


@pytest.mark.parametrize("partly", [0, 1])
def test_identical_weekends(ward: Any, rows: Any, charge: Any, partly: Any) -> None:
    weekends = ((0, 1), (2, 3, 4))
    problem = ward(IdenticalWeekends(name="r", weekends=weekends, partly=partly, weight=2))
    for row in rows(5):
        wanted = 0
        for weekend in weekends:
            types = [row[d] for d in weekend]
            if all(types):
                wanted += sum(len(types) - types.count(t) for t in set(types))
            elif any(types) and len(types) == 2:
                wanted += partly
        assert charge(problem, row) == wanted, row
