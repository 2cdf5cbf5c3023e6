"""Kernels of the annealing of whole rosters: a walk through rosters, move by move, and what a move costs.

Line values, states and totals are kept in step with the words, so that a move costs one walk through a person's
automaton from the first changed day until it is back in a known state, a few totals, and the lines of changed cells.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.cooling import Cooling
from optimise.core.copying import copy_table
from optimise.core.jit import compiled, inlined
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.cost import follow, line_price, total_price

__all__ = ["Record", "Trial", "Walk", "anneal", "start_walk"]

#: One duty; a block of one duty; exchange of a block; exchange of two blocks.
_KINDS = 4
_ONE, _BLOCK, _TWO_BLOCKS = 0, 1, 3

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Word = NDArray[np.int16]


class Walk(NamedTuple):
    """Where the walk stands.

    Attributes
    ----------
    words : int16 (people, days)
    state : int32 (people, days + 1)
        Automaton state before each day.
    step : float64 (people, days); hit : int32, the same shape
        What the sequence rules cost on each day, and the calendars that it counts for, as bits.
    total : int64 (counters,)
        In units.
    level : float64 (lines,)
        Value of each cover line.
    """

    words: Word
    state: Ints
    step: Floats
    hit: Ints
    total: Longs
    level: Floats


class Trial(NamedTuple):
    """A move under test: a row for each of up to two people.

    The fields are those of :class:`Walk`, but ``total`` (2, most counters of a person) holds changes.
    """

    words: Word
    state: Ints
    step: Floats
    hit: Ints
    total: Longs


class Record(NamedTuple):
    """What a walk writes down: the cheapest roster met, int16 (people, days), and the first rises, float64 (n,)."""

    best: Word
    rises: Floats


@compiled
def _random(state: NDArray[np.uint64]) -> float:
    """Uniform in [0, 1): xorshift64* (Vigna 2016); ``state`` (1,) moves on."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def _shift_cell(rules: RosterArrays, walk: Walk, e: int, day: int, duty: int, sign: float) -> float:
    """Add (or take away) a duty to the line values; returns the change of cover cost."""
    k = rules.kind[e]
    cell = day * rules.unit.shape[2] + duty
    change = 0.0
    for i in range(rules.pointer[k, cell], rules.pointer[k, cell + 1]):
        line = rules.row[i]
        before = walk.level[line]
        after = before + sign * rules.value[i]
        change += line_price(rules, line, after) - line_price(rules, line, before)
        walk.level[line] = after
    return change


@compiled
def start_walk(rules: RosterArrays, walk: Walk) -> float:
    """Fill states, totals and line values of the walk's roster; returns its cost."""
    people, days = walk.words.shape
    cost = 0.0
    for e in range(people):
        q = rules.automaton[e]
        cost += follow(rules, e, walk.words[e], walk.state[e], walk.total[rules.own[e] : rules.own[e + 1]])[0]
        for d in range(days):
            a = walk.words[e, d]
            i = rules.at[rules.layer[q, d]] + walk.state[e, d] * rules.width[q] + rules.letter[q, a]
            walk.step[e, d] = rules.cost[i]
            walk.hit[e, d] = rules.marks[i]
            if not rules.allowed[e, d, a]:
                cost = np.inf
            cost += _shift_cell(rules, walk, e, d, a, 1.0)
        for c in range(rules.own[e], rules.own[e + 1]):
            cost += total_price(rules, c, walk.total[c], 0.0)
    for line in range(len(walk.level)):
        cost += line_price(rules, line, 0.0)  # the cells above were charged as changes from nothing
    return cost


@compiled
def _personal(
    rules: RosterArrays, walk: Walk, trial: Trial, slot: int, e: int, first: int, last: int
) -> tuple[float, int]:
    """Change of a person's own cost when days [first, last) follow the trial; and the day the walks meet again.

    Row ``slot`` of the trial holds the words; its other rows receive what changes. Infinite where a word is forbidden.
    """
    days = walk.words.shape[1]
    q = rules.automaton[e]
    letters = rules.width[q]
    begin, stop = rules.own[e], rules.own[e + 1]
    change = 0.0
    for d in range(first, last):
        new, old = trial.words[slot, d], walk.words[e, d]
        if new != old:
            if not rules.allowed[e, d, new]:
                return np.inf, last
            change += rules.unit[e, d, new] - rules.unit[e, d, old]
    for c in range(begin, stop):
        trial.total[slot, c - begin] = 0
    s = walk.state[e, first]
    d = first
    while d < days and (d < last or s != walk.state[e, d]):
        a = trial.words[slot, d] if d < last else walk.words[e, d]
        i = rules.at[rules.layer[q, d]] + s * letters + rules.letter[q, a]
        trial.state[slot, d] = s
        trial.step[slot, d] = rules.cost[i]
        hit = rules.marks[i]
        trial.hit[slot, d] = hit
        change += rules.cost[i] - walk.step[e, d]
        if hit != walk.hit[e, d]:
            for c in range(begin, stop):
                b = rules.calendar[c]
                if b >= 0:
                    trial.total[slot, c - begin] += ((hit >> b) & 1) - ((walk.hit[e, d] >> b) & 1)
        s = rules.move[i]
        if s < 0:
            return np.inf, d
        d += 1
    for c in range(begin, stop):
        t = rules.table[c]
        if t >= 0:
            moved = 0
            for x in range(first, last):
                moved += rules.values[t, x, trial.words[slot, x]] - rules.values[t, x, walk.words[e, x]]
            trial.total[slot, c - begin] = moved
        moved_by = trial.total[slot, c - begin]
        if moved_by != 0:
            now = walk.total[c]
            change += total_price(rules, c, now + moved_by, 0.0) - total_price(rules, c, now, 0.0)
    return change, d


@compiled
def _commit(rules: RosterArrays, walk: Walk, trial: Trial, slot: int, e: int, first: int, last: int, end: int) -> None:
    """Take over the trial of a person: words on [first, last), states up to ``end``, totals."""
    for d in range(first, last):
        walk.words[e, d] = trial.words[slot, d]
    for d in range(first, end):
        walk.state[e, d] = trial.state[slot, d]
        walk.step[e, d] = trial.step[slot, d]
        walk.hit[e, d] = trial.hit[slot, d]
    for c in range(rules.own[e], rules.own[e + 1]):
        walk.total[c] += trial.total[slot, c - rules.own[e]]


@compiled
def _cover(
    rules: RosterArrays, walk: Walk, trial: Trial, slot: int, e: int, first: int, last: int, forth: bool
) -> float:
    """Apply (or undo) the cover of a person's changed days; returns the change."""
    change = 0.0
    for d in range(first, last):
        new, old = trial.words[slot, d], walk.words[e, d]
        if new != old:
            if forth:
                change += _shift_cell(rules, walk, e, d, old, -1.0) + _shift_cell(rules, walk, e, d, new, 1.0)
            else:
                change += _shift_cell(rules, walk, e, d, new, -1.0) + _shift_cell(rules, walk, e, d, old, 1.0)
    return change


@inlined
def _renewed(share: Floats, tried: Floats, taken: Floats) -> None:
    """Shares of the kinds of move by how often they are taken; what was long ago counts less and less."""
    whole = 0.0
    for k in range(_KINDS):
        share[k] = (taken[k] + 1.0) / (tried[k] + 10.0)
        whole += share[k]
    for k in range(_KINDS):
        share[k] = 0.1 + (1.0 - 0.1 * _KINDS) * share[k] / whole
        tried[k] *= 0.5
        taken[k] *= 0.5


@inlined
def _filled(walk: Walk, trial: Trial, e: int, first: int, last: int, duty: int) -> bool:
    """Try one duty on all days [first, last); returns whether that changes anything."""
    changed = False
    for d in range(first, last):
        trial.words[0, d] = duty
        if walk.words[e, d] != duty:
            changed = True
    return changed


@inlined
def _exchanged(walk: Walk, trial: Trial, e: int, f: int, first: int, last: int) -> bool:
    """Try to exchange the days [first, last) of two people; returns whether that changes anything."""
    changed = False
    for d in range(first, last):
        trial.words[0, d] = walk.words[f, d]
        trial.words[1, d] = walk.words[e, d]
        if walk.words[e, d] != walk.words[f, d]:
            changed = True
    return changed


@inlined
def _exchanged_twice(
    walk: Walk, trial: Trial, e: int, f: int, one: tuple[int, int], other: tuple[int, int]
) -> tuple[bool, int, int]:
    """Try to exchange two blocks of days of two people; returns whether that changes anything, and days with both."""
    low, high = min(one[0], other[0]), max(one[1], other[1])
    changed = False
    for d in range(low, high):
        inside = (one[0] <= d < one[1]) or (other[0] <= d < other[1])
        trial.words[0, d] = walk.words[f, d] if inside else walk.words[e, d]
        trial.words[1, d] = walk.words[e, d] if inside else walk.words[f, d]
        if inside and walk.words[e, d] != walk.words[f, d]:
            changed = True
    return changed, low, high


@inlined
def _try_one(
    rules: RosterArrays, walk: Walk, trial: Trial, e: int, first: int, last: int, most: float
) -> tuple[bool, float]:
    """Take the trial of one person if it costs at most ``most``; returns whether, and the change (0 if forbidden)."""
    one, forth, back = np.int64(0), np.bool_(True), np.bool_(False)  # as plain constants each is a kernel of its own
    change, end = _personal(rules, walk, trial, one, e, first, last)
    if change == np.inf:
        return False, 0.0
    change += _cover(rules, walk, trial, one, e, first, last, forth)
    if change <= most:
        _commit(rules, walk, trial, one, e, first, last, end)
        return True, change
    _cover(rules, walk, trial, one, e, first, last, back)
    return False, change


@inlined
def _try_two(
    rules: RosterArrays, walk: Walk, trial: Trial, e: int, f: int, first: int, last: int, most: float
) -> tuple[bool, float]:
    """:func:`_try_one` of two people, whose cover stays where they count alike."""
    one, two, forth, back = np.int64(0), np.int64(1), np.bool_(True), np.bool_(False)
    change, end = _personal(rules, walk, trial, one, e, first, last)
    if change == np.inf:
        return False, 0.0
    other, until = _personal(rules, walk, trial, two, f, first, last)
    if other == np.inf:
        return False, 0.0
    change += other
    unlike = rules.kind[e] != rules.kind[f]
    if unlike:
        change += _cover(rules, walk, trial, one, e, first, last, forth)
        change += _cover(rules, walk, trial, two, f, first, last, forth)
    if change <= most:
        _commit(rules, walk, trial, one, e, first, last, end)
        _commit(rules, walk, trial, two, f, first, last, until)
        return True, change
    if unlike:
        _cover(rules, walk, trial, one, e, first, last, back)
        _cover(rules, walk, trial, two, f, first, last, back)
    return False, change


@compiled
def anneal(
    rules: RosterArrays,
    walk: Walk,
    trial: Trial,
    record: Record,
    cost: float,
    cooling: Cooling,
    random: NDArray[np.uint64],
    begin: int,
    close: int,
) -> tuple[float, float]:
    """A piece of the walk on days [begin, close).

    Parameters
    ----------
    rules : RosterArrays
        With a price for hard units.
    walk : Walk
        Moves on.
    trial : Trial
        Room to work in.
    record : Record
        Written.
    cost : float
        Of the walk's roster.
    cooling : Cooling
    random : uint64 array (1,)
        State of the random numbers; moves on.
    begin, close : int

    Returns
    -------
    least : float
        Cost of the best roster met, which stands in ``record``.
    last : float
        Cost of the walk's roster.
    """
    people, days = len(walk.words), close - begin
    alphabet = rules.unit.shape[2]
    least = cost
    tried, taken = np.zeros(_KINDS), np.zeros(_KINDS)
    share = np.full(_KINDS, 1.0 / _KINDS)
    copy_table(record.best, walk.words)
    noted = 0
    factor = (cooling.cold / cooling.hot) ** (1.0 / max(cooling.steps // 100, 1))
    heat = cooling.hot
    for m in range(cooling.steps):
        if m % 100 == 99:
            heat *= factor
        if m % 20000 == 19999:
            _renewed(share, tried, taken)
        u = _random(random)
        move = 0
        while move < _KINDS - 1 and u >= share[move]:
            u -= share[move]
            move += 1
        tried[move] += 1
        most = -heat * np.log(1.0 - _random(random))
        e = int(_random(random) * people)
        first = begin + int(_random(random) * days)
        last = first + 1
        if move != _ONE:
            longest = 4 if _random(random) < 0.6 else max(days // 2, 4)
            last = min(close, first + 1 + int(_random(random) * longest))
        accepted, change = False, 0.0
        if move <= _BLOCK:
            duty = int(_random(random) * alphabet)
            if move == _BLOCK and _random(random) < 0.3:
                duty = 0
            if _filled(walk, trial, e, first, last, duty):
                accepted, change = _try_one(rules, walk, trial, e, first, last, most)
        elif people >= 2:
            f = int(_random(random) * (people - 1))
            if f >= e:
                f += 1
            if move == _TWO_BLOCKS:
                second = begin + int(_random(random) * days)
                other = (second, min(close, second + last - first))
                changed, first, last = _exchanged_twice(walk, trial, e, f, (first, last), other)
            else:
                changed = _exchanged(walk, trial, e, f, first, last)
            if changed:
                accepted, change = _try_two(rules, walk, trial, e, f, first, last, most)
        if change > 0 and noted < len(record.rises):
            record.rises[noted] = change
            noted += 1
        if not accepted:
            continue
        taken[move] += 1
        cost += change
        if cost < least - 1e-9:
            least = cost
            copy_table(record.best, walk.words)
    return least, cost
