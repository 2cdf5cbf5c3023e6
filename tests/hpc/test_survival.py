"""Stopped by a signal and resumed, under a real ``mpiexec``: the answer of a run that was never stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from optimise.core.checkpoint import StateFile
from optimise.formats.base import read
from optimise.generate import ward
from optimise.roster.formats.native import write_ward

pytestmark = [pytest.mark.mpi, pytest.mark.timeout(400)]
WARDWISE = [sys.executable, "-m", "optimise", "solve"]
ROUNDS = 6


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ward(ward(5, 2, 3), tmp_path_factory.mktemp("instance") / "ward.json")


def command(instance: Path, folder: Path, *more: str) -> list[str]:
    work = ["--iterations", str(ROUNDS), "--time-limit", "900", "--method", "parallel-search", "-q"]
    return [*WARDWISE, str(instance), *work, "-o", str(folder), *more]


def outcome(folder: Path) -> tuple[Any, ...]:
    made = json.loads((folder / "result.json").read_text())
    return made["cost"], made["lower_bound"], (folder / made["files"]["native_plan"][0]).read_text()


def test_a_signal_to_any_rank_stops_all_and_other_ranks_go_on(instance: Path, tmp_path: Path, mpiexec: str) -> None:
    subprocess.run(command(instance, tmp_path / "whole"), check=True, timeout=300)
    kept = tmp_path / "kept"
    more = ("--checkpoint", str(kept), "--resume")
    stopped = subprocess.Popen([mpiexec, "-n", "2", *command(instance, tmp_path / "run", *more)])
    try:
        end = time.monotonic() + 120
        while not (kept / "search.state").exists() and time.monotonic() < end:
            time.sleep(0.05)
        victim = next(pid for pid in _rank("1", instance) if _parent(pid) in _rank("1", instance))
        os.kill(victim, signal.SIGUSR1)  # one rank only: the others must hear of it from that one
        assert stopped.wait(100) == 75
    finally:
        stopped.kill()
    state = StateFile(kept, "search").read(read(instance).digest())
    assert state is not None
    assert state.facts["search"]["round"] < ROUNDS
    made = json.loads((tmp_path / "run" / "result.json").read_text())
    assert made["stop"] == "interrupted"
    subprocess.run([mpiexec, "-n", "3", *command(instance, tmp_path / "run", *more)], check=True, timeout=300)
    assert outcome(tmp_path / "run") == outcome(tmp_path / "whole")


def _rank(rank: str, instance: Path) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                ours = str(instance).encode() in (folder / "cmdline").read_bytes()
                if ours and f"PMI_RANK={rank}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
