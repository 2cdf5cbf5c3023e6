"""Ruin and recreate on whole hospital plans (Schrimpf et al. 2000; Christiaens, Vanden Berghe 2020).

A few related patients leave, then they and some who wait are inserted one by one where they cost least; nurses are
given anew, greedily, and the plan is accepted as in simulated annealing. Every plan met keeps all hard rules.
"""

from __future__ import annotations

import numpy as np

from optimise.domain.beds import IntArray
from optimise.domain.hospital import HospitalPlan, HospitalProblem
from optimise.kernels._jit import compiled
from optimise.rules.hospital.arrays import HospitalArrays, arrays_of
from optimise.search.hospital.insertion import _best_place, _put
from optimise.search.hospital.staffing import give_nurses

__all__ = ["Recreate"]


@compiled
def _patient_cost(
    h: HospitalArrays, admission: IntArray, room: IntArray, theatre: IntArray, members: IntArray, count: IntArray
) -> int:
    """Ticks of delay, refusal, rooms, age mix and theatres."""
    total = 0
    days = h.days
    theatres, surgeons = h.minutes.shape[0], h.surgeon_minutes.shape[0]
    opened = np.zeros((theatres, days), dtype=np.bool_)
    works = np.zeros((surgeons, theatres, days), dtype=np.bool_)
    for p in range(admission.size):
        a = admission[p]
        if a < 0:
            total += h.refusal[p] if h.mandatory[p] == 0 else 0
            continue
        total += h.admission[p, a]
        for t in range(min(h.stay[p], days - a)):
            cost = h.night_cost[h.night_row[p, t], room[p]]
            total += cost if h.home[p] < 0 or cost < 10**9 else 0
        if theatre[p] >= 0:
            opened[theatre[p], a] = True
            works[h.surgeon[p], theatre[p], a] = True
    for d in range(days):
        for o in range(theatres):
            total += h.open_weight if opened[o, d] else 0
        for k in range(surgeons):
            used = 0
            for o in range(theatres):
                used += 1 if works[k, o, d] else 0
            total += h.move_weight * max(0, used - 1)
        if h.age_weight > 0:
            for r in range(count.shape[0]):
                low, high = 10**6, -1
                for i in range(count[r, d]):
                    low = min(low, h.age[members[r, d, i]])
                    high = max(high, h.age[members[r, d, i]])
                if high >= 0:
                    total += h.age_weight * (high - low)
    return total


@compiled
def _ruin(h: HospitalArrays, admission: IntArray, room: IntArray, most: int, out: IntArray, marked: IntArray) -> int:
    """Choose up to ``most`` related patients to take out; returns how many."""
    patients = admission.size
    wanted = 1 + np.random.randint(most)  # noqa: NPY002
    kind = np.random.randint(3)  # noqa: NPY002
    first = -1
    for _ in range(20):
        first = np.random.randint(patients)  # noqa: NPY002
        if admission[first] >= 0 and h.home[first] < 0:
            break
        first = -1
    if first < 0:
        return 0
    found, span = 0, 1 + np.random.randint(4)  # noqa: NPY002
    for turn in range(8 * wanted):
        q = first if turn == 0 else np.random.randint(patients)  # noqa: NPY002
        if admission[q] < 0 or h.home[q] >= 0 or marked[q] == 1:
            continue
        close = abs(admission[q] - admission[first]) <= span
        if kind == 0 or (kind == 1 and (close or room[q] == room[first])) or (kind == 2 and close):
            marked[q] = 1
            out[found] = q
            found += 1
            if found == wanted:
                break
    return found


@compiled
def _recreate(
    h: HospitalArrays,
    admission: IntArray,
    room: IntArray,
    theatre: IntArray,
    hot: float,
    cold: float,
    steps: int,
    most: int,
    noise: float,
    bed_price: float,
    seed: int,
    best_admission: IntArray,
    best_room: IntArray,
    best_theatre: IntArray,
) -> int:
    """Anneal the plan in place; the ``best_`` arrays receive the best plan met. Returns its cost in ticks."""
    np.random.seed(seed)  # noqa: NPY002 - Numba's own stream, not the caller's
    patients, (rooms, days) = h.stay.size, h.beds.shape
    members = np.zeros((rooms, days, h.beds.max() + (h.home >= 0).sum() + 1), dtype=np.int64)
    count = np.zeros((rooms, days), dtype=np.int64)
    day_list, day_count = np.zeros((days, patients), dtype=np.int64), np.zeros(days, dtype=np.int64)
    by_day = np.full((patients, days), -1, dtype=np.int64)
    nurse = np.full((rooms, max(1, days * h.shifts)), -1, dtype=np.int64)
    weight = np.ones(patients, dtype=np.int64)
    for p in range(patients):
        a, r, o = admission[p], room[p], theatre[p]
        if a >= 0:
            _put(h, p, a, r, o, 1, admission, room, theatre, members, count, day_list, day_count)
            by_day[p, a : min(days, a + h.stay[p])] = r
    cost = _patient_cost(h, admission, room, theatre, members, count)
    if h.shifts > 0:
        cost += give_nurses(h, admission, by_day, nurse)
    best: int = cost
    best_admission[:], best_room[:], best_theatre[:] = admission, room, theatre
    marked, touched = np.zeros(patients, dtype=np.int64), np.zeros(patients, dtype=np.int64)
    old = np.zeros((3, patients), dtype=np.int64)
    key = np.zeros(patients)
    heat, factor = hot, (cold / hot) ** (1.0 / max(1, steps // 10))
    for step in range(steps):
        if step % 10 == 9:
            heat *= factor
        size = _ruin(h, admission, room, most, touched, marked)
        for j in range(size):
            p = touched[j]
            old[0, j], old[1, j], old[2, j] = admission[p], room[p], theatre[p]
            _put(
                h,
                p,
                admission[p],
                room[p],
                theatre[p],
                -1,
                admission,
                room,
                theatre,
                members,
                count,
                day_list,
                day_count,
            )
            by_day[p] = -1
        # some of those who wait join in
        for _ in range(3 * most):
            q = np.random.randint(patients)  # noqa: NPY002
            if admission[q] < 0 and marked[q] == 0 and size < patients:
                marked[q] = 1
                touched[size] = q
                old[0, size], old[1, size], old[2, size] = -1, -1, -1
                size += 1
        rule = np.random.randint(3)  # noqa: NPY002
        for j in range(size):
            p = touched[j]
            key[j] = np.random.random()  # noqa: NPY002
            if rule == 1:
                key[j] -= 0.3 * h.stay[p]
            elif rule == 2:
                key[j] += 0.01 * (h.duration[p] + 60.0 * h.stay[p]) - 0.002 * h.refusal[p]
            if h.mandatory[p] == 1:
                key[j] -= 1e6 / (1.0 + h.due[p] - h.release[p])
        value = bed_price * max(0.0, 1.5 * np.random.random() - 0.5)  # noqa: NPY002
        whole = True
        for j in np.argsort(key[:size]):
            p = touched[j]
            a, r, o, price = _best_place(
                h, p, theatre, members, count, day_list, day_count, weight, False, noise, value
            )
            if a >= 0 and (h.mandatory[p] == 1 or price < h.refusal[p]):
                _put(h, p, a, r, o, 1, admission, room, theatre, members, count, day_list, day_count)
                by_day[p, a : min(days, a + h.stay[p])] = r
            elif h.mandatory[p] == 1:
                whole = False
                break
        accept = False
        if whole:
            limit = cost - heat * np.log(np.random.random())  # noqa: NPY002
            new = _patient_cost(h, admission, room, theatre, members, count)
            if new <= limit and h.shifts > 0:
                new += give_nurses(h, admission, by_day, nurse)
            accept = new <= limit
        if accept:
            cost = new
            if cost < best:
                best = cost
                best_admission[:], best_room[:], best_theatre[:] = admission, room, theatre
        else:
            for j in range(size):
                p = touched[j]
                if admission[p] >= 0:
                    a, r, o = admission[p], room[p], theatre[p]
                    _put(h, p, a, r, o, -1, admission, room, theatre, members, count, day_list, day_count)
                    by_day[p] = -1
            for j in range(size):
                p, a, r, o = touched[j], old[0, j], old[1, j], old[2, j]
                if a >= 0:
                    _put(h, p, a, r, o, 1, admission, room, theatre, members, count, day_list, day_count)
                    by_day[p, a : min(days, a + h.stay[p])] = r
        for j in range(size):
            marked[touched[j]] = 0
    return best


class Recreate:
    """Ruin and recreate over one problem; holds its arrays."""

    def __init__(self, problem: HospitalProblem) -> None:
        self.problem = problem
        self._h = arrays_of(problem)
        #: The kernel knows the rules with prices; moves and priced breaches of other rules it does not make.
        self.usable = problem.hard("RoomCapacity") and problem.hard("MandatoryUnscheduledPatients")
        prices = self._h.refusal[(self._h.mandatory == 0) & (self._h.refusal > 0)]
        #: Starting temperature in ticks: a part of what a refusal costs, or a few days' delay.
        self.hot = 0.1 * float(np.median(prices)) if len(prices) else 4.0 * float(max(1, self._h.delay.max(initial=1)))

        #: What a day in a bed is worth: a refusal spread over a stay.
        stay = np.minimum(self._h.stay, self._h.days)
        self.bed_price = float(np.median(prices)) / float(stay.mean()) if len(prices) else 0.0

    def run(self, plan: HospitalPlan, *, steps: int, seed: int, hot: float, cold: float, most: int = 8) -> HospitalPlan:
        """Best plan met from a plan that keeps the hard rules and in which nobody moves; nurses greedy."""
        from optimise.search.hospital.construct import plan_of, staffed

        admission = plan.admission.astype(np.int64)
        everyone = np.arange(len(admission))
        room = np.where(admission >= 0, plan.room[everyone, np.maximum(admission, 0)], -1).astype(np.int64)
        theatre = plan.theatre.astype(np.int64)
        best = [np.empty_like(admission) for _ in range(3)]
        noise = hot / 20.0
        _recreate(self._h, admission, room, theatre, hot, cold, steps, most, noise, self.bed_price, seed, *best)
        return staffed(self.problem, plan_of(self.problem, *best))
