"""Moves from one room to another during a stay."""

from __future__ import annotations

import numpy as np

from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, HospitalRule
from optimise.hospital.rules.state import HospitalState

__all__ = ["Transfer"]


class Transfer(HospitalRule):
    """Nights in another room than the night before; an in-patient starts from the room he or she lies in."""

    name = "Transfer"
    text = "a patient stays in one room"
    unit = "moves"
    default = "hard"
    engines = EVERY_ENGINE
    relaxation = None

    def breaches(self, state: HospitalState) -> Breaches:
        problem, people = state.problem, state.problem.patients
        before = np.concatenate([people.home[:, None], state.plan.room[:, :-1]], axis=1)
        moved = (state.plan.room >= 0) & (before >= 0) & (before != state.plan.room)

        def tell(index: tuple[int, ...]) -> Breach:
            p, d = index
            old, new = problem.rooms.ids[before[p, d]], problem.rooms.ids[state.plan.room[p, d]]
            return Breach((people.ids[p],), (d,), f"patient {people.ids[p]} moves from room {old} to {new} on day {d}")

        return Breaches.positive(moved.astype(np.int64), tell)

    def add(self, model: HospitalColumns) -> None:
        """Hard: a stay is one column. Soft, with nights t as columns:

        ``Transfer[p,a,t,r]`` >= stay[p,a,t,r] - stay[p,a,t-1,r], summed over rooms at the price of a move. Moves of
        in-patients on day 0 are priced on the stay itself.
        """
        price = model.price(self.name)
        if price is None or not model.moves or price == 0:
            return
        problem = model.problem
        rooms, days = problem.rooms.beds.shape
        key = (model.stay_visit * (days + 1) + model.stay_first) * rooms + model.stay_room
        order = np.argsort(key)
        later = np.flatnonzero(model.stay_first > 0)
        wanted = key[later] - rooms
        spot = np.minimum(np.searchsorted(key[order], wanted), len(order) - 1)
        before = np.where(key[order][spot] == wanted, model.stay_column[order[spot]], -1)
        moved = model.model.add_columns(self.name, len(later), upper=1.0, cost=price)
        rows = model.model.add_rows(self.name, len(later), upper=0.0)
        model.model.add_entries(rows, model.stay_column[later])
        model.model.add_entries(rows, before, -1.0)
        model.model.add_entries(rows, moved, -1.0)
