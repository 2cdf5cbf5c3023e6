"""Kinds: a third party's is found by entry point, solved, checked and shown; nobody knows it by name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

import pytest

import optimise
from optimise import frames
from optimise.core import kinds
from optimise.core.errors import UnsupportedError
from optimise.core.kinds import Board, Kind, Table, get_kind
from optimise.core.method import Outcome
from optimise.core.result import Bounds, Evaluation, RuleCost, Stop
from optimise.report.base import subject_of


@dataclass(frozen=True)
class Pick:
    number: int
    kind: str = "toy"


@dataclass(frozen=True)
class Toy:
    """Pick the least number of a few."""

    numbers: tuple[int, ...]
    name: str = "toy"
    family: str = "toy"
    kind: str = "toy"

    def evaluate(self, plan: Pick) -> Evaluation:
        cost = float(self.numbers[plan.number])
        return Evaluation(cost, 0.0, (RuleCost("number", False, cost, cost),))

    def digest(self) -> str:
        return hashlib.sha256(repr(self.numbers).encode()).hexdigest()


class ToyKind(Kind[Toy, Pick]):
    name = "toy"
    title = "toy"
    problem = Toy
    plan = Pick

    def size(self, problem: Toy) -> int:
        return len(problem.numbers)

    def preferred(self, problem: Toy, usable: Any) -> tuple[str, ...]:
        return ()

    def grid(self, problem: Toy) -> float:
        return 1.0

    def table(self, problem: Toy, plan: Pick) -> Table:
        return Table(("number",), ((problem.numbers[plan.number],),))

    def board(self, problem: Toy, plan: Pick) -> Board:
        return Board(("row",), ("only",), (0,), ((problem.numbers[plan.number],),))


class Least:
    """Tries all."""

    name = "least"

    def supports(self, problem: Any) -> bool:
        return isinstance(problem, Toy)

    def solve(self, problem: Toy, **_: Any) -> Outcome[Pick]:
        best = min(range(len(problem.numbers)), key=problem.numbers.__getitem__)
        cost = float(problem.numbers[best])
        return Outcome(Pick(best), Stop.OPTIMAL, Bounds(cost, cost - 0.5, "least", "all were tried"))


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Toy:
    points = [EntryPoint("toy", f"{__name__}:ToyKind", "wardwise.kinds")]
    monkeypatch.setattr(kinds, "entry_points", lambda group: points)
    monkeypatch.setattr(kinds, "load", lambda target: ToyKind)
    kinds._made.cache_clear()
    return Toy((5, 3, 4))


def test_a_kind_of_another_package_is_solved_and_checked(toy: Toy) -> None:
    result = optimise.solve(toy, Least())
    assert result.proven  # the bound was rounded up to the kind's grid
    assert result.cost == 3
    assert result.plan == Pick(1)


def test_its_plan_is_shown(toy: Toy) -> None:
    assert frames.frame(toy, Pick(0))["number"].tolist() == [5]
    assert frames.grid(toy, Pick(2)).iloc[0, 0] == 4
    assert subject_of(toy).sentences(toy, Pick(0), toy.evaluate(Pick(0))) == []


def test_a_kind_that_nobody_registered_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="unknown kind of problem 'nothing'"):
        get_kind("nothing")
