"""Duties and demand of each of several wards."""

from __future__ import annotations

import pytest

from optimise.report.style import duty_labels, shift_inks
from optimise.report.trust import trust_sections
from optimise.roster.formats.ward import Ward
from optimise.roster.trust.flags import red_flags
from optimise.roster.trust.wards import WardFigures, ward_figures

pytestmark = pytest.mark.quick

WARD = {
    "start": "2026-01-05",
    "days": 1,
    "wards": [{"id": "north"}, {"id": "south"}],
    "shifts": [{"id": "E", "start": "07:00", "end": "15:00"}],
    "staff": [
        {"id": "ann", "ward": "north", "groups": ["RN"]},
        {"id": "bob", "ward": "south", "groups": ["RN"]},
        {"id": "eva", "groups": ["RN"]},
    ],
    "floats": [{}],
    "demand": [
        {"ward": "north", "shifts": ["E"], "minimum": 1},
        {"ward": "south", "shifts": ["E"], "minimum": 2},
    ],
}


def test_figures_of_each_ward() -> None:
    problem = Ward.model_validate(WARD).problem()
    plan = problem.roster([["E@south"], ["E@south"], ["E@south"]])
    assert ward_figures(problem, plan) == (
        WardFigures("north", people=1, worked=0, lent=1, borrowed=0, wanted=1, met=0),
        WardFigures("south", people=1, worked=3, lent=0, borrowed=2, wanted=2, met=2),
    )
    shown = {s.heading: s for s in trust_sections(problem, plan, problem.evaluate(plan))}["Wards"]
    assert shown.rows[1] == ("south", "1", "3", "0", "2", "2", "2")


def test_what_all_wards_together_are_asked_for_hides_nothing_of_one() -> None:
    site = {"name": "site", "shifts": ["E"], "minimum": 3}
    nurses = {"ward": "north", "shifts": ["E"], "who": {"groups": ["RN"]}, "minimum": 1}
    problem = Ward.model_validate(WARD | {"demand": [site, nurses]}).problem()
    north, _ = ward_figures(problem, problem.roster([["E@north"], ["-"], ["-"]]))
    assert (north.wanted, north.met) == (1, 1)


def test_registered_nurses_of_another_ward_do_not_help() -> None:
    problem = Ward.model_validate(WARD).problem()
    flags = red_flags(problem, problem.roster([["E@north"], ["E@south"], ["E@south"]])).flags
    assert [(flag.shift, flag.text[:18]) for flag in flags] == [("E@north", "1 registered nurse")]


def test_a_shift_looks_alike_in_each_ward_and_says_where_away_from_home() -> None:
    problem = Ward.model_validate(WARD).problem()
    assert len(set(shift_inks(problem.shifts))) == 1
    assert duty_labels(problem) == ["", "E n", "E s"]
    assert duty_labels(problem, "south") == ["", "E n", "E"]


def test_one_ward_has_no_table() -> None:
    alone = {k: v for k, v in WARD.items() if k not in ("wards", "floats", "demand")}
    problem = Ward.model_validate({**alone, "staff": [{"id": "ann"}]}).problem()
    assert ward_figures(problem, problem.roster([["E"]])) == ()
