"""Packs clause by clause: what each forbids, what it allows, and that ward, contract and person may say otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_packs import PACKS
from optimise.roster.formats.ward_parts import WorkLimits
from optimise.roster.formats.ward_rest import REST_BUILDERS
from optimise.roster.problem import RosterProblem

pytestmark = pytest.mark.quick

SHIFTS = [
    {"id": "E", "start": "07:00", "end": "15:00"},
    {"id": "L", "start": "13:00", "end": "21:00"},
    {"id": "D", "start": "08:00", "end": "20:30"},
    {"id": "V", "start": "13:00", "end": "00:30"},
    {"id": "N", "start": "20:30", "end": "07:30"},
    {"id": "S", "start": "08:00", "end": "12:00"},
    {"id": "X", "start": "08:00", "end": "21:30"},
]


def broken(pack: str, row: str, *, rules: dict[str, Any] | None = None, **person: Any) -> set[str]:
    """Hard rules that a row of duties breaks; the plan starts on a Monday."""
    days = row.split()
    document = {
        "start": "2026-01-05",
        "days": len(days),
        "shifts": [s for s in SHIFTS if s["id"] in days or s["id"] == "E"],
        "rules": {"pack": pack, **(rules or {})},
        "staff": [{"id": "Ann", **person}],
    }
    made: RosterProblem = Ward.model_validate(document).problem()
    return {rule.rule for rule in made.evaluate(made.roster([days])).rules if rule.hard and rule.amount}


AFC = "nhs-agenda-for-change"
WEEKLY = "24 h rest in each week"


@pytest.mark.parametrize(
    ("clause", "kept", "not_kept", "person"),
    [
        ("at most 48 h a week on average", "E E E E E E -", "N N N N N - -", {}),
        ("night workers at most 8 h in 24 h on average", "D D D E - - -", "N N N N N - -", {"night_worker": True}),
        ("11 h rest between shifts", "L - E - - - -", "L E - - - - -", {}),
        (WEEKLY, "S S S S S S -", "S S S S S S S", {}),
    ],
)
def test_agenda_for_change(clause: str, kept: str, not_kept: str, person: dict[str, Any]) -> None:
    assert clause not in broken(AFC, kept, **person)
    assert clause in broken(AFC, not_kept, **person)


def test_weekly_rest_is_that_of_a_calendar_week_in_hours() -> None:
    rules = {"max_consecutive_days": "none", "max_average_weekly_hours": "none"}
    split = "- S S S S S S S S S S S S -"  # twelve days in a row, a day off in each week
    assert broken(AFC, split, rules=rules) == set()
    rolling = {**rules, "weekly_rest": {"limit": 24, "rolling": True}}
    assert broken(AFC, split, rules=rolling) == {"24 h rest in any 7 days"}
    assert WEEKLY in broken(AFC, "N N N N N - E", rules=rules)  # 23.5 h
    assert WEEKLY not in broken(AFC, "N N N N N - L", rules=rules)


@pytest.mark.parametrize("pack", [AFC, "nhs-resident-doctors-2016"])
def test_rest_in_a_fortnight_goes_for_rest_in_each_week(pack: str) -> None:
    clause = "24 h rest twice in each two weeks, or 48 h"
    rules = {"max_consecutive_days": "none", "max_average_weekly_hours": "none", "rest_after_days": "none"}
    for kept in ("S S S S S S S S S S S S - -", "- S S S S S S S S S S S S -", "S S S S S S - - S S S S S S"):
        assert clause not in broken(pack, kept, rules=rules), kept
    for not_kept in ("S S S S S S S S S S S S S -", "S S S S S S S S S S S S S S"):
        assert clause in broken(pack, not_kept, rules=rules), not_kept
    assert WEEKLY in broken(pack, "- - S S S S S S S S S S - - S S S S S S S", rules=rules)  # the third week is alone
    rolling = {**rules, "weekly_rest": {"limit": 24, "fortnightly": True, "rolling": True}}
    row = "- - S S S S S S S S S S S S S S - -"
    assert broken(pack, row, rules={**rolling, "max_weekends": "none"}) == {"24 h rest twice in any 14 days, or 48 h"}
    assert clause not in broken(pack, row, rules=rules)


def test_a_priced_rest_counts_in_a_first_week_whose_day_before_is_unknown() -> None:
    document = {"start": "2026-01-05", "days": 7, "shifts": SHIFTS, "staff": [{"id": "Ann"}]}
    rules = {"weekly_rest": {"limit": 24, "weight": 3}, "max_consecutive_days": "none"}
    made = Ward.model_validate({**document, "rules": {**rules, "max_average_weekly_hours": "none"}}).problem()
    assert made.evaluate(made.roster([["E"] * 7])).cost == 3


OPTED = {"working_time_opt_out": True}
DOCTORS = "nhs-resident-doctors-2016"


@pytest.mark.parametrize(
    ("clause", "kept", "not_kept", "person"),
    [
        ("at most 48 h a week on average", "D D D - - - -", "D D D D - - -", {}),
        ("at most 56 h a week on average after opting out", "D D D D - - -", "D D D D D - -", OPTED),
        ("at most 72 h in 168 h", "D D D D D - -", "D D D D D D -", {}),
        ("no shift above 13 h", "D - - - - - -", "X - - - - - -", {}),
        ("11 h rest between shifts", "L - E - - - -", "L E - - - - -", {}),
        ("at most 5 long days in a row", "D D D D D - -", "D D D D D D -", {}),
        ("48 h rest after 5 long days", "D D D D D - - D", "D D D D D - S", {}),
        ("at most 4 long evenings in a row", "V V V V - - -", "V V V V V - -", {}),
        ("48 h rest after 4 long evenings", "V V V V - - S", "V V V V - S -", {}),
        ("at most 4 nights in a row", "N N N N - - -", "N N N N N - -", {}),
        ("46 h rest after 3 nights", "N N N - - S - -", "N N N - E - -", {}),
        ("46 h rest after 3 nights", "N N - L - - - -", "N N N N - L -", {}),
        ("at most 8 working days in a row", "S S S S S S S S -", "S S S S S S S S S", {}),
        ("48 h rest after 8 working days", "S S S S S S S - S", "S S S S S S S S - S", {}),
        ("at most 1 weekends worked in any 2", "- - - - - S S " + 7 * "- ", "- - - - - S - - - - - - - S", {}),
    ],
)  # fmt: skip
def test_resident_doctors(clause: str, kept: str, not_kept: str, person: dict[str, Any]) -> None:
    assert clause not in broken(DOCTORS, kept, **person)
    assert clause in broken(DOCTORS, not_kept, **person)


def test_hours_in_168_count_from_any_hour() -> None:
    rules = {"max_average_weekly_hours": "none", "min_rest_hours": "none", "max_hours_in_168_hours": 33}
    clause = "at most 33 h in 168 h"
    assert clause in broken(DOCTORS, "N N - - - - - D", rules=rules)  # 22 h and 12.5 h up to the evening
    assert clause not in broken(DOCTORS, "E N - - - - - N E", rules=rules)  # the early of day 8 is after the span


@pytest.mark.parametrize("pack", PACKS)
def test_every_clause_can_be_said_otherwise(pack: str) -> None:
    for field in PACKS[pack].model_fields_set:
        for where in ({"rules": {"pack": pack, field: "none"}}, {"rules": {"pack": pack}, "limits": {field: "none"}}):
            person = {"id": "Ann", "night_worker": True, "limits": where.get("limits", {})}
            other = {**person, "limits": {}, "working_time_opt_out": field.startswith("max_opted")}
            start = {"start": "2026-01-05", "weeks": 2, "shifts": SHIFTS[2:]}
            bare = Ward.model_validate({**start, "rules": where["rules"], "staff": [{**other, **person}]}).problem()
            full = Ward.model_validate({**start, "rules": {"pack": pack}, "staff": [other]}).problem()
            assert len(bare.rules) == len(full.rules) - 1, field


def test_a_pack_holds_without_the_limits_that_hold_by_default() -> None:
    document = {"start": "2026-01-05", "shifts": SHIFTS, "rules": {"pack": DOCTORS}, "staff": [{"id": "Ann"}]}
    names = [rule.name for rule in Ward.model_validate(document).problem().rules]
    assert "at most 8 working days in a row" in names
    assert "at most 6 working days in a row" not in names


def test_what_is_said_beside_a_pack_is_kept_though_it_holds_by_default(tmp_path: Path) -> None:
    document = {"start": "2026-01-05", "shifts": SHIFTS, "staff": [{"id": "Ann"}]}
    made = Ward.model_validate({**document, "rules": {"pack": DOCTORS, "max_consecutive_days": 6}})
    for back in (
        Ward.model_validate(made.data()),
        read_tables(write_tables(made, tmp_path / "ward.xlsx"), Ward),
        read_tables(write_tables(made, tmp_path / "ward"), Ward),
    ):
        names = [rule.name for rule in back.problem().rules]
        assert names == [rule.name for rule in made.problem().rules]
        assert "at most 6 working days in a row" in names


def test_tables_hold_packs_and_rests(tmp_path: Path) -> None:
    limits = {
        "rest_after_nights": {"limit": 46, "after": 3, "weight": 2},
        "weekly_rest": {"limit": 35, "rolling": True, "fortnightly": True, "hard": True},
        "rest_after_days": {"limit": 48, "after": 8},
        "max_shift_hours": 13,
    }
    document = {
        "start": "2026-01-05",
        "shifts": SHIFTS,
        "rules": {"pack": AFC, **limits},
        "staff": [{"id": "Ann", "night_worker": True, "limits": limits}],
    }
    made = Ward.model_validate(document)
    back = read_tables(write_tables(made, tmp_path / "ward.xlsx"), Ward)
    assert back.staff == made.staff
    assert back.rules.pack == AFC
    assert [getattr(back.rules, name) for name in limits] == [getattr(made.rules, name) for name in limits]
    assert set(limits) < set(REST_BUILDERS) < set(WorkLimits.model_fields)
