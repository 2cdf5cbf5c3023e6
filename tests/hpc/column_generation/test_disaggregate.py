"""People alike share rows and columns of the master; it has the same value, and can be spread over them again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hpc_cases import symmetric

from hpc.column_generation.disaggregate import spread
from hpc.column_generation.dive import dive
from hpc.column_generation.generation import Generated, LocalPricing, generate
from hpc.column_generation.incumbent import construct
from hpc.column_generation.master import Master
from hpc.column_generation.steps import Steps
from hpc.column_generation.subproblem import Subproblem
from optimise.roster.evaluate import roster_cost
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import RosterProblem

PENALTY = 500.0


def root(problem: RosterProblem, *, together: bool) -> tuple[Generated, Master, LocalPricing]:
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    people = list(range(problem.compiled.employees))
    start = construct(cover, pricer, people, PENALTY)
    assert start is not None
    master = Master(Subproblem.whole(cover), PENALTY, leader=problem.compiled.leader if together else None)
    master.add([master.make(e, start.words[e], float(start.personal[e])) for e in people])
    local = LocalPricing(pricer, cover)
    return generate(master, master.subproblem, local), master, local


@pytest.mark.parametrize("seed", range(3))
def test_rows_for_people_alike_give_the_same_bound(seed: int) -> None:
    problem = symmetric(seed)
    one, shared, _ = root(problem, together=True)
    all_, apart, _ = root(problem, together=False)
    assert shared.sizes.tolist() == [1, 5]
    assert len(apart.sizes) == 6
    assert one.converged
    assert one.bound == pytest.approx(all_.bound, abs=1e-3)
    assert one.solution.objective == pytest.approx(all_.solution.objective, abs=1e-3)
    assert len(shared.columns) < len(apart.columns)


@pytest.mark.parametrize("seed", range(3))
def test_a_spread_master_starts_from_the_same_solution(seed: int) -> None:
    problem = symmetric(seed)
    made, shared, local = root(problem, together=True)
    whole = spread(shared, 10)
    solution = whole.solve()
    assert solution.objective == pytest.approx(made.solution.objective, abs=1e-6)
    assert whole.simplex == 0
    for e in range(6):
        own = [v for v, c in zip(solution.values, whole.columns, strict=True) if c.employee == e]
        assert sum(own) == pytest.approx(1.0)
    found = dive(whole, replace(whole.subproblem, lattice=1.0), local, Steps(), center=made.duals)
    assert found is not None
    words = np.stack([c.word for c in sorted(found[0], key=lambda c: c.employee)])
    assert roster_cost(problem.compiled, words) == (pytest.approx(found[1]), 0.0)


def test_an_integer_solution_gives_everybody_one_roster() -> None:
    problem = symmetric(1)
    made, shared, _ = root(problem, together=True)
    chosen, cost, _ = shared.integer(nodes=500)
    assert chosen is not None
    assert cost >= made.bound - 1e-6
    words = np.stack([c.word for c in sorted(chosen, key=lambda c: c.employee)])
    assert sorted(c.employee for c in chosen) == list(range(6))
    assert roster_cost(problem.compiled, words) == (pytest.approx(cost), 0.0)


def test_people_alike_cannot_share_a_row_under_closed_cells() -> None:
    problem = symmetric(1)
    _, shared, local = root(problem, together=True)
    shut = {1: np.zeros((14, problem.compiled.alphabet), dtype=np.bool_)}
    with pytest.raises(ValueError, match="same excluded cells"):
        generate(shared, shared.subproblem.without(shut), local)
