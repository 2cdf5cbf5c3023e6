"""A roster under improvement costs what the evaluator says, and parts of it are improved exactly."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.column import Column
from hpc.column_generation.incumbent import Incumbent, construct, descend, repair
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster

pytestmark = pytest.mark.usefixtures("interpreted")
PENALTY = 1e4
DAYS = 5


@pytest.fixture(scope="module", params=[1, 2, 5])
def made(request: pytest.FixtureRequest, interpreted: None):
    problem = small(request.param, people=3, days=DAYS)
    pricer = Pricer(problem.compiled)
    plan = construct(CoverRows(problem.compiled), pricer, [2, 0, 1], PENALTY)
    assert plan is not None
    return problem, pricer, plan


def words(pricer: Pricer, e: int) -> list[tuple[np.ndarray, float]]:
    """Every word of a person that keeps the hard rules, with its cost."""
    listed = (np.array(w, dtype=np.int16) for w in product(range(3), repeat=DAYS))
    return [(w, cost) for w in listed if math.isfinite(cost := pricer.cost(e, w))]


def test_a_constructed_plan_costs_what_the_evaluator_says(made) -> None:
    problem, _, plan = made
    found = problem.evaluate(Roster(plan.words))
    assert found.feasible
    assert plan.feasible
    assert plan.cost == pytest.approx(found.cost)


def test_hard_cover_counts_the_penalty() -> None:
    problem = small(3, people=3, days=DAYS, hard=True)
    cover, none = CoverRows(problem.compiled), np.zeros((3, DAYS), dtype=np.int16)
    plan, found = Incumbent(cover, none, np.zeros(3), PENALTY), problem.evaluate(Roster(none))
    short = cover.hard_amount(cover.counts(none))
    assert short > 0
    assert not plan.feasible
    assert plan.cost == pytest.approx(cover.line_costs(plan.values, 0.0).sum() + PENALTY * short)
    assert found.hard >= short


def test_each_person_is_built_at_the_least_cost_against_what_is_missing(made) -> None:
    problem, pricer, plan = made
    cover = CoverRows(problem.compiled)
    so_far: list[int] = []
    for e in (2, 0, 1):
        before = cover.counts(plan.words[so_far], np.array(so_far, dtype=np.int64))
        costs = {}
        for word, own in words(pricer, e):
            row, value = cover.column(e, word)
            after = before.copy()
            after[row] += value
            costs[word.tobytes()] = own + float(cover.line_costs(after, PENALTY).sum())
        assert costs[plan.words[e].tobytes()] == pytest.approx(min(costs.values()))
        so_far.append(e)


def test_descent_ends_where_nobody_alone_can_gain(made) -> None:
    problem, pricer, plan = made
    trial = plan.copy()
    before = trial.cost
    moved = False
    while descend(trial, pricer, range(3)):
        moved = True
    assert (trial.cost < before) == moved
    assert trial.cost == pytest.approx(problem.evaluate(Roster(trial.words)).cost)
    for e in range(3):
        for word, own in words(pricer, e):
            other = trial.copy()
            other.put([Column.of(other.cover, e, word, own)])
            assert other.cost >= trial.cost - 1e-6


def test_who_breaks_a_rule_gets_the_best_roster_against_the_others(made) -> None:
    _, pricer, plan = made
    trial = plan.copy()
    trial.put([Column.of(trial.cover, 1, np.full(DAYS, 2, dtype=np.int16), math.inf)])
    assert not trial.feasible
    assert repair(trial, pricer)
    costs = []
    for word, own in words(pricer, 1):
        other = trial.copy()
        other.put([Column.of(other.cover, 1, word, own)])
        costs.append(other.cost)
    assert trial.cost == pytest.approx(min(costs))


def test_changes_bring_one_plan_to_the_other(made) -> None:
    _, pricer, plan = made
    other = plan.copy()
    word, own = words(pricer, 2)[0]
    other.put([Column.of(other.cover, 2, word, own)])
    assert plan.changes(plan) == []
    back = plan.copy()
    back.put(other.changes(plan))
    assert np.array_equal(back.words, other.words)
    assert back.cost == pytest.approx(other.cost)
    assert np.allclose(back.values, back.cover.counts(back.words))
    assert np.allclose(plan.values, plan.cover.counts(plan.words))  # the first one is as it was
    assert np.allclose(other.without([2]), other.cover.counts(other.words[:2], np.arange(2)))


@pytest.mark.parametrize("lattice", [0.0, 1.0])
def test_a_subproblem_is_to_be_solved_a_step_cheaper(made, lattice: float) -> None:
    _, _, plan = made
    asked = plan.subproblem([0, 2], lattice=lattice)
    whole = plan.cost - float(plan.personal[1])
    assert asked.cost == pytest.approx(whole)
    assert whole - (lattice or 1e-3) <= asked.cutoff < whole
