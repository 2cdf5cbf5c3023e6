"""Answers as text and as JSON say the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import optimise
from optimise.ask import who_can_cover
from optimise.ask.told import cover_lines, cover_object
from optimise.core.kinds import kind_of
from optimise.roster.problem import OFF, Roster, RosterProblem

pytestmark = pytest.mark.quick

Skilled = Callable[[str], tuple[RosterProblem, Roster]]

ROOT = Path(__file__).parents[3]


def test_text_and_json_hold_everybody_once() -> None:
    ward = optimise.read_ward(ROOT / "examples" / "minimal.yaml")
    plan = kind_of(ward).first_plan(ward, 0, lambda: False)
    assert isinstance(plan, Roster)
    who = next(e for e in range(5) if plan.duties[e, 5] == ward.duty_index("N"))
    found = who_can_cover(ward, plan, 5, ward.shift_index("N"), instead_of=who)
    made, lines = cover_object(found, ward), cover_lines(found, ward)
    assert lines[0] == f"Small ward: who can work N on Sat 10 Jan instead of {ward.employees[who].id}?"
    assert f"{found.vacant.cost:g}" in lines[1]
    for person in made["stopped"]:
        assert any(line.startswith(f"  {person['who']}: ") for line in lines)
        assert all(rule in "\n".join(lines) for rule in person["rules"])
        assert person["rules"] == list(dict.fromkeys(one["rule"] for one in person["because"] if one["rule"]))
        assert all(one["who"] in ([], [person["who"]]) for one in person["because"])
    for answer in made["swaps"]:
        assert [c["after"] for c in answer["changes"]].count("-") >= 1
        assert any(line.startswith(f"  {answer['who']}: costs ") for line in lines)
    assert plan.duties[who, 5] != OFF


def test_who_leaves_a_hard_rule_broken_stands_under_a_title_that_says_so(skilled: Skilled) -> None:
    ward, plan = skilled("D-D----")
    found = who_can_cover(ward, plan, "Thu 7 Jan", "N", instead_of="Reg", from_day="5 Jan")
    lines, made = cover_lines(found, ward), cover_object(found, ward)
    assert "Nobody gives up a duty before Tue 5 Jan." in lines
    title = lines.index("But a rule that must be kept stays broken; nobody else is disturbed:")
    good, bad = (next(i for i, line in enumerate(lines) if line.startswith(f"  {who}: ")) for who in ("Rhea", "Amy"))
    assert good < title < bad
    short = "Thu 7 Jan N (registered): 1 person short (0 of 1)"
    assert lines[bad].split("; ")[0].endswith(f"{short} (cover N (registered))")
    assert {a["who"]: a["stays_short"] for a in made["alone"]} == {"Rhea": [], "Amy": [short]}
    assert made["possible"]
    assert made["from_day"]["number"] == 1


def test_that_nobody_keeps_the_rules_is_said(skilled: Skilled) -> None:
    ward, plan = skilled("---DD--")
    found = who_can_cover(ward, plan, "Thu 7 Jan", "N", instead_of="Reg")
    assert "Nobody can take it so that every rule that must be kept is kept." in cover_lines(found, ward)
    assert not cover_object(found, ward)["possible"]
