"""Days of a plan and the hours that pass between two readings of the clock."""

from __future__ import annotations

from datetime import date

import pytest

from optimise.core.horizon import Horizon

pytestmark = pytest.mark.quick


def test_without_a_zone_clocks_never_change() -> None:
    plain = Horizon(7, date(2026, 3, 23))
    assert plain.elapsed(5 * 1440, 7 * 1440) == 2880
    assert plain.changes == ()


@pytest.mark.parametrize(
    ("start", "zone", "day", "length"),
    [
        (date(2026, 3, 23), "Europe/London", 6, 1380),
        (date(2026, 10, 19), "Europe/London", 6, 1500),
        (date(2026, 3, 2), "America/New_York", 6, 1380),
        (date(2026, 3, 23), "Australia/Lord_Howe", 13, 1470),  # half an hour
    ],
)
def test_the_day_of_a_change_has_another_length(start: date, zone: str, day: int, length: int) -> None:
    horizon = Horizon(14, start, zone=zone)
    assert day in horizon.changes
    assert horizon.elapsed(1440 * day, 1440 * (day + 1)) == length
    assert horizon.elapsed(1440 * (day - 1), 1440 * day) == 1440


def test_changes_just_outside_the_plan_count_too() -> None:
    assert Horizon(1, date(2026, 3, 30), zone="Europe/London").changes == (-1,)
