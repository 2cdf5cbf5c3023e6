"""A compiled roster as flat tables: what every kernel reads.

Automata, totals and cover are flattened once per problem (:func:`roster_arrays`, kept with the compiled roster). What
a search sees of them is a *view* that shares all tables but the prices it changes: :func:`gridded` rounds costs so
that their sums are exact, :func:`cover_priced` and :func:`priced` give hard units a price. Memory grows linearly with
the horizon: a year of 150 people with 32 shifts takes a few tens of megabytes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from optimise.roster import flatten
from optimise.roster.automaton import Automata, automata
from optimise.roster.compiled import CompiledRoster
from optimise.roster.dyadic import on_grid

__all__ = [
    "CoverArrays",
    "RosterArrays",
    "cover_arrays",
    "cover_priced",
    "gridded",
    "lenient_arrays",
    "priced",
    "roster_arrays",
]

Bools = NDArray[np.bool_]
Bytes = NDArray[np.int8]
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class CoverArrays(NamedTuple):
    """The cover lines; the fields are those of :class:`RosterArrays`."""

    kind: Ints
    pointer: Longs
    row: Ints
    value: Floats
    line_bound: Floats
    segment_width: Floats
    segment_price: Floats
    line_day: Ints
    line_duty: Ints


class RosterArrays(NamedTuple):
    """Tables of a compiled roster. Costs are exact; infinite prices are hard.

    Sizes: *layers* are the distinct days of all automata, *rows* their transitions, *kinds* the kinds of people that
    count alike in all cover lines, *cells* are ``day * duties + duty``, *counters* the totals of everybody, person by
    person, *tables* their distinct values, *segments* the most price steps on one side of a line.

    Attributes
    ----------
    automaton : int32 (people,)
    letter : int32 (automata, duties)
        Duties of one letter are alike for all sequence rules.
    width : int32 (automata,)
        Letters of each automaton.
    layer : int32 (automata, days)
    states, at : int32 (layers,)
        States of a layer and its first row.
    move : int32 (rows,), cost, broken : float64 (rows,), hits : int8 (rows, calendars)
        Row ``at[layer] + state * width + letter``: state on the next day (-1 where a hard rule breaks or no way is
        left), soft cost, hard units broken (0 but in lenient tables), and 1 where a day is the first of its group
        that a calendar counts.
    marks : int32 (rows,)
        The hits as bits, calendar ``c`` at bit ``c`` (those of the first 31 calendars).
    group : int32 (automata, calendars, days)
        Which group of the calendar a day belongs to, or -1.
    into : int64 (layers, most states + 2)
        Where each layer's transitions into a state begin in the edges.
    edge_from, edge_letter, edge_row : int32 (edges,)
        Transitions that keep hard rules, by layer and state reached.
    plain : bool (layers,)
        Whether no transition of a layer costs anything or counts for a calendar.
    allowed : bool (people, days, duties); unit : float64, forbidden : int32, the same shape
        Single duties: their cost, and the hard units that a duty breaks (0 where allowed).
    kind : int32 (people,); pointer : int64 (kinds, cells + 1); row : int32; value : float64
        Lines fed by a cell, and by how much.
    line_bound : float64 (lines, 2); segment_width, segment_price : float64 (lines, 2, segments)
        Below (0) and above (1): where a line begins to cost, width of each segment and price of a unit in it.
    line_day, line_duty : int32 (lines,)
        A day of each line and a duty that feeds it there.
    own : int32 (people + 1,)
        First counter of each person; those that no allowed duties (in lenient tables: no duties) can bring out of their
        limits are left out.
    table, calendar : int32 (counters,)
        Row of ``values``, or -1; calendar of the person's automaton, or -1.
    unit_of, lower, upper : int64 (counters,)
        Size of a unit; bounds less what is there already, in raw amounts.
    price_lower, price_upper : float64 (counters,)
        Per raw amount.
    most : int64 (counters,)
        Largest total, in units.
    values : int32 (tables, days, duties)
        What each duty adds, in units.
    entry : int64 (tables + 1,); entry_day, entry_duty, entry_value : int32
        The values again, without the zeros.
    top, bottom : int32 (counters, days + 1)
        Most and least that the first days can add to a counter of values, in units.
    """

    automaton: Ints
    letter: Ints
    width: Ints
    layer: Ints
    states: Ints
    at: Ints
    move: Ints
    cost: Floats
    broken: Floats
    hits: Bytes
    marks: Ints
    group: Ints
    into: Longs
    edge_from: Ints
    edge_letter: Ints
    edge_row: Ints
    plain: Bools
    allowed: Bools
    unit: Floats
    forbidden: Ints
    kind: Ints
    pointer: Longs
    row: Ints
    value: Floats
    line_bound: Floats
    segment_width: Floats
    segment_price: Floats
    line_day: Ints
    line_duty: Ints
    own: Ints
    table: Ints
    calendar: Ints
    unit_of: Longs
    lower: Longs
    upper: Longs
    price_lower: Floats
    price_upper: Floats
    most: Longs
    values: Ints
    entry: Longs
    entry_day: Ints
    entry_duty: Ints
    entry_value: Ints
    top: Ints
    bottom: Ints


#: What has been flattened, by compiled roster, for as long as that lives.
_KEPT: WeakKeyDictionary[CompiledRoster, dict[object, Any]] = WeakKeyDictionary()


def roster_arrays(compiled: CompiledRoster, built: Automata) -> RosterArrays:
    """The tables of a compiled roster with its automata (made once for both).

    Raises
    ------
    ValueError
        If a counter has both values and groups, or neither, or counts an allowed duty negatively.
    """
    kept = _KEPT.setdefault(compiled, {})
    if kept.get("automata") is not built:
        kept["arrays"] = _flattened(compiled, built, compiled.allowed)
        kept["automata"] = built
    made: RosterArrays = kept["arrays"]
    return made


def cover_arrays(compiled: CompiledRoster) -> CoverArrays:
    """The cover lines alone, without automata (made once)."""
    kept = _KEPT.setdefault(compiled, {})
    if "cover" not in kept:
        kept["cover"] = CoverArrays(**flatten.cover(compiled))
    made: CoverArrays = kept["cover"]
    return made


def _flattened(compiled: CompiledRoster, built: Automata, allowed: Bools) -> RosterArrays:
    parts = flatten.sequences(compiled, built) | flatten.cells(compiled) | flatten.counters(compiled, built, allowed)
    return RosterArrays(**parts, **cover_arrays(compiled)._asdict())


def lenient_arrays(compiled: CompiledRoster, *, matches: bool = False) -> RosterArrays:
    """Tables that also judge rosters which break hard rules, and count what is broken (made once).

    Their automata have other states than the strict ones, which forget what cannot be completed; totals are those that
    any duties can bring out of their limits. Cover is shared.

    Parameters
    ----------
    matches : bool
        Count each match of a hard pattern as one, whatever units the rule counts in.
    """
    kept = _KEPT.setdefault(compiled, {})
    if ("lenient", matches) not in kept:
        seen = compiled
        if matches:
            ones = tuple(replace(p, amount=1) if p.hard else p for p in compiled.patterns)
            seen = replace(compiled, patterns=ones)
        built = automata(seen, lenient=True)
        kept["lenient", matches] = _flattened(compiled, built, np.ones_like(compiled.allowed))
    made: RosterArrays = kept["lenient", matches]
    return made


def gridded(arrays: RosterArrays) -> RosterArrays:
    """View with costs of sequences and single duties rounded down to the grid on which sums are exact."""
    cost, unit = on_grid(arrays.cost), on_grid(arrays.unit)
    if np.array_equal(cost, arrays.cost) and np.array_equal(unit, arrays.unit):
        return arrays
    return arrays._replace(cost=cost, unit=unit)


def cover_priced(arrays: RosterArrays, hard: float) -> RosterArrays:
    """View in which a unit of broken hard cover costs ``hard``."""
    return arrays._replace(segment_price=np.where(np.isinf(arrays.segment_price), hard, arrays.segment_price))


def priced(arrays: RosterArrays, hard: float) -> RosterArrays:
    """View in which every hard unit costs ``hard``: of cover, of totals, and of sequences in lenient tables.

    Duties that are not allowed stay so.
    """
    unit = hard / arrays.unit_of
    return cover_priced(arrays, hard)._replace(
        cost=arrays.cost + hard * arrays.broken,
        price_lower=np.where(np.isinf(arrays.price_lower), unit, arrays.price_lower),
        price_upper=np.where(np.isinf(arrays.price_upper), unit, arrays.price_upper),
    )
