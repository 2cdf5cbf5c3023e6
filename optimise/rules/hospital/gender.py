"""Single-sex rooms: on each day the people in a room have one gender."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.domain.beds import SAME_GENDER
from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["RoomGenderMix"]


class RoomGenderMix(HospitalRule):
    """Mixed rooms by (room, day): the number of people of the rarer gender, or 1, as ``BedProblem.mixing`` says.

    Rooms that admit one gender only are a matter of room wishes or forbidden rooms, not of this rule.
    """

    name = "RoomGenderMix"
    text = "people in a room on the same day have the same gender"
    unit = "people"

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        rarer = state.by_gender.min(axis=2)
        if problem.beds.mixing == "room":
            rarer = np.minimum(rarer, 1)
        rarer = rarer * (problem.rooms.policy == SAME_GENDER)[:, None]

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            parts = [f"{n} {g}" for n, g in zip(state.by_gender[r, d], problem.beds.genders, strict=True)]
            room = problem.rooms.ids[r]
            return Breach((room,), (d,), f"room {room} is mixed on day {d}: {' and '.join(parts)}")

        return Breaches.positive(rarer, tell)
