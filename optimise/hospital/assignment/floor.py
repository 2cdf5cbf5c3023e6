"""Lower bounds of a plan's cost: continuity by patient, rooms by day, work by shift; what they add up to is certified.

Every cost of a plan belongs to one of three parts, and each part is relaxed by itself:

* *continuity*: the fewest nurses whose shifts cover a stay (exact set cover);
* *rooms of a day*: which rooms are used, nurses and ways to them in the three shifts, circles within nurses, sexes and
  equipment; ages and moves are left out;
* *work of a shift*: levels, overload and shares of indivisible patients. Fairness over all days joins the shifts; by
  duality ``5 |U_n - U_m| >= y (U_n - U_m)`` for every ``|y| <= 5``, so it is a price on each nurse's shares, taken from
  a linear program.

Each part has a value by counting at once, and a small mixed-integer model whose proven bound, less a millionth for the
solver's tolerances, lifts it.
"""

from __future__ import annotations

import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.assignment.covers import fewest_nurses
from optimise.hospital.assignment.data import NIGHT, SHIFTS, AssignmentData
from optimise.solvers.highs import Highs
from optimise.solvers.linear import LinearModel

__all__ = ["SOURCE", "Floors"]

SOURCE = "continuity by patient, rooms by day, work by shift (HiGHS, less its tolerance)"

#: Part of a solver's bound that its tolerances may hold.
_SAFE = 1e-6
#: Branch-and-bound nodes of one model.
_NODES = 300


class Floors:
    """Parts of a lower bound of one problem, lifted one after the other.

    Attributes
    ----------
    parts : float array (1 + days + shifts,)
        Continuity, then rooms by day, then work by shift; their sum is a lower bound at any time.
    priced : float array (shifts,)
        Work by shift with prices on shares; their sum may stand for that of the shifts.
    """

    def __init__(self, problem: AssignmentData) -> None:
        self.problem, p = problem, problem.prices
        rooms, nurses = problem.rooms, problem.nurses
        self.here = problem.patients.here
        self.enter = p.nurses_per_room + p.walking * problem.star[:, None] * rooms.station[None, :]
        near = 0.5 * p.walking * (rooms.distance + rooms.distance.T)
        self.near = np.concatenate([[0.0], np.cumsum(np.sort(near[np.triu_indices(len(near), 1)]))])
        #: Price of a share of each nurse.
        self.slope = np.zeros(len(nurses.ids))
        self.level = problem.patients.skill.copy()
        self.level[:, NIGHT::SHIFTS] = 0
        work = problem.patients.work.sum(axis=0)
        over = p.overload * np.maximum(0.0, work - nurses.limit.sum(axis=0))
        covers = p.continuity * fewest_nurses(self.here, nurses.duty)
        days = [self._counted(d) for d in range(problem.days)]
        self.parts = np.array([covers, *days, *over])
        self.priced = np.full(problem.shifts, -np.inf)

    @property
    def value(self) -> float:
        """The bound so far."""
        alone, work = self.parts.tolist(), -self.problem.shifts
        return math.fsum(alone[:work]) + max(math.fsum(alone[work:]), math.fsum(self.priced.tolist()))

    # ---- rooms of a day --------------------------------------------------------------------------------------------
    def _circles(self, day: int) -> IntArray:
        """Least cost of circles by the number of rooms used, never rising less than before.

        Taking a nurse away from a room never costs more, so each room has one nurse; ``k`` rooms in equal parts of
        ``m`` nurses make the fewest pairs, which are at least the shortest ones.
        """
        rooms = len(self.problem.rooms.ids)
        made = np.zeros(rooms + 1)
        for h in range(SHIFTS * day, SHIFTS * day + SHIFTS):
            m = max(1, int(self.problem.nurses.duty[:, h].sum()))
            for k in range(rooms + 1):
                few, more = divmod(k, m)
                pairs = more * (few + 1) * few // 2 + (m - more) * few * (few - 1) // 2
                made[k] += self.problem.circle[h] * self.near[pairs]
        return made

    def _counted(self, day: int) -> float:
        """Cheapest set of rooms with enough beds, by dynamic programming over rooms, their number and beds."""
        people, beds = int(self.here[:, day].sum()), self.problem.rooms.beds
        cost = self.enter[SHIFTS * day : SHIFTS * day + SHIFTS].sum(axis=0)
        best = np.full((len(beds) + 1, people + 1), np.inf)  # [rooms, beds still missing]
        best[0, people] = 0.0
        for r, size in enumerate(beds.tolist()):
            moved = np.full_like(best, np.inf)
            for left in range(people + 1):
                to = max(0, left - size)
                moved[1:, to] = np.minimum(moved[1:, to], best[:-1, left] + cost[r])
            best = np.minimum(best, moved)
        return float((best[:, 0] + self._circles(day)).min())

    def _house(self, day: int) -> LinearModel:
        """Rooms of a day: patients of one sex and need are alike."""
        problem, people, rooms = self.problem, self.problem.patients, self.problem.rooms
        who = np.flatnonzero(self.here[:, day])
        needs = people.needs[who, day]
        keys = np.concatenate([people.gender[who, None], needs], axis=1)
        types, count = np.unique(keys, axis=0, return_counts=True)
        n, k = len(types), len(rooms.ids)
        model = LinearModel(f"{problem.name}, day {day + 1}")
        lacks = (types[:, None, 1:].astype(np.bool_) & ~rooms.has[None, :, :]).any(axis=2)
        most = np.minimum(count[:, None], rooms.beds[None, :])
        price = problem.prices.equipment * lacks
        x = model.add_columns("lies", n * k, upper=most.ravel(), cost=price.ravel(), integer=True).reshape(n, k)
        model.add_entries(model.add_rows("placed", n, lower=count, upper=count)[:, None], x)
        cost = self.enter[SHIFTS * day : SHIFTS * day + SHIFTS].sum(axis=0)
        used = model.add_columns("used", k, upper=1.0, cost=cost, integer=True)
        rows = model.add_rows("beds", k, upper=0.0)
        model.add_entries(rows[None, :], x)
        model.add_entries(rows, used, -rooms.beds.astype(float))
        mixed = model.add_columns("mixed", k, upper=1.0, cost=problem.prices.gender_mix)
        both = model.add_rows("mixed", k, upper=1.0)
        model.add_entries(both, mixed, -1.0)
        for g in (0, 1):
            there = model.add_columns("there", k, upper=1.0, integer=True)
            model.add_entries(both, there)
            some = np.flatnonzero(types[:, 0] == g)
            rows = model.add_rows("there", len(some) * k, upper=0.0).reshape(len(some), k)
            model.add_entries(rows, x[some])
            model.add_entries(rows, np.broadcast_to(there, rows.shape), -most[some].astype(float))
        circles = self._circles(day)
        steps = np.maximum(0.0, np.minimum.accumulate(np.diff(circles)[::-1])[::-1])  # convex from below
        step = model.add_columns("circles", k, upper=1.0, cost=steps)
        row = model.add_rows("circles", 1, lower=0.0, upper=0.0)
        model.add_entries(row, step)
        model.add_entries(row, used, -1.0)
        return model

    # ---- work of a shift -------------------------------------------------------------------------------------------
    def _labour(self, model: LinearModel, shift: int, *, slope: bool) -> tuple[IntArray, IntArray]:
        """Columns and rows of one shift; the columns of shares, and the nurses they are of.

        Patients of equal work and level are alike; the nurses' shares are columns, so that prices may stand on them.
        """
        problem, people, p = self.problem, self.problem.patients, self.problem.prices
        who = np.flatnonzero(self.here[:, shift // SHIFTS])
        carers = np.flatnonzero(problem.nurses.duty[:, shift])
        limit, m = problem.nurses.limit[carers, shift], len(carers)
        keys = np.stack([people.work[who, shift], self.level[who, shift]], axis=1)
        types, count = np.unique(keys, axis=0, return_counts=True)
        n = len(types)
        low = problem.nurses.skill[carers][None, :] < types[:, 1][:, None]
        most = np.broadcast_to(count[:, None], (n, m))
        x = model.add_columns("cares", n * m, upper=most.ravel(), cost=p.skill * low.ravel(), integer=True)
        x = x.reshape(n, m)
        model.add_entries(model.add_rows("nursed", n, lower=count, upper=count)[:, None], x)
        price = self.slope[carers] if slope else 0.0
        share = model.add_columns("share", m, cost=price)
        rows = model.add_rows("share", m, lower=0.0, upper=0.0)
        model.add_entries(rows[None, :], x, np.broadcast_to(types[:, :1], (n, m)))
        model.add_entries(rows, share, -limit)
        over = model.add_columns("overload", m, cost=p.overload)
        rows = model.add_rows("overload", m, upper=limit)
        model.add_entries(rows, share, limit)
        model.add_entries(rows, over, -1.0)
        a, b = np.triu_indices(m, 1)
        apart = model.add_columns("apart", len(a), cost=p.fair_shift)
        for one, other in ((a, b), (b, a)):
            rows = model.add_rows("apart", len(a), upper=0.0)
            model.add_entries(rows, share[one])
            model.add_entries(rows, share[other], -1.0)
            model.add_entries(rows, apart, -1.0)
        return share, carers

    def price_shares(self, seconds: float) -> None:
        """Prices on shares by the linear program of all shifts; any prices are valid, these are good ones."""
        problem, most = self.problem, self.problem.prices.fair_horizon
        model, nurses = LinearModel(f"{self.problem.name}, work"), len(self.problem.nurses.ids)
        total = model.add_columns("total", nurses)
        sums = model.add_rows("total", nurses, lower=0.0, upper=0.0)
        model.add_entries(sums, total, -1.0)
        for shift in range(problem.shifts):
            if self.here[:, shift // SHIFTS].any():
                share, carers = self._labour(model, shift, slope=False)
                model.add_entries(sums[carers], share)
        a, b = np.triu_indices(nurses, 1)
        apart = model.add_columns("horizon", len(a), cost=most)
        for one, other in ((a, b), (b, a)):
            rows = model.add_rows("horizon", len(a), upper=0.0)
            model.add_entries(rows, total[one])
            model.add_entries(rows, total[other], -1.0)
            model.add_entries(rows, apart, -1.0)
        highs = Highs(model.freeze(relaxed=True))
        highs.solve(seconds=seconds)
        dual = np.asarray(highs.raw.getSolution().row_dual, dtype=np.float64)
        if len(dual) != model.rows:
            return
        first = model.rows - 2 * len(a)
        forward, back = dual[first : first + len(a)], dual[first + len(a) :]
        flow = np.clip(back - forward, -most, most)  # duals of upper limits are not positive
        slope = np.zeros(nurses)
        np.add.at(slope, a, flow)
        np.add.at(slope, b, -flow)
        if np.isfinite(slope).all():
            self.slope = slope

    # ---- lifting ---------------------------------------------------------------------------------------------------
    def lift(self, which: int, seconds: float) -> float:
        """Proven value of one part by its model: what a day costs at least, or a shift with the prices on shares.

        Parameters
        ----------
        which : int
            Position in :attr:`parts`, from 1.
        seconds : float
            Time limit.

        Returns
        -------
        float
            ``-inf`` where nothing was proven in time.
        """
        day, shift = which - 1, which - 1 - self.problem.days
        if not self.here[:, day if shift < 0 else shift // SHIFTS].any():
            return 0.0
        if shift < 0:
            model = self._house(day)
        else:
            model = LinearModel(f"{self.problem.name}, shift {shift + 1}")
            self._labour(model, shift, slope=True)
        solved = Highs(model.freeze()).solve(seconds=seconds, nodes=_NODES)
        safe = solved.bound - _SAFE * (1.0 + abs(solved.bound))
        return safe if math.isfinite(safe) else -math.inf

    def take(self, which: int, value: float) -> None:
        """Note what :meth:`lift` has proven. Shifts count once all of them are there: prices join them."""
        shift = which - 1 - self.problem.days
        if shift >= 0:
            self.priced[shift] = value
        else:
            self.parts[which] = max(self.parts[which], value)
