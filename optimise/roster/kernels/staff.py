"""A compiled roster as flat arrays: automata, counters and cover of everybody, for kernels that hold whole plans.

The pricing tables of :mod:`optimise.roster.kernels.pricing` hold one person's totals exactly and so grow with the
horizon.
What is made from these arrays (:mod:`~optimise.roster.kernels.relaxed`, :mod:`~optimise.roster.kernels.stretch`)
grows linearly: a
year of 150 people with 32 shifts takes a few tens of megabytes.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automata
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.kernels.pricing import on_grid

__all__ = ["Staff", "staff_arrays"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Staff(NamedTuple):
    """Arrays of a compiled roster.

    Attributes
    ----------
    automaton : int32 (people,)
    letter : int32 (automata, duties)
    width : int32 (automata,)
        Letters of each automaton.
    layer : int32 (automata, days)
        Which layer of the pool is the automaton's on that day.
    states, at : int32 (layers,)
        States of a layer and its first row in the pool.
    move : int32 (rows,), cost : float64 (rows,), hits : int8 (rows, calendars)
        Transitions: row ``at[layer] + state * width + letter``.
    allowed : bool (people, days, duties); unit : float64, the same shape, on the grid
    kind : int32 (people,); pointer : int64 (kinds, cells + 1); row : int32; value : float64
        Cover lines fed by a cell ``day * duties + duty``.
    line_first : int64 (lines + 1,); line_at, line_cost : float64
        Break points of each line's convex cost; hard units are priced.
    line_slope : float64 (lines, 2)
        Slope before the first and after the last break point.
    own : int32 (people + 1,)
        First counter of each person.
    table : int32 (counters,)
        Row of ``values`` or -1 for a calendar counter.
    calendar : int32 (counters,)
        Which calendar of the person's automaton, or -1.
    values : int32 (tables, days, duties)
        What each duty adds, in units.
    unit_of, lower, upper : int64 (counters,)
        Size of a unit, and bounds less the offset, in raw amounts.
    price_lower, price_upper : float64 (counters,)
        Per raw amount; infinite = hard.
    most : int64 (counters,)
        Largest total, in units.
    group : int32 (automata, calendars, days)
        Which group of the calendar a day belongs to, or -1.
    line_day : int32 (lines,)
        A day of each line.
    entry : int64 (tables + 1,); entry_day, entry_duty, entry_value : int32
        The values again, without the zeros.
    top, bottom : int32 (counters, days + 1)
        Most and least that the first days can add to a counter of values, in units.
    line_duty : int32 (lines,)
        A duty that feeds each line on its day.
    into : int64 (layers, most states + 2)
        Where each layer's transitions into a state begin in the edges.
    edge_from, edge_letter, edge_row : int32 (edges,)
        Transitions that keep hard rules, by layer and state reached.
    plain : bool (layers,)
        Whether no transition of a layer costs anything or counts for a calendar.
    """

    automaton: Ints
    letter: Ints
    width: Ints
    layer: Ints
    states: Ints
    at: Ints
    move: Ints
    cost: Floats
    hits: NDArray[np.int8]
    allowed: NDArray[np.bool_]
    unit: Floats
    kind: Ints
    pointer: Longs
    row: Ints
    value: Floats
    line_first: Longs
    line_at: Floats
    line_cost: Floats
    line_slope: Floats
    own: Ints
    table: Ints
    calendar: Ints
    values: Ints
    unit_of: Longs
    lower: Longs
    upper: Longs
    price_lower: Floats
    price_upper: Floats
    most: Longs
    group: Ints
    line_day: Ints
    entry: Longs
    entry_day: Ints
    entry_duty: Ints
    entry_value: Ints
    top: Ints
    bottom: Ints
    line_duty: Ints
    into: Longs
    edge_from: Ints
    edge_letter: Ints
    edge_row: Ints
    plain: NDArray[np.bool_]


def staff_arrays(compiled: CompiledRoster, built: Automata, rows: CoverRows, hard: float) -> Staff:
    """Flatten a compiled roster.

    Parameters
    ----------
    hard : float
        Price of one unit of broken hard cover in ``line_cost``.

    Raises
    ------
    ValueError
        If a counter has both values and groups, or neither.
    """
    counters = _counters(compiled, built)
    automata = _automata(compiled, built)
    parts: list[Any] = [*automata, *_cells(compiled), *_cover(rows, hard), *counters]
    parts += [_groups(compiled, built), _line_days(compiled), *_entries(counters[3])]
    parts += [*_reach(compiled, counters[0], counters[1], counters[3]), _line_duties(compiled)]
    return Staff(*parts, *_edges(*automata[4:]))


def _edges(states: Ints, at: Ints, move: Ints, cost: Floats, hits: NDArray[np.int8]) -> tuple[Any, ...]:
    """Transitions sorted by the state they reach, layer by layer."""
    into = np.zeros((len(states), int(states.max(initial=1)) + 2), dtype=np.int64)
    plain = np.zeros(len(states), dtype=np.bool_)
    parts: list[tuple[Any, Any, Any]] = []
    size = 0
    for layer, end in enumerate([*at[1:], len(move)]):
        rows = np.arange(at[layer], end)
        width = len(rows) // int(states[layer])
        rows = rows[move[rows] >= 0]
        rows = rows[np.argsort(move[rows], kind="stable")]
        into[layer] = size + np.searchsorted(move[rows], np.arange(into.shape[1]))
        plain[layer] = not (cost[rows].any() or hits[rows].any())
        where = (rows - at[layer]).astype(np.int32)
        parts.append((where // width, where % width, rows.astype(np.int32)))
        size += len(rows)
    return (into, *(np.concatenate(column).astype(np.int32) for column in zip(*parts, strict=True)), plain)


def _reach(compiled: CompiledRoster, own: Ints, table: Ints, values: Ints) -> tuple[Ints, Ints]:
    out = np.zeros((2, len(table), compiled.days + 1), dtype=np.int32)
    far = np.iinfo(np.int32).max
    for e in range(len(own) - 1):
        allowed = compiled.allowed[e]
        for c in range(own[e], own[e + 1]):
            if table[c] >= 0:
                mine = values[table[c]]
                out[0, c, 1:] = np.cumsum(np.where(allowed, mine, 0).max(axis=1))
                out[1, c, 1:] = np.cumsum(np.where(allowed, mine, far).min(axis=1))
    return out[0], out[1]


def _line_duties(compiled: CompiledRoster) -> Ints:
    entries, days = compiled.line_table, _line_days(compiled)
    out = np.zeros(len(days), dtype=np.int32)
    here = entries.day == days[entries.line]
    out[entries.line[here]] = entries.duty[here]
    return out


def _groups(compiled: CompiledRoster, built: Automata) -> Ints:
    calendars = max((len(a.calendars) for a in built.distinct), default=0)
    out = np.full((len(built.distinct), calendars, compiled.days), -1, dtype=np.int32)
    for k, automaton in enumerate(built.distinct):
        for c, (groups, _) in enumerate(automaton.calendars):
            for g, group in enumerate(groups):
                out[k, c, list(group)] = g
    return out


def _line_days(compiled: CompiledRoster) -> Ints:
    days = [max((t.day for t in line.terms), default=0) for line in compiled.lines]
    return np.array(days, dtype=np.int32)


def _entries(values: Ints) -> tuple[Longs, Ints, Ints, Ints]:
    table, day, duty = np.nonzero(values)
    first = np.searchsorted(table, np.arange(len(values) + 1)).astype(np.int64)
    return first, day.astype(np.int32), duty.astype(np.int32), values[table, day, duty].astype(np.int32)


def _automata(
    compiled: CompiledRoster, built: Automata
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints, Floats, NDArray[np.int8]]:
    kinds, days = len(built.distinct), compiled.days
    calendars = max((len(a.calendars) for a in built.distinct), default=0)
    letter = np.zeros((kinds, compiled.alphabet), dtype=np.int32)
    layer = np.zeros((kinds, days), dtype=np.int32)
    index: dict[int, int] = {}
    states: list[int] = []
    at: list[int] = []
    move: list[NDArray[np.int32]] = []
    cost: list[Floats] = []
    hits: list[NDArray[np.int8]] = []
    size = 0
    for k, automaton in enumerate(built.distinct):
        letter[k] = automaton.letter
        for d, one in enumerate(automaton.layers):
            if id(one) not in index:
                index[id(one)] = len(states)
                states.append(len(one.next))
                at.append(size)
                size += one.next.size
                move.append(one.next.ravel())
                cost.append(on_grid(one.cost.ravel()))
                padded = np.zeros((one.next.size, calendars), dtype=np.int8)
                padded[:, : one.hits.shape[2]] = one.hits.reshape(one.next.size, -1)
                hits.append(padded)
            layer[k, d] = index[id(one)]
    return (
        np.ascontiguousarray(built.of, dtype=np.int32),
        letter,
        np.array([a.letters for a in built.distinct], dtype=np.int32),
        layer,
        np.array(states, dtype=np.int32),
        np.array(at, dtype=np.int32),
        np.concatenate(move).astype(np.int32),
        np.concatenate(cost).astype(np.float64),
        np.concatenate(hits).astype(np.int8),
    )


def _cells(compiled: CompiledRoster) -> tuple[NDArray[np.bool_], Floats]:
    return np.array(compiled.allowed), np.array(on_grid(compiled.unit_cost))


def _cover(rows: CoverRows, hard: float) -> tuple[Ints, Longs, Ints, Floats, Longs, Floats, Floats, Floats]:
    offset, pointers = 0, []
    for pointer, row in zip(rows.pointer, rows.row, strict=True):
        pointers.append(pointer.astype(np.int64) + offset)
        offset += len(row)
    first, at, cost, slope = [0], [], [], []
    for line in rows.compiled.lines:
        left: list[tuple[float, float, float]] = []
        right: list[tuple[float, float, float]] = []
        for bound, sign, segments, out in (
            (line.lower, -1.0, line.under, left),
            (line.upper, 1.0, line.over, right),
        ):
            if not math.isfinite(bound):
                out.append((0.0, 0.0, 0.0))
                continue
            where, total = bound, 0.0
            for s in segments:
                price = hard if math.isinf(s.price) else s.price
                out.append((where, total, price))
                if not math.isfinite(s.width):
                    break
                where += sign * s.width
                total += s.width * price
        points: dict[float, float] = {}
        if math.isfinite(line.lower):
            points.update({where: total for where, total, _ in left})
        if math.isfinite(line.upper):
            points.update({where: total for where, total, _ in right})
        if not points:
            points = {0.0: 0.0}
        ordered = sorted(points)
        at += ordered
        cost += [points[p] for p in ordered]
        slope.append((-left[-1][2], right[-1][2]))
        first.append(len(at))
    return (
        np.ascontiguousarray(rows.kind, dtype=np.int32),
        np.stack(pointers),
        np.concatenate(rows.row).astype(np.int32),
        np.concatenate(rows.value).astype(np.float64),
        np.array(first, dtype=np.int64),
        np.array(at, dtype=np.float64),
        np.array(cost, dtype=np.float64),
        np.array(slope, dtype=np.float64).reshape(-1, 2),
    )


def _counters(
    compiled: CompiledRoster, built: Automata
) -> tuple[Ints, Ints, Ints, Ints, Longs, Longs, Longs, Floats, Floats, Longs]:
    by_person: list[list[tuple[int, int, int, int, int, float, float, int]]] = [[] for _ in range(compiled.employees)]
    tables: list[NDArray[np.int32]] = []
    for c in compiled.counters:
        if (c.values is None) == (c.groups is None):
            raise ValueError(f"rule {c.rule}: a counter has either values or groups")
        table, unit = -1, 1
        if c.values is not None:
            unit = int(np.gcd.reduce(c.values, axis=None)) or 1
            table = len(tables)
            tables.append((c.values // unit).astype(np.int32))
        for i, e in enumerate(c.employees.tolist()):
            lower = int(np.clip(c.lower[i] - c.offset[i], -(2**40), 2**40))
            upper = int(np.clip(c.upper[i] - c.offset[i], -(2**40), 2**40))
            if c.values is not None:
                reach = np.where(compiled.allowed[e], c.values, 0)
                most, least = int(reach.max(axis=1).sum()) // unit, int(reach.min(axis=1).sum()) // unit
                calendar = -1
            else:
                assert c.groups is not None
                most, least = len(c.groups), 0
                calendar = built[e].calendars.index((c.groups, c.mask))
            if lower <= least * unit and upper >= most * unit:
                continue
            by_person[e].append((table, calendar, unit, lower, upper, c.weight_lower, c.weight_upper, most))
    listed = [one for mine in by_person for one in mine]
    own = np.concatenate([[0], np.cumsum([len(mine) for mine in by_person])]).astype(np.int32)
    columns = list(zip(*listed, strict=True)) if listed else [()] * 8
    kinds = (np.int32, np.int32, np.int64, np.int64, np.int64, np.float64, np.float64, np.int64)
    table_, calendar_, unit_, lower_, upper_, low_, high_, most_ = (
        np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)
    )
    values = np.stack(tables) if tables else np.zeros((0, compiled.days, compiled.alphabet), dtype=np.int32)
    return own, table_, calendar_, values, unit_, lower_, upper_, low_, high_, most_
