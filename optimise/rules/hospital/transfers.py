"""Moves from one room to another during a stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["Transfer"]


class Transfer(HospitalRule):
    """Nights in another room than the night before; an in-patient starts from the room he or she lies in."""

    name = "Transfer"
    text = "a patient stays in one room"
    unit = "moves"

    def breaches(self, state: HospitalState) -> Breaches:
        problem, people = state.problem, state.problem.patients
        before = np.concatenate([people.home[:, None], state.plan.room[:, :-1]], axis=1)
        moved = (state.plan.room >= 0) & (before >= 0) & (before != state.plan.room)

        def tell(index: tuple[int, ...]) -> Breach:
            p, d = index
            old, new = problem.rooms.ids[before[p, d]], problem.rooms.ids[state.plan.room[p, d]]
            return Breach((people.ids[p],), (d,), f"patient {people.ids[p]} moves from room {old} to {new} on day {d}")

        return Breaches.positive(moved.astype(np.int64), tell)
