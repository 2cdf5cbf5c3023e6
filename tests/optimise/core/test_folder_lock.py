"""One run a folder: who is refused, and which locks give way."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from optimise.core import folder_lock as module
from optimise.core.errors import InputError
from optimise.core.folder_lock import LOCK, folder_lock


def left(folder: Path, **changes: object) -> Path:
    """A lock as another run has left it."""
    owner = {"host": platform.node(), "pid": os.getpid(), "began": 1, "job": "", **changes}
    folder.mkdir(exist_ok=True)
    (folder / LOCK).write_text(json.dumps(owner))
    return folder


def test_a_folder_is_held_while_the_block_runs_and_given_back(tmp_path: Path) -> None:
    with folder_lock(tmp_path / "run"):
        assert (tmp_path / "run" / LOCK).is_file()
        with folder_lock(tmp_path / "run"):  # its checkpoint may lie in the same folder
            pass
        assert (tmp_path / "run" / LOCK).is_file()
    assert not (tmp_path / "run" / LOCK).exists()


def test_another_process_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from optimise.core.folder_lock import folder_lock\n"
    code += f"with folder_lock(Path({str(tmp_path)!r})): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        said = f"another run works here .process {other.pid} on this machine"
        with pytest.raises(InputError, match=said), folder_lock(tmp_path):
            pass
        other.kill()
        other.wait()
    with folder_lock(tmp_path):  # killed: its lock gives way
        pass


def test_a_process_number_that_was_given_anew_holds_nothing(tmp_path: Path) -> None:
    with folder_lock(left(tmp_path, began=1)):
        pass


def test_a_silent_run_elsewhere_gives_way_and_a_living_one_does_not(tmp_path: Path) -> None:
    folder = left(tmp_path, host="elsewhere")
    with pytest.raises(InputError, match="on elsewhere, last seen"), folder_lock(folder):
        pass
    os.utime(folder / LOCK, (1.0, 1.0))
    with folder_lock(folder):
        pass


def test_a_job_that_is_queued_again_takes_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    with folder_lock(left(tmp_path, host="elsewhere", job="17")):
        pass


def test_half_a_lock_gives_way(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text('{"host"')
    with folder_lock(tmp_path):
        pass


def test_signs_of_life_are_given_seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[Path] = []
    monkeypatch.setattr(module, "_said", -module.SILENT)
    with folder_lock(tmp_path):
        monkeypatch.setattr(module.os, "utime", touched.append)
        for _ in range(5):
            module.sign_of_life()
    assert touched == [tmp_path / LOCK]
