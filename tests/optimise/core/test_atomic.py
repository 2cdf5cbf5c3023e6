"""What is written may name people: it is closed to others, whoever writes it."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimise.core.atomic import SHARE, create, make_folder, write_text

_ROOT = Path(__file__).parents[3]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def usual_umask(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(SHARE, raising=False)
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_files_and_new_folders_are_closed(tmp_path: Path) -> None:
    file = write_text(tmp_path / "a" / "b" / "plan.csv", "x")
    assert [mode(p) for p in (file, file.parent, file.parent.parent)] == [0o600, 0o700, 0o700]


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert mode(write_text(tmp_path / "plan.csv", "x")) == 0o600
    assert mode(tmp_path) == 0o755


def test_a_folder_of_a_group_shares_with_the_group_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o2770)
    if not tmp_path.stat().st_mode & stat.S_ISGID:
        pytest.skip("no setgid folders here")
    os.umask(0o002)
    assert mode(write_text(tmp_path / "run" / "plan.csv", "x")) == 0o660
    assert mode(tmp_path / "run") & 0o777 == 0o770


def test_a_stricter_umask_holds(tmp_path: Path) -> None:
    os.umask(0o277)
    assert mode(create(tmp_path / "log")) == 0o400


def test_sharing_leaves_it_to_the_umask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARE, "1")
    assert mode(write_text(tmp_path / "out" / "plan.csv", "x")) == 0o644
    assert mode(make_folder(tmp_path / "out")) == 0o755


def test_a_file_that_was_open_is_closed_again(tmp_path: Path) -> None:
    file = tmp_path / "rank-0000.log"
    file.write_text("before")
    file.chmod(0o644)
    assert mode(create(file, keep=True)) == 0o600
    assert file.read_text() == "before"


def test_everything_that_a_run_writes_is_closed(tmp_path: Path) -> None:
    """Result, plans, trace, checkpoint, logs, reports: read from the disk after a run as a user starts it."""
    out, env = tmp_path / "out", {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    run = [sys.executable, "-m", "optimise"]
    ward = str(_ROOT / "examples" / "ward4x7.json")
    solve = ["solve", ward, "-m", "highs", "-t", "20", "-o", str(out), "-q", "--report"]
    solve += ["--checkpoint", str(out / "state"), "--log-dir", str(out / "logs")]
    assert subprocess.run([*run, *solve], env=env, check=False).returncode == 0
    assert subprocess.run([*run, "report", str(out)], env=env, check=False, capture_output=True).returncode == 0
    found = [out, *out.rglob("*")]
    names = {p.name for p in found}
    assert {"result.json", "report.html", "report.xlsx", "report.png", "trace.csv", "state", "logs"} <= names
    assert {p.name: oct(mode(p)) for p in found if mode(p) & 0o077} == {}


def test_nobody_makes_files_or_folders_besides() -> None:
    """Packages write through this module; what they may do themselves is named here."""
    allowed = {
        "optimise/core/atomic.py",
        "optimise/core/folder_lock.py",  # a lock is made by exclusive creation, for its owner alone
        "optimise/core/kernel_cache.py",  # compiled code, which names nobody and is shared on purpose
        "optimise/runs/keeper.py",  # plans read back from a checkpoint, in a private temporary folder
        "optimise/serve/dispatcher.py",  # an empty lock file in the folder of the service
        "optimise/testing/formats.py",  # damaged copies, in a private temporary folder
        "hpc/federated/audit.py",  # goes on writing the file that it has created
        "hpc/slurm/submission.py",  # a script tried out, in a private temporary folder
    }
    pattern = re.compile(r"\.mkdir\(|\.write_text\(|\.write_bytes\(|open\([^)]*[\"'][wax]b?[\"']|\bto_csv\(")
    found = set()
    for package in ("optimise", "hpc", "quantum"):
        for file in (_ROOT / package).rglob("*.py"):
            lines = [line for line in file.read_text("utf-8").splitlines() if pattern.search(line)]
            if [line for line in lines if not re.search(r"create\(|temporary\.write_", line)]:
                found.add(str(file.relative_to(_ROOT)))
    assert found - allowed == set()
