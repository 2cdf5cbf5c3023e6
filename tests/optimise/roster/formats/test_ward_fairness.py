"""Who should have how much: shares of a ward by contract, presence and past periods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optimise.core.errors import InputError
from optimise.frames import fairness_frame
from optimise.report.roster_words import roster_sentences
from optimise.roster.formats.table_read import read_tables
from optimise.roster.formats.table_write import write_tables
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import Fairness
from optimise.roster.view import fair_shares

pytestmark = pytest.mark.quick

SHIFTS = [
    {"id": "E", "start": "07:00", "end": "15:00", "break_minutes": 30},
    {"id": "D", "start": "07:00", "end": "19:30", "paid_minutes": 690},
    {"id": "N", "start": "20:30", "end": "07:30", "break_minutes": 60},
]


def document(fairness: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {
        "start": "2026-01-05",
        "weeks": 2,
        "shifts": SHIFTS,
        "rules": {"fairness": fairness},
        "demand": [{"shifts": ["N"], "minimum": 1}, {"shifts": ["E", "D"], "minimum": 2}],
        "staff": [
            {"id": "Ann", "weekly_hours": 37.5},
            {"id": "Ben", "weekly_hours": 18.75},
            {"id": "Chi", "weekly_hours": 18.75},
        ],
        **changes,
    }


def shared(*fairness: dict[str, Any], **changes: Any) -> list[Fairness]:
    made = Ward.model_validate(document(list(fairness), **changes)).problem()
    return [rule for rule in made.rules if isinstance(rule, Fairness)]


def targets(*fairness: dict[str, Any], **changes: Any) -> list[list[float]]:
    return [[round(t, 6) for t in rule.targets] for rule in shared(*fairness, **changes)]


def test_shares_follow_the_contract() -> None:
    assert targets({"of": "nights"}, {"of": "weekends"}, {"shifts": ["E"]}, {"of": "long-days"}) == [
        [7.0, 3.5, 3.5],
        [3.0, 1.5, 1.5],  # three people on each day of two weekends
        [7.0, 3.5, 3.5],  # half of what either covers
        [7.0, 3.5, 3.5],
    ]


def test_shares_follow_presence() -> None:
    leave = [{"staff": "Ann", "first": "2026-01-05", "last": "2026-01-11"}]
    assert targets({"of": "nights"}, leave=leave) == [[pytest.approx(14 / 3, abs=1e-6)] * 3]
    staff = [*document([])["staff"][:2], {"id": "Chi", "weekly_hours": 18.75, "shifts": ["E"]}]
    (rule,) = shared({"of": "nights"}, staff=staff)  # who works no nights has no share
    assert (rule.employees, [round(t, 6) for t in rule.targets]) == ((0, 1), [9.333333, 4.666667])
    (rule,) = shared({"of": "nights", "who": {"staff": ["Ben", "Chi"]}})
    assert (rule.employees, rule.targets) == ((1, 2), (7.0, 7.0))


def test_counts_carry_over_and_somebody_new_owes_nothing() -> None:
    staff = [
        {"id": "Ann", "history": {"counts": {"nights": 10}}},
        {"id": "Ben", "history": {"counts": {"nights": 4}}},
        {"id": "Chi"},
    ]
    (rule,) = shared({"of": "nights"}, staff=staff)
    third = 14 / 3
    assert rule.targets == (pytest.approx(third + 7), pytest.approx(third + 7), pytest.approx(third))
    assert rule.before == (10, 4, 0)


def test_hours_over_contract_are_what_is_demanded_above_all_contracts() -> None:
    (rule,) = shared({"of": "hours", "weight": 6}, demand=[{"shifts": ["N"], "minimum": 1}])
    assert rule.targets == (75 * 60, 37.5 * 60, 37.5 * 60)  # 140 h wanted, 150 h contracted
    demand = [{"shifts": ["N"], "minimum": 1}, {"shifts": ["E"], "minimum": 1}]
    leave = [{"staff": "Ann", "first": "2026-01-05", "last": "2026-01-18"}]
    (rule,) = shared({"of": "hours", "weight": 6}, demand=demand, leave=leave)
    assert (rule.employees, rule.weight, rule.below) == ((1, 2), 0.1, False)
    assert rule.targets == (pytest.approx(7350.0), pytest.approx(7350.0))  # all of 245 h, by two of them


def test_nothing_to_share_is_no_rule() -> None:
    assert shared({"of": "weekends"}, weeks=None, days=5) == []
    assert shared({"of": "nights", "weight": 0}) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"staff": [{"id": "Ann", "history": {"counts": {"nigths": 1}}}]}, "did you mean 'nights'"),
        ({"rules": {"fairness": [{}]}}, "needs either of or shifts"),
        ({"rules": {"fairness": [{"of": "nights", "shifts": ["N"]}]}}, "needs either of or shifts"),
        ({"rules": {"fairness": [{"shifts": ["X"]}]}}, "no shift is called 'X'"),
    ],
)
def test_nonsense_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Exception, match=said) as caught:
        Ward.model_validate(document([], **change)).problem()
    assert isinstance(caught.value, InputError | ValueError)


def test_tables_hold_fairness_and_counts(tmp_path: Path) -> None:
    staff = [{"id": "Ann", "history": {"counts": {"nights": 5, "lates": 2}}}, {"id": "Ben"}]
    given = [{"of": "nights", "weight": 3}, {"name": "lates", "shifts": ["D", "E"], "who": {"staff": ["Ann"]}}]
    made = Ward.model_validate(document(given, staff=staff))
    for name in ("ward.xlsx", "ward"):
        back = read_tables(write_tables(made, tmp_path / name), Ward)
        assert back.rules.fairness == made.rules.fairness
        assert back.staff == made.staff


def rostered(made: RosterProblem, *rows: str) -> Any:
    return made.roster([(row.split() + ["-"] * 14)[: made.horizon.days] for row in rows])


def test_the_report_shows_counts_against_the_share() -> None:
    staff = [{"id": "Ann", "history": {"counts": {"nights": 2}}}, {"id": "Ben", "history": {"counts": {"nights": 0}}}]
    made = Ward.model_validate(document([{"of": "nights"}], staff=staff, days=7, weeks=None)).problem()
    plan = rostered(made, "N N N", "N N N N")
    have = [(s.before, s.have, s.share) for s in fair_shares(made, plan)]
    assert have == [(2, 3, 2.5), (0, 4, 4.5)]
    said = " ".join(s.text for s in roster_sentences(made, plan, made.evaluate(plan)))
    assert "Nights: everybody is within one of them of the fair share." in said
    uneven = rostered(made, "N N N N N N", "")
    said = " ".join(s.text for s in roster_sentences(made, uneven, made.evaluate(uneven)))
    assert "Nights: 2 of 2 people off the fair share, furthest Ben with 0 of 4.5." in said
    pytest.importorskip("pandas")
    table = fairness_frame(made, plan)
    assert table["fair share of nights: has"].tolist() == [3, 4]
    assert table["fair share of nights: would be fair"].tolist() == [2.5, 4.5]
