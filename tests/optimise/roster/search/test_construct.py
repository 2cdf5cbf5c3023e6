"""Construction keeps personal rules, also piece by piece; descent never loses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimise.formats import read
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.construct import Descent, construct
from optimise.roster.search.tuning import ConstructionTuning
from optimise.roster.search.window import window


def curtois(benchmarks: Path, number: int) -> RosterProblem:
    problem = read(benchmarks / "curtois" / "instances" / f"Instance{number}.txt")
    assert isinstance(problem, RosterProblem)
    return problem


def test_a_constructed_roster_keeps_the_personal_rules(benchmarks: Path) -> None:
    problem = curtois(benchmarks, 8)
    made = construct(problem.compiled, problem.automata, np.random.default_rng(1), lambda: False)
    assert made.duties is not None
    assert problem.evaluate(Roster(made.duties)).feasible


@pytest.mark.parametrize("number", [14, 18])
def test_pieces_of_a_long_horizon_fit_together(benchmarks: Path, number: int) -> None:
    pieces = ConstructionTuning(cells=0, piece=14)
    problem = curtois(benchmarks, number)
    made = construct(problem.compiled, problem.automata, np.random.default_rng(1), lambda: False, pieces)
    assert made.duties is not None
    assert problem.evaluate(Roster(made.duties)).feasible


def test_the_whole_horizon_is_the_last_window(benchmarks: Path) -> None:
    problem = curtois(benchmarks, 1)
    duties = np.zeros(problem.shape[:2], dtype=np.int16)
    piece, cut = window(
        problem.compiled, problem.automata, duties, 0, problem.horizon.days, problem.horizon.days, 4000.0
    )
    assert piece.days == problem.horizon.days
    for mine, whole in zip(piece.counters, problem.compiled.counters, strict=True):
        assert np.array_equal(mine.lower, whole.lower)
        assert np.array_equal(mine.upper, whole.upper)
        assert mine.weight_lower == whole.weight_lower
    assert cut.distinct[0].states == problem.automata.distinct[0].states


def test_descent_and_recreation_never_break_a_personal_rule(benchmarks: Path) -> None:
    problem = curtois(benchmarks, 4)
    rng = np.random.default_rng(2)
    made = construct(problem.compiled, problem.automata, rng, lambda: False)
    assert made.duties is not None
    descent = Descent(problem.compiled, problem.automata)
    before = problem.evaluate(Roster(made.duties))
    duties = np.array(made.duties)
    descent.descend(duties, np.arange(len(duties)), lambda: False)
    after = problem.evaluate(Roster(duties))
    assert after.feasible
    assert after.cost <= before.cost
    anew = descent.recreate(duties, np.array([0, 3, 5]), rng)
    assert problem.evaluate(Roster(anew)).feasible
