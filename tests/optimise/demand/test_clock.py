"""Daylight saving."""

from __future__ import annotations

import datetime

import pytest

from optimise.core.errors import InputError
from optimise.demand.clock import exposure, get_zone, is_repeated


def test_days_of_23_and_25_hours():
    spring = exposure(datetime.datetime(2026, 3, 28), 3, "day", "Europe/London")
    assert (spring * 24).round().tolist() == [24, 23, 24]
    autumn = exposure(datetime.datetime(2026, 10, 24), 3, "day", "Europe/London")
    assert (autumn * 24).round().tolist() == [24, 25, 24]


def test_hours_of_the_changes():
    spring = exposure(datetime.datetime(2026, 3, 29), 4, "hour", "Europe/London")
    assert spring.tolist() == [1, 0, 1, 1]
    autumn = exposure(datetime.datetime(2026, 10, 24, 23), 4, "hour", "Europe/London")
    assert autumn.tolist() == [1, 1, 2, 1]


def test_a_year_has_as_many_hours_as_it_has():
    year = exposure(datetime.datetime(2026, 1, 1), 365 * 24, "hour", "Europe/London")
    assert year.sum() == 365 * 24
    assert is_repeated(datetime.datetime(2026, 10, 25, 1, 30), get_zone("Europe/London"))


def test_unknown_zone_is_told():
    with pytest.raises(InputError, match="zone"):
        get_zone("Europe/Lundon")
