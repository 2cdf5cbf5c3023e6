"""Terms and annualised hours: what a contract asks for in a plan, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_leave import absences
from optimise.roster.problem import Roster
from optimise.roster.trust.accounts import hours_accounts

TERMS = ["2026-01-05..2026-02-13", "2026-02-23..2026-03-27"]


def _ward(contract: dict[str, Any], person: dict[str, Any] | None = None, **more: Any) -> Ward:
    return Ward.model_validate(
        {
            "start": "2026-02-02",
            "weeks": 4,
            "shifts": [{"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30}],
            "contracts": [{"id": "c", **contract}],
            "staff": [{"id": "Ann", "contract": "c", **(person or {})}],
            "demand": [{"shifts": ["E"], "minimum": 1}],
            **more,
        }
    )


def test_outside_terms_nobody_works_and_no_hours_are_owed() -> None:
    ward = _ward({"weekly_hours": 20, "terms": TERMS})
    problem = ward.problem()
    free = [d for d in range(28) if date(2026, 2, 14) <= date(2026, 2, 2) + timedelta(days=d) <= date(2026, 2, 22)]
    assert [d for d in range(28) if not problem.compiled.allowed[0, d, 1]] == free
    words = np.zeros((1, 28), dtype=np.int16)
    words[0, [0, 1, 2, 3, 7, 8, 21, 22]] = 1  # 60 h, three weeks of 20
    plan = Roster(words)
    evaluated = {r.rule: r.cost for r in problem.evaluate(plan).rules}
    assert evaluated["contracted hours"] == 0
    assert hours_accounts(problem, plan)[0].contracted == 60 * 60


def test_leave_and_bank_holidays_outside_terms_are_not_credited() -> None:
    leave = [{"staff": "Ann", "first": "2026-02-12", "last": "2026-02-17"}]
    more = {"leave": leave, "bank_holidays": {"dates": ["2026-02-18"], "credit": True}}
    index = WardIndex(_ward({"weekly_hours": 20, "terms": TERMS}, **more))
    minutes = absences(index).minutes
    assert [minutes[0, d] for d in range(10, 16)] == [240, 240, 0, 0, 0, 0]
    problem = _ward({"weekly_hours": 20, "terms": TERMS}, **more).problem()
    (hours,) = [c for c in problem.compiled.counters if c.rule == "contracted hours"]
    assert hours.offset.tolist() == [480]


@pytest.mark.parametrize(("begin", "paid", "terms"), [("2025-04-01", 1500, []), ("2026-01-01", 1500, TERMS)])
def test_what_is_left_of_a_year_is_spread_over_its_working_days(begin: str, paid: float, terms: list[str]) -> None:
    contract = {"annual_hours": 1650, "year_start": begin, "terms": terms}
    index = WardIndex(_ward(contract, {"history": {"year_hours": paid}}))
    first, end = date.fromisoformat(begin), date(int(begin[:4]) + 1, int(begin[5:7]), 1)
    spans = [tuple(map(date.fromisoformat, t.split(".."))) for t in terms] or [(first, end)]
    every = [date(2026, 2, 2) + timedelta(days=d) for d in range((end - date(2026, 2, 2)).days)]
    left = [d for d in every if d.weekday() < 5 and any(a <= d <= b for a, b in spans)]
    assert index.weekly_hours(0) == pytest.approx((1650 - paid) / (len(left) / 5))


@pytest.mark.parametrize(
    ("contract", "person", "told"),
    [
        ({"annual_hours": 1650}, {}, "annual_hours and year_start go together"),
        ({"annual_hours": 1650, "year_start": "2025-04-01", "weekly_hours": 30}, {}, "give one of the two"),
        ({"annual_hours": 1650, "year_start": "2026-04-01"}, {}, "does not hold the plan's first day, 2026-02-02"),
        ({"weekly_hours": 30}, {"history": {"year_hours": 3}}, "no contract with annual_hours"),
        (
            {"annual_hours": 1650, "year_start": "2025-04-01"},
            {"history": {"balance_hours": 3}},
            "annual hours are counted by year_hours",
        ),
        ({"annual_hours": 1650, "year_start": "2025-04-01", "terms": TERMS[:1]}, {}, "do terms list all of it"),
        ({"terms": ["2026-02-13..2026-01-05"]}, {}, "ends before it begins"),
        ({"terms": ["spring"]}, {}, "'spring' is no span of dates"),
    ],
)
def test_what_contradicts_itself_is_refused(contract: dict[str, Any], person: dict[str, Any], told: str) -> None:
    with pytest.raises((InputError, ValueError), match=told):
        _ward(contract, person).problem()
