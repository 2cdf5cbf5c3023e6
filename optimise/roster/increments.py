"""What a roster costs after a few cells change, without evaluating all of it again.

Sequences and totals belong to one person, head counts to a day: the cost of a change is the change of the rows that it
touches plus the change of the head counts on its days. Both are read from the compiled rules, as the evaluator reads
them, so that the numbers are its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.compiled import RuledRoster, member_table
from optimise.roster.context import Roster
from optimise.roster.evaluate import matches, totals
from optimise.roster.rules.primitives import Counter, Line, Pattern, Segment

__all__ = ["Increments", "Moves"]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
Duties = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """How head counts of some cover lines change, one row an alternative.

    Attributes
    ----------
    lines : int array, shape (lines,)
        Indices into ``compiled.lines``, ascending.
    amounts : float array, shape (alternatives, lines)
        Change of each line's value.
    """

    lines: Ids
    amounts: Floats

    def __add__(self, other: Moves) -> Moves:
        """Both changes at once; one of the two may have a single row for all rows of the other."""
        if self.lines is other.lines:  # of one day
            return Moves(self.lines, self.amounts + other.amounts)
        large, small = (self, other) if len(self.lines) >= len(other.lines) else (other, self)
        at = np.minimum(np.searchsorted(large.lines, small.lines), max(len(large.lines) - 1, 0))
        inside = len(large.lines) and bool((large.lines[at] == small.lines).all())
        lines = large.lines if inside else np.union1d(self.lines, other.lines)
        amounts = np.zeros((max(len(self.amounts), len(other.amounts)), len(lines)))
        for part in (self, other):
            amounts[:, np.searchsorted(lines, part.lines)] += part.amounts
        return Moves(lines, amounts)


class Increments:
    """Costs of changes to one roster.

    Parameters
    ----------
    problem : RuledRoster
        The rules.
    plan : Roster
        What is changed, shape (employees, days).
    """

    def __init__(self, problem: RuledRoster, plan: Roster) -> None:
        compiled = problem.compiled
        self.compiled, self.duties = compiled, plan.duties
        self._tables = [member_table(p.masks, compiled.alphabet if p.groups is None else 2) for p in compiled.sequences]
        self._starts = [_by_person(p, compiled.employees) for p in compiled.sequences]
        self._by_day = [_by_day(p) for p in compiled.sequences]
        self._hits = [matches(p, plan.duties, compiled.alphabet) for p in compiled.sequences]
        self._totals = [totals(c, plan.duties, compiled.alphabet) for c in compiled.counters]
        self._own: list[list[tuple[Counter, int]]] = [[] for _ in range(compiled.employees)]
        for counter in compiled.counters:
            for i, e in enumerate(counter.employees.tolist()):
                self._own[e].append((counter, i))
        table = compiled.line_table
        self._values = table.values(plan.duties, compiled.alphabet)
        order = np.lexsort((table.line, table.day))
        split = np.split(order, np.searchsorted(table.day[order], np.arange(1, compiled.days)))
        self._entries = [(e, *_places(table.line[e])) for e in split]
        self._under = _Side([line.under for line in compiled.lines])
        self._over = _Side([line.over for line in compiled.lines])
        self._lower, self._upper = compiled.line_bounds
        soft, hard = self._lines(np.arange(len(self._values)), self._values[None, :])
        self._soft_now, self._hard_now = soft[0], hard[0]

    # ---- one person's row --------------------------------------------------------------------------------------
    def rows(self, person: int, rows: Duties) -> tuple[Floats, Floats]:
        """Change of one person's own rules where the row becomes another one.

        Parameters
        ----------
        person : int
            Index of the person.
        rows : int16 array
            Shape (alternatives, days).

        Returns
        -------
        tuple of two float arrays
            Shape (alternatives,): change of the soft cost, and by how much hard rules are broken that the row now
            keeps (a breach that goes away counts nothing, so that it cannot hide one that comes).
        """
        compiled, days = self.compiled, np.arange(self.compiled.days)
        every = np.concatenate((self.duties[[person]], rows))
        unit, allowed = compiled.unit_cost[person], compiled.allowed[person]
        soft = unit[days, every].sum(axis=1)
        rise = (~allowed[days, every] & (every != every[0])).sum(axis=1).astype(np.float64)
        for pattern, table, starts in zip(compiled.sequences, self._tables, self._starts, strict=True):
            at = starts[person]
            if not len(at):
                continue
            letters = every if pattern.groups is None else _worked(pattern.groups, every)
            if pattern.regular is not None:
                hit = pattern.regular.accepts(every[:, at[:, None] + np.arange(len(pattern.masks))])
            else:
                hit = table[0][letters[:, at]]
                for i in range(1, len(pattern.masks)):
                    hit = hit & table[i][letters[:, at + i]]
            if pattern.hard:
                rise += (hit & ~hit[0]).sum(axis=1) * pattern.amount
            else:
                soft += hit.sum(axis=1) * pattern.cost
        for counter, i in self._own[person]:
            total = _total(counter, i, every, compiled.alphabet)
            for missing, weight in (
                (np.maximum(counter.lower[i] - total, 0), counter.weight_lower),
                (np.maximum(total - counter.upper[i], 0), counter.weight_upper),
            ):
                if math.isinf(weight):
                    rise += np.maximum(missing - missing[0], 0)
                elif weight:
                    soft += missing * weight
        return soft[1:] - soft[0], rise[1:]

    def each(self, day: int, duty: int) -> tuple[Floats, Floats]:
        """Change of everybody's own rules where each, by himself, does a duty on a day; see :meth:`rows`.

        Parameters
        ----------
        day : int
            0-based day.
        duty : int
            Index of the new duty.

        Returns
        -------
        tuple of two float arrays
            Shape (people,): change of the soft cost, and by how much hard rules are broken more.
        """
        compiled, people = self.compiled, np.arange(self.compiled.employees)
        then = self.duties.copy()
        then[:, day] = duty
        old = self.duties[:, day]
        soft = compiled.unit_cost[:, day, duty] - compiled.unit_cost[people, day, old]
        rise = (~compiled.allowed[:, day, duty] & (old != duty)).astype(np.float64)
        for i, (pattern, table, places) in enumerate(zip(compiled.sequences, self._tables, self._by_day, strict=True)):
            letters: NDArray[np.integer[Any]] = then
            first = last = day
            if pattern.groups is not None:
                mine = [g for g, days in enumerate(pattern.groups) if day in days]
                if not mine:
                    continue
                first, last, letters = mine[0], mine[-1], _worked(pattern.groups, then)
            at = places(first, last)
            who = pattern.employees[at]
            before, after = self._hits[i][at], _hits(pattern, table, letters, who, pattern.starts[at])
            if pattern.hard:
                rise += np.bincount(who, (after & ~before) * float(pattern.amount), compiled.employees)
            else:
                soft += np.bincount(who, (after * 1.0 - before) * pattern.cost, compiled.employees)
        for counter, now in zip(compiled.counters, self._totals, strict=True):
            new = self._total_with(counter, now, day, then)
            for low, high, weight in (
                (counter.lower - now, counter.lower - new, counter.weight_lower),
                (now - counter.upper, new - counter.upper, counter.weight_upper),
            ):
                change = np.maximum(high, 0) - np.maximum(low, 0)
                if math.isinf(weight):
                    np.add.at(rise, counter.employees, np.maximum(change, 0))
                elif weight:
                    np.add.at(soft, counter.employees, change * weight)
        return soft, rise

    def _total_with(self, counter: Counter, now: Ids, day: int, then: Duties) -> Ids:
        """Totals of a counter where one day becomes another."""
        if counter.groups is not None or counter.values is None:
            return totals(counter, then, self.compiled.alphabet)
        values, who = counter.values[day], counter.employees
        made: Ids = now + values[then[who, day]] - values[self.duties[who, day]]
        return made

    # ---- head counts -------------------------------------------------------------------------------------------
    def moves(self, day: int, people: Sequence[int] | Ids, duty: int) -> Moves:
        """How head counts change where each of some people, by himself, does another duty on a day.

        Parameters
        ----------
        day : int
            0-based day.
        people : sequence of int
            Their indices; one alternative each.
        duty : int
            Index of the new duty.

        Returns
        -------
        Moves
            Of the lines that the day touches.
        """
        table = self.compiled.line_table
        entries, lines, column = self._entries[day]
        who = np.asarray(people, dtype=np.int64)
        amounts = np.zeros((len(lines), len(who)))
        member = table.groups[table.group[entries]][:, who]
        change = (table.duty[entries] == duty)[:, None].astype(np.float64)
        change = change - (table.duty[entries][:, None] == self.duties[who, day][None, :])
        change *= member * table.coefficient[entries][:, None]
        some = change.any(axis=1)
        np.add.at(amounts, column[some], change[some])
        return Moves(lines, amounts.T)

    def heads(self, moves: Moves) -> tuple[Floats, Floats]:
        """Change of the cost of head counts.

        Parameters
        ----------
        moves : Moves
            Changed values.

        Returns
        -------
        tuple of two float arrays
            Shape (alternatives,): change of the soft cost, and by how much hard lines are broken more than now.
        """
        moved = moves.amounts.any(axis=0)
        lines, amounts = moves.lines[moved], moves.amounts[:, moved]
        soft, hard = self._lines(lines, self._values[lines] + amounts)
        more = np.maximum(hard - self._hard_now[lines], 0.0)
        return (soft - self._soft_now[lines]).sum(axis=1), more.sum(axis=1)

    def stopping(self, moves: Moves) -> tuple[Line, ...]:
        """Hard head counts that the first of some alternatives breaks more than the roster does.

        Parameters
        ----------
        moves : Moves
            Changed values.

        Returns
        -------
        tuple of Line
            Empty where it breaks none.
        """
        now = self._hard_now[moves.lines]
        then = self._lines(moves.lines, self._values[moves.lines] + moves.amounts[:1])[1][0]
        return tuple(self.compiled.lines[i] for i in moves.lines[then > now + 1e-9].tolist())

    def lacking(self, day: int, duties: Sequence[int]) -> Ids:
        """Hard head counts that are too low, to which one of some duties on a day would add.

        Parameters
        ----------
        day : int
            0-based day.
        duties : sequence of int
            Indices of duties.

        Returns
        -------
        int array
            Indices into ``compiled.lines``, ascending.
        """
        table, entries = self.compiled.line_table, self._entries[day][0]
        adds = entries[np.isin(table.duty[entries], duties) & (table.coefficient[entries] > 0)]
        lines = np.unique(table.line[adds]).astype(np.int64)
        short = self._under.cost(lines, (self._lower[lines] - self._values[lines])[None, :])[1][0]
        found: Ids = lines[short > 0]
        return found

    def short(self, lines: Ids, moves: Moves) -> Floats:
        """By how much head counts stay below what must be.

        Parameters
        ----------
        lines : int array
            Indices of lines that the moves touch, ascending.
        moves : Moves
            Changed values.

        Returns
        -------
        float array
            Shape (alternatives,), in units of the lines.
        """
        at = np.searchsorted(moves.lines, lines)
        values = self._values[lines] + moves.amounts[:, at]
        left: Floats = self._under.cost(lines, self._lower[lines] - values)[1].sum(axis=1)
        return left

    def _lines(self, lines: Ids, values: Floats) -> tuple[Floats, Floats]:
        """Soft cost and hard amount of lines, shape as ``values``: (alternatives, lines)."""
        short, many = self._lower[lines] - values, values - self._upper[lines]
        soft, hard = self._under.cost(lines, short)
        more, harder = self._over.cost(lines, many)
        return soft + more, hard + harder


class _Side:
    """One side of all cover lines: widths and prices of their segments, padded."""

    def __init__(self, sides: Sequence[Sequence[Segment]]) -> None:
        most = max((len(side) for side in sides), default=0)
        self.begin, self.width, self.price = (np.zeros((len(sides), most)) for _ in range(3))
        for i, side in enumerate(sides):
            at = 0.0
            for j, s in enumerate(side):
                self.begin[i, j], self.width[i, j], self.price[i, j] = at, s.width, s.price
                if math.isinf(s.width):
                    break
                at += s.width
        self.hard = np.isinf(self.price)
        self.price[self.hard] = 0.0

    def cost(self, lines: Ids, distance: Floats) -> tuple[Floats, Floats]:
        """Soft cost and hard amount of being so far from the target; none below 0."""
        part = np.clip(np.maximum(distance, 0.0)[:, :, None] - self.begin[lines], 0.0, self.width[lines])
        return (part * self.price[lines]).sum(axis=2), (part * self.hard[lines]).sum(axis=2)


def _places(lines: NDArray[np.int32]) -> tuple[Ids, Ids]:
    """The lines of some entries without repetition, and where each entry's line stands among them."""
    unique, column = np.unique(lines, return_inverse=True)
    return unique.astype(np.int64), column.astype(np.int64)


def _by_person(pattern: Pattern, people: int) -> list[Ids]:
    """First days of a pattern's places, person by person."""
    order = np.lexsort((pattern.starts, pattern.employees))
    cuts = np.searchsorted(pattern.employees[order], np.arange(1, people))
    return np.split(pattern.starts[order].astype(np.int64), cuts)


def _by_day(pattern: Pattern) -> Callable[[int, int], Ids]:
    """A function that gives the places of a pattern that touch the days (or groups) from one to another."""
    order = np.argsort(pattern.starts, kind="stable")
    sorted_, length = pattern.starts[order], len(pattern.masks)

    def places(first: int, last: int) -> Ids:
        return order[np.searchsorted(sorted_, first - length + 1) : np.searchsorted(sorted_, last, side="right")]

    return places


def _hits(
    pattern: Pattern,
    table: NDArray[np.bool_],
    letters: NDArray[np.integer[Any]],
    who: NDArray[np.int32],
    start: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Which places match, shape (places,)."""
    if pattern.regular is not None:
        return pattern.regular.accepts(letters[who[:, None], start[:, None] + np.arange(len(table))])
    hit: NDArray[np.bool_] = table[0][letters[who, start]]
    for i in range(1, len(table)):
        hit = hit & table[i][letters[who, start + i]]
    return hit


def _worked(groups: tuple[tuple[int, ...], ...], rows: Duties) -> NDArray[np.int8]:
    """Whether someone works in each group of days, shape (rows, groups)."""
    return np.stack([(rows[:, list(g)] != 0).any(axis=1) for g in groups], axis=1).astype(np.int8)


def _total(counter: Counter, i: int, rows: Duties, alphabet: int) -> Ids:
    """Total of one person of a counter under several rows, shape (rows,)."""
    if counter.groups is None and counter.values is not None:
        alone_total: Ids = counter.offset[i] + counter.values[np.arange(rows.shape[1]), rows].sum(axis=1)
        return alone_total
    one = np.full(len(rows), i)
    alone = replace(counter, employees=np.arange(len(rows), dtype=np.int32), offset=counter.offset[one])
    return totals(alone, rows, alphabet)
