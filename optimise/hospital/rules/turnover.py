"""Half-days: at noon a bed holds one person, though it may serve one before and another after."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import ARRIVES_EARLY, LEAVES_LATE, Patients
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule, plural
from optimise.hospital.rules.state import HospitalState

__all__ = ["BedTurnover", "at_noon", "late_arrivals", "late_leavers"]


def at_noon(people: Patients, admission: IntArray, room: IntArray, rooms: int) -> IntArray:
    """People by (room, day) at noon.

    Parameters
    ----------
    people : Patients
        With :attr:`~optimise.hospital.beds.Patients.noon`.
    admission : int array (patients,)
        Day of admission, -1 for nobody.
    room : int array (patients, days)
        Where each lies, -1 where away.
    rooms : int

    Returns
    -------
    int array (rooms, days)
        Those who lie there in the night to come and have come by noon, and those of the night before who leave later.
    """
    late, days = late_leavers(people), room.shape[1]
    person, day = np.nonzero(room >= 0)
    night, where = day - admission[person], room[person, day].astype(np.int64)
    here = ~((night == 0) & late_arrivals(people)[person])
    made = np.bincount((where * days + day)[here], minlength=rooms * days)
    last = late[person] & (night == people.stay[person] - 1) & (day + 1 < days)
    made += np.bincount((where * days + day + 1)[last], minlength=rooms * days)
    table: IntArray = made.reshape(rooms, days)
    table[:, 0] += _leave_today(people, rooms)
    return table


class BedTurnover(HospitalRule):
    """By (room, day): people at noon beyond the open beds.

    At noon a room holds those who lie there in the night to come, without those who arrive after noon, and those who
    lay there in the night before and leave after noon. A move takes place before noon.
    """

    name = "BedTurnover"
    text = "a bed is left before noon where somebody arrives in the morning"
    unit = "people"
    engines = frozenset({Engine.JOINT})
    relaxation = 12

    def applies(self, problem: HospitalContext) -> bool:
        return problem.patients.noon is not None

    def breaches(self, state: HospitalState) -> Breaches:
        problem, people, beds = state.problem, state.problem.patients, state.problem.rooms.beds
        noon = at_noon(people, state.plan.admission, state.plan.room, len(beds))

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            room, has = problem.rooms.ids[r], plural(int(beds[r, d]), "bed")
            return Breach((room,), (d,), f"room {room} holds {int(noon[r, d])} people in {has} at noon of day {d}")

        return Breaches.positive(noon - beds, tell)

    def add(self, model: HospitalColumns) -> None:
        """``BedTurnover[r,d]``: presences without those who arrive after noon on the day, and presences in the last
        night of a stay, the night before, of those who leave after noon, <= beds (+ excess)."""
        here, people, (count, days) = model.presence, model.problem.patients, model.problem.rooms.beds.shape
        there = ~((here.night == 0) & late_arrivals(people)[here.person])
        last = late_leavers(people)[here.person] & (here.night == people.stay[here.person] - 1) & (here.day + 1 < days)
        column = np.concatenate([here.column[there], here.column[last]])
        spot = np.concatenate([(here.room * days + here.day)[there], (here.room * days + here.day + 1)[last]])
        limit = model.problem.rooms.beds.copy()
        limit[:, 0] -= _leave_today(people, count)
        who = np.concatenate([here.person[there], here.person[last]])
        possible = np.bincount(np.unique(spot * len(people) + who) // max(1, len(people)), minlength=count * days)
        tight = np.flatnonzero(possible > limit.reshape(-1))
        names = model.problem.rooms.ids
        rows = model.model.add_rows(
            self.name,
            len(tight),
            upper=limit.reshape(-1)[tight],
            keys=lambda: [(names[k // days], int(k) % days) for k in tight],
        )
        row_of = np.full(count * days, -1)
        row_of[tight] = rows
        used = row_of[spot] >= 0
        model.model.add_entries(row_of[spot[used]], column[used])
        model.excess(self.name, rows)


def late_leavers(people: Patients) -> IntArray:
    """Bool (patients,): in bed still at noon of the day on which they leave."""
    assert people.noon is not None
    made: IntArray = (people.noon & LEAVES_LATE) > 0
    return made


def late_arrivals(people: Patients) -> IntArray:
    """Bool (patients,): not yet in bed at noon of the day on which they arrive."""
    assert people.noon is not None
    made: IntArray = ~people.inpatient & ((people.noon & ARRIVES_EARLY) == 0)
    return made


def _leave_today(people: Patients, rooms: int) -> IntArray:
    """By room, in-patients who leave after noon of the first day and stay no night."""
    leave = people.inpatient & (people.stay == 0) & late_leavers(people)
    return np.bincount(people.home[leave], minlength=rooms)
