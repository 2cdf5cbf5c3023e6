"""Single-sex rooms: on each day the people in a room have one gender."""

from __future__ import annotations

import numpy as np

from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, HospitalRule
from optimise.hospital.rules.state import HospitalState

__all__ = ["RoomGenderMix"]


class RoomGenderMix(HospitalRule):
    """Mixed rooms by (room, day): the number of people of the rarer gender, or 1, as ``BedProblem.mixing`` says.

    Rooms that admit one gender only are a matter of room wishes or forbidden rooms, not of this rule.
    """

    name = "RoomGenderMix"
    text = "people in a room on the same day have the same gender"
    unit = "people"
    default = "hard"
    engines = EVERY_ENGINE

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        rarer = state.by_gender.min(axis=2)
        if problem.beds.mixing == "room":
            rarer = np.minimum(rarer, 1)
        rarer = rarer * (problem.rooms.policy == SAME_GENDER)[:, None]

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            parts = [f"{n} {g}" for n, g in zip(state.by_gender[r, d], problem.beds.genders, strict=True)]
            room = problem.rooms.ids[r]
            return Breach((room,), (d,), f"room {room} is mixed on day {d}: {' and '.join(parts)}")

        return Breaches.positive(rarer, tell)

    def add(self, model: HospitalColumns) -> None:
        """With ``gender[r,d]`` the gender of a room on a day and M the most people it can hold:

        ``RoomGenderMix[r,d,1]``: sum of presences of gender 1 <= M gender[r,d] (+ excess) and
        ``RoomGenderMix[r,d,0]``: sum of presences of gender 0 <= M (1 - gender[r,d]) (+ excess);
        for hard rules also for each presence alone, which is stronger.
        """
        here, problem = model.presence, model.problem
        cells, gender = len(here.cell_room), problem.patients.gender
        seen = np.zeros((cells, 2), dtype=np.bool_)
        seen[here.pair_cell, gender[here.pair_person]] = True
        most = here.most
        bound = (problem.rooms.policy[here.cell_room] == SAME_GENDER) & seen.all(axis=1) & (most > 1)
        which = np.flatnonzero(bound)
        column_of = np.full(cells, -1)
        keys = model.cell_keys(which)
        column_of[which] = model.model.add_columns("gender", len(which), upper=1.0, integer=True, keys=keys)
        excess = np.full(cells, -1)
        price = model.price(self.name)
        if price is not None:
            integer = problem.beds.mixing == "room"
            upper = 1.0 if integer else np.inf
            excess[which] = model.model.add_columns(
                self.name, len(which), upper=upper, cost=price, integer=integer, keys=keys
            )
        for g in (0, 1):
            rows = model.model.add_rows(self.name, len(which), upper=(1 - g) * most[which])
            row_of = np.full(cells, -1)
            row_of[which] = rows
            used = bound[here.cell] & (gender[here.person] == g)
            model.model.add_entries(row_of[here.cell[used]], here.column[used])
            model.model.add_entries(rows, column_of[which], (1 - 2 * g) * most[which])
            unit = most[which] if problem.beds.mixing == "room" else 1.0
            model.model.add_entries(rows, excess[which], -1.0 * unit)
        if price is None and model.strong:
            pairs = np.flatnonzero(bound[here.pair_cell])
            sign = 1 - 2 * gender[here.pair_person[pairs]]
            rows = model.model.add_rows(self.name, len(pairs), upper=(sign > 0).astype(float))
            row_of = np.full(len(here.pair_cell), -1)
            row_of[pairs] = rows
            used = row_of[here.pair] >= 0
            model.model.add_entries(row_of[here.pair[used]], here.column[used])
            model.model.add_entries(rows, column_of[here.pair_cell[pairs]], sign)
