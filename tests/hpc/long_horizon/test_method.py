"""Long horizons: valid bounds and plans, the same answer on any number of ranks, and who is sent this way."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hpc_cases import small

from hpc.long_horizon.method import LongRun, is_long
from hpc.long_horizon.tuning import LongTuning
from optimise.core.method import Limits, SerialComm
from optimise.core.result import Stop
from optimise.driver import solve
from optimise.formats import read
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Runs

CASE = Path(__file__).parents[1] / "long_case.py"
MPIEXEC = Path(sys.executable).with_name("mpiexec")


def run(problem: RosterProblem, rounds: int, **more: Any) -> Any:
    limits = Limits(seconds=100, iterations=rounds)
    arguments = (problem, limits, 3, SerialComm(), lambda progress: None)
    options = {"tuning.search.whole": 0, **more.get("options", {})}  # the whole model would prove these at once
    return LongRun(*arguments, more.get("start"), options, "column-generation")


@pytest.mark.parametrize("seed", range(3))
def test_bound_and_plan_enclose_the_optimum(seed: int) -> None:
    problem = small(seed)
    optimum = solve(problem, "highs", limits=Limits(seconds=60))
    assert optimum.stop is Stop.OPTIMAL
    found = run(problem, 6).solve()
    assert found.plan is not None
    value = problem.evaluate(found.plan)
    assert value.feasible
    assert value.cost == pytest.approx(found.bounds.primal)
    assert found.bounds.dual <= optimum.cost <= found.bounds.primal


def test_hard_cover_is_met_on_a_long_horizon() -> None:
    problem = small(5, people=8, days=84, hard=True)
    found = run(problem, 6).solve()
    assert found.plan is not None
    assert problem.evaluate(found.plan).feasible


def test_contradictory_personal_rules_are_proven_infeasible() -> None:
    problem = small(1).with_rules(Runs(name="short", of=7, maximum=3))
    assert run(problem, 2).solve().stop is Stop.INFEASIBLE


def test_lanes_leave_days_between_them_and_cover_the_rest() -> None:
    made = run(small(2, people=4, days=120), 4)
    for made.done in range(3):
        lanes = made._lanes()
        assert len(lanes) == 4
        assert all(b[0] - a[1] == LongTuning().gap for a, b in pairwise(lanes))
        assert (lanes[0][0], lanes[-1][1]) == (0, 120)
    made.done = 3
    assert set(made._lanes()) == {(0, 120)}


def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    problem = small(3, people=5, days=60)
    options = {"checkpoint": str(tmp_path / "state")}
    first = run(problem, 3, options=options).solve()
    again = LongRun(
        problem,
        Limits(seconds=1.0),
        3,
        SerialComm(),
        lambda progress: None,
        None,
        {**options, "resume": True},
        "column-generation",
    ).solve()
    assert again.bounds.primal <= first.bounds.primal
    assert again.bounds.dual >= first.bounds.dual


def test_a_start_is_never_made_worse() -> None:
    problem = small(4, people=5, days=60)
    first = run(problem, 8).solve()
    again = run(problem, 1, start=Roster(np.array(first.plan.duties))).solve()
    assert again.bounds.primal <= first.bounds.primal


@pytest.mark.parametrize(
    ("name", "annealed"),
    [("curtois/instances/Instance14.txt", False), ("inrc2/datasets/n005w4/n005w4_0_1-2-3-3", True)],
)
def test_chains_run_where_most_moves_keep_the_hard_rules(benchmarks: Path, name: str, annealed: bool) -> None:
    problem = read(benchmarks / name)
    assert isinstance(problem, RosterProblem)
    made = run(problem, 1)
    found = made.solve()
    assert found.plan is not None
    assert problem.evaluate(found.plan).cost == pytest.approx(found.bounds.primal)
    assert ("annealing" in found.stats.phases) == annealed


def test_of_a_roster_with_broken_sequences_the_others_duties_are_taken(benchmarks: Path) -> None:
    problem = read(benchmarks / "curtois" / "instances" / "Instance14.txt")
    assert isinstance(problem, RosterProblem)
    made = run(problem, 1)
    words = made.solve().plan.duties
    better = np.array(words)
    better[0] = 0  # a legal sequence
    better[1] = np.where(problem.compiled.allowed[1], np.arange(problem.compiled.alphabet), 0).max(axis=1)
    assert np.isinf(made.search.start(better))  # nobody may work on every day
    cost = made._legal(better, words)
    assert np.isfinite(cost)
    assert (made.search.plan.words[0] == 0).all()
    assert np.array_equal(made.search.plan.words[1:], words[1:])


def test_only_long_instances_are_sent_here(benchmarks: Path) -> None:
    for number, wanted in ((4, False), (18, False), (22, True)):
        problem = read(benchmarks / "curtois" / "instances" / f"Instance{number}.txt")
        assert isinstance(problem, RosterProblem)
        assert is_long(problem) == wanted


@pytest.mark.mpi
@pytest.mark.skipif(not MPIEXEC.exists() and shutil.which("mpiexec") is None, reason="no mpiexec on this machine")
def test_one_two_and_three_ranks_give_the_same_plan_and_bound() -> None:
    launcher = str(MPIEXEC) if MPIEXEC.exists() else "mpiexec"
    answers = set()
    for ranks in (1, 2, 3):
        command = [launcher, "-n", str(ranks), sys.executable, str(CASE), "5"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
        assert done.returncode == 0, done.stderr
        answers.add(done.stdout.strip())
    assert len(answers) == 1
    assert len(answers.pop().split()) == 3


def test_a_small_ward_with_long_rules_is_proven_by_the_whole_model() -> None:
    ward = Ward.model_validate(
        {
            "start": "2026-03-23",  # clocks go forward on the first Sunday
            "days": 15,
            "time_zone": "Europe/London",
            "shifts": [
                {"id": "D", "start": "07:30", "end": "20:00"},
                {"id": "N", "start": "19:30", "end": "08:00"},
            ],
            "staff": [
                {"id": "Ada", "weekly_hours": 37.5, "history": {"duties": ["D", "N"]}},
                {"id": "Ben", "weekly_hours": 30},
                {"id": "Cy", "weekly_hours": 37.5, "history": {"balance_hours": -12}},
            ],
            "demand": [
                {"shifts": ["D"], "minimum": 1, "weight": 20},
                {"shifts": ["N"], "minimum": 1, "weight": 30},
            ],
            "rules": {
                "min_rest_hours": {"limit": 11, "hard": True},
                "weekly_rest": {"limit": 48, "fortnightly": True, "rolling": True, "weight": 20},
                "rest_after_nights": {"limit": 46, "after": 2, "hard": True},
                "fairness": [{"of": "nights", "weight": 3}],
            },
        }
    )
    problem = ward.problem()
    exact = solve(problem, "highs", limits=Limits(seconds=200))
    found = solve(problem, "column-generation", limits=Limits(seconds=200), options={"long": True})
    assert exact.stop is found.stop is Stop.OPTIMAL
    assert found.cost == pytest.approx(exact.cost)
