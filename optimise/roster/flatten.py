"""How a compiled roster becomes flat tables; :mod:`optimise.roster.arrays` says what the tables mean.

Each function makes the fields of one part of :class:`~optimise.roster.arrays.RosterArrays`, by name.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automata, Automaton, Layer
from optimise.roster.compiled import CompiledRoster, member_table
from optimise.roster.rules.primitives import NO_LIMIT, Counter

__all__ = ["cells", "counters", "cover", "sequences"]

Fields = dict[str, Any]
Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


def sequences(compiled: CompiledRoster, built: Automata) -> Fields:
    """Automata of everybody as one pool of layers; a layer that several share stands there once."""
    kinds, days = len(built.distinct), compiled.days
    calendars = max((len(a.calendars) for a in built.distinct), default=0)
    letter = np.zeros((kinds, compiled.alphabet), dtype=np.int32)
    layer = np.zeros((kinds, days), dtype=np.int32)
    kept: list[tuple[Layer, ...]] = []
    index: dict[int, int] = {}  # by identity, so all layers stay alive meanwhile
    states: list[int] = []
    at: list[int] = []
    move: list[Ints] = []
    price: list[NDArray[Any]] = []
    hits: list[NDArray[np.int8]] = []
    size = 0
    for k, automaton in enumerate(built.distinct):
        letter[k] = automaton.letter
        layers = automaton.layers if automaton.feasible else (_dead(automaton),) * days
        kept.append(layers)
        for d, one in enumerate(layers):
            if id(one) not in index:
                index[id(one)] = len(states)
                states.append(len(one.next))
                at.append(size)
                size += one.next.size
                move.append(one.next.ravel())
                price.append(one.cost.ravel())
                padded = np.zeros((one.next.size, calendars), dtype=np.int8)
                padded[:, : one.hits.shape[2]] = one.hits.reshape(one.next.size, -1)
                hits.append(padded)
            layer[k, d] = index[id(one)]
    joined = _joined(price)
    counted = np.concatenate(hits) if hits else np.zeros((0, calendars), dtype=np.int8)
    made: Fields = {
        "automaton": np.ascontiguousarray(built.of, dtype=np.int32),
        "letter": letter,
        "width": np.array([a.letters for a in built.distinct], dtype=np.int32),
        "layer": layer,
        "states": np.array(states, dtype=np.int32),
        "at": np.array(at, dtype=np.int32),
        "move": _joined(move).astype(np.int32),
        "cost": np.ascontiguousarray(joined.real, dtype=np.float64),
        "broken": np.array(joined.imag, dtype=np.float64),  # a copy: of real numbers it is not writeable, another type
        "hits": counted,
        "marks": (counted[:, :31] @ (1 << np.arange(min(calendars, 31)))).astype(np.int32),
        "group": _groups(compiled, built, calendars),
    }
    return made | _edges(made)


def _dead(automaton: Automaton) -> Layer:
    """A day with no way on."""
    shape = (1, automaton.letters)
    hits = np.zeros((*shape, len(automaton.calendars)), dtype=np.int8)
    return Layer(np.full(shape, -1, dtype=np.int32), np.zeros(shape), hits)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)


def _groups(compiled: CompiledRoster, built: Automata, calendars: int) -> Ints:
    out = np.full((len(built.distinct), calendars, compiled.days), -1, dtype=np.int32)
    for k, automaton in enumerate(built.distinct):
        for c, (groups, _) in enumerate(automaton.calendars):
            for g, group in enumerate(groups):
                out[k, c, list(group)] = g
    return out


def _edges(made: Fields) -> Fields:
    """Transitions that keep hard rules, sorted by the state they reach, layer by layer."""
    states, at, move = made["states"], made["at"], made["move"]
    into = np.zeros((len(states), int(states.max(initial=1)) + 2), dtype=np.int64)
    plain = np.zeros(len(states), dtype=np.bool_)
    parts: list[tuple[NDArray[Any], ...]] = []
    size = 0
    for layer, end in enumerate([*at[1:], len(move)] if len(at) else []):
        rows = np.arange(at[layer], end)
        width = len(rows) // int(states[layer])
        rows = rows[move[rows] >= 0]
        rows = rows[np.argsort(move[rows], kind="stable")]
        into[layer] = size + np.searchsorted(move[rows], np.arange(into.shape[1]))
        plain[layer] = not (made["cost"][rows].any() or made["hits"][rows].any())
        where = rows - at[layer]
        parts.append((where // width, where % width, rows))
        size += len(rows)
    columns = list(zip(*parts, strict=True)) or [()] * 3
    source, letter, row = (_joined(list(column)).astype(np.int32) for column in columns)
    return {"into": into, "edge_from": source, "edge_letter": letter, "edge_row": row, "plain": plain}


def cells(compiled: CompiledRoster) -> Fields:
    """Single duties: what is allowed, what it costs, and how many hard units a forbidden one breaks."""
    forbidden = np.zeros(compiled.allowed.shape, dtype=np.int32)
    for p in compiled.patterns:
        if p.hard and len(p.masks) == 1 and p.groups is None:
            for a in np.flatnonzero(member_table(p.masks, compiled.alphabet)[0]):
                np.add.at(forbidden, (p.employees, p.starts, a), p.amount)
    return {
        "allowed": np.array(compiled.allowed),
        "unit": np.array(compiled.unit_cost),
        "forbidden": np.maximum(forbidden, ~compiled.allowed),
    }


def cover(compiled: CompiledRoster) -> Fields:
    """What each duty of each kind of person adds to the cover lines, and what a line costs on each side."""
    table, count = compiled.line_table, len(compiled.lines)
    kinds, kind = np.unique(table.groups.T, axis=0, return_inverse=True)
    size = compiled.days * compiled.alphabet
    cell = table.day.astype(np.int64) * compiled.alphabet + table.duty
    pointer, row, value = [], [], []
    offset = 0
    for members in kinds:
        inside = members[table.group] if len(table.group) else np.zeros(0, dtype=np.bool_)
        key = cell[inside] * max(count, 1) + table.line[inside]
        distinct, where = np.unique(key, return_inverse=True)
        value.append(np.bincount(where.reshape(-1), weights=table.coefficient[inside], minlength=len(distinct)))
        row.append(distinct % max(count, 1))
        pointer.append(offset + np.searchsorted(distinct // max(count, 1), np.arange(size + 1)))
        offset += len(distinct)
    return {
        "kind": kind.reshape(-1).astype(np.int32),
        "pointer": np.stack(pointer).astype(np.int64),
        "row": np.concatenate(row).astype(np.int32),
        "value": np.concatenate(value).astype(np.float64),
        **_sides(compiled),
        **_hints(compiled),
    }


def _sides(compiled: CompiledRoster) -> Fields:
    """Segments of both sides of every line, padded with empty ones."""
    most = max((len(s) for line in compiled.lines for s in (line.under, line.over)), default=1) or 1
    shape = (len(compiled.lines), 2)
    bound, width, price = np.zeros(shape), np.zeros((*shape, most)), np.zeros((*shape, most))
    for i, line in enumerate(compiled.lines):
        bound[i] = line.lower, line.upper
        for side, segments in enumerate((line.under, line.over)):
            for k, s in enumerate(segments):
                width[i, side, k], price[i, side, k] = s.width, s.price
    return {"line_bound": bound, "segment_width": width, "segment_price": price}


def _hints(compiled: CompiledRoster) -> Fields:
    """A day of each line and a duty that feeds it there."""
    days = np.array([max((t.day for t in line.terms), default=0) for line in compiled.lines], dtype=np.int32)
    duty = np.zeros(len(days), dtype=np.int32)
    entries = compiled.line_table
    here = entries.day == days[entries.line]
    duty[entries.line[here]] = entries.duty[here]
    return {"line_day": days, "line_duty": duty}


def counters(compiled: CompiledRoster, built: Automata, allowed: NDArray[np.bool_]) -> Fields:
    """Totals of everybody, person by person, but those that no ``allowed`` duties can bring out of their limits.

    Raises
    ------
    ValueError
        If a counter has both values and groups, or neither, or counts an allowed duty negatively.
    """
    of: list[list[tuple[int, int, int, int, int, float, float, int]]] = [[] for _ in range(compiled.employees)]
    tables: list[Ints] = []
    for c in compiled.counters:
        if (c.values is None) == (c.groups is None):
            raise ValueError(f"rule {c.rule}: a counter has either values or groups")
        table, unit = -1, 1
        if c.values is not None:
            unit = int(np.gcd.reduce(c.values, axis=None)) or 1
            table = len(tables)
            tables.append((c.values // unit).astype(np.int32))
        for i, e in enumerate(c.employees.tolist()):
            lower = int(np.clip(c.lower[i] - c.offset[i], -NO_LIMIT, NO_LIMIT))
            upper = int(np.clip(c.upper[i] - c.offset[i], -NO_LIMIT, NO_LIMIT))
            least, most = _reach(c, allowed[e])
            if lower <= least and upper >= most:
                continue
            calendar = -1 if c.groups is None else built[e].calendars.index((c.groups, c.mask))
            of[e].append((table, calendar, unit, lower, upper, c.weight_lower, c.weight_upper, most // unit))
    columns = list(zip(*(one for mine in of for one in mine), strict=True)) or [()] * 8
    kinds = {
        "table": np.int32, "calendar": np.int32, "unit_of": np.int64, "lower": np.int64, "upper": np.int64,
        "price_lower": np.float64, "price_upper": np.float64, "most": np.int64,
    }  # fmt: skip
    made: Fields = {name: np.array(column, kind) for (name, kind), column in zip(kinds.items(), columns, strict=True)}
    made["own"] = np.cumsum([0, *(len(mine) for mine in of)]).astype(np.int32)
    made["values"] = np.stack(tables) if tables else np.zeros((0, compiled.days, compiled.alphabet), dtype=np.int32)
    return made | _entries(made["values"]) | _so_far(made, allowed)


def _reach(c: Counter, allowed: NDArray[np.bool_]) -> tuple[int, int]:
    """Least and largest total that a person's allowed duties (days, duties) can bring."""
    if c.values is None:
        return 0, len(c.groups or ())
    reach = np.where(allowed, c.values, 0)
    if reach.min(initial=0) < 0:
        raise ValueError(f"rule {c.rule}: counted values must not be negative")
    return int(reach.min(axis=1).sum()), int(reach.max(axis=1).sum())


def _entries(values: Ints) -> Fields:
    """The values without the zeros."""
    table, day, duty = np.nonzero(values)
    return {
        "entry": np.searchsorted(table, np.arange(len(values) + 1)).astype(np.int64),
        "entry_day": day.astype(np.int32),
        "entry_duty": duty.astype(np.int32),
        "entry_value": values[table, day, duty].astype(np.int32),
    }


def _so_far(made: Fields, allowed: NDArray[np.bool_]) -> Fields:
    """Most and least that the first days can add to each total of values, in units."""
    own, table, values = made["own"], made["table"], made["values"]
    top, bottom = (np.zeros((len(table), allowed.shape[1] + 1), dtype=np.int32) for _ in range(2))
    far = np.iinfo(np.int32).max
    for e in range(len(own) - 1):
        for c in range(own[e], own[e + 1]):
            if table[c] >= 0:
                mine = values[table[c]]
                top[c, 1:] = np.cumsum(np.where(allowed[e], mine, 0).max(axis=1))
                bottom[c, 1:] = np.cumsum(np.where(allowed[e], mine, far).min(axis=1))
    return {"top": top, "bottom": bottom}
