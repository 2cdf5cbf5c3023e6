"""Pounds: what a duty costs against a count by minutes, and as a price in every engine."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

import optimise
from optimise.core.errors import InputError
from optimise.core.method import Limits
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_pay import duty_pounds, rate_of

START = date(2026, 1, 5)
WARD = {
    "start": str(START),
    "days": 8,
    "bank_holidays": {"dates": ["2026-01-07"]},
    "shifts": [
        {"id": "E", "start": "05:00", "end": "13:00", "break_minutes": 30},
        {"id": "L", "start": "16:00", "end": "23:30"},
        {"id": "N", "start": "20:30", "end": "07:30", "break_minutes": 60},
        {"id": "V", "start": "18:00", "end": "01:00"},
    ],
    "staff": [{"id": "ann", "band": "5"}, {"id": "ben", "band": "2"}, {"id": "chi"}],
    "demand": [
        {"shifts": ["E"], "minimum": 1, "days": ["Mon", "Sun"]},
        {"shifts": ["N"], "minimum": 1, "days": ["Sat"]},
    ],
    "pay_rates": [{"band": "5", "hourly": 18}, {"band": "2", "hourly": 12}],
}


def by_minutes(shift, day: int, hourly: float, night: float, sunday: float) -> float:
    """A duty's pounds, minute by minute; a weekday shift mostly in the dark is dark throughout."""
    begin = datetime(START.year, START.month, START.day) + timedelta(days=day, minutes=shift.first)
    minutes = [begin + timedelta(minutes=m) for m in range(shift.last - shift.first)]

    def kind(m: datetime) -> str:
        if m.weekday() == 6 or m.date() == date(2026, 1, 7):
            return "high"
        return "low" if m.weekday() == 5 else "dark" if m.hour >= 20 or m.hour < 6 else "plain"

    kinds = [kind(m) for m in minutes]
    if 2 * kinds.count("dark") > len(kinds):
        kinds = ["dark" if k == "plain" else k for k in kinds]
    each = hourly * shift.minutes / 60 / len(kinds)
    return sum(each * (1 + {"high": sunday, "low": night, "dark": night, "plain": 0.0}[k]) for k in kinds)


@pytest.mark.parametrize(("shift", "day"), list(product(range(4), range(8))))
def test_a_duty_costs_what_its_minutes_cost(shift: int, day: int) -> None:
    index = WardIndex(Ward.model_validate(WARD))
    for employee, night, sunday in ((0, 0.30, 0.60), (1, 0.41, 0.83)):
        rate = rate_of(index, employee)
        assert rate is not None
        wanted = by_minutes(index.ward.shifts[shift], day, rate[0], night, sunday)
        assert sum(duty_pounds(index, shift, day, rate)) == pytest.approx(wanted)


@pytest.mark.parametrize("day", range(7))
@pytest.mark.parametrize("unsocial", [None, False, True])
def test_being_on_call_brings_its_allowance_and_unsocial_hours_where_they_are_agreed(
    day: int, unsocial: bool | None
) -> None:
    shift = {"id": "C", "start": "17:00", "end": "08:00", "overnight": True, "kind": "on-call", "paid_minutes": 90}
    more = {"allowance": 26, "allowance_at_weekends": 41, "unsocial": unsocial}
    index = WardIndex(Ward.model_validate({**WARD, "shifts": [*WARD["shifts"], {**shift, **more}]}))
    place, rate = len(index.shifts) - 1, rate_of(index, 0)
    assert rate is not None
    paid = by_minutes(index.ward.shifts[place], day, *rate) if unsocial else rate[0] * 1.5
    special = (START + timedelta(days=day)).weekday() >= 5 or day in index.bank_holidays
    assert sum(duty_pounds(index, place, day, rate)) == pytest.approx(paid + (41 if special else 26))


def test_without_a_rate_nothing_is_known() -> None:
    index = WardIndex(Ward.model_validate(WARD))
    assert rate_of(index, 2) is None
    own = {**WARD, "pay_rates": [{"band": "5", "hourly": 18, "saturday_and_night": 0.1, "sunday_and_holiday": 0.2}]}
    assert rate_of(WardIndex(Ward.model_validate(own)), 0) == (18, 0.1, 0.2)


def test_a_price_of_pounds_moves_duties_to_the_cheaper_band() -> None:
    ward = Ward.model_validate({**WARD, "pay": {"price_of_a_pound": 0.1}})
    problem = ward.problem()
    found = [optimise.solve(problem, m, limits=Limits(seconds=20)) for m in ("highs", "column-generation")]
    assert found[0].proven
    assert found[0].cost == pytest.approx(found[1].cost)
    assert not found[0].plan.duties[0].any()
    index = WardIndex(ward)
    rate = rate_of(index, 1)
    cells = [(shift, day) for day, duty in enumerate(found[0].plan.duties[1].tolist()) if (shift := duty - 1) >= 0]
    spent = sum(sum(duty_pounds(index, shift, day, rate)) for shift, day in cells)
    assert found[0].evaluation.by_rule()["pay"] == len(cells)
    assert sum(r.cost for r in found[0].evaluation.rules if r.rule == "pay") == pytest.approx(0.1 * spent, abs=0.05)


def test_pounds_that_have_no_price_change_nothing() -> None:
    plain = Ward.model_validate({k: v for k, v in WARD.items() if k != "pay_rates"})
    assert plain.problem().digest() == Ward.model_validate(WARD).problem().digest()


@pytest.mark.parametrize("name", ["w.json", "w.xlsx", "w"])
def test_rates_survive_every_form(name: str, tmp_path: Path) -> None:
    if name == "w.xlsx":
        pytest.importorskip("openpyxl")
    ward = Ward.model_validate({**WARD, "pay": {"bank_hourly": 25, "agency_hourly": 40, "price_of_a_pound": 0.1}})
    assert Ward.load(ward.save(tmp_path / name)) == ward


def test_a_band_has_one_rate() -> None:
    twice = {**WARD, "pay_rates": [{"band": "5", "hourly": 18}, {"band": "5", "hourly": 19}]}
    with pytest.raises(InputError, match=r"band 5 has a rate already by pay_rates\[0\]"):
        Ward.model_validate(twice).problem()
