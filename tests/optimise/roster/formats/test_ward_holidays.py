"""Bank holidays of a ward: demand, credit, price, fair share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from optimise.core.errors import InputError, MissingExtraError
from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import Fairness

pytestmark = pytest.mark.quick

SHIFTS = [{"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30}]


def document(**changes: Any) -> dict[str, Any]:
    """A fortnight over Easter 2026: Good Friday is 3 April, Easter Monday 6 April."""
    return {
        "start": "2026-03-30",
        "weeks": 2,
        "shifts": SHIFTS,
        "staff": [{"id": "Ann", "weekly_hours": 37.5}],
        **changes,
    }


def problem(**changes: Any) -> RosterProblem:
    return Ward.model_validate(document(**changes)).problem()


@pytest.mark.parametrize(
    ("nation", "days"),
    [
        ("england", [4, 7]),
        ("wales", [4, 7]),
        ("england-and-wales", [4, 7]),
        ("scotland", [4]),
        ("northern-ireland", [4, 7]),
    ],
)
def test_nations_have_their_own_days(nation: str, days: list[int]) -> None:
    assert list(problem(bank_holidays={"nation": nation}).meta["bank_holidays"]) == days


def wanted(made: RosterProblem) -> list[float]:
    return [line.lower for rule in made.rules if rule.name.startswith("cover") for line in rule.lines(made)]


def test_demand_on_bank_holidays_holds_before_weekdays_and_after_dates() -> None:
    demand = [
        {"shifts": ["E"], "minimum": 2},
        {"shifts": ["E"], "minimum": 3, "days": ["Fri", "Mon"]},
        {"shifts": ["E"], "minimum": 1, "days": ["bank-holidays"]},
        {"shifts": ["E"], "minimum": 5, "days": ["2026-04-06"]},
    ]
    made = problem(demand=demand, bank_holidays={"nation": "england", "dates": ["2026-04-09"]})
    assert wanted(made) == [3, 2, 2, 2, 1, 2, 2, 5, 2, 2, 1, 3, 2, 2]


def test_contracts_count_credited_days_and_shifts_on_them_have_a_price() -> None:
    hard = {"hours": [{"hard": True}], "max_average_weekly_hours": "none", "max_consecutive_days": "none"}
    made = problem(bank_holidays={"nation": "england", "credit": True, "weight": 3}, rules=hard)
    free = made.roster([[*"EEEE---", "-", *"EEEE--"]])
    assert made.evaluate(free).feasible
    assert made.evaluate(free).cost == 0
    at_work = made.evaluate(made.roster([[*"EEEEE--", *"EEEEE--"]]))
    assert at_work.by_rule()["contracted hours"] == 2 * 450  # two days over
    assert at_work.cost == 6
    leave = [{"staff": "Ann", "first": "2026-03-30", "last": "2026-04-12"}]
    away = problem(bank_holidays={"nation": "england", "credit": True}, rules=hard, leave=leave)
    assert away.evaluate(away.roster([["-"] * 14])).feasible  # no day counts twice
    average = {"max_average_weekly_hours": {"limit": 37.5, "weeks": 2}}
    law = problem(bank_holidays={"nation": "england", "credit": True}, rules=average)
    assert law.evaluate(law.roster([[*"EEEEE--", *"EEEEE--"]])).by_rule()["at most 37.5 h a week on average"] == 0


def test_bank_holidays_are_shared() -> None:
    staff = [{"id": "Ann"}, {"id": "Ben"}]
    rules = {"fairness": [{"of": "bank-holidays"}]}
    demand = [{"shifts": ["E"], "minimum": 1}]
    made = problem(staff=staff, rules=rules, demand=demand, bank_holidays={"nation": "england"})
    (rule,) = [rule for rule in made.rules if isinstance(rule, Fairness)]
    assert (rule.days, rule.targets) == ((4, 7), (1.0, 1.0))
    assert made.evaluate(made.roster([[*"EEEEEE-E------"], ["-"] * 14])).by_rule()[rule.name] == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"demand": [{"shifts": ["E"], "days": ["bank-holidays"]}]}, "says no bank_holidays"),
        ({"bank_holidays": {"nation": "mercia"}}, "scotland"),
        ({"bank_holidays": {"nation": "england", "hard": True}}, "give a weight"),
    ],
)
def test_nonsense_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Exception, match=said) as caught:
        problem(**changes)
    assert isinstance(caught.value, InputError | ValueError)


def test_the_extra_is_named_when_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingExtraError, match=r"wardwise\[calendar\]"):
        problem(bank_holidays={"nation": "england"})
    assert problem(bank_holidays={"dates": ["2026-04-06"]}).meta["bank_holidays"] == {7: "bank holiday"}


def test_tables_hold_bank_holidays(tmp_path: Path) -> None:
    given = {"nation": "scotland", "dates": ["2026-04-09"], "credit": True, "weight": 2}
    made = Ward.model_validate(document(bank_holidays=given))
    for name in ("ward.xlsx", "ward"):
        assert read_tables(write_tables(made, tmp_path / name), Ward).bank_holidays == made.bank_holidays


def test_a_nation_without_a_bank_holiday_in_the_plan_is_said() -> None:
    made = problem(start="2027-01-04", weeks=4, bank_holidays={"nation": "England", "credit": True})
    assert "No bank holiday of england falls into the plan." in made.meta["remarks"]
