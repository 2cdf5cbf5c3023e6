"""Joint search on a whole hospital plan: simulated annealing in slices, with a schedule that fits the time given."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.core.cooling import Cooling
from optimise.core.method import Deadline, stop_asked
from optimise.core.passed import passed
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import arrays_of
from optimise.hospital.rules.base import Engine
from optimise.hospital.rules.engines import unknown_rules
from optimise.hospital.search.guide import Anchor, Guide, Steering, reduced_costs
from optimise.hospital.search.layout import BEST, COST, HARD, MOVABLES, NURSES, UNIT, hard_points
from optimise.hospital.search.loop import MOST_PRICE, NURSE_HEAT, PACE, anneal
from optimise.hospital.search.moves import KINDS, MEND, ONE_NURSE
from optimise.hospital.search.state import arrays_for, plan_from, rows_of, usable
from optimise.hospital.search.tuning import JointSearchTuning
from optimise.hospital.search.turnover import leave
from optimise.hospital.search.update import fill

__all__ = ["JointSearch"]

#: Receives a better plan; True asks to stop.
Told = Callable[[HospitalPlan], bool]


class JointSearch:
    """Annealing over one problem; keeps its state from run to run.

    Attributes
    ----------
    tuning : JointSearchTuning
    usable : bool
        Whether the search suits the problem.
    unknown : tuple of str
        Rules in force that it does not know. Where there are any, its best plans are evaluated anew slice by slice,
        and only those that are better in truth are kept.
    rejected : int
        Plans that it thought better and the exact evaluation did not.
    hot, cold : float
        Temperatures in ticks for a run from scratch: from a share of what a refusal costs to a part of the least price.
    moves : int
        Moves tried so far.
    """

    def __init__(self, problem: HospitalProblem, tuning: JointSearchTuning | None = None) -> None:
        self.problem, self.tuning = problem, tuning or JointSearchTuning()
        self.usable = usable(problem)
        self.unknown = unknown_rules(problem, Engine.JOINT)
        self.moves = self.rejected = 0
        self._known: NDArray[np.float64] | None = None
        if not self.usable:
            return
        a = arrays_of(problem)
        refusals = a.refusal[(a.mandatory == 0) & (a.refusal > 0)]
        prices = [s.weight for s in problem.rules if s.weight]
        least = float(min(prices, default=1))
        self.refusal = float(np.median(refusals)) if refusals.size else 20.0 * float(max(prices, default=1))
        self.hot = max(0.2 * self.refusal, 4.0 * least)
        self.cold = self.tuning.cold * least

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
        plan : HospitalPlan
        seed : int
        seconds, moves : float, int or None
            Length of the run; with ``moves`` the clock is not asked, so that runs repeat.
        hot : float, optional
            Starting temperature in ticks, for reheats from a good plan.
        told : callable, optional
            Told each better plan; True ends the search.
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
        steer = self.tuning
        g, h = arrays_for(self.problem, seed)
        where, nurse = rows_of(self.problem, plan)
        _leave_homes(self.problem, g, h, where)
        g[COST] = fill(g, h, where, nurse)
        g[BEST] = g[COST] if hard_points(int(g[COST])) == 0 else HARD * (1 << 20)
        start = int(g[BEST])
        odds = np.array(steer.odds, dtype=np.int64)
        if not g[MOVABLES]:
            odds[:ONE_NURSE] = 0
        if not g[NURSES] or self.problem.weight("ChangedNurse") != 0:  # not known here: whoever has a room keeps it
            odds[ONE_NURSE:] = 0
        if not odds.any():
            return plan
        limits = np.cumsum(odds) * (1 << 16) // odds.sum()
        limits[-1] = 1 << 16
        odds[MEND] += round(steer.menders * odds.sum())
        menders = np.cumsum(odds) * (1 << 16) // odds.sum()
        menders[-1] = 1 << 16
        counts = np.zeros((len(KINDS), 2), dtype=np.int64)
        hot = self.hot if hot is None else hot
        # a person too many costs between a few temperatures and a refusal and a half
        tune = np.array([0.5 * self.refusal / g[UNIT], 1.5 * self.refusal / g[UNIT], 1.0, 1.0, 0.0])
        tune[NURSE_HEAT] = steer.nurse_heat
        clock, done, rate = Deadline(seconds), 0, 0.0
        prices = self._prices(math.inf if moves is not None else 0.1 * seconds) if guided and not self.unknown else None
        guide: Steering | None = None
        check = _Recheck(self.problem, plan) if self.unknown else None
        slices = 1.0 if check is None else steer.recheck
        if check is not None:
            pass  # under other costs than the plan's own there is nothing to check
        elif days is not None:
            guide = Anchor(g, h, days, steer.guide)
        elif prices is not None:
            guide = Guide(g, h, prices, steer.guide)
        while True:
            part = done / moves if moves is not None else min(1.0, passed(clock.elapsed, seconds))
            if part >= 1.0 or stop_asked():
                break
            if moves is not None:
                size = min(steer.slice_moves, max(500, moves // round(20 / slices)), moves - done)
                share = size / moves
            elif rate == 0.0:
                size, share = 2_000, 0.0
            else:
                size = max(500, int(rate * min(slices * steer.slice_seconds, 0.05 * seconds, clock.left)))
                share = size / (rate * seconds)
            total = moves if moves is not None else max(size, rate * seconds)
            tune[PACE] = math.exp(steer.turns * 512.0 / total) if rate > 0.0 or moves is not None else 1.0
            mend = part >= steer.mend
            if mend:
                tune[MOST_PRICE] = 1e5
                tune[PACE] = max(tune[PACE], 1.01)
            if guide is not None:
                guide.follow(part, self._heat(part, hot))
            if check is not None:
                g[BEST] = check.limit
            last = int(g[BEST])
            began = clock.elapsed
            warm, cool = self._heat(part, hot), self._heat(min(1.0, part + share), hot)
            shares = menders if mend else limits
            wanted = 0.0 if mend else steer.broken
            anneal(g, h, Cooling(size, warm, cool), wanted, tune, shares, counts, where, nurse)
            done += size
            rate = size / max(1e-6, clock.elapsed - began)
            if g[BEST] >= last or (told is None and check is None):
                continue
            found = plan_from(self.problem, where, nurse)
            if check is not None and not check.better(found):
                g[COST] = fill(g, h, *rows_of(self.problem, check.plan))
                self.rejected += 1
            elif told is not None and told(found):
                break
        self.moves += done
        if check is not None:
            return check.plan
        return plan_from(self.problem, where, nurse) if int(g[BEST]) < start else plan

    def beyond(self, plan: HospitalPlan) -> bool:
        """Whether a plan keeps the hard rules only because somebody moves during the stay, which is unknown here."""
        bare = plan_from(self.problem, *rows_of(self.problem, plan))
        if (bare.room == plan.room).all():
            return False
        return hard_and_cost(self.problem, plan)[0] == 0 < hard_and_cost(self.problem, bare)[0]

    def _heat(self, part: float, hot: float) -> float:
        """Temperature in ticks at a part of the run: geometric from hot to cold."""
        return float(hot * (self.cold / hot) ** part) if hot > self.cold else self.cold

    def _prices(self, seconds: float) -> NDArray[np.float64] | None:
        """Prices for :class:`Guide`, worked out once; None where they take too long."""
        if self._known is None:
            self._known = reduced_costs(self.problem, seconds=seconds)
        return self._known


class _Recheck:
    """Keeps the best plan by the exact evaluation, for a search that does not know every rule.

    What a rule adds to a cost is never negative, so a plan is at least as dear as the search believes.
    """

    def __init__(self, problem: HospitalProblem, plan: HospitalPlan) -> None:
        self.problem, self.plan = problem, plan
        self.key = hard_and_cost(problem, plan)

    @property
    def limit(self) -> int:
        """Packed cost below which a plan may be better, as far as the search can tell."""
        return self.key[1] if self.key[0] == 0 else HARD * (1 << 20)

    def better(self, plan: HospitalPlan) -> bool:
        """Whether a plan is better in truth; it is then kept."""
        key = hard_and_cost(self.problem, plan)
        if key >= self.key:
            return False
        self.plan, self.key = plan, key
        return True


def _leave_homes(problem: HospitalProblem, g: IntArray, h: IntArray, where: IntArray) -> None:
    """Beds of in-patients who have moved before the first night are cleaned."""
    people = problem.patients
    if people.cleaning is not None and problem.weight("CleaningTime") != 0:
        for p in np.flatnonzero(people.inpatient & (where[:, 1] != people.home) & (people.cleaning > 0)):
            leave(g, h, int(people.home[p]), int(people.cleaning[p]))
