"""Totals of people: what counters of the same sum share, how large they make a pricing table, and as lines instead.

A soft total is a dimension of a person's pricing table, and tables multiply: hours of a contract in half hours, times
nights, times long days. As a line of its own, which only that person feeds, the same total costs the same in every
plan, and pricing sees nothing of it but a price for each duty. What is lost is a part of the bound: a mixture of
rosters meets a total that none of them meets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automata
from optimise.roster.compiled import CompiledRoster
from optimise.roster.rules.primitives import NO_LIMIT, Counter, Line, Segment, Term

__all__ = ["as_lines", "lighter", "table_cells", "totals"]


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """Counters that share a dimension of a table: soft ones of one sum, such as the steps of a convex price.

    Attributes
    ----------
    counters : tuple of int
        Their places among the counters of the compiled roster.
    sizes : float array, shape (people,)
        Values that a pricing table tells apart; 1 for who has no such total.
    soft : bool
        Whether it may be a line: a sum over duties, at prices.
    """

    counters: tuple[int, ...]
    sizes: NDArray[np.float64]
    soft: bool


def totals(compiled: CompiledRoster) -> list[Total]:
    """The totals of a compiled roster.

    Parameters
    ----------
    compiled : CompiledRoster

    Returns
    -------
    list of Total
        In the order of their first counters.
    """
    same: dict[object, list[int]] = {}
    for i, c in enumerate(compiled.counters):
        total = (c.groups, c.mask) if c.values is None else c.values.tobytes()
        same.setdefault(total if _priced(c) else i, []).append(i)
    made = []
    for members in same.values():
        some = [compiled.counters[i] for i in members]
        soft = all(c.values is not None and _priced(c) for c in some)
        made.append(Total(tuple(members), _sizes(compiled, some), soft))
    return made


def table_cells(compiled: CompiledRoster, built: Automata) -> float:
    """Size of the largest person's pricing table, from states and totals.

    Parameters
    ----------
    compiled : CompiledRoster
    built : Automata

    Returns
    -------
    float
        Cells.
    """
    return float(_cells(compiled, built, totals(compiled)).max())


def lighter(compiled: CompiledRoster, built: Automata, most: float) -> CompiledRoster:
    """The same roster with soft totals as lines, those of most values first, until tables are small enough.

    Parameters
    ----------
    compiled : CompiledRoster
    built : Automata
        Of the same roster.
    most : float
        Cells of the largest person's table.

    Returns
    -------
    CompiledRoster
        Every plan costs the same; itself where its tables are small enough or no total may be a line.
    """
    inside = totals(compiled)
    outside: list[Total] = []
    while _cells(compiled, built, inside).max() > most:
        widest = max((t for t in inside if t.soft), key=lambda t: float(t.sizes.max()), default=None)
        if widest is None or widest.sizes.max() <= 1:
            break
        inside.remove(widest)
        outside.append(widest)
    return as_lines(compiled, outside)


def as_lines(compiled: CompiledRoster, chosen: Iterable[Total]) -> CompiledRoster:
    """The same roster with some totals as lines of one person each.

    Parameters
    ----------
    compiled : CompiledRoster
    chosen : iterable of Total
        Soft ones.

    Returns
    -------
    CompiledRoster
        Every plan costs the same.
    """
    lines: list[Line] = []
    gone: set[int] = set()
    for total in chosen:
        gone |= set(total.counters)
        some = [compiled.counters[i] for i in total.counters]
        for person in sorted({int(e) for c in some for e in c.employees}):
            lines += _lines(some, person)
    if not gone:
        return compiled
    left = tuple(c for i, c in enumerate(compiled.counters) if i not in gone)
    return replace(compiled, counters=left, lines=(*compiled.lines, *lines))


def _sizes(compiled: CompiledRoster, counters: list[Counter]) -> NDArray[np.float64]:
    """Values of a sum that tables tell apart, by person: exact ones are needed where somebody can fall short."""
    most, needed = np.zeros(compiled.employees), np.zeros(compiled.employees, dtype=np.bool_)
    for c in counters:
        top = np.minimum(c.upper - c.offset, 2**39)
        if c.values is None:
            assert c.groups is not None
            most[c.employees] = np.maximum(most[c.employees], np.minimum(top, len(c.groups)))
            needed[c.employees] = True
            continue
        unit = int(np.gcd.reduce(c.values, axis=None)) or 1
        reach = np.where(compiled.allowed[c.employees], c.values[None], 0).max(axis=2).sum(axis=1)
        most[c.employees] = np.maximum(most[c.employees], np.minimum(top, reach) // unit)
        needed[c.employees] |= (c.lower > c.offset) & (c.weight_lower != 0)
    return np.where(needed, most + 1.0, 1.0)


def _cells(compiled: CompiledRoster, built: Automata, inside: Iterable[Total]) -> NDArray[np.float64]:
    """Cells of everybody's table."""
    cells = np.array([built[e].states for e in range(compiled.employees)], dtype=np.float64)
    for total in inside:
        cells *= total.sizes
    return cells


def _priced(c: Counter) -> bool:
    return all(0.0 <= weight < math.inf for weight in (c.weight_lower, c.weight_upper))


def _lines(counters: list[Counter], person: int) -> Iterator[Line]:
    """What these counters of one sum charge a person, as a line; several where their bounds cross."""
    values = counters[0].values
    assert values is not None
    unit = int(np.gcd.reduce(values, axis=None)) or 1
    lower: list[tuple[float, float]] = []
    upper: list[tuple[float, float]] = []
    for c in counters:
        for i in np.flatnonzero(c.employees == person).tolist():
            low, up, past = int(c.lower[i]), int(c.upper[i]), int(c.offset[i])
            if low > -NO_LIMIT and c.weight_lower:
                lower.append(((low - past) / unit, c.weight_lower * unit))
            if up < NO_LIMIT and c.weight_upper:
                upper.append(((up - past) / unit, c.weight_upper * unit))
    if not lower and not upper:
        return
    terms = tuple(_terms(values // unit, person))
    name = counters[0].rule
    crossed = bool(lower and upper) and max(lower)[0] > min(upper)[0]
    for lows, ups in ((lower, []), ([], upper)) if crossed else ((lower, upper),):
        yield Line(
            name,
            terms,
            max((at for at, _ in lows), default=-math.inf),
            min((at for at, _ in ups), default=math.inf),
            _segments([(-at, price) for at, price in lows]),
            _segments(ups),
        )


def _segments(bounds: list[tuple[float, float]]) -> tuple[Segment, ...]:
    """Prices that add up with the distance, from bounds that are further and further off."""
    made: list[Segment] = []
    bounds = sorted(bounds)
    price = 0.0
    for i, (at, more) in enumerate(bounds):
        price += more
        width = bounds[i + 1][0] - at if i + 1 < len(bounds) else math.inf
        if width > 0:
            made.append(Segment(width, price))
    return tuple(made) or (Segment(math.inf, 0.0),)


def _terms(values: NDArray[np.int64], person: int) -> Iterator[Term]:
    for day, row in enumerate(values):
        for value in np.unique(row[row != 0]).tolist():
            mask = sum(1 << a for a in np.flatnonzero(row == value).tolist())
            yield Term(day, mask, (person,), float(value))
