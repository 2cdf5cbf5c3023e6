"""Lagrangian bound of bed problems with fixed stays: beds are priced by (room, day), patients then choose alone.

Relaxing capacity with prices u[r,d] >= 0 gives

    L(u) = sum_p min over room sequences of p (nights + u + moves) - sum_{r,d} beds[r,d] u[r,d],

a lower bound for every u, whatever the rule on gender (a single-sex room also holds at most its beds). The inner
minimum is a shortest path over (night, room), by dynamic programming; where moves are barred it is one room for the
whole stay. Prices follow a subgradient method with Polyak's step (Held, Wolfe, Crowder 1974). Prices are kept on a
grid of 1/1024 tick, so that all sums are exact in double precision and the bound needs no tolerance.
"""

from __future__ import annotations

import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.core.method import Deadline
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of

__all__ = ["BedPrices", "climb", "lagrangian_ticks"]

_GRID = 1024.0


@compiled
def _best_paths(
    h: HospitalArrays, price: IntArray, move: float, use: IntArray, route: IntArray, worth: IntArray
) -> float:
    """Sum of the patients' cheapest sequences of rooms; ``use`` (rooms, days) counts the nights they take.

    ``route`` (patients, days) receives the rooms, -1 when away; ``worth`` (patients,) the priced costs.
    """
    rooms, days = h.beds.shape
    use[:] = 0
    route[:] = -1
    total = 0.0
    longest = h.night_row.shape[1]
    value, came = np.empty(rooms), np.empty((longest, rooms), dtype=np.int64)
    for p in range(h.stay.size):
        first = 0 if h.home[p] >= 0 else h.release[p]
        nights = min(h.stay[p], days - first)
        for t in range(nights):
            row, d = h.night_row[p, t], first + t
            if t == 0:
                for r in range(rooms):
                    start = move if h.home[p] >= 0 and r != h.home[p] else 0.0
                    value[r] = start + h.night_cost[row, r] + price[r, d]
                    if h.beds[r, d] == 0 and h.home[p] < 0:
                        value[r] += BARRED
                continue
            best = 0
            for r in range(1, rooms):
                if value[r] < value[best]:
                    best = r
            least = value[best] + move
            for r in range(rooms):
                if value[r] <= least:
                    came[t, r] = r
                else:
                    came[t, r] = best
                    value[r] = least
                value[r] += h.night_cost[row, r] + price[r, d]
                if h.beds[r, d] == 0 and h.home[p] < 0:
                    value[r] += BARRED
        best = 0
        for r in range(1, rooms):
            if value[r] < value[best]:
                best = r
        total += value[best]
        worth[p] = value[best]
        r = best
        for t in range(nights - 1, -1, -1):
            use[r, first + t] += 1
            route[p, first + t] = r
            if t > 0:
                r = came[t, r]
    return total


class BedPrices:
    """The Lagrangian of one problem: beds priced by (room, night), patients choose alone.

    Attributes
    ----------
    beds : int array (rooms, days)
        Beds, those of in-patients who stay where they lie included.
    """

    def __init__(self, problem: HospitalProblem) -> None:
        self.h = arrays_of(problem)
        weight = problem.weight("Transfer")
        #: Ticks of a move, BARRED where moves are barred.
        self.move = float(BARRED) if weight is None else float(weight)
        self.beds = np.maximum(self.h.beds, _held(self.h))
        self.use = np.zeros(self.h.beds.shape, dtype=np.int64)
        self.route = np.full((len(self.h.stay), self.h.days), -1)
        self.worth = np.zeros(len(self.h.stay))

    @staticmethod
    def on_grid(price: IntArray) -> IntArray:
        """The nearest prices that are not negative and for which sums are exact."""
        made: IntArray = np.maximum(0.0, np.round(price * _GRID) / _GRID)
        return made

    def value(self, price: IntArray) -> float:
        """L(price) in ticks, a lower bound when the prices lie on the grid; sets ``use``, ``route`` and ``worth``."""
        total = _best_paths(self.h, price, self.move, self.use, self.route, self.worth)
        return float(total - (price * self.beds).sum())


def lagrangian_ticks(
    problem: HospitalProblem, *, seconds: float, target: float = math.inf, rounds: int = 100_000
) -> int:
    """Best Lagrangian bound found, in ticks (rounded up to the next tick); see :func:`climb`."""
    return math.ceil(climb(BedPrices(problem), seconds=seconds, target=target, rounds=rounds)[0])


def climb(
    prices: BedPrices, *, seconds: float, target: float = math.inf, rounds: int = 100_000
) -> tuple[float, IntArray]:
    """Subgradient ascent from zero prices: the best value found in ticks and its prices.

    Parameters
    ----------
    prices : BedPrices
        Of a problem with fixed stays, nobody refusable, hard capacity; other layers and age mixing are left out, which
        keeps the bound valid.
    target : float
        Cost of a plan in ticks, for the length of steps; the bound is valid without.
    """
    clock, beds, use = Deadline(seconds), prices.beds, prices.use
    price = np.zeros(beds.shape)
    best, centre, agility, since = -math.inf, price.copy(), 1.0, 0
    direction = np.zeros(beds.shape)
    for _ in range(rounds):
        value = prices.value(price)
        if value > best + 1e-9:
            if value > best * (1 + 1e-5) or not math.isfinite(best):
                since = 0
            best, centre = value, price.copy()
        else:
            since += 1
        if since >= 30:
            agility, since, price = agility * 0.8, 0, centre.copy()
            direction[:] = 0.0
        if clock.over or agility < 1e-5:
            break
        slope = (use - beds).astype(np.float64)
        slope[(price <= 0) & (slope < 0)] = 0.0
        direction = 0.6 * direction + slope
        norm = float((direction * direction).sum())
        if norm == 0.0:
            break
        aim = target if math.isfinite(target) else best * 1.02 + 1.0
        step = agility * max(aim - value, 1e-4 * abs(best)) / norm
        price = prices.on_grid(price + step * direction)
    return best, centre


def _held(h: HospitalArrays) -> IntArray:
    """In-patients by (room, day) who stay where they lie: room for them counts as a bed even when closed."""
    made = np.zeros(h.beds.shape, dtype=np.int64)
    for p in np.flatnonzero(h.home >= 0):
        made[h.home[p], : h.stay[p]] += 1
    return made
