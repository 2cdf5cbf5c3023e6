"""Hospitals, made up: bays and side rooms, theatre lists, planned and unplanned patients, and rostered nurses.

What is realistic: wards of two dozen beds in bays for one gender at a time and side rooms; weekday theatre lists and
a surgeon on call every day; planned surgery with priorities and due dates beside emergencies that come when they
come; a few people who must lie alone; patients who would rather lie on the ward of their specialty; a hospital that
is three quarters full when the plan begins; and nurses whose shifts are settled, by skill.

While it is made, every patient is also placed. Who finds a place keeps his or her claim to one; who does not becomes
a patient who may be refused. So a plan without breach exists, and :func:`hospital_with_plan` gives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.formats.base import get_format
from optimise.hospital.beds import ANY_GENDER, SAME_GENDER, BedProblem, Patients, Rooms, RoomWish
from optimise.hospital.problem import HospitalPlan, HospitalProblem, Nursing, RuleSetting, Theatres

__all__ = ["hospital", "hospital_with_plan", "write_hospital"]

Any_ = TypeVar("Any_")

_AGES = ("16-39", "40-64", "65-79", "80+")
_SHIFTS = ("early", "late", "night")
#: Specialty: whether it operates, shortest and longest stay in days, shortest and longest surgery in minutes.
_SPECIALTIES = {
    "general surgery": (True, 1, 6, 45, 180),
    "orthopaedics": (True, 2, 8, 60, 200),
    "urology": (True, 1, 4, 30, 120),
    "acute medicine": (False, 1, 7, 0, 0),
    "care of the elderly": (False, 3, 12, 0, 0),
}
_HARD = (
    "RoomGenderMix",
    "PatientRoomCompatibility",
    "SurgeonOvertime",
    "OperatingTheaterOvertime",
    "MandatoryUnscheduledPatients",
    "AdmissionDay",
    "RoomCapacity",
    "NursePresence",
    "UncoveredRoom",
    "RoomIsolation",
)
_SOFT = {
    "RoomAgeMix": 1,
    "RoomSkillLevel": 2,
    "ContinuityOfCare": 1,
    "ExcessiveNurseWorkload": 5,
    "OpenOperatingTheater": 20,
    "SurgeonTransfer": 5,
    "PatientDelay": 5,
    "ElectiveUnscheduledPatients": 150,
    "Outlying": 4,
}


@dataclass
class _Person:
    """One patient while the hospital is made; the fields of :class:`Patients` by name."""

    name: str
    specialty: int
    gender: int
    age: int
    release: int
    due: int
    stay: int
    mandatory: bool
    home: int = -1
    priority: int = 1
    isolation: int = 0
    surgeon: int = -1
    duration: int = 0
    day: int = -1
    room: int = -1
    theatre: int = -1


def hospital(patients: int = 120, days: int = 14, seed: int = 1, *, name: str | None = None) -> HospitalProblem:
    """Make a hospital.

    Parameters
    ----------
    patients : int
        Patients to admit or refuse, 5 to 20000; beds, theatres, surgeons and nurses grow with them.
    days : int
        Length of the plan, 3 to 90.
    seed : int
        The same seed gives the same hospital on every machine.

    Raises
    ------
    InputError
        If a size is out of range.
    """
    return hospital_with_plan(patients, days, seed, name=name)[0]


def hospital_with_plan(
    patients: int = 120, days: int = 14, seed: int = 1, *, name: str | None = None
) -> tuple[HospitalProblem, HospitalPlan]:
    """Make a hospital and a plan for it that breaks no hard rule (not a good one: first come, first served)."""
    if not 5 <= patients <= 20_000:
        raise InputError(f"a hospital of {patients} patients cannot be made; 5 to 20000", item="patients")
    if not 3 <= days <= 90:
        raise InputError(f"a plan of {days} days cannot be made; 3 to 90", item="days")
    return _Maker(patients, days, seed).made(name or f"Made hospital of {patients} patients, seed {seed}")


def write_hospital(path: Path, *, patients: int = 120, days: int = 14, seed: int = 1) -> list[Path]:
    """Make a hospital and write it in the native hospital format."""
    write = getattr(get_format("hospital"), "write")  # noqa: B009  (formats may have no writer of instances)
    written: list[Path] = write(hospital(patients, days, seed), Path(path))
    return written


class _Maker:
    """Keeps the random numbers, what is built, and what is still free while patients are placed."""

    def __init__(self, patients: int, days: int, seed: int) -> None:
        self.random = Random(f"wardwise hospital {patients} {days} {seed}")
        self.days = days
        stays = [(low + high) / 2 for _, low, high, _, _ in _SPECIALTIES.values()]
        beds = max(8, round(patients * sum(stays) / len(stays) / days / 0.8))
        self.build_rooms(beds)
        self.build_theatres(patients)
        shape = len(self.sizes), days
        self.free = np.repeat(np.array(self.sizes)[:, None], days, axis=1)
        self.gender = np.full(shape, -1)  # of those in the room that day
        self.alone = np.zeros(shape, dtype=np.int64)  # isolation of those in the room that day
        self.people = [*self.inpatients(), *self.arrivals(patients)]
        for group, who in enumerate((q for q in self.people if q.isolation), 1):
            who.isolation = group

    # `random()` is the one stream that Python promises to keep, so all choices are made from it
    def pick(self, options: Sequence[Any_]) -> Any_:
        return options[int(self.random.random() * len(options))]

    def whole(self, low: int, high: int) -> int:
        return low + int(self.random.random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # ---- the building ----------------------------------------------------------------------------------------
    def build_rooms(self, beds: int) -> None:
        pattern = (6, 4, 1, 6, 1, 4, 2) if beds >= 20 else (4, 1, 2, 1)
        self.sizes: list[int] = []
        while sum(self.sizes) < beds:
            self.sizes.append(min(pattern[len(self.sizes) % len(pattern)], beds - sum(self.sizes)))
        names = list(_SPECIALTIES)
        wards = max(1, round(beds / 24))
        per = -(-len(self.sizes) // wards)
        self.ward = [r // per for r in range(len(self.sizes))]
        # a small hospital has mixed wards; the specialties of a ward are those who are at home there
        self.at_home = [
            {names.index(s) for i, s in enumerate(names) if i % max(self.ward[-1] + 1, 1) == w % len(names)} or {w % 5}
            for w in range(self.ward[-1] + 1)
        ]

    def build_theatres(self, patients: int) -> None:
        weeks = max(1.0, self.days / 7)
        lists = max(2, round(0.6 * patients * 110 / 420 / weeks))  # surgery of a week in lists of seven hours
        count = max(1, -(-lists // 5))
        self.theatre_minutes = np.zeros((count, self.days), dtype=np.int64)
        for d in range(self.days):
            self.theatre_minutes[: count if d % 7 < 5 else 1, d] = 480 if d % 7 < 5 else 300
        self.surgeons: list[int] = []  # specialty of each; the last of each specialty is on call every day
        rows: list[list[int]] = []
        surgical = [i for i, (operates, *_) in enumerate(_SPECIALTIES.values()) if operates]
        for specialty in surgical:
            for _ in range(max(1, round(lists / len(surgical) / 2))):
                first = self.whole(0, 4)
                own = {first, (first + self.whole(1, 3)) % 5}
                self.surgeons.append(specialty)
                rows.append([420 if d % 7 in own else 0 for d in range(self.days)])
            self.surgeons.append(specialty)
            rows.append([240] * self.days)
        self.surgeon_minutes = np.array(rows, dtype=np.int64)
        self.theatre_left, self.surgeon_left = self.theatre_minutes.copy(), self.surgeon_minutes.copy()

    # ---- people ----------------------------------------------------------------------------------------------
    def person(self, name: str, specialty: int) -> _Person:
        _, low, high, _, _ = list(_SPECIALTIES.values())[specialty]
        old = specialty == 4
        age = self.pick((2, 3, 3)) if old else self.pick((0, 0, 1, 1, 1, 2, 2, 3))
        stay = min(self.whole(low, high), self.whole(low, high) + 1)
        return _Person(name, specialty, self.whole(0, 1), age, 0, 0, stay, mandatory=True)

    def inpatients(self) -> list[_Person]:
        made: list[_Person] = []
        for i in range(round(0.75 * sum(self.sizes))):
            who = self.person(f"I{i + 1:04d}", self.whole(0, 4))
            who.stay = max(1, self.whole(1, who.stay))
            for _ in range(5):  # a place at home if one is found soon
                if self.placed(who, [0]):
                    who.home = who.room
                    made.append(who)
                    break
                who.gender = 1 - who.gender
        return made

    def arrivals(self, patients: int) -> list[_Person]:
        made: list[_Person] = []
        for i in range(patients):
            draw = self.random.random()
            planned = draw < 0.55
            specialty = self.whole(0, 2) if draw < 0.7 else self.whole(3, 4)
            who = self.person(f"P{i + 1:05d}", specialty)
            who.release = self.whole(0, self.days - 1)
            if specialty < 3:
                _, _, _, low, high = list(_SPECIALTIES.values())[specialty]
                who.duration = 15 * self.whole(low // 15, high // 15)
                mine = [k for k, s in enumerate(self.surgeons) if s == specialty]
                # a planned patient is on the list of a surgeon who still operates; the others go to the one on call
                due = [k for k in mine[:-1] if self.surgeon_left[k, who.release :].max() >= who.duration]
                who.surgeon = self.pick(due) if planned and due else mine[-1]
            if planned:
                who.mandatory = self.chance(0.4)
                who.due = min(self.days - 1, who.release + self.whole(3, 9)) if who.mandatory else self.days - 1
                who.priority = self.pick((1, 1, 2, 3))
            else:
                who.due = min(self.days - 1, who.release + (1 if specialty < 3 else 0))
                who.isolation = i + 1 if self.chance(0.05) else 0
            if not self.placed(who, range(who.release, who.due + 1)):
                # nobody can promise a bed that is not there
                who.mandatory, who.isolation, who.due = False, 0, self.days - 1
                self.placed(who, range(who.release, self.days))
            made.append(who)
        return made

    def placed(self, who: _Person, days: Sequence[int]) -> bool:
        """Give the patient the first day, theatre and room that are free."""
        for day in days:
            theatre = self.theatre_for(who, day)
            if theatre is None:
                continue
            room = self.room_for(who, day)
            if room is None:
                continue
            until = min(self.days, day + who.stay)
            self.free[room, day:until] -= 1
            self.gender[room, day:until] = who.gender
            self.alone[room, day:until] = who.isolation
            if who.surgeon >= 0:
                self.surgeon_left[who.surgeon, day] -= who.duration
                self.theatre_left[theatre, day] -= who.duration
                who.theatre = theatre
            who.day, who.room = day, room
            return True
        return False

    def theatre_for(self, who: _Person, day: int) -> int | None:
        if who.surgeon < 0:
            return -1
        if self.surgeon_left[who.surgeon, day] < who.duration:
            return None
        fits = np.flatnonzero(self.theatre_left[:, day] >= who.duration)
        return int(fits[0]) if fits.size else None

    def room_for(self, who: _Person, day: int) -> int | None:
        until = min(self.days, day + who.stay)
        gender, alone = self.gender[:, day:until], self.alone[:, day:until]
        empty = self.free[:, day:until] == np.array(self.sizes)[:, None]
        fits = (self.free[:, day:until] > 0) & (empty | ((gender == who.gender) & (alone == who.isolation)))
        if who.isolation:
            fits &= (np.array(self.sizes) == 1)[:, None]
        rooms = [int(r) for r in np.flatnonzero(fits.all(axis=1))]
        home = [r for r in rooms if who.specialty in self.at_home[self.ward[r]]]
        # bays that already hold somebody come first, so that empty ones stay open to either gender
        best = sorted(home or rooms, key=lambda r: (-int((~empty[r]).sum()), r))
        return best[0] if best else None

    # ---- the problem -----------------------------------------------------------------------------------------
    def made(self, name: str) -> tuple[HospitalProblem, HospitalPlan]:
        people = self.people
        days, longest = self.days, max(q.stay for q in people)
        single = np.array(self.sizes) == 1

        def column(field: str) -> IntArray:
            return np.array([getattr(q, field) for q in people])

        rooms = Rooms(
            ids=tuple(f"{'Bay' if size > 1 else 'Side room'} {r + 1}" for r, size in enumerate(self.sizes)),
            beds=np.repeat(np.array(self.sizes)[:, None], days, axis=1),
            policy=np.where(single, ANY_GENDER, SAME_GENDER),
            wards=tuple(f"Ward {w + 1}" for w in range(len(self.at_home))),
            ward=np.array(self.ward),
        )
        patients = Patients(
            ids=tuple(q.name for q in people),
            gender=column("gender"),
            age_group=column("age"),
            release=column("release"),
            due=np.where(column("home") >= 0, 0, column("due")),
            stay=column("stay"),
            mandatory=column("mandatory"),
            home=column("home"),
            forbidden=(column("isolation") > 0)[:, None] & ~single[None, :],
            refusal_factor=column("priority"),
            isolation=column("isolation"),
        )
        strange = np.array([[int(s not in self.at_home[w]) for w in self.ward] for s in range(len(_SPECIALTIES))])
        nights = np.arange(min(days, longest))[None, :]
        row = np.where(nights < column("stay")[:, None], column("specialty")[:, None], -1)
        wish = RoomWish("Outlying", "is not on a ward of the patient's specialty", strange, row)
        beds = BedProblem(days, rooms, patients, ("F", "M"), _AGES, (wish,))
        count = len(self.theatre_minutes)
        theatres = Theatres(
            ids=tuple(f"Theatre {t + 1}" for t in range(count)),
            surgeon_ids=tuple(f"Surgeon {k + 1}" for k in range(len(self.surgeons))),
            minutes=self.theatre_minutes,
            surgeon_minutes=self.surgeon_minutes,
            surgeon=column("surgeon"),
            duration=column("duration"),
        )
        nursing = self.nursing(min(days, longest))
        rules = (*(RuleSetting(r) for r in _HARD), *(RuleSetting(r, w) for r, w in _SOFT.items()))
        problem = HospitalProblem(name, "hospital", beds, (*rules, RuleSetting("Transfer")), theatres, nursing)
        return problem, self.plan(nursing)

    def nursing(self, longest: int) -> Nursing:
        """Nurses with settled shifts, enough of them for the beds, and the care that each patient needs."""
        beds, slots = sum(self.sizes), self.days * len(_SHIFTS)
        wanted = [max(2, round(beds / k)) for k in (5, 6, 9)]
        count = round(sum(wanted) * 7 / 5 * 1.1) + 1
        skill = [2 if self.chance(0.25) else 1 if self.chance(0.6) else 0 for _ in range(count)]
        load = np.full((count, slots), -1)
        worked = [0] * count
        for d in range(self.days):
            for k, number in enumerate(wanted):
                # not twice a day, not after a night; who worked least goes first
                free = [
                    n
                    for n in range(count)
                    if (load[n, 3 * d : 3 * d + k] < 0).all() and (k == 2 or d == 0 or load[n, 3 * d - 1] < 0)
                ]
                for n in sorted(free, key=lambda n: (worked[n], self.random.random()))[:number]:
                    load[n, 3 * d + k] = self.whole(10, 14)
                    worked[n] += 1
        work = np.zeros((len(self.people), longest * 3), dtype=np.int64)
        need = np.zeros_like(work)
        for i, who in enumerate(self.people):
            heavy = self.whole(1, 2) + (who.age >= 2)
            for t in range(min(who.stay, longest)):
                first = who.surgeon >= 0 and t == 0
                for k in range(3):
                    work[i, 3 * t + k] = max(1, heavy + first - (k == 2))
                    need[i, 3 * t + k] = 2 if first and self.chance(0.3) else int(self.chance(0.4))
        ids = tuple(f"Nurse {n + 1}" for n in range(count))
        return Nursing(_SHIFTS, ids, np.array(skill), load, work, need)

    def plan(self, nursing: Nursing) -> HospitalPlan:
        """Where and when everybody was placed; rooms go round among the nurses on duty."""
        people, days = self.people, self.days
        room = np.full((len(people), days), -1)
        for i, who in enumerate(people):
            if who.day >= 0:
                room[i, who.day : who.day + who.stay] = who.room
        nurse = np.full((len(self.sizes), days * len(_SHIFTS)), -1)
        for s in range(nurse.shape[1]):
            on = np.flatnonzero(nursing.on_duty[:, s])
            nurse[:, s] = on[np.arange(len(self.sizes)) % len(on)]
        return HospitalPlan(np.array([q.day for q in people]), room, np.array([q.theatre for q in people]), nurse)
