"""Stays, occupancy and reasons of a published plan, cut down in known ways."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optimise
from optimise.hospital.problem import HospitalPlan
from optimise.hospital.view import not_placed, occupancy, stays, theatre_minutes


@pytest.fixture(scope="module")
def read(benchmarks: Path) -> tuple[Any, Any]:
    file = next(iter(sorted((benchmarks / "pas" / "instances").glob("testdata01*"))))
    problem = optimise.read(file, format="pas")
    return problem, optimise.read_plan(benchmarks / "pas" / "fixtures" / "testdata01_good.sol", problem)


def test_stays_cover_every_day_once(read: tuple[Any, Any]) -> None:
    _, plan = read
    again = np.full_like(plan.room, -1)
    for stay in stays(plan):
        assert (again[stay.patient, stay.first : stay.last + 1] == -1).all()
        again[stay.patient, stay.first : stay.last + 1] = stay.room
    assert (again == plan.room).all()


def test_stays_are_unbroken(read: tuple[Any, Any]) -> None:
    found = sorted(stays(read[1]), key=lambda s: (s.patient, s.first))
    for one, two in itertools.pairwise(found):
        same = one.patient == two.patient and one.last + 1 == two.first
        assert not (same and one.room == two.room and one.bed == two.bed)


def test_occupancy_adds_up_to_the_days_in_hospital(read: tuple[Any, Any]) -> None:
    problem, plan = read
    assert occupancy(problem, plan).sum() == (plan.room >= 0).sum()
    assert theatre_minutes(problem, plan).size == 0


def test_a_patient_left_out_of_a_half_empty_hospital_could_have_come(read: tuple[Any, Any]) -> None:
    problem, plan = read
    admission, room = plan.admission.copy(), plan.room.copy()
    admission[0], room[0] = -1, -1
    cut = HospitalPlan(admission, room, plan.theatre, plan.nurse)
    [left] = not_placed(problem, cut)
    assert left.patient == 0
    assert left.reason == "could be admitted, but the plan is cheaper without"


def test_a_closed_hospital_is_the_reason(read: tuple[Any, Any]) -> None:
    problem, plan = read
    admission, room = plan.admission.copy(), plan.room.copy()
    admission[0], room[0] = -1, -1
    for name in problem.rooms.ids:
        problem = problem.close_beds(name, range(problem.days))
    cut = HospitalPlan(admission, room, plan.theatre, plan.nurse)
    assert not_placed(problem, cut)[0].reason == "no suitable room has a bed free for the whole stay"


def test_nurses_seen_is_the_continuity_that_the_rule_charges() -> None:
    from optimise.generate import hospital_with_plan
    from optimise.hospital.view import nurses_seen

    problem, plan = hospital_with_plan(12, seed=3, days=6)
    assert nurses_seen(problem, plan).sum() == problem.evaluate(plan).by_rule()["ContinuityOfCare"]
