"""What planning again needs of a subject, and what all subjects share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeVar

from optimise.core.errors import InputError, UnsupportedError
from optimise.core.kinds import kind_of, load
from optimise.core.method import Method
from optimise.core.problem import Problem
from optimise.core.result import Plan

__all__ = ["Change", "ChangePrices", "Previous", "agreed", "listed", "subject_of"]


#: Problems and plans that are planned again; any where nothing is said.
P = TypeVar("P", bound=Problem, default=Any)
L = TypeVar("L", bound=Plan, default=Any)


@dataclass(frozen=True, slots=True, eq=False)
class Previous(Generic[L]):
    """What an earlier plan says about today's people, patients and days.

    Attributes
    ----------
    plan : Roster or HospitalPlan
        In today's numbering; nothing (off, not admitted) where the earlier plan is silent.
    known : bool array
        Rosters: (employees, days), the cells that the earlier plan speaks of. Hospitals: (patients,).
    before : tuple of tuple of int
        Rosters: each person's duties on the days before today's horizon, latest first, where the earlier plan
        reaches back so far.
    notes : tuple of str
        What the two do not have in common, for the planner.
    joined : tuple of int
        Today's people or patients of whom the earlier plan says nothing at all.
    left : mapping of str to tuple of (day, what)
        Those of the earlier plan who are gone, with what they were to do on today's days.
    lost : mapping of (employee, day) to str
        Rosters: duties of the earlier plan that no longer exist.
    outside : mapping of int to int
        Hospitals: patients whom the earlier plan admits on a day outside today's, and that day.
    """

    plan: L
    known: NDArray[np.bool_]
    before: tuple[tuple[int, ...], ...] = ()
    notes: tuple[str, ...] = field(default=())
    joined: tuple[int, ...] = ()
    left: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    lost: Mapping[tuple[int, int], str] = field(default_factory=dict)
    outside: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that differs, or somebody who came or went.

    Attributes
    ----------
    who : str
        Employee, patient or room.
    what : str
        ``duty``, ``admission``, ``room``, ``theatre``, ``nurse``, ``joined`` or ``left``.
    day : int
        Day of today's problem on which it takes effect.
    was, now : str
        ``-`` for off, not admitted or not there.
    name : str
        Of the person, where the problem knows it.
    date : str
        Of the day (ISO), where the problem has dates.
    """

    who: str
    what: str
    day: int
    was: str
    now: str
    name: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class ChangePrices:
    """What changes to the earlier plan cost, in units of cost.

    Attributes
    ----------
    change : float
        Rosters: a duty of a person's day. Hospitals: another day of admission, a cancellation, or a call for somebody
        who had no date.
    night : float
        A night in another room than planned.
    theatre : float
        Another theatre on the day that was planned.
    nurse : float
        Another nurse of a room in a shift.
    move : float
        Least price of a move of somebody between rooms; where the problem forbids moves, if they are needed.
    """

    change: float
    night: float = 0.0
    theatre: float = 0.0
    nurse: float = 0.0
    move: float = 0.0


class Subject(Protocol[P, L]):
    """Planning again on one kind of problem (``Kind.replan``)."""

    def fitting(self, plan: L, problem: P) -> Previous[L]:
        """A plan that fits today's problem as it is."""
        ...

    def read(self, path: Path, problem: P, days_since: int | None) -> Previous[L]:
        """A native plan whose people and days may differ from today's; dates say which of its days is today."""
        ...

    def prices(self, change: float | None, nurse: float | None) -> ChangePrices:
        """All prices from those that are given."""
        ...

    def problem(self, problem: P, previous: Previous[L], freeze_until: int, prices: ChangePrices) -> P:
        """Today's problem with rules that freeze and price."""
        ...

    def start(self, problem: P, previous: Previous[L], prices: ChangePrices) -> tuple[P, L | None]:
        """A plan to start from, as close to the earlier one as can be, or None; and the problem that it belongs to."""
        ...

    def overlooked(self, problem: P, made: P, previous: Previous[L]) -> tuple[str, ...]:
        """Hard rules of today's problem that days which are over break, and that :meth:`problem` does not count."""
        ...

    def changes(self, problem: P, previous: Previous[L], plan: L) -> Iterator[Change]:
        """What a plan does otherwise, in order of people and days."""
        ...

    def method(self, inner: Method, previous: Previous[L], freeze_until: int) -> Method:
        """``inner``, wrapped where it would not keep by itself all that is past."""
        ...


def subject_of(problem: Problem[L]) -> Subject[Problem[L], L]:
    """Planning again on problems of this kind.

    Raises
    ------
    UnsupportedError
        If the kind has none.
    """
    kind = kind_of(problem)
    if not kind.replan:
        raise UnsupportedError(f"{kind.title} problems cannot be planned again from an earlier plan")
    made: Subject[Problem[L], L] = load(kind.replan)()
    return made


def agreed(first: int, days_since: int | None, path: Path) -> None:
    """Refuse a day of the earlier plan that its dates contradict.

    Parameters
    ----------
    first : int
        Today's number of the earlier plan's first day, by the dates.
    days_since : int, optional
        Day of the earlier plan that is said to be today's first.
    path : Path
        The earlier plan.

    Raises
    ------
    InputError
        If the two differ.
    """
    if days_since is not None and days_since != -first:
        text = f"is {days_since}, but by the dates today is day {-first} of the earlier plan; leave it out"
        raise InputError(text, file=path, item="days since")


def listed(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
