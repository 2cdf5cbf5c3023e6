"""Prove a bed rule of your own: amounts, words, rows of the model, and the engines that it says it is known to.

    from optimise.testing import check_bed_rule
    check_bed_rule(MyRule())

Raises `AssertionError` that says what is broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

import numpy as np

from optimise.core.method import Limits, available_methods, get_method
from optimise.driver import solve
from optimise.generate.hospitals import hospital
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules import forget_rule, register_rule, rules_by_name
from optimise.hospital.rules.base import Engine, HospitalRule
from optimise.hospital.rules.state import HospitalState
from optimise.hospital.search import construct
from optimise.hospital.search.annealing import RoomAnnealing
from optimise.hospital.search.layout import COST, hard_points, ticks
from optimise.hospital.search.state import arrays_for, rows_of
from optimise.hospital.search.update import fill
from optimise.solvers.highs import Highs
from optimise.testing.random_hospitals import random_beds

__all__ = ["check_bed_rule"]

#: Price at which a rule is tried beside hard, in ticks.
PRICE = 7
#: Plans tried of each problem.
PLANS = 6


def check_bed_rule(rule: HospitalRule, problems: Sequence[HospitalProblem] | None = None, *, seed: int = 0) -> None:
    """A bed rule's amount, breaches and step; its rows, hard and priced; and the engines that it claims.

    Parameters
    ----------
    rule : HospitalRule
        Registered or not.
    problems : sequence of HospitalProblem, optional
        Small ones to try it on; by default three bed plans with fixed stays and a hospital with theatres and nurses.
    seed : int
        Of the plans that are tried.
    """
    for field in ("name", "text", "unit"):
        assert getattr(rule, field, ""), f"the rule has no {field}"
    assert rule.hard_only <= rule.engines, "hard_only names engines that the rule does not know at all"
    if problems is None:
        problems = (*(random_beds(Random(f"bed rule {k}")) for k in (4, 6, 7)), hospital(10, 3, 4))
    matters, tried = False, set[Engine]()
    with _known(rule):
        for plain in problems:
            if not rule.applies(plain):
                continue
            free: dict[str, int | None] = {s.rule: 0 for s in plain.rules if s.rule != rule.name}
            plans = _plans(plain, np.random.default_rng(seed))
            for weight in (PRICE, None):
                for plan in plans:
                    amount = _amounts(rule, plain.with_settings({rule.name: weight}), plan)
                    matters |= amount > 0
                    _rows(rule, plain.with_settings(free | {rule.name: weight}), plan, amount)
                tried |= _engines(rule, plain, weight, plans, tried)
        assert matters, "no plan that was tried breaks the rule: give problems in which some do"
        left = sorted(engine for engine in rule.engines - tried if engine is not Engine.COLUMNS or _installed())
        assert not left, f"no problem that was tried suits the {left[0]}, to which the rule claims to be known"


def _installed() -> bool:
    """Whether the column generation of rooms, which is another package's, can be tried."""
    return "column-generation" in available_methods()


@contextmanager
def _known(rule: HospitalRule) -> Iterator[None]:
    """The rule under its name for a while."""
    new = rule.name not in rules_by_name()
    if new:
        register_rule(rule)
    try:
        yield
    finally:
        if new:
            forget_rule(rule.name)


def _plans(problem: HospitalProblem, random: np.random.Generator) -> list[HospitalPlan]:
    """A constructed plan, and such with people in other rooms that suit them, whatever the rules say."""
    first, _ = construct(problem, seed=0)
    made = [first]
    for _ in range(PLANS - 1):
        room = first.room.copy()
        for p in np.flatnonzero(first.admission >= 0):
            suits = np.flatnonzero(~problem.patients.forbidden[p])
            if problem.patients.home[p] < 0 and len(suits):
                room[p, room[p] >= 0] = random.choice(suits)
        made.append(HospitalPlan(first.admission, room, first.theatre, first.nurse))
    return made


def _amounts(rule: HospitalRule, problem: HospitalProblem, plan: HospitalPlan) -> int:
    """The rule's amount on a plan; every breach can be told, and the step divides it."""
    found = rule.breaches(HospitalState(problem, plan))
    for i in range(len(found.amount)):
        breach = found.tell(i)
        assert breach.message, "a breach has no words for the planner"
        assert all(0 <= day < problem.days for day in breach.days), f"a breach is on the days {breach.days}"
    amount, step = int(found.amount.sum()), rule.step(problem)
    multiple = amount % step == 0 if step else amount == 0
    assert multiple, f"the amount {amount} is no multiple of the rule's step {step}"
    again = int(rule.breaches(HospitalState(problem, plan)).amount.sum())
    assert again == amount, f"the same plan has the amounts {amount} and {again}: a rule keeps no state"
    return amount


def _rows(rule: HospitalRule, problem: HospitalProblem, plan: HospitalPlan, amount: int) -> None:
    """The model with the plan held: its cost is that of the amount, or the hard rule forbids it."""
    built = HospitalModel(problem)
    arrays, point = built.model.freeze(), built.start(plan)
    highs, held = Highs(arrays), np.flatnonzero(~np.isnan(point))
    highs.set_bounds(held, point[held], point[held])
    solved = highs.solve()
    if problem.hard(rule.name):
        kept = solved.values is not None
        assert kept == (amount == 0), f"hard, with amount {amount}: the model says {'kept' if kept else 'broken'}"
        return
    wanted = hard_and_cost(problem, plan)[1] / problem.scale
    assert solved.values is not None, f"priced, with amount {amount}: the model forbids the plan"
    assert abs(solved.objective - wanted) <= 1e-6 * max(1.0, wanted), (
        f"priced, with amount {amount}: the model charges {solved.objective:g}, the evaluation {wanted:g}"
    )


def _engines(
    rule: HospitalRule, plain: HospitalProblem, weight: int | None, plans: Sequence[HospitalPlan], before: set[Engine]
) -> set[Engine]:
    """Engines that the rule says it is known to charge what the evaluation charges; those that were tried."""
    problem, tried = plain.with_settings({rule.name: weight}), set[Engine]()
    if rule.known_to(Engine.JOINT, weight):
        for plan in plans:
            if hard_and_cost(plain.with_settings({rule.name: 0}), plan)[0] == 0:  # the search loads no other
                _joint(problem, plan)
                tried.add(Engine.JOINT)
    if rule.known_to(Engine.ROOMS, weight) and _rooms(problem, plans[0]):
        tried.add(Engine.ROOMS)
    new = Engine.COLUMNS not in before and _installed()  # two solves: once is enough
    if new and rule.known_to(Engine.COLUMNS, weight) and _columns(problem):
        tried.add(Engine.COLUMNS)
    return tried


def _joint(problem: HospitalProblem, plan: HospitalPlan) -> None:
    g, h = arrays_for(problem, 3)
    g[COST] = fill(g, h, *rows_of(problem, plan))
    packed, (hard, cost) = int(g[COST]), hard_and_cost(problem, plan)
    said = "breaks" if hard_points(packed) else "keeps"
    assert (hard_points(packed) == 0) == (hard == 0), f"the joint search says that a plan {said} the hard rules"
    assert hard > 0 or ticks(packed) == cost, f"the joint search charges {ticks(packed)}, the evaluation {cost}"


def _rooms(problem: HospitalProblem, plan: HospitalPlan) -> bool:
    """Short runs from plans shaken up; whether the search suits the problem."""
    search = RoomAnnealing(problem)
    if not search.usable or hard_and_cost(problem, plan)[0] or (plan.admission < 0).any():
        return False
    for seed in range(3):
        _, _, shaken = search.run(plan, steps=500, seed=seed, hot=1e9, cold=1e9)
        best, change, _ = search.run(shaken, steps=500, seed=seed, hot=search.hot, cold=1.0)
        (_, before), (hard, after) = hard_and_cost(problem, shaken), hard_and_cost(problem, best)
        assert hard == 0, "the search of rooms ends in a plan that breaks hard rules"
        assert change == after - before, (
            f"the search of rooms counts a change of {change}, the evaluation {after - before}"
        )
    return True


def _columns(problem: HospitalProblem) -> bool:
    """The bound beside the whole model's optimum; whether the method suits the problem."""
    if not get_method("column-generation").supports(problem):
        return False
    best = solve(problem, "highs", limits=Limits(seconds=10.0))
    found = solve(problem, "column-generation", limits=Limits(seconds=5.0, iterations=3), seed=1)
    assert found.bounds.dual <= best.cost + 1e-6, "the bound of the column generation of rooms is above a plan's cost"
    assert found.cost >= best.bounds.dual - 1e-6, "the column generation of rooms has a plan below the bound"
    return True
