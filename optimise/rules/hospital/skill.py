"""Nurses skilled enough for the people in their rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["RoomSkillLevel"]


class RoomSkillLevel(HospitalRule):
    """Skill levels missing, over every person and shift in hospital.

    A room without a nurse counts 0 here (it breaks ``UncoveredRoom``); the official validator's figure is then
    undefined.
    """

    name = "RoomSkillLevel"
    text = "the nurse of a room has the skill that each person in it needs"
    unit = "levels"
    layer = "nursing"

    def breaches(self, state: HospitalState) -> Breaches:
        problem, layer = state.problem, state.problem.nursing
        assert layer is not None
        nurse = state.shift_nurse
        needed = layer.required[state.shift_person, state.shift_of_stay]
        skill = layer.skill[nurse] if layer.ids else np.zeros_like(nurse)
        missing = np.where(nurse >= 0, needed - skill, 0)

        def tell(index: tuple[int, ...]) -> Breach:
            i = index[0]
            d, k = divmod(int(state.shift[i]), problem.shifts)
            person, name = problem.patients.ids[state.shift_person[i]], layer.ids[nurse[i]]
            text = (
                f"patient {person} needs skill {needed[i]} on day {d}, {layer.shifts[k]}; nurse {name} has {skill[i]}"
            )
            return Breach((person, name), (d,), text)

        return Breaches.positive(missing, tell)
