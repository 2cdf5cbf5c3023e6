"""The command under a real ``mpiexec``: one voice, one result, one exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.mpi


@pytest.fixture(scope="module")
def launcher() -> str:
    beside = Path(sys.executable).parent / "mpiexec"
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    if found is None:
        pytest.skip("no mpiexec on this machine")
    return found


def run(launcher: str, *arguments: str | Path, ranks: int = 2) -> subprocess.CompletedProcess[str]:
    command = [launcher, "-n", str(ranks), sys.executable, "-m", "optimise", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_two_ranks_give_one_result(launcher: str, ward: Path, tmp_path: Path) -> None:
    done = run(launcher, "solve", ward, "-m", "highs", "--json", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["ranks"], made["feasible"]) == (2, True)
    assert len(made["stats"]["phases"]["total"]) == 2


def test_two_ranks_tell_a_mistake_once(launcher: str, ward: Path) -> None:
    done = run(launcher, "solve", ward.parent / "nowhere.yaml", "--format", "native")
    assert done.returncode == 2
    assert done.stderr.count("nowhere.yaml") == 1
    assert "Traceback" not in done.stderr


FAULT = """
import time
from optimise.core.communicator import abort_on_error, find_world

world = find_world()
with abort_on_error(world):
    if world.rank == 1:
        raise ZeroDivisionError("pricing went wrong")
    world.bcast(None, root=1)  # never sent: without an abort this waits for ever
"""


def test_an_uncaught_exception_on_one_rank_ends_all(launcher: str, tmp_path: Path) -> None:
    script = tmp_path / "fault.py"
    script.write_text(FAULT)
    command = [launcher, "-n", "2", sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "pricing went wrong" in done.stderr
