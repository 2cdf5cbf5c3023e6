"""Few different nurses for each person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.rules.hospital.base import Breach, Breaches, HospitalRule, plural
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["ContinuityOfCare"]


class ContinuityOfCare(HospitalRule):
    """Distinct nurses who look after a person during the stay, summed over the people in hospital."""

    name = "ContinuityOfCare"
    text = "each person meets few different nurses"
    unit = "nurses"
    layer = "nursing"

    def breaches(self, state: HospitalState) -> Breaches:
        problem, layer = state.problem, state.problem.nursing
        assert layer is not None
        people = problem.patients
        met = np.zeros((len(people), len(layer.ids)), dtype=np.bool_)
        seen = state.shift_nurse >= 0
        met[state.shift_person[seen], state.shift_nurse[seen]] = True
        count = met.sum(axis=1)

        def tell(index: tuple[int, ...]) -> Breach:
            p = index[0]
            days = state.day[state.person == p]
            stay = plural(len(days), "day")
            text = f"{people.ids[p]} is looked after by {plural(int(count[p]), 'nurse')} in {stay}"
            return Breach((people.ids[p],), tuple(days.tolist()), text)

        return Breaches.positive(count, tell)
