"""The check of kinds passes sound ones, ours and a stranger's, and finds each way of being wrong."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import optimise
from optimise.capacity.kind import CapacityKind
from optimise.capacity.problem import CapacityPlan
from optimise.core.kinds import Board, Floor, Kind, Period, Table
from optimise.core.result import Evaluation, RuleCost
from optimise.hospital.kind import HospitalKind
from optimise.roster.kind import RosterKind
from optimise.solvers.linear import LinearModel
from optimise.testing import check_kind
from optimise.testing.capacity import CapacityCase, tiny

EXAMPLES = Path(__file__).parents[3] / "examples"


@dataclass(frozen=True)
class Pick:
    number: int
    kind: str = "toy"


@dataclass(frozen=True)
class Toy:
    """Pick one of a few numbers; the cost is twice the number."""

    numbers: tuple[int, ...]
    name: str = "toy"
    family: str = "toy"
    kind: str = "toy"
    asked: list[int] = field(default_factory=list, compare=False)

    def evaluate(self, plan: Pick) -> Evaluation:
        cost = 2.0 * self.numbers[plan.number]
        return Evaluation(cost, 0.0, (RuleCost("number", False, cost, cost),))

    def digest(self) -> str:
        return hashlib.sha256(repr((self.numbers, self.asked)).encode()).hexdigest()


class ToyModel:
    """``min sum 2 n x``, one x is 1."""

    factor = 2.0

    def __init__(self, problem: Toy) -> None:
        self.model = LinearModel("toy")
        cost = self.factor * np.array(problem.numbers, dtype=float)
        self.x = self.model.add_columns("x", len(problem.numbers), upper=1.0, cost=cost, integer=True)
        self.model.add_entries(self.model.add_rows("one", 1, lower=1.0, upper=1.0)[:, None], self.x[None, :])

    def plan(self, values: Any) -> Pick:
        return Pick(int(np.argmax(values[self.x])))

    def start(self, plan: Pick) -> Any:
        return np.eye(len(self.x))[plan.number]


class ToyKind(Kind[Toy, Pick]):
    name = "toy"
    title = "toy"
    problem = Toy
    plan = Pick
    made = ToyModel

    def size(self, problem: Toy) -> int:
        return len(problem.numbers)

    def model(self, problem: Toy, **options: Any) -> ToyModel:
        return self.made(problem)

    def grid(self, problem: Toy) -> float:
        return 2.0

    def floor(self, problem: Toy) -> Floor:
        return Floor(0.0, "no number is negative")

    def period(self, problem: Toy) -> Period | None:
        return Period(2)

    def first_plan(self, problem: Toy, seed: int, over: Any) -> Pick | None:
        return Pick(seed % len(problem.numbers))

    def explain(self, problem: Toy, *, seconds: float) -> tuple[str, ...]:
        return ("no number is small enough",)

    def table(self, problem: Toy, plan: Pick) -> Table:
        return Table(("number",), ((problem.numbers[plan.number],),))

    def board(self, problem: Toy, plan: Pick) -> Board:
        return Board(("row",), ("only",), (0,), ((problem.numbers[plan.number],),))


def test_a_sound_kind_passes() -> None:
    check_kind(ToyKind(), Toy((5, 3, 4)), Pick(0))


@pytest.mark.parametrize(
    ("kind", "file"), [(RosterKind(), "ward4x7.json"), (HospitalKind(), "beds6.json")], ids=["roster", "hospital"]
)
def test_our_own_kinds_pass(kind: Kind[Any, Any], file: str) -> None:
    problem = optimise.read(EXAMPLES / file)
    plan = optimise.solve(problem, "highs", limits=optimise.Limits(seconds=20)).plan
    check_kind(kind, problem, plan)


def test_the_kind_of_capacity_passes() -> None:
    problem = tiny(1)
    plan = CapacityCase("", problem).optimum.plan
    assert isinstance(plan, CapacityPlan)
    check_kind(CapacityKind(), problem, plan)


class Dearer(ToyModel):
    factor = 3.0


class Narrow(ToyModel):
    def start(self, plan: Pick) -> Any:
        return np.zeros(len(self.x))


class Blind(ToyModel):
    def plan(self, values: Any) -> Pick:
        return Pick(0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": ""}, "no title"),
        ({"name": "else"}, "says that it is of kind 'toy', not 'else'"),
        ({"plan": int}, "the plan is a Pick, the kind says int"),
        ({"size": lambda self, problem: 0}, "no size"),
        ({"grid": lambda self, problem: 4.0}, "no multiple of the grid 4"),
        ({"grid": lambda self, problem: -1.0}, "the grid is -1"),
        ({"floor": lambda self, problem: Floor(7.0, "wrong")}, "the floor is above the optimum"),
        ({"floor": lambda self, problem: Floor(11.0, "wrong")}, "the floor 11 is above the cost 10"),
        ({"floor": lambda self, problem: Floor(1.0)}, "a floor names no source"),
        ({"made": Dearer}, "the model's optimum is 9, its plan costs 6"),
        ({"made": Blind}, "the model's optimum is 6, its plan costs 10"),
        ({"made": Narrow}, "the model forbids a plan"),
        ({"first_plan": lambda self, problem, seed, over: 3}, "something else than a plan"),
        ({"period": lambda self, problem: Period(0)}, "a plan of no days"),
        ({"day": lambda self, problem, day: "a day"}, "two days have the same words"),
        ({"table": lambda self, problem, plan: Table(("a", "b"), ((1,),))}, "not a cell a column"),
        ({"board": lambda self, problem, plan: Board(("r",), ("a", "b"), (0,), ((1,),))}, "not a line of cells a row"),
        ({"board": lambda self, problem, plan: Board(("r",), ("a",), (0, 1), ((1,),))}, "not a cell a day"),
        ({"explain": lambda self, problem, seconds: ("",)}, "explain: words"),
        ({"measures": lambda self, problem: {"size": "large"}}, "not a number"),
    ],
)
def test_a_kind_with_one_fault_is_found(changed: dict[str, Any], said: str) -> None:
    kind = type("Wrong", (ToyKind,), changed)()
    with pytest.raises(AssertionError, match=said):
        check_kind(kind, Toy((5, 3, 4)), Pick(0))


def test_first_plans_that_differ_are_found() -> None:
    class Drawn(ToyKind):
        asked = 0

        def first_plan(self, problem: Toy, seed: int, over: Any) -> Pick:
            Drawn.asked += 1
            return Pick(Drawn.asked % 2)

    with pytest.raises(AssertionError, match="two first plans"):
        check_kind(Drawn(), Toy((5, 3, 4)), Pick(0))


@dataclass(frozen=True)
class Remembering(Toy):
    """Changes when it is asked."""

    def evaluate(self, plan: Pick) -> Evaluation:
        self.asked.append(plan.number)
        return super().evaluate(plan)


def test_a_problem_that_changes_when_it_is_evaluated_is_found() -> None:
    with pytest.raises(AssertionError, match=r"another digest|changes the problem"):
        check_kind(ToyKind(), Remembering((5, 3, 4)), Pick(0))


@dataclass(frozen=True)
class Unsummed(Toy):
    """Its rules do not add up."""

    def evaluate(self, plan: Pick) -> Evaluation:
        return Evaluation(2.0 * self.numbers[plan.number], 0.0, (RuleCost("number", False, 1.0, 1.0),))


def test_rules_that_do_not_add_up_are_found() -> None:
    with pytest.raises(AssertionError, match="add up to 1, the plan costs 10"):
        check_kind(ToyKind(), Unsummed((5, 3, 4)), Pick(0))
