"""Isolation: patients with different isolation needs do not share a room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.domain.beds import IntArray
from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["RoomIsolation"]


class RoomIsolation(HospitalRule):
    """By (room, day): people beyond the largest group of equal isolation need."""

    name = "RoomIsolation"
    text = "patients in isolation share a room only with patients of the same isolation group"
    unit = "people"

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        group: IntArray = np.unique(problem.patients.isolation, return_inverse=True)[1]
        groups = int(group.max(initial=0)) + 1
        if groups == 1:
            return Breaches(np.zeros(0, dtype=np.int64), lambda i: Breach((), (), ""))
        excess = state.count - state.tally(group, groups).max(axis=2)

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            here = (state.room == r) & (state.day == d)
            names = tuple(problem.patients.ids[p] for p in state.person[here])
            room = problem.rooms.ids[r]
            text = f"room {room} holds patients of different isolation groups on day {d}: {', '.join(names)}"
            return Breach(names, (d,), text)

        return Breaches.positive(excess, tell)
