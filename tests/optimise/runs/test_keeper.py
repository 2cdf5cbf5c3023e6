"""The keeper writes by the clock, adds legs up, and outlives its disk."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from optimise import read, solve
from optimise.core.checkpoint import StateFile
from optimise.core.leg import Leg
from optimise.core.method import Limits, Progress
from optimise.core.problem import Problem
from optimise.core.result import TracePoint
from optimise.generate import ward
from optimise.roster.formats.native import write_ward
from optimise.runs.keeper import Keeper


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    return read(write_ward(ward(5, 1, 3), tmp_path_factory.mktemp("ward") / "ward.json"))


def found(problem: Problem) -> Progress:
    best = solve(problem, "highs", limits=Limits(60.0, gap=0.5))
    return Progress(1.0, best.cost, 0.0, "found", 0.0, best.plan)


def wait_for(file: Path) -> None:
    end = time.monotonic() + 30
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert file.exists()


def test_the_first_plan_is_on_disk_though_nobody_says_more(problem: Problem, tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, problem, every=1000.0)
    keeper.start(Leg())
    keeper.see(found(problem))
    wait_for(tmp_path / "best.state")
    keeper.stop()
    again = Keeper(tmp_path, problem, resume=True)
    assert again.before.plan is not None
    assert problem.evaluate(again.before.plan).cost == found(problem).primal


def test_legs_and_trace_add_up(problem: Problem, tmp_path: Path) -> None:
    for number in range(3):
        keeper = Keeper(tmp_path, problem, resume=True)
        assert [leg.restart for leg in keeper.before.legs] == list(range(number))
        assert [point.event for point in keeper.before.points] == [str(n) for n in range(number)]
        keeper.start(Leg(restart=number, job="17", hosts=("n1",)))
        keeper.note(TracePoint(float(number), float("inf"), -float("inf"), 0.0, str(number)))
        keeper.close(None, float("inf"), -float("inf"), "")


def test_a_disk_that_fails_ends_nothing_and_is_told_once(
    problem: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(tmp_path, problem)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(StateFile, "write", full)
        keeper.write()
        keeper.write()
    assert caplog.text.count("the run goes on") == 1
    keeper.write()
    assert "can be written again" in caplog.text
    assert (tmp_path / "best.state").exists()
