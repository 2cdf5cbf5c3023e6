"""Single-sex rooms: on each day the people in a room have one gender."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, Engine, HospitalRule
from optimise.hospital.rules.state import HospitalState

__all__ = ["RoomGenderMix"]


class RoomGenderMix(HospitalRule):
    """Mixed rooms by (room, day): people there for whom that is not justified, those of the rarer gender, or 1, as
    ``BedProblem.mixing`` says.

    Rooms that admit one gender only are a matter of room wishes or forbidden rooms, not of this rule.
    """

    name = "RoomGenderMix"
    text = "people in a room on the same day have the same gender"
    unit = "people"
    default = "hard"
    engines = EVERY_ENGINE

    def serves(self, problem: HospitalContext, engine: Engine, weight: int | None) -> bool:
        """Justified sharing is known to the evaluation and the rows only."""
        return super().serves(problem, engine, weight) and (weight == 0 or problem.patients.justified is None)

    def breaches(self, state: HospitalState) -> Breaches:
        problem = state.problem
        rarer = state.by_gender.min(axis=2)
        if problem.beds.mixing == "room":
            rarer = np.minimum(rarer, 1)
        elif problem.beds.mixing == "patients":
            rarer = np.where(rarer > 0, _affected(state), 0)
        rarer = rarer * (problem.rooms.policy == SAME_GENDER)[:, None]

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            parts = [f"{n} {g}" for n, g in zip(state.by_gender[r, d], problem.beds.genders, strict=True)]
            room = problem.rooms.ids[r]
            if problem.beds.mixing == "patients" and rarer[r, d] < state.count[r, d]:
                parts[-1] += f", {rarer[r, d]} of them without a justification"
            return Breach((room,), (d,), f"room {room} is mixed on day {d}: {' and '.join(parts)}")

        return Breaches.positive(rarer, tell)

    def add(self, model: HospitalColumns) -> None:
        """With ``gender[r,d]`` the gender of a room on a day and M the most people it can hold:

        ``RoomGenderMix[r,d,1]``: sum of presences of gender 1 <= M gender[r,d] (+ excess) and
        ``RoomGenderMix[r,d,0]``: sum of presences of gender 0 <= M (1 - gender[r,d]) (+ excess);
        for hard rules also for each presence alone, which is stronger. Where everybody in a mixed room counts, see
        ``_add_affected``.
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
        if problem.beds.mixing == "patients" and (price is not None or problem.patients.justified is not None):
            self._add_affected(model, which, bound, column_of)
            return
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

    def _add_affected(self, model: HospitalColumns, which: IntArray, bound: IntArray, column_of: IntArray) -> None:
        """With ``mixed[r,d]`` = 1 where both genders may be in a room, and U the most people there who count:

        ``gender[r,d,1]``: sum of presences of gender 1 <= M (gender[r,d] + mixed[r,d]),
        ``gender[r,d,0]``: sum of presences of gender 0 <= M (1 - gender[r,d] + mixed[r,d]), and
        ``RoomGenderMix[r,d]``: sum of presences that count <= U (1 - mixed[r,d]) (+ excess).
        """
        here, problem = model.presence, model.problem
        keys, cells = model.cell_keys(which), len(here.cell_room)
        gender, most = problem.patients.gender, here.most[which]
        mixed = model.model.add_columns("mixed", len(which), upper=1.0, integer=True, keys=keys)
        for g in (0, 1):
            rows = model.model.add_rows("gender", len(which), upper=(1 - g) * most)
            row_of = np.full(cells, -1)
            row_of[which] = rows
            used = bound[here.cell] & (gender[here.person] == g)
            model.model.add_entries(row_of[here.cell[used]], here.column[used])
            model.model.add_entries(rows, column_of[which], (1 - 2 * g) * most)
            model.model.add_entries(rows, mixed, -1.0 * most)
        until = problem.patients.justified
        counts = bound[here.cell] & (True if until is None else here.night >= until[here.person])
        pairs = np.unique(here.pair[counts])
        affected = np.minimum(np.bincount(here.pair_cell[pairs], minlength=cells)[which], most)
        rows = model.model.add_rows(self.name, len(which), upper=affected, keys=keys)
        row_of = np.full(cells, -1)
        row_of[which] = rows
        model.model.add_entries(row_of[here.cell[counts]], here.column[counts])
        model.model.add_entries(rows, mixed, affected)
        model.excess(self.name, rows)


def _affected(state: HospitalState) -> IntArray:
    """People by (room, day) for whom a mixed room is not justified."""
    until = state.problem.patients.justified
    if until is None:
        return state.count
    rooms, days = state.problem.rooms.beds.shape
    counts = state.night >= until[state.person]
    flat = state.room[counts] * days + state.day[counts]
    made: IntArray = np.bincount(flat, minlength=rooms * days).reshape(rooms, days)
    return made
