"""The grid of possible costs: every plan's cost lies on it, and bounds are rounded up to it, once and safely."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimise.core.grid import common_step, fraction, round_up
from optimise.core.kinds import cost_grid
from optimise.core.method import Limits, Outcome, Progress
from optimise.core.result import Bounds, Stop
from optimise.driver import solve
from optimise.formats.base import read
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Cover, Demand, Request, Requests, Segment, Total
from optimise.testing import cases, ward
from optimise.testing.agreement import on_grid
from optimise.testing.random_hospitals import random_beds, random_hospital
from optimise.testing.strategies import wards

ROOT = Path(__file__).resolve().parents[3]
DAY, WORK = 2, 6


@pytest.mark.parametrize(
    ("bound", "step", "offset", "expected"),
    [
        (101.2, 5, 0, 105),
        (54.9995, 5, 0, 55),
        (9.99999, 10, 0, 10),
        (100.0000001, 5, 0, 100),
        (99.99999999, 5, 0, 100),
        (50.0000001, 5, 0, 50),
        (-3.2, 1, 0, -3),
        (7.3, 0, 0, 7.3),
        (7.3, 2, 1, 9),
        (1.51, 1 / 30, 0, 46 / 30),
        (1e9 + 0.3, 1e-3, 0, 1e9 + 0.3),  # the rounding error of such a bound is larger than the step
        (-math.inf, 5, 0, -math.inf),
        (math.inf, 5, 0, math.inf),
    ],
)
def test_bounds_are_rounded_up_to_the_next_possible_cost(
    bound: float, step: float, offset: float, expected: float
) -> None:
    assert round_up(bound, step, offset) == pytest.approx(expected, rel=1e-12)


def test_prices_are_simple_fractions() -> None:
    assert fraction(2 / 60) == Fraction(1, 30)
    assert fraction(100 * (7 / 48)) == Fraction(175, 12)
    assert fraction(math.pi) is None
    assert fraction(math.inf) is None
    assert common_step([Fraction(5, 2), Fraction(10, 3)]) == Fraction(5, 6)
    assert common_step([Fraction(1), None]) is None


@pytest.mark.parametrize(
    ("file", "grid"), [("ward30.json", 1.0), ("minimal.yaml", 5.0), ("beds6.json", 1.0), ("hospital60.json", 1.0)]
)
def test_grids_of_the_examples(file: str, grid: float) -> None:
    assert cost_grid(read(ROOT / "examples" / file)) == grid


def test_what_nobody_can_reach_makes_no_step() -> None:
    tiers = (Segment(1, 10.0), Segment(5, 20.0), Segment(math.inf, 33.0))
    rules = [
        Cover(name="cover", demands=(Demand(0, DAY, 2, under=tiers),)),
        Total(name="hours", of=WORK, minimum=-4, maximum=100, weight_minimum=7.0, weight_maximum=7.0),
    ]
    assert cost_grid(ward("reach", rules)) == 10.0


def test_without_a_common_step_there_is_no_grid() -> None:
    wishes = (Request(0, 0, WORK, math.pi), Request(0, 1, WORK, 1.0))
    assert cost_grid(ward("odd", [Requests(name="wishes", requests=wishes)])) == 0.0


@settings(max_examples=60, deadline=None)
@given(wards(), st.integers(0, 2**20))
def test_every_cost_of_a_ward_lies_on_its_grid(problem: RosterProblem, seed: int) -> None:
    grid = cost_grid(problem)
    allowed = problem.compiled.allowed  # what single days forbid cannot be in a plan
    assume(allowed.any(axis=2).all())  # a day on which somebody may do nothing at all: there is no plan
    rng = np.random.default_rng(seed)
    for _ in range(4):
        plan = Roster.from_array((rng.random(allowed.shape) * allowed).argmax(axis=2))
        assert not grid or on_grid(problem.evaluate(plan).cost, grid)


@pytest.mark.parametrize("seed", range(25))
def test_every_cost_of_a_hospital_lies_on_its_grid(seed: int) -> None:
    for maker in (random_hospital, random_beds):
        problem = maker(Random(f"grid {seed}"))
        grid = cost_grid(problem)
        for plan in random_plans(problem, seed):
            assert not grid or on_grid(problem.evaluate(plan).cost, grid)


def random_plans(problem: HospitalProblem, seed: int) -> list[HospitalPlan]:
    """Admissions, rooms and nurses at random."""
    rng, people, days = np.random.default_rng(seed), problem.patients, problem.days
    made = []
    for _ in range(4):
        admission = np.where(people.inpatient, 0, rng.integers(-1, days, len(people)))
        room = np.full((len(people), days), -1)
        theatre = np.full(len(people), -1)
        for p in np.flatnonzero(admission >= 0):
            room[p, admission[p] : admission[p] + people.stay[p]] = rng.integers(len(problem.rooms.ids))
            layer = problem.theatres
            if layer is not None and layer.surgeon[p] >= 0:
                theatre[p] = rng.integers(len(layer.ids))
        nurses = 0 if problem.nursing is None else len(problem.nursing.ids)
        nurse = rng.integers(-1, max(nurses, 1), (len(problem.rooms.ids), days * problem.shifts))
        made.append(HospitalPlan(admission, room, theatre, nurse))
    return made


class _Patient:
    """Claims a bound a little below its plan's cost and goes on until it is told to stop."""

    name = "patient"

    def __init__(self, bound: float) -> None:
        self.bound, self.reports = bound, 0

    def supports(self, problem: object) -> bool:
        return True

    def solve(self, problem: RosterProblem, *, listen, **given: object) -> Outcome:  # type: ignore[no-untyped-def]
        case = next(c for c in cases() if c.problem is problem or c.problem.digest() == problem.digest())
        plan, cost = case.optimum.plan, case.optimum.cost
        stop = Stop.TIME
        for self.reports in range(1, 6):
            if listen(Progress(0.0, cost, cost + self.bound, "", 0.0, plan)):
                stop = Stop.INTERRUPTED
                break
        return Outcome(plan, stop, Bounds(cost, cost + self.bound, "made up", "made up"))


def priced() -> RosterProblem:
    """A tiny ward whose optimum costs something and whose grid is a whole number."""
    return next(
        c.problem for c in cases() if c.tiny and c.optimum.feasible and c.optimum.cost > 0 and cost_grid(c.problem) >= 1
    )


def test_the_driver_stops_a_method_once_plan_and_bound_meet() -> None:
    problem, method = priced(), _Patient(-0.0005)
    result = solve(problem, method, limits=Limits(seconds=5))
    assert method.reports == 1
    assert result.stop is Stop.OPTIMAL
    assert result.bounds.dual == result.cost


def test_rounding_noise_does_not_lift_a_bound_above_the_plan() -> None:
    problem, method = priced(), _Patient(1e-7)
    result = solve(problem, method, limits=Limits(seconds=5))
    assert result.stop is Stop.OPTIMAL
    assert result.bounds.dual == result.cost


def test_a_bound_a_step_below_goes_on() -> None:
    problem = priced()
    method = _Patient(-1.5 * cost_grid(problem))
    result = solve(problem, method, limits=Limits(seconds=5))
    assert method.reports == 5
    assert result.stop is Stop.ITERATIONS  # the method ended before its time
    assert result.bounds.dual == pytest.approx(result.cost - cost_grid(problem))
