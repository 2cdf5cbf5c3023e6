"""A nurse on duty for every occupied room and shift."""

from __future__ import annotations

import numpy as np

from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule
from optimise.hospital.rules.state import HospitalState

__all__ = ["NursePresence", "UncoveredRoom", "nursed"]


def nursed(problem: HospitalContext) -> bool:
    """Whether every occupied room must have a nurse who is on duty; floors of the care of a stay hold only then."""
    return problem.nursing is not None and problem.hard("UncoveredRoom") and problem.hard("NursePresence")


class NursePresence(HospitalRule):
    """(Room, shift) pairs given to a nurse who is not on duty."""

    name = "NursePresence"
    text = "a nurse looks after rooms only in his or her own shifts"
    unit = "room-shifts"
    layer = "nursing"
    default = "hard"
    engines = frozenset({Engine.JOINT})

    def breaches(self, state: HospitalState) -> Breaches:
        problem, layer = state.problem, state.problem.nursing
        assert layer is not None
        nurse = state.plan.nurse
        shift = np.arange(nurse.shape[1])[None, :]
        absent = (nurse >= 0) & ~layer.on_duty[nurse, shift] if layer.ids else nurse >= 0

        def tell(index: tuple[int, ...]) -> Breach:
            r, s = index
            d, k = divmod(s, problem.shifts)
            name, room = layer.ids[nurse[r, s]], problem.rooms.ids[r]
            text = f"nurse {name} is given room {room} on day {d}, {layer.shifts[k]}, but is not on duty"
            return Breach((name, room), (d,), text)

        return Breaches.positive(absent.astype(np.int64), tell)

    def add(self, model: HospitalColumns) -> None:
        """Hard: only nurses on duty have columns. Soft: priced on the columns of the others."""


class UncoveredRoom(HospitalRule):
    """(Room, shift) pairs with someone present and no nurse."""

    name = "UncoveredRoom"
    text = "every occupied room has a nurse in every shift"
    unit = "room-shifts"
    layer = "nursing"
    default = "hard"
    engines = frozenset({Engine.JOINT})
    relaxation = 5

    def breaches(self, state: HospitalState) -> Breaches:
        problem, layer = state.problem, state.problem.nursing
        assert layer is not None
        occupied = np.repeat(state.count > 0, problem.shifts, axis=1)

        def tell(index: tuple[int, ...]) -> Breach:
            d, k = divmod(index[1], problem.shifts)
            room = problem.rooms.ids[index[0]]
            return Breach((room,), (d,), f"room {room} has no nurse on day {d}, {layer.shifts[k]}")

        return Breaches.positive((occupied & (state.plan.nurse < 0)).astype(np.int64), tell)

    def add(self, model: HospitalColumns) -> None:
        """``UncoveredRoom[r,s]``: sum_n nurse[n,r,s] = 1 (a nurse for an empty room is free).

        Soft, or with nobody on duty: sum_n nurse[n,r,s] + missing >= occupied[r,d] with
        ``occupied_room[r,d]``: sum of presences <= M occupied[r,d].
        """
        here, price = model.presence, model.price(self.name)
        posts = np.flatnonzero((model.post_options > 0) & (price is None))
        row_of = np.full(len(model.post_cell), -1)
        row_of[posts] = model.model.add_rows(self.name, len(posts), lower=1.0, upper=1.0, keys=model.post_keys(posts))
        rest = np.flatnonzero(row_of < 0)
        if len(rest):
            row_of[rest] = model.model.add_rows(self.name, len(rest), lower=0.0, keys=model.post_keys(rest))
            cells = np.unique(model.post_cell[rest])
            occupied = np.full(len(here.cell_room), -1)
            occupied[cells] = model.model.add_columns("occupied", len(cells), upper=1.0, integer=True)
            model.model.add_entries(row_of[rest], occupied[model.post_cell[rest]], -1.0)
            if price is not None:
                missing = model.model.add_columns(self.name, len(rest), upper=1.0, cost=price)
                model.model.add_entries(row_of[rest], missing)
                at_most = model.model.add_rows("one_nurse", len(rest), upper=1.0)
                place = np.full(len(row_of), -1)
                place[rest] = at_most
                some = place[model.nurse_post] >= 0
                model.model.add_entries(place[model.nurse_post[some]], model.nurse_column[some])
            rows = np.full(len(here.cell_room), -1)
            rows[cells] = model.model.add_rows("occupied_room", len(cells), upper=0.0)
            some = rows[here.cell] >= 0
            model.model.add_entries(rows[here.cell[some]], here.column[some])
            model.model.add_entries(rows[cells], occupied[cells], -1.0 * here.most[cells])
        model.model.add_entries(row_of[model.nurse_post], model.nurse_column)
