"""Kinds of problem: what a subject registers once, so that nobody else asks what a problem is.

A subject (rosters, hospitals, two-stage capacity, regions, blocks, ...) has one :class:`Kind`. Drivers, methods for
every subject, tables, reports and the command ask the kind; none of them compares names. Kinds of other packages are
found through the entry-point group ``wardwise.kinds`` (name -> zero-argument factory of a :class:`Kind`).
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError, UnsupportedError
from optimise.core.given import refuse
from optimise.core.method import Outcome
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stats, Stop

__all__ = [
    "Board",
    "Floor",
    "Kind",
    "Period",
    "PlanModel",
    "Table",
    "cost_grid",
    "fitted",
    "get_kind",
    "has_model",
    "kind_of",
    "known_kinds",
    "load",
    "measured",
]

P = TypeVar("P", bound=Problem)
L = TypeVar("L", bound=Plan)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """A plan in long form: names of the columns, and one tuple a row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A plan as people see it on the wall.

    Attributes
    ----------
    names : tuple of str
        What a row stands for, one name a level: ``("employee",)``, ``("trust", "unit")``.
    rows : tuple
        Label of each row; a tuple of labels where there are several levels.
    days : tuple
        Label of each column: a date where the problem has dates, else the day's number.
    cells : tuple of tuples, shape (rows, days)
    """

    names: tuple[str, ...]
    rows: tuple[Any, ...]
    days: tuple[Any, ...]
    cells: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a problem plans, and the date of the first where there is one."""

    days: int
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """A lower bound that the prices alone prove; ``-inf`` where they prove nothing."""

    value: float = -math.inf
    source: str = ""


class PlanModel(Protocol[L]):
    """A formulation of one problem: its linear model, and the way between plans and points of it."""

    @property
    def model(self) -> object:
        """The :class:`~optimise.solvers.linear.LinearModel`; :func:`~optimise.solvers.linear.linear` gives it."""
        ...

    def plan(self, values: Floats) -> L: ...
    def start(self, plan: L) -> Floats: ...


class Kind(Generic[P, L]):
    """What a subject knows of its problems. Stateless; everything but the first four has an answer already.

    Attributes
    ----------
    name : str
        As in ``problem.kind``.
    title : str
        In words, for messages: "roster", "two-stage capacity".
    problem, plan : type
    native : str or None
        Name of the format in which plans are kept beside their family's own; None where there is none.
    report, replan : str
        ``module:object`` of what builds a page and an earlier plan's problem, rooms above this one; empty where
        there is none. They are loaded when first asked for (:func:`load`).
    generators : mapping of str to str
        What ``wardwise generate`` can make of this kind: name -> ``module:function`` of ``(output, size, weeks, seed)``
        that writes files and returns them.
    schemas : mapping of str to str
        Published JSON Schemas of this kind's own files: name -> ``package:path``.
    pictured : bool
        Whether a page of it holds pictures.
    evaluated : str
        What is said of a stored plan's cost once the plan has been evaluated again.
    """

    name: str
    title: str
    problem: type[P]
    plan: type[L]
    native: str | None = None
    report: str = ""
    replan: str = ""
    generators: Mapping[str, str] = MappingProxyType({})
    schemas: Mapping[str, str] = MappingProxyType({})
    pictured: bool = False
    evaluated: str = "evaluated again"

    def fit(self, problem: P, plan: L) -> None:
        """Refuse a plan of another problem by an :class:`~optimise.core.errors.InputError`."""
        problem.evaluate(plan)

    def size(self, problem: P) -> int:
        """Rough number of yes-or-no decisions of the whole model."""
        raise NotImplementedError

    def model(self, problem: P, **options: object) -> PlanModel[L]:
        """The whole model."""
        raise UnsupportedError(f"there is no model of {self.title} problems")

    def figures(self, problem: P, bounds: Bounds, *, seconds: float, seed: int) -> dict[str, float]:
        """Figures worth telling beside a plan of these bounds, such as the value of the stochastic solution."""
        return {}

    def preferred(self, problem: P, usable: Callable[[str], bool]) -> tuple[str, ...]:
        """Methods that ``auto`` uses one after the other; ``usable`` says whether one is there and suits."""
        return tuple(name for name in ("highs",) if usable(name))

    def period(self, problem: P) -> Period | None:
        """Days of the plan; None where there are none."""
        return None

    def day(self, problem: P, day: int) -> str:
        """A day in words."""
        return f"day {day}"

    def first_plan(self, problem: P, seed: int, over: Callable[[], bool]) -> L | None:
        """A quick plan to start from; None where there is no quick way."""
        return None

    def repaired(self, problem: P, plan: L) -> L:
        """A plan to start from that is close to ``plan`` and keeps every hard rule; ``plan`` where there is none."""
        return plan

    def evened(self, problem: P, plan: L, over: Callable[[], bool]) -> L:
        """A plan of the same cost that people find fairer; ``plan`` where nothing tells plans of equal cost apart.

        Where ``over()`` is true it is left as far as it has come.
        """
        return plan

    def floor(self, problem: P) -> Floor:
        """Lower bound by prices alone."""
        return Floor()

    def grid(self, problem: P) -> float:
        """Step of which the cost of every plan is a multiple; 0 when there is none or none is known."""
        return 0.0

    def explain(self, problem: P, *, seconds: float) -> tuple[str, ...]:
        """Why no plan keeps all hard rules, a sentence each; empty where nothing is known."""
        return ()

    def unread(self, problem: P) -> tuple[str, ...]:
        """What the file of the problem holds and nobody read, a sentence each; told whatever the result is."""
        return ()

    def remarks(self, problem: P, plan: L) -> tuple[str, ...]:
        """What people must hear beside a feasible plan, a sentence each, such as who is left out of it."""
        return ()

    def headlines(self, problem: P, plan: L) -> tuple[str, ...]:
        """What people look for first in a plan, a sentence each, such as the share of requests met."""
        return ()

    def without_plan(self, problem: P, stop: Stop, *, seconds: float, stats: Stats) -> Outcome:
        """Outcome of a method that has no plan: proven infeasible where that succeeds in ``seconds``."""
        return Outcome(None, stop, Bounds(), stats)

    def measures(self, problem: P) -> dict[str, float]:
        """Size of the instance in numbers, for studies."""
        return {}

    def schema(self, name: str, published: dict[str, object]) -> dict[str, Any]:
        """A published schema with what installed packages add to it, such as their rules."""
        return published

    def table(self, problem: P, plan: L) -> Table:
        """The plan in long form."""
        raise UnsupportedError(f"no table is defined for {self.title} plans")

    def board(self, problem: P, plan: L) -> Board:
        """The plan as people see it on the wall."""
        raise UnsupportedError(f"no board is defined for {self.title} plans")


_BUILT_IN: dict[str, str] = {
    "roster": "optimise.roster.kind:RosterKind",
    "hospital": "optimise.hospital.kind:HospitalKind",
    "admissions": "optimise.hospital.admissions.kind:AdmissionKind",
    "assignment": "optimise.hospital.assignment.kind:AssignmentKind",
    "capacity": "optimise.capacity.kind:CapacityKind",
    "region": "optimise.capacity.kind:RegionKind",
    "blocks": "optimise.blocks.kind:BlocksKind",
}


def load(target: str) -> Any:
    """The object that ``module:object`` names."""
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def known_kinds() -> dict[str, str]:
    """Names of all kinds with the object reference each one comes from."""
    found = dict(_BUILT_IN)
    for point in entry_points(group="wardwise.kinds"):
        found.setdefault(point.name, point.value)
    return found


@cache
def _made(target: str) -> Kind[Problem, Plan]:
    made: Kind[Problem, Plan] = load(target)()
    return made


@cache
def _plain(name: str) -> Kind[Problem, Plan]:
    made: Kind[Problem, Plan] = Kind()
    made.name = made.title = name
    return made


def get_kind(name: str) -> Kind[Problem, Plan]:
    """The kind called ``name``.

    Raises
    ------
    UnsupportedError
        If nobody has registered it; the message lists those known.
    """
    target = _BUILT_IN.get(name) or known_kinds().get(name)
    if target is None:
        raise UnsupportedError(f"unknown kind of problem {name!r}; known: {', '.join(known_kinds())}")
    return _made(target)


def kind_of(problem: Problem[L]) -> Kind[Problem[L], L]:
    """The kind of a problem; one that nobody has registered has the answers of :class:`Kind` itself."""
    name = problem.kind
    found: Kind[Any, Any] = get_kind(name) if name in _BUILT_IN or name in known_kinds() else _plain(name)
    return found


def fitted(problem: Problem[L], plan: L, name: str = "plan") -> L:
    """A plan that belongs to a problem, refused where it is of another kind or another problem.

    Parameters
    ----------
    problem : Problem
    plan : Plan
        It may break rules.
    name : str
        What the caller calls it.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        Names the argument, with what it is and what was wanted.
    """
    kind = kind_of(problem)
    wanted: type[object] = getattr(kind, "plan", Plan)
    if not isinstance(plan, wanted):
        refuse(name, plan, f"a {wanted.__name__}, the plan of a {kind.title} problem")
    try:
        kind.fit(problem, plan)
    except InputError as error:
        raise InputError(error.message, item=name if error.item in (None, "plan") else error.item) from None
    return plan


def has_model(problem: object) -> bool:
    """Whether a problem is of a known kind that has a model."""
    name = getattr(problem, "kind", "")
    return name in known_kinds() and type(get_kind(name)).model is not Kind.model


def measured(name: str) -> bool:
    """Whether instances of the kind of this name say how large they are."""
    return name in known_kinds() and type(get_kind(name)).measures is not Kind.measures


def cost_grid(problem: Problem) -> float:
    """Step of which the cost of every plan of a problem is a multiple; 0 when there is none or none is known."""
    return kind_of(problem).grid(problem)
