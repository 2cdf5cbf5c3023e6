"""The parent of a rank: what it does with a rank that dies, and with one that is done and does not leave."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_RANK = """
import os, signal, sys, time
from optimise.cli.guard import guard_rank, leaving
guard_rank()
{}
"""


def ended(body: str) -> subprocess.CompletedProcess[str]:
    """A rank of two that does this below its guard."""
    env = {**os.environ, "PMI_SIZE": "2", "PMI_RANK": "1", "WARDWISE_GRACE": "1"}
    env = {name: value for name, value in env.items() if not name.startswith("SLURM")}
    command = [sys.executable, "-c", _RANK.format(body)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("code", [0, 75])
@pytest.mark.parametrize("how", ["time.sleep(50)", "os.kill(os.getpid(), signal.SIGSTOP)"])
def test_a_rank_that_is_done_and_does_not_leave_is_ended_with_its_code(how: str, code: int) -> None:
    done = ended(f"leaving({code}); {how}")
    assert (done.returncode, done.stderr) == (code, "")


def test_a_rank_that_is_killed_is_named() -> None:
    done = ended("os.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == 128 + 9
    assert "rank 1 on" in done.stderr
    assert "died of SIGKILL" in done.stderr


def test_a_rank_that_leaves_gives_its_code() -> None:
    assert ended("sys.exit(3)").returncode == 3
