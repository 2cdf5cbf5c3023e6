"""A small ward on disk, and the command run in this process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from optimise.cli import main

WARD = """\
schema_version: 1
name: Small ward
start: 2026-01-05
weeks: 1
shifts:
  - {id: E, start: 07:00, end: 15:00, break_minutes: 30}
  - {id: L, start: 13:00, end: 21:00, break_minutes: 30}
staff:
  - {id: Ann, weekly_hours: 37.5}
  - {id: Ben, weekly_hours: 37.5}
  - {id: Chi, weekly_hours: 30}
  - {id: Dee, weekly_hours: 30}
demand:
  - {shifts: [E], minimum: 1}
  - {shifts: [L], minimum: 1, days: [weekdays]}
"""


@dataclass
class Ran:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    file = tmp_path / "ward.yaml"
    file.write_text(WARD, encoding="utf-8")
    return file


@pytest.fixture
def wardwise(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command in this process and give back code, output and errors."""

    def run(*arguments: str | Path) -> Ran:
        heard = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
        before = [signal.getsignal(number) for number in heard]
        with pytest.raises(SystemExit) as left:
            main([str(a) for a in arguments])
        if "SLURM_JOB_ID" in os.environ:  # a job that has written is deaf; this process is none
            for number, handler in zip(heard, before, strict=True):
                signal.signal(number, handler)
        assert [signal.getsignal(number) for number in heard] == before
        said = capsys.readouterr()
        return Ran(int(left.value.code or 0), said.out, said.err)

    return run
