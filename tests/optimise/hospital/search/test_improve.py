"""Construction, improvement, exact nurses, bounds and explanations of hospital problems."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from optimise.core.method import Limits, Progress
from optimise.core.result import Stop
from optimise.formats.base import ReadOptions, get_format
from optimise.generate import hospital
from optimise.hospital.explain import explain
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules.continuity import fewest_nurses
from optimise.hospital.search import construct, exact_nurses, improve_hospital
from optimise.hospital.search.annealing import RoomAnnealing
from optimise.hospital.search.bound import nights, quick_bound
from optimise.hospital.search.lagrange import lagrangian_ticks


def ihtc(benchmarks: Path, name: str) -> HospitalProblem:
    return get_format("ihtc").read(benchmarks / "ihtc2024" / f"{name}.json", ReadOptions())


def pas(benchmarks: Path, name: str) -> HospitalProblem:
    return get_format("pas").read(benchmarks / "pas/instances" / f"{name}.txt", ReadOptions())


@pytest.mark.parametrize("name", ["public/i19", "public/i28", "test/test10", "small/small07", "test/toy"])
def test_construction_is_feasible_on_ihtc(name: str, benchmarks: Path) -> None:
    problem = ihtc(benchmarks, name)
    plan, left = construct(problem, seed=1)
    assert left == 0
    assert problem.evaluate(plan).feasible


def test_construction_is_feasible_on_every_pas_instance(benchmarks: Path) -> None:
    for path in sorted((benchmarks / "pas/instances").glob("testdata*.txt")):
        problem = pas(benchmarks, path.stem)
        plan, left = construct(problem, seed=1)
        assert left == 0
        assert problem.evaluate(plan).feasible, path.stem


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_construction_is_feasible_on_made_hospitals(seed: int) -> None:
    problem = hospital(80, 14, seed)
    plan, left = construct(problem, seed=seed)
    assert left == 0
    assert problem.evaluate(plan).feasible


def test_improvement_never_worsens_and_reports(benchmarks: Path) -> None:
    problem = ihtc(benchmarks, "small/small02")
    improve_hospital(problem, limits=Limits(seconds=600, iterations=1))  # kernels are compiled in the first call
    first = problem.evaluate(construct(problem, seed=0)[0]).cost
    heard: list[Progress] = []
    outcome = improve_hospital(problem, limits=Limits(seconds=15), seed=0, listen=heard.append)
    assert outcome.plan is not None
    cost = problem.evaluate(outcome.plan).cost
    assert cost == outcome.bounds.primal < first
    assert outcome.bounds.dual <= 1257 <= cost
    assert [p.primal for p in heard] == sorted((p.primal for p in heard), reverse=True)


def test_work_limits_repeat(benchmarks: Path) -> None:
    problem = ihtc(benchmarks, "small/small01")
    limits = Limits(seconds=600, iterations=4)
    plans = [improve_hospital(problem, limits=limits, seed=7, bound=0.0).plan for _ in range(2)]
    assert plans[0] is not None
    assert plans[0].same_as(plans[1])  # type: ignore[attr-defined, arg-type]


def test_the_start_is_used_and_the_listener_can_stop(benchmarks: Path) -> None:
    problem = ihtc(benchmarks, "small/small01")
    start = get_format("ihtc").read_plan(benchmarks / "ihtc2024/vectors/v13_small01_optimal.json", problem)
    outcome = improve_hospital(problem, limits=Limits(seconds=60), start=start, listen=lambda p: True)
    assert outcome.stop is Stop.INTERRUPTED
    assert outcome.bounds.primal == 242


def test_nurses_of_the_optimal_plan_cannot_be_bettered(benchmarks: Path) -> None:
    problem = ihtc(benchmarks, "small/small02")
    best = get_format("ihtc").read_plan(benchmarks / "ihtc2024/vectors/v14_small02_optimal.json", problem)
    empty = type(best)(best.admission, best.room, best.theatre, np.full(best.nurse.shape, -1))
    found, proven = exact_nurses(problem, empty, seconds=60)
    assert proven
    assert problem.evaluate(found).cost == 1257


def test_annealing_keeps_the_hard_rules_and_counts_right(benchmarks: Path) -> None:
    problem = pas(benchmarks, "testdata05")
    start, _ = construct(problem, seed=1)
    before = problem.evaluate(start).cost
    annealing = RoomAnnealing(problem)
    assert annealing.usable
    best, change, last = annealing.run(start, steps=300_000, seed=1, hot=annealing.hot, cold=1.0)
    found = problem.evaluate(best)
    assert found.feasible
    assert problem.evaluate(last).feasible
    assert found.cost == pytest.approx(before + change / problem.scale)
    assert found.cost < before


@pytest.mark.parametrize(("name", "known"), [("small/small01", 242), ("small/small02", 1257), ("public/i03", 10490)])
def test_admission_day_bound_is_below_the_best_known(name: str, known: int, benchmarks: Path) -> None:
    bound = quick_bound(ihtc(benchmarks, name), seconds=5)
    assert 0 < bound.value <= known
    assert bound.source


def test_bed_bounds_hold_and_prices_add_to_nights(benchmarks: Path) -> None:
    problem = pas(benchmarks, "testdata13")
    plan = get_format("pas").read_plan(benchmarks / "pas/fixtures/testdata13_good.sol", problem)
    cost = problem.evaluate(plan).cost
    found = nights(problem, seconds=6, target=cost)
    assert 7294.4 < found.value <= cost


def test_bed_bound_is_below_plans_with_moves(benchmarks: Path) -> None:
    """Cheap moves lower the optimum; the bound must follow."""
    problem = pas(benchmarks, "testdata05").with_rule("Transfer", 0)
    free = lagrangian_ticks(problem, seconds=3) / problem.scale
    assert free <= 618.4 + 1e-9  # the sum of the nights' exact assignments (best_known.csv)


def test_too_few_beds_are_proven_and_explained(benchmarks: Path) -> None:
    problem = pas(benchmarks, "overconstrained01")
    outcome = improve_hospital(problem, limits=Limits(seconds=4))
    assert outcome.stop is Stop.INFEASIBLE
    assert outcome.plan is None
    assert any("beds are open" in line and line.startswith("day ") for line in outcome.explanation)
    assert quick_bound(problem).value == math.inf


def test_a_conflict_of_rules_is_told_in_words(benchmarks: Path) -> None:
    """A surgeon who never works: his mandatory patients cannot be admitted."""
    import dataclasses

    problem = ihtc(benchmarks, "small/small01")
    assert problem.theatres is not None
    idle = dataclasses.replace(problem.theatres, surgeon_minutes=np.zeros((1, problem.days)))
    told = explain(dataclasses.replace(problem, theatres=idle), seconds=20)
    assert told[0].startswith("these rules cannot all be kept")
    assert told[1].startswith("cheapest set of rules to relax")
    assert any("surgeon s0" in line or "mandatory patient" in line for line in told[1:])


def test_fewest_nurses_is_the_smallest_cover() -> None:
    """Against brute force on a made hospital's first days."""
    from itertools import combinations

    problem = hospital(20, 4, 5)
    layer = problem.nursing
    assert layer is not None
    table = fewest_nurses(problem)
    k = problem.shifts
    for a, b in ((0, 1), (0, 2), (1, 3)):
        duty = layer.on_duty[:, a * k : b * k]
        wanted = duty.any(axis=0)
        brute = next(
            size
            for size in range(len(layer.ids) + 1)
            if any((duty[list(c)].any(axis=0) == wanted).all() for c in combinations(range(len(layer.ids)), size))
        )
        assert table[a, b] == brute
