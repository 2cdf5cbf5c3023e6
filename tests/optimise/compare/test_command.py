"""``wardwise compare`` as a user runs it: in one process, and over ranks."""

import os
import subprocess
import sys

import pytest

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
