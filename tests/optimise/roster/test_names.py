"""Days, shifts and people as they are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimise import read_ward
from optimise.core.errors import InputError
from optimise.roster.names import day_named, day_spellings, person_named, shift_named
from optimise.roster.problem import RosterProblem

pytestmark = pytest.mark.quick

WARD = """\
schema_version: 1
name: Named
start: 2026-01-05
weeks: 2
shifts:
  - {id: E, name: Early, start: 07:00, end: 15:00}
  - {id: N, name: Night duty, start: 20:30, end: 07:30}
staff:
  - {id: a1, name: Ann Smith, weekly_hours: 37.5}
  - {id: b1, name: Ben Hall, weekly_hours: 37.5}
  - {id: b2, name: Ben Hall, weekly_hours: 37.5}
demand:
  - {shifts: [E], minimum: 1}
"""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> RosterProblem:
    file: Path = tmp_path_factory.mktemp("named") / "ward.yaml"
    file.write_text(WARD, encoding="utf-8")
    return read_ward(file)


@pytest.mark.parametrize(
    "text", ["2026-01-08", "3", "Thu 8 Jan", "thursday 8 january", "8 Jan", " 8  JAN ", "8 Jan 2026"]
)
def test_a_day_has_many_names(ward: RosterProblem, text: str) -> None:
    assert day_named(text, ward) == 3


def test_a_name_of_several_days_says_which(ward: RosterProblem) -> None:
    with pytest.raises(InputError, match=r"day 'Thursday': is 2 days of this plan; say which: 2026-01-08, 2026-01-15"):
        day_named("Thursday", ward)


@pytest.mark.parametrize("text", ["2026-02-08", "14", "Xday", "", "th"])
def test_what_is_no_day_is_told_with_the_days(ward: RosterProblem, text: str) -> None:
    with pytest.raises(InputError, match="not a day of this plan, 2026-01-05 to 2026-01-18"):
        day_named(text, ward)


def test_shifts_and_people_go_by_id_or_name(ward: RosterProblem) -> None:
    assert [shift_named(t, ward) for t in ("N", "n", "night  duty", "EARLY")] == [1, 1, 1, 0]
    assert [person_named(t, ward) for t in ("a1", "ann smith", "B2")] == [0, 0, 2]


def test_unknown_and_doubtful_names_are_refused(ward: RosterProblem) -> None:
    with pytest.raises(InputError, match="could be b1 or b2; give the id"):
        person_named("Ben Hall", ward)
    with pytest.raises(InputError, match="did you mean 'a1'"):
        person_named("Ann Smit", ward)
    with pytest.raises(InputError, match="known: E, N"):
        shift_named("zzz", ward)


def test_a_day_is_written_with_slashes_or_points(ward: RosterProblem) -> None:
    assert {"6/1/2026", "06/01/2026", "6.1.2026", "06.01.2026", "6.1.", "06.01."} <= day_spellings(ward, 1)


@pytest.mark.parametrize(("weeks", "known"), [(1, True), (2, False)])
def test_a_bare_weekday_is_one_day_in_a_plan_of_one_week(weeks: int, known: bool, tmp_path: Path) -> None:
    file = tmp_path / "ward.yaml"
    file.write_text(WARD.replace("weeks: 2", f"weeks: {weeks}"), encoding="utf-8")
    assert ({"wed", "wednesday"} <= day_spellings(read_ward(file), 2)) is known
