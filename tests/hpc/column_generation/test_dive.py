"""A dive ends with one roster a person that costs what it says, or with nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.dive import dive
from hpc.column_generation.generation import LocalPricing, generate
from hpc.column_generation.incumbent import construct
from hpc.column_generation.master import Master
from hpc.column_generation.steps import Steps
from hpc.column_generation.subproblem import Subproblem
from optimise.roster.evaluate import roster_cost
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.testing import brute

pytestmark = pytest.mark.usefixtures("interpreted")
PENALTY = 500.0
WAYS = [
    pytest.param(Steps(sure=0.9), id="rosters"),
    pytest.param(Steps(whole=False, share=0.2, iterations=10), id="duties"),
    pytest.param(Steps(whole=False, share=0.2, iterations=10, recover=2.0, near=0.005), id="gradual"),
]


def root(seed: int, *, hard: bool = False):
    problem = small(seed, people=3, days=5, hard=hard)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    start = construct(cover, pricer, [0, 1, 2], PENALTY)
    assert start is not None
    master = Master(Subproblem.whole(cover), PENALTY)
    master.add([master.make(e, start.words[e], float(start.personal[e])) for e in range(3)])
    pricing = LocalPricing(pricer, cover)
    return problem, master, pricing, generate(master, master.subproblem, pricing)


@pytest.mark.parametrize("steps", WAYS)
@pytest.mark.parametrize("seed", range(3))
def test_a_dive_gives_everybody_one_roster_that_costs_what_it_says(seed: int, steps: Steps) -> None:
    problem, master, pricing, linear = root(seed)
    found = dive(master, master.subproblem, pricing, steps, center=linear.duals)
    assert found is not None
    assert sorted(c.employee for c in found.columns) == [0, 1, 2]
    words = np.stack([c.word for c in sorted(found.columns, key=lambda c: c.employee)])
    assert roster_cost(problem.compiled, words) == (pytest.approx(found.cost), 0.0)
    assert brute(problem).cost - 1e-6 <= found.cost <= 1.5 * brute(problem).cost + 1e-6


@pytest.mark.parametrize("steps", WAYS)
def test_it_tells_how_far_it_has_come(steps: Steps) -> None:
    told: list[float] = []
    _, master, pricing, linear = root(1, hard=True)  # not integral
    dive(master, master.subproblem, pricing, steps, center=linear.duals, listen=told.append)
    assert told
    assert all(0.0 < part <= 1.0 for part in told)


def test_a_dive_that_cannot_beat_the_cutoff_gives_nothing_and_leaves_the_master_as_it_was() -> None:
    _, master, pricing, linear = root(2)
    below = replace(master.subproblem, cutoff=0.5 * linear.bound)
    assert dive(master, below, pricing, Steps(), center=linear.duals) is None
    assert master.solve().objective == pytest.approx(linear.solution.objective)


def test_a_dive_out_of_time_gives_the_likeliest_rosters_where_part_of_one_is_asked_for() -> None:
    _, master, pricing, linear = root(2)
    assert dive(master, master.subproblem, pricing, Steps(), center=linear.duals, over=lambda: True) is None
    found = dive(master, master.subproblem, pricing, Steps(), center=linear.duals, over=lambda: True, partial=True)
    assert found is not None
    assert len(found.columns) == 3
    assert math.isfinite(found.cost)
