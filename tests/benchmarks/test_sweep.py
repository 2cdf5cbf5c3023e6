"""The sweep of a tuning number: a line a run, and a refusal before the first one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.benchmarks.sweep import COLUMNS, main

WARD = str(Path(__file__).parents[2] / "examples" / "ward4x7.json")


def test_each_value_and_seed_gives_a_line() -> None:
    out = io.StringIO()
    assert main(["matheuristic", "tuning.seconds", "1,2", WARD, "-t", "5", "-n", "1", "-s", "0,1"], out) == 0
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["value"], row["seed"]) for row in rows] == [("1", "0"), ("1", "1"), ("2", "0"), ("2", "1")]


@pytest.mark.parametrize(("field", "values"), [("tuning.absent", "1"), ("tuning.seconds", "1,-2")])
def test_a_field_or_value_that_makes_no_sense_is_refused_first(
    field: str, values: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = io.StringIO()
    assert main(["matheuristic", field, values, WARD], out) == 2
    assert out.getvalue().count("\n") == 1
    assert field in capsys.readouterr().err
