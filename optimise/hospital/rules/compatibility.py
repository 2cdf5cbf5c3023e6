"""Rooms that cannot serve a patient."""

from __future__ import annotations

import numpy as np

from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, HospitalRule
from optimise.hospital.rules.state import HospitalState

__all__ = ["PatientRoomCompatibility"]


class PatientRoomCompatibility(HospitalRule):
    """Admitted patients who lie, on any day, in a room that cannot serve them; in-patients stay where they are."""

    name = "PatientRoomCompatibility"
    text = "a patient lies only in rooms that can serve him or her"
    unit = "patients"
    default = "hard"
    engines = EVERY_ENGINE
    relaxation = 20

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

    def add(self, model: HospitalColumns) -> None:
        """Hard: such stays have no column. Soft without moves: priced on the stay. With moves:

        ``PatientRoomCompatibility[p]`` >= each stay of p in a barred room.
        """
        price = model.price(self.name)
        if price is None or not model.moves:
            return
        people = model.problem.patients
        bad = people.forbidden[model.stay_person, model.stay_room] & ~people.inpatient[model.stay_person]
        who, place = np.unique(model.stay_person[bad], return_inverse=True)
        ones = model.model.add_columns(self.name, len(who), upper=1.0, cost=price)
        rows = model.model.add_rows(self.name, int(bad.sum()), upper=0.0)
        model.model.add_entries(rows, model.stay_column[bad])
        model.model.add_entries(rows, ones[place], -1.0)
