"""Half-days: at noon a bed holds one person, though it may serve one before and another after."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import ARRIVES_EARLY, LEAVES_LATE, Patients
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, HospitalRule, plural
from optimise.hospital.rules.state import HospitalState

__all__ = ["BedTurnover"]


class BedTurnover(HospitalRule):
    """By (room, day): people at noon beyond the open beds.

    At noon a room holds those who lie there in the night to come, without those who arrive after noon, and those who
    lay there in the night before and leave after noon. A move takes place before noon.
    """

    name = "BedTurnover"
    text = "a bed is left before noon where somebody arrives in the morning"
    unit = "people"
    relaxation = 12

    def applies(self, problem: HospitalContext) -> bool:
        return problem.patients.noon is not None

    def breaches(self, state: HospitalState) -> Breaches:
        problem, people, beds = state.problem, state.problem.patients, state.problem.rooms.beds
        late, early = _late_leavers(people), _late_arrivals(people)
        noon = state.count.copy()
        new = (state.night == 0) & early[state.person]
        np.subtract.at(noon, (state.room[new], state.day[new]), 1)
        last = late[state.person] & (state.night == people.stay[state.person] - 1) & (state.day + 1 < problem.days)
        np.add.at(noon, (state.room[last], state.day[last] + 1), 1)
        noon[:, 0] += _leave_today(people, len(beds))

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            room, has = problem.rooms.ids[r], plural(int(beds[r, d]), "bed")
            return Breach((room,), (d,), f"room {room} holds {int(noon[r, d])} people in {has} at noon of day {d}")

        return Breaches.positive(noon - beds, tell)

    def add(self, model: HospitalColumns) -> None:
        """``BedTurnover[r,d]``: presences without those who arrive after noon on the day, and presences in the last
        night of a stay, the night before, of those who leave after noon, <= beds (+ excess)."""
        here, people, (count, days) = model.presence, model.problem.patients, model.problem.rooms.beds.shape
        there = ~((here.night == 0) & _late_arrivals(people)[here.person])
        last = _late_leavers(people)[here.person] & (here.night == people.stay[here.person] - 1) & (here.day + 1 < days)
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


def _late_leavers(people: Patients) -> IntArray:
    """Bool (patients,): in bed still at noon of the day on which they leave."""
    assert people.noon is not None
    made: IntArray = (people.noon & LEAVES_LATE) > 0
    return made


def _late_arrivals(people: Patients) -> IntArray:
    """Bool (patients,): not yet in bed at noon of the day on which they arrive."""
    assert people.noon is not None
    made: IntArray = ~people.inpatient & ((people.noon & ARRIVES_EARLY) == 0)
    return made


def _leave_today(people: Patients, rooms: int) -> IntArray:
    """By room, in-patients who leave after noon of the first day and stay no night."""
    leave = people.inpatient & (people.stay == 0) & _late_leavers(people)
    return np.bincount(people.home[leave], minlength=rooms)
