"""What follows from a hospital plan: who lies where each day, loads and counts, as arrays shared by all rules."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.hospital.context import HospitalContext, HospitalPlan

__all__ = ["HospitalState"]


class HospitalState:
    """Derived view of one plan.

    Attributes
    ----------
    person, day, room : int arrays (person-days,)
        One entry for each person and day in hospital, ordered by person and day.
    night : int array (person-days,)
        Day of the stay, counted from admission.
    """

    def __init__(self, problem: HospitalContext, plan: HospitalPlan) -> None:
        self.problem, self.plan = problem, plan
        check_plan(problem, plan)
        self.person, self.day = np.nonzero(plan.room >= 0)
        self.room = plan.room[self.person, self.day].astype(np.int64)
        self.night = self.day - plan.admission[self.person]

    @cached_property
    def admitted(self) -> IntArray:
        """Bool (patients,)."""
        made: IntArray = self.plan.admission >= 0
        return made

    def tally(self, values: IntArray, groups: int) -> IntArray:
        """Count people by (room, day, value of the person); ``values`` has one entry a patient.

        Parameters
        ----------
        values : int array
            Shape (patients,), from 0 to ``groups - 1``.
        groups : int
            Number of values.

        Returns
        -------
        int array
            Shape (rooms, days, groups), people.
        """
        rooms, days = self.problem.rooms.beds.shape
        flat = (self.room * days + self.day) * groups + values[self.person]
        return np.bincount(flat, minlength=rooms * days * groups).reshape(rooms, days, groups)

    @cached_property
    def count(self) -> IntArray:
        """People by (room, day)."""
        return self.tally(np.zeros(len(self.problem.patients), dtype=np.int64), 1)[:, :, 0]

    @cached_property
    def by_gender(self) -> IntArray:
        """People by (room, day, gender)."""
        return self.tally(self.problem.patients.gender, 2)

    # -- nursing: one entry a person and shift ---------------------------------------------------------------
    @cached_property
    def shift_person(self) -> IntArray:
        return np.repeat(self.person, self.problem.shifts)

    @cached_property
    def shift_room(self) -> IntArray:
        return np.repeat(self.room, self.problem.shifts)

    @cached_property
    def shift(self) -> IntArray:
        """Global shift index of each person-shift."""
        k = self.problem.shifts
        made: IntArray = np.repeat(self.day * k, k) + np.tile(np.arange(k), len(self.day))
        return made

    @cached_property
    def shift_of_stay(self) -> IntArray:
        """Shift counted from admission of each person-shift."""
        k = self.problem.shifts
        made: IntArray = np.repeat(self.night * k, k) + np.tile(np.arange(k), len(self.day))
        return made

    @cached_property
    def shift_nurse(self) -> IntArray:
        """Nurse of each person-shift, -1 for none."""
        return self.plan.nurse[self.shift_room, self.shift].astype(np.int64)

    @cached_property
    def nurse_load(self) -> IntArray:
        """Workload by (nurse, global shift)."""
        nursing = self.problem.nursing
        assert nursing is not None
        load = np.zeros(nursing.max_load.shape, dtype=np.int64)
        seen = self.shift_nurse >= 0
        work = nursing.workload[self.shift_person, self.shift_of_stay]
        np.add.at(load, (self.shift_nurse[seen], self.shift[seen]), work[seen])
        return load


def check_plan(problem: HospitalContext, plan: HospitalPlan) -> None:
    """Raise :class:`InputError` unless the plan is one of this problem: right shapes, whole stays."""
    people, (rooms, days) = problem.patients, problem.rooms.beds.shape
    shapes = {
        "admission": (len(people),),
        "room": (len(people), days),
        "theatre": (len(people),),
        "nurse": (rooms, days * problem.shifts),
    }
    for name, shape in shapes.items():
        if getattr(plan, name).shape != shape:
            raise InputError(f"has shape {getattr(plan, name).shape}, expected {shape}", item=f"plan.{name}")
    nurses = 0 if problem.nursing is None else len(problem.nursing.ids)
    theatres = 0 if problem.theatres is None else len(problem.theatres.ids)
    for name, top in (("admission", days), ("room", rooms), ("theatre", theatres), ("nurse", nurses)):
        array = getattr(plan, name)
        if array.size and (int(array.min()) < -1 or int(array.max()) >= top):
            raise InputError(f"has an entry outside -1 .. {top - 1}", item=f"plan.{name}")
    when = np.arange(days)[None, :]
    start = plan.admission[:, None]
    expected = (start >= 0) & (when >= start) & (when < start + people.stay[:, None])
    wrong = np.flatnonzero((expected != (plan.room >= 0)).any(axis=1))
    if wrong.size:
        raise InputError("needs a room on every day of the stay and on no other", item=people.ids[wrong[0]])
    early = np.flatnonzero(people.inpatient & (plan.admission != 0))
    if early.size:
        raise InputError("is in hospital already: admission day 0", item=people.ids[early[0]])
    if problem.theatres is not None:
        operated = (problem.theatres.surgeon >= 0) & (plan.admission >= 0)
    else:
        operated = np.zeros(len(people), dtype=np.bool_)
    wrong = np.flatnonzero(operated != (plan.theatre >= 0))
    if wrong.size:
        text = "needs an operating theatre" if operated[wrong[0]] else "must not have an operating theatre"
        raise InputError(text, item=people.ids[wrong[0]])
    if plan.bed is not None:
        if plan.bed.shape != plan.room.shape:
            raise InputError(f"has shape {plan.bed.shape}, expected {plan.room.shape}", item="plan.bed")
        if ((plan.bed >= 0) != (plan.room >= 0)).any():
            raise InputError("needs a bed wherever there is a room", item="plan.bed")
