"""Base patterns that people follow, each from a line of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import optimise
from optimise.core.errors import InputError
from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward import BasePattern, Ward
from optimise.roster.problem import RosterProblem

pytestmark = pytest.mark.quick

LINES = [["E", "E", "off"], ["N", "off", "off"], ["any", "E|N", "work"]]
DOCUMENT: dict[str, Any] = {
    "start": "2026-01-05",
    "days": 7,
    "rules": {"max_average_weekly_hours": "none"},
    "shifts": [{"id": "E", "start": "07:00", "end": "15:00"}, {"id": "N", "start": "21:00", "end": "07:00"}],
    "patterns": [{"id": "base", "lines": LINES, "weight": 3}],
    "staff": [{"id": "ann", "pattern": "base"}, {"id": "bob", "pattern": "base", "line": 2}, {"id": "eve"}],
}


def problem(**changes: Any) -> RosterProblem:
    return Ward.model_validate({**DOCUMENT, **changes}).problem()


def differing(made: RosterProblem, row: str, who: int = 0) -> float:
    """Price of one person's row, all others being off."""
    rows = [["-"] * len(row)] * 3
    rows[who] = list(row)
    free = made.evaluate(made.roster([["-"] * len(row)] * 3)).cost
    return made.evaluate(made.roster(rows)).cost - free


def test_each_begins_with_the_own_line_and_goes_on_with_the_next() -> None:
    made = problem()
    assert optimise.solve(made, "highs", limits=optimise.Limits(seconds=20)).cost == 0
    # ann: E E off N off off any; off throughout differs on three days
    assert differing(made, "EE-N---") == -9
    assert differing(made, "EE-N--E") == -9
    assert differing(made, "EEEN---") == -6
    # bob: N off off any E|N work E; off throughout differs on four
    assert differing(made, "N---NNE", 1) == -12


@pytest.mark.parametrize(
    ("start", "row"), [("2026-01-04", "E-N--EE"), ("2025-12-26", "--EE-N-"), ("2026-01-09", "----EE-")]
)
def test_the_day_on_which_lines_begin_may_be_before_the_plan_or_in_it(start: str, row: str) -> None:
    staff = [{"id": "ann", "pattern": "base"}]
    made = problem(patterns=[{"id": "base", "lines": LINES[:2], "start": start, "hard": True}], staff=staff)
    assert made.evaluate(made.roster([list(row)])).feasible
    assert not made.evaluate(made.roster([list(row[:4] + "E" * 3)])).feasible


def test_leave_pins_and_hours_away_go_before_the_pattern() -> None:
    hard = [{"id": "base", "lines": [["E"]], "hard": True}]
    made = problem(
        days=4,
        patterns=hard,
        leave=[{"staff": "ann", "first": "2026-01-05"}],
        pins=[{"staff": "ann", "date": "2026-01-06", "shift": "off"}],
        unavailable=[{"staff": "ann", "days": ["Wed"], "between": ["06:00", "16:00"]}],
        staff=[{"id": "ann", "pattern": "base"}],
    )
    assert made.evaluate(made.roster([["-", "-", "-", "E"]])).feasible
    assert not made.evaluate(made.roster([["-", "-", "-", "-"]])).feasible


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"staff": [{"id": "ann", "pattern": "bas"}]}, "no pattern is called 'bas'; did you mean 'base'?"),
        ({"staff": [{"id": "ann", "pattern": "base", "line": 4}]}, "pattern 'base' has 3 lines, not 4"),
        ({"staff": [{"id": "ann", "line": 2}]}, "staff[0].line: is 2, and no pattern is named"),
        ({"patterns": [{"id": "base", "lines": [["E", "F"]]}]}, "no shift is called 'F'"),
        ({"patterns": [{"id": "base", "lines": [["E"]]}] * 2}, "there are two patterns 'base'"),
    ],
)
def test_what_makes_no_sense_is_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        problem(**changes)
    assert told in str(caught.value)


def test_tables_hold_patterns(tmp_path: Path) -> None:
    made = Ward.model_validate(DOCUMENT)
    assert read_tables(write_tables(made, tmp_path / "folder"), Ward).data() == made.data()
    assert BasePattern(id="x", lines=LINES).place(3) == 6
