"""Cheapest rosters of everybody when cover and totals are priced: sequence rules alone, linear in the horizon.

With the totals of a person dualised beside the cover, what is left is a shortest path through the person's automaton:
days times states times letters steps, some thousands of times fewer than the table that holds the totals.
All costs handed in are multiples of one power of two, so sums are exact (see :mod:`optimise.kernels.table`).
"""

from __future__ import annotations

import numpy as np

from optimise.kernels._jit import compiled

__all__ = ["cheapest", "shares", "totals"]


@compiled
def cheapest(staff, people, prices, own_prices, words, values):  # type: ignore[no-untyped-def]
    """Cheapest word of each person.

    Parameters
    ----------
    staff : Staff
    people : int array (n,)
    prices : float64 array (kinds, days, duties)
        What each duty costs beside the rules, by kind of person.
    own_prices : float64 array (counters,)
        Price of one unit of each counter.
    words : int16 array (n, days), values : float64 array (n,)
        Answers; the value is infinite where there is no word.
    """
    days, duties = words.shape[1], staff.letter.shape[1]
    most = 0
    for layer in range(len(staff.states)):
        most = max(most, staff.states[layer])
    widest = 0
    for k in range(len(staff.width)):
        widest = max(widest, staff.width[k])
    reach = np.empty((days + 1, most))
    came = np.zeros((days + 1, most), np.int32)
    by_letter = np.empty(widest)
    price = np.empty((days, duties))
    which = np.zeros(len(own_prices) + 1, np.int64)
    best_duty = np.zeros((days, widest), np.int16)
    for i in range(len(people)):
        e = people[i]
        k = staff.automaton[e]
        width = staff.width[k]
        kind = staff.kind[e]
        first, last = staff.own[e], staff.own[e + 1]
        for d in range(days):
            for a in range(duties):
                price[d, a] = staff.unit[e, d, a] + prices[kind, d, a]
        for c in range(first, last):
            t = staff.table[c]
            if t >= 0 and own_prices[c] != 0.0:
                for n in range(staff.entry[t], staff.entry[t + 1]):
                    price[staff.entry_day[n], staff.entry_duty[n]] += own_prices[c] * staff.entry_value[n]
        followed = 0
        for c in range(first, last):
            if staff.calendar[c] >= 0 and own_prices[c] != 0.0:
                which[followed] = c
                followed += 1
        reach[0, 0] = 0.0
        here = 1
        for d in range(days):
            by_letter[:] = np.inf
            for a in range(duties):
                if not staff.allowed[e, d, a]:
                    continue
                v = price[d, a]
                x = staff.letter[k, a]
                if v < by_letter[x]:
                    by_letter[x] = v
                    best_duty[d, x] = a
            layer = staff.layer[k, d]
            there = 1 if d == days - 1 else staff.states[staff.layer[k, d + 1]]
            for s in range(there):
                reach[d + 1, s] = np.inf
            at = staff.at[layer]
            for s in range(here):
                now = reach[d, s]
                if now == np.inf:
                    continue
                for x in range(width):
                    to = staff.move[at + s * width + x]
                    if to < 0 or by_letter[x] == np.inf:
                        continue
                    v = now + by_letter[x] + staff.cost[at + s * width + x]
                    for n in range(followed):
                        v += own_prices[which[n]] * staff.hits[at + s * width + x, staff.calendar[which[n]]]
                    if v < reach[d + 1, to]:
                        reach[d + 1, to] = v
                        came[d + 1, to] = s * width + x
            here = there
        values[i] = reach[days, 0]
        if values[i] == np.inf:
            continue
        s = 0
        for d in range(days - 1, -1, -1):
            x = came[d + 1, s] % width
            s = came[d + 1, s] // width
            words[i, d] = best_duty[d, x]


@compiled
def totals(staff, people, words, activity, amounts):  # type: ignore[no-untyped-def]
    """Add what words bring to lines (``activity``), and write each person's totals in units (``amounts``)."""
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
def shares(words, weight, mean):  # type: ignore[no-untyped-def]
    """Decay ``mean`` (n, days, duties) by ``1 - weight`` and add ``weight`` for each duty of ``words``."""
    for i in range(words.shape[0]):
        for d in range(words.shape[1]):
            for a in range(mean.shape[2]):
                mean[i, d, a] *= 1.0 - weight
            mean[i, d, words[i, d]] += weight
