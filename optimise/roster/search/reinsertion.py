"""Rosters by ruin and recreate: a few people are taken out of a stretch of days and put back one after another.

Each is put back optimally for what the others leave (:mod:`optimise.roster.kernels.reinsert`), some thousands of
times a second whatever the horizon. Worse plans are taken as in simulated annealing (Kirkpatrick et al. 1983; ruin and
recreate: Schrimpf et al. 2000). The first plan rounds the solution of a relaxation person by person, or is made from
nothing; people whose totals leave no slack get their whole horizon at once, as one longest table in a narrow corridor.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimise.core.method import now as clock
from optimise.roster.arrays import RosterArrays, cover_priced, gridded, roster_arrays
from optimise.roster.automaton import Automata
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.kernels.reinsert import Arms, ReinsertionScope, Windows, fill, ruin_and_recreate
from optimise.roster.kernels.roster_state import evaluate, state_of, workspace_for
from optimise.roster.search.tuning import ReinsertionTuning

__all__ = ["Reinsertion"]

log = logging.getLogger(__name__)

Duties = NDArray[np.int16]
Longs = NDArray[np.int64]


class Reinsertion:
    """A roster and its search.

    Parameters
    ----------
    compiled : CompiledRoster
    built : Automata
    cover : CoverRows
    hard : float
        Price of one unit of broken hard cover or of a hard total.
    tuning : ReinsertionTuning
    """

    def __init__(
        self,
        compiled: CompiledRoster,
        built: Automata,
        cover: CoverRows,
        hard: float,
        tuning: ReinsertionTuning = ReinsertionTuning(),  # noqa: B008
    ) -> None:
        self.compiled, self.hard, self.tuning = compiled, hard, tuning
        self.staff: RosterArrays = gridded(cover_priced(roster_arrays(compiled, built), hard))
        people, days = compiled.employees, compiled.days
        self.plan = state_of(self.staff, np.zeros((people, days), dtype=np.int16))
        self.space = workspace_for(self.staff, days, max(*tuning.people, *tuning.few))
        lengths = [n for n in tuning.lengths if n < days]
        arms = [(n, length, pieces) for n in tuning.people for length in lengths for pieces in (1, 2)]
        arms += [(n, length, 1) for n in tuning.few for length in sorted({min(days, tuning.long), days})]
        self.arms = np.array(arms, dtype=np.int64)
        self.tally = np.zeros((len(arms), 3))
        self.trials, self.each = 0, 50

    @property
    def temperatures(self) -> tuple[float, float]:
        """First and last temperature, from the dearest finite price of cover (or of any rule without cover)."""
        prices = self.compiled.prices
        span = max(prices.lines or prices.patterns, default=10.0)
        return self.tuning.hot * span, self.tuning.cold * span

    # ---- plans -----------------------------------------------------------------------------------------------------
    def start(self, duties: Duties) -> float:
        """Take a roster as it is; returns its cost with broken hard cover and totals priced."""
        self.plan.words[:] = duties
        return self.cost

    @property
    def cost(self) -> float:
        """Cost, recomputed from the words."""
        return float(evaluate(self.staff, self.plan, self.hard)[0])

    def construct(self, rng: np.random.Generator, mean: NDArray[np.float32] | None = None) -> bool:
        """Make a roster; ``mean`` holds how often each person is expected to do each duty (0 = nothing is known).

        Returns
        -------
        bool
            False where somebody got no roster; the plan is then of no use.
        """
        people, days = self.plan.words.shape
        self.plan.words[:] = 0
        self.plan.lines[:] = 0.0
        expected = np.zeros((people, days, self.compiled.alphabet), np.float32) if mean is None else mean
        self._expect(expected)
        staff = self.staff._replace(lower=self.staff.lower.copy(), upper=self.staff.upper.copy())
        whole = Windows(np.array([[0, days, days]], dtype=np.int64), self.staff.lower[None], self.staff.upper[None])
        pieces = self._pieces()
        order = rng.permutation(people)
        at = 0
        for windows in (whole, pieces):  # a table over the whole horizon may be too large
            seed = int(rng.integers(1 << 30))
            noise = self.tuning.noise
            at += int(fill(staff, self.plan, order[at:], windows, expected, self.hard, noise, seed, self.space))
        if at < people:
            return False
        return bool(math.isfinite(self.cost))

    def repair(self, rng: np.random.Generator, over: Callable[[], bool]) -> bool:
        """Replan people whose hard totals are broken; returns whether none is left."""
        days, t = self.plan.words.shape[1], self.tuning
        kinds = [(1, days, 1), (1, min(days, t.long), 1), (1, min(days, max(t.lengths)), 2)]
        arms = np.array(kinds, dtype=np.int64)
        tally = np.zeros((len(arms), 3))
        for _ in range(t.rounds):
            broken = self.broken()
            if not len(broken) or over():
                break
            self._search(t.tries * len(broken), broken, (0, days), 0.0, 0.0, int(rng.integers(1 << 30)), arms, tally)
        return not len(self.broken())

    def broken(self) -> Longs:
        """People with a hard total outside its limits."""
        evaluate(self.staff, self.plan, self.hard)
        staff, raw = self.staff, self.plan.amounts * self.staff.unit_of
        out = np.isinf(staff.price_lower) & (raw < staff.lower) | np.isinf(staff.price_upper) & (raw > staff.upper)
        owner = np.repeat(np.arange(len(staff.automaton)), np.diff(staff.own))
        return np.unique(owner[out]).astype(np.int64)

    # ---- search ----------------------------------------------------------------------------------------------------
    def improve(
        self,
        heat: Callable[[], float],
        *,
        seed: int,
        over: Callable[[], bool],
        span: tuple[int, int] | None = None,
        pinned: NDArray[np.bool_] | None = None,
        trials: int | None = None,
    ) -> float:
        """Search at a temperature.

        Parameters
        ----------
        heat : callable
            Temperature now.
        seed : int
        over : callable
            Asked every quarter of a second (between calls of the kernel).
        span : (int, int), optional
            Days that may change.
        pinned : bool array (counters,), optional
            Totals that must stay as they are (somebody else may be changing other days of these people).
        trials : int, optional
            Stop after this many neighbourhoods.

        Returns
        -------
        float
            Change of cost; below 0 is cheaper.
        """
        days = span or (0, self.plan.words.shape[1])
        kept = self.staff
        if pinned is not None:
            raw = self.plan.amounts * kept.unit_of
            self.staff = kept._replace(
                lower=np.where(pinned, raw, kept.lower),
                upper=np.where(pinned, raw, kept.upper),
                price_lower=np.where(pinned, math.inf, kept.price_lower),
                price_upper=np.where(pinned, math.inf, kept.price_upper),
            )
        crowd = np.arange(self.plan.words.shape[0], dtype=np.int64)
        total, done, call = 0.0, 0, 0
        try:
            while trials is None or done < trials:
                now = heat()
                count = self.each if trials is None else min(self.tuning.chunk, trials - done)
                began = clock()
                total += self._search(count, crowd, days, now, now, seed + call, self.arms, self.tally)
                spent = clock() - began
                done, call = done + count, call + 1
                if trials is None:
                    self.each = int(np.clip(count * self.tuning.call / max(spent, 1e-4), 10, 4.0 * count))
                self.tally *= 0.5 ** (count / self.tuning.memory)
                if over():
                    break
        finally:
            self.staff = kept
        self.trials += done
        return total

    def _search(
        self,
        count: int,
        crowd: Longs,
        days: tuple[int, int],
        heat: float,
        noise: float,
        seed: int,
        arms: Longs,
        tally: NDArray[np.float64],
    ) -> float:
        scope, kinds = ReinsertionScope(crowd, int(days[0]), int(days[1])), Arms(arms, tally)
        heat, noise, seed = float(heat), float(noise), seed % (1 << 32)
        return float(
            ruin_and_recreate(self.staff, self.plan, scope, kinds, self.hard, heat, noise, count, seed, self.space)
        )

    # ---- helpers ---------------------------------------------------------------------------------------------------
    def _expect(self, mean: NDArray[np.float32]) -> None:
        """Line values of the expected duties of everybody."""
        staff = self.staff
        flat = mean.reshape(len(mean), -1)
        for k in range(len(staff.pointer)):
            share = flat[np.equal(staff.kind, k)].sum(axis=0, dtype=np.float64)
            pointer = staff.pointer[k]
            inside = slice(int(pointer[0]), int(pointer[-1]))
            weight = np.repeat(share, np.diff(pointer)) * staff.value[inside]
            self.plan.lines[:] += np.bincount(staff.row[inside], weights=weight, minlength=len(self.plan.lines))

    def _pieces(self) -> Windows:
        """Windows over the horizon, and the share of each total's bounds that falls to the days so far."""
        staff, days, t = self.staff, self.compiled.days, self.tuning
        windows: list[tuple[int, int, int]] = []
        first = 0
        while first < days:
            rest = days - first
            keep = rest if rest <= t.piece + t.piece // 2 else t.piece
            windows.append((first, min(days, first + keep + t.overlap), first + keep))
            first += keep
        lowers = np.repeat(staff.lower[None], len(windows), axis=0)
        uppers = np.repeat(staff.upper[None], len(windows), axis=0)
        available: NDArray[np.bool_] = np.asarray(self.compiled.allowed[:, :, 1:].any(axis=2))
        for e in range(len(staff.automaton)):
            for c in range(staff.own[e], staff.own[e + 1]):
                if staff.table[c] >= 0:
                    counts = available[e] & (staff.values[staff.table[c]].max(axis=1) > 0)
                else:
                    counts = available[e] & (staff.group[staff.automaton[e], staff.calendar[c]] >= 0)
                sums = np.concatenate([[0], np.cumsum(counts)])
                for w, (_, last, _) in enumerate(windows):
                    share = sums[last] / max(1, sums[-1])
                    if share < 1.0:
                        slack = staff.unit_of[c] if staff.table[c] >= 0 else 0
                        lowers[w, c] = math.floor(staff.lower[c] * share) - slack
                        uppers[w, c] = math.ceil(staff.upper[c] * share) + slack
        return Windows(np.array(windows, dtype=np.int64), lowers, uppers)
