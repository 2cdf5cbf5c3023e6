"""No more people in a room than open beds, and one person in a bed."""

from __future__ import annotations

import numpy as np

from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, Engine, HospitalRule, plural
from optimise.hospital.rules.state import HospitalState

__all__ = ["BedConflict", "RoomCapacity"]


class RoomCapacity(HospitalRule):
    """People beyond the open beds, by (room, day)."""

    name = "RoomCapacity"
    text = "a room holds at most as many people as it has open beds"
    unit = "people"
    default = "hard"
    engines = EVERY_ENGINE
    hard_only = frozenset({Engine.ROOMS, Engine.COLUMNS})
    relaxation = 30

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        excess = state.count - problem.rooms.beds

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            room, people = problem.rooms.ids[r], int(state.count[r, d])
            beds = plural(int(problem.rooms.beds[r, d]), "bed")
            return Breach((room,), (d,), f"room {room} holds {people} people in {beds} on day {d}")

        return Breaches.positive(excess, tell)

    def add(self, model: HospitalColumns) -> None:
        """``RoomCapacity[r,d]``: sum of presences - excess <= beds, where more might come."""
        here = model.presence
        beds = model.problem.rooms.beds[here.cell_room, here.cell_day]
        tight = np.flatnonzero(np.bincount(here.pair_cell, minlength=len(beds)) > beds)
        rows = model.model.add_rows(self.name, len(tight), upper=beds[tight], keys=model.cell_keys(tight))
        row_of = np.full(len(beds), -1)
        row_of[tight] = rows
        used = row_of[here.cell] >= 0
        model.model.add_entries(row_of[here.cell[used]], here.column[used])
        model.excess(self.name, rows)


class BedConflict(HospitalRule):
    """Every second and later patient in a bed on a day, when the plan names beds."""

    name = "BedConflict"
    text = "a bed holds one patient at a time"
    unit = "patient-nights"
    default = "hard"
    engines = EVERY_ENGINE

    def breaches(self, state: HospitalState) -> Breaches:
        problem, bed = state.problem, state.plan.bed
        if bed is None:
            return Breaches(np.zeros(0, dtype=np.int64), lambda i: Breach((), (), ""))
        most = int(bed.max(initial=-1)) + 1
        rooms, days = problem.rooms.beds.shape
        flat = (state.room * days + state.day) * most + bed[state.person, state.day]
        used = np.bincount(flat, minlength=rooms * days * most).reshape(rooms, days, most)

        def tell(index: tuple[int, ...]) -> Breach:
            r, d, b = index
            room, names = problem.rooms.ids[r], problem.rooms.bed_ids
            label = names[r][b] if names and b < len(names[r]) else str(b)
            people = int(used[r, d, b])
            return Breach((room,), (d,), f"bed {label} of room {room} is given to {people} patients on day {d}")

        return Breaches.positive(used - 1, tell)

    def add(self, model: HospitalColumns) -> None:
        """Nothing: beds within a room are given out after the rooms, which always works within capacity."""
