"""Repair of an earlier plan: never a plan less than a first fit finds, few changes, none where nothing has happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pytest

from optimise.generate import hospital_with_plan
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair import PatientReinsertion, left_out, moves_of, relief, repair
from optimise.replan import replanning
from optimise.replan.base import Previous
from optimise.testing.disturbances import disturbed, first_fit


def everybody(problem: HospitalProblem, plan: HospitalPlan) -> bool:
    """Whether a plan keeps every hard rule and nobody who must come is left out."""
    return problem.evaluate(plan).feasible and not left_out(problem, plan)


@pytest.mark.parametrize("seed", range(25))
def test_no_plan_is_missing_where_a_first_fit_finds_one(seed: int) -> None:
    today, previous, _ = disturbed(Random(f"repair {seed}"), 10 + 2 * seed)
    task = replanning(today, previous)
    assert task.start is None or task.problem.evaluate(task.start).feasible
    plain = first_fit(task.problem, previous.plan)
    if plain is not None and everybody(task.problem, plain):
        assert task.start is not None
        assert everybody(task.problem, task.start)


@pytest.mark.parametrize("seed", [5, 29, 41])
def test_nor_where_beds_are_cleaned_contacts_lie_together_and_noon_counts(seed: int) -> None:
    today, previous, _ = disturbed(Random(f"repair {seed}"), 10 + 2 * (seed % 30), infections=True)
    task = replanning(today, previous)
    plain = first_fit(task.problem, previous.plan)
    assert plain is not None
    assert everybody(task.problem, plain)
    assert task.start is not None
    assert everybody(task.problem, task.start)


@pytest.fixture(scope="module")
def made() -> tuple[HospitalProblem, HospitalPlan]:
    return hospital_with_plan(60, days=8, seed=3)


def again(problem: HospitalProblem, plan: HospitalPlan) -> tuple[HospitalProblem, HospitalPlan]:
    """The problem with prices of change, and the repaired plan."""
    task = replanning(problem, Previous(plan, np.ones(len(problem.patients), dtype=np.bool_)))
    assert isinstance(task.start, HospitalPlan)
    return task.problem, task.start


def busiest(problem: HospitalProblem, plan: HospitalPlan) -> tuple[int, int]:
    """Room and day with the most in-patients."""
    there = problem.patients.inpatient
    counts = [[int((plan.room[there, d] == r).sum()) for d in (1, 2)] for r in range(len(problem.rooms.ids))]
    r, d = np.unravel_index(np.argmax(counts), (len(counts), 2))
    return int(r), int(d) + 1


def test_an_unchanged_hospital_changes_nothing(made: tuple[HospitalProblem, HospitalPlan]) -> None:
    problem, start = again(*made)
    assert start.same_as(made[1])
    assert PatientReinsertion(problem).run(start, [0, 1, 2], seed=0, seconds=60, tries=20).same_as(start)


def test_those_in_a_closed_bay_move_and_nobody_else_does(made: tuple[HospitalProblem, HospitalPlan]) -> None:
    problem, plan = made
    r, d = busiest(problem, plan)
    closed = problem.close_beds(problem.rooms.ids[r], [d])
    today, start = again(closed, plan)
    assert everybody(today, start)
    inside = np.flatnonzero((plan.room[:, d] == r) & problem.patients.inpatient)
    assert inside.size
    assert {p for p, _, _, _ in moves_of(today, start)} >= set(inside.tolist())
    assert {day for p, day, _, _ in moves_of(today, start) if p in inside} <= {d, d + 1}
    assert today.earlier is not None
    assert set(today.earlier.changed(start).tolist()) == set(np.flatnonzero(plan.room[:, d] == r).tolist())


def test_of_an_infectious_patient_and_three_others_one_moves() -> None:
    people = [{"id": f"P{k}", "gender": "F", "stay": 3, "room": "Bay A"} for k in range(4)]
    people[1]["isolation"] = "flu"
    rooms = [{"id": "Bay A", "beds": 4}, {"id": "Bay B", "beds": 4}]
    data = {"kind": "hospital", "days": 3, "rooms": rooms, "patients": people}
    problem = problem_of(HospitalFile.model_validate(data))
    today, start = again(problem, problem.empty_plan())
    assert everybody(today, start)
    assert moves_of(today, start) == ((1, 0, 0, 1),)


def test_the_same_nurse_keeps_the_room(made: tuple[HospitalProblem, HospitalPlan]) -> None:
    problem, plan = made
    layer = problem.nursing
    assert layer is not None
    r, s = np.argwhere(plan.nurse >= 0)[0]
    n = int(plan.nurse[r, s])
    duty = layer.max_load.copy()
    duty[n, s] = -1
    today, start = again(replace(problem, nursing=replace(layer, max_load=duty)), plan)
    assert everybody(today, start)
    differs = np.argwhere(start.nurse != plan.nurse)
    assert {tuple(cell) for cell in differs.tolist()} == {
        tuple(c) for c in np.argwhere(plan.nurse == n).tolist() if c[1] == s
    }
    assert today.evaluate(start).by_rule()["ChangedNurse"] == 0  # who is not on duty cannot be kept


def test_a_hospital_that_is_too_full_has_a_plan(made: tuple[HospitalProblem, HospitalPlan]) -> None:
    """Whoever cannot be placed is named, at a price, with what would free a bed."""
    problem, plan = made
    full = problem
    for name in problem.rooms.ids[2:]:
        full = full.close_beds(name, range(2, problem.days))
    staying = full.patients.inpatient & (full.patients.stay > 2)
    mandatory = replace(full.patients, stay=np.where(staying, 2, full.patients.stay))
    today, start = again(replace(full, beds=replace(full.beds, patients=mandatory)), plan)
    assert today.evaluate(start).feasible
    out = left_out(today, start)
    assert out
    told = relief(today, start)
    name = today.patients.ids[out[0]]
    assert any(f"no bed for patient {name}, who must come" in text and "at a price of" in text for text in told)
    more = [text for text in told if "one more bed in room" in text]
    assert any("(one there is closed)" in text for text in more)
    assert all("day " in text for text in more)
    dated = [text for text in relief(replace(today, start=date(2026, 11, 30)), start) if "one more bed in" in text]
    assert dated
    assert all("Dec" in text and "day " not in text for text in dated)


def test_reinsertion_undoes_a_change_that_was_not_needed(made: tuple[HospitalProblem, HospitalPlan]) -> None:
    problem, plan = made
    today, _ = again(problem, plan)
    moved = next(
        candidate
        for p in np.flatnonzero(plan.admission >= 0)
        for r in range(len(problem.rooms.ids))
        if not problem.patients.inpatient[p]
        and today.evaluate(candidate := _elsewhere(plan, int(p), r)).feasible
        and not candidate.same_as(plan)
    )
    assert today.earlier is not None
    who = today.earlier.changed(moved).tolist()
    back = PatientReinsertion(today).run(moved, who, seed=1, seconds=60, tries=40)
    assert today.evaluate(back).cost <= today.evaluate(plan).cost


def _elsewhere(plan: HospitalPlan, p: int, r: int) -> HospitalPlan:
    room = plan.room.copy()
    room[p, room[p] >= 0] = r
    return replace(plan, room=room)


def test_a_plan_without_changes_to_make_comes_back(made: tuple[HospitalProblem, HospitalPlan]) -> None:
    problem, plan = made
    assert repair(problem, plan).plan is plan
