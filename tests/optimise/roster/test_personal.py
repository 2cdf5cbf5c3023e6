"""One person's days: what is done when, by the clock of the ward."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from optimise.core.errors import UnsupportedError
from optimise.core.horizon import Horizon
from optimise.roster.personal import rota_days
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import DaysOff


def problem(**horizon):
    return RosterProblem(
        "w",
        "native",
        Horizon(3, **horizon),
        (Shift("N", 600, 1230, 1890, "Night"), Shift("Q", 60)),
        (Duty("-"), Duty("N", 0), Duty("Q", 1)),
        (Employee("Ann"),),
        (DaysOff(name="leave", cells=((0, 2),)),),
        meta={"bank_holidays": {1: "Some day"}},
    )


def test_days_say_duty_times_hours_leave_and_holidays():
    made = problem(start=date(2026, 3, 28), zone="Europe/London")
    night, shift, leave = rota_days(made, made.roster([["N", "Q", "-"]]), 0)
    zone = ZoneInfo("Europe/London")
    assert (night.duty, night.title, night.minutes, night.leave) == ("N", "Night", 540, False)
    assert night.begin == datetime(2026, 3, 28, 20, 30, tzinfo=zone)
    assert night.end == datetime(2026, 3, 29, 7, 30, tzinfo=zone)
    assert (night.end - datetime(2026, 3, 28, 20, 30, tzinfo=ZoneInfo("UTC"))).total_seconds() == 10 * 3600
    assert (shift.duty, shift.title, shift.begin, shift.holiday) == ("Q", "Q", None, "Some day")
    assert (leave.duty, leave.leave, leave.minutes) == ("", True, 0)


def test_without_a_zone_times_are_of_any_clock():
    made = problem(start=date(2026, 3, 28))
    night = rota_days(made, made.roster([["N", "-", "-"]]), 0)[0]
    assert night.end == datetime(2026, 3, 29, 7, 30)
    assert night.minutes == 600


def test_a_plan_without_dates_is_refused():
    made = problem()
    with pytest.raises(UnsupportedError, match="has no dates"):
        rota_days(made, made.roster([["-", "-", "-"]]), 0)
