"""Daylight saving and bank holidays."""

from __future__ import annotations

import datetime
import sys

import pytest

from optimise.core.errors import InputError, MissingExtraError
from optimise.demand.clock import bank_holidays, exposure, get_zone, is_repeated


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


def test_english_and_scottish_holidays_differ():
    year = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)
    england, scotland = bank_holidays("GB-ENG", *year), bank_holidays("GB-SCT", *year)
    assert datetime.date(2026, 4, 6) in england  # Easter Monday
    assert datetime.date(2026, 4, 6) not in scotland
    assert bank_holidays(None, *year) == {}


@pytest.mark.parametrize("region", ["ZZ", "GB-XXX"])
def test_unknown_regions_are_told(region):
    with pytest.raises(InputError, match="region"):
        bank_holidays(region, datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))


def test_unknown_zone_is_told():
    with pytest.raises(InputError, match="zone"):
        get_zone("Europe/Lundon")


def test_the_extra_is_named_when_absent(monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingExtraError, match=r"wardwise\[forecast\]"):
        bank_holidays("GB-ENG", datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))
