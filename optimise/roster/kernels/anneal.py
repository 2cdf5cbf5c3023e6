"""Simulated annealing of whole rosters: a million moves a second on the compiled rules of any family.

A move changes one duty, fills a block of days of one person, or exchanges the same block of days between two people
(which keeps the cover where they count alike). A person's rules cost one walk through the automaton from the first
changed day until it is back in a known state, and a few counters; cover costs the lines of the changed cells
(:mod:`~optimise.roster.kernels.walk`).

Hard sequence rules, totals and cover become dear instead of forbidden, so that the walk may pass through broken
rosters (a priced view of lenient tables, :mod:`optimise.roster.arrays`); a walk that ends broken goes on with a
higher price. Forbidden single duties stay forbidden. The moves are those of Ceschia, Guido and Schaerf (2020,
INRC-II); the schedule is geometric (Kirkpatrick, Gelatt, Vecchi 1983).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimise.core.cooling import Cooling
from optimise.core.errors import UnsupportedError
from optimise.roster.arrays import RosterArrays, lenient_arrays, priced
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.kernels.walk import Record, Trial, Walk, anneal, start_walk

__all__ = ["Annealer"]

_PART = 250_000  # moves between two looks at the clock
_CALENDARS = 31  # bits of a mark

Floats = NDArray[np.float64]
Word = NDArray[np.int16]


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
        self.hard = 1.5 * max((abs(price) for price in compiled.prices.all if price), default=1.0)
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
        cost, record, frozen = start_walk(rules, walk), Record(words.copy(), seen), Cooling(40_000, 1e-9, 1e-9)
        anneal(rules, walk, self._trial, record, cost, frozen, _seeded(seed), 0, words.shape[1])
        rises = seen[seen > 0]
        soft = rises[rises < dear / 2]
        if not len(soft):
            return 1.0, 1.0 if len(rises) else 0.0
        return 0.1 * float(np.median(soft)), 1.0 - len(soft) / len(rises)

    def load(self, words: Word) -> None:
        """Have the kernels compiled or loaded, by one move from a roster.

        Parameters
        ----------
        words : int16 array (people, days)
        """
        rules, walk, one = self.rules(self.hard), self._walk(words), Cooling(1, 1.0, 1.0)
        cost, record = start_walk(rules, walk), Record(walk.words.copy(), np.zeros(0))
        anneal(rules, walk, self._trial, record, cost, one, _seeded(0), 0, words.shape[1])

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
        """Anneal from a roster.

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
            Asked before every quarter of a million moves; True ends the walk.
        tries : int
            How often to go on, with hard units four times as dear, while the best roster breaks a hard rule.
        kept : int16 array (people, days), optional
            Duties that stay as they are; -1 where the walk is free.
        days : tuple of int, optional
            Half-open window outside which all duties stay as they are.

        Returns
        -------
        int16 array (people, days)
            The best roster met.
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
                if over():
                    return best
                record, cooling = Record(walk.words.copy(), none), Cooling(_PART, heat, heat * factor)
                found, cost = anneal(rules, walk, self._trial, record, cost, cooling, random, begin, close)
                if found < least - 1e-9:
                    least, best = found, record.best
                heat *= factor
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
