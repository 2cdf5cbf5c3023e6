"""Annealing: costs in step with the evaluator, forbidden duties untouched, repeatable, never worse than its start."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.annealing import Chains, weeks
from hpc.column_generation.incumbent import construct
from optimise.roster.evaluate import roster_cost
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.anneal import Annealer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.kernels.walk import start_walk
from optimise.roster.rules.primitives import Segment


@pytest.mark.parametrize("hard", [False, True])
def test_walk_costs_agree_with_the_evaluator(hard: bool) -> None:
    problem = small(3, people=5, days=14, hard=hard)
    compiled = problem.compiled
    annealer = Annealer(compiled, CoverRows(compiled))
    random = np.random.default_rng(1)
    agreed = 0
    for seed in range(6):
        start = random.integers(0, compiled.alphabet, (5, 14)).astype(np.int16)
        words = annealer.run(start, 250_000, 5.0, 0.1, seed)
        soft, broken = roster_cost(compiled, words)
        now = start_walk(annealer.rules(0.0), annealer._walk(words))
        assert now == pytest.approx(soft)
        assert annealer.whole(words) == (broken == 0.0)
        agreed += broken == 0.0
    assert agreed > 0


def test_chains_repeat_and_never_lose() -> None:
    problem = small(4, people=6, days=14)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    start = construct(cover, pricer, list(range(6)), 1e4)
    assert start is not None
    found = []
    for _ in range(2):
        chains = Chains(cover, pricer, 1.0, seed=2)
        columns, gain = chains.again(start, 250_000, 0.5, (0, 1), lambda: False)
        trial = start.copy()
        trial.put(columns)
        assert trial.cost == pytest.approx(start.cost - gain)
        found.append(trial.words)
    assert (found[0] == found[1]).all()
    assert gain >= 0


def test_chains_near_a_given_plan_repeat_and_tell_cheaper_plans_only() -> None:
    problem = small(4, people=6, days=14)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    start = construct(cover, pricer, list(range(6)), 1e4)
    assert start is not None
    told: list[list[float]] = []
    for _ in range(2):
        costs = [start.cost]
        Chains(cover, pricer, 1.0, seed=2).nearby(start, lambda: False, lambda better, to=costs: to.append(better.cost))
        told.append(costs)
    assert told[0] == told[1] == sorted(told[0], reverse=True)
    stopped: list[float] = []
    Chains(cover, pricer, 1.0, seed=2).nearby(start, lambda: True, lambda better: stopped.append(better.cost))
    assert not stopped


@pytest.mark.parametrize("days", [5, 7, 17, 28, 56])
def test_windows_are_whole_weeks_within_the_horizon(days: int) -> None:
    random = np.random.default_rng(0)
    drawn = {weeks(random, days, 1, 3) for _ in range(200)}
    for first, last in drawn:
        assert 0 <= first < last <= days
        assert first % 7 == 0
        assert last == days or (last - first) % 7 == 0
    assert len(drawn) >= min(days // 7, 5)


def test_forbidden_duties_stay_forbidden() -> None:
    problem = small(5, people=4, days=7)
    compiled = problem.compiled
    allowed = compiled.allowed.copy()
    allowed[1, :, 2] = False
    object.__setattr__(compiled, "allowed", allowed)
    words = Annealer(compiled, CoverRows(compiled)).run(np.zeros((4, 7), np.int16), 250_000, 20.0, 0.1, 3)
    assert not (words[1] == 2).any()


def test_polish_repeats_and_never_loses() -> None:
    problem = small(4, people=6, days=14)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    start = construct(cover, pricer, list(range(6)), 1e4)
    assert start is not None
    costs = [Chains(cover, pricer, 1.0, seed=2).polish(start, 0, lambda: False).cost for _ in range(2)]
    assert costs[0] == costs[1]
    assert costs[0] <= start.cost


def test_kept_duties_stay_while_the_others_are_annealed() -> None:
    problem = small(4, people=6, days=14)
    annealer = Annealer(problem.compiled, CoverRows(problem.compiled))
    start = np.zeros((6, 14), np.int16)
    kept = np.where(np.arange(14) < 7, start, -1).astype(np.int16)
    words = annealer.run(start, 250_000, 20.0, 0.1, 3, kept=kept)
    assert (words[:, :7] == 0).all()
    assert (words[:, 7:] != 0).any()


@pytest.mark.parametrize(("hard", "longer"), [(False, False), (True, True)])
def test_exact_cover_gets_longer_chains(hard: bool, longer: bool) -> None:
    problem = small(3, people=5, days=14)
    exact = tuple(
        replace(line, lower=1.0, upper=1.0, under=(segment,), over=(segment,))
        for line in problem.compiled.lines
        for segment in (Segment(math.inf, math.inf if hard else 3.0),)
    )
    cover = CoverRows(replace(problem.compiled, lines=exact))
    share = Chains(cover, Pricer(problem.compiled), 1.0, seed=0).share
    assert (share > 0.1) == longer


@pytest.mark.parametrize("days", [(0, 7), (5, 9), (7, 14), (13, 14)])
def test_a_chain_on_a_window_leaves_the_other_days(days: tuple[int, int]) -> None:
    problem = small(4, people=6, days=14)
    annealer = Annealer(problem.compiled, CoverRows(problem.compiled))
    random = np.random.default_rng(3)
    start = random.integers(0, problem.compiled.alphabet, (6, 14)).astype(np.int16)
    found = annealer.run(start, 250_000, 5.0, 0.1, 1, days=days)
    outside = [d for d in range(14) if not days[0] <= d < days[1]]
    assert (found[:, outside] == start[:, outside]).all()
    assert (found != start).any()
    soft, _ = roster_cost(problem.compiled, found)
    assert start_walk(annealer.rules(0.0), annealer._walk(found)) == pytest.approx(soft)
