"""Kernel that gives nurses to the occupied rooms of a plan, shift by shift."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.rules.arrays import BARRED, HospitalArrays

__all__ = ["give_nurses"]


@compiled
def give_nurses(h: HospitalArrays, admission: IntArray, room: IntArray, nurse: IntArray) -> int:
    """Fill ``nurse`` (rooms, days * shifts) shift by shift: to each occupied room the nurse of least added cost.

    ``room`` has shape (patients, days). Heavier rooms choose first within a shift. Returns the exact cost of skill,
    continuity and workload in ticks.
    """
    rooms, days = h.beds.shape
    nurses, k = h.skill.size, h.shifts
    met = np.zeros((h.stay.size, nurses), dtype=np.bool_)
    load, total = np.zeros(nurses, dtype=np.int64), np.zeros(rooms, dtype=np.int64)
    here, size = np.zeros((rooms, h.stay.size), dtype=np.int64), np.zeros(rooms, dtype=np.int64)
    spent = 0
    for s in range(days * k):
        d = s // k
        load[:] = 0
        total[:] = 0
        size[:] = 0
        for p in range(h.stay.size):
            r = room[p, d]
            if r >= 0:
                total[r] += h.workload[p, s - admission[p] * k]
                here[r, size[r]] = p
                size[r] += 1
        for r in np.argsort(-total):
            nurse[r, s] = -1
            if size[r] == 0:
                continue
            best, best_cost = -1, BARRED
            for n in range(nurses):
                if h.duty[n, s] < 0:
                    continue
                cost = h.load_weight * (max(0, load[n] + total[r] - h.duty[n, s]) - max(0, load[n] - h.duty[n, s]))
                for i in range(size[r]):
                    p = here[r, i]
                    cost += h.skill_weight * max(0, h.required[p, s - admission[p] * k] - h.skill[n])
                    if not met[p, n]:
                        cost += h.continuity_weight
                if cost < best_cost:
                    best, best_cost = n, cost
            nurse[r, s] = best
            if best >= 0:
                spent += best_cost
                load[best] += total[r]
                for i in range(size[r]):
                    met[here[r, i], best] = True
    return spent
