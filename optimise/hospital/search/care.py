"""Least cost of care of a person in hospital: continuity, skill and a priced share of the nurses' workload.

Let lambda[n,s] in [0, w4] be a price of a unit of workload of nurse n in shift s. For every plan the excess of a nurse
and shift costs

    w4 max(0, load - cap) >= lambda (load - cap) + (w4 - lambda) max(0, load - cap),

so the cost of the nursing layer is at least

    sum_p F[p,a_p] - sum_{n,s} lambda[n,s] cap[n,s] + sum_s mu_s max(0, total load_s - total cap_s),

with mu_s = w4 - max_n lambda[n,s] and, for a person admitted on day a,

    F[p,a] = min over one nurse n_s for each shift s of the stay of
             w3 |{n_s}| + sum_s (w2 max(0, required[p,s] - skill[n_s]) + lambda[n_s,s] workload[p,s]).

The lost part is that people of one room share their nurse and that a nurse works whole: each person chooses alone.
F is an uncapacitated facility location problem (nurses are opened at w3); any dual solution is a valid lower bound:

    sum_s v_s with sum_s max(0, v_s - c[n,s]) <= w3 for every nurse n.

Two ascents are tried (Erlenkotter, "A dual-based procedure for uncapacitated facility location", Operations Research
26, 1978; small equal steps after Jain and Vazirani, 2001), and the fewest nurses who can cover the stay at all
(:func:`optimise.hospital.rules.continuity.care_floor`) with the cheapest nurse of each shift; the best is kept. Costs
are whole numbers of 1/:data:`GRID` tick, so the value of F is one too and the bound is rounded up to it.

Prices come from a subgradient method (Fisher, "The Lagrangian relaxation method", Management Science 27, 1981).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules.arrays import HospitalArrays, arrays_of
from optimise.hospital.rules.continuity import care_floor
from optimise.hospital.rules.cover import nursed

__all__ = ["Care", "applies"]

#: Parts of a tick on which prices lie.
GRID = 8


class _Duty(NamedTuple):
    """The nurses of each shift, one after another; int64."""

    start: IntArray  # (shifts + 1,)
    nurse: IntArray  # (entries,)
    cap: IntArray  # (entries,)
    skill: IntArray  # (entries,)


class _Tariff(NamedTuple):
    """What nurses cost: a price in parts of each (int64, entries of :class:`_Duty`), of a lacking skill, of a nurse."""

    price: IntArray
    skill_weight: int
    opening: int


class _Need(NamedTuple):
    """Shifts of a stay from admission on: days of the stay (patients,), skill and workload (patients, shifts)."""

    stay: IntArray
    required: IntArray
    load: IntArray


class _Pairs(NamedTuple):
    """Patients and days of admission that are asked about, one after another; arrays (n,).

    ``fewest`` is the least number of nurses of the stay, ``weight`` (floats) how much of it counts as used.
    """

    who: IntArray
    day: IntArray
    fewest: IntArray
    weight: IntArray


@compiled
def _connection(duty: _Duty, tariff: _Tariff, required: int, load: int, s: int, out: IntArray) -> int:
    """Costs of the nurses of shift s for one person, in parts, into ``out`` (nurses,); returns their number."""
    n = 0
    for e in range(duty.start[s], duty.start[s + 1]):
        missing = required - duty.skill[e]
        out[n] = tariff.price[e] * load + (tariff.skill_weight * missing * GRID if missing > 0 else 0)
        n += 1
    return n


@compiled
def _ascent(
    duty: _Duty,
    first: int,
    shifts: int,
    costs: IntArray,
    counts: IntArray,
    opening: int,
    step: int,
    slack: IntArray,
    value: IntArray,
) -> int:
    """Dual ascent over the shifts of a stay; leaves ``slack`` and ``value``, returns the sum of values.

    Parameters
    ----------
    first, shifts : int
        First shift of the stay and their number.
    costs : int64 array (shifts, nurses)
        Of the nurses on duty in each shift, of which there are ``counts`` (shifts,).
    opening : int
        Cost of a nurse.
    step : int
        Most that a value rises at once.
    slack : int64 array (nurses,)
    value : int64 array (shifts,)
    """
    slack[:] = opening
    total = 0
    for j in range(shifts):
        value[j] = 0
        if counts[j] > 0:
            value[j] = costs[j, : counts[j]].min()
            total += value[j]
    moved = True
    while moved:
        moved = False
        for j in range(shifts):
            if counts[j] == 0:
                continue
            rise = step
            begin = duty.start[first + j]
            for i in range(counts[j]):
                if costs[j, i] <= value[j]:
                    rise = min(rise, slack[duty.nurse[begin + i]])
                else:
                    rise = min(rise, costs[j, i] - value[j])
            if rise <= 0:
                continue
            for i in range(counts[j]):
                if costs[j, i] <= value[j]:
                    slack[duty.nurse[begin + i]] -= rise
            value[j] += rise
            total += rise
            moved = True
    return total


@compiled
def _add_use(
    duty: _Duty,
    first: int,
    shifts: int,
    costs: IntArray,
    counts: IntArray,
    slack: IntArray,
    load: IntArray,
    weight: float,
    use: IntArray,
) -> None:
    """Add ``weight`` times a stay's ``load`` (shifts,) to a likely choice of nurses in ``use`` (entries,).

    Nurses without slack are the ones to open; each shift takes the cheapest of them.
    """
    for j in range(shifts):
        begin, chosen = duty.start[first + j], -1
        for k in range(counts[j]):
            loose = slack[duty.nurse[begin + k]] > 0
            at = costs[j, k] + (1 << 30 if loose else 0)
            if chosen < 0 or at < costs[j, chosen] + (1 << 30 if slack[duty.nurse[begin + chosen]] > 0 else 0):
                chosen = k
        if chosen >= 0:
            use[begin + chosen] += weight * load[j]


@compiled
def _bounds(
    duty: _Duty, tariff: _Tariff, need: _Need, pairs: _Pairs, days: int, per_day: int, nurses: int, use: IntArray
) -> IntArray:
    """Lower bounds of F in parts (int64) for pairs; adds weight times the load of a likely choice to ``use``.

    Parameters
    ----------
    days, per_day, nurses : int
        Length of the plan, shifts of a day, number of nurses.
    use : float64 array (entries of the duty,)
    """
    made = np.zeros(pairs.who.size, dtype=np.int64)
    longest, opening = days * per_day, tariff.opening
    widest = 1
    for s in range(longest):
        widest = max(widest, duty.start[s + 1] - duty.start[s])
    costs = np.zeros((longest, widest), dtype=np.int64)
    counts = np.zeros(longest, dtype=np.int64)
    slack, value = np.zeros(nurses, dtype=np.int64), np.zeros(longest, dtype=np.int64)
    for i in range(pairs.who.size):
        p, first = pairs.who[i], pairs.day[i] * per_day
        shifts = min(days - pairs.day[i], need.stay[p]) * per_day
        cheapest = 0
        for j in range(shifts):
            counts[j] = _connection(duty, tariff, need.required[p, j], need.load[p, j], first + j, costs[j])
            if counts[j] > 0:
                cheapest += costs[j, : counts[j]].min()
        best = cheapest + opening * pairs.fewest[i]
        best = max(best, _ascent(duty, first, shifts, costs, counts, opening, 1 << 40, slack, value))
        best = max(best, _ascent(duty, first, shifts, costs, counts, opening, max(1, opening // 12), slack, value))
        made[i] = best
        if pairs.weight[i] > 0.0:
            _add_use(duty, first, shifts, costs, counts, slack, need.load[p], pairs.weight[i], use)
    return made


def applies(problem: HospitalProblem) -> bool:
    """Whether every person in hospital has a nurse in each shift."""
    return nursed(problem)


class Care:
    """Costs of care of one problem under prices of workload.

    Attributes
    ----------
    price : int array (duties,)
        lambda in parts of :data:`GRID` to the tick, one entry a nurse and shift on duty. Start: 0.
    """

    def __init__(self, problem: HospitalProblem) -> None:
        self.problem = problem
        self.h: HospitalArrays = arrays_of(problem)
        h = self.h
        on = h.duty.T >= 0  # (shifts, nurses)
        shift, nurse = np.nonzero(on)
        start = np.concatenate([[0], np.cumsum(on.sum(axis=1))])
        self.duty = _Duty(
            start.astype(np.int64), nurse.astype(np.int64), h.duty[nurse, shift], h.skill[nurse].astype(np.int64)
        )
        self.shift = shift
        self.price = np.zeros(len(nurse), dtype=np.int64)
        self._fewest = care_floor(problem).astype(np.int64)

    def _pairs(self, who: IntArray, day: IntArray, weight: IntArray, use: IntArray) -> IntArray:
        h = self.h
        pairs = _Pairs(
            np.ascontiguousarray(who, dtype=np.int64),
            np.ascontiguousarray(day, dtype=np.int64),
            self._fewest[who, day],
            np.ascontiguousarray(weight, dtype=np.float64),
        )
        tariff = _Tariff(self.price, int(h.skill_weight), GRID * int(h.continuity_weight))
        need = _Need(h.stay, h.required, h.workload)
        nurses = max(1, len(h.skill))
        made: IntArray = _bounds(self.duty, tariff, need, pairs, self.problem.days, h.shifts, nurses, use)
        return made

    def cost(self, who: IntArray, day: IntArray) -> IntArray:
        """Lower bounds of F in ticks (floats, multiples of 1/GRID) for pairs of patient and day of admission."""
        return self._pairs(who, day, np.zeros(len(who)), np.zeros(len(self.price))) / GRID

    @property
    def credit(self) -> float:
        """Sum of price times capacity, to be taken off."""
        return float((self.price * self.duty.cap).sum()) / GRID

    @property
    def rest(self) -> IntArray:
        """mu_s: what is left of the price of excess in each shift, in ticks."""
        most = np.zeros(self.problem.days * self.h.shifts, dtype=np.int64)
        np.maximum.at(most, self.shift, self.price)
        return self.h.load_weight - most / GRID

    def use(self, who: IntArray, day: IntArray, weight: IntArray) -> IntArray:
        """Workload of each nurse and shift (as :attr:`price`) when people are admitted with these weights."""
        made = np.zeros(len(self.price))
        keep = weight > 1e-6
        self._pairs(who[keep], day[keep], weight[keep], made)
        return made

    def climb(self, value: Callable[[], tuple[float, IntArray] | None], *, rounds: int = 500) -> float:
        """Subgradient ascent of the prices; leaves the best found.

        Parameters
        ----------
        value : callable
            Of the relaxation under the present prices, with the workload of each nurse and shift at its point; None
            asks to stop.

        Returns
        -------
        float
            The best value.
        """
        most = GRID * self.h.load_weight
        exact, best, kept, step, since = self.price.astype(np.float64), -np.inf, self.price.copy(), 0.1 * most, 0
        scale = max(1.0, float(self.duty.cap.mean())) if len(self.duty.cap) else 1.0
        direction = np.zeros(len(exact))
        for _ in range(rounds):
            found = value()
            if found is None:
                break
            worth, use = found
            if worth > best + 1e-9:
                best, kept, since = worth, self.price.copy(), 0
            else:
                since += 1
            if since >= 6:
                step, since, exact = 0.7 * step, 0, kept.astype(np.float64)
                direction[:] = 0.0
            if step < 0.02 or most == 0:
                break
            direction = 0.5 * direction + (use - self.duty.cap) / scale
            exact = np.clip(exact + step * direction, 0.0, float(most))
            self.price = np.round(exact).astype(np.int64)
        self.price = kept
        return best
