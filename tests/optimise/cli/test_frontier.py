"""``wardwise frontier``: chart, table and plans in a folder."""

from __future__ import annotations

import csv
import math
import os
import signal
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from optimise.cli.app import app
from optimise.driver import solve
from optimise.report.frontier import COLUMNS
from optimise.roster.formats.ward import Ward

pytestmark = pytest.mark.quick

DOCUMENT = {
    "start": "2026-01-09",
    "days": 3,
    "shifts": [{"id": "E", "start": "07:00", "end": "15:00"}],
    "staff": [{"id": "ann", "band": "6"}, {"id": "bob", "band": "5"}],
    "pay_rates": [{"band": "5", "hourly": 15}, {"band": "6", "hourly": 25}],
    "pay": {"price_of_a_pound": 0.0625},
    "demand": [{"shifts": ["E"], "minimum": 1, "weight": 40}],
    "requests": [{"staff": "bob", "days": ["Sat", "Sun"], "want": "off", "weight": 5}],
}


def test_the_command_writes_chart_table_and_plans(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    ward = Ward.model_validate(DOCUMENT).save(tmp_path / "ward.json")
    given = ["frontier", os.fspath(ward), "--output", os.fspath(tmp_path / "out"), "--method", "highs", "-t", "20"]
    (tmp_path / "out").mkdir()
    for earlier in ("frontier.csv", "plan-9.json", "plan-b.json"):
        (tmp_path / "out" / earlier).touch()
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "out" / "plan-9.json").exists()
    assert (tmp_path / "out" / "plan-b.json").exists()
    assert "1  as the ward says: £" in done.output
    rows = list(csv.DictReader((tmp_path / "out" / "frontier.csv").read_text(encoding="utf-8").splitlines()))
    assert [len(rows), tuple(rows[0])] == [5, COLUMNS]
    assert all(math.isclose(float(row["gap_percent"]), 0) for row in rows)
    assert (tmp_path / "out" / rows[4]["file"]).is_file()
    assert (tmp_path / "out" / "frontier.png").read_bytes()[:4] == b"\x89PNG"


def test_a_ward_without_a_plan_says_why(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    closed = {**DOCUMENT, "demand": [{"shifts": ["E"], "minimum": 3, "hard": True}]}
    ward = Ward.model_validate(closed).save(tmp_path / "ward.json")
    given = ["frontier", os.fspath(ward), "--output", os.fspath(tmp_path / "out"), "--method", "highs", "-t", "20"]
    done = CliRunner().invoke(app, given)
    assert (done.exit_code, (tmp_path / "out").exists()) == (3, False)
    assert "cover E" in done.output


def test_a_signal_keeps_the_plans_that_were_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")

    def solve_and_be_stopped(*given: Any, listen: Any, **more: Any) -> Any:
        made = solve(*given, **more)
        os.kill(os.getpid(), signal.SIGTERM)
        until = time.monotonic() + 30
        while not listen.stopping and time.monotonic() < until:
            time.sleep(0.01)
        return made

    monkeypatch.setattr(import_module("optimise.ask.frontier"), "solve", solve_and_be_stopped)
    ward = Ward.model_validate(DOCUMENT).save(tmp_path / "ward.json")
    given = ["frontier", os.fspath(ward), "--output", os.fspath(tmp_path / "out"), "--method", "highs", "-t", "20"]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 75, done.output
    rows = list(csv.DictReader((tmp_path / "out" / "frontier.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["file"] for row in rows] == ["plan-1.json"]
    assert (tmp_path / "out" / "plan-1.json").is_file()
    assert "stopped by a signal" in done.output
