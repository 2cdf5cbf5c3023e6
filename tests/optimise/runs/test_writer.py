"""The result folder of a run that goes on, and where a result lies whose own disk is full."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import pytest

from optimise import read, solve
from optimise.core.method import Limits, Progress
from optimise.core.problem import Problem
from optimise.core.provenance import provenance
from optimise.core.serialise import Source
from optimise.generate import ward
from optimise.roster.formats.native import write_ward
from optimise.runs import writer as module
from optimise.runs.resultfile import read_run
from optimise.runs.writer import GOING_ON, RunWriter, rescued


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ward(ward(5, 1, 3), tmp_path_factory.mktemp("ward") / "ward.json")


def writer(instance: Path, folder: Path | None) -> RunWriter:
    problem = read(instance)
    facts = provenance(problem, "auto", limits=Limits(), seed=0, ranks=1, options=None)
    return RunWriter(problem, folder, facts, Source(str(instance)))


def found(problem: Problem) -> Progress:
    best = solve(problem, "highs", limits=Limits(60.0, gap=0.5))
    return Progress(1.0, best.cost, 0.0, "found", 0.0, best.plan)


def test_the_first_plan_is_there_at_once_and_says_that_the_run_goes_on(instance: Path, tmp_path: Path) -> None:
    run = writer(instance, tmp_path / "out")
    run.begin()
    run.see(found(run.problem))
    end = time.monotonic() + 30
    while not (tmp_path / "out" / "result.json").exists() and time.monotonic() < end:
        time.sleep(0.05)
    run.end()
    stored = read_run(tmp_path / "out")
    assert stored.result.cost == found(run.problem).primal
    assert GOING_ON in stored.result.explanation
    assert str(stored.result.stop) == "interrupted"


def test_a_full_disk_sends_the_result_elsewhere_and_then_to_standard_output(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = writer(instance, None)
    run.see(found(run.problem))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said: list[str] = []
    told = rescued(run.result(), run.problem, run.source, said.append)
    place = next(tmp_path.glob("wardwise-rescued-*"))
    assert str(place) in told
    assert not said
    assert read_run(place).result.cost == found(run.problem).primal

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_result", full)
    assert "standard output" in rescued(run.result(), run.problem, run.source, said.append)
    assert json.loads(said[0])["cost"] == found(run.problem).primal
    assert json.loads(said[1])
