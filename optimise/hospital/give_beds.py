"""Beds within rooms, for plans that decide rooms only."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.problem import HospitalPlan, HospitalProblem

__all__ = ["give_beds"]


def give_beds(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    """A bed within the room for each person and day, kept while the room is kept.

    Within capacity no two people share a bed (interval colouring by first day); beyond it the last bed is shared.
    """
    bed = np.full(plan.room.shape, -1, dtype=np.int32)
    for d in range(problem.days):
        here = np.flatnonzero(plan.room[:, d] >= 0)
        taken: dict[int, set[int]] = {}
        stays = (plan.room[here, d] == plan.room[here, d - 1]) if d else np.zeros(len(here), dtype=np.bool_)
        for p in here[stays]:
            bed[p, d] = bed[p, d - 1]
            taken.setdefault(int(plan.room[p, d]), set()).add(int(bed[p, d]))
        for p in here[~stays]:
            r = int(plan.room[p, d])
            used = taken.setdefault(r, set())
            beds = int(problem.rooms.beds[r].max())
            bed[p, d] = next((b for b in range(beds) if b not in used), max(0, beds - 1))
            used.add(int(bed[p, d]))
    return bed
