"""``wardwise compare`` as a user runs it: in one process, and over ranks."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimise.generate import ward
from optimise.roster.formats.native import write_ward
from tests.conftest import ROOT
from tests.optimise.compare.test_study import STUDY, WARD


@pytest.fixture
def run(tmp_path):
    (tmp_path / "ward.json").write_text(WARD)
    (tmp_path / "study.toml").write_text(STUDY)

    def made(*arguments, launch=()):
        command = [*launch, sys.executable, "-m", "optimise", "compare", "study.toml", *arguments]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=250, check=False)

    return made


def test_says_who_won_and_goes_on_where_it_stopped(run, tmp_path):
    done = run("--output", "out")
    assert done.returncode == 0, done.stderr
    assert "only classical contenders" in done.stdout
    assert (tmp_path / "out" / "report.html").is_file()
    victim = next((tmp_path / "out" / "cells").glob("*highs*"))
    victim.unlink()
    again = run("--output", "out")
    assert again.stderr.count("tiny: ") == 1
    assert victim.is_file()


@pytest.mark.mpi
def test_ranks_share_the_runs(run, tmp_path, mpiexec):
    done = run("--output", "out", launch=(mpiexec, "-n", "2"))
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out" / "cells").iterdir())) == 5
    assert done.stdout.count("only classical contenders") == 1


def test_a_mistake_is_one_line_and_writes_nothing(run, tmp_path):
    (tmp_path / "study.toml").write_text(STUDY.replace("time_limit = 5", "time_limit = -5"))
    done = run("--output", "out")
    assert done.returncode == 2
    assert done.stderr.startswith("error: study.toml: time_limit")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


LONG = """
seeds = [1]
time_limit = 200
[[instance]]
path = "long.json"
[[method]]
name = "quick"
method = "matheuristic"
time_limit = 1
[[method]]
name = "long"
method = "matheuristic"
"""


@pytest.fixture
def long_study(tmp_path):
    """A run of a second and one of more than three minutes."""
    write_ward(ward(14, 4, 3), tmp_path / "long.json")
    (tmp_path / "long.toml").write_text(LONG)

    def start(*launch):
        command = [*launch, sys.executable, "-m", "optimise", "compare", "long.toml", "--output", "out"]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True)

    return start


def wait_for(what, seconds, said):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for {said}")


def cell_files(folder):
    return {f.name for f in (folder / "out" / "cells").glob("*.json")}


def test_a_signal_gives_up_one_run_and_keeps_the_others(long_study, tmp_path):
    running = long_study()
    try:
        wait_for(lambda: cell_files(tmp_path) or running.poll() is not None, 150, "the first run")
        running.send_signal(signal.SIGUSR1)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 75, said
    assert "the same command goes on" in said
    assert len(cell_files(tmp_path)) == 1
    assert not (tmp_path / "out" / "report.html").exists()


@pytest.mark.mpi
def test_a_rank_that_dies_ends_the_study_and_is_named(long_study, tmp_path, mpiexec):
    running = long_study(mpiexec, "-n", "2")
    try:
        wait_for(lambda: cell_files(tmp_path), 150, "the first run, before which MPI has started on all ranks")
        victim = wait_for(lambda: rank_process("1", tmp_path), 60, "rank 1")
        began = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode != 0
    assert time.monotonic() - began < 30
    assert "error: rank 1 on " in said
    assert "died of SIGKILL" in said


def rank_process(rank, folder):
    """The rank itself: the process of this rank whose parent, its guard, is one of this rank too."""
    found = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if Path(os.readlink(process / "cwd")) == folder and f"PMI_RANK={rank}".encode() in (
                    process / "environ"
                ).read_bytes().split(b"\0"):
                    found[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return next((pid for pid, parent in found.items() if parent in found), None)
