"""Joint search on a whole hospital plan: simulated annealing in slices, with a schedule that fits the time given."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.core.method import Deadline
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import arrays_of
from optimise.hospital.search.delta import fill
from optimise.hospital.search.guide import Anchor, Guide, Steering, reduced_costs
from optimise.hospital.search.layout import BEST, COST, HARD, UNIT, arrays_for, hard_points, plan_from, usable
from optimise.hospital.search.loop import MOST_PRICE, NURSE_HEAT, PACE, anneal
from optimise.hospital.search.moves import KINDS, MEND

__all__ = ["JointSearch"]

#: Odds of the kinds of moves (``moves.KINDS``): about half of the time goes to patients.
ODDS = (30, 4, 8, 6, 4, 1, 6, 4, 30, 5, 10, 4)
#: Seconds and, under work limits, moves of a slice: between slices the clock and the listener are asked.
SLICE_SECONDS, SLICE_MOVES = 0.2, 20_000
#: Times that the price of hard rules can turn by e in a run, and the share of broken plans aimed at.
_TURNS, _BROKEN = 15.0, 0.5
#: Temperature of nurse moves relative to that of patient moves.
_NURSE_HEAT = 1.0
#: From this part of a run on, plans are mended: so many more moves then aim at what is broken, as a share of all.
_MEND, _MENDERS = 0.85, 0.3

#: Receives a better plan; True asks to stop.
Told = Callable[[HospitalPlan], bool]


class JointSearch:
    """Annealing over one problem; keeps its state from run to run.

    Attributes
    ----------
    usable : bool
        Whether the search knows all rules that matter in the problem.
    hot, cold : float
        Temperatures in ticks for a run from scratch: from a share of what a refusal costs to about the least price.
    moves : int
        Moves tried so far.
    """

    def __init__(self, problem: HospitalProblem) -> None:
        self.problem = problem
        self.usable = usable(problem)
        self.moves = 0
        self._known: NDArray[np.float64] | None = None
        if not self.usable:
            return
        a = arrays_of(problem)
        refusals = a.refusal[(a.mandatory == 0) & (a.refusal > 0)]
        prices = [s.weight for s in problem.rules if s.weight]
        least = float(min(prices, default=1))
        self.refusal = float(np.median(refusals)) if refusals.size else 20.0 * float(max(prices, default=1))
        self.hot = max(0.2 * self.refusal, 4.0 * least)
        self.cold = max(0.7 * least, self.hot / 200.0)

    def run(
        self,
        plan: HospitalPlan,
        *,
        seed: int,
        seconds: float = math.inf,
        moves: int | None = None,
        hot: float | None = None,
        told: Told | None = None,
        guided: bool = False,
        days: IntArray | None = None,
    ) -> HospitalPlan:
        """Anneal from a plan in which nobody moves between rooms.

        Parameters
        ----------
        seconds, moves : float, int or None
            Length of the run; with ``moves`` the clock is not asked, so that runs repeat.
        hot : float, optional
            Starting temperature in ticks, for reheats from a good plan.
        guided : bool
            Begin under the prices of :mod:`.guide`, for runs from scratch; plans are remembered once they have gone.
        days : int array (patients,), optional
            Hold patients to these days of admission (-1: refused) at first, see :class:`.guide.Anchor`.

        Returns
        -------
        HospitalPlan
            Best plan met that keeps the hard rules; ``plan`` itself when there was none.
        """
        if moves is None and seconds <= 0.0:
            return plan
        g, h = arrays_for(self.problem, seed)
        everyone = np.arange(len(plan.admission))
        room = np.where(plan.admission >= 0, plan.room[everyone, np.maximum(plan.admission, 0)], -1)
        where = np.stack([plan.admission, room, plan.theatre], axis=1).astype(np.int32)
        nurse = np.array(plan.nurse, dtype=np.int32, order="C")
        g[COST] = fill(g, h, where, nurse)
        g[BEST] = g[COST] if hard_points(int(g[COST])) == 0 else HARD * (1 << 20)
        start = int(g[BEST])
        odds = np.array(ODDS, dtype=np.int64)
        limits = np.cumsum(odds) * (1 << 16) // odds.sum()
        limits[-1] = 1 << 16
        odds[MEND] += round(_MENDERS * odds.sum())
        menders = np.cumsum(odds) * (1 << 16) // odds.sum()
        menders[-1] = 1 << 16
        counts = np.zeros((len(KINDS), 2), dtype=np.int64)
        hot = self.hot if hot is None else hot
        # a person too many costs between a few temperatures and a refusal and a half
        tune = np.array([0.5 * self.refusal / g[UNIT], 1.5 * self.refusal / g[UNIT], 1.0, 1.0, 0.0])
        tune[NURSE_HEAT] = _NURSE_HEAT
        clock, done, rate = Deadline(seconds), 0, 0.0
        prices = self._prices(math.inf if moves is not None else 0.1 * seconds) if guided else None
        guide: Steering | None = None
        if days is not None:
            guide = Anchor(g, h, days)
        elif prices is not None:
            guide = Guide(g, h, prices)
        while True:
            part = done / moves if moves is not None else min(1.0, clock.elapsed / seconds)
            if part >= 1.0:
                break
            if moves is not None:
                size = min(SLICE_MOVES, max(500, moves // 20), moves - done)
                share = size / moves
            elif rate == 0.0:
                size, share = 2_000, 0.0
            else:
                size = max(500, int(rate * min(SLICE_SECONDS, 0.05 * seconds, clock.left)))
                share = size / (rate * seconds)
            total = moves if moves is not None else max(size, rate * seconds)
            tune[PACE] = math.exp(_TURNS * 512.0 / total) if rate > 0.0 or moves is not None else 1.0
            mend = part >= _MEND
            if mend:
                tune[MOST_PRICE] = 1e5
                tune[PACE] = max(tune[PACE], 1.01)
            if guide is not None:
                guide.follow(part, self._heat(part, hot))
            last = int(g[BEST])
            began = clock.elapsed
            warm, cool = self._heat(part, hot), self._heat(min(1.0, part + share), hot)
            shares = menders if mend else limits
            anneal(g, h, size, warm, cool, 0.0 if mend else _BROKEN, tune, shares, counts, where, nurse)
            done += size
            rate = size / max(1e-6, clock.elapsed - began)
            if g[BEST] < last and told is not None and told(plan_from(self.problem, where, nurse)):
                break
        self.moves += done
        return plan_from(self.problem, where, nurse) if int(g[BEST]) < start else plan

    def _heat(self, part: float, hot: float) -> float:
        """Temperature in ticks at a part of the run: geometric from hot to cold."""
        return float(hot * (self.cold / hot) ** part) if hot > self.cold else self.cold

    def _prices(self, seconds: float) -> NDArray[np.float64] | None:
        """Prices for :class:`Guide`, worked out once; None where they take too long."""
        if self._known is None:
            self._known = reduced_costs(self.problem, seconds=seconds)
        return self._known
