"""Limits of wards: days of history and the plan after them are judged as the same days of one longer plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from optimise.roster.formats.ward import Ward
from optimise.roster.problem import RosterProblem

pytestmark = pytest.mark.quick

SHIFTS = [
    {"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30},
    {"id": "L", "start": "13:30", "end": "23:30", "break_minutes": 30},
    {"id": "N", "start": "20:30", "end": "07:30", "break_minutes": 60},
    {"id": "D", "start": "07:00", "end": "19:30", "break_minutes": 60},
]
LIMITS: list[tuple[str, Any]] = [
    ("min_rest_hours", 11),
    ("min_rest_hours", 40),
    ("max_consecutive_days", 2),
    ("min_consecutive_days", 3),
    ("max_consecutive_nights", 1),
    ("min_consecutive_nights", 2),
    ("max_consecutive_days_off", 2),
    ("min_consecutive_days_off", 2),
    ("max_hours_in_7_days", 30.5),
    ("max_hours_in_168_hours", 30),
    ("days_off_after_nights", 2),
    ("max_consecutive_long_days", 1),
    ("rest_after_nights", {"limit": 46, "after": 2}),
    ("rest_after_long_days", {"limit": 48, "after": 2}),
    ("rest_after_days", {"limit": 36, "after": 3}),
    ("weekly_rest", {"limit": 48, "rolling": True}),
    ("forbidden_sequences", [{"sequence": ["N", "off", "work"], "hard": True}]),
]


def problem(start: date, days: int, past: list[str], **rules: Any) -> RosterProblem:
    usual = {"min_rest_hours": "none", "max_consecutive_days": "none", "max_average_weekly_hours": "none"}
    return Ward.model_validate(
        {
            "start": start.isoformat(),
            "days": days,
            "shifts": SHIFTS,
            "staff": [{"id": "Ann", "history": {"duties": past}}],
            "rules": {**usual, **rules},
        }
    ).problem()


def kept(made: RosterProblem, row: list[str]) -> bool:
    return made.evaluate(made.roster([["-" if d == "off" else d for d in row]])).feasible


@pytest.mark.parametrize(("rule", "limit"), LIMITS)
@pytest.mark.parametrize("days", [1, 2, 3, 5, 9])
def test_history_is_judged_as_days_of_a_longer_plan(rule: str, limit: Any, days: int) -> None:
    random, start = np.random.default_rng(days), date(2026, 1, 5)
    for known in (1, 2, 7):
        before, whole = (problem(start - timedelta(known), n, [], **{rule: limit}) for n in (known, known + days))
        for _ in range(12):
            often = random.choice([0.3, 0.6])
            drawn = random.choice(["E", "L", "N", "D"], known + days)
            row = [str(d) if random.random() < often else "off" for d in drawn]
            if kept(before, row[:known]):
                after = problem(start, days, row[:known], **{rule: limit})
                assert kept(after, row[known:]) == kept(whole, row), row


@pytest.mark.parametrize("rule", ["complete_weekends", "no_night_before_weekend_off"])
def test_a_weekend_that_lies_partly_in_the_plan_is_not_judged(rule: str) -> None:
    sunday = problem(date(2026, 1, 11), 3, ["N"], **{rule: True})
    assert kept(sunday, ["off", "off", "N"])
    saturday = problem(date(2026, 1, 9), 2, [], **{rule: True})
    assert kept(saturday, ["N", "off"])
