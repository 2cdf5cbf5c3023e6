"""The L-shaped method: cuts, bounds, values, contract, checkpoint; real ``mpiexec`` for the number of ranks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hpc.benders.master import CutMaster
from hpc.benders.method import BendersMethod
from hpc.benders.recourse import Programs
from optimise.capacity.evaluate import recourse
from optimise.capacity.model.capacity import split
from optimise.capacity.problem import CapacityProblem
from optimise.capacity.risk import Risk
from optimise.core.errors import InputError
from optimise.core.method import Limits
from optimise.core.result import Stop
from optimise.driver import solve
from optimise.generate.capacity import capacity
from optimise.testing.capacity import CapacityCase, capacity_cases, tiny
from optimise.testing.contract import CLAUSES

CASE = Path(__file__).parents[1] / "benders_case.py"
CASES = capacity_cases()


def points(problem: CapacityProblem, count: int) -> list[np.ndarray]:
    first, random = split(problem).first, np.random.default_rng(3)
    return [np.rint(random.uniform(first.lower, first.upper)) for _ in range(count)]


def test_cuts_touch_the_exact_recourse_and_lie_below_it_elsewhere() -> None:
    problem = capacity(5, 3, 3, 4, 2, beds=50)
    parts = split(problem)
    programs = Programs(problem, parts, range(5))
    chosen = points(problem, 4)
    made = [programs.cuts(x) for x in chosen]
    for x, here in zip(chosen, made, strict=True):
        assert here.value == pytest.approx(recourse(problem, parts.stage.plan(x)).cost, rel=1e-8, abs=1e-5)
        for other in made:
            below = other.constant + other.slope @ x
            assert (below <= here.value * (1 + 1e-9) + 1e-6).all()
        assert here.constant + here.slope @ x == pytest.approx(here.value, rel=1e-7, abs=1e-5)


def test_wrong_duals_still_give_valid_cuts() -> None:
    """The safe bound pays for whatever is wrong with the duals."""
    problem = capacity(2, 2, 2, 3, 2, beds=30)
    programs = Programs(problem, split(problem), range(2))
    random = np.random.default_rng(0)
    for _ in range(5):
        duals = random.normal(0, 50, (2, programs.parts.recourse.rows))
        constant, slope = programs._safe(duals)
        for x in points(problem, 3):
            assert (constant + slope @ x <= recourse(problem, programs.parts.stage.plan(x)).cost + 1e-6).all()


@pytest.mark.parametrize("risk", [Risk(), Risk(0.5, 0.5), Risk(1.0, 0.6)])
def test_the_certified_bound_is_the_relaxed_masters_optimum(risk: Risk) -> None:
    problem = capacity(4, 2, 2, 3, 2, beds=30, risk=risk)
    parts = split(problem)
    programs = Programs(problem, parts, range(4))
    p = problem.scenarios.probabilities
    master = CutMaster(parts.first, p, np.zeros(4), risk)
    last = -np.inf
    for x in points(problem, 6):
        cuts = programs.cuts(x)
        master.add(np.arange(4), p * cuts.constant, p[:, None] * cuts.slope)
        step = master.relaxed()
        assert step.bound == pytest.approx(master.value(step.point, step.estimate), rel=1e-6)
        assert step.bound >= last - 1e-6
        last = step.bound
        wrong = np.random.default_rng(1).normal(0, 1, master.arrays.rows + master.cuts)
        assert master._certified(wrong) <= step.bound + 1e-6


@pytest.mark.parametrize(("seed", "risk"), [(1, None), (2, Risk(0.5, 0.6)), (3, Risk(1.0, 0.5))])
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_it_proves_the_listed_optimum(seed: int, risk: Risk | None, share: float) -> None:
    problem = tiny(seed, risk=risk)
    result = solve(problem, "benders", limits=Limits(seconds=60), options={"share": share})
    assert result.stop is Stop.OPTIMAL
    assert result.cost == pytest.approx(CapacityCase("", problem).optimum.cost)


@pytest.mark.parametrize("clusters", [1, 3, 7])
def test_clusters_change_the_way_not_the_answer(clusters: int) -> None:
    problem = capacity(7, 3, 3, 4, 2, beds=40)
    result = solve(problem, "benders", limits=Limits(seconds=60, gap=1e-3), options={"clusters": clusters})
    exact = solve(problem, "highs", limits=Limits(seconds=60, gap=1e-4))
    assert result.bounds.dual <= exact.cost * (1 + 1e-6)
    assert result.cost >= exact.bounds.dual * (1 - 1e-6)
    assert result.bounds.gap <= 1e-3


def test_cuts_are_dropped_and_the_bound_stays() -> None:
    problem = capacity(4, 3, 3, 4, 2, beds=40)
    parts = split(problem)
    programs, p = Programs(problem, parts, range(4)), problem.scenarios.probabilities
    master = CutMaster(parts.first, p, np.zeros(4), problem.risk)
    for x in points(problem, 30):
        cuts = programs.cuts(x)
        master.add(np.arange(4), p * cuts.constant, p[:, None] * cuts.slope)
        master.relaxed()
    for _ in range(3):
        before = master.relaxed()
    dropped = master.prune(10, idle=2)
    assert dropped > 0
    assert master.relaxed().bound == pytest.approx(before.bound, rel=1e-9)


@pytest.mark.parametrize("clause", CLAUSES)
def test_contract(clause: str, capfd: pytest.CaptureFixture[str]) -> None:
    CLAUSES[clause](BendersMethod(), CASES)  # type: ignore[arg-type]
    assert capfd.readouterr().out == "", "a library prints nothing"


def test_values_of_the_scenarios_are_reported() -> None:
    problem = capacity(6, 3, 3, 4, 2, beds=40)
    counts = solve(problem, "benders", limits=Limits(seconds=60, gap=0.01)).stats.counts
    for value in ("value of stochastic solution", "value of perfect information"):
        assert 0 <= counts[f"{value} at least"] <= counts[f"{value} at most"]
    assert counts["wait-and-see at least"] <= counts["wait-and-see at most"] <= counts["mean-demand plan costs"]


def test_a_stopped_run_goes_on_with_its_cuts(tmp_path: Path) -> None:
    problem = capacity(6, 3, 3, 4, 2, beds=40)
    first = solve(problem, "benders", limits=Limits(iterations=4), checkpoint=tmp_path)
    again = solve(problem, "benders", limits=Limits(iterations=8), checkpoint=tmp_path, resume=True)
    assert again.stats.counts["cuts resumed"] == first.stats.counts["cuts"]
    assert again.bounds.dual >= first.bounds.dual


def test_a_run_out_of_time_still_gives_a_plan() -> None:
    result = solve(capacity(20, 7, 6, 8, 5), "benders", limits=Limits(seconds=0.05))
    assert result.feasible
    assert result.stop is Stop.TIME


def test_an_unknown_option_is_told() -> None:
    with pytest.raises(InputError, match="speed"):
        solve(tiny(1), "benders", options={"speed": 9})


@pytest.mark.mpi
@pytest.mark.parametrize("weight", ["0", "0.5"])
def test_one_two_and_three_ranks_give_the_same_answer(mpiexec: str, weight: str) -> None:
    answers = set()
    for ranks in (1, 2, 3):
        command = [mpiexec, "-n", str(ranks), sys.executable, str(CASE), weight]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stderr
        answer, _, told = done.stdout.strip().rpartition(" ranks=")
        assert told == str(ranks)
        answers.add(answer)
    assert len(answers) == 1
