"""Pay and rest over a change of the clocks, in hours that pass."""

from __future__ import annotations

from typing import Any

import pytest

from optimise.core.kinds import kind_of
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import RosterProblem
from optimise.roster.view import shares

pytestmark = pytest.mark.quick

NIGHT = {"id": "N", "start": "20:30", "end": "07:30", "break_minutes": 60}
LATE = {"id": "L", "start": "13:30", "end": "22:00"}
EARLY = {"id": "E", "start": "08:30", "end": "15:00"}
MAXIMUM = {"max_average_weekly_hours": "none"}


def problem(start: str, zone: str | None, **changes: Any) -> RosterProblem:
    document = {"start": start, "days": 7, "time_zone": zone, "shifts": [NIGHT, LATE, EARLY], "staff": [{"id": "Ann"}]}
    return Ward.model_validate({**document, "rules": MAXIMUM, **changes}).problem()


@pytest.mark.parametrize(
    ("start", "zone", "hours"),
    [("2026-03-23", "Europe/London", 9), ("2026-10-19", "Europe/London", 11), ("2026-03-23", None, 10)],
)
def test_the_night_of_the_change_is_paid_as_it_lasts(start: str, zone: str | None, hours: float) -> None:
    made = problem(start, zone, staff=[{"id": "Ann", "weekly_hours": hours}])
    plan = made.roster([["-"] * 5 + ["N", "-"]])
    assert made.evaluate(plan).by_rule()["contracted hours"] == 0
    assert shares(made, plan)[0].minutes == 60 * hours
    assert kind_of(made).table(made, plan).rows[0][-1] == 60 * hours
    friday = made.roster([["-"] * 4 + ["N", "-", "-"]])
    assert shares(made, friday)[0].minutes == 600


def broken(made: RosterProblem, row: str) -> float:
    return made.evaluate(made.roster([row.split()])).hard


@pytest.mark.parametrize(
    ("start", "zone", "rest", "kept"),
    [
        ("2026-03-23", "Europe/London", 10, False),  # 22:00 to 08:30 are 9.5 h that night
        ("2026-03-23", "Europe/London", 9.5, True),
        ("2026-03-23", None, 10, True),
        ("2026-10-19", "Europe/London", 11.5, True),
        ("2026-10-19", None, 11, False),
    ],
)
def test_rest_is_counted_in_hours_that_pass(start: str, zone: str | None, rest: float, kept: bool) -> None:
    made = problem(start, zone, rules={**MAXIMUM, "min_rest_hours": rest})
    assert (broken(made, "- - - - - L E") == 0) is kept
    assert (broken(made, "- L E - - - -") == 0) is (rest <= 10.5)  # any other night


def test_history_before_a_change_counts() -> None:
    staff = [{"id": "Ann", "history": {"duties": ["L"]}}]
    made = problem("2026-03-29", "Europe/London", staff=staff, rules={**MAXIMUM, "min_rest_hours": 10})
    assert broken(made, "E - - - - - -") > 0
    rules = {**MAXIMUM, "max_hours_in_7_days": {"limit": 15.5, "weight": 1}, "min_rest_hours": "none"}
    staff = [{"id": "Ann", "history": {"duties": ["N"]}}]
    made = problem("2026-03-29", "Europe/London", staff=staff, rules=rules)
    assert made.evaluate(made.roster([["E", *["-"] * 6]])).cost == 0  # 9 h last night and 6.5 h today


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'Europe/London'"):
        problem("2026-03-23", "Europe/Londn")
