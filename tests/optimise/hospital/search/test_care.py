"""Bounds of the cost of care: never above what any plan pays, at least what the separate floors say."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.result import Stop
from optimise.formats.base import ReadOptions, get_format
from optimise.generate import hospital, hospital_with_plan
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.search.bound import admission_days
from optimise.hospital.search.care import GRID, Care
from optimise.solvers.highs import Highs


def cheapest_care(care: Care, p: int, a: int) -> float:
    """F[p, a] in ticks by listing one nurse for each shift."""
    h, k = care.h, care.h.shifts
    shifts = range(min(care.problem.days - a, int(h.stay[p])) * k)
    choices = [range(care.duty.start[a * k + j], care.duty.start[a * k + j + 1]) for j in shifts]
    best = math.inf
    for posts in itertools.product(*[c for c in choices if len(c)]):
        cost = h.continuity_weight * len({int(care.duty.nurse[e]) for e in posts})
        for j, e in zip([j for j, c in zip(shifts, choices) if len(c)], posts):
            cost += h.skill_weight * max(0, int(h.required[p, j] - care.duty.skill[e]))
            cost += care.price[e] / GRID * int(h.workload[p, j])
        best = min(best, cost)
    return best


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), dear=st.integers(0, 5))
def test_each_persons_floor_is_below_the_listed_least(seed: int, dear: int) -> None:
    problem = hospital(5, 3, seed)
    care = Care(problem)
    rng = np.random.default_rng(seed)
    care.price = rng.integers(0, 1 + dear * GRID, len(care.price))
    who, day = np.nonzero(np.ones((len(problem.patients), problem.days)))
    short = np.minimum(problem.days - day, problem.patients.stay[who]) * care.h.shifts
    widest = int(np.diff(care.duty.start).max())
    keep = np.flatnonzero(widest**short <= 60_000)[:6]
    found = care.cost(who[keep], day[keep])
    for value, p, a in zip(found, who[keep], day[keep]):
        exact = cheapest_care(care, int(p), int(a))
        assert value <= exact + 1e-9
        assert value >= 0.5 * exact - 1e-9  # a floor worth having


def test_prices_are_within_the_price_of_excess_and_lift_the_bound(benchmarks: Path) -> None:
    """i07: without prices 3604 (linear relaxation); the best known plan costs 4985."""
    problem = get_format("ihtc").read(benchmarks / "ihtc2024/public/i07.json", ReadOptions())
    found = admission_days(problem, seconds=12)
    assert 3604 < found.value <= 4985


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1000), weights=st.tuples(*[st.integers(0, 6)] * 4))
def test_the_bound_is_below_the_optimum_of_small_hospitals(seed: int, weights: tuple[int, ...]) -> None:
    problem, _ = hospital_with_plan(5, 3, seed)
    care, skill, load, age = weights
    rules = {"ContinuityOfCare": care, "RoomSkillLevel": skill, "ExcessiveNurseWorkload": load, "RoomAgeMix": age}
    problem = problem.with_settings({k: v * problem.scale for k, v in rules.items()})
    problem = loaded(problem, seed)
    best = Highs(HospitalModel(problem).model.freeze()).solve(seconds=60)
    found = admission_days(problem, seconds=5)
    if best.stop is Stop.INFEASIBLE:
        return
    if best.stop is Stop.OPTIMAL:
        assert found.value <= best.objective + 1e-6


def loaded(problem: HospitalProblem, seed: int) -> HospitalProblem:
    """The same with nurses who can carry less, so that workload costs."""
    import dataclasses

    layer = problem.nursing
    assert layer is not None
    share = np.random.default_rng(seed).uniform(0.1, 1.0)
    load = np.where(layer.max_load >= 0, (layer.max_load * share).astype(np.int64), -1)
    return dataclasses.replace(problem, nursing=dataclasses.replace(layer, max_load=load))


@pytest.mark.parametrize("name", ["small/small01", "small/small04", "test/test04", "public/i02"])
def test_the_bound_is_below_the_best_known_and_told_as_it_rises(name: str, benchmarks: Path) -> None:
    problem = get_format("ihtc").read(benchmarks / "ihtc2024" / f"{name}.json", ReadOptions())
    known = {"small/small01": 242, "small/small04": 2185, "test/test04": 2116, "public/i02": 1263}[name]
    heard: list[float] = []
    found = admission_days(problem, seconds=3, listen=lambda b: heard.append(b.value))
    assert heard == sorted(set(heard))
    assert heard[-1] == found.value <= known
