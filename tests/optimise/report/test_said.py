"""Nothing green stands over a breach: sentences, tables and workbooks of wards and hospitals against evaluations."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import optimise
from optimise import frames
from optimise.capacity.problem import CapacityPlan
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.core.result import Bounds, Result, Stop
from optimise.generate import hospital_with_plan
from optimise.generate.capacity import capacity
from optimise.report import write_excel, write_png
from optimise.report.html import html
from optimise.report.said import sentences
from optimise.roster.problem import Roster, RosterProblem
from optimise.testing.wards import cases

from .conftest import result_of

EXAMPLES = Path(__file__).parents[3] / "examples"
BASE: dict[str, Any] = {
    "schema_version": 1,
    "name": "kinds",
    "start": "2026-01-05",
    "days": 3,
    "shifts": [{"id": "E", "start": "07:00", "end": "15:00"}, {"id": "N", "start": "20:30", "end": "07:30"}],
    "staff": [
        {"id": "a", "band": 6, "skills": ["charge"]},
        {"id": "b", "band": 5},
        {"id": "c", "band": 5},
        {"id": "d", "band": 3},
    ],
    "rules": {"max_average_weekly_hours": "none", "min_rest_hours": "none"},
}
TIERS = [{"up_to": 1, "weight": 20}, {"weight": 90}]
#: Each kind of rule that asks for people: what to add to the ward, who works E on the first day, what the cell says.
KINDS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "shift": ({"demand": [{"shifts": ["E"], "minimum": 3}]}, "b", "1/3", "2 of 3 missing"),
    "hard shift": ({"demand": [{"shifts": ["E"], "minimum": 3, "hard": True}]}, "b", "1/3", "2 of 3 missing"),
    "time of day": (
        {"demand": [{"name": "day", "between": ["08:00", "12:00"], "minimum": 4}]}, "b", "1/4", "3 of 4 missing",
    ),
    "tiers": ({"demand": [{"shifts": ["E"], "minimum": 3, "tiers": TIERS}]}, "b", "1/3", "2 of 3 missing"),
    "several rows": (
        {"demand": [{"shifts": ["E"], "minimum": 1}, {"name": "day", "between": ["09:00", "10:00"], "minimum": 2}]},
        "b", "1/2", "1 of 2 missing",
    ),
    "people of a band": (
        {"demand": [{"shifts": ["E"], "minimum": 2, "who": {"bands": [5]}}]}, "b", "1/2", "1 of 2 missing",
    ),
    "maximum": ({"demand": [{"shifts": ["E"], "minimum": 0, "maximum": 1}]}, "abc", "3/1", "3, at most 1 wanted"),
    "maximum by time": (
        {"demand": [{"name": "day", "between": ["08:00", "12:00"], "minimum": 0, "maximum": 2}]},
        "abc", "3/2", "3, at most 2 wanted",
    ),
    "skill mix": (
        {"skill_mix": [{"who": {"bands": [5]}, "minimum": 2, "shifts": ["E"]}]}, "ab", "1/2", "1 of 2 missing",
    ),
    "skill mix by time": (
        {"skill_mix": [{"who": {"bands": [6]}, "minimum": 1, "between": ["08:00", "12:00"]}]},
        "b", "0/1", "1 of 1 missing",
    ),
    "share": (
        {"skill_mix": [{"who": {"bands": [5]}, "share": 0.5, "shifts": ["E"]}]}, "abd", "1/1.5", "0.5 of 1.5 missing",
    ),
    "whole share": (
        {"skill_mix": [{"who": {"bands": [5]}, "share": 1.0, "shifts": ["E"]}]}, "abd", "1/3", "2 of 3 missing",
    ),
    "charge nurse": (
        {"skill_mix": [{"name": "in charge", "who": {"skills": ["charge"]}, "minimum": 1, "shifts": ["E"]}]},
        "b", "0/1", "1 of 1 missing",
    ),
    "apart": (
        {"pairs": [{"kind": "apart", "staff": ["a", "b"], "days": ["2026-01-05"]}]}, "ab", "2/1", "2, at most 1 wanted",
    ),
    "together": (
        {"pairs": [{"kind": "together", "staff": ["a", "b"], "days": ["2026-01-05"]}]}, "a", "0/1", "1 of 1 missing",
    ),
    "supervision": (
        {"pairs": [{"kind": "supervised", "staff": ["d"], "by": {"bands": [6]}, "days": ["2026-01-05"]}]},
        "d", "0/1", "1 of 1 missing",
    ),
}  # fmt: skip


def ward(more: dict[str, Any], tmp_path: Path) -> RosterProblem:
    file = tmp_path / "ward.json"
    file.write_text(json.dumps({**BASE, **more}), encoding="utf-8")
    problem = optimise.read(file)
    assert isinstance(problem, RosterProblem)
    return problem


def first_day(problem: RosterProblem, who: str) -> Roster:
    """These people work E on the first day; nobody else works at all."""
    return problem.roster([["E" if e.id in who else "-", "-", "-"] for e in problem.employees])


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_that_asks_for_people_is_told_when_it_is_short(kind: str, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    more, who, cell, words = KINDS[kind]
    problem = ward(more, tmp_path)
    result = result_of(problem, first_day(problem, who))
    said = [s.text for s in sentences(result, problem)]
    assert "Every shift has the people it asks for." not in said
    assert any("Mon 5 Jan " in text and words in text for text in said), said
    page = html(result, problem)
    assert f">{cell}</td>" in page
    assert words in page
    write_png(result, problem, tmp_path / "r.png")
    book = load_workbook(write_excel(result, problem, tmp_path / "r.xlsx"))
    short, over = ([c.value for c in column][1:] for column in book["Cover"].iter_cols(8, 9))
    assert any(short) or any(over)
    assert any(words in str(c.value) for c in book["Summary"]["B"])


def test_a_ward_that_has_everybody_is_told_so(tmp_path: Path) -> None:
    problem = ward({"demand": [{"name": "d", "between": ["08:00", "12:00"], "minimum": 2, "days": ["Mon"]}]}, tmp_path)
    result = result_of(problem, first_day(problem, "ab"))
    assert "Every shift has the people it asks for." in [s.text for s in sentences(result, problem)]


def vouched(result: Result, problem: Any) -> None:
    """Good sentences vouch for kept rules only; a broken hard rule is named by a sentence that is bad."""
    assert result.evaluation is not None
    said = sentences(result, problem)
    broken = {r.rule for r in result.evaluation.rules if r.amount} | {v.rule for v in result.evaluation.violations}
    for sentence in said:
        if sentence.tone == "good" and "that must be kept is kept" not in sentence.text:
            priced = {r.rule for r in result.evaluation.rules if r.amount and not r.hard}
            own = broken if "price" not in sentence.text else priced
            assert not sentence.rules & own, sentence
    hard = {v.rule for v in result.evaluation.violations if v.hard}
    if hard:
        assert any(s.tone == "bad" and s.rules & hard for s in said)
        assert not any("must be kept is kept" in s.text for s in said)
    loud = frozenset().union(*(s.rules for s in said if s.tone in ("note", "bad")))
    assert {v.rule for v in result.evaluation.violations} <= loud


def agrees(problem: RosterProblem, plan: Roster) -> None:
    """The tables of cover hold every violation of a head count, by rule and amount (in people)."""
    found: dict[str, float] = defaultdict(float)
    lined = {line.rule: line.scale for line in problem.compiled.lines}
    for v in problem.evaluate(plan).violations:
        if v.rule in lined:
            found[v.rule] += v.amount / lined[v.rule]
    table = frames.cover_frame(problem, plan)
    shown = (table.groupby("rule")[["short", "over"]].sum()).sum(axis=1)
    assert {rule: amount for rule, amount in shown.items() if amount} == pytest.approx(dict(found))


WARDS = [case.problem for case in cases()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(which=st.integers(0, len(WARDS)), seed=st.integers(0, 2**20), work=st.floats(0.05, 1.0))
def test_no_ward_has_a_tick_over_a_breach(which: int, seed: int, work: float) -> None:
    """Any roster of any ward: small ones of all rules, and the annotated example with its whole vocabulary."""
    problem: Any = WARDS[which] if which < len(WARDS) else optimise.read(EXAMPLES / "annotated.yaml")
    rng = np.random.default_rng(seed)
    people, days, duties = problem.shape
    on = rng.random((people, days)) < work
    plan = Roster(np.where(on, rng.integers(1, duties, (people, days)), 0).astype(np.int16))
    vouched(result_of(problem, plan), problem)
    agrees(problem, plan)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**20), moved=st.integers(0, 12))
def test_no_hospital_has_a_tick_over_a_breach(seed: int, moved: int) -> None:
    from dataclasses import replace

    rng = np.random.default_rng(seed)
    problem, plan = hospital_with_plan(8, seed=seed % 5, days=6)
    room, nurse = plan.room.copy(), plan.nurse.copy()
    lying = np.argwhere(room >= 0)
    for i in rng.integers(0, len(lying), moved):
        room[tuple(lying[i])] = rng.integers(0, len(problem.rooms.ids))
    if problem.nursing is not None and moved:
        nurse[rng.random(nurse.shape) < 0.1] = rng.integers(-1, len(problem.nursing.ids))
    vouched(result_of(problem, replace(plan, room=room, nurse=nurse)), problem)


def test_a_room_that_is_too_full_is_no_bed_for_all() -> None:
    from dataclasses import replace

    problem, plan = hospital_with_plan(8, seed=1, days=6)
    room = np.where(plan.room >= 0, 0, -1)
    said = sentences(result_of(problem, replace(plan, room=room)), problem)
    assert not [s for s in said if s.text.endswith("have a bed.") and s.tone == "good"]


@pytest.mark.parametrize("seed", range(6))
def test_no_bed_plan_has_a_tick_over_a_breach(seed: int) -> None:
    problem, rng = capacity(6, 3, 3, 4, 2, beds=60), np.random.default_rng(seed)
    accepted = np.maximum(problem.electives.requests + rng.integers(-1, 2, problem.electives.requests.shape), 0)
    opened = np.maximum(problem.wards.minimum + rng.integers(-2, 3, problem.wards.minimum.shape), 0)
    result = result_of(problem, CapacityPlan(opened, np.zeros(3, int), accepted))
    said = sentences(result, problem)
    broken = {r.rule for r in result.evaluation.rules if r.hard and r.amount}  # type: ignore[union-attr]
    assert not [s for s in said if s.tone == "good" and s.rules & broken]
    if (accepted != problem.electives.requests).any():
        assert not [s for s in said if "elective requests" in s.text and s.tone == "good"]


def test_no_region_has_a_tick_over_a_breach() -> None:
    supply = np.array([[1, 1, 1]])
    problem = RegionProblem("North", ("A", "B"), ("surge",), supply, lambda i: None)  # type: ignore[arg-type,return-value]
    plan = RegionPlan(np.ones((2, 1, 3), dtype=int), np.array([10.0, 20.0]))
    result = result_of(problem, plan)
    assert not [s for s in sentences(result, problem) if s.tone == "good"]
    assert "1 too many" in html(result, problem)


@pytest.mark.parametrize(("dual", "proven"), [(607.0, True), (607 - 1e-4, True), (606.9, False), (-math.inf, False)])
@pytest.mark.parametrize("stop", [Stop.TIME, Stop.GAP, Stop.OPTIMAL])
def test_report_and_command_call_the_same_plans_proven(dual: float, proven: bool, stop: Stop) -> None:
    from optimise.cli.show import verdict
    from optimise.core.result import Evaluation
    from optimise.report.words import gap_in_words

    result = Result(object(), stop, Bounds(607, dual), Evaluation(607, 0, ()))  # type: ignore[arg-type]
    assert result.proven == proven
    assert ("proven that no plan costs less" in gap_in_words(result).text) == proven
    assert ("proven optimal" in verdict(result)) == proven


def test_hostile_names_are_shown_and_not_run(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    names = ["=1+1", "<script>alert(1)</script>", "$\\frac{$", "@SUM(A1)"]
    staff = [{"id": n, "band": 5} for n in names]
    demand = [{"name": '=HYPERLINK("x")<b>', "shifts": ["E"], "minimum": 4}]
    problem = ward({"staff": staff, "demand": demand}, tmp_path)
    result = result_of(problem, problem.roster([["E", "-", "-"]] * 4))
    page = html(result, problem)
    assert "<script" not in page
    assert "<b>" not in without_keys(page)
    write_png(result, problem, tmp_path / "r.png")
    book = load_workbook(write_excel(result, problem, tmp_path / "r.xlsx"))
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def without_keys(page: str) -> str:
    """The page without our own bold keys and marks."""
    return page.replace('<b class="key', "")


def test_the_case_of_the_missing_mornings(tmp_path: Path) -> None:
    """Demand by time of day beside demand by shift: every morning three of four are missing."""
    more = {
        "staff": [{"id": "a", "band": 6}, {"id": "b", "band": 6}],
        "demand": [
            {"name": "night", "shifts": ["N"], "minimum": 1, "weight": 1000},
            {"name": "day", "between": ["08:00", "12:00"], "minimum": 4},
        ],
        "skill_mix": [{"name": "two", "who": {"bands": [6]}, "minimum": 1, "shifts": ["E"]}],
    }
    problem = ward(more, tmp_path)
    result = result_of(problem, problem.roster([["E", "E", "E"], ["N", "N", "N"]]))
    text = " ".join(s.text for s in sentences(result, problem))
    assert text.count("day (3 of 4 missing)") == 3
    assert html(result, problem).count(">1/4</td>") == 3


def test_what_is_told_beside_a_feasible_plan_is_no_breach() -> None:
    problem: Any = optimise.read_ward(EXAMPLES / "minimal.yaml")
    plan = problem.roster([["-"] * problem.horizon.days for _ in problem.employees])
    remark = "leave[0] of Ann reaches outside the plan"
    result = replace(result_of(problem, plan), explanation=(remark,))
    tone = next(s.tone for s in sentences(result, problem) if s.text == remark)
    assert tone == ("fact" if result.feasible else "bad")
    nothing = replace(result, plan=None, evaluation=None, stop=Stop.INFEASIBLE)
    assert next(s.tone for s in sentences(nothing, problem) if s.text == remark) == "bad"
