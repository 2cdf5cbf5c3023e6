"""Leave that reaches outside the plan, and parts of days on which people cannot work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import optimise
from optimise.core.kinds import kind_of
from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_days import Unavailable
from optimise.roster.problem import RosterProblem

pytestmark = pytest.mark.quick

SHIFTS = [
    {"id": "E", "start": "07:00", "end": "15:00"},
    {"id": "L", "start": "13:00", "end": "21:00"},
    {"id": "H", "start": "07:00", "end": "13:00"},
    {"id": "N", "start": "20:30", "end": "07:30"},
]


def problem(**changes: Any) -> RosterProblem:
    document = {"start": "2026-01-05", "days": 5, "shifts": SHIFTS, "staff": [{"id": "Ann"}], **changes}
    return Ward.model_validate(document).problem()


def can(made: RosterProblem) -> list[str]:
    """Shifts that Ann may work, by day."""
    allowed = made.compiled.allowed[0]
    return ["".join(made.duties[a].id for a in range(1, len(made.duties)) if row[a]) for row in allowed]


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        (["14:00", "24:00"], ["ELHN", "ELHN", "H", "ELHN", "ELHN"]),
        (["15:00", "20:30"], ["ELHN", "ELHN", "EHN", "ELHN", "ELHN"]),  # what ends then and what begins then are free
        (["00:00", "07:30"], ["ELHN", "ELH", "LN", "ELHN", "ELHN"]),  # the night before reaches into it
        (["22:00", "13:00"], ["ELHN", "ELHN", "ELH", "LN", "ELHN"]),  # until the next day
    ],
)
def test_shifts_that_overlap_the_hours_are_ruled_out(between: list[str], kept: list[str]) -> None:
    assert can(problem(unavailable=[{"staff": "Ann", "days": ["Wed"], "between": between}])) == kept


def test_hours_at_a_price_and_whole_days() -> None:
    made = problem(unavailable=[{"staff": "Ann", "days": ["Wed"], "between": ["14:00", "24:00"], "weight": 4}])
    assert made.evaluate(made.roster([["-", "-", "L", "-", "-"]])).cost == 4
    assert made.evaluate(made.roster([["-", "-", "H", "-", "-"]])).cost == 0
    assert can(problem(unavailable=[{"staff": "Ann", "days": ["Wed"]}])) == ["ELHN", "ELH", "", "ELHN", "ELHN"]
    night = problem(unavailable=[{"staff": "Ann", "days": ["Mon"], "between": ["10:00", "12:00"]}])
    assert can(night)[0] == "LN"  # nobody is asked what day it was before the plan


def test_leave_outside_the_plan_is_cut_and_told() -> None:
    leave = [
        {"staff": "Ann", "first": "2025-12-29", "last": "2026-01-05"},
        {"staff": "Ann", "first": "2026-01-09", "last": "2026-02-01"},
        {"staff": "Ann", "first": "2026-03-01", "last": "2026-03-07"},
    ]
    made = problem(leave=leave)
    assert can(made) == ["", "ELHN", "ELHN", "ELHN", ""]
    said = kind_of(made).remarks(made, made.roster([["-"] * 5]))
    assert said == (
        "leave[0] of Ann reaches outside the plan: 2026-01-05 to 2026-01-05 count.",
        "leave[1] of Ann reaches outside the plan: 2026-01-09 to 2026-01-09 count.",
        "leave[2] of Ann lies outside the plan and is left out.",
    )


def test_entries_that_choose_no_day_of_the_plan_are_told() -> None:
    made = problem(
        unavailable=[{"staff": "Ann", "days": ["Sun"]}],
        requests=[
            {"staff": "Ann", "days": ["weekends"], "want": "off"},
            {"staff": "Ann", "days": ["Fri"], "want": "off"},
        ],
    )
    assert set(made.meta["remarks"]) == {
        "requests[0] of Ann is left out: the plan has no such day (weekends).",
        "unavailable[0] of Ann is left out: the plan has no such day (Sun).",
    }


def test_tables_hold_hours(tmp_path: Path) -> None:
    entries = [{"staff": "Ann", "days": ["Wed", "2026-01-05"], "between": ["14:00", "24:00"]}, {"staff": "Ann"}]
    made = Ward.model_validate(
        {"start": "2026-01-05", "shifts": SHIFTS, "staff": [{"id": "Ann"}], "unavailable": entries}
    )
    assert made.unavailable[1] == Unavailable(staff="Ann")
    for name in ("ward.xlsx", "ward"):
        assert read_tables(write_tables(made, tmp_path / name), Ward).unavailable == made.unavailable
    file = tmp_path / "ward" / "unavailable.csv"
    file.write_text("staff,days,between\nAnn,Wed,from 14:00\nAnn,Thu,until 9:00\n", encoding="utf-8")
    read = optimise.read(tmp_path / "ward")
    assert isinstance(read, RosterProblem)
    assert can(read)[2:4] == ["H", "LN"]


def test_no_night_before_leave_does_not_ask_for_foresight_of_sickness() -> None:
    rules = {"no_night_before_leave": True}
    leave = {"staff": "Ann", "first": "2026-01-07"}
    roster = [["-", "N", "-", "-", "-"]]
    for kind, feasible in (("annual", False), ("sick", True)):
        made = problem(leave=[{**leave, "kind": kind}], rules=rules)
        assert made.evaluate(made.roster(roster)).feasible is feasible
