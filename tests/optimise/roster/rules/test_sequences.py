"""Successions, rest by the clock, unwanted sequences and rest after nights, against their definitions."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from optimise.roster.problem import Shift
from optimise.roster.rules import Rest, RestAfter, Succession, Unwanted

HISTORIES = ((), (0,), (1,), (2,), (2, 2), (0, 2), (0, 0, 2), (1, 2))


@pytest.mark.parametrize("history", HISTORIES)
def test_successions_count_pairs_of_days(ward: Any, rows: Any, charge: Any, history: Any) -> None:
    problem = ward(Succession(name="r", pairs=((4, 2), (2, 1))), histories=(history,))
    for row in rows(5):
        line = [*history[:1], *row]
        wanted = sum(pair in ((2, 1), (1, 0)) for pair in pairwise(line))
        assert charge(problem, row) == wanted


CLOCK = (Shift("E", 0, 420, 900), Shift("N", 0, 1260, 1860), Shift("W", 0, 480, 3300), Shift("X"))


@pytest.mark.parametrize("history", [(), (3,), (0, 3), (2,), (1, 3)])
@pytest.mark.parametrize("minutes", [0, 660, 1440])
def test_rest_is_measured_by_the_clock(ward: Any, rows: Any, charge: Any, history: Any, minutes: Any) -> None:
    # W lasts 47 hours; X has no clock times and is not compared
    problem = ward(Rest(name="r", minutes=minutes), days=4, histories=(history,), shifts=CLOCK)
    for row in rows(4, 5):
        line = {-1 - i: a for i, a in enumerate(history)} | dict(enumerate(row))
        timed = {d: CLOCK[a - 1] for d, a in line.items() if a and CLOCK[a - 1].start is not None}
        wanted = sum(
            1440 * e + timed[e].start < 1440 * d + timed[d].end + minutes
            for d in timed
            for e in timed
            if e > d and e >= 0
        )
        assert charge(problem, row) == wanted, row


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("starts", [None, (0, 3), (-1,), (-2, 2, 9)])
def test_unwanted_sequences(ward: Any, rows: Any, charge: Any, history: Any, starts: Any) -> None:
    problem = ward(Unwanted(name="r", masks=(4, 1, 6), starts=starts, weight=3), histories=(history,))
    for row in rows(5):
        line = {-1 - i: a for i, a in enumerate(history)} | dict(enumerate(row))
        wanted = sum(
            line.get(d) == 2 and line.get(d + 1) == 0 and line.get(d + 2, 0) != 0
            for d in range(-2, 3)
            if starts is None or d in starts
        )
        assert charge(problem, row) == wanted, row


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("rest", [1, 2, 3])
def test_days_off_after_nights(ward: Any, rows: Any, charge: Any, history: Any, rest: Any) -> None:
    problem = ward(RestAfter(name="r", of=4, days=rest), histories=(history,))
    for row in rows(5):
        line, past = [*reversed(history), *row], len(history)
        wanted = 0
        for d, duty in enumerate(line):
            if duty == 2 and d + 1 < len(line) and line[d + 1] != 2:  # the last of a run of nights
                back = next((e for e in range(d + 1, len(line)) if line[e]), None)
                # counted on the day on which the person is back too early
                wanted += back is not None and back >= past and back - d - 1 < rest
        assert charge(problem, row) == wanted, row
