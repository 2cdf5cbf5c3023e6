"""Reinsertion as the first plan of column generation and as a neighbourhood."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hpc_cases import small

from hpc.column_generation.incumbent import Incumbent, construct
from hpc.column_generation.run import penalty_of
from hpc.column_generation.start_heuristic import Opening
from optimise.core.method import Limits, SerialComm
from optimise.driver import solve
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster, RosterProblem

CASE = Path(__file__).parents[1] / "opening_case.py"
MPIEXEC = Path(sys.executable).with_name("mpiexec")


def opened(problem: RosterProblem) -> tuple[Opening, Incumbent]:
    cover, pricer = CoverRows(problem.compiled), Pricer(problem.compiled)
    penalty = penalty_of(problem.compiled)
    first = construct(cover, pricer, list(range(problem.shape[0])), penalty)
    assert first is not None
    return Opening(cover, pricer, problem.automata, penalty, 3), first


def never() -> bool:
    return False


@pytest.mark.parametrize("seed", range(3))
def test_plans_are_evaluated_and_no_bound_passes_the_optimum(seed: int) -> None:
    problem = small(seed)
    optimum = solve(problem, "highs", limits=Limits(seconds=60)).cost
    opening, first = opened(problem)
    relaxed = opening.relax(SerialComm(), never)
    plans = opening.plans(first, relaxed, SerialComm(), lambda: 0.0, never)
    assert relaxed.bound <= optimum + 1e-6
    assert plans[0].cost == min(p.cost for p in plans) <= first.cost
    for plan in plans:
        assert np.isfinite(plan.personal).all()
        assert problem.evaluate(Roster(plan.words)).cost == pytest.approx(plan.cost)


def test_bursts_draw_all_days_and_refuse_a_window() -> None:
    opening, first = opened(small(4, people=8, days=14))
    heat, days = opening.draw(np.random.default_rng(0))
    assert days == (0, 14)
    with pytest.raises(ValueError, match="window"):
        opening.again(first, 1_000, heat, (0, 0), never, (0, 7))


def test_a_burst_depends_on_its_arguments_alone() -> None:
    problem = small(4, people=8, days=14)
    opening, first = opened(problem)
    before = opening.again(first, 200_000, 0.5, (1, 2), never)
    opening.again(first, 100_000, 0.9, (7, 0), never)
    after = opening.again(first, 200_000, 0.5, (1, 2), never)
    assert before[1] == after[1] > 0.0
    assert [c.word.tolist() for c in before[0]] == [c.word.tolist() for c in after[0]]
    trial = first.copy()
    trial.put(before[0])
    assert first.cost - trial.cost == pytest.approx(before[1])
    assert problem.evaluate(Roster(trial.words)).cost == pytest.approx(trial.cost)


@pytest.mark.mpi
@pytest.mark.skipif(not MPIEXEC.exists() and shutil.which("mpiexec") is None, reason="no mpiexec on this machine")
@pytest.mark.timeout(900)  # whoever comes first compiles kernels
@pytest.mark.parametrize("root", ["root", "none"])
def test_one_two_and_three_ranks_give_the_same_plan_and_bound(root: str) -> None:
    launcher = str(MPIEXEC) if MPIEXEC.exists() else "mpiexec"
    answers = set()
    for ranks in (1, 2, 3):
        command = [launcher, "-n", str(ranks), sys.executable, str(CASE), "4", root]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
        answers.add(done.stdout.strip())
    assert len(answers) == 1
    assert answers.pop().endswith(" True")
