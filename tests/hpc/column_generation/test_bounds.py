"""Linear masters, Lagrangian bounds and integer solutions against the whole model and by definition."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hpc_cases import small
from numpy.typing import NDArray

from hpc.column_generation.ascent import ascend
from hpc.column_generation.dive import _Pace, dive
from hpc.column_generation.generation import Generated, LocalPricing, generate
from hpc.column_generation.incumbent import Incumbent, construct, descend
from hpc.column_generation.master import Master
from hpc.column_generation.master_tuning import DiveTuning
from hpc.column_generation.method import ColumnGenerationMethod
from hpc.column_generation.neighbourhood import choose_people, improve
from hpc.column_generation.search_method import ParallelSearchMethod
from hpc.column_generation.steps import Steps
from hpc.column_generation.subproblem import Subproblem
from optimise.core.grid import round_up
from optimise.core.method import Limits
from optimise.core.result import Stop
from optimise.driver import solve
from optimise.roster.evaluate import roster_cost
from optimise.roster.kernels import Pricer, on_grid
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Runs

PENALTY = 1e4


def whole(problem: RosterProblem) -> float:
    """Optimum by HiGHS on the compact model."""
    found = solve(problem, "highs", limits=Limits(seconds=60))
    assert found.stop is Stop.OPTIMAL
    return found.cost


def rosters(pricer: Pricer, problem: RosterProblem, seed: int, count: int) -> list[NDArray[np.int16]]:
    random = np.random.default_rng(seed)
    people, days, duties = problem.shape
    out = []
    for _ in range(count):
        prices = on_grid(random.normal(0, 10, (days, duties)))
        out.append(np.stack([pricer.price(e, prices).words[0] for e in range(people)]))
    return out


def test_pricing_that_finds_nothing_by_accident_has_not_converged() -> None:
    problem = small(0)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    local = LocalPricing(pricer, cover)

    def blind(duals: NDArray[np.float64], people: list[int], shut: Any) -> Any:
        bounds, _ = local(duals, people, shut)
        return bounds - 50.0, []

    everybody = Subproblem.whole(cover)
    for pricing, converged in ((local, True), (blind, False)):
        assert generate(Master(everybody, PENALTY), everybody, pricing).converged is converged


@pytest.mark.parametrize("seed", range(4))
def test_bound_lies_below_every_roster_for_any_duals(seed: int) -> None:
    problem = small(seed)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    random = np.random.default_rng(seed)
    costs = [roster_cost(problem.compiled, words)[0] for words in rosters(pricer, problem, seed, 8)]
    for _ in range(5):
        duals = on_grid(random.normal(0, 15, cover.lines))
        bounds, _ = LocalPricing(pricer, cover)(duals, list(range(4)), {})
        assert cover.dual_value(duals) + bounds.sum() <= min(costs)


@pytest.mark.parametrize("hard", [False, True])
def test_cover_rows_agree_with_the_evaluator(hard: bool) -> None:
    problem = small(3, hard=hard)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    for words in rosters(pricer, problem, 1, 6):
        soft, broken = roster_cost(problem.compiled, words)
        values = cover.counts(words)
        own = sum(pricer.cost(e, words[e]) for e in range(len(words)))
        assert own + cover.line_costs(values, 0.0).sum() == soft
        assert cover.hard_amount(values) == broken


def test_marginal_cost_is_the_change_of_cover_cost() -> None:
    problem = small(5)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    words = rosters(pricer, problem, 2, 1)[0]
    without = cover.counts(words[1:], np.arange(1, 4))
    prices = cover.marginal(without, PENALTY)[cover.kind[0]]
    expected = cover.line_costs(cover.counts(words), PENALTY).sum() - cover.line_costs(without, PENALTY).sum()
    assert prices[np.arange(7), words[0]].sum() == expected


@pytest.mark.parametrize("seed", range(4))
def test_root_bound_meets_the_linear_master_below_the_optimum(seed: int) -> None:
    problem = small(seed)
    master, team, _ = begun(problem)
    root = generate(master, master.subproblem, team)
    assert root.converged
    assert root.bound <= root.solution.objective + 1e-6
    assert root.bound == pytest.approx(root.solution.objective, abs=1e-3)
    optimum = whole(problem)
    assert round_up(root.bound, problem.compiled.grid) <= optimum
    found = dive(master, replace(master.subproblem, lattice=1.0), team, Steps(), center=root.duals)
    assert found is not None
    words = np.stack([c.word for c in sorted(found.columns, key=lambda c: c.employee)])
    assert roster_cost(problem.compiled, words) == (pytest.approx(found.cost), 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_dive_to_a_level_gives_a_roster_each_and_leaves_cells_free(seed: int) -> None:
    master, team, start = begun(small(seed, people=6, days=14))
    people = master.people
    shut = {e: np.zeros((14, 3), dtype=np.bool_) for e in people}
    for e in people:  # the first two days are given
        shut[e][:2] = np.arange(3) != start.words[e, :2, None]
    within = replace(master.subproblem, shut=shut, lattice=1.0)
    root = generate(master, replace(within, lattice=0.0), team)
    found = dive(
        master,
        within,
        team,
        Steps(whole=False, share=0.1, level=0.5),
        center=root.duals,
    )
    assert found is not None
    assert sorted(c.employee for c in found.columns) == people
    assert (found.kept[:, :2] == start.words[:, :2]).all()
    for c in found.columns:
        mine = found.kept[c.employee]
        assert ((mine < 0) | (mine == c.word)).all()


def test_near_bounds_the_gap_of_every_step_of_a_dive_but_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    gaps: list[tuple[float, float]] = []

    def noted(*given: Any, **named: Any) -> Generated:
        made = generate(*given, **named)
        gaps.append((named["loose"], made.solution.objective - made.bound))
        return made

    monkeypatch.setattr("hpc.column_generation.dive.generate", noted)
    master, team, root, cutoff = dug()
    dive(
        master,
        master.subproblem.below(cutoff),
        team,
        Steps(whole=False, iterations=1000, near=1e-4),
        center=root.duals,
    )
    assert len(gaps) > 2
    for loose, gap in gaps[1:]:
        assert loose < 0.1
        assert gap <= 1e-4 * cutoff + 1e-6


@pytest.mark.parametrize("whole", [False, True])
def test_a_careful_dive_leaves_the_columns_in_the_master_and_gives_a_roster_each(whole: bool) -> None:
    master, team, root, cutoff = dug()
    before = set(master.known)
    found = dive(
        master,
        replace(master.subproblem, cutoff=cutoff, lattice=1.0),
        team,
        Steps(  # nearly every step rises and is taken back, until it is of the least length
            whole, 0.3, iterations=40, rise=1e-6, reverts=1000, level=0.9, near=1e-3, recover=2.0, nodes=100
        ),
        center=root.duals,
        tuning=DiveTuning(crowd=10),  # columns that are shut are set aside from the first step
    )
    assert found is not None
    assert before <= master.known
    assert len(master.known) == len(master.columns)
    assert master.solve().objective <= root.solution.objective + 1e-6
    assert sorted(c.employee for c in found.columns) == master.people
    for c in found.columns:
        mine = found.kept[c.employee]
        assert ((mine < 0) | (mine == c.word)).all()


def test_a_dive_that_is_late_takes_longer_steps_with_coarser_columns() -> None:
    steps = Steps(False, 0.1, near=0.01, recover=2.0)
    paces = [_Pace(steps, 100, lambda gone=gone: gone) for gone in (0.0, 0.9)]  # type: ignore[misc]
    for pace in paces:
        pace.step(100, 80)
        pace.step(80, 70)
    punctual, late = paces
    assert (punctual.part, punctual.near) == (steps.share, steps.near)
    assert late.part > 1.5 * steps.share
    assert late.near > 2 * steps.near


def test_a_step_taken_back_is_shortened_until_it_is_of_the_least_length() -> None:
    pace = _Pace(Steps(False, 0.1, rise=0.01, reverts=100, recover=2.0), 100, lambda: 0.0)
    pace.step(100, 80)
    lengths = []
    while pace.risen(110.0, 100.0, 80):
        assert pace.back()
        assert not pace.risen(110.0, 100.0, 80)  # the step before, seen again
        pace.step(80, 79)
        lengths.append(pace.made)
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] == pytest.approx(0.01)


def test_a_master_comes_back_to_an_earlier_basis() -> None:
    master, _, root, _ = dug()
    count, objective = len(master.columns), master.solve().objective
    levels = master.solve().values
    aside = master.set_aside(levels > 1e-9)
    assert len(master.columns) + len(aside) == count
    assert master.solve().objective == pytest.approx(objective)
    basis = master.basis()
    used = master.solve().values > 1e-9
    master.bound_columns(~used)
    assert master.solve().objective > objective
    master.bound_columns(np.ones(len(master.columns), dtype=np.bool_))
    master.add(aside)
    master.restore(basis)
    before = master.simplex
    assert master.solve().objective == pytest.approx(root.solution.objective)
    assert master.simplex == before


def begun(problem: RosterProblem) -> tuple[Master, LocalPricing, Incumbent]:
    """A master of everybody with one plan in it, its pricing, and that plan."""
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    people = list(range(len(problem.employees)))
    start = construct(cover, pricer, people, PENALTY)
    assert start is not None
    master = Master(Subproblem.whole(cover), PENALTY)
    master.add_plan(start.words, start.personal)
    return master, LocalPricing(pricer, cover), start


def dug() -> tuple[Master, LocalPricing, Generated, float]:
    """A converged master of six people over two weeks, its pricing, and a cutoff above its plan."""
    master, team, start = begun(small(1, people=6, days=14))
    root = generate(master, master.subproblem, team)
    return master, team, root, start.cost + 10.0


def test_volume_ascent_gives_valid_bounds() -> None:
    problem = small(1)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    nothing = np.zeros(cover.lines)
    known = replace(Subproblem.whole(cover), cost=1e3)
    made = ascend(known, LocalPricing(pricer, cover), start=nothing, iterations=40, keep=30)
    optimum = whole(problem)
    first = cover.dual_value(nothing) + sum(pricer.price(e, np.zeros((7, 3))).bound for e in range(4))
    assert first <= made.bound <= optimum


def test_neighbourhood_of_everyone_finds_the_optimum_or_says_that_it_is_open() -> None:
    problem = small(2)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    start = construct(cover, pricer, [0, 1, 2, 3], PENALTY)
    assert start is not None
    descend(start, pricer, range(4))
    before = start.cost
    attempt = improve(start, start.subproblem([0, 1, 2, 3], lattice=1.0), pricer, center=None)
    start.put(attempt.columns)
    assert start.cost == pytest.approx(before - attempt.gain)
    optimum = whole(problem)
    assert start.cost >= optimum
    if attempt.closed:
        assert start.cost == optimum


def test_a_window_changes_nothing_outside_it() -> None:
    problem = small(7, people=5, days=14)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    start = construct(cover, pricer, list(range(5)), PENALTY)
    assert start is not None
    before = start.words.copy()
    attempt = improve(start, start.subproblem([0, 2, 4], (5, 10), lattice=1.0), pricer, center=None)
    cost = start.cost
    start.put(attempt.columns)
    assert start.cost == pytest.approx(cost - attempt.gain)
    changed = np.flatnonzero((start.words != before).any(axis=0))
    assert ((changed >= 5) & (changed < 10)).all()


@pytest.mark.parametrize("method", [ColumnGenerationMethod(), ParallelSearchMethod()])
@pytest.mark.parametrize("hard", [False, True])
def test_methods_end_between_bound_and_feasible_plan(method: ColumnGenerationMethod, hard: bool) -> None:
    problem = small(4, people=6, hard=hard)
    result = solve(problem, method, limits=Limits(seconds=20, iterations=10), seed=3)
    optimum = whole(problem)
    assert result.feasible
    assert result.bounds.dual <= optimum <= result.cost
    if method.name == "column-generation":
        assert math.isfinite(result.bounds.dual)
    assert isinstance(result.plan, Roster)


def test_impossible_personal_rules_are_proven() -> None:
    problem = small(0).with_rules(
        Runs(name="work", of=6, maximum=1), Runs(name="rest", of=1, maximum=1), Runs(name="w", of=6, minimum=3)
    )
    result = solve(problem, ColumnGenerationMethod(), limits=Limits(seconds=5))
    assert result.stop is Stop.INFEASIBLE
    assert "E0" in result.explanation[0]


def test_choice_of_people_is_repeatable_and_of_the_size_asked_for() -> None:
    problem = small(6, people=9)
    pricer, cover = Pricer(problem.compiled), CoverRows(problem.compiled)
    start = construct(cover, pricer, list(range(9)), PENALTY)
    assert start is not None
    for style in range(4):
        picks = [choose_people(start, 5, np.random.default_rng((1, style)), style) for _ in range(2)]
        assert picks[0] == picks[1]
        assert len(set(picks[0])) == 5
        others = choose_people(start, 4, np.random.default_rng(2), style, busy=set(picks[0]))
        assert not set(others) & set(picks[0])
        crowded = choose_people(start, 5, np.random.default_rng(2), style, busy=set(picks[0]))
        assert len(set(crowded)) == 5


def test_root_bound_of_curtois_instance4(benchmarks: Path) -> None:
    """Published optimum 1716; the column bound is known to be tight here."""
    from optimise.formats.base import read

    problem = read(benchmarks / "curtois" / "instances" / "Instance4.txt", format="curtois")
    result = solve(problem, ColumnGenerationMethod(), limits=Limits(seconds=20, iterations=1))
    assert 1716 * 0.999 <= result.bounds.dual <= 1716 <= result.cost
