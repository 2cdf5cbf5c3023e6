"""Nurses of the rooms that have none: whoever adds least to workload, missing skill and new faces."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.repair.occupancy import Occupancy

__all__ = ["give_missing"]


def give_missing(o: Occupancy) -> None:
    """Give every occupied room without a nurse on duty one; nobody else's nurse changes."""
    h, k = o.t.h, o.t.h.shifts
    if not k or not len(h.skill):
        return
    bare = np.repeat(o.count > 0, k, axis=1) & (o.nurse < 0)
    if not bare.any():
        return
    met = _met(o)
    for s, r in sorted((int(s), int(r)) for r, s in np.argwhere(bare)):
        on_duty = np.flatnonzero(h.duty[:, s] >= 0)
        if not on_duty.size:
            continue
        d = s // k
        here = np.flatnonzero(o.room[:, d] == r)
        at = s - o.admission[here] * k
        work, need = int(h.workload[here, at].sum()), h.required[here, at]
        over = o.load[on_duty, s] - h.duty[on_duty, s]
        cost = h.load_weight * (np.maximum(0, over + work) - np.maximum(0, over))
        cost = cost + h.skill_weight * np.maximum(0, need[:, None] - h.skill[on_duty][None, :]).sum(axis=0)
        cost = cost + h.continuity_weight * (~met[here][:, on_duty]).sum(axis=0)
        n = int(on_duty[np.argmin(cost)])
        o.staff(r, s, n)
        met[here, n] = True


def _met(o: Occupancy) -> IntArray:
    """Bool (patients, nurses): the nurse looks after the patient at some time."""
    h, k = o.t.h, o.t.h.shifts
    made = np.zeros((len(h.stay), len(h.skill)), dtype=np.bool_)
    person, day = np.nonzero(o.room >= 0)
    for j in range(k):
        who = o.nurse[o.room[person, day], day * k + j]
        made[person[who >= 0], who[who >= 0]] = True
    return made
