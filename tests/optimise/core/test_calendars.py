"""Bank holidays of regions."""

from __future__ import annotations

import datetime
import sys

import pytest

from optimise.core.calendars import bank_holidays
from optimise.core.errors import InputError, MissingExtraError


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


def test_the_extra_is_named_when_absent(monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingExtraError, match=r"wardwise\[forecast\]"):
        bank_holidays("GB-ENG", datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))
