"""The hospital search under a real ``mpiexec``: one plan for any number of ranks, a clear end when a rank dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from optimise.generate import hospital
from optimise.hospital.search import construct

CASE = Path(__file__).parents[1] / "hospital_case.py"

pytestmark = [pytest.mark.mpi, pytest.mark.timeout(400)]


def run(mpiexec: str, ranks: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [mpiexec, "-n", str(ranks), sys.executable, str(CASE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_one_two_and_three_ranks_give_the_same_plan(mpiexec: str) -> None:
    answers = set()
    for ranks in (1, 2, 3):
        done = run(mpiexec, ranks, "solve", "24")
        assert done.returncode == 0, done.stderr
        answer, _, size = done.stdout.strip().rpartition(" ranks=")
        assert size == str(ranks)
        answers.add(answer)
    assert len(answers) == 1
    problem = hospital(25, 7, 2)
    assert float(answers.pop().split()[0]) < problem.evaluate(construct(problem, seed=0)[0]).cost


def test_a_dead_rank_ends_the_job(mpiexec: str) -> None:
    assert run(mpiexec, 2, "die", "12").returncode != 0
