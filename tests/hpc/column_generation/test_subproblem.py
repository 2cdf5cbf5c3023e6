"""A subproblem is what its people, days and the rest of a plan make it."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.generation import LocalPricing, generate
from hpc.column_generation.incumbent import Incumbent, construct
from hpc.column_generation.master import Master
from hpc.column_generation.subproblem import Subproblem
from optimise.roster.kernels import COARSE, GRID, Pricer
from optimise.roster.kernels.cover import CoverRows

PENALTY = 1e4
DAYS = (5, 10)


def plan(people: int = 5, days: int = 14) -> tuple[Incumbent, Pricer]:
    problem = small(7, people=people, days=days)
    pricer = Pricer(problem.compiled)
    made = construct(CoverRows(problem.compiled), pricer, list(range(people)), PENALTY)
    assert made is not None
    return made, pricer


def test_the_whole_has_everybody_on_all_days_and_fixes_nothing() -> None:
    start, _ = plan()
    whole = Subproblem.whole(start.cover, lattice=1.0)
    assert (whole.people, whole.days) == ((0, 1, 2, 3, 4), (0, 14))
    assert not whole.fixed.any()
    assert (whole.lines, dict(whole.shut)) == (None, {})
    assert (whole.cost, whole.cutoff, whole.lattice, whole.grid) == (math.inf, math.inf, 1.0, GRID)
    assert Subproblem.whole(start.cover, [3, 1]).people == (3, 1)


def test_what_the_others_add_is_fixed_and_the_own_duties_outside_the_window() -> None:
    start, _ = plan()
    asked = start.subproblem([0, 2], DAYS, lattice=1.0)
    assert asked.fixed == pytest.approx(start.cover.counts(start.words[[1, 3, 4]], np.array([1, 3, 4])))
    for e in (0, 2):
        inside = np.zeros(14, dtype=np.bool_)
        inside[slice(*DAYS)] = True
        assert not asked.shut[e][inside].any()
        assert (asked.shut[e][~inside].argmin(axis=1) == start.words[e, ~inside]).all()
        assert (asked.shut[e][~inside].sum(axis=1) == start.cover.alphabet - 1).all()
    assert asked.lines is not None
    assert asked.lines.tolist() == start.cover.lines_of(*DAYS).tolist()
    assert asked.grid == COARSE


@pytest.mark.parametrize("days", [None, (0, 14)])
def test_on_all_days_no_cell_is_shut_and_the_cost_is_that_of_people_and_all_lines(days: tuple[int, int] | None) -> None:
    start, _ = plan()
    asked = start.subproblem([0, 1, 2, 3, 4], days, lattice=1.0)
    assert (asked.days, asked.lines, dict(asked.shut)) == ((0, 14), None, {})
    assert asked.cost == pytest.approx(start.cost)


@pytest.mark.parametrize(("lattice", "step"), [(2.0, 2.0), (0.0, 1e-6)])
def test_the_cutoff_lies_a_step_below_the_cost(lattice: float, step: float) -> None:
    start, _ = plan()
    asked = start.subproblem([0, 2], lattice=lattice)
    assert asked.cutoff < asked.cost
    assert asked.cost - asked.cutoff <= step * max(1.0, abs(asked.cost))


def test_a_subproblem_is_changed_by_making_another() -> None:
    whole = Subproblem.whole(plan()[0].cover)
    shut = {1: np.ones((14, 3), dtype=np.bool_)}
    assert (whole.below(7.0).cutoff, whole.without(shut).shut) == (7.0, shut)
    assert (whole.cutoff, dict(whole.shut)) == (math.inf, {})
    with pytest.raises(FrozenInstanceError):
        whole.cutoff = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"people": (1, 1)}, "distinct"),
        ({"people": (0, 5)}, "among 5"),
        ({"days": (3, 3)}, "window of 14"),
        ({"days": (3, 15)}, "window of 14"),
        ({"fixed": np.zeros(1)}, "lines"),
    ],
)
def test_what_does_not_fit_the_roster_is_refused(wrong: dict[str, object], said: str) -> None:
    whole = Subproblem.whole(plan()[0].cover)
    with pytest.raises(ValueError, match=said):
        replace(whole, **wrong)  # type: ignore[arg-type]


def test_the_bound_of_a_part_lies_below_the_cost_of_its_people_in_the_plan() -> None:
    start, pricer = plan()
    asked = start.subproblem([0, 2, 4], DAYS, lattice=0.0)
    master = Master(asked, PENALTY)
    master.add_plan(start.words, start.personal)
    made = generate(master, asked.below(math.inf), LocalPricing(pricer, start.cover))
    assert made.converged
    assert made.bound <= asked.cost + 1e-6


def test_a_master_answers_for_its_own_people_only() -> None:
    start, pricer = plan()
    master = Master(start.subproblem([0, 2], lattice=1.0), PENALTY)
    with pytest.raises(ValueError, match="own people"):
        generate(master, start.subproblem([0, 1], lattice=1.0), LocalPricing(pricer, start.cover))
