"""Theatres and nurses that differ from the plan before."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, HospitalRule
from optimise.hospital.rules.state import HospitalState

__all__ = ["ChangedNurse", "ChangedTheatre"]


def _none() -> Breaches:
    return Breaches(np.zeros(0, dtype=np.int64), lambda i: Breach((), (), ""))


class ChangedTheatre(HospitalRule):
    """Patients who keep their day and are operated in another theatre than the plan before says."""

    name = "ChangedTheatre"
    text = "surgery takes place in the theatre of the plan before"
    unit = "patients"
    layer = "theatres"
    relaxation = 1

    def breaches(self, state: HospitalState) -> Breaches:
        problem, plan, old = state.problem, state.plan, state.problem.earlier
        if old is None:
            return _none()
        kept = (old.theatre >= 0) & (plan.theatre >= 0) & (old.admission == plan.admission)

        def tell(index: tuple[int, ...]) -> Breach:
            p = index[0]
            assert problem.theatres is not None
            was, now = problem.theatres.ids[old.theatre[p]], problem.theatres.ids[plan.theatre[p]]
            name, d = problem.patients.ids[p], int(plan.admission[p])
            return Breach((name,), (d,), f"patient {name} is operated in {now} and not in {was} on day {d}")

        return Breaches.positive((kept & (old.theatre != plan.theatre)).astype(np.int64), tell)

    def add(self, model: HospitalColumns) -> None:
        """Priced on the surgery columns; hard: they are 0."""
        old, price = model.problem.earlier, model.price(self.name)
        if old is None or price == 0:
            return
        person = model.admission_person[model.surgery_visit]
        same_day = model.admission_day[model.surgery_visit] == old.admission[person]
        other = (old.theatre[person] >= 0) & same_day & (model.surgery_theatre != old.theatre[person])
        _charge(model, self.name, model.surgery_column[other], price)


class ChangedNurse(HospitalRule):
    """(Room, shift) pairs with someone present and another nurse than the plan before says, who is still on duty."""

    name = "ChangedNurse"
    text = "the same nurse keeps the room"
    unit = "room-shifts"
    layer = "nursing"
    relaxation = 1

    def breaches(self, state: HospitalState) -> Breaches:
        problem, plan, old = state.problem, state.plan, state.problem.earlier
        if old is None or problem.nursing is None:
            return _none()
        layer = problem.nursing
        occupied = np.repeat(state.count > 0, problem.shifts, axis=1)

        def tell(index: tuple[int, ...]) -> Breach:
            r, s = index
            d, k = divmod(s, problem.shifts)
            room, was = problem.rooms.ids[r], layer.ids[old.nurse[r, s]]
            now = layer.ids[plan.nurse[r, s]] if plan.nurse[r, s] >= 0 else "nobody"
            return Breach((room,), (d,), f"room {room} has {now} and not {was} on day {d}, {layer.shifts[k]}")

        return Breaches.positive((occupied & (old.nurse >= 0) & (plan.nurse != old.nurse)).astype(np.int64), tell)

    def add(self, model: HospitalColumns) -> None:
        """Priced on the columns of the other nurses; hard: they are 0 (an empty room may keep its nurse for free)."""
        old, price = model.problem.earlier, model.price(self.name)
        if old is None or price == 0:
            return
        was = old.nurse[model.post_room[model.nurse_post], model.post_shift[model.nurse_post]]
        _charge(model, self.name, model.nurse_column[(was >= 0) & (model.nurse_who != was)], price)


def _charge(model: HospitalColumns, rule: str, columns: IntArray, price: float | None) -> None:
    """Price columns, or bar them where the rule is hard."""
    if price is not None:
        model.model.add_cost(columns, np.full(len(columns), price))
        return
    rows = model.model.add_rows(rule, len(columns), upper=0.0)
    model.model.add_entries(rows, columns)
