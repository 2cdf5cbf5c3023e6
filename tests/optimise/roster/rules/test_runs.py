"""Runs of days and of weekends against run-length arithmetic, over every row of a short horizon."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from optimise.roster.rules import Runs, WeekendRuns

HISTORIES = ((), (0,), (1,), (2,), (1, 1), (1, 0), (1, 1, 0), (1, 1, 1, 0), (0, 0, 1), (2, 1), (1, 2, 0))
EDGES = tuple(product(("open", "closed"), repeat=2))


def slow_runs(
    row: tuple[int, ...], history: tuple[int, ...], of: set[int], low: int, high: int, start: str, end: str
) -> tuple[int, int]:
    """Units (below the minimum, above the maximum); ``history`` runs backwards from day -1."""
    past, days = len(history), len(row)
    line = [*(a in of for a in reversed(history)), *(a in of for a in row)]
    below = above = 0
    i = 0
    while i < len(line):
        j = i
        while j < len(line) and line[j] == line[i]:
            j += 1
        if line[i]:
            length, before = j - i, max(0, past - i)
            if j > past:  # some of it, or what ends it, lies inside the horizon
                above += max(0, length - high) - max(0, before - high)
            begun = i > 0 or (past == 0 and start == "closed")  # is it known where it began?
            ended = past <= j < past + days or (j == past + days and end == "closed")
            if begun and ended:
                below += max(0, low - length)
        i = j
    return below, above


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize(("start", "end"), EDGES)
@pytest.mark.parametrize("of", [2, 6, 1])
def test_runs_equal_run_lengths(
    ward: Any, rows: Any, charges: Any, history: tuple[int, ...], start: str, end: str, of: int
) -> None:
    inside = {a for a in range(3) if of >> a & 1}
    every = list(rows(4))
    for low, high in ((1, 0), (2, 1), (3, 2), (4, 3), (7, 4), (9, 99)):
        least = Runs(name="r", of=of, minimum=low, start=start, end=end, weight_minimum=2)
        most = Runs(name="r", of=of, maximum=high, start=start, end=end)
        slow = [slow_runs(row, history, inside, low, high, start, end) for row in every]
        histories = (history,) * len(every)
        assert charges(ward(least, days=4, histories=histories), every) == [below for below, _ in slow]
        assert charges(ward(most, days=4, histories=histories), every) == [above for _, above in slow]


def test_each_person_has_an_own_history(ward: Any, charge: Any) -> None:
    rule = Runs(name="r", of=6, minimum=3, maximum=3, start="closed", end="open")
    problem = ward(rule, days=3, histories=((1, 1, 1, 0), (1, 0), (), (0, 0)))
    assert charge(problem, (1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)) == 1 + 2
    assert charge(problem, (0, 0, 0), (1, 1, 0), (0, 0, 0), (0, 0, 0)) == 0
    assert charge(problem, (0, 0, 0), (1, 1, 0), (1, 0, 0), (1, 0, 0)) == 2 + 2
    assert charge(problem, (0, 0, 0), (1, 1, 1), (0, 0, 0), (0, 0, 0)) == 1


def test_a_scope_leaves_others_alone(ward: Any, charge: Any) -> None:
    problem = ward(Runs(name="r", employees=(1,), of=6, maximum=1), histories=((), ()))
    assert charge(problem, (1, 1, 1, 1, 1), (1, 0, 1, 0, 1)) == 0
    assert charge(problem, (0, 0, 0, 0, 0), (1, 1, 0, 1, 1)) == 2


def test_windows_of_one_long_run_are_one_violation(ward: Any) -> None:
    problem = ward(Runs(name="r", of=6, maximum=2, weight_maximum=10, noun="working days"), days=6)
    (violation,) = problem.evaluate(problem.roster([["E"] * 5 + ["-"]])).violations
    assert (violation.amount, violation.cost, violation.who) == (3, 30, ("p0",))
    assert violation.days == (0, 1, 2, 3, 4)
    assert "more than 2 working days in a row" in violation.message


WEEKENDS = ((0, 1), (2, 3), (4,), (5, 6))


@pytest.mark.parametrize(("start", "end"), EDGES)
def test_weekend_runs_equal_run_lengths(ward: Any, rows: Any, charges: Any, start: str, end: str) -> None:
    every = list(rows(7, 2))
    for low, high in ((2, 0), (3, 1), (5, 2)):
        edges = {"weekends": WEEKENDS, "start": start, "end": end}
        least, most = WeekendRuns(name="r", minimum=low, **edges), WeekendRuns(name="r", maximum=high, **edges)
        worked = [tuple(int(any(row[d] for d in w)) for w in WEEKENDS) for row in every]
        slow = [slow_runs(row, (), {1}, low, high, start, end) for row in worked]
        histories = ((),) * len(every)
        assert charges(ward(least, days=7, histories=histories), every) == [below for below, _ in slow]
        assert charges(ward(most, days=7, histories=histories), every) == [above for _, above in slow]
