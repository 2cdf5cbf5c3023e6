"""Rosters as people write them, read as plans."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.core.kinds import kind_of
from optimise.report import write_excel
from optimise.roster.problem import Roster, RosterProblem

pytestmark = pytest.mark.quick

WARD = """\
schema_version: 1
name: By hand
start: 2026-01-05
days: 4
shifts:
  - {id: E, name: Early, start: 07:00, end: 15:00}
  - {id: N, name: Night, start: 21:00, end: 07:00}
staff:
  - {id: s1, name: Zoë Smith, weekly_hours: 20}
  - {id: s2, name: Ben Hall, weekly_hours: 20}
demand:
  - {shifts: [E], minimum: 1}
"""
HAND = """\
Name,Contract,Mon 5 Jan,06/01/2026,7 January,2026-01-08
zoë smith,part-time,e,Early,AL,x
S2,full,N,off,night,
"""
MEANT = [[1, 1, 0, 0], [2, 0, 2, 0]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("hand") / "ward.yaml"
    made.write_text(WARD, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def ward(file: Path) -> RosterProblem:
    return optimise.read_ward(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_roster_written_by_hand_is_read_and_what_was_assumed_is_told(
    ward: RosterProblem, tmp_path: Path, encoding: str, caplog: pytest.LogCaptureFixture
) -> None:
    hand = tmp_path / "hand.csv"
    hand.write_bytes(HAND.encode(encoding))
    plan = optimise.read_plan(hand, ward)
    assert plan.duties.tolist() == MEANT
    told = " ".join(caplog.messages)
    assert "read as days off: AL (1), x (1)" in told
    assert "column 'Contract' is no day and is not read" in told
    assert ("is not UTF-8; read as" in told) == (not encoding.startswith("utf-8"))


def test_our_own_report_is_a_plan(ward: RosterProblem, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    pytest.importorskip("pandas")
    result = optimise.solve(ward, "highs", limits=optimise.Limits(seconds=5))
    book = write_excel(result, ward, tmp_path / "report.xlsx")
    assert optimise.read_plan(book, ward) == result.plan


def test_check_tells_what_it_assumed_beside_its_answer(file: Path, tmp_path: Path) -> None:
    hand = tmp_path / "hand.csv"
    hand.write_text(HAND, encoding="utf-8")
    command = [sys.executable, "-m", "optimise", "check", str(file), str(hand), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    ward = optimise.read_ward(file)
    assert json.loads(done.stdout)["cost"] == ward.evaluate(Roster.from_array(np.array(MEANT))).cost
    assert "read as days off: AL (1), x (1)" in done.stderr


def test_a_word_that_is_a_shift_is_the_shift(tmp_path: Path) -> None:
    made = tmp_path / "ward.yaml"
    made.write_text(WARD.replace("id: E,", "id: X,").replace("[E]", "[X]"), encoding="utf-8")
    ward = optimise.read_ward(made)
    hand = tmp_path / "hand.csv"
    hand.write_text("staff,2026-01-05,2026-01-06,2026-01-07,2026-01-08\ns1,x,,,\ns2,,,,\n", encoding="utf-8")
    assert optimise.read_plan(hand, ward).duties[0, 0] == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("staff,2026-01-05\nzoe,E\ns2,E\n", "nobody called 'zoe'"),
        ("staff,2026-01-05\ns1,Q\ns2,E\n", "no shift called 'Q'"),
        ("staff,2026-01-05\ns1,E\nZoë Smith,E\n", "has two rows"),
        ("staff,2026-02-05\ns1,E\ns2,E\n", "'2026-02-05' is not a day of the problem"),
        ("staff,2026-01-05,Mon 5 Jan\ns1,E,E\ns2,E,E\n", "'Mon 5 Jan' is not a day of the problem, or given twice"),
    ],
)
def test_what_nobody_could_mean_is_refused(ward: RosterProblem, tmp_path: Path, text: str, told: str) -> None:
    hand = tmp_path / "hand.csv"
    hand.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        optimise.read_plan(hand, ward)


def test_plans_of_ours_are_read_without_a_word(
    ward: RosterProblem, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = kind_of(ward).first_plan(ward, 0, lambda: False)
    assert isinstance(plan, Roster)
    file = optimise.write_plan(plan, ward, tmp_path / "plan")[0]
    assert optimise.read_plan(file, ward) == plan
    assert not caplog.messages
