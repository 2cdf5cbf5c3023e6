"""What is left of a run when something happens to it, under a real ``mpiexec``: the plan that was known, always."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from optimise.capacity.formats.capacity import write_capacity
from optimise.generate import ward
from optimise.generate.capacity import capacity
from optimise.generate.hospitals import write_hospital
from optimise.roster.formats.native import write_ward
from optimise.tools.precompile import warm_all

pytestmark = [pytest.mark.mpi, pytest.mark.timeout(300)]
WARDWISE = [sys.executable, "-m", "optimise", "solve"]


@pytest.fixture(scope="module")
def instances(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One of each kind that nobody finishes within the seconds of a test: plans are there long before proofs.

    Kernels are compiled before: a run that compiles has no plan yet, however long a test waits for one.
    """
    assert warm_all(cases=("hospitals", "rosters"))
    folder = tmp_path_factory.mktemp("instances")
    made = {"column-generation": write_ward(ward(20, 4, 3), folder / "ward.json")}
    made["parallel-search"] = made["column-generation"]
    made["hospital"] = write_hospital(folder / "hospital.json")[0]
    made["benders"] = write_capacity(capacity(400, 14, 1), folder / "capacity.json")[0]
    return made


class Started:
    """A run of two ranks."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder

    def result(self) -> dict[str, object]:
        made: dict[str, object] = json.loads((self.folder / "result.json").read_text())
        return made

    def until_a_plan(self) -> None:
        end = time.monotonic() + 150
        while time.monotonic() < end and self.process.poll() is None:
            if (self.folder / "result.json").exists() and self.result()["feasible"]:
                return
            time.sleep(0.1)
        raise AssertionError(f"no plan was written: {self.process.stderr.read() if self.process.stderr else ''}")

    def rank(self, number: int) -> int:
        """The process that works as this rank: the child of the guard that watches it."""
        found: dict[int, int] = {}
        for place in Path("/proc").iterdir():
            if place.name.isdigit():
                with suppress(OSError):
                    ours = str(self.folder).encode() in (place / "cmdline").read_bytes().split(b"\0")
                    if ours and f"PMI_RANK={number}".encode() in (place / "environ").read_bytes().split(b"\0"):
                        stat = (place / "stat").read_text().rpartition(")")[2].split()
                        found[int(place.name)] = int(stat[1])
        return next(pid for pid, parent in found.items() if parent in found)


@contextmanager
def started(mpiexec: str, instance: Path, method: str, folder: Path, seconds: float, **env: str) -> Iterator[Started]:
    command = [*WARDWISE, str(instance), "-m", method, "-t", str(seconds), "-q", "-o", str(folder)]
    with subprocess.Popen(
        [mpiexec, "-n", "2", *command], stderr=subprocess.PIPE, text=True, env={**os.environ, **env}
    ) as process:
        try:
            yield Started(process, folder)
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("method", ["hospital", "benders", "parallel-search"])
def test_a_signal_to_one_rank_ends_all_with_plan_and_code(
    method: str, instances: dict[str, Path], tmp_path: Path, mpiexec: str
) -> None:
    with started(mpiexec, instances[method], method, tmp_path / "run", 200) as run:
        run.until_a_plan()
        os.kill(run.rank(1), signal.SIGTERM)
        assert run.process.wait(60) == 75
        assert run.result()["stop"] == "interrupted"
        assert run.result()["feasible"]


@pytest.mark.parametrize(("method", "rank"), [("column-generation", 0), ("parallel-search", 1)])
def test_a_killed_rank_costs_no_plan(
    method: str, rank: int, instances: dict[str, Path], tmp_path: Path, mpiexec: str
) -> None:
    with started(mpiexec, instances[method], method, tmp_path / "run", 200) as run:
        run.until_a_plan()
        os.kill(run.rank(rank), signal.SIGKILL)
        assert run.process.wait(60) not in (0, 75)
        assert run.result()["feasible"]
        assert "still going on" in str(run.result()["explanation"])


@pytest.mark.parametrize("method", ["hospital", "parallel-search"])
def test_a_rank_that_stands_still_is_named_and_costs_no_plan(
    method: str, instances: dict[str, Path], tmp_path: Path, mpiexec: str
) -> None:
    with started(mpiexec, instances[method], method, tmp_path / "run", 8, WARDWISE_GRACE="3") as run:
        run.until_a_plan()
        stopped = run.rank(1)
        os.kill(stopped, signal.SIGSTOP)
        try:
            code = run.process.wait(90)
        finally:
            with suppress(ProcessLookupError):
                os.kill(stopped, signal.SIGKILL)
        assert code == 0
        assert run.process.stderr is not None
        said = run.process.stderr.read()
        assert "rank 1 did not answer" in said
        assert "rank 0 in phase" in said
        assert run.result()["stop"] == "time"
        assert "given up" in str(run.result()["explanation"])
