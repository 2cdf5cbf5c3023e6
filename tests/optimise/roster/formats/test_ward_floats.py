"""Several wards in one document: shifts of each, who may go where, how often and at what price."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

import optimise
from optimise.core.errors import InputError
from optimise.roster.formats.native_plan import read_native_plan
from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_floats import Away, elsewhere, float_rules, floating
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_limits import Names
from optimise.roster.formats.ward_places import Places
from optimise.roster.formats.ward_units import Floating, Unit
from optimise.roster.problem import RosterProblem

pytestmark = pytest.mark.quick

DOCUMENT: dict[str, Any] = {
    "start": "2026-01-05",
    "days": 3,
    "rules": {"max_average_weekly_hours": "none"},
    "wards": [{"id": "north", "name": "North ward"}, {"id": "south"}],
    "shifts": [{"id": "E", "name": "Early", "start": "07:00", "end": "15:00"}],
    "staff": [{"id": "ann", "ward": "north"}, {"id": "bob", "ward": "south"}, {"id": "pam"}],
    "floats": [
        {"who": {"wards": ["north"]}, "duty_price": 5, "maximum": 1, "weight": 20},
        {"who": {"staff": ["pam"]}, "to": ["south"], "maximum": 2},
    ],
    "demand": [
        {"ward": "north", "shifts": ["E"], "minimum": 1, "weight": 30},
        {"ward": "south", "shifts": ["E"], "minimum": 2, "weight": 40},
        {"name": "site", "shifts": ["E"], "minimum": 2, "days": ["Wed"], "hard": True},
    ],
}


def document(**changes: Any) -> Ward:
    return Ward.model_validate({**DOCUMENT, **changes})


def problem(**changes: Any) -> RosterProblem:
    return document(**changes).problem()


def said(rows: tuple[tuple[str, ...], ...]) -> float | None:
    """What DOCUMENT says of a roster of ann, bob and pam, worked out by hand; None where it rules it out."""
    ann, bob, pam = rows
    if "E@north" in bob or "E@north" in pam or pam.count("E@south") > 2:
        return None
    if sum(row[2] != "-" for row in rows) < 2:
        return None
    cost = 5.0 * ann.count("E@south") + 20 * max(0, ann.count("E@south") - 1)
    for day in range(3):
        there = [row[day] for row in rows]
        cost += 30 * max(0, 1 - there.count("E@north")) + 40 * max(0, 2 - there.count("E@south"))
    return cost


def test_every_roster_costs_what_the_document_says() -> None:
    made = problem()
    best = float("inf")
    for rows in product(product(("-", "E@north", "E@south"), repeat=3), repeat=3):
        found, wanted = made.evaluate(made.roster(rows)), said(rows)
        assert found.feasible == (wanted is not None)
        if wanted is not None:
            assert found.cost == wanted
            best = min(best, wanted)
    for method in ("highs", "column-generation"):
        assert optimise.solve(made, method, limits=optimise.Limits(seconds=30)).cost == best


def test_a_limit_for_each_week_and_people_of_one_ward() -> None:
    floats = [{"maximum": 1, "weeks": 1}, {"who": {"staff": ["pam"]}}]
    site = {"name": "own", "shifts": ["E"], "who": {"wards": ["north"]}, "minimum": 1, "weight": 7}
    made = problem(days=14, floats=floats, demand=[site])
    off = ["-"] * 14
    once, twice = ["E@south", *off[1:7], "E@south", *off[8:]], ["E@south", "E@south", *off[2:]]
    assert made.evaluate(made.roster([once, off, off])).cost == 7 * 12
    assert not made.evaluate(made.roster([twice, off, off])).feasible


def test_clock_times_count_in_their_ward_with_history_at_home() -> None:
    shifts = [{"id": "N", "start": "21:00", "end": "07:00"}, {"id": "E", "start": "06:00", "end": "14:00"}]
    asked = [
        {"name": ward, "ward": ward, "between": ["06:00", "07:00"], "maximum": 1, "surplus": {"weight": 8}}
        for ward in ("north", "south")
    ]
    staff = [{"id": "ann", "ward": "north", "history": {"duties": ["N"]}}, *DOCUMENT["staff"][1:]]
    staff.append({"id": "amy", "ward": "north"})
    made = problem(days=1, shifts=shifts, staff=staff, demand=asked)
    off, north, south = ["-"], ["E@north"], ["E@south"]
    assert made.evaluate(made.roster([off, south, off, north])).cost == 8  # ann's night and amy's early, in north
    assert made.evaluate(made.roster([off, south, south, off])).cost == 8


def test_pins_and_plans_of_a_ward_mean_the_own_one(tmp_path: Path) -> None:
    made = problem(pins=[{"staff": "ann", "date": "2026-01-05", "shift": "E"}])
    assert not made.evaluate(made.roster([["E@south", "-", "-"], ["-"] * 3, ["-"] * 3])).feasible
    file = tmp_path / "plan.csv"
    file.write_text("staff,2026-01-05,2026-01-06,2026-01-07\nann,E,E@south,Early\nbob,E,,\npam,E@south,,\n", "utf-8")
    plan = read_native_plan(file, made)
    read = [["E@north", "E@south", "E@north"], ["E@south", "-", "-"], ["E@south", "-", "-"]]
    assert made.table(plan) == read
    comma = problem(wards=[{"id": "north", "name": "Stroke, upper floor"}, {"id": "south"}])
    assert comma.table(read_native_plan(file, comma)) == read


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"staff": [{"id": "ann", "ward": "nort"}]}, "no ward is called 'nort'; did you mean 'north'?"),
        ({"staff": [*DOCUMENT["staff"], {"id": "eve"}]}, "eve has no ward, and no entry of floats says where to work"),
        ({"wards": [{"id": "north"}, {"id": "north"}, {"id": "south"}]}, "is also the id of wards[0]"),
        ({"wards": [{"id": "no@rth"}, *DOCUMENT["wards"]]}, "'@' stands between a shift and its ward"),
        ({"floats": [{"to": ["east"]}, *DOCUMENT["floats"]]}, "no ward is called 'east'"),
        ({"demand": [{"ward": "east", "shifts": ["E"]}]}, "no ward is called 'east'"),
        ({"skill_mix": [{"ward": "east", "minimum": 1}]}, "no ward is called 'east'"),
        ({"wards": [], "demand": [], "staff": [{"id": "ann"}]}, "the document lists no wards"),
        (
            {"shifts": [{**DOCUMENT["shifts"][0], "wards": ["north"]}]},
            "shift 'E' is not worked in ward south",
        ),
        (
            {"staff": [*DOCUMENT["staff"][:2], {"id": "pam", "history": {"duties": ["E"]}}]},
            "'E' is worked in several wards, none of which is pam's own; write for example E@north",
        ),
    ],
)
def test_what_makes_no_sense_is_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        problem(**changes)
    assert told in str(caught.value)


def test_a_price_or_weeks_need_a_maximum() -> None:
    with pytest.raises(ValueError, match="speak of the maximum"):
        Floating(weeks=2)


def test_tables_hold_wards(tmp_path: Path) -> None:
    made = document(skill_mix=[{"ward": "north", "who": {"wards": ["north"]}, "minimum": 1}])
    for name in ("folder", "ward.xlsx"):
        if name.endswith("xlsx"):
            pytest.importorskip("openpyxl")
        assert read_tables(write_tables(made, tmp_path / name), Ward).data() == made.data()


def test_parts_stand_alone() -> None:
    ward = document()
    index = WardIndex(ward)
    floats = floating(index)
    assert floats[1] == Away(ward.floats[1], {2: 0b100}, "in south")
    assert elsewhere(index, floats) == [0, 0b010, 0b010]
    assert [r.name for r in float_rules(index, floats, Names())] == [
        "duties away from home",
        "at most 1 duties away from home",
        "at most 2 duties in south",
    ]
    places = Places(ward, index.findings)
    assert [s.name for s in places.shifts] == ["Early, North ward", "Early, south"]
    assert [places.settled(e, "E") for e in (0, 2)] == ["E@north", "E"]
    assert Unit(id="x").title == "x"
