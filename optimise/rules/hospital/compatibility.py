"""Rooms that cannot serve a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["PatientRoomCompatibility"]


class PatientRoomCompatibility(HospitalRule):
    """Admitted patients who lie, on any day, in a room that cannot serve them; in-patients stay where they are."""

    name = "PatientRoomCompatibility"
    text = "a patient lies only in rooms that can serve him or her"
    unit = "patients"

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        people = problem.patients
        bad = people.forbidden[state.person, state.room] & ~people.inpatient[state.person]
        count = np.bincount(state.person[bad], minlength=len(people))

        def tell(index: tuple[int, ...]) -> Breach:
            p = index[0]
            nights = (state.person == p) & bad
            rooms = sorted({problem.rooms.ids[r] for r in state.room[nights]})
            text = f"patient {people.ids[p]} lies in room {', '.join(rooms)}, which cannot serve the patient"
            return Breach((people.ids[p],), tuple(state.day[nights].tolist()), text)

        return Breaches.positive(np.minimum(count, 1), tell)
