"""``wardwise shifts``: a table, a ward, and what is wrong with options and files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimise.cli.app import app
from optimise.demand.shift_need import DAYS
from optimise.roster.formats.ward import Ward

pytestmark = pytest.mark.quick


@pytest.fixture
def need(tmp_path: Path) -> str:
    rows = [f"{day},{hour},{1 + (8 <= hour < 16)}" for day in DAYS for hour in range(24)]
    file = tmp_path / "need.csv"
    file.write_text("\n".join(["weekday,hour,nurses", *rows]), encoding="utf-8")
    return os.fspath(file)


GIVEN = ("--lengths", "8", "--every", "240", "--break", "0")


def test_the_fewest_paid_hours_with_their_bound_and_a_ward(need: str, tmp_path: Path) -> None:
    ward = tmp_path / "ward.yaml"
    done = CliRunner().invoke(app, ["shifts", need, *GIVEN, "-o", os.fspath(ward), "--start", "2026-01-05"])
    assert done.exit_code == 0, done.output
    assert "224 paid hours a week, 0 more than the need" in done.output
    assert "pays less than 224 h" in done.output
    assert {(s.start, s.end) for s in Ward.load(ward).shifts} == {
        ("00:00", "08:00"),
        ("08:00", "16:00"),
        ("16:00", "00:00"),
    }


def test_json_has_shifts_and_bound(need: str) -> None:
    done = CliRunner().invoke(app, ["shifts", need, *GIVEN, "--json"])
    made = json.loads(done.output)
    assert (made["paid_hours"], made["least_paid_hours"], made["stop"]) == (224, 224, "optimal")
    assert made["shifts"][0]["people"].keys() == set(DAYS)


def test_too_few_types_leave_with_three(need: str) -> None:
    done = CliRunner().invoke(app, ["shifts", need, *GIVEN, "--types", "2"])
    assert done.exit_code == 3
    assert "no such shifts exist" in done.output


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (("--lengths", "8,x"), "--lengths 8,x"),
        (("--lengths", "8.2"), "half hours"),
        (("--where", "nurses"), "COLUMN=VALUE"),
        (("--start", "Monday"), "--start Monday"),
        (("--per-person", "0"), "above 0"),
        (("--every", "45"), "every 45"),
    ],
)
def test_options_that_make_no_sense_are_refused(need: str, given: tuple[str, ...], word: str) -> None:
    done = CliRunner().invoke(app, ["shifts", need, *given])
    assert done.exit_code != 0
    assert word in f"{done.output} {done.exception}"
