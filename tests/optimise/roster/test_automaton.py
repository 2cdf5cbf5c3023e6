"""The automaton weighs every word exactly as the matched patterns do."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.errors import UnsupportedError
from optimise.core.horizon import Horizon
from optimise.roster.automaton import automata
from optimise.roster.evaluate import matches, totals
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import (
    CompleteWeekends,
    IdenticalWeekends,
    RestAfter,
    Runs,
    Succession,
    Unwanted,
    WeekendRuns,
    WorkedWeekends,
)
from optimise.roster.rules.primitives import HARD, RosterRule


def make(
    days: int, rules: tuple[RosterRule, ...], shifts: int = 2, people: int = 1, **kw: tuple[int, ...]
) -> RosterProblem:
    return RosterProblem(
        "tiny",
        "test",
        Horizon(days, first_weekday=3),
        tuple(Shift(f"S{i}", 480) for i in range(shifts)),
        (Duty("off"), *(Duty(f"S{i}", i) for i in range(shifts))),
        tuple(Employee(f"E{i}", **kw) for i in range(people)),  # type: ignore[arg-type]
        rules,
    )


def expected(problem: RosterProblem, duties: np.ndarray) -> float:
    total = 0.0
    for pattern in problem.compiled.sequences:
        count = int(matches(pattern, duties, problem.compiled.alphabet).sum())
        if count:
            total += math.inf if pattern.hard else count * pattern.cost
    return total


weights = st.sampled_from([HARD, 1.0, 3.0, 7.0])
edges = st.sampled_from(["open", "closed"])


@st.composite
def problems(draw: st.DrawFn) -> RosterProblem:
    days = draw(st.integers(3, 7))
    horizon = Horizon(days, first_weekday=3)
    weekends = horizon.weekends(4, 3) if draw(st.booleans()) else horizon.weekends()
    rules: list[RosterRule] = [
        Runs(
            name=f"run{i}",
            of=draw(st.sampled_from([1, 2, 4, 6])),
            minimum=draw(st.none() | st.integers(1, 4)),
            maximum=draw(st.none() | st.integers(1, 4)),
            weight_minimum=draw(weights),
            weight_maximum=draw(weights),
            start=draw(edges),
            end=draw(edges),
        )
        for i in range(draw(st.integers(0, 2)))
    ]
    if draw(st.booleans()):
        rules.append(Succession(name="succession", pairs=((4, 2),), weight=draw(weights)))
    if draw(st.booleans()):
        rules.append(RestAfter(name="rest", of=4, days=2, weight=draw(weights)))
    if draw(st.booleans()):
        masks = tuple(draw(st.lists(st.integers(1, 7), min_size=2, max_size=4)))
        rules.append(Unwanted(name="unwanted", masks=masks, weight=draw(weights)))
    if draw(st.booleans()):
        rules.append(CompleteWeekends(name="complete", weekends=weekends, weight=draw(weights)))
    if draw(st.booleans()):
        rules.append(IdenticalWeekends(name="identical", weekends=weekends, weight=draw(weights), partly=1))
    if draw(st.booleans()):
        rules.append(
            WeekendRuns(
                name="weekend runs",
                weekends=weekends,
                minimum=draw(st.none() | st.integers(1, 3)),
                maximum=draw(st.none() | st.integers(1, 2)),
                weight_minimum=draw(weights),
                weight_maximum=draw(weights),
                start=draw(edges),
                end=draw(edges),
            )
        )
    if draw(st.booleans()):
        rules.append(WorkedWeekends(name="worked weekends", weekends=weekends, maximum=1))
    history = tuple(draw(st.lists(st.sampled_from([1, 2, 4]), max_size=4)))
    return make(days, tuple(rules), history=history)


@settings(max_examples=120, deadline=None)
@given(problems(), st.data())
def test_weight_is_the_sum_of_matched_patterns(problem: RosterProblem, data: st.DataObject) -> None:
    automaton = automata(problem.compiled)[0]
    days = problem.horizon.days
    for _ in range(30):
        word = np.array([data.draw(st.lists(st.integers(0, 2), min_size=days, max_size=days))], dtype=np.int16)
        weight = automaton.weight(word[0])
        assert weight == expected(problem, word)
        if math.isfinite(weight):
            for counter in problem.compiled.counters:
                assert totals(counter, word, 3).tolist() == automaton.hits(word[0]).tolist()


def test_infeasible_rules_are_recognised() -> None:
    rules = (Runs(name="work", of=6, maximum=1), Runs(name="off", of=1, maximum=1), Runs(name="w", of=6, minimum=2))
    automaton = automata(make(7, rules).compiled)[0]
    assert not automaton.feasible
    assert all(math.isinf(automaton.weight(w)) for w in product(range(3), repeat=7))


def test_people_with_the_same_patterns_share_one_automaton() -> None:
    rules = (
        Runs(name="work", of=6, maximum=3),
        Runs(name="off", of=1, minimum=2, employees=(0, 2)),
    )
    built = automata(make(14, rules, people=4).compiled)
    assert built.of.tolist() == [0, 1, 0, 1]
    assert len(built.distinct) == 2


def test_equivalent_states_are_merged() -> None:
    """Work at most 5 days, runs of off at least 2: five lengths of work and two of off are all one must know."""
    rules = (Runs(name="work", of=6, maximum=5, minimum=2), Runs(name="off", of=1, minimum=2))
    automaton = automata(make(28, rules).compiled)[0]
    assert max(len(layer.next) for layer in automaton.layers) <= 8
    assert automaton.letters == 2


def test_overlapping_groups_are_refused() -> None:
    rules = (WorkedWeekends(name="w", weekends=((0, 1), (1, 2)), maximum=1),)
    with pytest.raises(UnsupportedError, match="overlap"):
        automata(make(4, rules).compiled)


def test_curtois_instances_stay_small(benchmarks: Path) -> None:
    from optimise.formats.base import read

    problem = read(benchmarks / "curtois" / "instances" / "Instance12.txt", format="curtois")
    assert isinstance(problem, RosterProblem)
    built = automata(problem.compiled)
    assert max(len(layer.next) for a in built.distinct for layer in a.layers) <= 60
