"""The three forms to which every rostering rule is reduced.

``Pattern``
    A conjunction over consecutive days of one person: it *matches* where each day's duty lies in that day's set.
    A match is forbidden (hard) or costs ``amount * weight``. Successions, runs, weekends, leave and requests are all
    patterns. A set of them is a weighted automaton (in pricing), clauses (in a MIP) and a look-up (in evaluation).
``Counter``
    A total of one person (minutes, shifts of a type, worked weekends) with piecewise-linear cost outside
    ``[lower, upper]``. Patterns and counters together are the multicost-regular view of one person's roster
    (Demassey, Pesant, Rousseau 2006; Menana, Demassey 2009).
``Line``
    The only thing that links people: a weighted head count on a day with convex piecewise-linear cost.

Days before the horizon are negative. A weight of :data:`HARD` (infinity) forbids.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.roster.context import RosterContext
from optimise.roster.rules.regular import Regular

__all__ = ["HARD", "NO_LIMIT", "Counter", "Line", "Pattern", "Regular", "RosterRule", "Segment", "Term", "segment_cost"]

#: Weight of a rule that may not be broken.
HARD = math.inf
#: Stands for "no limit" in the integer bounds of counters.
NO_LIMIT = 2**40

Ints = NDArray[np.int32]


def _check_price(rule: str, *prices: float) -> None:
    """Refuse what is no price: a cost that is not a number would spoil every sum that it enters."""
    for price in prices:
        if math.isnan(price) or price == -math.inf:
            raise InputError(f"a price of {price:g} is none; give a number, or HARD to forbid", item=f"rule {rule!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A forbidden or priced sequence, at many places.

    Attributes
    ----------
    rule : str
        Name of the rule that made it.
    masks : tuple of int
        ``masks[i]`` is the set of duties that match on day ``start + i``. With ``groups``, the sets are over
        {bit 0: the group is free, bit 1: someone works in it} and ``start`` counts groups.
    employees, starts : ndarray of int32, shape (n,)
        The places: person and first day (before the horizon, history decides: ``past`` such days have been cut off).
    weight : float
        Price of one unit, or :data:`HARD`.
    amount : int
        Units that one match counts.
    groups : tuple of tuple of int, optional
        Groups of days (weekends) when the pattern speaks of groups and not of days.
    label : str
        What a match means, for the planner: ``"more than 5 working days in a row"``.
    told : str
        The label of one roster, with the duties worked at ``{first}``, ``{last}`` and ``{all}``; empty: the label.
    merge : bool
        Whether matches on adjacent starts are one violation (windows of a too long run).
    unit : str
        What the amount counts.
    regular : Regular, optional
        Which rows of the sets match, where not all do; ``masks`` then are what it leaves open.
    """

    rule: str
    masks: tuple[int, ...]
    employees: Ints
    starts: Ints
    weight: float = HARD
    amount: int = 1
    groups: tuple[tuple[int, ...], ...] | None = None
    label: str = ""
    merge: bool = False
    unit: str = "times"
    regular: Regular | None = None
    told: str = ""
    past: int = 0

    def __post_init__(self) -> None:
        _check_price(self.rule, self.weight)

    @property
    def hard(self) -> bool:
        return math.isinf(self.weight)

    @property
    def cost(self) -> float:
        """Cost of one match; infinite when hard."""
        return self.amount * self.weight


@dataclass(frozen=True, slots=True, eq=False)
class Counter:
    """A total per person with bounds.

    The total of person ``employees[i]`` is ``offset[i]`` plus, without ``groups``, the sum over days of
    ``values[day, duty]``; with ``groups``, the number of groups in which some day's duty lies in ``mask``.

    Attributes
    ----------
    employees : ndarray of int32, shape (n,)
    lower, upper, offset : ndarray of int64, shape (n,)
    values : ndarray of int64, shape (days, duties), optional
    groups : tuple of tuple of int, optional
    mask : int
    weight_lower, weight_upper : float
        Price of each unit below / above, or :data:`HARD`.
    unit, label : str
        ``"minutes"``, ``"total working time"``, for messages.
    """

    rule: str
    employees: Ints
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    offset: NDArray[np.int64]
    values: NDArray[np.int64] | None = None
    groups: tuple[tuple[int, ...], ...] | None = None
    mask: int = 0
    weight_lower: float = HARD
    weight_upper: float = HARD
    unit: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        _check_price(self.rule, self.weight_lower, self.weight_upper)


@dataclass(frozen=True, slots=True)
class Term:
    """``coefficient`` for each of ``employees`` (None = everyone) whose duty on ``day`` lies in ``mask``."""

    day: int
    mask: int
    employees: tuple[int, ...] | None = None
    coefficient: float = 1.0


@dataclass(frozen=True, slots=True)
class Segment:
    """``price`` per unit for the next ``width`` units away from the target; :data:`HARD` forbids them."""

    width: float
    price: float


def segment_cost(segments: tuple[Segment, ...], distance: float) -> tuple[float, float]:
    """Soft cost and hard amount of being ``distance`` >= 0 units away from a line's target."""
    cost = hard = 0.0
    for s in segments:
        part = min(distance, s.width)
        if part <= 0:
            break
        if math.isinf(s.price):
            hard += part
        else:
            cost += part * s.price
        distance -= part
    return cost, hard


@dataclass(frozen=True, slots=True)
class Line:
    """A head count with convex piecewise-linear cost outside ``[lower, upper]``.

    The value is the sum of its terms. ``under`` prices the units missing to ``lower``, nearest first, with
    non-decreasing prices; ``over`` the units above ``upper``. The last segment is unbounded (width ``inf``).

    Attributes
    ----------
    title : str
        Its line in tables of cover, where the label speaks of the breach.
    heads : tuple of Term
        Who is counted as present, for people; by default the terms that count for the line.
    already : int
        People present besides, from before the plan.
    scale : float
        Units of the value that make one person (4 where a share of a quarter is counted in quarters).
    """

    rule: str
    terms: tuple[Term, ...]
    lower: float = -math.inf
    upper: float = math.inf
    under: tuple[Segment, ...] = (Segment(math.inf, HARD),)
    over: tuple[Segment, ...] = (Segment(math.inf, HARD),)
    day: int = -1
    label: str = ""
    # how the line is told; none of it changes what a plan costs, so none of it is part of a problem's digest
    title: str = field(default="", repr=False)
    heads: tuple[Term, ...] = field(default=(), repr=False)
    already: int = field(default=0, repr=False)
    scale: float = field(default=1.0, repr=False)

    def __post_init__(self) -> None:
        _check_price(self.rule, *(segment.price for segment in (*self.under, *self.over)))

    def price(self, value: float) -> tuple[float, float]:
        """Soft cost and hard amount of a value.

        Parameters
        ----------
        value : float
            Of the sum of the terms.

        Returns
        -------
        cost, hard : float
            Both 0 between the bounds; ``hard`` counts the units in segments that no price allows.
        """
        cost = hard = 0.0
        for segments, distance in ((self.under, self.lower - value), (self.over, value - self.upper)):
            if distance > 0:
                soft, broken = segment_cost(segments, distance)
                cost, hard = cost + soft, hard + broken
        return cost, hard

    @property
    def present(self) -> tuple[Term, ...]:
        """Terms that sum to the people of a plan who are there, one for each of them."""
        return tuple(replace(term, coefficient=1.0) for term in self.heads or self.terms if term.coefficient > 0)

    @property
    def hard(self) -> bool:
        """Whether every deviation is forbidden."""
        return all(
            math.isinf(side[0].price)
            for side, bound in ((self.under, self.lower), (self.over, self.upper))
            if math.isfinite(bound)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRule:
    """Base of all rostering rules: a name, a scope, and the forms it compiles to.

    Attributes
    ----------
    name : str
        Unique within a problem; names the rows of the model and the line of the cost table.
    employees : tuple of int, optional
        People to whom it applies; None = everyone.
    """

    name: str
    employees: tuple[int, ...] | None = field(default=None)

    def happened(self) -> Iterable[tuple[int, int, int]]:
        """Cells that are over, as ``(employee, day, mask of the one duty)``; none unless a rule says so."""
        return ()

    def scope(self, problem: RosterContext) -> Ints:
        """Indices of the people to whom the rule applies.

        Parameters
        ----------
        problem : RosterContext
            Horizon, duties and people.

        Returns
        -------
        int32 array
            Shape (people in scope,), 0-based; all people where ``employees`` is None.
        """
        if self.employees is None:
            return np.arange(len(problem.employees), dtype=np.int32)
        return np.asarray(self.employees, dtype=np.int32)

    def patterns(self, problem: RosterContext) -> Iterable[Pattern]:
        """Sequences of duties that cost something; none unless a rule has some.

        Parameters
        ----------
        problem : RosterContext
            Horizon, duties and people.

        Returns
        -------
        iterable of Pattern
            Each with its people and days.
        """
        return ()

    def counters(self, problem: RosterContext) -> Iterable[Counter]:
        """Totals of one person with bounds; none unless a rule has some.

        Parameters
        ----------
        problem : RosterContext
            Horizon, duties and people.

        Returns
        -------
        iterable of Counter
            Each with its people.
        """
        return ()

    def lines(self, problem: RosterContext) -> Iterable[Line]:
        """Head counts with a price; none unless a rule has some.

        Parameters
        ----------
        problem : RosterContext
            Horizon, duties and people.

        Returns
        -------
        iterable of Line
            Each with its day.
        """
        return ()

    def shown(self, problem: RosterContext) -> Iterable[Line]:
        """The head counts to show: the lines, and what is worth showing though nothing is asked.

        Parameters
        ----------
        problem : RosterContext
            Horizon, duties and people.

        Returns
        -------
        iterable of Line
            Each with its day.
        """
        return self.lines(problem)

    def extended(self, source: int, new: int, problem: RosterContext) -> Self:
        """The same rule with person ``new`` treated like ``source``.

        Covers scopes and the fields that run parallel to the scope (tuples of its length named in
        ``_per_employee``); rules with other per-person data override it.

        Parameters
        ----------
        source : int
            Index of the person whom the rule treats already.
        new : int
            Index of the new person.
        problem : RosterContext
            The problem before the person came.

        Returns
        -------
        RosterRule
            A copy of the same class.
        """
        scope = [int(e) for e in self.scope(problem)]
        if source not in scope:
            return self
        where = scope.index(source)
        changes: dict[str, Any] = {}
        if self.employees is not None:
            changes["employees"] = (*self.employees, new)
        for one in fields(self):
            if one.name in self._per_employee():
                value = getattr(self, one.name)
                if isinstance(value, tuple):
                    changes[one.name] = (*value, value[where])
        return replace(self, **changes) if changes else self

    @classmethod
    def _per_employee(cls) -> frozenset[str]:
        """Names of fields that hold one value per person in scope when they are tuples."""
        return frozenset()


def places(employees: Ints, starts: Iterable[int]) -> tuple[Ints, Ints]:
    """All pairs of people and start days, as two parallel arrays.

    Parameters
    ----------
    employees : int array
        Shape (people,), 0-based.
    starts : iterable of int
        0-based days.

    Returns
    -------
    tuple of two int arrays
        People and days, each of shape (people * days,).
    """
    days = np.fromiter(starts, dtype=np.int32)
    return np.repeat(employees, len(days)), np.tile(days, len(employees))
