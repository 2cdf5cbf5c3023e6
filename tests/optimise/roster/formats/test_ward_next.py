"""The ward of the next period: history from the plan, dates moved on, what is past taken out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_next import next_ward
from optimise.roster.problem import Roster

pytestmark = pytest.mark.quick


def ward(**more: Any) -> Ward:
    """A week of two people, Monday to Sunday, with an early and a night."""
    return Ward.from_dict(
        {
            "start": "2026-01-05",
            "weeks": 1,
            "shifts": [
                {"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30},
                {"id": "N", "start": "20:30", "end": "07:30", "break_minutes": 60},
            ],
            "contracts": [{"id": "full", "weekly_hours": 37.5}],
            "staff": [
                {"id": "Ann", "history": {"duties": ["off", "N"], "balance_hours": 2, "counts": {"nights": 4}}},
                {"id": "Ben", "history": {"weekends": [True]}},
            ],
            "demand": [{"shifts": ["E"], "minimum": 1}, {"shifts": ["E"], "days": ["2026-01-06"], "minimum": 2}],
            "rules": {"fairness": [{"of": "nights", "weight": 10}]},
            **more,
        }
    )


#: Ann works E E N N off off off, Ben E on Saturday alone.
PLAN = Roster(np.array([[1, 1, 2, 2, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0]], dtype=np.int16))


def test_everybody_carries_over_what_the_plan_brought() -> None:
    made, _ = next_ward(ward(leave=[{"staff": "Ben", "first": "2026-01-05", "last": "2026-01-06"}]), PLAN)
    ann, ben = (person.history for person in made.staff)
    assert ann.duties == ["off", "N", "E", "E", "N", "N", "off", "off", "off"]
    assert ben.duties == ["off"] * 5 + ["E", "off"]
    assert (ann.weekly_hours, ben.weekly_hours) == ([35.0], [22.5])  # two days of leave are 15 h
    assert (ann.weekends, ben.weekends) == ([False], [True, True])
    assert (ann.balance_hours, ben.balance_hours) == (2 + 35 - 37.5, 22.5 - 37.5)


def test_who_is_new_owes_no_share_of_the_past() -> None:
    made, _ = next_ward(ward(), PLAN)
    assert [person.history.counts for person in made.staff] == [{"nights": 6}, {"nights": 4}]


def test_dates_move_on_and_what_is_past_goes() -> None:
    made, notes = next_ward(
        ward(
            leave=[
                {"staff": "Ben", "first": "2026-01-07"},
                {"staff": "Ben", "first": "2026-01-10", "last": "2026-01-13"},
            ],
            requests=[
                {"staff": "Ann", "days": ["weekends"], "want": "off"},
                {"staff": "Ann", "days": ["2026-01-06", "Wed"], "want": "off"},
            ],
            pins=[{"staff": "Ann", "date": "2026-01-05", "shift": "E"}],
        ),
        PLAN,
    )
    assert (str(made.start), made.length) == ("2026-01-12", 7)
    assert [(str(entry.first), str(entry.last)) for entry in made.leave] == [("2026-01-12", "2026-01-13")]
    assert [entry.days for entry in made.requests] == [["weekends"], ["Wed"]]
    assert (made.pins, len(made.demand)) == ([], 1)
    assert "demand: 1 entry for dates outside the period left out" in notes


def test_lines_of_a_pattern_go_on() -> None:
    patterns = [{"id": "two", "lines": [["E"] * 7, ["off"] * 7]}]
    staff = [{"id": "Ann", "pattern": "two"}, {"id": "Ben"}]
    made, _ = next_ward(ward(patterns=patterns, staff=staff), PLAN)
    assert str(made.patterns[0].start) == "2026-01-05"
