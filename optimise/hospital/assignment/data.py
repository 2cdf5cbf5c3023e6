"""One ward whose admissions, discharges and nurses' roster are fixed: who lies in which room, and who cares for whom.

The integrated patient-to-room and nurse-to-patient assignment problem (IPRNPA). Days and shifts are 0-based; a day has
three shifts, early, late and night, so shift ``s`` belongs to day ``s // 3``. Stays are whole days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray, assign, frozen, unique
from optimise.core.brief import brief
from optimise.core.errors import InputError

__all__ = ["NIGHT", "SHIFTS", "AssignmentData", "AssignmentPlan", "Bays", "Carers", "StayArrays"]

#: Shifts of a day, and which of them is the night.
SHIFTS, NIGHT = 3, 2


@dataclass(frozen=True, slots=True)
class Prices:
    """Cost of one unit of each rule; those of the published values where nothing is said.

    Attributes
    ----------
    transfer : float
        A day in another room than the day before.
    age_mix : float
        A step between the youngest and the oldest age group in a room, a day.
    gender_mix : float
        A room and day with both sexes.
    equipment : float
        A patient and day in a room that lacks something needed.
    continuity : float
        A nurse who cares for a patient during the stay.
    skill : float
        A patient and early or late shift with a nurse of too low a level.
    overload : float
        Work beyond the most that a nurse should have in a shift.
    fair_horizon : float
        Difference between two nurses' shares of work, added up over their shifts.
    fair_shift : float
        Difference between the shares of two nurses on duty in a shift.
    nurses_per_room : float
        A nurse who cares for somebody in a room, a shift.
    walking : float
        A metre of walking.
    """

    transfer: float = 11.0
    age_mix: float = 1.0
    gender_mix: float = 5.0
    equipment: float = 5.0
    continuity: float = 1.0
    skill: float = 5.0
    overload: float = 5.0
    fair_horizon: float = 5.0
    fair_shift: float = 5.0
    nurses_per_room: float = 2.0
    walking: float = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Bays:
    """Rooms of the ward.

    Attributes
    ----------
    ids : tuple of str
    beds : int array (rooms,)
    equipment : tuple of str
        Names of what rooms may have.
    has : bool array (rooms, equipment)
    distance : float array (rooms, rooms)
        Metres from one to the other; need not be symmetric.
    station : float array (rooms,)
        Metres from the nurses' station.
    """

    ids: tuple[str, ...]
    beds: IntArray
    equipment: tuple[str, ...]
    has: IntArray
    distance: IntArray
    station: IntArray

    def __post_init__(self) -> None:
        unique(self.ids, "room")
        rooms = len(self.ids)
        if not rooms:
            raise InputError("there is no room", item="rooms")
        assign(self, beds=frozen(self.beds, np.int64, (rooms,), "rooms.beds"))
        assign(self, has=frozen(self.has, np.bool_, (rooms, len(self.equipment)), "rooms.has"))
        assign(self, distance=frozen(self.distance, np.float64, (rooms, rooms), "rooms.distance"))
        assign(self, station=frozen(self.station, np.float64, (rooms,), "rooms.station"))


@dataclass(frozen=True, slots=True, eq=False)
class StayArrays:
    """Patients, present from the first to the last day, both included.

    Attributes
    ----------
    ids : tuple of str
    gender, age_group : int array (patients,)
    first, last : int array (patients,)
        Days.
    work, skill : int array (patients, shifts)
        Work, and the level that the nurse should have; 0 outside the stay.
    needs : bool array (patients, days, equipment)
    """

    ids: tuple[str, ...]
    gender: IntArray
    age_group: IntArray
    first: IntArray
    last: IntArray
    work: IntArray
    skill: IntArray
    needs: IntArray

    def __post_init__(self) -> None:
        unique(self.ids, "patient")
        count = len(self.ids)
        for name in ("gender", "age_group", "first", "last"):
            assign(self, **{name: frozen(getattr(self, name), np.int64, (count,), f"patients.{name}")})
        shape = (count, np.asarray(self.work).shape[-1])
        for name in ("work", "skill"):
            assign(self, **{name: frozen(getattr(self, name), np.int64, shape, f"patients.{name}")})
        assign(self, needs=frozen(self.needs, np.bool_, np.asarray(self.needs).shape, "patients.needs"))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def here(self) -> IntArray:
        """Whether each patient is there: bool array (patients, days)."""
        day = np.arange(self.work.shape[1] // SHIFTS)[None, :]
        made: IntArray = (day >= self.first[:, None]) & (day <= self.last[:, None])
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Carers:
    """Nurses and their fixed roster.

    Attributes
    ----------
    ids : tuple of str
    skill : int array (nurses,)
        Level; higher is better.
    limit : float array (nurses, shifts)
        Most work in a shift; 0 off duty.
    """

    ids: tuple[str, ...]
    skill: IntArray
    limit: IntArray

    def __post_init__(self) -> None:
        unique(self.ids, "nurse")
        assign(self, skill=frozen(self.skill, np.int64, (len(self.ids),), "nurses.skill"))
        shape = (len(self.ids), np.asarray(self.limit).shape[-1])
        assign(self, limit=frozen(self.limit, np.float64, shape, "nurses.limit"))

    @property
    def duty(self) -> IntArray:
        """Who works when: bool array (nurses, shifts)."""
        made: IntArray = self.limit > 0
        return made


@brief
@dataclass(frozen=True, slots=True, eq=False)
class AssignmentPlan:
    """Room and nurse of everybody, -1 where there is none.

    Attributes
    ----------
    room, nurse : int array (patients, shifts)
        Positions of room and nurse. A sound plan has one room a day.
    unknown, absent, doubled : int
        Entries of a file that name nobody known, somebody who is not there, or somebody already placed. They are
        counted and have no other effect.
    """

    room: IntArray
    nurse: IntArray
    unknown: int = 0
    absent: int = 0
    doubled: int = 0

    def __post_init__(self) -> None:
        shape = np.asarray(self.room).shape
        assign(self, room=frozen(self.room, np.int32, shape, "plan.room"))
        assign(self, nurse=frozen(self.nurse, np.int32, shape, "plan.nurse"))

    @property
    def kind(self) -> str:
        return "assignment"

    def same_as(self, other: AssignmentPlan) -> bool:
        """Whether both plans decide the same.

        Parameters
        ----------
        other : AssignmentPlan
            A plan of the same problem.

        Returns
        -------
        bool
            True where all rooms and nurses agree.
        """
        return np.array_equal(self.room, other.room) and np.array_equal(self.nurse, other.nurse)


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentData:
    """The data of one ward, checked; what evaluation and search may see.

    Attributes
    ----------
    name : str
    rooms : Bays
    patients : Stays
    nurses : Carers
    circle, star : float array (shifts,)
        Weight of walking between rooms, and from the station to them.
    prices : Prices
    """

    name: str
    rooms: Bays
    patients: StayArrays
    nurses: Carers
    circle: IntArray
    star: IntArray
    prices: Prices = Prices()
    family: str = "iprnpa"
    genders: tuple[str, str] = ("F", "M")

    @property
    def kind(self) -> str:
        return "assignment"

    @property
    def shifts(self) -> int:
        """Number of shifts."""
        return int(self.nurses.limit.shape[1])

    @property
    def days(self) -> int:
        """Number of days."""
        return self.shifts // SHIFTS

    def __post_init__(self) -> None:
        people, shifts = self.patients, self.shifts
        if not len(people):
            raise InputError("there is no patient", item="patients")
        if not shifts or shifts % SHIFTS:
            raise InputError(f"there are {shifts} shifts, expected three a day", item="shifts")
        if people.work.shape != (len(people), shifts):
            raise InputError(f"work is given for {people.work.shape[1]} of {shifts} shifts", item="patients")
        if people.needs.shape != (len(people), self.days, len(self.rooms.equipment)):
            raise InputError("needs do not match the days and the equipment", item="patients")
        for p in np.flatnonzero((people.first < 0) | (people.first > people.last) | (people.last >= self.days)):
            text = f"is there from day {people.first[p] + 1} to {people.last[p] + 1}; days run from 1 to {self.days}"
            raise InputError(text, item=f"patient {people.ids[p]}")
        for name in ("circle", "star"):
            assign(self, **{name: frozen(getattr(self, name), np.float64, (shifts,), name)})
        if self.nurses.limit.size and not self.nurses.limit.min() >= 0:
            raise InputError("a load limit is below 0", item="nurses")
