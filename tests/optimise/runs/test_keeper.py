"""The keeper writes by the clock, adds legs up, and outlives its disk."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from optimise import read, solve
from optimise.core.checkpoint import StateFile
from optimise.core.leg import Leg
from optimise.core.method import Limits, Progress, now
from optimise.core.problem import Problem
from optimise.core.result import TracePoint
from optimise.generate import ward
from optimise.roster.formats.native import write_ward
from optimise.runs.keeper import Keeper, kept_legs


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
        leg = Leg(restart=number, job="17", hosts=("n1",))
        keeper.start(leg)
        keeper.note(TracePoint(float(number), float("inf"), -float("inf"), 0.0, str(number)))
        keeper.close(None, float("inf"), 5.0 + number, "a bound", leg.ended(2.0, 3.0, lower_bound=5.0 + number))
    last = Keeper(tmp_path, problem, resume=True).before
    assert [(leg.seconds, leg.cpu_seconds, leg.lower_bound) for leg in last.legs] == [(2, 3, 5), (2, 3, 6), (2, 3, 7)]
    assert last.seconds == 6.0


def test_what_is_known_is_written_once_somebody_asks_to_stop(problem: Problem, tmp_path: Path) -> None:
    asked = threading.Event()
    keeper = Keeper(tmp_path, problem, every=1000.0, stopping=asked.is_set)
    keeper.start(Leg())
    keeper.see(Progress(1.0, float("inf"), 7.0, "a bound"))
    asked.set()
    wait_for(tmp_path / "best.state")
    keeper.stop()
    assert Keeper(tmp_path, problem, resume=True).before.bound == 7.0


def test_a_leg_begins_with_the_clock_of_its_run(problem: Problem, tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, problem, began=now() - 100.0)
    assert keeper.legs()[-1].seconds == pytest.approx(100.0, abs=20.0)


def test_legs_of_a_folder_are_none_where_there_is_nothing_to_go_on_from(problem: Problem, tmp_path: Path) -> None:
    assert kept_legs(tmp_path, problem) == ()
    (tmp_path / "best.state").write_text("damaged")
    assert kept_legs(tmp_path, problem) == ()


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
