r"""Lagrangian bound of admission scheduling: patients and theatre days are priced apart.

With prices :math:`u_{rd} \ge 0` of beds and :math:`w_{kd}` of surgery (:math:`k`: specialty and minutes), patients
choose admission day and rooms alone, and each theatre day chooses how many of each kind it operates:

.. math::
    L(u, w) = \sum_p \min_{a, r_a \ldots} (\text{delay} + \text{nights} + \text{moves} + u - w)
        + \sum_d \min_n (\text{sessions}_d(n) + w_d n) - \sum_{rd} b_{rd} u_{rd} .

An empty bed costs the same whoever leaves it empty, so it is a reward of each night while beds are not overfilled. The
theatre day is exact: whole surgeries fill sessions by dynamic programming over specialties and minutes, with the limits
and overtime of specialties and of the day. Mixed rooms and people who stay longer are left out, which only lowers the
bound. Moves are in: a patient's rooms are a shortest path over nights. Prices follow a subgradient method with Polyak's
step (Held, Wolfe, Crowder 1974) on a grid of 1/1024, so that sums are exact and the bound needs no tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.core.method import Deadline
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.admissions.schedule import admission_days
from optimise.hospital.admissions.state import BARRED

__all__ = ["AdmissionPrices", "climb"]

Floats = NDArray[np.float64]
_GRID = 1024.0


class _Tables(NamedTuple):
    """What pricing reads."""

    night: Floats  # (patients, rooms) cost of a night
    stay: IntArray
    home: IntArray
    cut: IntArray  # (patients,) kind of elective surgery, -1 without
    offset: IntArray
    day: IntArray  # days of admission, patient after patient
    delay: Floats  # cost of each of them
    start: IntArray  # (patients + 1,)


@compiled
def _patients(t: _Tables, price: Floats, surgery: Floats, move: float, use: IntArray, cut: IntArray) -> float:
    """Sum of the patients' cheapest days and rooms; ``use`` (rooms, days) and ``cut`` (kinds, days) count them.

    ``price`` (rooms, days) is what a night costs beside the patient's own cost, ``surgery`` (kinds, days) a reward.
    """
    rooms, days = price.shape
    use[:] = 0
    cut[:] = 0
    total = 0.0
    sums = np.zeros((rooms, days + 1))
    for r in range(rooms):
        for d in range(days):
            sums[r, d + 1] = sums[r, d] + price[r, d]
    least = np.empty(days + 1)
    longest = 0
    for p in range(t.stay.size):
        longest = max(longest, t.stay[p])
    value, came = np.empty(rooms), np.empty((longest, rooms), dtype=np.int64)
    route = np.empty(longest, dtype=np.int64)
    for p in range(t.stay.size):
        nights, home, kind = t.stay[p], t.home[p], t.cut[p]
        least[0] = 0.0
        low, high = t.day[t.start[p]], t.day[t.start[p + 1] - 1] + nights
        for d in range(low, high):  # a bound of what transfers can save
            best = np.inf
            for r in range(rooms):
                best = min(best, t.night[p, r] + price[r, d])
            least[d + 1 - low] = least[d - low] + best
        found, found_a, found_r = np.inf, -1, -1
        for i in range(t.start[p], t.start[p + 1]):
            a = t.day[i]
            own = t.delay[i]
            if kind >= 0 and a + t.offset[p] < days:
                own -= surgery[kind, a + t.offset[p]]
            for r in range(rooms):
                cost = own + nights * t.night[p, r] + sums[r, a + nights] - sums[r, a]
                if home >= 0 and r != home:
                    cost += move
                if cost < found:
                    found, found_a, found_r = cost, a, r
        moved = False
        if nights > 1 and move < BARRED:
            for i in range(t.start[p], t.start[p + 1]):
                a = t.day[i]
                own = t.delay[i]
                if kind >= 0 and a + t.offset[p] < days:
                    own -= surgery[kind, a + t.offset[p]]
                if own + least[a + nights - low] - least[a - low] + move >= found:
                    continue
                for r in range(rooms):
                    value[r] = own + t.night[p, r] + price[r, a] + (move if home >= 0 and r != home else 0.0)
                for k in range(1, nights):
                    best = 0
                    for r in range(1, rooms):
                        if value[r] < value[best]:
                            best = r
                    bar = value[best] + move
                    for r in range(rooms):
                        came[k, r] = r
                        if value[r] > bar:
                            came[k, r] = best
                            value[r] = bar
                        value[r] += t.night[p, r] + price[r, a + k]
                best = 0
                for r in range(1, rooms):
                    if value[r] < value[best]:
                        best = r
                if value[best] < found:
                    found, found_a, moved = value[best], a, True
                    r = best
                    for k in range(nights - 1, -1, -1):
                        route[k] = r
                        if k > 0:
                            r = came[k, r]
        total += found
        for k in range(nights):
            use[route[k] if moved else found_r, found_a + k] += 1
        if kind >= 0 and found_a + t.offset[p] < days:
            cut[kind, found_a + t.offset[p]] += 1
    return total


class _Sessions(NamedTuple):
    """Ways to fill the sessions of a specialty on a day, specialty by specialty inside each day."""

    first: IntArray  # (groups + 1,) ways of each group
    steps: IntArray  # (ways,) minutes, in steps
    cost: Floats  # (ways,)
    many: IntArray  # (ways, most kinds) how many of each kind
    kind: IntArray  # (ways, most kinds) -1 where there is none
    open: IntArray  # (days,) steps of the day without overtime, less urgent surgery
    most: IntArray  # (days,) steps allowed, less urgent surgery
    begin: IntArray  # (days + 1,) groups of each day


@compiled
def _theatres(t: _Sessions, surgery: Floats, overtime: float, cut: IntArray) -> float:
    """Sum of the cheapest theatre days where each surgery costs its price; ``cut`` (kinds, days) counts them."""
    cut[:] = 0
    total = 0.0
    for d in range(t.begin.size - 1):
        groups, most = t.begin[d + 1] - t.begin[d], t.most[d]
        value = np.full((groups + 1, most + 1), np.inf)
        came = np.full((groups + 1, most + 1), -1)
        value[0, 0] = 0.0
        for g in range(groups):
            j = t.begin[d] + g
            for w in range(t.first[j], t.first[j + 1]):
                own = t.cost[w]
                for c in range(t.kind.shape[1]):
                    if t.kind[w, c] >= 0:
                        own += surgery[t.kind[w, c], d] * t.many[w, c]
                for m in range(most + 1 - t.steps[w]):
                    if value[g, m] + own < value[g + 1, m + t.steps[w]]:
                        value[g + 1, m + t.steps[w]] = value[g, m] + own
                        came[g + 1, m + t.steps[w]] = w
        best, least = 0, np.inf
        for m in range(most + 1):
            cost = value[groups, m] + overtime * max(0, m - t.open[d])
            if cost < least:
                best, least = m, cost
        total += least
        m = best
        for g in range(groups - 1, -1, -1):
            w = came[g + 1, m]
            for c in range(t.kind.shape[1]):
                if t.kind[w, c] >= 0:
                    cut[t.kind[w, c], d] += t.many[w, c]
            m -= t.steps[w]
    return total


class AdmissionPrices:
    """The Lagrangian of one problem.

    Attributes
    ----------
    minutes : int array (kinds,)
        Of each kind of elective surgery.
    constant : float
        Cost of empty beds and idle minutes before anybody comes, less what is free.
    """

    def __init__(self, problem: AdmissionProblem) -> None:
        self.problem = problem
        people, needs = problem.patients, problem.needs
        allowed = admission_days(problem)
        elective = (needs.minutes > 0) & ~needs.urgent
        pairs = np.stack([needs.specialty, needs.minutes], axis=1)
        kinds, kind = np.unique(pairs[elective], axis=0, return_inverse=True)
        cut = np.full(len(people), -1)
        cut[elective] = kind.reshape(-1)
        self.minutes, self.specialty = kinds[:, 1], kinds[:, 0]
        who, day = np.nonzero(allowed)
        delay = problem.prices.delay * (day - people.release[who]) * ~people.inpatient[who]
        self.tables = _Tables(
            night=np.where(people.forbidden, float(BARRED), problem.night_cost),
            stay=people.stay,
            home=people.home,
            cut=cut.astype(np.int64),
            offset=needs.offset,
            day=day.astype(np.int64),
            delay=delay.astype(np.float64),
            start=np.concatenate([[0], np.cumsum(allowed.sum(axis=1))]).astype(np.int64),
        )
        days = problem.days
        self.counted = np.arange(days) < problem.counted
        urgent = np.zeros(days, dtype=np.int64)
        fixed = np.flatnonzero(needs.urgent & (needs.minutes > 0))
        at = people.release[fixed] + needs.offset[fixed]
        np.add.at(urgent, at[at < days], needs.minutes[fixed][at < days])
        self.sessions, self.step = _sessions(problem, kinds, urgent)
        self.beds = problem.rooms.beds.astype(np.float64)
        self.reward = problem.prices.idle_bed * self.counted.astype(np.float64)
        free = problem.idle_free
        self.constant = float((self.beds * self.reward).sum())
        self.constant -= free[0] * problem.prices.idle_theatre + free[1] * problem.prices.idle_bed
        self.use = np.zeros(self.beds.shape, dtype=np.int64)
        self.asked = np.zeros((len(kinds), days), dtype=np.int64)
        self.given = np.zeros((len(kinds), days), dtype=np.int64)

    def value(self, price: Floats, surgery: Floats) -> float:
        """A lower bound when the prices lie on the grid; sets ``use``, ``asked`` and ``given``."""
        move = float(self.problem.prices.transfer)
        patients = _patients(self.tables, price - self.reward, surgery, move, self.use, self.asked)
        theatres = _theatres(self.sessions, surgery, float(self.problem.prices.overtime * self.step), self.given)
        return float(self.constant + patients + theatres - (price * self.beds).sum())

    def likely(self, price: Floats, surgery: Floats, most: int = 96) -> tuple[IntArray, IntArray]:
        """Each patient's cheapest pairs of admission day and room at some prices.

        Parameters
        ----------
        price : float array (rooms, days)
        surgery : float array (kinds, days)
        most : int
            Pairs a patient.

        Returns
        -------
        pairs : int array (patients, most, 2)
            Days and rooms, cheapest first.
        count : int array (patients,)
            How many there are.
        """
        t, rooms = self.tables, len(self.beds)
        sums = np.concatenate([np.zeros((rooms, 1)), np.cumsum(price - self.reward, axis=1)], axis=1)
        pairs, count = np.zeros((len(t.stay), most, 2), dtype=np.int64), np.zeros(len(t.stay), dtype=np.int64)
        for p, stay in enumerate(t.stay.tolist()):
            day, delay = t.day[t.start[p] : t.start[p + 1]], t.delay[t.start[p] : t.start[p + 1]]
            cost = delay[:, None] + stay * t.night[p][None, :] + (sums[:, day + stay] - sums[:, day]).T
            cut = day + t.offset[p]
            if t.cut[p] >= 0:
                cost -= np.where(cut < price.shape[1], surgery[t.cut[p], np.minimum(cut, price.shape[1] - 1)], 0)[
                    :, None
                ]
            if t.home[p] >= 0:
                cost += self.problem.prices.transfer * (np.arange(rooms) != t.home[p])
            order = np.argsort(cost, axis=None, kind="stable")
            order = order[cost.ravel()[order] < BARRED / 2][:most]
            count[p] = len(order)
            pairs[p, : len(order), 0], pairs[p, : len(order), 1] = day[order // rooms], order % rooms
        return pairs, count


def _sessions(problem: AdmissionProblem, kinds: IntArray, urgent: IntArray) -> tuple[_Sessions, int]:
    """Ways to fill each session, and the minutes of one step."""
    s, days = problem.sessions, problem.days
    daily = s.minutes.sum(axis=0)
    step = int(np.gcd.reduce(np.concatenate([kinds[:, 1], daily, s.day_limit, urgent]))) or 1
    prices = problem.prices
    wide = max(1, int(np.bincount(kinds[:, 0]).max(initial=0)) if len(kinds) else 1)
    rows: dict[str, list[object]] = {name: [] for name in ("day", "first", "steps", "cost", "count", "kind", "begin")}
    for d in range(days):
        rows["begin"].append(len(rows["day"]))
        for g in range(len(s.specialties)):
            mine = np.flatnonzero(kinds[:, 0] == g) if len(kinds) else np.zeros(0, dtype=np.int64)
            if not len(mine) and not s.minutes[g, d]:
                continue
            rows["day"].append(d)
            rows["first"].append(len(rows["steps"]))
            for counts in _fillings(kinds[mine, 1], int(s.limit[g, d])):
                used = int((counts * kinds[mine, 1]).sum())
                idle = prices.idle_theatre * max(0, int(s.minutes[g, d]) - used) * int(d < problem.counted)
                rows["steps"].append(used // step)
                rows["cost"].append(float(idle + prices.overtime * max(0, used - int(s.minutes[g, d]))))
                rows["count"].append(np.pad(counts, (0, wide - len(mine))))
                rows["kind"].append(np.pad(mine, (0, wide - len(mine)), constant_values=-1))
    rows["begin"].append(len(rows["day"]))
    rows["first"].append(len(rows["steps"]))

    table = {name: np.array(row, dtype=np.float64 if name == "cost" else np.int64) for name, row in rows.items()}
    made = _Sessions(
        first=table["first"],
        steps=table["steps"],
        cost=table["cost"].astype(np.float64),
        many=table["count"].reshape(-1, wide),
        kind=table["kind"].reshape(-1, wide),
        open=(daily - urgent) // step,
        most=np.maximum(0, s.day_limit - urgent) // step,
        begin=table["begin"],
    )
    return made, step


def _fillings(minutes: IntArray, limit: int) -> IntArray:
    """All counts of surgeries of these lengths that take at most ``limit`` minutes: int array (ways, kinds)."""
    made = np.zeros((1, 0), dtype=np.int64)
    for length in minutes.tolist():
        used = (made * minutes[: made.shape[1]]).sum(axis=1)
        room = np.maximum(0, limit - used) // length
        again = np.repeat(np.arange(len(made)), room + 1)
        count = np.concatenate([np.arange(n + 1) for n in room])
        made = np.concatenate([made[again], count[:, None]], axis=1)
    return made


def climb(
    prices: AdmissionPrices,
    *,
    seconds: float,
    target: float = math.inf,
    rounds: int = 100_000,
    over: Callable[[float], bool] = lambda bound: False,
) -> tuple[float, Floats, Floats]:
    """Subgradient ascent: the best bound found, rounded up, and its prices of beds and surgery.

    Parameters
    ----------
    prices : AdmissionPrices
        Of the problem.
    seconds : float
        Wall-clock limit.
    target : float
        Cost of a plan, for the length of steps; the bound is valid without.
    rounds : int
        Work limit.
    over : callable
        Asked after each round with the best bound; True ends the ascent.

    Returns
    -------
    bound : float
        Cost of no plan is below it.
    beds : float array (rooms, days)
    surgery : float array (kinds, days)
    """
    clock = Deadline(seconds)
    scale = np.maximum(1.0, prices.minutes[:, None] / 10.0)
    beds = np.zeros(prices.beds.shape)
    half = 0.5 * prices.problem.prices.idle_theatre
    surgery = _on_grid(half * prices.minutes[:, None] * prices.counted[None, :])
    best, agility, since = -math.inf, 1.0, 0
    centre = (beds, surgery)
    slope_b, slope_s = np.zeros(beds.shape), np.zeros(surgery.shape)
    for _ in range(rounds):
        value = prices.value(beds, surgery)
        if value > best + 1e-9:
            if not math.isfinite(best) or value > best + 1e-5 * abs(best):
                since = 0
            best, centre = value, (beds, surgery)
        else:
            since += 1
        if since >= 40:
            agility, since, (beds, surgery) = agility * 0.8, 0, centre
            slope_b[:] = 0.0
            slope_s[:] = 0.0
        if over(math.ceil(best)) or clock.over or agility < 1e-5:
            break
        now_b = prices.use - prices.beds
        now_b[(beds <= 0) & (now_b < 0)] = 0.0
        now_s = (prices.given - prices.asked) * scale
        slope_b, slope_s = 0.6 * slope_b + now_b, 0.6 * slope_s + now_s
        norm = float((slope_b**2).sum() + (slope_s**2).sum())
        if norm == 0.0:
            break
        aim = target if math.isfinite(target) else best + 0.02 * abs(best) + 1.0
        length = agility * max(aim - value, 1e-4 * abs(best)) / norm
        beds = np.maximum(0.0, _on_grid(beds + length * slope_b))
        surgery = _on_grid(surgery + length * scale * slope_s)
    return math.ceil(best - 1e-9), *centre


def _on_grid(price: Floats) -> Floats:
    """The nearest prices for which sums are exact."""
    made: Floats = np.round(price * _GRID) / _GRID
    return made
