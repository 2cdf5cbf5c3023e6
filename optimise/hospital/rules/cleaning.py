"""A bed that an infectious patient has left is cleaned for some nights before anybody else lies in it."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import Patients
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule, plural
from optimise.hospital.rules.state import HospitalState

__all__ = ["CleaningTime", "beds_in_cleaning"]


def beds_in_cleaning(people: Patients, room: IntArray, rooms: int, home: IntArray | None = None) -> IntArray:
    """Beds, by (room, day), of patients who have left the room within as many nights as their bed is cleaned.

    Parameters
    ----------
    people : Patients
    room : int array (patients, days)
        Where each lies, -1 where away.
    rooms : int
    home : int array (patients,), optional
        Where each lay before the first day, -1 for nowhere; as in ``people`` when left out.

    Returns
    -------
    int array (rooms, days)
        Somebody who goes home on the first day leaves the bed he or she lies in now.
    """
    days = room.shape[1]
    made = np.zeros((rooms, days), dtype=np.int64)
    if people.cleaning is None:
        return made
    who = np.flatnonzero(people.cleaning)
    here = room[who].astype(np.int64)
    place = np.concatenate([(people.home if home is None else home)[who, None], here], axis=1)  # column d + 1 is day d
    for back in range(1, min(days, int(people.cleaning.max(initial=0))) + 1):
        was, now = place[:, : days - back + 1], here[:, back - 1 :]
        left = (was >= 0) & (was != now) & (people.cleaning[who, None] >= back)
        for later in range(1, back):  # whoever came back is counted from the last night there
            left &= place[:, back - later : days - later + 1] != was
        row, column = np.nonzero(left)
        np.add.at(made, (was[row, column], column + back - 1), 1)
    return made


class CleaningTime(HospitalRule):
    """By (room, day): people who lie in beds that are being cleaned."""

    name = "CleaningTime"
    text = "nobody lies in a bed that is being cleaned after an infectious patient"
    unit = "people"
    engines = frozenset({Engine.JOINT})
    relaxation = 15

    def applies(self, problem: HospitalContext) -> bool:
        return problem.patients.cleaning is not None

    def breaches(self, state: HospitalState) -> Breaches:
        problem, beds = state.problem, state.problem.rooms.beds
        cleaned = np.minimum(beds, beds_in_cleaning(problem.patients, state.plan.room, len(beds)))
        # whoever has no bed at all, cleaned or not, is a matter of RoomCapacity
        short = np.minimum(cleaned, cleaned + state.count - beds)

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            room = problem.rooms.ids[r]
            text = f"{plural(int(cleaned[r, d]), 'bed')} of room {room} must be cleaned on day {d}, and "
            return Breach((room,), (d,), text + f"{plural(int(short[r, d]), 'person')} would lie in one")

        return Breaches.positive(short, tell)

    def add(self, model: HospitalColumns) -> None:
        """With ``cleaned[p,r,d]`` in [0, 1] for a patient whose bed is cleaned for k nights:

        ``cleaned[p,r,d]``: cleaned[p,r,d] >= presence[p,r,d-j] - presence[p,r,d], j = 1..k, and
        ``CleaningTime[r,d]``: sum of presences + sum_p cleaned[p,r,d] <= beds (+ excess). Where more beds may be
        cleaned than are open, see ``_at_most``; where more people may come than there are beds, see ``_free_beds``.
        """
        here, beds = model.presence, model.problem.rooms.beds
        count, days = len(model.problem.patients), beds.shape[1]
        left, target = _departures(model)
        some, which = np.unique(target, return_inverse=True)
        columns = model.model.add_columns("cleaned", len(some), upper=1.0)
        present = (here.room * days + here.day) * count + here.person
        rows = model.model.add_rows("cleaned", len(left), upper=np.where(left >= 0, 0.0, -1.0))
        for sign, wanted in ((1.0, left), (-1.0, target)):
            place, term = here.terms_of(wanted, present)
            model.model.add_entries(rows[place], here.column[term], sign)
        model.model.add_entries(rows, columns[which], -1.0)

        cells, of = np.unique(some // count, return_inverse=True)
        room, day = cells // days, cells % days
        ids, limit = model.problem.rooms.ids, beds[room, day]
        hard = model.problem.hard("RoomCapacity")
        rows = model.model.add_rows(
            self.name,
            len(cells),
            upper=limit if hard else 0.0,
            keys=lambda: [(ids[r], int(d)) for r, d in zip(room, day, strict=True)],
        )
        few = np.bincount(of, minlength=len(cells)) <= limit
        model.model.add_entries(rows[of[few[of]]], columns[few[of]])
        model.model.add_entries(rows[~few], _at_most(model, limit, of, columns, np.flatnonzero(~few)))
        place, term = here.terms_of(cells, here.room * days + here.day)
        if hard:
            model.model.add_entries(rows[place], here.column[term])
        else:
            model.model.add_entries(rows, _free_beds(model, limit, place, here.column[term]), -1.0)
        model.excess(self.name, rows)


def _departures(model: HospitalColumns) -> tuple[IntArray, IntArray]:
    """Pairs of keys (room, day, person): where somebody may lie on a night, and the same room while it is cleaned.

    The first is -1 for the bed in which an in-patient lies before the first day.
    """
    here, people, days = model.presence, model.problem.patients, model.problem.days
    assert people.cleaning is not None
    count = len(people)
    cell, person = here.pair_cell, here.pair_person
    room, day = here.cell_room[cell], here.cell_day[cell]
    left, target = [], []
    for back in range(1, min(days, int(people.cleaning.max())) + 1):
        mine = (people.cleaning[person] >= back) & (day + back < days)
        left.append((room[mine] * days + day[mine]) * count + person[mine])
        target.append((room[mine] * days + day[mine] + back) * count + person[mine])
        inside = np.flatnonzero((people.home >= 0) & (people.cleaning >= back))
        left.append(np.full(len(inside), -1))
        target.append((people.home[inside] * days + back - 1) * count + inside)
    return np.concatenate(left), np.concatenate(target)


def _at_most(model: HospitalColumns, beds: IntArray, of: IntArray, cleaned: IntArray, cells: IntArray) -> IntArray:
    """Columns ``taken[r,d]`` of the lesser of beds cleaned and open; ``every[r,d]`` = 1 where all are cleaned:

    ``taken[r,d]``: taken[r,d] >= sum_p cleaned[p,r,d] - M every[r,d], and taken[r,d] >= beds every[r,d].
    """
    taken = model.model.add_columns("taken", len(cells), upper=beds[cells].astype(float))
    every = model.model.add_columns("every", len(cells), upper=1.0, integer=True)
    row_of = np.full(len(beds), -1)
    row_of[cells] = model.model.add_rows("taken", len(cells), upper=0.0)
    mine = row_of[of] >= 0
    model.model.add_entries(row_of[of[mine]], cleaned[mine])
    most = np.bincount(of, minlength=len(beds))[cells]
    for rows, size in (
        (row_of[cells], -1.0 * most),
        (model.model.add_rows("every", len(cells), upper=0.0), beds[cells]),
    ):
        model.model.add_entries(rows, taken, -1.0)
        model.model.add_entries(rows, every, 1.0 * size)
    return taken


def _free_beds(model: HospitalColumns, beds: IntArray, place: IntArray, column: IntArray) -> IntArray:
    """With ``full[r,d]`` = 1 where people may be more than beds, columns ``free[r,d]`` of at most the beds left:

    ``free[r,d]``: free[r,d] + sum of presences <= beds + M full[r,d], and free[r,d] <= beds (1 - full[r,d]).
    """
    most = np.bincount(place, minlength=len(beds))
    free = model.model.add_columns("free", len(beds), upper=beds.astype(float))
    full = model.model.add_columns("full", len(beds), upper=1.0, integer=True)
    rows = model.model.add_rows("free", len(beds), upper=beds)
    model.model.add_entries(rows, free)
    model.model.add_entries(rows[place], column)
    model.model.add_entries(rows, full, -1.0 * most)
    none = model.model.add_rows("full", len(beds), upper=beds)
    model.model.add_entries(none, free)
    model.model.add_entries(none, full, 1.0 * beds)
    return free
