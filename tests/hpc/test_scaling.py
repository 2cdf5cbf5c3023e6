"""Predictions from a trace: exact where the arithmetic is known, and in step with a real recording."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hpc_cases import small

from hpc.scaling.measure import summarise
from hpc.scaling.model import Network, predict
from hpc.scaling.table import measured_rows, predicted_rows, write
from hpc.scaling.trace import Trace, record
from hpc.scaling.work import Call, Done, Workload
from optimise.errors import InputError

FREE = Network(0.0, math.inf, 0.0, "ideal")
REAL = Network(1e-6, 1e10, 1e-5, "some")


def trace(people: int = 8, serial: float = 0.0, calls: int = 3) -> Trace:
    one = Call(serial, [1.0] * people, 0.0, 0.0, 100, 100)
    attempts = ((2.0, 2.0, 2.0, 2.0),)
    return Trace("made", people, 7, "paper", (1.0,) * people, (one,) * calls, attempts, (0.0,), 10)


def test_equal_tasks_without_a_network_scale_perfectly() -> None:
    for ranks in (1, 2, 4, 8):
        found = predict(trace(), ranks, FREE)
        assert found.root == pytest.approx(3 * 8 / ranks)
        assert found.root_efficiency == pytest.approx(1.0)
        assert found.search_efficiency == pytest.approx(1.0)


def test_more_ranks_than_people_idle() -> None:
    assert predict(trace(), 16, FREE).root_efficiency == pytest.approx(0.5)


def test_a_serial_master_gives_amdahls_law() -> None:
    found = predict(trace(serial=8.0), 8, FREE)
    assert found.root_efficiency == pytest.approx(16 / (8 * 9))
    assert found.waiting == pytest.approx(8 / 9)


def test_a_slow_network_costs_and_a_faster_one_costs_less() -> None:
    slow = predict(trace(), 8, Network(0.1, 1e3, 0.0, "slow"))
    assert slow.root > predict(trace(), 8, REAL).root > predict(trace(), 8, FREE).root


def test_a_round_ends_with_its_slowest_neighbourhood() -> None:
    made = trace()
    uneven = Trace(**{**{f: getattr(made, f) for f in made.__slots__}, "attempts": ((1.0, 1.0, 1.0, 3.0),)})
    assert predict(uneven, 4, FREE).search_efficiency == pytest.approx(6 / (4 * 3))
    assert predict(uneven, 2, FREE).search_efficiency == pytest.approx(6 / (2 * 4))


def test_a_real_recording_can_be_stored_and_predicts_less_than_perfect(tmp_path: Path) -> None:
    problem = small(11, people=8, days=14)
    made = record(problem, Workload(iterations=3, rounds=1, people=4))
    assert [len(c.tasks) for c in made.calls] == [8] * len(made.calls)
    assert all(c.down > 0 and c.up > 0 for c in made.calls)
    assert len(made.attempts[0]) == 4
    made.write(tmp_path / "x.trace.json")
    back = Trace.read(tmp_path / "x.trace.json")
    assert back == made
    one, many = predict(back, 1, REAL), predict(back, 64, REAL)
    assert one.root_efficiency == pytest.approx(1.0)
    assert many.root_efficiency < 8 / 64 + 1e-9
    assert predict(back, 64, REAL) == many


def test_a_file_that_is_no_trace_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.trace.json").write_text('{"schema": "wardwise-trace/1"}')
    with pytest.raises(InputError, match="no recorded trace"):
        Trace.read(tmp_path / "x.trace.json")


def test_the_critical_path_takes_the_slowest_rank_of_each_call() -> None:
    def account(seconds: float) -> Done:
        calls = [Call(0.5, [seconds], 0.1, 0.0, 0, 0), Call(0.5, [3.0 - seconds], 0.1, 0.0, 0, 0)]
        return Done(calls, [[seconds]], [0.2], 0, [1.0], {"root": 9.0, "search": 8.0})

    found = summarise([account(1.0), account(2.0)])
    assert found.root_path == pytest.approx(2.1 + 2.1 + 1.0)
    assert found.search_path == pytest.approx(2.2)


def test_tables_say_what_was_measured_and_what_predicted(tmp_path: Path) -> None:
    made = trace()
    rows = predicted_rows(made, [predict(made, n, REAL) for n in (1, 2)])
    rows += measured_rows(
        "made", 8, [summarise([Done([made.calls[0]], [[1.0]], [0.0], 0, [], {"root": 1, "search": 1})])]
    )
    files = {f.name for f in write(tmp_path, rows, REAL, "here")}
    assert {"scaling.csv", "scaling.md", "scaling.svg"} <= files
    text = (tmp_path / "scaling.md").read_text()
    assert text.count("| predicted |") == 2
    assert text.count("| measured |") == 1
    picture = (tmp_path / "scaling.svg").read_text()
    assert "svg" in picture
    assert np.isfinite(rows[0]["root efficiency"])
