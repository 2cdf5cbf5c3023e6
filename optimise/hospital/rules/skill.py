"""Nurses skilled enough for the people in their rooms."""

from __future__ import annotations

import numpy as np

from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule
from optimise.hospital.rules.state import HospitalState

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
    default = 1
    engines = frozenset({Engine.JOINT})

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

    def add(self, model: HospitalColumns) -> None:
        """For a level l let D be the people present who need more than l and h the chance that the nurse has at
        most l, h = sum of nurse[n,r,s] over nurses of skill <= l:

        ``RoomSkillLevel[r,s,l]``: missing[r,s,l] >= D - M (1 - h), with M the most people who can need it.
        Where everybody present is known, the missing levels are priced on the nurse columns.
        """
        here, layer, price = model.presence, model.problem.nursing, model.price(self.name)
        assert layer is not None
        if price == 0:
            return
        k = model.problem.shifts
        needs = [layer.required[here.person, here.night * k + j] for j in range(k)]
        most_beds = here.most
        for level in range(int(layer.required.max(initial=0))):
            low = layer.skill[model.nurse_who] <= level
            for j in range(k):
                ask = needs[j] > level
                if not ask.any():
                    continue
                pairs = np.unique(here.pair[ask])
                count = np.minimum(np.bincount(here.pair_cell[pairs], minlength=len(most_beds)), most_beds)
                mine = low & (model.nurse_post % k == j)
                cell_of = model.post_cell[model.nurse_post]
                exposed = np.zeros(len(most_beds), dtype=np.bool_)
                exposed[cell_of[mine]] = True
                exposed &= count > 0
                cells = np.flatnonzero(exposed)
                if not len(cells):
                    continue
                missing = model.model.add_columns(
                    self.name, len(cells), upper=np.inf if price is not None else 0.0, cost=price or 0.0
                )
                row_of = np.full(len(most_beds), -1)
                row_of[cells] = model.model.add_rows(
                    self.name, len(cells), upper=count[cells], keys=model.post_keys(cells * k + j, level)
                )
                used = ask & exposed[here.cell]
                model.model.add_entries(row_of[here.cell[used]], here.column[used])
                mine &= exposed[cell_of]
                at = cell_of[mine]
                model.model.add_entries(row_of[at], model.nurse_column[mine], count[at])
                model.model.add_entries(row_of[cells], missing, -1.0)
