"""Split duties, sleep-ins and being on call: hours, working time, rest, cover, in document and workbook."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from optimise.core.method import Limits
from optimise.driver import solve
from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_shifts import ShiftType
from optimise.roster.problem import RosterProblem

DAY = {"id": "D", "start": "07:00", "end": "19:00"}
SPLIT = {"id": "S", "start": "07:00", "end": "20:00", "split": ["11:00", "16:00"]}
SLEEP = {"id": "Z", "start": "22:00", "end": "07:00", "kind": "sleep-in", "paid_minutes": 0}
CALL = {
    "id": "C",
    "start": "08:00",
    "end": "08:00",
    "overnight": True,
    "kind": "on-call",
    "paid_minutes": 0,
    "working_minutes": 120,
}
NOTHING = {"max_average_weekly_hours": "none", "max_consecutive_days": "none", "min_rest_hours": "none"}


def ward(rules: dict[str, Any], days: int = 7, **more: Any) -> RosterProblem:
    return Ward.model_validate(
        {
            "start": "2026-01-05",
            "days": days,
            "shifts": [DAY, SPLIT, SLEEP, CALL],
            "rules": {**NOTHING, **rules},
            "staff": [{"id": "Ann"}],
            **more,
        }
    ).problem()


def amounts(problem: RosterProblem, *rows: str) -> dict[str, float]:
    found = problem.evaluate(problem.roster([row.split() for row in rows]))
    return {rule.rule: rule.amount for rule in found.rules if rule.amount}


@pytest.mark.parametrize(
    ("shift", "paid", "working", "night", "long"),
    [(DAY, 720, 720, False, True), (SPLIT, 480, 480, False, True), (SLEEP, 0, 540, True, False),
     (CALL, 0, 120, False, False)],
)  # fmt: skip
def test_what_counts(shift: dict[str, Any], paid: int, working: int, night: bool, long: bool) -> None:
    made = ShiftType.model_validate(shift)
    assert (made.minutes, made.working, made.is_night, made.is_long) == (paid, working, night, long)


def test_the_parts_of_a_split_night() -> None:
    made = ShiftType.model_validate({"id": "S", "start": "20:00", "end": "08:00", "split": ["23:30", "05:00"]})
    assert made.parts == ((1200, 1410), (1740, 1920))
    assert made.minutes == 390


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"split": ["06:00", "10:00"]}, "lie inside"),
        ({"split": ["11:00", "21:00"]}, "lie inside"),
        ({"split": ["08:00", "19:00"], "break_minutes": 120}, "both parts"),
        ({"kind": "sleep-in"}, "needs paid_minutes"),
        ({"working_minutes": 1000}, "780 min long"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        ShiftType.model_validate({**SPLIT, "split": None, **change})


def test_average_and_rolling_hours_count_working_time_and_contracts_paid_time() -> None:
    row = "Z Z Z Z Z C -"  # 45 h at work asleep and 2 h of calls
    kept = amounts(ward({"max_average_weekly_hours": 47, "max_hours_in_7_days": 47, "max_hours_in_168_hours": 47}), row)
    assert kept == {}
    rules = {"max_average_weekly_hours": 46, "max_hours_in_7_days": 45, "max_hours_in_168_hours": 44}
    assert len(amounts(ward(rules), row)) == 3
    hours = {"hours": [{"weekly": 8, "weight": 1}]}
    assert amounts(ward(hours), "S - - Z C - -") == {}


@pytest.mark.parametrize(
    ("row", "broken"),
    [("Z D - - - - -", True), ("C D - - - - -", False), ("S D - - - - -", False), ("D S - - - - -", False)],
)
def test_rest_goes_on_on_call_and_ends_with_a_sleep_in(row: str, broken: bool) -> None:
    assert bool(amounts(ward({"min_rest_hours": 11}), row)) == broken


@pytest.mark.parametrize("rest", [{"limit": 30}, {"limit": 30, "rolling": True}, {"limit": 30, "weight": 3}])
def test_weekly_rest_may_be_spent_on_call(rest: dict[str, Any]) -> None:
    assert amounts(ward({"weekly_rest": rest}), "D D D C D D D") == {}
    assert amounts(ward({"weekly_rest": rest}), "D D D Z D D D") != {}


def test_a_fortnight_may_be_rested_on_call() -> None:
    rest = {"weekly_rest": {"limit": 30, "fortnightly": True}}
    assert amounts(ward(rest, days=14), "D D D C D D D D D D C D D D") == {}
    assert amounts(ward(rest, days=14), "D D D Z D D D D D D C D D D") != {}


def test_rest_after_nights_goes_on_while_on_call() -> None:
    rest = {"rest_after_nights": 46}
    assert amounts(ward(rest), "Z C - D - - -") == {}
    assert amounts(ward(rest), "Z C D - - - -") != {}


@pytest.mark.parametrize(
    ("row", "missing"),
    [("S", {"at 11:00-16:00"}), ("D", {"at 19:00-20:00"}), ("Z", {"at 11:00-16:00", "at 19:00-20:00"})],
)
def test_cover_between_two_times_counts_who_is_at_work(row: str, missing: set[str]) -> None:
    demand = [{"name": "day", "between": ["07:00", "20:00"], "minimum": 1, "weight": 10}]
    problem = ward({}, days=1, demand=demand)
    found = problem.evaluate(problem.roster([[row]]))
    told = " ".join(v.message for v in found.violations)
    assert all(one in told for one in missing)
    if row == "S":
        assert "07:00" not in told


def test_somebody_away_between_the_parts_may_work_a_split_duty() -> None:
    def off(begin: str, end: str) -> RosterProblem:
        away = [{"staff": "Ann", "days": ["Mon"], "between": [begin, end], "hard": True}]
        return ward({}, unavailable=away)

    assert amounts(off("12:00", "15:00"), "S - - - - - -") == {}
    assert amounts(off("12:00", "17:00"), "S - - - - - -") != {}


def test_a_workbook_holds_them(tmp_path: Path) -> None:
    made = Ward.model_validate({"start": "2026-01-05", "shifts": [DAY, SPLIT, SLEEP, CALL], "staff": [{"id": "Ann"}]})
    for target in (tmp_path / "ward.xlsx", tmp_path / "ward"):
        assert read_tables(write_tables(made, target), Ward).shifts == made.shifts


@pytest.mark.parametrize("seed", range(4))
def test_all_rosters_of_a_tiny_ward_and_both_exact_methods_agree(seed: int) -> None:
    random = Random(seed)
    rules = {
        "min_rest_hours": {"limit": 11, "weight": 5},
        "weekly_rest": {"limit": random.choice((24, 36)), "weight": 7},
        "max_hours_in_7_days": {"limit": random.choice((12, 20)), "weight": 1},
        "hours": [{"weekly": random.choice((8, 16)), "weight": 2}],
    }
    demand = [{"shifts": [s], "minimum": 1, "weight": random.choice((5, 20))} for s in random.sample("DSZC", 2)]
    demand.append({"between": ["07:00", "20:00"], "minimum": 1, "weight": 10})
    problem = ward(rules, days=4, demand=demand)
    best = min(problem.evaluate(problem.roster([list(row)])).cost for row in product("-DSZC", repeat=4))
    for method in ("highs", "column-generation"):
        assert solve(problem, method, limits=Limits(seconds=60)).cost == pytest.approx(best)
