"""Columns on disk: what is written is read again, and what cannot be of the problem is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from optimise.core.errors import InputError
from optimise.generate import ward
from optimise.roster.columns import PricedColumns, read_columns, write_columns
from optimise.roster.problem import Roster, RosterProblem

PEOPLE, DAYS = 3, 7


@pytest.fixture(scope="module")
def problem() -> RosterProblem:
    return ward(PEOPLE, days=DAYS, seed=1).problem()


@pytest.fixture
def columns() -> PricedColumns:
    rng = np.random.default_rng(0)
    words = [rng.integers(0, 2, (k, DAYS)).astype(np.int16) for k in (2, 0, 3)]
    costs, reduced = ([np.arange(len(w), dtype=float) + x for w in words] for x in (5.0, 0.0))
    plan = Roster.from_array(np.zeros((PEOPLE, DAYS), dtype=np.int16))
    return PricedColumns(words, costs, reduced, plan, 17.0, -math.inf)


def test_columns_are_read_as_they_were_written(problem: RosterProblem, columns: PricedColumns, tmp_path: Path) -> None:
    again = read_columns(write_columns(columns, problem, tmp_path / "c.json"), problem)
    for name in ("words", "costs", "reduced"):
        for one, other in zip(getattr(columns, name), getattr(again, name), strict=True):
            np.testing.assert_array_equal(one, other)
    assert again.plan == columns.plan
    assert (again.cost, again.bound) == (17.0, -math.inf)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(digest="0"), "not of this problem"),
        (lambda d: d["people"].reverse(), "other people"),
        (lambda d: d["people"][0]["plan"].pop(), "6 days of 7"),
        (lambda d: d["people"][0]["columns"][0].update(duties=["?"] * DAYS), "no duty is called"),
        (lambda d: d.update(cost="dear"), "cost"),
    ],
)
def test_what_does_not_fit_is_refused(problem, columns, tmp_path, change, said) -> None:
    file = write_columns(columns, problem, tmp_path / "c.json")
    data = json.loads(file.read_text())
    change(data)
    file.write_text(json.dumps(data))
    with pytest.raises(InputError, match=said):
        read_columns(file, problem)
