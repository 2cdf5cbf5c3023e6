"""Column generation on bed problems against the whole model and the subgradient method."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
from bed_cases import beds

from hpc.beds.method import BedMaster, generate, solve_beds
from optimise import solve
from optimise.core.method import Limits, Progress, SerialComm
from optimise.core.result import Stop
from optimise.formats.base import ReadOptions, get_format
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.search.lagrange import BedPrices, climb
from optimise.solvers.highs import Highs


def quiet(progress: Progress) -> bool:
    return False


@pytest.mark.parametrize("move", [None, 1, 4])
@pytest.mark.parametrize("seed", range(6))
def test_bounds_and_plans_agree_with_the_whole_model(seed: int, move: int | None) -> None:
    problem = beds(seed, move)
    best = Highs(HospitalModel(problem).model.freeze()).solve(seconds=30)
    limits = Limits(seconds=10, iterations=1)
    outcome = solve_beds(problem, limits=limits, seed=seed, comm=SerialComm(), listen=quiet)
    if best.values is None:
        assert outcome.plan is None
        return
    assert outcome.bounds.dual <= best.objective + 1e-9
    assert outcome.plan is not None
    found = problem.evaluate(outcome.plan)
    assert found.feasible
    assert found.cost == outcome.bounds.primal >= best.objective - 1e-9
    if outcome.stop is Stop.OPTIMAL:
        assert found.cost == pytest.approx(best.objective)


def test_the_master_reaches_what_the_subgradient_method_approaches(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata05.txt", ReadOptions())
    prices = BedPrices(problem)
    ticks, centre = climb(prices, seconds=2.0, target=636 * problem.scale)
    master = BedMaster(prices)
    bound, _, closed = generate(prices, master, centre, seconds=40)
    assert bound >= ticks
    assert 618.4 <= math.ceil(bound) / problem.scale <= 627.2
    if closed:
        value = master.solve(10)
        assert value is not None
        assert bound <= value[0] + 1e-6


def test_the_method_takes_bed_problems(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata05.txt", ReadOptions())
    result = solve(problem, "column-generation", limits=Limits(seconds=10), seed=1)
    assert result.feasible
    assert 618.4 <= result.bounds.dual <= result.cost < 720


@pytest.mark.mpi
def test_the_number_of_ranks_does_not_matter_under_work_limits(mpiexec: str) -> None:
    case, answers = Path(__file__).parents[1] / "bed_cases.py", set()
    for ranks in (1, 2, 3):
        command = [mpiexec, "-n", str(ranks), sys.executable, str(case), "parallel-search"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stderr
        text, _, told = done.stdout.strip().rpartition(" ranks=")
        assert told == str(ranks)
        answers.add(text)
    assert len(answers) == 1
