"""Amounts with their units."""

from __future__ import annotations

import pytest

from optimise.core.quantities import clock_time, quantity


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (2250, "minutes", "37.5 h"),
        (440, "minutes", "7 h 20 min"),
        (20, "minutes", "20 min"),
        (-440, "minutes", "-7 h 20 min"),
        (0, "minutes", "0 h"),
        (1, "people", "1 person"),
        (3, "people", "3 people"),
        (3, "1/4 people", "0.75 people"),
        (4, "1/4 people", "1 person"),
        (1, "units of workload", "1 unit of workload"),
        (1, "days off", "1 day off"),
        (1, "patient-nights", "1 patient-night"),
        (1234.5, "", "1,234.5"),
    ],
)
def test_a_quantity_is_told_with_its_unit(value: float, unit: str, told: str) -> None:
    assert quantity(value, unit) == told


def test_minutes_are_read_off_the_clock() -> None:
    assert [clock_time(m) for m in (0, 450, 1439, 1440 + 75)] == ["00:00", "07:30", "23:59", "01:15"]
