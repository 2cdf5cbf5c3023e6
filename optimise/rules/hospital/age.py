"""Ages that share a room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["RoomAgeMix"]


class RoomAgeMix(HospitalRule):
    """Oldest minus youngest age group in a room, summed over rooms and days."""

    name = "RoomAgeMix"
    text = "people in a room are of similar age"
    unit = "age groups"

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        groups = len(problem.beds.age_groups)
        there = state.tally(problem.patients.age_group, groups) > 0
        youngest = there.argmax(axis=2)
        oldest = groups - 1 - there[:, :, ::-1].argmax(axis=2)
        spread = np.where(there.any(axis=2), oldest - youngest, 0)

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            room, names = problem.rooms.ids[r], problem.beds.age_groups
            text = f"room {room} holds {names[youngest[r, d]]} with {names[oldest[r, d]]} on day {d}"
            return Breach((room,), (d,), text)

        return Breaches.positive(spread, tell)
