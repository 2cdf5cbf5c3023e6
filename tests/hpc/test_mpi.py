"""Real ``mpiexec``: the same answer on any number of ranks, a clear end when a rank dies, and a resumable state."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hpc_cases import small

from hpc.runtime.checkpoint import Checkpoint
from optimise.roster.problem import Roster

CASE = Path(__file__).with_name("mpi_case.py")
MPIEXEC = Path(sys.executable).with_name("mpiexec")

pytestmark = [
    pytest.mark.mpi,
    pytest.mark.timeout(900),  # whoever comes first compiles kernels
    pytest.mark.skipif(not MPIEXEC.exists() and shutil.which("mpiexec") is None, reason="no mpiexec on this machine"),
]


def run(ranks: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    launcher = str(MPIEXEC) if MPIEXEC.exists() else "mpiexec"
    command = [launcher, "-n", str(ranks), sys.executable, str(CASE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.parametrize(("what", "solves"), [("solve", 2), ("alike", 1)])
def test_one_two_and_three_ranks_give_the_same_plan_and_bound(what: str, solves: int, tmp_path: Path) -> None:
    answers = []
    for ranks in (1, 2, 3):
        done = run(ranks, what, str(tmp_path / f"state{ranks}"), "4")
        assert done.returncode == 0, done.stderr
        lines = done.stdout.strip().splitlines()
        assert len(lines) == solves
        assert all(line.endswith(f" ranks={ranks}") for line in lines)
        answers.append(tuple(line.rpartition(" ranks=")[0] for line in lines))
    assert len(set(answers)) == 1


def test_tree_of_a_stuck_search_is_the_same_on_any_number_of_ranks(tmp_path: Path) -> None:
    answers = []
    for ranks in (1, 2, 3):
        done = run(ranks, "tree", str(tmp_path / f"state{ranks}"), "40")
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout.strip().rpartition(" ranks=")[0])
    assert len(set(answers)) == 1
    cost, bound, _, nodes = answers[0].split()
    assert float(cost) == float(bound)  # proven, by nodes of the tree alone
    assert float(nodes.removeprefix("nodes=")) >= 1


def test_a_dead_rank_ends_the_job_and_the_state_can_be_resumed(tmp_path: Path) -> None:
    state = tmp_path / "state"
    died = run(2, "die", str(state), "6")
    assert died.returncode != 0
    kept = Checkpoint.read(state, small(11, people=8, days=14).digest())
    assert kept is not None
    assert kept.words.shape == (8, 14)
    resumed = run(2, "resume", str(state), "6")
    assert resumed.returncode == 0, resumed.stderr
    before = small(11, people=8, days=14).evaluate(Roster(kept.words))
    assert before.feasible
    assert float(resumed.stdout.split()[0]) <= before.cost
