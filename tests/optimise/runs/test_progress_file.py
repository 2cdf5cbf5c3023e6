"""Lines of a run for a program that watches it."""

from __future__ import annotations

import json
import logging
import math
import stat
from pathlib import Path

import pytest

from optimise.core.method import Progress
from optimise.runs.progress_file import ProgressFile


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_better_plans_and_bounds_are_told_and_nothing_between(tmp_path: Path) -> None:
    file = tmp_path / "progress.jsonl"
    with ProgressFile(file) as out:
        out.see(Progress(0.1, math.inf, 5.0, "root"))
        out.see(Progress(0.2, math.inf, 5.0))
        out.see(Progress(0.3, 10.0, 4.0, "dive"))
        out.see(Progress(0.4, 12.0, 5.0))
    assert [(line["cost"], line["lower_bound"], line["gap"]) for line in lines(file)] == [
        (None, 5.0, None),
        (10.0, 5.0, 0.5),
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_run_that_goes_on_appends(tmp_path: Path) -> None:
    file = tmp_path / "progress.jsonl"
    for cost in (10.0, 9.0):
        with ProgressFile(file) as out:
            out.see(Progress(1.0, cost, 0.0))
    assert [line["cost"] for line in lines(file)] == [10.0, 9.0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_once_and_costs_no_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), ProgressFile(tmp_path / "other.jsonl") as out:
        out._out.close()
        out._out = Path("/dev/full").open("w", encoding="utf-8", buffering=1)  # noqa: SIM115
        for cost in (10.0, 9.0):
            out.see(Progress(1.0, cost, 0.0))
    assert [r.getMessage().count("No space left") for r in caplog.records] == [1]
