"""Time to target: of runs that were made up, and of a real search."""

from __future__ import annotations

import math

import pytest
from hpc_cases import small

from hpc.scaling.table import target_rows
from hpc.scaling.target import Search, common_target, search, to_target
from optimise.core.method import SerialComm

ONE = Search(1, ((1.0, 90.0), (6.0, 50.0), (9.0, 40.0)))
TWO = Search(2, ((1.0, 80.0), (2.0, 45.0)))


def test_the_target_is_what_all_runs_reach() -> None:
    assert common_target([ONE, TWO]) == 45.0
    assert [row["time to target"] for row in to_target([ONE, TWO])] == [9.0, 2.0]
    assert [row["speed-up to target"] for row in to_target([ONE, TWO])] == [1.0, 4.5]


def test_a_run_without_a_plan_has_no_target() -> None:
    assert common_target([ONE, Search(2, ())]) == math.inf
    assert to_target([ONE, Search(2, ())]) == [{"ranks": 1}, {"ranks": 2}]
    assert ONE.seconds_to(39.0) == math.inf


def test_rows_say_that_they_were_searched() -> None:
    assert (
        target_rows("ward", "8 people", [ONE])[0] | {"instance": "ward", "kind": "searched"}
        == target_rows("ward", "8 people", [ONE])[0]
    )


def test_a_search_notes_each_better_plan() -> None:
    run, facts = search(small(1), SerialComm(), 1.0)
    assert run.ranks == 1
    assert [cost for _, cost in run.found] == sorted((cost for _, cost in run.found), reverse=True)
    assert run.found[-1][1] == pytest.approx(facts["cost"])
