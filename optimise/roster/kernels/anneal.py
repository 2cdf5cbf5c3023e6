"""Simulated annealing of whole rosters: a million moves a second on the compiled rules of any family.

A move changes one duty, fills a block of days of one person, or exchanges the same block of days between two people
(which keeps the cover where they count alike). A person's rules cost one walk through the automaton from the first
changed day until it is back in a known state, and a few counters; cover costs the lines of the changed cells.

Hard sequence rules, totals and cover become dear instead of forbidden, so that the walk may pass through broken
rosters (a priced view of lenient tables, :mod:`optimise.roster.arrays`); a walk that ends broken goes on with a
higher price. Forbidden single duties stay forbidden. The moves are those of Ceschia, Guido and Schaerf (2020,
INRC-II); the schedule is geometric (Kirkpatrick, Gelatt, Vecchi 1983).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.copying import copy_table
from optimise.core.errors import UnsupportedError
from optimise.core.jit import compiled as jit
from optimise.roster.arrays import RosterArrays, lenient_arrays, priced
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels.cost import follow, line_price, total_price
from optimise.roster.kernels.cover import CoverRows

__all__ = ["Annealer"]

_PART = 250_000  # moves between two looks at the clock
_CALENDARS = 31  # bits of a mark

Floats = NDArray[np.float64]
Word = NDArray[np.int16]


class Walk(NamedTuple):
    """Where the walk stands: duties, automaton states, step costs and hits by person and day; totals; line values."""

    words: Word
    state: NDArray[np.int32]
    step: Floats
    hit: NDArray[np.int32]
    total: NDArray[np.int64]
    level: Floats


class Trial(NamedTuple):
    """A move under test: up to two people (rows), what changes for them."""

    words: Word
    state: NDArray[np.int32]
    step: Floats
    hit: NDArray[np.int32]
    total: NDArray[np.int64]


class Annealer:
    """Annealing of one problem.

    Parameters
    ----------
    compiled : CompiledRoster
    cover : CoverRows
    """

    def __init__(self, compiled: CompiledRoster, cover: CoverRows) -> None:
        self.compiled, self.cover = compiled, cover
        #: price of a hard unit at first; a little above what one soft unit can cost
        self.hard = 1.5 * max(_prices(compiled), default=1.0)
        self._arrays = lenient_arrays(compiled, matches=True)
        if self._arrays.hits.shape[1] > _CALENDARS:
            raise UnsupportedError(f"annealing follows at most {_CALENDARS} calendars of one person")
        self._trial = Trial(
            np.zeros((2, compiled.days), np.int16),
            np.zeros((2, compiled.days + 1), np.int32),
            np.zeros((2, compiled.days)),
            np.zeros((2, compiled.days), np.int32),
            np.zeros((2, max(int(np.diff(self._arrays.own).max(initial=0)), 1)), np.int64),
        )

    def rules(self, hard: float) -> RosterArrays:
        """The rules with a price for hard units."""
        return priced(self._arrays, hard)

    def survey(self, words: Word, seed: int) -> tuple[float, float]:
        """A first temperature for this roster, and the share of moves that break hard rules.

        The temperature is a tenth of the median price of a move that makes the roster dearer by soft rules alone.
        """
        dear = 2.0**20 * self.hard
        rules, walk = self.rules(dear), self._walk(words)
        seen = np.zeros(2000)
        cost = start_walk(rules, walk)
        anneal(rules, walk, self._trial, words.copy(), cost, 40_000, 1e-9, 1e-9, _seeded(seed), seen, 0, words.shape[1])
        rises = seen[seen > 0]
        soft = rises[rises < dear / 2]
        if not len(soft):
            return 1.0, 1.0 if len(rises) else 0.0
        return 0.1 * float(np.median(soft)), 1.0 - len(soft) / len(rises)

    def run(
        self,
        words: Word,
        moves: int,
        hot: float,
        cold: float,
        seed: int,
        over: Callable[[], bool] = lambda: False,
        tries: int = 4,
        kept: Word | None = None,
        days: tuple[int, int] | None = None,
    ) -> Word:
        """Anneal from a roster; returns the best roster met.

        Parameters
        ----------
        words : int16 array (people, days)
            Start; each duty must be allowed.
        moves : int
            Length of the walk.
        hot, cold : float
            First and last temperature, in units of cost.
        seed : int
        over : callable
            Asked every quarter of a million moves; True ends the walk.
        tries : int
            How often to go on, with hard units four times as dear, while the best roster breaks a hard rule.
        kept : int16 array (people, days), optional
            Duties that stay as they are; -1 where the walk is free.
        days : tuple of int, optional
            Half-open window outside which all duties stay as they are.
        """
        begin, close = days or (0, words.shape[1])
        allowed = self._arrays.allowed if kept is None else self._held(kept)
        random = _seeded(seed)
        none = np.zeros(0)
        best = np.ascontiguousarray(words, dtype=np.int16).copy()
        hard = self.hard
        for _ in range(tries):
            rules, walk = self.rules(hard)._replace(allowed=allowed), self._walk(best)
            cost = least = start_walk(rules, walk)
            parts = max(1, round(moves / _PART))
            factor = (cold / hot) ** (1.0 / parts)
            heat = hot
            for _ in range(parts):
                met = walk.words.copy()
                found, cost = anneal(
                    rules, walk, self._trial, met, cost, _PART, heat, heat * factor, random, none, begin, close
                )
                if found < least - 1e-9:
                    least, best = found, met
                heat *= factor
                if over():
                    return best
            if self.whole(best):
                return best
            hard, moves, hot = 4.0 * hard, moves // 3, math.sqrt(hot * cold)
        return best

    def _held(self, kept: Word) -> NDArray[np.bool_]:
        """The allowed duties with all but those kept forbidden."""
        free: NDArray[np.bool_] = (kept[:, :, None] < 0) | (np.arange(self.compiled.alphabet) == kept[:, :, None])
        return free & self._arrays.allowed

    def whole(self, words: Word) -> bool:
        """Whether a roster breaks no hard rule: a much higher price changes nothing."""
        costs = [start_walk(self.rules(h), self._walk(words)) for h in (0.0, 1.0)]
        return bool(abs(costs[1] - costs[0]) < 1e-6)

    def _walk(self, words: Word) -> Walk:
        people, days = words.shape
        return Walk(
            np.ascontiguousarray(words, dtype=np.int16).copy(),
            np.zeros((people, days + 1), np.int32),
            np.zeros((people, days)),
            np.zeros((people, days), np.int32),
            np.zeros(len(self._arrays.table), np.int64),
            np.zeros(self.cover.lines),
        )


def _seeded(seed: int) -> NDArray[np.uint64]:
    return np.random.default_rng(seed).integers(1, 2**63, 1, dtype=np.uint64)


def _prices(compiled: CompiledRoster) -> list[float]:
    """Finite prices of all rules."""
    found = [p.cost for p in compiled.patterns if not p.hard]
    found += [w for c in compiled.counters for w in (c.weight_lower, c.weight_upper) if math.isfinite(w)]
    found += [s.price for line in compiled.lines for s in (*line.under, *line.over) if math.isfinite(s.price)]
    return [abs(w) for w in found if w != 0]


@jit
def _random(state):  # type: ignore[no-untyped-def]
    """Uniform in [0, 1): xorshift64* (Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@jit
def _shift_cell(rules, walk, e, day, duty, sign):  # type: ignore[no-untyped-def]
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


@jit
def start_walk(rules, walk):  # type: ignore[no-untyped-def]
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


@jit
def _personal(rules, walk, trial, slot, e, first, last):  # type: ignore[no-untyped-def]
    """Change of a person's own cost when days [first, last) follow the trial; and the day the walks meet again."""
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


@jit
def _commit(rules, walk, trial, slot, e, first, last, end):  # type: ignore[no-untyped-def]
    for d in range(first, last):
        walk.words[e, d] = trial.words[slot, d]
    for d in range(first, end):
        walk.state[e, d] = trial.state[slot, d]
        walk.step[e, d] = trial.step[slot, d]
        walk.hit[e, d] = trial.hit[slot, d]
    for c in range(rules.own[e], rules.own[e + 1]):
        walk.total[c] += trial.total[slot, c - rules.own[e]]


@jit
def _cover(rules, walk, trial, slot, e, first, last, forth):  # type: ignore[no-untyped-def]
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


@jit
def anneal(rules, walk, trial, best, cost, moves, hot, cold, random, seen, begin, close):  # type: ignore[no-untyped-def]
    """A piece of the walk on days [begin, close); ``best`` receives the cheapest roster met, ``seen`` the first rises.

    Returns the cost of the best and of the last roster.
    """
    people, days = len(walk.words), close - begin
    alphabet = rules.unit.shape[2]
    least = cost
    kinds = 4  # one duty, block of one duty, exchange of a block, exchange of two blocks
    tried, taken = np.zeros(kinds), np.zeros(kinds)
    share = np.full(kinds, 1.0 / kinds)
    copy_table(best, walk.words)
    noted = 0
    factor = (cold / hot) ** (1.0 / max(moves // 100, 1))
    heat = hot
    for m in range(moves):
        if m % 100 == 99:
            heat *= factor
        if m % 20000 == 19999:
            sum_rate = 0.0
            for k in range(kinds):
                share[k] = (taken[k] + 1.0) / (tried[k] + 10.0)
                sum_rate += share[k]
            for k in range(kinds):
                share[k] = 0.1 + (1.0 - 0.1 * kinds) * share[k] / sum_rate
                tried[k] *= 0.5
                taken[k] *= 0.5
        u = _random(random)
        move = 0
        while move < kinds - 1 and u >= share[move]:
            u -= share[move]
            move += 1
        tried[move] += 1
        threshold = -heat * np.log(1.0 - _random(random))
        e = int(_random(random) * people)
        first = begin + int(_random(random) * days)
        last = first + 1
        if move >= 1:
            longest = 4 if _random(random) < 0.6 else max(days // 2, 4)
            last = min(close, first + 1 + int(_random(random) * longest))
        if move <= 1:
            duty = int(_random(random) * alphabet)
            if move == 1 and _random(random) < 0.3:
                duty = 0
            same = True
            for d in range(first, last):
                trial.words[0, d] = duty
                if walk.words[e, d] != duty:
                    same = False
            if same:
                continue
            change, end = _personal(rules, walk, trial, 0, e, first, last)
            if change == np.inf:
                continue
            change += _cover(rules, walk, trial, 0, e, first, last, True)
            if change > 0 and noted < len(seen):
                seen[noted] = change
                noted += 1
            if change <= threshold:
                _commit(rules, walk, trial, 0, e, first, last, end)
            else:
                _cover(rules, walk, trial, 0, e, first, last, False)
                continue
        else:
            if people < 2:
                continue
            f = int(_random(random) * (people - 1))
            if f >= e:
                f += 1
            same = True
            for d in range(first, last):
                trial.words[0, d] = walk.words[f, d]
                trial.words[1, d] = walk.words[e, d]
                if walk.words[e, d] != walk.words[f, d]:
                    same = False
            if move == 3:
                width = last - first
                second = begin + int(_random(random) * days)
                until = min(close, second + width)
                low, high = min(first, second), max(last, until)
                for d in range(low, high):
                    inside = (first <= d < last) or (second <= d < until)
                    trial.words[0, d] = walk.words[f, d] if inside else walk.words[e, d]
                    trial.words[1, d] = walk.words[e, d] if inside else walk.words[f, d]
                    if inside and walk.words[e, d] != walk.words[f, d]:
                        same = False
                first, last = low, high
            if same:
                continue
            change, end = _personal(rules, walk, trial, 0, e, first, last)
            if change == np.inf:
                continue
            other, until = _personal(rules, walk, trial, 1, f, first, last)
            if other == np.inf:
                continue
            change += other
            unlike = rules.kind[e] != rules.kind[f]
            if unlike:
                change += _cover(rules, walk, trial, 0, e, first, last, True)
                change += _cover(rules, walk, trial, 1, f, first, last, True)
            if change > 0 and noted < len(seen):
                seen[noted] = change
                noted += 1
            if change <= threshold:
                _commit(rules, walk, trial, 0, e, first, last, end)
                _commit(rules, walk, trial, 1, f, first, last, until)
            else:
                if unlike:
                    _cover(rules, walk, trial, 0, e, first, last, False)
                    _cover(rules, walk, trial, 1, f, first, last, False)
                continue
        taken[move] += 1
        cost += change
        if cost < least - 1e-9:
            least = cost
            copy_table(best, walk.words)
    return least, cost
