"""All rules of a rostering problem as arrays: the single source of the evaluator, the MIP, the pricing kernel and
the quantum encoding."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.roster.context import Employee, RosterContext
from optimise.roster.identical import leaders
from optimise.roster.rules.grid import roster_grid
from optimise.roster.rules.headcount import line_unit
from optimise.roster.rules.primitives import NO_LIMIT, Counter, Line, Pattern, Regular, RosterRule, Term
from optimise.roster.worked import open_counter, open_line, open_pattern, past_of

__all__ = ["CompiledRoster", "LineTable", "RuledRoster", "SoftPrices", "member_table"]


@lru_cache(maxsize=4096)
def member_table(masks: tuple[int, ...], duties: int) -> NDArray[np.bool_]:
    """Boolean table ``[position, duty]`` of a pattern's sets; read only, since it is made once."""
    made = np.array([[mask >> a & 1 for a in range(duties)] for mask in masks], dtype=np.bool_)
    made.setflags(write=False)
    return made


class RuledRoster(RosterContext):
    """A roster's data with its rules, compiled; :class:`~optimise.roster.problem.RosterProblem` is one."""

    rules: tuple[RosterRule, ...]

    @property
    def compiled(self) -> CompiledRoster:
        """The rules as patterns, counters and cover lines over arrays."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class LineTable:
    """Head counts of all cover lines as one sparse product.

    ``value[line] = sum of coefficient * counts[group, day, duty]`` over the entries, where ``counts`` is the number
    of people of a group on a duty.

    Attributes
    ----------
    groups : bool array, shape (groups, employees)
    line, group, day, duty : int32 arrays, shape (entries,)
    coefficient : float array, shape (entries,)
    """

    count: int
    groups: NDArray[np.bool_]
    line: NDArray[np.int32]
    group: NDArray[np.int32]
    day: NDArray[np.int32]
    duty: NDArray[np.int32]
    coefficient: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Sequence[Sequence[Term]], employees: int, alphabet: int) -> LineTable:
        """Sums of terms, one a line.

        Parameters
        ----------
        rows : sequence of sequences of Term
        employees, alphabet : int
            Sizes.

        Returns
        -------
        LineTable
        """
        index: dict[tuple[int, ...] | None, int] = {}
        columns: tuple[list[int], ...] = ([], [], [], [])
        coefficients: list[float] = []
        for i, terms in enumerate(rows):
            for term in terms:
                g = index.setdefault(term.employees, len(index))
                for a in range(alphabet):
                    if term.mask >> a & 1:
                        for column, value in zip(columns, (i, g, term.day, a), strict=True):
                            column.append(value)
                        coefficients.append(term.coefficient)
        groups = np.zeros((len(index), employees), dtype=np.bool_)
        for members, g in index.items():
            groups[g, slice(None) if members is None else list(members)] = True
        line, group, day, duty = (np.asarray(c, dtype=np.int32) for c in columns)
        return cls(len(rows), groups, line, group, day, duty, np.asarray(coefficients))

    def values(self, duties: NDArray[np.int16], alphabet: int) -> NDArray[np.float64]:
        """Value of every line under a roster of shape (employees, days)."""
        days = duties.shape[1]
        cells = duties + alphabet * np.arange(days)  # a cell of the count for each person and day
        counts = np.zeros((len(self.groups), days * alphabet))
        for g, members in enumerate(self.groups):
            counts[g] = np.bincount(cells[members].ravel(), minlength=days * alphabet)
        entries = self.coefficient * counts[self.group, self.day * alphabet + self.duty]
        return np.bincount(self.line, weights=entries, minlength=self.count).astype(np.float64)


@dataclass(frozen=True, slots=True)
class SoftPrices:
    """Prices of all that is not hard, in the order of the compiled rules.

    Attributes
    ----------
    patterns : tuple of float
        Of one match.
    counters : tuple of float
        Of one unit below and above.
    lines : tuple of float
        Of one head in each segment.
    """

    patterns: tuple[float, ...]
    counters: tuple[float, ...]
    lines: tuple[float, ...]

    @property
    def all(self) -> tuple[float, ...]:
        """All of them."""
        return (*self.patterns, *self.counters, *self.lines)


@dataclass(frozen=True, eq=False)
class CompiledRoster:
    """The compiled rules.

    Attributes
    ----------
    employees, days, alphabet : int
        Sizes; duties are ``0 .. alphabet-1``, 0 = off.
    patterns : tuple of Pattern
        Resolved against history and cut to the horizon: every start is >= 0 and every match lies inside.
    counters : tuple of Counter
    lines : tuple of Line
    allowed : bool array, shape (employees, days, alphabet)
        False where a hard single-day pattern forbids the duty.
    unit_cost : float array, shape (employees, days, alphabet)
        Sum of the soft single-day patterns.
    """

    employees: int
    days: int
    alphabet: int
    patterns: tuple[Pattern, ...]
    counters: tuple[Counter, ...]
    lines: tuple[Line, ...]
    allowed: NDArray[np.bool_]
    unit_cost: NDArray[np.float64]

    @classmethod
    def of(cls, problem: RuledRoster) -> CompiledRoster:
        """Compile the rules of a problem."""
        people, days, duties = problem.shape
        patterns: list[Pattern] = []
        counters: list[Counter] = []
        lines: list[Line] = []
        over = [cell for rule in problem.rules for cell in rule.happened()]
        past = past_of((people, days), over)
        for rule in problem.rules:
            for pattern in rule.patterns(problem):
                _check_cells(pattern.rule, pattern.employees, people)
                found = _resolved(pattern, problem.employees, days)
                several = bool(over) and (len(pattern.masks) > 1 or pattern.groups is not None)
                patterns.extend(open_pattern(p, past, duties) if several else p for p in found)
            for counter in rule.counters(problem):
                counters.extend(_sided(open_counter(counter, past, duties) if over else counter))
            for line in rule.lines(problem):
                line = open_line(line, past) if over else line
                crossed = line.lower > line.upper
                lines.extend((replace(line, upper=math.inf), replace(line, lower=-math.inf)) if crossed else (line,))
        for line in lines:
            for term in line.terms:
                if not 0 <= term.day < days:
                    raise InputError(f"day {term.day} is outside the horizon", item=f"rule {line.rule}")
        allowed = np.ones((people, days, duties), dtype=np.bool_)
        unit_cost = np.zeros((people, days, duties))
        for p in patterns:
            if len(p.masks) == 1 and p.groups is None:
                members = member_table(p.masks, duties)[0]
                for a in np.flatnonzero(members):
                    if p.hard:
                        allowed[p.employees, p.starts, a] = False
                    else:
                        np.add.at(unit_cost, (p.employees, p.starts, a), p.cost)
        for array in (allowed, unit_cost):
            array.setflags(write=False)
        return cls(people, days, duties, tuple(patterns), tuple(counters), tuple(lines), allowed, unit_cost)

    @cached_property
    def leader(self) -> NDArray[np.int32]:
        """The first person alike of each person; see :func:`optimise.roster.identical.leaders`."""
        return leaders(
            self.allowed, self.unit_cost, self.line_table.groups, sequences=self.sequences, counters=self.counters
        )

    @cached_property
    def sequences(self) -> tuple[Pattern, ...]:
        """Patterns over two or more days, or over groups of days (all that ``unit_cost`` does not hold)."""
        return tuple(p for p in self.patterns if len(p.masks) > 1 or p.groups is not None)

    @cached_property
    def prices(self) -> SoftPrices:
        """What one unit of each soft rule costs."""
        return SoftPrices(
            tuple(p.cost for p in self.patterns if not p.hard),
            tuple(w for c in self.counters for w in (c.weight_lower, c.weight_upper) if math.isfinite(w)),
            tuple(s.price for line in self.lines for s in (*line.under, *line.over) if math.isfinite(s.price)),
        )

    @cached_property
    def floor(self) -> float:
        """A cost that no roster undercuts: each cell's cheapest duty, where no rule has a negative price."""
        if min(self.prices.all, default=0.0) < 0:
            return -np.inf
        cheapest = np.where(self.allowed, self.unit_cost, np.inf).min(axis=2)
        return float(cheapest[np.isfinite(cheapest)].sum())

    @cached_property
    def grid(self) -> float:
        """Step of which the cost of every roster is a multiple, 0 when there is none; see :mod:`optimise.core.grid`."""
        return roster_grid(self.allowed, self.patterns, self.counters, self.lines)

    @cached_property
    def line_table(self) -> LineTable:
        """Cover lines as one sparse product."""
        return self._table([line.terms for line in self.lines])

    @cached_property
    def _heads(self) -> LineTable:
        """People of cover lines as one sparse product."""
        return self._table([line.present for line in self.lines])

    def present(self, duties: NDArray[np.int16]) -> NDArray[np.int64]:
        """People of a plan who are there for each cover line.

        Parameters
        ----------
        duties : int16 array, shape (employees, days)

        Returns
        -------
        int64 array, shape (lines,)
        """
        return self._heads.values(duties, self.alphabet).astype(np.int64)

    def _table(self, rows: Sequence[Sequence[Term]]) -> LineTable:
        return LineTable.of(rows, self.employees, self.alphabet)

    @cached_property
    def line_bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper targets of the cover lines, each of shape (lines,)."""
        return np.array([line.lower for line in self.lines]), np.array([line.upper for line in self.lines])

    @cached_property
    def line_kinds(self) -> frozenset[tuple[str, bool, str]]:
        """Each rule of cover lines with whether it forbids and with its unit."""
        return frozenset((line.rule, line.hard, line_unit(line)) for line in self.lines)

    def content(self) -> Iterator[bytes]:
        """Bytes that determine the compiled problem, for digests."""
        for p in self.patterns:
            yield repr((p.rule, p.masks, p.weight, p.amount, p.groups)).encode()
            if p.regular is not None:
                yield repr(p.regular).encode()
            yield p.employees.tobytes()
            yield p.starts.tobytes()
        for c in self.counters:
            yield repr((c.rule, c.groups, c.mask, c.weight_lower, c.weight_upper)).encode()
            for array in (c.employees, c.lower, c.upper, c.offset, c.values):
                yield b"" if array is None else array.tobytes()
        for line in self.lines:
            yield repr(line).encode()


def _check_cells(rule: str, employees: NDArray[np.int32], people: int) -> None:
    if len(employees) and not 0 <= int(employees.min()) <= int(employees.max()) < people:
        raise InputError("speaks of a person who is not in the problem", item=f"rule {rule}")


def _sided(counter: Counter) -> Iterator[Counter]:
    """Totals whose lower bound is above the upper one, and which are thus always off one of them, side by side."""
    crossed = counter.lower > counter.upper
    if not crossed.any():
        yield counter
        return
    for some, low, up in ((~crossed, True, True), (crossed, True, False), (crossed, False, True)):
        if some.any():
            yield replace(
                counter,
                employees=counter.employees[some],
                offset=counter.offset[some],
                lower=counter.lower[some] if low else np.full(int(some.sum()), -NO_LIMIT, dtype=np.int64),
                upper=counter.upper[some] if up else np.full(int(some.sum()), NO_LIMIT, dtype=np.int64),
            )


def _resolved(pattern: Pattern, staff: tuple[Employee, ...], days: int) -> Iterator[Pattern]:
    """Cut a pattern to the horizon; where it begins before day 0, history decides whether the past part matches.

    A past day matches when every duty that history allows lies in the pattern's set; an unknown day never does. For
    an automaton all of them must lead to the same state.
    """
    length = len(pattern.masks)
    extent = days if pattern.groups is None else len(pattern.groups)
    inside = (pattern.starts >= 0) & (pattern.starts + length <= extent)
    if inside.all():
        if len(pattern.starts):
            yield pattern
        return
    if inside.any():
        yield replace(pattern, employees=pattern.employees[inside], starts=pattern.starts[inside])
    if pattern.groups is not None:
        return
    if pattern.regular is not None:
        yield from _cut_regular(pattern, pattern.regular, staff, days)
        return
    cut: dict[int, list[int]] = defaultdict(list)
    early = (pattern.starts < 0) & (pattern.starts + length > 0) & (pattern.starts + length <= extent)
    for employee, start in zip(pattern.employees[early].tolist(), pattern.starts[early].tolist(), strict=True):
        past = -start
        history = staff[employee].history
        if len(history) >= past and all(
            history[past - 1 - i] and not history[past - 1 - i] & ~pattern.masks[i] for i in range(past)
        ):
            cut[past].append(employee)
    for past, people in sorted(cut.items()):
        who = np.asarray(people, dtype=np.int32)
        rest = pattern.masks[past:]
        yield replace(pattern, masks=rest, employees=who, starts=np.zeros(len(who), np.int32), past=past)


def _cut_regular(pattern: Pattern, regular: Regular, staff: tuple[Employee, ...], days: int) -> Iterator[Pattern]:
    """The rest of each automaton that begins before day 0, from the state to which history has brought it."""
    length = len(pattern.masks)
    rests: dict[Regular, list[int]] = {}
    for employee, start in zip(pattern.employees.tolist(), pattern.starts.tolist(), strict=True):
        history = staff[employee].history
        if start >= 0 or not 0 < start + length <= days or len(history) < -start:
            continue
        rest = regular.after(history[:-start][::-1])
        if rest is not None:
            rests.setdefault(rest, []).append(employee)
    for rest, people in rests.items():
        who = np.asarray(people, dtype=np.int32)
        masks, kept = rest.masks, None if rest.days == 1 else rest
        yield replace(pattern, masks=masks, regular=kept, employees=who, starts=np.zeros(len(who), np.int32))
