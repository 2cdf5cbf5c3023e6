"""Block problems: from Pyomo, with exact evaluation, priced by HiGHS through column generation."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import optimise
from optimise.blocks import BlockPlan, BlockProblem, split, store
from optimise.core.errors import InputError
from optimise.generate import hospital
from optimise.hospital.problem import HospitalProblem
from optimise.joint.rooms_as_blocks import hospital_plan, rooms_as_blocks

LIMITS = optimise.Limits(seconds=30)


def cutting_stock(width: int, sizes: list[int], demand: list[int], rolls: int) -> Any:
    """Kantorovich's model: cut ``demand`` pieces of ``sizes`` from as few rolls of ``width`` as possible."""
    m = pyo.ConcreteModel(name="cutting stock")
    m.roll, m.size = pyo.RangeSet(rolls), pyo.RangeSet(len(sizes))
    m.used = pyo.Var(m.roll, within=pyo.Binary)
    m.cut = pyo.Var(m.roll, m.size, within=pyo.NonNegativeIntegers, bounds=lambda m, k, i: (0, width // sizes[i - 1]))
    m.fits = pyo.Constraint(
        m.roll, rule=lambda m, k: sum(sizes[i - 1] * m.cut[k, i] for i in m.size) <= width * m.used[k]
    )
    m.wanted = pyo.Constraint(m.size, rule=lambda m, i: sum(m.cut[k, i] for k in m.roll) >= demand[i - 1])
    m.cost = pyo.Objective(expr=sum(m.used[k] for k in m.roll))
    return m


def lot_sizing(seed: int, items: int = 4, periods: int = 6) -> Any:
    """Multi-item lot sizing with set-ups; the machine's hours in each period link the items."""
    rng = np.random.default_rng(seed)
    need = rng.integers(0, 20, (items, periods))
    setup, hold = rng.integers(20, 60, items), rng.integers(1, 4, items)
    hours = math.ceil(need.sum() / periods * 1.35)
    m = pyo.ConcreteModel(name="lot sizing")
    m.i, m.t = pyo.RangeSet(0, items - 1), pyo.RangeSet(0, periods - 1)
    m.make = pyo.Var(m.i, m.t, bounds=(0, hours))
    m.stock = pyo.Var(m.i, m.t, bounds=(0, int(need.sum())))
    m.on = pyo.Var(m.i, m.t, within=pyo.Binary)

    def balance(m: Any, i: int, t: int) -> Any:
        before = m.stock[i, t - 1] if t else 10
        return before + m.make[i, t] == int(need[i, t]) + m.stock[i, t]

    m.balance = pyo.Constraint(m.i, m.t, rule=balance)
    m.setup = pyo.Constraint(m.i, m.t, rule=lambda m, i, t: m.make[i, t] <= hours * m.on[i, t])
    m.hours = pyo.Constraint(m.t, rule=lambda m, t: sum(m.make[i, t] for i in m.i) <= hours)
    m.cost = pyo.Objective(
        expr=sum(int(setup[i]) * m.on[i, t] + int(hold[i]) * m.stock[i, t] for i in m.i for t in m.t)
    )
    return m


def by_item(constraint: Any) -> Any:
    """Balance and set-up rows belong to their item; the machine's hours link."""
    return None if constraint.parent_component().name == "hours" else f"item {constraint.index()[0]}"


def cut(model: Any) -> BlockProblem:
    return split(model, {f"roll {k}": model.fits[k] for k in model.roll})


def test_cutting_stock_is_proven_optimal() -> None:
    """Gilmore and Gomory's example of four sizes from rolls of 100: rolls are alike, so one is priced for all."""
    model = cutting_stock(100, [45, 36, 31, 14], [9, 11, 7, 15], rolls=18)
    problem = cut(model)
    assert len(np.unique(problem.alike)) == 1
    result = optimise.solve(problem, "column-generation", limits=LIMITS)
    whole = math.ceil((9 * 45 + 11 * 36 + 7 * 31 + 15 * 14) / 100)
    assert result.stop is optimise.Stop.OPTIMAL
    assert result.cost >= whole
    assert isinstance(result.plan, BlockPlan)
    store(problem, result.plan)
    assert pyo.value(model.cost) == pytest.approx(result.cost)
    assert all(pyo.value(model.wanted[i].body) >= pyo.value(model.wanted[i].lower) - 1e-6 for i in model.size)
    oracle = optimise.solve(problem, "highs", limits=LIMITS)
    assert oracle.bounds.dual <= result.cost <= oracle.cost


@pytest.mark.parametrize("seed", range(4))
def test_lot_sizing_meets_the_whole_model(seed: int) -> None:
    problem = split(lot_sizing(seed), by_item)
    oracle = optimise.solve(problem, "highs", limits=LIMITS)
    root = optimise.solve(problem, "column-generation", limits=LIMITS, options={"finish": False})
    full = optimise.solve(problem, "column-generation", limits=LIMITS)
    assert oracle.stop is optimise.Stop.OPTIMAL
    assert root.bounds.dual <= oracle.cost + 1e-3
    assert root.cost >= oracle.cost - 1e-3  # infinite where mixing the points found gives no plan
    assert full.cost == pytest.approx(oracle.cost, rel=1e-5)


def test_the_bound_is_stronger_than_the_linear_relaxation() -> None:
    model = lot_sizing(1)
    problem = split(model, by_item)
    for v in model.on.values():
        v.domain = pyo.UnitInterval
    relaxed = optimise.solve(split(model, by_item), "highs", limits=LIMITS)
    found = optimise.solve(problem, "column-generation", limits=LIMITS, options={"finish": False})
    assert found.bounds.dual > relaxed.cost * 1.05


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sizes=st.lists(st.integers(3, 20), min_size=1, max_size=4, unique=True),
    demand=st.lists(st.integers(1, 4), min_size=4, max_size=4),
)
def test_bounds_hold_on_any_cutting_stock(sizes: list[int], demand: list[int]) -> None:
    problem = cut(cutting_stock(20, sizes, demand, rolls=sum(demand[: len(sizes)])))
    limits = optimise.Limits(seconds=20, iterations=30)
    found = optimise.solve(problem, "column-generation", limits=limits, options={"finish": False})
    oracle = optimise.solve(problem, "highs", limits=LIMITS)
    assert found.bounds.dual <= oracle.cost + 1e-6
    assert not found.feasible or found.cost >= oracle.bounds.dual - 1e-6


def beds_only() -> HospitalProblem:
    made = replace(hospital(6, seed=3, days=4), theatres=None, nursing=None)
    return made


def test_beds_by_rooms_meet_the_whole_model() -> None:
    problem = beds_only()
    blocks, model = rooms_as_blocks(problem)
    assert set(blocks.blocks) <= set(problem.rooms.ids)
    assert (blocks.row_block >= 0).any()
    found = optimise.solve(blocks, "column-generation", limits=LIMITS)
    whole = optimise.solve(problem, "highs", limits=LIMITS)
    assert isinstance(found.plan, BlockPlan)
    assert problem.evaluate(hospital_plan(model, found.plan)).cost == pytest.approx(whole.cost)
    assert found.bounds.dual <= whole.cost + 1e-6


def test_a_block_without_a_point_is_infeasible() -> None:
    model = cutting_stock(10, [4], [2], rolls=2)
    model.more = pyo.Constraint(expr=model.cut[1, 1] >= 2.5)
    model.less = pyo.Constraint(expr=model.used[1] <= 0.5)
    problem = split(model, {1: [model.fits[1], model.more, model.less], 2: model.fits[2]})
    result = optimise.solve(problem, "column-generation", limits=LIMITS)
    assert result.stop is optimise.Stop.INFEASIBLE


def test_pyomo_blocks_are_blocks() -> None:
    m = pyo.ConcreteModel()

    def one(b: Any, k: int) -> None:
        b.x = pyo.Var(within=pyo.NonNegativeIntegers, bounds=(0, 5))
        b.row = pyo.Constraint(expr=2 * b.x <= 7 + k)

    m.ward = pyo.Block([1, 2], rule=one)
    m.need = pyo.Constraint(expr=m.ward[1].x + m.ward[2].x >= 6)
    m.cost = pyo.Objective(expr=m.ward[1].x + 2 * m.ward[2].x)
    problem = split(m, {k: m.ward[k] for k in m.ward})
    result = optimise.solve(problem, "column-generation", limits=LIMITS)
    assert result.stop is optimise.Stop.OPTIMAL
    assert result.cost == 8  # four in the first ward, two in the second


def test_evaluation_names_what_is_missed() -> None:
    problem = cut(cutting_stock(10, [4], [2], rolls=2))
    found = problem.evaluate(BlockPlan(np.full(problem.arrays.columns, 0.5)))
    assert not found.feasible
    assert {v.rule for v in found.violations} == {"rows", "integers"}
    assert any("wanted" in v.who[0] for v in found.violations)


def test_mistakes_are_named() -> None:
    model = cutting_stock(10, [4], [2], rolls=2)
    with pytest.raises(InputError, match="in blocks a and b"):
        split(model, {"a": model.fits[1], "b": [model.fits[1], model.fits[2]]})
    with pytest.raises(InputError, match="block a: has no active constraint"):
        split(model, {"a": [], "b": model.fits})
    with pytest.raises(InputError, match="neither a constraint nor"):
        split(model, {"a": model.cut})
    with pytest.raises(InputError, match=r"cut\[1,1\]: is in blocks"):
        split(model, {"a": model.fits[1], "b": model.wanted})


def test_a_problem_travels_without_its_pyomo_model() -> None:
    problem = cut(cutting_stock(10, [4], [2], rolls=2))
    again = pickle.loads(pickle.dumps(problem))
    assert again.digest() == problem.digest()
    with pytest.raises(InputError, match="not made from a Pyomo model"):
        store(again, BlockPlan(np.zeros(again.arrays.columns)))
