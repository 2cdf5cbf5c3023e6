"""Compiled kernels survive from run to run, racing processes cannot mix them up, and nothing needs a place to write."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from optimise.core import kernel_cache

KERNEL = """
from optimise.core.machine_code import machine_code

@machine_code
def double(x):
    return x + x
"""
RUN = """
import sys
sys.path.insert(0, sys.argv[1])
from optimise.core import compiling
from kernel import double
assert double(eval(sys.argv[2])) == 2 * eval(sys.argv[2])
print("compiled" if compiling.kernels() else "cached")
"""
#: Python itself may lie where nobody else can read, so all that is needed is loaded first.
NOBODY = """
import os, sys
import numba, optimise.core.machine_code, optimise.core.provenance, tempfile
tempfile.tempdir = sys.argv[2]
numba.njit(lambda x: x + x)(1)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
assert not os.access(os.path.dirname(optimise.__file__), os.W_OK)
sys.path.insert(0, sys.argv[1])
from kernel import double
assert double(3) == 6
print(optimise.core.kernel_cache.cache_folder())
"""


def start(folder: Path, value: str, *, run: str = RUN, **more: str) -> subprocess.Popen[str]:
    if not (folder / "kernel.py").exists():
        (folder / "kernel.py").write_text(KERNEL)
    env = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | {"XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-c", run, str(folder), value]
    return subprocess.Popen(command, env=env | more, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out.strip()


def test_only_the_first_run_compiles(tmp_path: Path) -> None:
    assert finish(start(tmp_path, "3")) == "compiled"
    assert finish(start(tmp_path, "4")) == "cached"


def test_a_file_that_is_only_newer_compiles_nothing_and_one_with_other_code_does(tmp_path: Path) -> None:
    assert finish(start(tmp_path, "3")) == "compiled"
    (tmp_path / "kernel.py").write_text("# installed again\n" + KERNEL)
    assert finish(start(tmp_path, "3")) == "cached"
    (tmp_path / "kernel.py").write_text(KERNEL.replace("x + x", "2 * x"))
    assert finish(start(tmp_path, "3")) == "compiled"


def test_racing_processes_with_different_types_stay_right(tmp_path: Path) -> None:
    for process in [start(tmp_path, value) for value in ("3", "1.5")]:
        finish(process)
    assert [finish(start(tmp_path, value)) for value in ("3", "1.5")] == ["cached"] * 2


def test_a_run_that_finds_its_kernels_leaves_nothing_behind(tmp_path: Path) -> None:
    finish(start(tmp_path, "3"))
    (tmp_path / "temporary").mkdir()
    before = sorted((tmp_path / "cache").rglob("*"))
    finish(start(tmp_path, "3", TMPDIR=str(tmp_path / "temporary")))
    assert sorted((tmp_path / "cache").rglob("*")) == before
    assert not list((tmp_path / "temporary").iterdir())


def test_what_a_killed_process_left_is_removed_and_what_another_uses_stays(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    for name in ("left", "used"):
        (temporary / f"wardwise-kernels-{name}").mkdir(parents=True)
        (temporary / f"wardwise-kernels-{name}" / "held").touch()
    with (temporary / "wardwise-kernels-used" / "held").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert finish(start(tmp_path, "3", TMPDIR=str(temporary))) == "compiled"
    assert [place.name for place in temporary.iterdir()] == ["wardwise-kernels-used"]


def test_a_lock_left_by_a_dead_process_is_broken(tmp_path: Path) -> None:
    finish(start(tmp_path, "3"))
    (published,) = (tmp_path / "cache" / "wardwise" / "kernels").iterdir()
    lock = published / "lock"
    lock.touch()
    long_ago = time.time() - 3600
    os.utime(lock, (long_ago, long_ago))
    assert finish(start(tmp_path, "1.5")) == "compiled"
    assert finish(start(tmp_path, "1.5")) == "cached"
    assert not lock.exists()


def test_a_torn_file_only_costs_a_compilation(tmp_path: Path) -> None:
    finish(start(tmp_path, "3"))
    for file in (tmp_path / "cache").rglob("*.nb[ic]"):
        file.write_bytes(file.read_bytes()[:20])
    assert [finish(start(tmp_path, "3")) for _ in range(2)] == ["compiled", "cached"]


def test_a_torn_kernel_is_replaced_by_the_next_run(tmp_path: Path) -> None:
    finish(start(tmp_path, "3"))
    for file in (tmp_path / "cache").rglob("*.nbc"):
        file.write_bytes(file.read_bytes()[:20])
    assert [finish(start(tmp_path, "3")) for _ in range(2)] == ["compiled", "cached"]


def test_a_kernel_whose_argument_moved_to_another_module_is_compiled_once(tmp_path: Path) -> None:
    pair = "from typing import NamedTuple\n\nclass Pair(NamedTuple):\n    one: int\n"
    kernel = KERNEL.replace("x + x", "Pair(x.one * 2)")
    for module in ("before", "after"):
        (tmp_path / f"{module}.py").write_text(pair)
        (tmp_path / "kernel.py").write_text(f"from {module} import Pair\n{kernel}")
        run = RUN.replace("assert double(eval(sys.argv[2])) == 2 * eval(sys.argv[2])", "double(Pair(3))")
        run = run.replace("from kernel import double", f"from kernel import double\nfrom {module} import Pair")
        assert [finish(start(tmp_path, "3", run=run)) for _ in range(2)] == ["compiled", "cached"]
        (tmp_path / f"{module}.py").unlink()


def test_the_user_s_own_folder_wins(tmp_path: Path) -> None:
    assert finish(start(tmp_path, "3", NUMBA_CACHE_DIR=str(tmp_path / "own"))) == "compiled"
    assert list((tmp_path / "own").rglob("*.nbi"))
    assert not (tmp_path / "cache").exists()


def test_without_a_home_a_private_temporary_folder_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    base = kernel_cache._base()
    assert base is not None
    assert base.parent.parent == tmp_path
    assert base.parent.stat().st_mode & 0o077 == 0
    base.parent.chmod(0o777)  # somebody else could have put code there
    assert kernel_cache._base() is None


def test_importing_leaves_numba_s_settings_alone(tmp_path: Path) -> None:
    code = (
        "import os, numba; before = numba.config.CACHE_DIR, dict(os.environ); import optimise.core.machine_code; "
        "assert (numba.config.CACHE_DIR, dict(os.environ)) == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("temporary", ["/tmp", "/proc"], ids=["a temporary folder", "none either"])
def test_nobody_without_a_home_or_a_package_to_write_into_is_served(temporary: str) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # pytest's own folders are closed to others
        Path(folder).chmod(0o755)
        (Path(folder) / "kernel.py").write_text(KERNEL)
        command = [sys.executable, "-c", NOBODY, folder, temporary]
        done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (done.stdout.strip() == "None") == (temporary == "/proc")
    if temporary == "/tmp":
        shutil.rmtree("/tmp/wardwise-65534", ignore_errors=True)
