"""Compiled kernels survive from run to run, and racing processes cannot mix them up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimise.cli.kernel_cache import cache_folder

KERNEL = """
import sys
from numba import njit

@njit(cache=True)
def double(x):
    return x + x
"""
RUN = """
import sys
sys.path.insert(0, sys.argv[1])
from optimise.cli.kernel_cache import kernel_cache
said = []
with kernel_cache(said.append):
    from kernel import double
    assert double(eval(sys.argv[2])) == 2 * eval(sys.argv[2])
print("compiled" if any("compiled 1 kernels" in s for s in said) else "cached")
"""


def start(folder: Path, value: str) -> subprocess.Popen[str]:
    if not (folder / "kernel.py").exists():
        (folder / "kernel.py").write_text(KERNEL)
    env = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | {"XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-c", RUN, str(folder), value]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out.strip()


def test_only_the_first_run_compiles(tmp_path: Path) -> None:
    assert finish(start(tmp_path, "3")) == "compiled"
    assert finish(start(tmp_path, "4")) == "cached"


def test_racing_processes_with_different_types_stay_right(tmp_path: Path) -> None:
    racing = [start(tmp_path, value) for value in ("3", "1.5")]
    for process in racing:
        finish(process)
    for value in ("3", "1.5"):
        finish(start(tmp_path, value))  # compiles what lost the race
    assert [finish(start(tmp_path, value)) for value in ("3", "1.5")] == ["cached"] * 2


def test_a_lock_left_by_a_dead_process_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    lock = cache_folder() / "lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    long_ago = time.time() - 3600
    os.utime(lock, (long_ago, long_ago))
    assert finish(start(tmp_path, "3")) == "compiled"
    assert finish(start(tmp_path, "3")) == "cached"
    assert not lock.exists()
