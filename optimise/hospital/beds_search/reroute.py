"""Rooms of one person at a time, moves between rooms included, by dynamic programming over (night, room).

Everybody else stays; the cheapest sequence of rooms with space is exact for that person. Repeated over all people
until nobody gains.
"""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of

__all__ = ["reroute"]


@compiled
def _reroute(
    h: HospitalArrays, group: IntArray, groups: int, move: int, order: IntArray, room: IntArray, rounds: int
) -> int:
    """Improve ``room`` (patients, days) in place; returns the gain in ticks."""
    rooms, days = h.beds.shape
    sexes = np.zeros((rooms, days, 2), dtype=np.int64)
    alike = np.zeros((rooms, days, groups), dtype=np.int64)
    for p in range(h.stay.size):
        for d in range(days):
            if room[p, d] >= 0:
                sexes[room[p, d], d, h.gender[p]] += 1
                alike[room[p, d], d, group[p]] += 1
    longest = h.night_row.shape[1]
    value = np.empty((longest, rooms), dtype=np.int64)
    came = np.empty((longest, rooms), dtype=np.int64)
    total = 0
    for _ in range(rounds):
        gain = 0
        for p in order:
            first = h.release[p]
            nights = min(h.stay[p], days - first)
            old = 0
            for t in range(nights):
                r, d = room[p, first + t], first + t
                old += h.night_cost[h.night_row[p, t], r]
                if t > 0 and room[p, d - 1] != r:
                    old += move
                sexes[r, d, h.gender[p]] -= 1
                alike[r, d, group[p]] -= 1
            for t in range(nights):
                d = first + t
                before = 0
                if t > 0:
                    for r in range(1, rooms):
                        if value[t - 1, r] < value[t - 1, before]:
                            before = r
                for r in range(rooms):
                    people = sexes[r, d, 0] + sexes[r, d, 1]
                    good = people < h.beds[r, d] and alike[r, d, group[p]] == people
                    good = good and (h.single_sex[r] == 0 or sexes[r, d, 1 - h.gender[p]] == 0)
                    here = h.night_cost[h.night_row[p, t], r] if good else BARRED
                    came[t, r] = r
                    if t > 0:
                        if value[t - 1, before] + move < value[t - 1, r]:
                            came[t, r] = before
                            here += value[t - 1, before] + move
                        else:
                            here += value[t - 1, r]
                    value[t, r] = here
            best = 0
            for r in range(1, rooms):
                if value[nights - 1, r] < value[nights - 1, best]:
                    best = r
            change = value[nights - 1, best] < old
            if change:
                gain += old - value[nights - 1, best]
            r = best
            for t in range(nights - 1, -1, -1):
                if change:
                    room[p, first + t] = r
                r = came[t, r]
            for t in range(nights):
                sexes[room[p, first + t], first + t, h.gender[p]] += 1
                alike[room[p, first + t], first + t, group[p]] += 1
        total += gain
        if gain == 0:
            break
    return total


def reroute(problem: HospitalProblem, plan: HospitalPlan, seed: int = 0, rounds: int = 20) -> HospitalPlan:
    """A plan of equal or lower cost in which nobody gains by other rooms alone; fixed stays, nobody away.

    Parameters
    ----------
    plan : HospitalPlan
        Keeps the hard rules; in-patients stay where they lie.
    """
    h = arrays_of(problem)
    weight = problem.weight("Transfer")
    group = np.unique(h.isolation, return_inverse=True)[1].reshape(-1).astype(np.int64)
    order = np.random.default_rng([seed, 0x0DE]).permutation(np.flatnonzero(h.home < 0))
    room = plan.room.astype(np.int64)
    move = BARRED if weight is None else int(weight)
    gain = _reroute(h, group, int(group.max(initial=0)) + 1, move, order, room, rounds)
    return HospitalPlan(plan.admission, room, plan.theatre, plan.nurse) if gain > 0 else plan
