"""Days of admission on the aggregated model, plans on given days, and runs anchored to them."""

from __future__ import annotations

import time

import numpy as np
import pytest

from optimise.core.arrays import IntArray
from optimise.generate import hospital
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.search.admissions import Admissions
from optimise.hospital.search.bound import admission_days
from optimise.hospital.search.care import Care
from optimise.hospital.search.construct import construct, construct_on, moved
from optimise.hospital.search.days import Days
from optimise.hospital.search.delta import TOO_DEAR, relocation
from optimise.hospital.search.guide import Anchor
from optimise.hospital.search.joint import JointSearch
from optimise.hospital.search.layout import BEST, COST, HARD, UNIT, ticks
from optimise.hospital.search.operators import Readmit
from optimise.hospital.search.state import arrays_for, rows_of
from optimise.hospital.search.tuning import GuideTuning, JointSearchTuning
from optimise.hospital.search.update import fill
from optimise.solvers.highs import Highs


def value(problem: HospitalProblem, days: IntArray) -> float:
    """Least cost of the aggregated model at these days."""
    made = Admissions(problem, Care(problem))
    solver = Highs(made.model.freeze())
    now, out = days[made.person] == made.day, days[made.out] < 0
    solver.set_bounds(made.x, now, now)
    solver.set_bounds(made.refused, out, out)
    return solver.solve().objective


@pytest.mark.parametrize("seed", [1, 2])
def test_days_become_cheaper_and_repeat_under_a_work_limit(seed: int) -> None:
    problem = hospital(60, 14, seed)
    plan, _ = construct(problem, seed=0)
    found = [Days(problem).improve(plan.admission, np.random.default_rng(3), work=True) for _ in range(2)]
    assert found[0] is not None
    assert found[1] is not None
    assert (found[0] == found[1]).all()
    assert value(problem, found[0]) < value(problem, plan.admission)
    people = problem.patients
    kept = found[0] >= 0
    assert (found[0][kept] >= people.release[kept]).all()
    assert kept[people.mandatory].all()


def test_the_bound_brings_days_along() -> None:
    """Solved to the end, the days cost what the bound says or, under its prices of workload, nearly that."""
    problem = hospital(60, 14, 1)
    plan, _ = construct(problem, seed=0)
    found = admission_days(problem, seconds=20)
    assert found.days is not None
    assert found.value * problem.scale <= value(problem, plan.admission) + 1e-6
    assert value(problem, found.days) <= value(problem, plan.admission)


def test_a_plan_on_given_days_has_them_where_rooms_allow() -> None:
    problem = hospital(60, 14, 2)
    plan, left = construct(problem, seed=0)
    assert left == 0
    again = construct_on(problem, plan.admission, seed=1)
    given = plan.admission >= 0
    assert (again.admission[given] == plan.admission[given]).mean() > 0.9
    assert hard_and_cost(problem, again)[0] == 0


def test_a_plan_moved_to_other_days_keeps_what_did_not_change() -> None:
    problem = hospital(60, 14, 2)
    plan, _ = construct(problem, seed=0)
    days = Days(problem).improve(plan.admission, np.random.default_rng(0), work=True)
    assert days is not None
    again = moved(problem, plan, days)
    same = days == plan.admission
    assert (again.admission == days).all()
    assert (again.room[same] == plan.room[same]).all()
    assert (again.theatre[same] == plan.theatre[same]).all()
    search = JointSearch(problem)
    found = search.run(again, seed=1, moves=60_000, hot=0.1 * search.hot, days=days)
    assert hard_and_cost(problem, found)[0] == 0
    assert moved(problem, plan, plan.admission).same_as(plan)


def test_a_run_without_time_returns_its_start() -> None:
    problem = hospital(60, 14, 2)
    plan, _ = construct(problem, seed=0)
    assert JointSearch(problem).run(plan, seed=1, seconds=0.0, days=plan.admission) is plan


def test_better_days_that_take_all_the_time_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS may run past its limit: then there is no time to anneal, and the operator returns all the same."""
    problem = hospital(60, 14, 2)
    plan, _ = construct(problem, seed=0)
    operator = Readmit(JointSearch(problem, JointSearchTuning(brief=0.1)), Days(problem))

    def late(days: IntArray, rng: np.random.Generator, *, seconds: float, work: bool) -> IntArray:
        time.sleep(0.3)
        return days

    monkeypatch.setattr(operator.days, "improve", late)
    found = operator.step(plan, np.random.default_rng(0), seconds=0.2, work=False, seed=1)
    assert found is not None
    assert hard_and_cost(problem, found)[0] == 0
    operator.joint.tuning = JointSearchTuning(brief=1.0)
    assert operator.step(plan, np.random.default_rng(0), seconds=0.2, work=False, seed=1) is None


def test_an_anchored_run_stays_near_its_days_and_repeats() -> None:
    problem = hospital(60, 14, 3)
    plan, _ = construct(problem, seed=0)
    days = Days(problem).improve(plan.admission, np.random.default_rng(0), work=True)
    assert days is not None
    start, search = construct_on(problem, days), JointSearch(problem)
    made = [search.run(start, seed=2, moves=60_000, hot=0.5 * search.hot, days=days) for _ in range(2)]
    free = search.run(start, seed=2, moves=60_000, hot=0.5 * search.hot)
    assert made[0].same_as(made[1])
    assert hard_and_cost(problem, made[0])[0] == 0
    assert (made[0].admission == days).sum() > (free.admission == days).sum()


def test_costs_are_the_plans_own_once_the_anchor_has_gone() -> None:
    problem = hospital(60, 14, 1)
    plan, _ = construct(problem, seed=0)
    g, h = arrays_for(problem, 0)
    g[COST] = fill(g, h, *rows_of(problem, plan))
    own = int(g[COST])
    anchor = Anchor(g, h, np.roll(plan.admission, 1))
    anchor.follow(0.0, 10.0)
    assert g[BEST] < 0  # nothing is remembered meanwhile
    assert ticks(int(g[COST])) > ticks(own)
    anchor.follow(GuideTuning().released, 1.0)
    assert int(g[COST]) == own
    assert g[BEST] == HARD << 20


def test_nobody_joins_in_patients_of_the_other_gender() -> None:
    """Such a place can never be kept: the in-patient stays."""
    for seed in range(20):
        problem = hospital(60, 14, seed)
        people = problem.patients
        beds = [q for q in np.flatnonzero(people.inpatient) if people.stay[q] > 1]
        if not beds:
            continue
        g, h = arrays_for(problem, 0)
        q = beds[0]
        r = int(people.home[q])
        rows = np.full((len(people), 3), -1, dtype=np.int32)
        inside = np.flatnonzero(people.inpatient)
        rows[inside, 0], rows[inside, 1] = 0, people.home[inside]
        plan, _ = construct(problem, seed=0)
        fill(g, h, rows, np.array(plan.nurse, dtype=np.int32))
        others = np.flatnonzero(~people.inpatient & (people.gender != people.gender[q]))
        alike = np.flatnonzero(~people.inpatient & (people.gender == people.gender[q]))
        early, late = int(people.stay[q]) - 1, int(people.stay[inside].max())
        assert relocation(g, h, int(others[0]), early, r, 0, 1e300, 1.0) == TOO_DEAR
        assert relocation(g, h, int(alike[0]), early, r, 0, 1e300, 1.0) != TOO_DEAR
        if late < problem.days:
            assert relocation(g, h, int(others[0]), late, r, 0, 1e300, 1.0) != TOO_DEAR
        assert g[UNIT] > 0
        return
    pytest.fail("no hospital with in-patients was made")
