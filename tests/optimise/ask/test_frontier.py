"""Plans between pounds, wishes and fairness, against all plans of a tiny ward."""

from __future__ import annotations

import math
from importlib import import_module
from itertools import product

import pytest

from optimise.ask.frontier import PARTS, Frontier, frontier, part_of, parts_of, shared_bounds, weighed
from optimise.core.errors import InputError
from optimise.core.result import Stop
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Unwanted

pytestmark = pytest.mark.quick

DOCUMENT = {
    "start": "2026-01-09",
    "days": 3,
    "rules": {"fairness": [{"of": "weekends", "weight": 6}], "max_average_weekly_hours": "none"},
    "shifts": [{"id": "E", "start": "07:00", "end": "15:00"}, {"id": "N", "start": "20:30", "end": "07:30"}],
    "staff": [{"id": "ann", "band": "6"}, {"id": "bob", "band": "5"}],
    "pay_rates": [{"band": "5", "hourly": 15}, {"band": "6", "hourly": 25}],
    "pay": {"price_of_a_pound": 0.0625},
    "demand": [{"shifts": ["E"], "minimum": 1, "weight": 40}, {"shifts": ["N"], "minimum": 1, "weight": 30}],
    "requests": [
        {"staff": "bob", "days": ["Sat", "Sun"], "want": "off", "weight": 5},
        {"staff": "ann", "avoid": ["N"], "weight": 3},
    ],
}


@pytest.fixture(scope="module")
def problem() -> RosterProblem:
    return Ward.model_validate(DOCUMENT).problem()


@pytest.fixture(scope="module")
def tried(problem: RosterProblem) -> list[Roster]:
    rows = list(product("-EN", repeat=3))
    plans = (problem.roster(pair) for pair in product(rows, repeat=2))
    return [plan for plan in plans if problem.evaluate(plan).feasible]


@pytest.fixture(scope="module")
def found(problem: RosterProblem) -> Frontier:
    return frontier(problem, method="highs", seconds=20)


def test_each_plan_is_the_best_of_all_for_what_it_weighs(
    problem: RosterProblem, tried: list[Roster], found: Frontier
) -> None:
    names = [plan.name for plan in found.plans]
    assert names == ["as the ward says", *(f"{p} x 4" for p in PARTS), *(f"{p} / 4" for p in PARTS)]
    every = [parts_of(problem, plan) for plan in tried]
    for plan in found.plans:
        best = min(sum(plan.factors.get(part, 1) * cost for part, cost in parts.items()) for parts in every)
        assert plan.weighed.primal == pytest.approx(best)
        assert plan.weighed.dual == pytest.approx(best)
        assert plan.parts == parts_of(problem, plan.plan)
        assert plan.cost == pytest.approx(problem.evaluate(plan.plan).cost)
        assert not plan.dominated
    assert len({tuple(plan.parts.values()) for plan in found.plans}) > 2


def test_the_parts_are_the_whole_cost_and_hard_rules_stay_hard(problem: RosterProblem, tried: list[Roster]) -> None:
    other = weighed(problem, {"wishes": 4.0, "pounds": 0.25})
    assert {part_of(rule) for rule in problem.rules} == {*PARTS, "rest"}
    for plan in tried[::29]:
        parts = parts_of(problem, plan)
        assert sum(parts.values()) == pytest.approx(problem.evaluate(plan).cost)
        more = 3 * parts["wishes"] - 0.75 * parts["pounds"]
        assert other.evaluate(plan).cost == pytest.approx(problem.evaluate(plan).cost + more)
        assert other.evaluate(plan).hard == 0


def test_what_cannot_be_weighed_is_said() -> None:
    bare = {key: value for key, value in DOCUMENT.items() if key not in ("rules", "requests", "pay")}
    with pytest.raises(InputError, match="has no priced wishes, fair shares or pounds"):
        frontier(Ward.model_validate(bare).problem())
    with pytest.raises(InputError, match="must be above 1"):
        frontier(Ward.model_validate(DOCUMENT).problem(), factor=1)
    closed = {**DOCUMENT, "demand": [{"shifts": ["E"], "minimum": 3, "hard": True}]}
    none = frontier(Ward.model_validate(closed).problem(), method="highs", seconds=20)
    assert (none.plans, none.stop) == ((), Stop.INFEASIBLE)
    assert none.explanation


def test_a_bound_holds_for_other_ways_to_weigh_too(problem: RosterProblem, tried: list[Roster]) -> None:
    """Whatever the time: a bound is below the cost of every plan, weighed so."""
    short = frontier(problem, method="matheuristic", seconds=0.5, factor=3)
    every = [parts_of(problem, plan) for plan in tried]
    ways: list[tuple[str, dict[str, float]]] = [(plan.name, dict(plan.factors)) for plan in short.plans]
    lone = [(-math.inf, "", Stop.TIME)] * len(ways)
    for k, (_, factors) in enumerate(ways):
        best = min(sum(factors.get(part, 1) * cost for part, cost in parts.items()) for parts in every)
        known = [*lone[:k], (best, "trying all", Stop.OPTIMAL), *lone[k + 1 :]]
        for (_, others), (dual, source, _) in zip(ways, shared_bounds(ways, known), strict=True):
            assert dual <= min(sum(others[part] * p[part] for part in PARTS) + p["rest"] for p in every) + 1e-9
            assert math.isfinite(dual)
            assert source


def test_a_bound_is_not_shared_where_a_rule_pays(problem: RosterProblem, monkeypatch: pytest.MonkeyPatch) -> None:
    """A price below 0 makes the rest of a plan cost less than nothing, and a part of a bound no bound any more."""

    def never(*_: object) -> None:
        raise AssertionError("shared")

    monkeypatch.setattr(import_module("optimise.ask.frontier"), "shared_bounds", never)
    paid = problem.with_rules(Unwanted(name="paid", masks=(problem.shift_mask("E"),), weight=-50.0))
    made = frontier(paid, method="highs", seconds=20)
    assert made.plans[0].parts["rest"] < 0
    with pytest.raises(AssertionError, match="shared"):
        frontier(problem, method="highs", seconds=20)


def test_plans_found_before_a_stop_stay(problem: RosterProblem) -> None:
    names: list[str] = []

    class Listener:
        @property
        def stopping(self) -> bool:
            return len(names) > 1

        def __call__(self, progress: object) -> bool:
            return self.stopping

    made = frontier(problem, method="highs", seconds=20, told=names.append, listen=Listener())
    assert [plan.name for plan in made.plans] == names == ["as the ward says", f"{PARTS[0]} x 4"]
    assert made.plans[0].weighed.dual == pytest.approx(made.plans[0].weighed.primal)
