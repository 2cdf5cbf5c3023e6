"""Admission scheduling day by day: what is known on a day as a problem of its own.

On day t the planner knows who has registered by then, and the past. The problem of that day begins on it: who lies in
hospital is an in-patient with the nights that are left, who has gone is gone, who is not admitted yet waits. It holds
nothing of later registrations, not even their number, so equal knowledge gives equal problems.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.admissions.data import AdmissionPlan, Needs, NightWish
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.beds import Patients, Rooms

__all__ = ["Stage", "stage"]


class Stage:
    """The problem of one day, and whom it is about.

    Attributes
    ----------
    problem : AdmissionProblem
        Days from this one on.
    who : int array (people,)
        Patients of the whole problem, in its order.
    day : int
        Day of the whole problem on which it begins.
    """

    def __init__(self, whole: AdmissionProblem, day: int, room: IntArray) -> None:
        self.day = day
        people, needs = whole.patients, whole.needs
        here = room[:, :day] >= 0
        begun: IntArray = np.asarray(here.any(axis=1))
        left = np.where(begun, people.stay - here.sum(axis=1), people.stay)
        self.who = np.flatnonzero((needs.registered <= day) & (left > 0))
        who, staying = self.who, begun[self.who]
        home = np.where(staying, room[who, day - 1] if day else -1, people.home[who])
        first = np.where(begun, here.argmax(axis=1) if day else 0, 0)[who]
        release = np.where(staying, 0, np.maximum(people.release[who] - day, 0))
        due = np.where(staying, 0, people.due[who] - day)
        ahead = np.where(staying, first + needs.offset[who] - day, needs.offset[who])
        minutes = np.where(ahead >= 0, needs.minutes[who], 0)
        self.problem = AdmissionProblem(
            name=f"{whole.name}, day {day}",
            rooms=_rooms(whole.rooms, day),
            patients=Patients(
                ids=tuple(people.ids[p] for p in who),
                gender=people.gender[who],
                age_group=people.age_group[who],
                release=release,
                due=due,
                stay=left[who],
                mandatory=people.mandatory[who],
                home=home,
                forbidden=people.forbidden[who],
            ),
            needs=Needs(
                specialty=needs.specialty[who],
                minutes=minutes,
                offset=np.maximum(ahead, 0),
                urgent=needs.urgent[who],
                longer=needs.longer[who],
                registered=np.zeros(len(who), dtype=np.int64),
            ),
            sessions=replace(
                whole.sessions,
                minutes=whole.sessions.minutes[:, day:],
                limit=whole.sessions.limit[:, day:],
                day_limit=whole.sessions.day_limit[day:],
            ),
            wishes=tuple(NightWish(w.rule, w.text, w.price, w.amount[who]) for w in whole.wishes),
            counted=max(0, whole.counted - day),
            prices=whole.prices,
            mixing=whole.mixing,
            idle_free=(0, 0),
            leaving=self._leaving(whole, day, room),
            title=whole.title,
            start=whole.start + timedelta(days=day),
            genders=whole.genders,
        )

    @staticmethod
    def _leaving(whole: AdmissionProblem, day: int, room: IntArray) -> IntArray:
        """People by room who have left it this morning and might have stayed."""
        made = np.zeros(len(whole.rooms.ids), dtype=np.int64)
        if day == 0:
            return made + whole.leaving
        nights = (room[:, :day] >= 0).sum(axis=1)
        gone = (room[:, day - 1] >= 0) & (nights == whole.patients.stay) & whole.needs.longer
        np.add.at(made, room[gone, day - 1], 1)
        return made

    def tonight(self, plan: AdmissionPlan, room: IntArray) -> None:
        """Enter the first night of a plan of this day into the rooms of the whole problem, shape (patients, days)."""
        room[self.who, self.day] = plan.room[:, 0]

    def rest(self, plan: AdmissionPlan, room: IntArray) -> None:
        """Enter all nights of a plan of this day."""
        room[self.who, self.day :] = plan.room

    def onward(self, before: Stage, plan: AdmissionPlan) -> AdmissionPlan | None:
        """A plan of the day before as a beginning of this day's; None where it says nothing."""
        known = {p: i for i, p in enumerate(before.who.tolist())}
        room = np.full((len(self.who), self.problem.days), -1)
        for i, p in enumerate(self.who.tolist()):
            if p in known:
                room[i] = plan.room[known[p], 1:]
        return AdmissionPlan(room) if (room >= 0).any() else None


def _rooms(rooms: Rooms, day: int) -> Rooms:
    return replace(rooms, beds=rooms.beds[:, day:])


def stage(whole: AdmissionProblem, day: int, room: IntArray) -> Stage | None:
    """The problem of a day after the nights before it are fixed.

    Parameters
    ----------
    whole : AdmissionProblem
        The problem in hindsight; only what is known on the day is read.
    day : int
        0-based.
    room : int array (patients, days)
        Rooms of the nights before; later nights are not read.

    Returns
    -------
    Stage or None
        None where nobody is known who still needs a bed.
    """
    known = whole.needs.registered <= day
    nights = (room[:, :day] >= 0).sum(axis=1)
    return Stage(whole, day, room) if (known & (nights < whole.patients.stay)).any() else None
