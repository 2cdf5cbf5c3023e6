"""Every conflict that is told is one, and a smallest one, by listing all rosters of tiny wards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimise.core.horizon import Horizon
from optimise.formats.base import read
from optimise.roster.explain import Explanation, explain, only, pieces
from optimise.roster.explain.prices import Prices, softened
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import (
    Apart,
    Cover,
    DaysOff,
    Demand,
    Eligibility,
    Pins,
    Request,
    Requests,
    RestAfter,
    Runs,
    Segment,
    Succession,
    Together,
    Total,
    WeekendRuns,
    WorkedWeekends,
)
from optimise.roster.rules.primitives import HARD, RosterRule
from optimise.testing.brute import brute

D, N, WORK, ALL = 2, 4, 6, 7  # masks: day shift, night, both, anything


def ward(*rules: RosterRule, names: Sequence[str] = ("Ann", "Bea", "Cem"), days: int = 5, **kw: int) -> RosterProblem:
    return RosterProblem(
        "tiny",
        "test",
        Horizon(days, **kw) if kw else Horizon(days, start=date(2030, 1, 4)),  # a Friday
        (Shift("Day", 480), Shift("Night", 600)),
        (Duty("off"), Duty("Day", 0), Duty("Night", 1)),
        tuple(Employee(name) for name in names),
        rules,
    )


def cover(minimum: int, days: Sequence[int], mask: int = D, name: str = "cover", **kw: object) -> Cover:
    return Cover(name=name, demands=tuple(Demand(d, mask, minimum, label=name, **kw) for d in days))  # type: ignore[arg-type]


CONTRADICTIONS: dict[str, tuple[RosterProblem, str]] = {
    "leave against contract": (
        ward(
            DaysOff(name="leave", cells=tuple((1, d) for d in range(3))),
            Total(name="contract", of=WORK, minimum=(0, 4, 0), noun="shifts worked"),
        ),
        "Bea must be off from Fri 4 Jan to Sun 6 Jan (leave)",
    ),
    "nobody left for a cover line": (
        ward(
            Eligibility(name="in charge", employees=(2,), forbidden=(N,)),
            DaysOff(name="leave", cells=((0, 3),)),
            cover(2, [3], N, "Night"),
        ),
        "Ann must be off on Mon 7 Jan (leave)",
    ),
    "a pin on a day of leave": (
        ward(DaysOff(name="leave", cells=((0, 2),)), Pins(name="pinned", cells=((0, 2, N), (1, 2, N)))),
        "Ann must work Night on Sun 6 Jan (pinned)",
    ),
    "pins that may not follow each other": (
        ward(Succession(name="rest", pairs=((N, D),)), Pins(name="pinned", cells=((2, 1, N), (2, 2, D)))),
        "Cem must not have: Day the day after Night (rest)",
    ),
    "too few nights to go round": (
        ward(Total(name="nights", of=N, maximum=1, noun="nights"), cover(1, range(5), N, "Night")),
        "Ann, Bea and Cem: nights at most 1 (nights)",
    ),
    "days off after nights": (
        ward(
            RestAfter(name="rest after nights", of=N, days=2),
            Runs(name="nights in a row", of=N, maximum=1, noun="nights"),
            cover(1, range(5), N, "Night"),
            names=("Ann", "Bea"),
        ),
        "",
    ),
    "too long a run": (
        ward(Runs(name="run", of=WORK, maximum=3, noun="shifts"), cover(3, range(4), WORK, "Any")),
        "",
    ),
    "a weekend too many": (
        ward(WorkedWeekends(name="weekends", weekends=((1, 2),), maximum=0), cover(1, [2])),
        "",
    ),
    "runs of weekends": (
        ward(
            WeekendRuns(name="weekend run", weekends=((0,), (2,), (4,)), maximum=2),
            cover(2, (0, 2, 4)),
            names=("Ann", "Bea"),
        ),
        "",
    ),
    "bought cover runs out": (
        ward(
            Cover(
                name="cover",
                demands=(Demand(1, D, 5, under=(Segment(1, 90.0), Segment(math.inf, HARD)), label="Day"),),
            )
        ),
        "Day: at least 4 (5 wanted, 1 can be paid for) on Sat 5 Jan (cover)",
    ),
    "apart and together": (
        ward(
            Apart(name="apart", employees=(0, 1), masks=(D,), days=(1,)),
            Together(name="mentor", employees=(0,), dependant=1, masks=(D,), days=(1,)),
            Pins(name="pinned", cells=((1, 1, D),)),
        ),
        "",
    ),
    "a total in minutes that pins exceed": (
        ward(
            Total(name="hours", of=WORK, measure="minutes", maximum=1200, noun="hours"),
            Pins(name="pinned", cells=tuple((0, d, N) for d in (0, 2, 4))),
        ),
        "Ann: hours at most 20 h (hours)",
    ),
    "nothing may be done at all": (
        ward(Eligibility(name="none", employees=(1,), forbidden=(ALL,))),
        "Bea may neither work nor be off on any day (none)",
    ),
}


def check(problem: RosterProblem, found: Explanation) -> None:
    """A conflict, an irreducible one, and a relaxation that a roster really has."""
    assert found.proven
    assert not brute(only(problem, found.parts)).feasible
    for left_out in found.parts:
        rest = [p for p in found.parts if p is not left_out]
        assert brute(only(problem, rest)).feasible, left_out
    assert found.nearest is not None
    evaluation = problem.evaluate(found.nearest)
    assert found.relaxation == tuple(v for v in evaluation.violations if v.hard)
    assert found.relaxation
    assert found.as_lines()[0].startswith("No plan can keep all hard rules")


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_a_contradiction_is_told_as_one_that_no_part_can_be_left_out_of(case: str) -> None:
    problem, sentence = CONTRADICTIONS[case]
    assert not brute(problem).feasible
    found = explain(problem, seconds=20)
    assert found is not None
    check(problem, found)
    assert not sentence or sentence in found.conflict


@pytest.mark.parametrize(
    "innocent",
    [
        ((0, 0, N),),  # the same shift the day before
        ((0, 3, D), (0, 4, D)),  # the same shift the days after
        ((1, 1, N), (1, 2, N), (2, 1, D), (2, 2, D)),  # others on the same days
        ((0, 0, 1), (1, 0, 1)),
    ],
)
def test_an_innocent_pin_is_never_named(innocent: tuple[tuple[int, int, int], ...]) -> None:
    guilty = ((0, 1, N), (0, 2, D))
    rest = Succession(name="rest", pairs=((N, D),))
    found = explain(ward(rest, Pins(name="pinned", cells=(*innocent, *guilty))), seconds=20)
    assert found is not None
    assert found.proven
    assert set(found.conflict) == {
        "Ann must work Night on Sat 5 Jan (pinned)",
        "Ann must work Day on Sun 6 Jan (pinned)",
        "Ann must not have: Day the day after Night (rest)",
    }
    assert {(v.rule, v.who) for v in found.relaxation} <= {("pinned", ("Ann",)), ("rest", ("Ann",))}
    assert len(found.relaxation) == 1


def test_a_line_that_counts_nobody_is_told() -> None:
    found = explain(ward(cover(1, [1], name="in charge", employees=())), seconds=20)
    assert found is not None
    assert found.proven
    assert any("in charge: at least 1 of nobody" in line for line in found.conflict)


def test_leave_granted_apart_is_named_apart() -> None:
    leave = DaysOff(name="leave", cells=((0, 1), (0, 2), (0, 3)), begins=((0, 1), (0, 3)))
    found = explain(ward(leave, Pins(name="pinned", cells=((0, 3, N),))), seconds=20)
    assert found is not None
    assert "Ann must be off on Mon 7 Jan (leave)" in found.conflict


def test_counting_gives_a_summary_first() -> None:
    found = explain(CONTRADICTIONS["leave against contract"][0], seconds=20)
    assert found is not None
    assert found.conflict == (
        "Bea: shifts worked, no more than 2 possible:",
        "Bea must be off from Fri 4 Jan to Sun 6 Jan (leave)",
        "Bea: shifts worked at least 4 (contract)",
    )


def test_a_ward_with_a_plan_has_nothing_to_explain() -> None:
    problem = ward(Total(name="nights", of=N, maximum=2, noun="nights"), cover(1, range(5), N, "Night"))
    assert explain(problem, seconds=20) is None


def test_soft_rules_never_conflict() -> None:
    problem = ward(
        Requests(name="wishes", requests=(Request(0, 1, WORK, 10.0),)),
        cover(3, range(5), under=(Segment(math.inf, 7.0),)),
    )
    assert pieces(problem) == []
    assert explain(problem, seconds=20) is None


@pytest.mark.parametrize("case", [c for c in CONTRADICTIONS if c != "nothing may be done at all"])
@pytest.mark.parametrize("dear", ["", "leave", "Night", "pinned"])
def test_the_relaxation_is_the_cheapest_by_the_prices_given(case: str, dear: str) -> None:
    problem, _ = CONTRADICTIONS[case]
    prices = {dear: 50.0}
    found = explain(problem, seconds=20, prices=prices)
    assert found is not None
    assert found.cheapest
    assert found.price == pytest.approx(brute(softened(problem, pieces(problem), Prices(problem, prices))).cost)


def test_a_dear_rule_is_kept_when_another_can_give_way() -> None:
    problem, _ = CONTRADICTIONS["a pin on a day of leave"]
    for dear, gives_way in (("leave", "pinned"), ("pinned", "leave")):
        found = explain(problem, seconds=20, prices={dear: 50.0})
        assert found is not None
        assert found.relaxed_rules == (gives_way,)


def test_a_skill_is_not_decreed_where_anything_else_can_give_way() -> None:
    found = explain(CONTRADICTIONS["nobody left for a cover line"][0], seconds=20)
    assert found is not None
    assert "in charge" not in found.relaxed_rules


def test_without_time_nothing_is_claimed() -> None:
    problem, _ = CONTRADICTIONS["days off after nights"]
    found = explain(problem, seconds=1e-9)
    assert found is None or not found.proven


def test_an_explanation_is_the_same_every_time() -> None:
    problem, _ = CONTRADICTIONS["too few nights to go round"]
    first, second = (explain(problem, seconds=20, seed=3) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.as_lines() == second.as_lines()


@st.composite
def wards(draw: st.DrawFn) -> RosterProblem:
    days = draw(st.integers(2, 4))
    cell = st.tuples(st.integers(0, 1), st.integers(0, days - 1))
    rules: list[RosterRule] = [
        DaysOff(name="leave", cells=tuple(set(draw(st.lists(cell, max_size=3))))),
        Pins(
            name="pinned",
            cells=tuple((*c, draw(st.sampled_from([1, D, N, WORK]))) for c in set(draw(st.lists(cell, max_size=3)))),
        ),
        Total(
            name="shifts",
            of=WORK,
            minimum=draw(st.integers(0, days)),
            maximum=draw(st.integers(1, days)),
            noun="shifts",
        ),
        cover(draw(st.integers(0, 2)), range(days), draw(st.sampled_from([D, N, WORK])), "Cover"),
        Runs(
            name="run",
            of=draw(st.sampled_from([WORK, N, 1])),
            minimum=draw(st.none() | st.just(2)),
            maximum=draw(st.none() | st.integers(1, 3)),
        ),
    ]
    if draw(st.booleans()):
        rules.append(RestAfter(name="rest", of=N, days=draw(st.integers(1, 2))))
    return ward(*rules, names=("Ann", "Bea"), days=days)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wards())
def test_any_ward_is_either_feasible_or_explained(problem: RosterProblem) -> None:
    found = explain(problem, seconds=20)
    if brute(problem).feasible:
        assert found is None
    else:
        assert found is not None
        check(problem, found)


def test_impossible_pins_in_a_published_instance_are_found(benchmarks: Path) -> None:
    problem = read(benchmarks / "curtois" / "instances" / "Instance1.txt", format="curtois")
    assert isinstance(problem, RosterProblem)
    free = problem.compiled.allowed[:, :7, 1].all(axis=1)
    person = problem.employees[int(free.argmax())].id  # nobody works seven days in a row
    pinned = problem
    for day in range(7):
        pinned = pinned.pin(person, day, "D")
    found = explain(pinned, seconds=30)
    assert found is not None
    assert found.proven
    assert any("in a row" in sentence and sentence.startswith(person) for sentence in found.conflict)
    assert any("(pinned)" in sentence for sentence in found.conflict)
    assert {v.rule for v in found.relaxation} & {"pinned", *(p.rule for p in found.parts)}
