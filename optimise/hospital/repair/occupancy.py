"""Who lies where on each night, which theatre and surgeon is busy how long, and what nurses carry, kept by increments.

A stay may lead through several rooms. Costs are ticks; :data:`~optimise.hospital.rules.arrays.BARRED` stands for what
a hard rule forbids.
"""

from __future__ import annotations

import copy

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.context import HospitalContext, HospitalPlan
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of, date_costs, dated_nights
from optimise.hospital.rules.cleaning import beds_in_cleaning

__all__ = ["Occupancy", "OccupancyTables"]


class OccupancyTables:
    """What does not change while one problem is repaired.

    Attributes
    ----------
    h : HospitalArrays
        Nights that cost by the day are in ``dated``.
    dated : int array (patients, days, rooms) or None
    group : int array (patients,)
        Isolation group, numbered from 0; 0 for none.
    full, mixed, isolated, unfit_day, overtime, theatre_overtime, missing, move : int
        Ticks of a person too many, a person of the rarer gender, a person outside the isolation group, an admission
        outside the window, a minute of a surgeon and of a theatre too many, a mandatory patient left out, and a move
        between rooms; BARRED where the rule is hard.
    refused, delayed : int
        Ticks of a refusal and of a day's delay, before the patient's factor; BARRED where hard.
    never : int array (patients,)
        Ticks of a promised admission that does not take place.
    theatre_change : int
        Ticks of another theatre than in the earlier plan.
    theatre_of, day_of : int arrays (patients,)
        Theatre and day of admission in the earlier plan, -1 for none.
    clean, apart, noon : int
        Ticks of a person in a bed that is being cleaned, a room beyond the first of an infection's contacts, and a
        person too many at noon; BARRED where hard.
    cleaned : bool
        Whether nobody may lie in a bed that is being cleaned, nor beyond the open beds.
    """

    def __init__(self, problem: HospitalContext) -> None:
        self.problem = problem
        self.h: HospitalArrays = arrays_of(problem, dated=False)
        self.dated = dated_nights(problem)
        isolation = problem.patients.isolation
        self.group: IntArray = np.searchsorted(np.unique(np.append(isolation, 0)), isolation)
        self.groups = int(self.group.max(initial=0)) + 1
        self.ages = int(self.h.age.max(initial=0)) + 1
        self.single: IntArray = problem.rooms.policy == SAME_GENDER
        self.full, self.mixed = self._price("RoomCapacity"), self._price("RoomGenderMix")
        self.isolated, self.move = self._price("RoomIsolation"), self._price("Transfer")
        self.clean, self.apart, self.noon = map(self._price, ("CleaningTime", "ContactsTogether", "BedTurnover"))
        self.cleaned = problem.patients.cleaning is not None and min(self.clean, self.full) >= BARRED
        self.unfit_day, self.missing = self._price("AdmissionDay"), self._price("MandatoryUnscheduledPatients")
        self.overtime, self.theatre_overtime = self._price("SurgeonOvertime"), self._price("OperatingTheaterOvertime")
        self.theatre_change = self._price("ChangedTheatre")
        self.refused, self.delayed = self._price("ElectiveUnscheduledPatients"), self._price("PatientDelay")
        self.never: IntArray = date_costs(problem)[:, -1]
        earlier = problem.earlier
        self.theatre_of = np.full(len(self.h.stay), -1) if earlier is None else earlier.theatre
        self.day_of = np.full(len(self.h.stay), -1) if earlier is None else earlier.admission

    def _price(self, rule: str) -> int:
        """Ticks of one unit of a rule, BARRED where it is hard, 0 where it is not in force."""
        weight = self.problem.weight(rule)
        return BARRED if weight is None else weight

    def nights(self, p: int, a: int) -> int:
        """Nights of a stay from day ``a`` within the horizon."""
        return int(min(self.h.stay[p], self.h.days - a))

    def refusal(self, p: int) -> int:
        """Ticks of leaving somebody out; BARRED where that is not allowed."""
        if self.h.home[p] >= 0:
            return BARRED
        if self.h.mandatory[p]:
            return min(BARRED, self.missing + int(self.never[p]))
        hard = self.refused >= BARRED and self.problem.patients.refusal_factor[p] > 0
        return BARRED if hard else min(BARRED, int(self.h.refusal[p]))


class Occupancy:
    """A plan in the making; nights of room -1 are nights at home.

    Attributes
    ----------
    admission, theatre : int arrays (patients,)
    room : int array (patients, days)
    sex : int array (rooms, days, 2)
        People by gender.
    alike : int array (rooms, days, groups)
        People by isolation group.
    aged : int array (rooms, days, age groups)
    busy : int array (surgeons, days)
    cut : int array (theatres, days)
        Minutes of surgery.
    visits : int array (surgeons, theatres, days)
        Operations.
    nurse : int array (rooms, days * shifts)
    load : int array (nurses, days * shifts)
    """

    def __init__(self, t: OccupancyTables, nurse: IntArray) -> None:
        h = t.h
        self.t = t
        rooms, days = h.beds.shape
        people, surgeons, theatres = len(h.stay), len(h.surgeon_minutes), len(h.minutes)
        self.admission, self.theatre = np.full(people, -1), np.full(people, -1)
        self.room = np.full((people, days), -1)
        self.sex = np.zeros((rooms, days, 2), dtype=np.int64)
        self.alike = np.zeros((rooms, days, t.groups), dtype=np.int64)
        self.aged = np.zeros((rooms, days, t.ages), dtype=np.int64)
        self.busy = np.zeros((surgeons, days), dtype=np.int64)
        self.cut = np.zeros((theatres, days), dtype=np.int64)
        self.visits = np.zeros((surgeons, theatres, days), dtype=np.int64)
        self.nurse = nurse.astype(np.int64)
        self.load = np.zeros((len(h.skill), days * h.shifts), dtype=np.int64)

    def copy(self) -> Occupancy:
        made = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                setattr(made, name, value.copy())
        return made

    def put(self, p: int, a: int, path: IntArray, theatre: int) -> None:
        """Admit ``p`` on day ``a``, to lie in ``path`` night by night."""
        self.admission[p], self.theatre[p] = a, theatre
        self.room[p, a : a + len(path)] = path
        self._count(p, a, path, theatre, 1)

    def take(self, p: int) -> None:
        """Take ``p`` out of the plan."""
        a, theatre = int(self.admission[p]), int(self.theatre[p])
        path = self.room[p, a : a + self.t.nights(p, a)].copy()
        self._count(p, a, path, theatre, -1)
        self.admission[p], self.theatre[p] = -1, -1
        self.room[p] = -1

    def _count(self, p: int, a: int, path: IntArray, theatre: int, sign: int) -> None:
        self.lie(p, a, path, sign)
        if theatre >= 0:
            k, minutes = int(self.t.h.surgeon[p]), sign * self.t.h.duration[p]
            self.busy[k, a] += minutes
            self.cut[theatre, a] += minutes
            self.visits[k, theatre, a] += sign

    def lie(self, p: int, first: int, path: IntArray, sign: int) -> None:
        """Count (sign 1) or discount (sign -1) nights of ``p``, who is admitted, in ``path`` from day ``first``."""
        h, days = self.t.h, first + np.arange(len(path))
        self.sex[path, days, h.gender[p]] += sign
        self.alike[path, days, self.t.group[p]] += sign
        self.aged[path, days, h.age[p]] += sign
        if h.shifts:
            shifts = (days[:, None] * h.shifts + np.arange(h.shifts)).reshape(-1)
            who = self.nurse[np.repeat(path, h.shifts), shifts]
            some = who >= 0
            begin = (first - int(self.admission[p])) * h.shifts
            work = h.workload[p, begin : begin + len(shifts)]
            self.load[who[some], shifts[some]] += sign * work[some]

    def staff(self, r: int, s: int, n: int) -> None:
        """Give room ``r`` to nurse ``n`` (-1: nobody) in shift ``s``."""
        h = self.t.h
        d = s // h.shifts
        here = np.flatnonzero(self.room[:, d] == r)
        work = int(h.workload[here, s - self.admission[here] * h.shifts].sum())
        old = int(self.nurse[r, s])
        if old >= 0:
            self.load[old, s] -= work
        if n >= 0:
            self.load[n, s] += work
        self.nurse[r, s] = n

    @property
    def count(self) -> IntArray:
        """People by (room, day)."""
        made: IntArray = self.sex.sum(axis=2)
        return made

    @property
    def beds(self) -> IntArray:
        """Beds by (room, day) in which somebody may lie: open, and not being cleaned where that is hard."""
        beds = self.t.h.beds
        if not self.t.cleaned:
            return beds
        people = self.t.problem.patients
        made: IntArray = np.maximum(0, beds - beds_in_cleaning(people, self.room, len(beds), self.homes))
        return made

    @property
    def homes(self) -> IntArray:
        """Where in-patients of the plan lie before the first day, -1 for those out of it for the moment."""
        people = self.t.problem.patients
        made: IntArray = np.where((self.admission < 0) & (people.stay > 0), -1, people.home)
        return made

    def blockers(self, p: int, r: int, d: int) -> tuple[IntArray, IntArray]:
        """Who hinders ``p`` from lying in room ``r`` on day ``d`` under hard rules: those who all must go, and those
        of whom one must go (empty where there is a bed)."""
        t, h = self.t, self.t.h
        here = np.flatnonzero(self.room[:, d] == r)
        must = np.zeros(len(here), dtype=np.bool_)
        if t.mixed >= BARRED and t.single[r]:
            must |= h.gender[here] != h.gender[p]
        if t.isolated >= BARRED:
            must |= t.group[here] != t.group[p]
        full = t.full >= BARRED and len(here) - int(must.sum()) >= self.beds[r, d]
        return here[must], here[~must] if full else here[:0]

    def plan(self) -> HospitalPlan:
        """The plan as it stands; rooms that nobody uses have no nurse unless the nurses were given so."""
        return HospitalPlan(self.admission, self.room, self.theatre, self.nurse)
