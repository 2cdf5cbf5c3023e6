"""What a rank is doing: lines that a program reads, metrics that Prometheus reads."""

from __future__ import annotations

import json
import logging
import math
import re
import stat
from pathlib import Path

import pytest

from optimise.core import breadcrumb
from optimise.core.errors import InputError
from optimise.core.method import Progress
from optimise.runs import telemetry
from optimise.runs.telemetry import Telemetry, metrics

_LINE = re.compile(r'wardwise_[a-z_]+\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\} [-+.e0-9]+')


def test_lines_and_metrics_say_where_a_rank_stands(tmp_path: Path) -> None:
    breadcrumb.spent("before", 100.0)
    with Telemetry(tmp_path / "logs", 3, every=60.0) as out:
        breadcrumb.enter("pricing")
        breadcrumb.spent("pricing", 0.25)
        breadcrumb.spent("pricing", 0.5)
        out.see(Progress(1.0, math.inf, 8.0, "root", work=2.0))
        out.see(Progress(2.0, 10.0, 7.0, work=3.0))
    first, last = [json.loads(line) for line in (tmp_path / "logs" / "rank-0003.jsonl").read_text().splitlines()]
    assert (first["cost"], first["lower_bound"], first["phase_seconds"]) == (None, None, {})
    assert (last["cost"], last["lower_bound"], last["gap"], last["work"]) == (10.0, 8.0, 0.2, 3.0)
    assert (last["phase"], last["event"]) == ("pricing", "root")
    assert last["phase_seconds"] == {"pricing": 0.75}
    assert 0 < last["memory_bytes"] <= last["peak_memory_bytes"] * 1.5
    text = (tmp_path / "logs" / "rank-0003.prom").read_text()
    assert 'wardwise_cost{rank="3"' in text
    assert 'phase="pricing"} 0.75' in text
    assert {f.suffix for f in (tmp_path / "logs").iterdir()} == {".jsonl", ".prom"}
    assert all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in (tmp_path / "logs").iterdir())


def test_metrics_follow_the_text_format() -> None:
    text = metrics({"cost": 5.0, "gap": None, "phase_seconds": {'a "b"': 1.0}}, {"job_id": "7"})
    lines = text.splitlines()
    assert text.endswith("\n")
    assert "wardwise_gap" not in text  # unknown is left out
    for line in lines:
        assert line.startswith("# ") or _LINE.fullmatch(line.replace('\\"', "'")), line
    for name in ("cost gauge", "phase_seconds_total counter", "heartbeat_timestamp_seconds gauge"):
        assert lines.count(f"# TYPE wardwise_{name}") == 1


def test_a_full_disk_is_told_once_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, text: str) -> Path:
        raise InputError("cannot be written (No space left on device)", file=path)

    monkeypatch.setattr(telemetry, "write_text", full)
    with caplog.at_level(logging.WARNING), Telemetry(tmp_path, 0, every=60.0) as out:
        out.write()
    assert [r.getMessage().count("No space left") for r in caplog.records] == [1]
