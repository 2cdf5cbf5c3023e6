"""A nurse on duty for every occupied room and shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    from optimise.models.hospital import HospitalModel

__all__ = ["NursePresence", "UncoveredRoom"]


class NursePresence(HospitalRule):
    """(Room, shift) pairs given to a nurse who is not on duty."""

    name = "NursePresence"
    text = "a nurse looks after rooms only in his or her own shifts"
    unit = "room-shifts"
    layer = "nursing"

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

    def add(self, model: HospitalModel) -> None:
        """Nothing: the model has variables only for nurses on duty."""


class UncoveredRoom(HospitalRule):
    """(Room, shift) pairs with someone present and no nurse."""

    name = "UncoveredRoom"
    text = "every occupied room has a nurse in every shift"
    unit = "room-shifts"
    layer = "nursing"

    def breaches(self, state: HospitalState) -> Breaches:
        problem, layer = state.problem, state.problem.nursing
        assert layer is not None
        occupied = np.repeat(state.count > 0, problem.shifts, axis=1)

        def tell(index: tuple[int, ...]) -> Breach:
            d, k = divmod(index[1], problem.shifts)
            room = problem.rooms.ids[index[0]]
            return Breach((room,), (d,), f"room {room} has no nurse on day {d}, {layer.shifts[k]}")

        return Breaches.positive((occupied & (state.plan.nurse < 0)).astype(np.int64), tell)
