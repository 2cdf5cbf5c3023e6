"""Rosters feed beds and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.generate import hospital_with_plan
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.joint import Link, Round, needed, on_duty, plan_jointly, staffed_beds, wanted, ward_of
from optimise.roster.problem import Roster, RosterProblem


@pytest.fixture(scope="module")
def case() -> tuple[HospitalProblem, HospitalPlan, RosterProblem]:
    hospital, plan = hospital_with_plan(8, seed=4, days=5)
    return hospital, plan, ward_of(hospital)


def own_duties(hospital: HospitalProblem) -> Roster:
    """The roster that the hospital came with."""
    assert hospital.nursing is not None
    duty = hospital.nursing.on_duty.reshape(len(hospital.nursing.ids), hospital.days, hospital.shifts)
    return Roster(np.where(duty.any(axis=2), 1 + duty.argmax(axis=2), 0).astype(np.int16))


def test_the_roster_a_hospital_came_with_changes_nothing(
    case: tuple[HospitalProblem, HospitalPlan, RosterProblem],
) -> None:
    hospital, plan, ward = case
    same = on_duty(hospital, own_duties(hospital), Link.of(hospital, ward))
    assert same.digest() == hospital.digest()
    assert same.evaluate(plan).cost == hospital.evaluate(plan).cost


def test_a_day_off_takes_a_nurse_away(case: tuple[HospitalProblem, HospitalPlan, RosterProblem]) -> None:
    hospital, _, ward = case
    duties = own_duties(hospital).duties.copy()
    nurse, day = (int(v) for v in np.argwhere(duties > 0)[0])
    duties[nurse, day] = 0
    less = on_duty(hospital, Roster(duties), Link.of(hospital, ward))
    assert less.nursing is not None
    assert hospital.nursing is not None
    lost = hospital.nursing.on_duty & ~less.nursing.on_duty
    assert lost.sum() == 1
    assert lost[nurse, day * hospital.shifts : (day + 1) * hospital.shifts].any()


def test_need_adds_up_the_patients(case: tuple[HospitalProblem, HospitalPlan, RosterProblem]) -> None:
    hospital, plan, _ = case
    assert hospital.nursing is not None
    load, skill = needed(hospital, plan)
    total = most = 0
    for p in range(len(hospital.patients)):
        for d in np.flatnonzero(plan.room[p] >= 0):
            t = (d - plan.admission[p]) * hospital.shifts
            total += int(hospital.nursing.workload[p, t : t + hospital.shifts].sum())
            most = max(most, int(hospital.nursing.required[p, t : t + hospital.shifts].max()))
    assert load.sum() == total
    assert skill.max() == most


def test_cover_follows_the_patients(case: tuple[HospitalProblem, HospitalPlan, RosterProblem]) -> None:
    hospital, plan, ward = case
    link = Link.of(hospital, ward)
    asked = wanted(ward, hospital, plan, link)
    (cover,) = [r for r in asked.rules if r.name == "nurses for the patients"]
    load, _ = needed(hospital, plan)
    by_cell = {(d.day, d.mask): d.minimum for d in cover.demands if "skill" not in d.label}
    usual = int(np.median(link.load))
    for d in range(hospital.days):
        for k, mask in enumerate(link.duty_mask):
            assert by_cell[d, mask] == max(1, -(-load[d, k] // usual))


def test_beds_close_where_nobody_staffs_them(case: tuple[HospitalProblem, HospitalPlan, RosterProblem]) -> None:
    hospital, _, ward = case
    link = Link.of(hospital, ward)
    roster = own_duties(hospital)
    ratio = [1.5] * hospital.shifts
    closed = staffed_beds(hospital, roster, link, ratio)
    assert hospital.nursing is not None
    nurses = hospital.nursing.on_duty.sum(axis=0).reshape(hospital.days, -1).min(axis=1)
    open_beds = hospital.rooms.beds.sum(axis=0)
    assert np.array_equal(closed.rooms.beds.sum(axis=0), np.minimum(open_beds, np.floor(1.5 * nurses)))
    plenty = staffed_beds(hospital, roster, link, [100.0] * hospital.shifts)
    assert np.array_equal(plenty.rooms.beds, hospital.rooms.beds)
    with pytest.raises(InputError, match="patients per nurse"):
        staffed_beds(hospital, roster, link, [1.0])


def test_planning_together_is_never_worse(case: tuple[HospitalProblem, HospitalPlan, RosterProblem]) -> None:
    hospital, _, ward = case
    optimise.solve(ward, limits=optimise.Limits(seconds=60))  # compiles kernels that are new on this machine
    told: list[Round] = []
    joint = plan_jointly(hospital, ward, rounds=2, limits=optimise.Limits(seconds=12), listen=told.append)
    assert list(joint.rounds) == told
    assert joint.gain >= 0
    kept = joint.rounds[joint.best]
    assert joint.hospital.evaluate(joint.plan).feasible
    assert joint.hospital.evaluate(joint.plan).cost == pytest.approx(kept.hospital)
    assert ward.evaluate(joint.roster).cost == pytest.approx(kept.ward)


def test_strangers_are_named(case: tuple[HospitalProblem, HospitalPlan, RosterProblem]) -> None:
    hospital, _, ward = case
    first = ward.employees[0]
    other = replace(ward, employees=(replace(first, id="Somebody"), *ward.employees[1:]))
    with pytest.raises(InputError, match=first.id):
        Link.of(hospital, other)
    with pytest.raises(InputError, match="no nurses"):
        ward_of(replace(hospital, nursing=None))
