"""Levels of escalation: probabilities by hand, and scenarios that do not match the plan."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError
from optimise.report.escalation import LEVELS, Unplanned, checked_levels, level_of, level_probabilities, unplanned

pytestmark = pytest.mark.quick

MONDAY = datetime.date(2026, 11, 30)


def drawn(**changes: Any) -> Scenarios:
    """Two courses of three days: nobody, or two on the first day; who comes stays two days."""
    arrivals = np.zeros((2, 3, 1), np.int64)
    arrivals[1, 0, 0] = 2
    parts: dict[str, Any] = {
        "arrivals": arrivals,
        "probabilities": np.array([0.75, 0.25]),
        "groups": ("all",),
        "period": "day",
        "start": datetime.datetime(2026, 11, 30),
        "stay": np.array([[0.0, 1.0]]),
    }
    return Scenarios(**(parts | changes))


def test_levels_begin_above_their_shares() -> None:
    assert level_of(np.array([92, 93, 96, 99, 120]), 100, LEVELS).tolist() == [1, 2, 3, 4, 4]
    assert level_of(np.array([0, 1]), 0, LEVELS).tolist() == [1, 4]


def test_probabilities_are_those_of_the_courses() -> None:
    more = unplanned(drawn(), MONDAY, 3)
    found = level_probabilities(np.array([90, 92, 94]), np.array([100, 100, 100]), more, LEVELS)
    # with two more on the first two nights: 92, 94, 94
    assert found == pytest.approx(np.array([[1, 0, 0, 0], [0.75, 0.25, 0, 0], [0, 1, 0, 0]]))


def test_hours_count_those_in_bed_at_midnight() -> None:
    arrivals = np.zeros((1, 40, 1), np.int64)
    arrivals[0, 0, 0], arrivals[0, 16, 0], arrivals[0, 17, 0] = 1, 1, 1  # 07:00, 23:00, midnight
    stay = np.array([[0.0, 1.0]])  # two hours
    more = unplanned(
        drawn(
            arrivals=arrivals, probabilities=[1.0], period="hour", start=datetime.datetime(2026, 11, 30, 7), stay=stay
        ),
        MONDAY,
        3,
    )
    assert more.beds.shape[1] == 1  # the second midnight lies beyond the last hour
    assert set(more.beds[:, 0]) == {1}


def test_in_patients_are_left_to_the_plan() -> None:
    remaining = np.full((2, 3, 1), 5)
    assert unplanned(drawn(remaining=remaining), MONDAY, 3).beds.max() == 2


@pytest.mark.parametrize(
    ("changes", "start", "message"),
    [
        ({}, None, "no dates"),
        ({}, MONDAY + datetime.timedelta(days=1), "need the same day"),
        ({"start": datetime.datetime(2026, 11, 30, 7)}, MONDAY, "not at midnight"),
        ({"arrivals": np.zeros((2, 3, 1), np.int64), "period": "hour"}, MONDAY, "before the first midnight"),
    ],
)
def test_scenarios_of_other_days_are_refused(
    changes: dict[str, Any], start: datetime.date | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        unplanned(drawn(**changes), start, 3)


@pytest.mark.parametrize("levels", [(), (95.0, 92.0), (0.0, 5.0), (50.0, 2000.0)])
def test_levels_that_do_not_rise_are_refused(levels: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="rising percentages"):
        checked_levels(levels)


def test_what_is_drawn_has_probabilities_that_sum_to_one() -> None:
    made = unplanned(drawn(), MONDAY, 2)
    assert isinstance(made, Unplanned)
    assert made.beds.shape == (2000, 2)
    assert made.probabilities.sum() == pytest.approx(1.0)
