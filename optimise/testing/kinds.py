"""Prove a kind of problem of your own: problem, plan and answers fit together.

    from optimise.testing import check_kind
    check_kind(MyKind(), problem, plan)

Raises `AssertionError` that says what is broken.
"""

from __future__ import annotations

import math
import pickle
from typing import TypeVar

from optimise.core.bounds import rounding, same_cost
from optimise.core.kinds import Kind
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan
from optimise.solvers.highs import Highs
from optimise.solvers.linear import linear

__all__ = ["check_kind"]

P = TypeVar("P", bound=Problem)
L = TypeVar("L", bound=Plan)


def check_kind(kind: Kind[P, L], problem: P, plan: L, *, seconds: float = 20.0) -> None:
    """A kind on one of its problems, small enough for its model to be solved, and a plan for it.

    What the kind leaves at the answers of :class:`~optimise.core.kinds.Kind` itself is not asked.

    Parameters
    ----------
    kind : Kind
    problem, plan
        Of the kind's types.
    seconds : float
        Limit of everything that takes one.
    """
    assert kind.name, "the kind has no name"
    assert kind.title, "the kind has no title"
    for what, thing, wanted in (("problem", problem, kind.problem), ("plan", plan, kind.plan)):
        assert isinstance(thing, wanted), f"the {what} is a {type(thing).__name__}, the kind says {wanted.__name__}"
        said = thing.kind
        assert said == kind.name, f"the {what} says that it is of kind {said!r}, not {kind.name!r}"
    assert kind.size(problem) > 0, "a problem has no size: methods choose by it"
    _problem(problem, plan)
    cost, feasible = float(problem.evaluate(plan).cost), bool(problem.evaluate(plan).feasible)
    grid, floor = kind.grid(problem), kind.floor(problem)
    assert grid >= 0, f"the grid is {grid}"
    assert _on_grid(cost, grid), f"a plan costs {cost:g}, no multiple of the grid {grid:g}"
    assert not feasible or floor.value <= cost + 1e-9, f"the floor {floor.value:g} is above the cost {cost:g} of a plan"
    assert floor.value == -math.inf or floor.source, "a floor names no source"
    if _own(kind, "model"):
        _model(kind, problem, plan, cost, feasible)
    if _own(kind, "first_plan"):
        _first(kind, problem)
    if _own(kind, "period"):
        _days(kind, problem)
    _shown(kind, problem, plan)
    if _own(kind, "explain"):
        assert all(isinstance(line, str) and line for line in kind.explain(problem, seconds=seconds)), "explain: words"
    figures = kind.figures(problem, Bounds(cost), seconds=seconds, seed=0)
    assert all(isinstance(v, (int, float)) for v in {**figures, **kind.measures(problem)}.values()), "not a number"


def _own(kind: Kind[P, L], name: str) -> bool:
    return getattr(type(kind), name) is not getattr(Kind, name)


def _problem(problem: Problem[L], plan: L) -> None:
    digest, first = problem.digest(), problem.evaluate(plan)
    again = pickle.loads(pickle.dumps(problem))
    assert again.digest() == digest, "a copy sent to another process has another digest"
    second = again.evaluate(pickle.loads(pickle.dumps(plan)))
    assert (second.cost, second.hard) == (first.cost, first.hard), "the same plan is evaluated twice, with two costs"
    assert problem.digest() == digest, "evaluating changes the problem"
    parts = math.fsum(rule.cost for rule in first.rules)
    assert same_cost(parts, first.cost), f"the rules' costs add up to {parts:g}, the plan costs {first.cost:g}"


def _model(kind: Kind[P, L], problem: P, plan: L, cost: float, feasible: bool) -> None:
    """The optimum of the model is a plan of just that cost, and the given plan is a point of it."""
    built = kind.model(problem)
    highs = Highs(linear(built).freeze())
    solved = highs.solve()
    assert solved.values is not None or not feasible, "the model has no point, but there is a plan"
    if solved.values is None:
        return
    found = problem.evaluate(built.plan(solved.values))
    assert found.feasible, "the plan of the model's optimum breaks hard rules"
    assert same_cost(found.cost, solved.objective), (
        f"the model's optimum is {solved.objective:g}, its plan costs {found.cost:g}"
    )
    assert not feasible or solved.objective <= cost + rounding(cost), (
        f"the model's optimum {solved.objective:g} is above the cost {cost:g} of a plan"
    )
    assert kind.floor(problem).value <= found.cost + 1e-9, "the floor is above the optimum"
    assert _on_grid(found.cost, kind.grid(problem)), f"the optimum {found.cost:g} is no multiple of the grid"
    if feasible:
        point = built.start(plan)
        held = [i for i, v in enumerate(point) if not math.isnan(v)]
        highs = Highs(linear(built).freeze())
        highs.set_bounds(held, point[held], point[held])
        kept = highs.solve()
        assert kept.values is not None, "the model forbids a plan that keeps all hard rules"
        assert same_cost(kept.objective, cost), f"the model charges a plan {kept.objective:g}, the evaluation {cost:g}"


def _first(kind: Kind[P, L], problem: P) -> None:
    one, two = (kind.first_plan(problem, 3, lambda: False) for _ in range(2))
    assert one is None or isinstance(one, kind.plan), "first_plan gives something else than a plan"
    if one is not None:
        costs = problem.evaluate(one).cost, problem.evaluate(two).cost
        assert costs[0] == costs[1], "the same seed gives two first plans"


def _days(kind: Kind[P, L], problem: P) -> None:
    period = kind.period(problem)
    assert period is None or period.days > 0, "a plan of no days"
    if period is not None:
        words = [kind.day(problem, day) for day in range(period.days)]
        assert len(set(words)) == len(words), "two days have the same words"


def _shown(kind: Kind[P, L], problem: P, plan: L) -> None:
    if _own(kind, "table"):
        table = kind.table(problem, plan)
        assert all(len(row) == len(table.columns) for row in table.rows), "a row of the table has not a cell a column"
    if _own(kind, "board"):
        board = kind.board(problem, plan)
        assert len(board.cells) == len(board.rows), "the board has not a line of cells a row"
        assert all(len(cells) == len(board.days) for cells in board.cells), "a line of the board has not a cell a day"


def _on_grid(cost: float, grid: float) -> bool:
    return not grid or not math.isfinite(cost) or abs(cost / grid - round(cost / grid)) * grid <= 1e-6
