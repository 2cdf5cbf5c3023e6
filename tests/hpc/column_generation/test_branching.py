"""Branch and price against the whole model."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hpc_cases import scarce, small

from hpc.column_generation.branching import Branching, cover_sums
from hpc.column_generation.column import Column
from hpc.column_generation.generation import LocalPricing, generate
from hpc.column_generation.incumbent import Incumbent, construct
from hpc.column_generation.master import Master
from hpc.column_generation.subproblem import Subproblem
from optimise.core.method import Limits
from optimise.core.result import Stop
from optimise.driver import solve
from optimise.roster.kernels import Pricer, on_grid
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import RosterProblem

PENALTY = 1e4


def tree(problem: RosterProblem) -> tuple[Branching, Incumbent, list[Incumbent], float]:
    """A tree over a little ward, its plan, where better ones go, and the root's bound."""
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    people = list(range(problem.shape[0]))
    plan = construct(cover, pricer, people, PENALTY)
    assert plan is not None
    best = [plan]

    def found(columns: list[Column], cost: float) -> None:
        trial = plan.copy()
        trial.put(columns)
        assert trial.cost == pytest.approx(cost, abs=1e-6)
        if trial.cost < best[0].cost:
            best[0] = trial

    everybody = Subproblem.whole(cover, lattice=problem.compiled.grid)
    master = Master(everybody, PENALTY)
    master.add([master.make(e, plan.words[e], float(plan.personal[e])) for e in people])
    pricing = LocalPricing(pricer, cover)
    root = generate(master, Subproblem.whole(cover), pricing)
    made = Branching(
        everybody,
        pricing,
        master.columns,
        penalty=PENALTY,
        cost=lambda: best[0].cost,
        found=found,
    )
    made.run(duals=root.duals, bound=root.bound, nodes=0)
    return made, plan, best, root.bound


@pytest.mark.parametrize("seed", range(8))
def test_bound_of_the_tree_rises_to_the_optimum_and_no_further(seed: int) -> None:
    problem = small(seed)
    optimum = solve(problem, "highs", limits=Limits(seconds=60))
    assert optimum.stop is Stop.OPTIMAL
    made, _, best, root = tree(problem)
    for nodes in (1, 2, 4, 8, 400):  # every stage of the tree keeps below the optimum
        bound = made.run(duals=np.zeros(0), bound=root, nodes=nodes)
        assert root - 1e-9 <= bound <= optimum.cost + 1e-6
    assert bound == pytest.approx(optimum.cost, abs=1e-6)
    assert best[0].cost == pytest.approx(optimum.cost, abs=1e-6)


def test_gap_of_the_root_is_closed_as_the_whole_model_has_it() -> None:
    problem = scarce(7, 5, 4, (3, 4), days=8)
    optimum = solve(problem, "highs", limits=Limits(seconds=60))
    assert optimum.stop is Stop.OPTIMAL
    made, _, best, root = tree(problem)
    assert math.ceil(root) < optimum.cost  # there is something to close
    bound = made.run(duals=np.zeros(0), bound=root, nodes=100)
    assert bound == pytest.approx(optimum.cost, abs=1e-6)
    assert best[0].cost == pytest.approx(optimum.cost, abs=1e-6)


@pytest.mark.parametrize(("seed", "people", "total", "work"), [(1, 7, 6, (3, 4)), (4, 7, 6, (3, 4)), (9, 6, 7, (2, 5))])
def test_sums_close_in_a_few_nodes_what_single_duties_bound_from_below(
    seed: int, people: int, total: int, work: tuple[int, int]
) -> None:
    problem = scarce(seed, people, total, work)
    made, _, best, root = tree(problem)
    optimum = made.run(duals=np.zeros(0), bound=root, nodes=40)
    assert optimum == pytest.approx(best[0].cost, abs=1e-6)
    assert math.ceil(root) < optimum
    slow, _, other, _ = tree(problem)
    slow.sums = slow.sums[:0]
    last = root
    for nodes in (2, 5, 10, 40):
        bound = slow.run(duals=np.zeros(0), bound=root, nodes=nodes)
        assert last - 1e-9 <= bound <= optimum + 1e-6
        assert other[0].cost >= optimum - 1e-6
        last = bound
    assert last > root


def test_lagrangian_with_totals_lies_below_every_plan_that_keeps_them() -> None:
    problem = small(3)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    people, random = list(range(problem.shape[0])), np.random.default_rng(3)
    sums = cover_sums(cover)
    plans = []
    for _ in range(30):
        prices = on_grid(random.normal(0, 10, problem.shape[1:]))
        words = np.stack([pricer.price(e, prices).words[0] for e in people])
        plans.append(Incumbent(cover, words, np.array([pricer.cost(e, words[e]) for e in people]), PENALTY))
    targets = np.array([[line.lower for line in cover.compiled.lines], [line.upper for line in cover.compiled.lines]])
    cut = 0
    for _ in range(40):
        weight = sums[int(random.integers(len(sums)))]
        master = Master(Subproblem.whole(cover), PENALTY, totals=2)
        master.set_total(1, weight)
        levels = [
            float((weight[0] * np.maximum(targets[0] - p.values, 0)).sum())
            + float((weight[1] * np.maximum(p.values - targets[1], 0)).sum())
            for p in plans
        ]
        assert all(level.is_integer() for level in levels)
        at = float(random.choice(levels))
        side = (at, np.inf) if random.random() < 0.5 else (-np.inf, at)
        master.bound_totals({1: side})
        duals = on_grid(master.masked(random.normal(0, 15, master.size)))
        bounds, _ = LocalPricing(pricer, cover)(duals, people, {})
        value = master.value(duals) + float(bounds.sum())
        for plan, level in zip(plans, levels, strict=True):
            if side[0] <= level <= side[1]:
                assert value <= plan.cost + 1e-9
            else:
                cut += 1
    assert cut
