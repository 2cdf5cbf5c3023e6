"""Isolation: patients with different isolation needs do not share a room."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, HospitalRule
from optimise.hospital.rules.state import HospitalState

__all__ = ["RoomIsolation"]


class RoomIsolation(HospitalRule):
    """By (room, day): people beyond the largest group of equal isolation need."""

    name = "RoomIsolation"
    text = "patients in isolation share a room only with patients of the same isolation group"
    unit = "people"
    default = "hard"
    engines = EVERY_ENGINE
    relaxation = 20

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        group: IntArray = np.unique(problem.patients.isolation, return_inverse=True)[1]
        groups = int(group.max(initial=0)) + 1
        if groups == 1:
            return Breaches(np.zeros(0, dtype=np.int64), lambda i: Breach((), (), ""))
        excess = state.count - state.tally(group, groups).max(axis=2)

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            here = (state.room == r) & (state.day == d)
            names = tuple(problem.patients.ids[p] for p in state.person[here])
            room = problem.rooms.ids[r]
            text = f"room {room} holds patients of different isolation groups on day {d}: {', '.join(names)}"
            return Breach(names, (d,), text)

        return Breaches.positive(excess, tell)

    def add(self, model: HospitalColumns) -> None:
        """With ``isolation[r,d,g]`` = 1 for the one group that a room holds:

        ``RoomIsolation[r,d,g]``: sum of presences of group g <= M isolation[r,d,g] (+ excess), and
        ``isolation_group[r,d]``: sum_g isolation[r,d,g] <= 1.
        """
        here, problem = model.presence, model.problem
        group: IntArray = np.unique(problem.patients.isolation, return_inverse=True)[1]
        groups = int(group.max(initial=0)) + 1
        if groups == 1:
            return
        cells = len(here.cell_room)
        seen = np.zeros((cells, groups), dtype=np.bool_)
        seen[here.pair_cell, group[here.pair_person]] = True
        seen &= (seen.sum(axis=1) > 1)[:, None]
        cell, g = np.nonzero(seen)
        names = model.cell_keys(cell)
        ones = model.model.add_columns("isolation", len(cell), upper=1.0, integer=True)
        rows = model.model.add_rows(self.name, len(cell), upper=0.0, keys=lambda: list(zip(names(), g, strict=True)))
        row_of = np.full((cells, groups), -1)
        row_of[cell, g] = rows
        used = row_of[here.cell, group[here.person]]
        model.model.add_entries(used[used >= 0], here.column[used >= 0])
        model.model.add_entries(rows, ones, -1.0 * here.most[cell])
        model.excess(self.name, rows)
        some, place = np.unique(cell, return_inverse=True)
        one_group = model.model.add_rows("isolation_group", len(some), upper=1.0, keys=model.cell_keys(some))
        model.model.add_entries(one_group[place], ones)
