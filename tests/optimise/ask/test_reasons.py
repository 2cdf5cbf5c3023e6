"""Reasons carry the person, the days and the rule apart from the words."""

from __future__ import annotations

import pytest

from optimise.ask.reasons import Reason, fact_reason, reason_objects, violation_reason
from optimise.core.result import Violation
from optimise.generate import ward
from optimise.roster.explain import Piece

pytestmark = pytest.mark.quick
WARD = ward(4, days=7, seed=1).problem()
ONE, TWO = (person.id for person in WARD.employees[:2])


def test_the_person_is_taken_out_of_the_words_of_a_broken_rule() -> None:
    broken = Violation("rest", True, 1.0, 0.0, (ONE,), (1, 2), f"{ONE}: too little rest", "")
    made = violation_reason(broken)
    assert made == Reason("too little rest", (ONE,), (1, 2), "rest")
    assert made.sentence == broken.message


def test_words_about_several_people_or_nobody_stay_whole() -> None:
    for who in ((), (ONE, TWO)):
        made = violation_reason(Violation("cover", True, 1.0, 0.0, who, (3,), "Thu: 1 short", ""))
        assert (made.message, made.who) == ("Thu: 1 short", who)


@pytest.mark.parametrize(
    ("verb", "said"), [(": hours at most 160 h", "hours at most 160 h"), (" cannot work N", "cannot work N on Mon")]
)
def test_a_fact_of_a_conflict_names_people_by_id(verb: str, said: str) -> None:
    when = " on Mon" if "N" in verb else ""
    made = fact_reason(Piece("hours", (1,), (0,), (), TWO, verb, when), WARD)
    assert made == Reason(said, (TWO,), (0,), "hours")


def test_days_are_dates_and_no_rule_is_null() -> None:
    dates = [WARD.horizon.date(d) for d in range(2)]
    assert all(dates)
    assert reason_objects([Reason("is there already", (ONE,), (0, 1))], WARD) == [
        {"rule": None, "who": [ONE], "days": [str(d) for d in dates], "message": "is there already"}
    ]
