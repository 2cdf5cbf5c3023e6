"""Cheapest rosters of everybody when cover and totals are priced: sequence rules alone, linear in the horizon.

With the totals of a person dualised beside the cover, what is left is a shortest path through the person's automaton:
days times states times letters steps, some thousands of times fewer than the table that holds the totals.
All costs handed in are multiples of one power of two, so sums are exact (see :mod:`optimise.roster.kernels.table`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.core.copying import copy_table
from optimise.core.jit import compiled
from optimise.roster.arrays import RosterArrays

__all__ = ["cheapest", "shares", "totals"]

#: People of one automaton that are priced side by side.
BATCH = 32

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@compiled
def _letters(
    staff: RosterArrays,
    e: int,
    prices: Floats,
    own_prices: Floats,
    price: Floats,
    by_letter: Floats,
    best_duty: NDArray[np.int16],
) -> None:
    """Cheapest duty of each letter on each day for a person: ``by_letter`` (days, letters), ``best_duty`` likewise."""
    days, duties = price.shape
    k, kind = staff.automaton[e], staff.kind[e]
    for d in range(days):
        for a in range(duties):
            price[d, a] = staff.unit[e, d, a] + prices[kind, d, a]
    for c in range(staff.own[e], staff.own[e + 1]):
        t = staff.table[c]
        if t >= 0 and own_prices[c] != 0.0:
            for n in range(staff.entry[t], staff.entry[t + 1]):
                price[staff.entry_day[n], staff.entry_duty[n]] += own_prices[c] * staff.entry_value[n]
    by_letter[:] = np.inf
    for d in range(days):
        for a in range(duties):
            x = staff.letter[k, a]
            if staff.allowed[e, d, a] and price[d, a] < by_letter[d, x]:
                by_letter[d, x] = price[d, a]
                best_duty[d, x] = a


@compiled
def _step(
    staff: RosterArrays,
    layer: int,
    there: int,
    calendars: int,
    calendar_price: Floats,
    now: Floats,
    letters: Floats,
    then: Floats,
) -> None:
    """One day of several people: ``then[to, b] = min(now[from, b] + letters[x, b] + rules)`` over the transitions.

    Shapes: ``now`` and ``then`` (states, people), ``letters`` (letters, people), ``calendar_price`` (calendars,
    people); ``there`` is the number of states on the next day.
    """
    batch = now.shape[1]
    least = np.empty(batch)
    rule = np.empty(batch)
    plain = staff.plain[layer]
    for to in range(there):
        least[:] = np.inf
        for n in range(staff.into[layer, to], staff.into[layer, to + 1]):
            s, x = staff.edge_from[n], staff.edge_letter[n]
            if plain:
                for b in range(batch):
                    v = now[s, b] + letters[x, b]
                    least[b] = v if v < least[b] else least[b]
            else:
                r = staff.edge_row[n]
                cost, counts = staff.cost[r], False
                for c in range(calendars):
                    if staff.hits[r, c]:
                        if not counts:
                            rule[:] = cost
                        counts = True
                        for b in range(batch):
                            rule[b] += calendar_price[c, b] * staff.hits[r, c]
                if counts:
                    for b in range(batch):
                        v = now[s, b] + letters[x, b] + rule[b]
                        least[b] = v if v < least[b] else least[b]
                else:
                    for b in range(batch):
                        v = now[s, b] + letters[x, b] + cost
                        least[b] = v if v < least[b] else least[b]
        for b in range(batch):
            then[to, b] = least[b]


@compiled
def cheapest(
    staff: RosterArrays,
    people: Longs,
    prices: Floats,
    own_prices: Floats,
    words: NDArray[np.int16],
    values: Floats,
) -> None:
    """Cheapest word of each person.

    People who share an automaton are taken ``BATCH`` at a time, side by side in memory.

    Parameters
    ----------
    staff : RosterArrays
    people : int array (n,)
        Fastest where people of one automaton follow each other.
    prices : float64 array (kinds, days, duties)
        What each duty costs beside the rules, by kind of person.
    own_prices : float64 array (counters,)
        Price of one unit of each counter.
    words, values : int16 array (n, days), float64 array (n,)
        Answers; the value is infinite where there is no word.
    """
    days, duties = words.shape[1], staff.letter.shape[1]
    most = 0
    for layer in range(len(staff.states)):
        most = max(most, staff.states[layer])
    widest = 0
    for k in range(len(staff.width)):
        widest = max(widest, staff.width[k])
    calendars = staff.hits.shape[1]
    reach = np.empty((days + 1, most, 1))
    letters = np.empty((days, widest, 1))
    calendar_price = np.zeros((max(1, calendars), 1))
    price = np.empty((days, duties))
    by_letter = np.empty((days, widest))
    best_duty = np.zeros((BATCH, days, widest), np.int16)
    begin = 0
    while begin < len(people):
        k = staff.automaton[people[begin]]
        size = 1
        while size < BATCH and begin + size < len(people) and staff.automaton[people[begin + size]] == k:
            size += 1
        if size != reach.shape[2]:
            reach = np.empty((days + 1, most, size))
            letters = np.empty((days, widest, size))
            calendar_price = np.zeros((max(1, calendars), size))
        calendar_price[:] = 0.0
        for b in range(size):
            e = people[begin + b]
            _letters(staff, e, prices, own_prices, price, by_letter, best_duty[b])
            copy_table(letters[:, :, b], by_letter)
            for c in range(staff.own[e], staff.own[e + 1]):
                if staff.calendar[c] >= 0:
                    calendar_price[staff.calendar[c], b] += own_prices[c]
        reach[0, 0, :] = 0.0
        for d in range(days):
            there = 1 if d == days - 1 else staff.states[staff.layer[k, d + 1]]
            _step(staff, staff.layer[k, d], there, calendars, calendar_price, reach[d], letters[d], reach[d + 1])
        for b in range(size):
            values[begin + b] = reach[days, 0, b]
            if values[begin + b] == np.inf:
                continue
            # back: sums are exact, so that equality finds the way
            s = 0
            for d in range(days - 1, -1, -1):
                layer = staff.layer[k, d]
                for n in range(staff.into[layer, s], staff.into[layer, s + 1]):
                    r, x = staff.edge_row[n], staff.edge_letter[n]
                    v = reach[d, staff.edge_from[n], b] + letters[d, x, b] + staff.cost[r]
                    for c in range(calendars):
                        v += calendar_price[c, b] * staff.hits[r, c]
                    if v == reach[d + 1, s, b]:
                        words[begin + b, d] = best_duty[b, d, x]
                        s = staff.edge_from[n]
                        break
        begin += size


@compiled
def totals(staff: RosterArrays, people: Longs, words: NDArray[np.int16], activity: Floats, amounts: Floats) -> None:
    """Add what words (n, days) bring to lines (``activity``), and write totals in units (``amounts``, (counters,))."""
    days, duties = words.shape[1], staff.letter.shape[1]
    for i in range(len(people)):
        e = people[i]
        k = staff.automaton[e]
        width = staff.width[k]
        for c in range(staff.own[e], staff.own[e + 1]):
            amounts[c] = 0.0
        s = 0
        for d in range(days):
            a = words[i, d]
            cell = d * duties + a
            for p in range(staff.pointer[staff.kind[e], cell], staff.pointer[staff.kind[e], cell + 1]):
                activity[staff.row[p]] += staff.value[p]
            r = staff.at[staff.layer[k, d]] + s * width + staff.letter[k, a]
            for c in range(staff.own[e], staff.own[e + 1]):
                if staff.table[c] >= 0:
                    amounts[c] += staff.values[staff.table[c], d, a]
                else:
                    amounts[c] += staff.hits[r, staff.calendar[c]]
            s = staff.move[r]


@compiled
def shares(words: NDArray[np.int16], weight: float, mean: NDArray[np.float32]) -> None:
    """Decay ``mean`` (n, days, duties) by ``1 - weight`` and add ``weight`` for each duty of ``words``."""
    for i in range(words.shape[0]):
        for d in range(words.shape[1]):
            for a in range(mean.shape[2]):
                mean[i, d, a] *= 1.0 - weight
            mean[i, d, words[i, d]] += weight
