"""Minimum runs in their tight form: the relaxation has only whole rosters as corners, without any benchmark file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimise.core.horizon import Horizon
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import Request, Requests, RosterRule, Runs
from optimise.solvers.highs import Highs
from optimise.testing.brute import brute


def alone(*rules: RosterRule, days: int = 8, people: int = 1) -> RosterProblem:
    """People without history who work or not, and what they wish."""
    staff = tuple(Employee(f"p{e}") for e in range(people))
    return RosterProblem("t", "test", Horizon(days), (Shift("D"),), (Duty("-"), Duty("D", 0)), staff, rules)


def wishes(seed: int, days: int = 8) -> Requests:
    """A price for work or for rest on every day."""
    random = np.random.default_rng(seed)
    priced = zip(random.integers(1, 3, days).tolist(), random.integers(1, 20, days).tolist(), strict=True)
    return Requests(name="wishes", requests=tuple(Request(0, d, m, float(w)) for d, (m, w) in enumerate(priced)))


def relaxed(problem: RosterProblem) -> float:
    """Optimum of the linear relaxation of the model in clauses."""
    arrays = RosterModel(problem, form="clauses").model.freeze()
    return Highs(replace(arrays, integer=np.zeros(arrays.columns, dtype=np.bool_))).solve().objective


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("work", "rest"), [(2, 1), (3, 2), (4, 3)])
def test_the_relaxation_of_minimum_runs_is_whole(work: int, rest: int, seed: int) -> None:
    """Minimum up and down times alone: the tight rows are their convex hull (Rajan, Takriti 2005)."""
    runs = Runs(name="work", of=2, minimum=work), Runs(name="rest", of=1, minimum=rest)
    problem = alone(*runs, wishes(seed))
    assert relaxed(problem) == pytest.approx(brute(problem).cost)


@pytest.mark.parametrize("kept", ["work", "rest"])
def test_clauses_alone_are_looser(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tight rows are for: without them some relaxation lies below every roster."""
    problems = [alone(Runs(name=kept, of=2 if kept == "work" else 1, minimum=4), wishes(seed)) for seed in range(8)]
    tight = [relaxed(problem) for problem in problems]
    monkeypatch.setattr(RosterModel, "_tight_runs", lambda self: list(self.compiled.sequences))
    loose = [relaxed(problem) for problem in problems]
    assert all(a <= b + 1e-9 for a, b in zip(loose, tight, strict=True))
    assert min(a - b for a, b in zip(loose, tight, strict=True)) < -0.1


def test_lengths_with_a_gap_are_no_minimum() -> None:
    """Runs of 2 forbidden and runs of 1 and 3 allowed: no tight rows, and the cheapest run of 3 or 1 is found."""
    only_two = tuple(p for p in Runs(name="work", of=2, minimum=3).patterns(alone()) if len(p.masks) == 4)

    class NotTwo(RosterRule):
        def patterns(self, problem: object) -> object:  # type: ignore[override]
            return only_two

    problem = alone(NotTwo(name="not two"), wishes(1))
    solved = Highs(RosterModel(problem, form="clauses").model.freeze()).solve()
    assert solved.objective == pytest.approx(brute(problem).cost)
