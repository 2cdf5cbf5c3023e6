"""The compact model equals brute force in every form, and its sub-models never lose the incumbent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimise.core.horizon import Horizon
from optimise.core.result import Stop
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift
from optimise.roster.rules import (
    HARD,
    Apart,
    CompleteWeekends,
    Cover,
    Demand,
    Request,
    Requests,
    Runs,
    Segment,
    Succession,
    Total,
    Unwanted,
    WeekendRuns,
    WorkedWeekends,
)
from optimise.solvers.highs import Highs, Solved
from optimise.testing.brute import brute


@st.composite
def tiny(draw: st.DrawFn) -> RosterProblem:
    """Two people, five days from Thursday, two shifts, rules of every family, hard or soft."""
    days, people = 5, 2
    weight = st.sampled_from([HARD, 3.0, 7.0])
    edge = st.sampled_from(["open", "closed"])
    horizon = Horizon(days, first_weekday=3)
    weekends = horizon.weekends()
    history = draw(st.sampled_from([(), (0b010, 0b010, 0b001), (0b001, 0b100)]))
    staff = tuple(Employee(f"p{e}", history=history if e == 0 else ()) for e in range(people))
    requests = tuple(
        Request(draw(st.integers(0, people - 1)), draw(st.integers(0, days - 1)), draw(st.integers(1, 6)), w)
        for w in draw(st.lists(st.sampled_from([1.0, 2.0, HARD]), max_size=4))
    )
    price = (Segment(1, 2.0), Segment(math.inf, draw(st.sampled_from([9.0, HARD]))))
    demands = tuple(
        Demand(d, mask, draw(st.integers(0, 2)), 2, under=price, over=(Segment(math.inf, 1.0),))
        for d in range(days)
        for mask in (0b010, 0b100)
    )
    rules = (
        Runs(
            name="work",
            of=0b110,
            minimum=draw(st.integers(1, 3)),
            maximum=draw(st.integers(2, 4)),
            weight_minimum=draw(weight),
            weight_maximum=draw(weight),
            start=draw(edge),
            end=draw(edge),
        ),
        Runs(name="rest", of=0b001, minimum=draw(st.integers(1, 3)), weight_minimum=draw(weight)),
        Succession(name="succession", pairs=((0b100, 0b010),), weight=draw(weight)),
        CompleteWeekends(name="complete", weekends=weekends, weight=draw(weight)),
        WorkedWeekends(name="weekends", weekends=weekends, maximum=draw(st.integers(0, 1)), weight=draw(weight)),
        WeekendRuns(name="weekend runs", weekends=((0, 1), (2, 3), (4,)), maximum=1, weight_maximum=draw(weight)),
        Total(
            name="shifts",
            of=0b110,
            minimum=draw(st.integers(0, 3)),
            maximum=draw(st.integers(3, 5)),
            weight_minimum=draw(weight),
            weight_maximum=draw(weight),
        ),
        Requests(name="requests", requests=requests),
        Apart(name="apart", employees=(0, 1), masks=(0b100,), days=(2, 3), weight=draw(weight)),
        Cover(name="cover", demands=demands),
    )
    return RosterProblem(
        "tiny",
        "native",
        horizon,
        (Shift("D", 480), Shift("N", 600)),
        (Duty("-"), Duty("D", 0), Duty("N", 1)),
        staff,
        rules,
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tiny(), st.sampled_from(["clauses", "flow"]))
def test_optimum_equals_brute_force(problem: RosterProblem, form: str) -> None:
    best = brute(problem)
    built = RosterModel(problem, form=form)
    solved = Highs(built.model.freeze()).solve()
    if not best.feasible:
        assert solved.stop == Stop.INFEASIBLE
        return
    assert solved.values is not None
    evaluation = problem.evaluate(built.plan(solved.values))
    assert evaluation.feasible
    assert evaluation.cost == pytest.approx(best.cost, abs=1e-6)
    assert solved.objective == pytest.approx(best.cost, abs=1e-5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tiny(), st.sampled_from(["clauses", "flow"]), st.integers(0, 2**31))
def test_a_sub_model_starts_from_its_roster_and_finds_no_worse(problem: RosterProblem, form: str, seed: int) -> None:
    best = brute(problem)
    if not best.feasible or best.plan is None:
        return
    rng = np.random.default_rng(seed)
    free = rng.random(best.plan.duties.shape) < 0.6
    built = RosterModel(problem, free=free, roster=best.plan, form=form)
    solved = Highs(built.model.freeze()).solve(start=built.start(best.plan))
    assert solved.values is not None
    found = built.plan(solved.values)
    assert np.array_equal(found.duties[~free], best.plan.duties[~free])
    assert problem.evaluate(found).cost == pytest.approx(best.cost, abs=1e-6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tiny())
def test_an_elastic_model_is_always_feasible_and_free_when_the_problem_is(problem: RosterProblem) -> None:
    built = RosterModel(problem, elastic=True, elastic_price=1000.0)
    solved = Highs(built.model.freeze()).solve()
    assert solved.values is not None
    relaxed = sum(float(solved.values[columns].sum()) for _, columns, _ in built.slacks)
    best = brute(problem)
    if best.feasible:
        assert solved.objective <= best.cost + 1e-5
    else:
        assert relaxed > 0.5


@pytest.mark.parametrize(("number", "optimum"), [(1, 607), (2, 828)])
def test_published_optima(benchmarks: object, number: int, optimum: int) -> None:
    from pathlib import Path

    from optimise.formats import read

    problem = read(Path(str(benchmarks)) / "curtois" / "instances" / f"Instance{number}.txt")
    assert isinstance(problem, RosterProblem)
    built = RosterModel(problem, form="flow")
    solved = Highs(built.model.freeze()).solve()
    assert solved.values is not None
    assert round(solved.bound) == round(solved.objective) == optimum == problem.evaluate(built.plan(solved.values)).cost


def test_a_fixed_roster_needs_a_roster() -> None:
    problem = RosterProblem("t", "native", Horizon(2), (Shift("D"),), (Duty("-"), Duty("D", 0)), (Employee("a"),), ())
    with pytest.raises(ValueError, match="need a roster"):
        RosterModel(problem, free=np.zeros((1, 2), dtype=bool))
    fixed = RosterModel(problem, free=np.zeros((1, 2), dtype=bool), roster=Roster.from_array([[1, 0]]))
    assert fixed.model.columns == 0


@pytest.mark.parametrize("form", ["clauses", "flow"])
def test_bounds_that_cross_cost_on_either_side_and_forbid_nothing(form: str) -> None:
    """At least 3 and at most 1 shift at a price: one of the two is always missed."""
    price = (Segment(math.inf, 3.0),)
    rules = (
        Total(name="total", of=2, minimum=(3, 1), maximum=(1, 2), weight_minimum=2.0, weight_maximum=5.0),
        Cover(name="cover", demands=(Demand(0, 2, 2, maximum=0, under=price, over=price),)),
    )
    people = (Employee("a"), Employee("b"))
    problem = RosterProblem("t", "native", Horizon(3), (Shift("D"),), (Duty("-"), Duty("D", 0)), people, rules)
    built = RosterModel(problem, form=form)
    solved = Highs(built.model.freeze()).solve()
    assert solved.values is not None
    assert solved.objective == pytest.approx(brute(problem).cost)
    assert problem.evaluate(built.plan(solved.values)).cost == pytest.approx(solved.objective)


@pytest.mark.parametrize("form", ["clauses", "flow"])
def test_a_sequence_that_always_matches_is_not_forgotten(form: str) -> None:
    def problem(weight: float) -> RosterProblem:
        rule = Unwanted(name="always", masks=(0b11, 0b11), weight=weight)
        return RosterProblem(
            "t", "native", Horizon(3), (Shift("D"),), (Duty("-"), Duty("D", 0)), (Employee("a"),), (rule,)
        )

    assert Highs(RosterModel(problem(HARD), form=form).model.freeze()).solve().stop == Stop.INFEASIBLE
    assert Highs(RosterModel(problem(4.0), form=form).model.freeze()).solve().objective == pytest.approx(8.0)


@pytest.mark.parametrize("form", ["clauses", "flow"])
def test_what_nobody_can_do_is_priced_or_infeasible(form: str) -> None:
    def solved(price: float) -> Solved:
        demand = Demand(0, 2, 2, under=(Segment(math.inf, price),), employees=())
        rules = (Cover(name="cover", demands=(demand,)),)
        people = (Employee("a"),)
        problem = RosterProblem("t", "native", Horizon(2), (Shift("D"),), (Duty("-"), Duty("D", 0)), people, rules)
        return Highs(RosterModel(problem, form=form).model.freeze()).solve()

    assert solved(3.0).bound == pytest.approx(6.0)
    assert solved(HARD).stop == Stop.INFEASIBLE
