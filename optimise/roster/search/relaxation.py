"""Lower bound for long horizons: cover and totals priced, every person a shortest path through the sequence rules.

Dualising a person's totals beside the cover leaves the Lagrangian

``L(y, z) = sum_e min over words a of { rules(a) - y . cover(a) - z . totals(a) }
+ sum over lines of min over v of { cost(v) + y v } + sum over totals of min over v of { cost(v) + z v }``

whose first part costs days times states times letters per person, whatever the totals are: a year of 50 people is
priced in about ten milliseconds, where tables that hold totals need minutes. Every value of ``L`` is a lower bound.
Multipliers are rounded to a grid on which all sums are exact in double precision (see
:mod:`optimise.roster.dyadic`), so the bound is certified. What is lost is what convexifying each person's totals
loses; on the long public instances that is a few parts in a thousand.

The multipliers are raised by the diagonally scaled subgradient steps of Kingma and Ba (2015, "Adam"): cover prices
and prices of a whole year's minutes differ in scale by orders of magnitude, and Polyak steps with one length for all
do not leave the start.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.core.method import Communicator, SerialComm, now
from optimise.core.passed import passed
from optimise.roster.arrays import RosterArrays, gridded
from optimise.roster.dyadic import on_grid
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.kernels.relaxed import cheapest, shares, totals
from optimise.roster.search.tuning import RelaxationTuning

__all__ = ["SOURCE", "Relaxation", "Relaxed", "ascend"]

Floats = NDArray[np.float64]

SOURCE = "Lagrangian bound, cover and totals priced (exact dyadic arithmetic)"


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Result of an ascent.

    Attributes
    ----------
    bound : float
        No plan costs less.
    duals : float array (lines + counters,)
    mean : float32 array (people, days, duties)
        How often each duty was chosen in the last steps: an approximate solution of the linear relaxation.
    steps : int
    """

    bound: float
    duals: Floats
    mean: NDArray[np.float32]
    steps: int


class Relaxation:
    """The Lagrangian of a roster problem with cover and totals priced.

    Parameters
    ----------
    arrays : RosterArrays
        Costs are rounded down to the grid here.
    cover : CoverRows
    people : int array, optional
        Those whose paths are computed here (the others' on other ranks).
    """

    def __init__(self, arrays: RosterArrays, cover: CoverRows, people: NDArray[np.int64] | None = None) -> None:
        staff = gridded(arrays)
        self.staff, self.cover = staff, cover
        everybody = np.arange(len(staff.automaton))
        chosen = everybody if people is None else people
        #: sorted by automaton, since people of one are priced together
        self.people = chosen[np.argsort(staff.automaton[chosen], kind="stable")]
        self.lines, self.counters = cover.lines, len(staff.table)
        first, at, cost = _total_terms(staff)
        self.first = np.concatenate([cover.first, len(cover.at) + first[:-1]]).astype(np.intp)
        self.at = np.concatenate([cover.at, at])
        self.cost = np.concatenate([cover.at_cost, on_grid(cost)])
        self.widths = np.diff(np.r_[self.first, len(self.at)])
        low, high = cover.slopes()
        units = staff.unit_of.astype(np.float64)
        under = np.where(staff.lower > 0, staff.price_lower * units, 0.0)
        over = np.where(staff.upper < staff.most * staff.unit_of, -staff.price_upper * units, 0.0)
        self.low, self.high = np.concatenate([low, over]), np.concatenate([high, under])
        days, duties = staff.allowed.shape[1:]
        self.words = np.zeros((len(self.people), days), dtype=np.int16)
        self.values = np.zeros(len(self.people))
        self.duties = duties

    @property
    def span(self) -> float:
        """Dearest finite cover price: the scale of steps."""
        prices = np.abs(np.concatenate([self.low[: self.lines], self.high[: self.lines]]))
        prices = prices[np.isfinite(prices)]
        return float(prices.max(initial=0.0)) or 1.0

    def paths(self, duals: Floats) -> Floats:
        """Price the people here: their least costs summed, then line values and totals they bring."""
        prices = self.cover.prices(duals[: self.lines])
        cheapest(self.staff, self.people, np.stack(prices), -duals[self.lines :], self.words, self.values)
        out = np.zeros(1 + self.lines + self.counters)
        out[0] = self.values.sum()
        if math.isfinite(out[0]):
            totals(self.staff, self.people, self.words, out[1 : 1 + self.lines], out[1 + self.lines :])
        return out

    def terms(self, duals: Floats) -> Floats:
        """Cost plus price of each break point of lines and totals."""
        out: Floats = self.cost + np.repeat(duals, self.widths) * self.at
        return out

    def constant(self, duals: Floats) -> float:
        """The part of the Lagrangian that no person takes part in."""
        if not len(self.first):
            return 0.0
        return float(np.minimum.reduceat(self.terms(duals), self.first).sum())

    def slope(self, duals: Floats, activity: Floats) -> Floats:
        """Supergradient: best value of each line and total less what people bring, 0 where they agree."""
        if not len(self.first):
            return np.zeros(0)
        value = self.terms(duals)
        good = value <= np.repeat(np.minimum.reduceat(value, self.first), self.widths) + 1e-9
        lowest = np.minimum.reduceat(np.where(good, self.at, np.inf), self.first)
        highest = np.maximum.reduceat(np.where(good, self.at, -np.inf), self.first)
        out: Floats = np.clip(activity, lowest, highest) - activity
        out[((out > 0) & (duals >= self.high)) | ((out < 0) & (duals <= self.low))] = 0.0
        return out


def ascend(
    relaxation: Relaxation,
    *,
    seconds: float,
    comm: Communicator | None = None,
    steps: int | None = None,
    over: Callable[[], bool] = lambda: False,
    listen: Callable[[float], None] = lambda bound: None,
    tuning: RelaxationTuning = RelaxationTuning(),  # noqa: B008
) -> Relaxed:
    """Raise the bound.

    Parameters
    ----------
    relaxation : Relaxation
        What is relaxed.
    seconds : float
        Time from which the number of steps is chosen after the first few are timed.
    comm : Communicator, optional
        Ranks that hold the other people's relaxations; all call this together and get the same answer.
    steps : int, optional
        Fixed number of steps instead.
    over : callable
        Asked on rank 0; True ends the ascent.
    listen : callable
        Told every better bound.
    tuning : RelaxationTuning

    Returns
    -------
    Relaxed
        Best bound with its duals, and the mean of the last choices.
    """
    comm, t = comm or SerialComm(), tuning
    size = relaxation.lines + relaxation.counters
    duals = np.zeros(size)
    best, best_duals = -math.inf, duals
    first, second = np.zeros(size), np.zeros(size)
    span = relaxation.span
    mean = np.zeros((*relaxation.words.shape, relaxation.duties), dtype=np.float32)
    planned, began, done = steps or 1000, now(), 0
    low, high, averaged = relaxation.low, relaxation.high, False
    warm = began
    for k in range(1, 1_000_000):
        if k == 2:
            warm = now()  # the first step may have loaded kernels
        elif comm.rank == 0 and k == 7 and steps is None:
            each = (now() - warm) / 5
            planned = int(np.clip(seconds / max(each, 1e-6), t.fewest, t.most))
        # where steps take longer than the first ones did, the clock shortens the rest
        progress = k / planned if steps is not None else max(k / planned, passed(now() - began, seconds))
        gathered = comm.allgather((relaxation.paths(duals), progress, over()))
        parts, progress, stop = np.sum([g[0] for g in gathered], axis=0), gathered[0][1], gathered[0][2]
        done = k
        if not math.isfinite(parts[0]):
            return Relaxed(math.inf, duals, mean, k)  # somebody's sequence rules contradict each other
        value = float(parts[0]) + relaxation.constant(duals)
        if value > best:
            best, best_duals = value, duals
            listen(best)
        stop = stop or progress >= 1.0
        if progress > 1.0 - t.averaged or stop:
            shares(relaxation.words, min(1.0, 6.0 / (t.averaged * planned)) if averaged else 1.0, mean)
            averaged = True
        if stop:
            break
        gradient = relaxation.slope(duals, parts[1:])
        old, older = 1.0 - t.mean, 1.0 - t.square
        first = old * first + t.mean * gradient
        second = older * second + t.square * gradient * gradient
        length = span * t.first * (t.last / t.first) ** progress
        move = (first / (1.0 - old**k)) / (np.sqrt(second / (1.0 - older**k)) + 1e-9)
        duals = on_grid(np.clip(duals + length * move, low, high))
    everyone = np.zeros((len(relaxation.staff.automaton), *mean.shape[1:]), dtype=np.float32)
    for people, part in comm.allgather((relaxation.people, mean)):
        everyone[people] = part
    return Relaxed(best, best_duals, everyone, done)


def _total_terms(staff: RosterArrays) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Break points ``(units, cost)`` of every total, within its hard limits."""
    at: list[float] = []
    cost: list[float] = []
    first = [0]
    for k in range(len(staff.table)):
        unit, most = int(staff.unit_of[k]), int(staff.most[k])
        lower, upper = int(staff.lower[k]), int(staff.upper[k])
        under, over = float(staff.price_lower[k]), float(staff.price_upper[k])
        least = max(0, -(-lower // unit)) if math.isinf(under) else 0
        top = min(most, upper // unit) if math.isinf(over) else most
        points = {least, max(least, top)}
        points |= {p for b in (lower, upper) for p in (b // unit, -(-b // unit)) if least <= p <= top}
        for p in sorted(points):
            raw = p * unit
            price = under * (lower - raw) if raw < lower else over * (raw - upper) if raw > upper else 0.0
            at.append(float(p))
            cost.append(price)
        first.append(len(at))
    return np.array(first, dtype=np.intp), np.array(at), np.array(cost)
