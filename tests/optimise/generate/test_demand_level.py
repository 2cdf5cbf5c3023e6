"""The demand of a made ward against a search through all demands of its form."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.generate.demand_level import PRESSURE, DemandLevel, demand_level


def hours(level: DemandLevel, weekdays: int, weekend_days: int, place: float) -> float:
    """Hours that a demand takes, day by day."""
    by_day = place * (level.day + level.afternoon) / 2 + 11.5 * level.night
    fewer = place * min(level.quiet, level.day - 1)
    return weekdays * by_day + weekdays * level.busy / 5 * 7.5 + weekend_days * (by_day - fewer)


def allowed(most: int) -> list[DemandLevel]:
    return [
        DemandLevel(day, afternoon, night, round(0.2 * day), busy)
        for day, busy in product(range(1, most), range(6))
        for afternoon in {day, max(1, day - 1)}
        for night in range(max(1, round(0.5 * day)), max(1, round(0.7 * day)) + 1)
    ]


@settings(max_examples=40, deadline=None)
@given(
    supply=st.floats(0.0, 4000.0),
    weeks=st.integers(1, 4),
    tight=st.booleans(),
)
def test_no_demand_of_the_form_lies_nearer_below_the_supply(supply: float, weeks: int, tight: bool) -> None:
    weekdays, weekend_days, place = 5 * weeks, 2 * weeks, 11.5 if tight else 12.0
    found = demand_level(supply, weekdays, weekend_days, tight=tight)
    most = int(supply / (7 * weeks) / 11.5) + 3
    fits = [h for x in allowed(most) if (h := hours(x, weekdays, weekend_days, place)) <= PRESSURE * supply]
    if fits:
        assert hours(found, weekdays, weekend_days, place) == pytest.approx(max(fits))
    else:
        assert found == DemandLevel(1, 1, 1, 0, 0)


def test_a_ward_has_somebody_at_all_times_whatever_its_hours() -> None:
    assert demand_level(0.0, 5, 2, tight=True) == DemandLevel(1, 1, 1, 0, 0)
