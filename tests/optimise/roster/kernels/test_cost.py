"""The cost of a person's roster, in one kernel, is the evaluator's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.horizon import Horizon
from optimise.roster.arrays import RosterArrays, cover_priced, lenient_arrays, priced
from optimise.roster.evaluate import roster_cost
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cost import line_cost, line_costs, line_price
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import (
    HARD,
    DaysOff,
    Request,
    Requests,
    RosterRule,
    Runs,
    Succession,
    Total,
    WorkedWeekends,
)
from optimise.roster.rules.primitives import Line, Segment, Term, segment_cost

weights = st.sampled_from([HARD, 2.0, 0.5])


@st.composite
def problems(draw: st.DrawFn) -> RosterProblem:
    days, people = draw(st.integers(3, 9)), draw(st.integers(1, 3))
    one = st.integers(0, people - 1)
    day = st.integers(0, days - 1)
    rules: list[RosterRule] = [
        Runs(
            name="work",
            of=6,
            minimum=draw(st.none() | st.integers(2, 4)),
            maximum=draw(st.none() | st.integers(1, 4)),
            weight_minimum=draw(weights),
            weight_maximum=draw(weights),
        ),
        Succession(name="succession", pairs=((4, 2),), weight=draw(weights)),
        Requests(name="wishes", requests=(Request(draw(one), draw(day), draw(st.integers(1, 6)), 4.0),)),
        DaysOff(name="leave", cells=((draw(one), draw(day)),)),
        WorkedWeekends(
            name="weekends",
            weekends=Horizon(days, first_weekday=4).weekends(),
            maximum=draw(st.integers(0, 1)),
            weight=draw(weights),
        ),
    ]
    for measure, scale in (("minutes", 240), ("duties", 1)):
        low, high = draw(st.integers(0, 5)), draw(st.integers(0, 9))
        rules.append(
            Total(
                name=measure,
                of=6,
                measure=measure,
                minimum=low * scale,
                maximum=high * scale,
                weight_minimum=draw(weights),
                weight_maximum=draw(weights),
            )
        )
    staff = tuple(
        Employee(f"p{i}", history=tuple(1 << draw(st.integers(0, 2)) for _ in range(i))) for i in range(people)
    )
    duties = (Duty("off"), Duty("D", 0), Duty("N", 1))
    shifts = (Shift("D", 480), Shift("N", 720))
    return RosterProblem("small", "test", Horizon(days, first_weekday=4), shifts, duties, staff, tuple(rules))


@settings(max_examples=25, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_lines_cost_what_the_evaluator_says(problem: RosterProblem, seed: int) -> None:
    duties = np.random.default_rng(seed).integers(0, 3, problem.shape[:2]).astype(np.int16)
    lenient = lenient_arrays(problem.compiled)
    each = [line_cost(lenient, e, duties[e]) for e in range(len(duties))]
    cost, hard = roster_cost(problem.compiled, duties)
    assert sum(c for c, _ in each) == cost
    assert sum(h for _, h in each) == hard
    for e, (soft, broken) in enumerate(each):
        strict, outside = line_cost(problem.arrays, e, duties[e])
        assert (outside > 0) == (broken > 0)
        assert broken or strict == soft
        assert Pricer(problem.compiled, problem.automata).cost(e, duties[e]) == (math.inf if broken else soft)


def test_a_priced_view_adds_the_price_of_what_is_broken() -> None:
    rules = (Runs(name="work", of=2, maximum=2), Total(name="duties", of=2, measure="duties", maximum=2))
    problem = RosterProblem(
        "small", "test", Horizon(5), (Shift("D", 480),), (Duty("off"), Duty("D", 0)), (Employee("a"),), rules
    )
    words = np.array([[1, 1, 1, 0, 1], [1, 1, 0, 0, 0]], dtype=np.int16)
    lenient = lenient_arrays(problem.compiled)
    _, hard = line_costs(lenient, 0, words)
    assert hard.tolist() == [3.0, 0.0]
    seen = priced(lenient, 10.0)
    assert seen.values is lenient.values  # a view: only prices are its own
    costs = seen.cost[seen.broken > 0]
    assert (costs == 10.0 * seen.broken[seen.broken > 0]).all()
    assert (seen.price_upper == 10.0).all()


@pytest.mark.parametrize("value", [-2.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.5, 9.0])
def test_a_cover_line_costs_what_its_segments_say(value: float) -> None:
    line = Line(
        "cover",
        (Term(0, 2),),
        1.0,
        3.0,
        (Segment(1.0, 5.0), Segment(math.inf, HARD)),
        (Segment(1.0, 2.0), Segment(2.0, 4.0), Segment(math.inf, 8.0)),
    )
    expected = 0.0
    for side, distance in ((line.under, line.lower - value), (line.over, value - line.upper)):
        soft, hard = segment_cost(side, max(distance, 0.0))
        expected += soft + 100.0 * hard
    assert line_price(cover_priced(arrays_of(line), 100.0), 0, value) == pytest.approx(expected)


def arrays_of(line: Line) -> RosterArrays:
    class Single(RosterRule):
        def lines(self, problem: object) -> tuple[Line, ...]:
            return (line,)

    problem = RosterProblem(
        "one",
        "test",
        Horizon(2),
        (Shift("D", 480),),
        (Duty("off"), Duty("D", 0)),
        (Employee("a"),),
        (Single(name="c"),),
    )
    return problem.arrays
