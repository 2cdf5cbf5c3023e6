"""Ages that share a room."""

from __future__ import annotations

import numpy as np

from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule
from optimise.hospital.rules.state import HospitalState

__all__ = ["RoomAgeMix"]


class RoomAgeMix(HospitalRule):
    """Oldest minus youngest age group in a room, summed over rooms and days."""

    name = "RoomAgeMix"
    text = "people in a room are of similar age"
    unit = "age groups"
    default = 1
    engines = frozenset({Engine.JOINT})

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        groups = len(problem.beds.age_groups)
        there = state.tally(problem.patients.age_group, groups) > 0
        youngest = there.argmax(axis=2)
        oldest = groups - 1 - there[:, :, ::-1].argmax(axis=2)
        spread = np.where(there.any(axis=2), oldest - youngest, 0)

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            room, names = problem.rooms.ids[r], problem.beds.age_groups
            text = f"room {room} holds {names[youngest[r, d]]} with {names[oldest[r, d]]} on day {d}"
            return Breach((room,), (d,), text)

        return Breaches.positive(spread, tell)

    def add(self, model: HospitalColumns) -> None:
        """With ``age[r,d,g]`` = 1 when someone of age group g is there:

        ``age_present[r,d,g]``: sum of presences of group g <= M age[r,d,g] (each presence alone where the model is
        small enough), and ``RoomAgeMix[r,d,g,h]``: spread[r,d] >= (h - g) (age[r,d,g] + age[r,d,h] - 1).
        """
        here, problem, price = model.presence, model.problem, model.price(self.name)
        if price == 0:
            return
        cells, groups, age = len(here.cell_room), len(problem.beds.age_groups), problem.patients.age_group
        most = here.most
        seen = np.zeros((cells, groups), dtype=np.bool_)
        seen[here.pair_cell, age[here.pair_person]] = True
        seen &= ((seen.sum(axis=1) > 1) & (most > 1))[:, None]
        cell, group = np.nonzero(seen)
        column_of = np.full((cells, groups), -1)
        column_of[cell, group] = model.model.add_columns("age", len(cell), upper=1.0, integer=not model.strong)
        at = column_of[here.cell, age[here.person]]
        if model.strong:
            pair_column = column_of[here.pair_cell, age[here.pair_person]]
            pairs = np.flatnonzero(pair_column >= 0)
            row_of = np.full(len(pair_column), -1)
            row_of[pairs] = model.model.add_rows("age_present", len(pairs), upper=0.0)
            model.model.add_entries(row_of[here.pair[at >= 0]], here.column[at >= 0])
            model.model.add_entries(row_of[pairs], pair_column[pairs], -1.0)
        else:
            row_of = np.full((cells, groups), -1)
            row_of[cell, group] = model.model.add_rows("age_present", len(cell), upper=0.0)
            rows = row_of[here.cell, age[here.person]]
            model.model.add_entries(rows[at >= 0], here.column[at >= 0])
            model.model.add_entries(row_of[cell, group], column_of[cell, group], -1.0 * most[cell])
        mixed = np.unique(cell)
        spread = np.full(cells, -1)
        if price is not None:
            spread[mixed] = model.model.add_columns(self.name, len(mixed), cost=price, keys=model.cell_keys(mixed))
        for low in range(groups):
            for high in range(low + 1, groups):
                both = np.flatnonzero(seen[:, low] & seen[:, high])
                gap = float(high - low)
                rows = model.model.add_rows(self.name, len(both), upper=gap)
                for column in (column_of[both, low], column_of[both, high]):
                    model.model.add_entries(rows, column, gap)
                model.model.add_entries(rows, spread[both], -1.0)
