"""Who is admitted when, and lies where, in a hospital whose theatres work in sessions of specialties.

Days are 0-based nights. Everybody must be admitted, once, within a window; surgery takes place a fixed number of days
after admission. Elective surgery uses the sessions of the patient's specialty, urgent surgery only the day's total.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from optimise.core.arrays import IntArray, assign, frozen
from optimise.core.brief import brief
from optimise.core.errors import InputError
from optimise.hospital.beds import Patients, Rooms

__all__ = ["AdmissionData", "AdmissionPlan", "Needs", "NightWish", "Sessions"]


@dataclass(frozen=True, slots=True)
class Prices:
    """Cost of one unit of each rule; whole numbers.

    Attributes
    ----------
    mixing : int
        A room and night with both sexes where only one is wanted (or a person of the rarer sex).
    transfer : int
        A night in another room than the night before.
    delay : int
        A day between the wished day and admission.
    overstay : int
        A person beyond capacity if all who may stay a night longer did.
    overtime : int
        A minute of surgery beyond the sessions of a specialty and day, and again beyond those of the day.
    idle_theatre : int
        An unused minute of the sessions of a specialty and day.
    idle_bed : int
        An empty bed and night.
    """

    mixing: int = 50
    transfer: int = 100
    delay: int = 5
    overstay: int = 1
    overtime: int = 3
    idle_theatre: int = 10
    idle_bed: int = 20


@dataclass(frozen=True, slots=True, eq=False)
class NightWish:
    """What a night in a room costs a patient, whoever else lies there.

    Attributes
    ----------
    rule : str
        Name of the rule.
    text : str
        Completes "patient X in room R:".
    price : int
        Of one unit.
    amount : int array (patients, rooms)
        Units a night.
    """

    rule: str
    text: str
    price: int
    amount: IntArray

    def __post_init__(self) -> None:
        assign(self, amount=frozen(self.amount, np.int64, np.asarray(self.amount).shape, self.rule))


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """Theatre time by specialty and day.

    Attributes
    ----------
    specialties : tuple of str
    minutes : int array (specialties, days)
        Of the sessions.
    limit : int array (specialties, days)
        Most minutes of elective surgery, overtime included.
    day_limit : int array (days,)
        Most minutes of all surgery.
    """

    specialties: tuple[str, ...]
    minutes: IntArray
    limit: IntArray
    day_limit: IntArray

    def __post_init__(self) -> None:
        shape = (len(self.specialties), np.asarray(self.minutes).shape[-1])
        assign(self, minutes=frozen(self.minutes, np.int64, shape, "sessions.minutes"))
        assign(self, limit=frozen(self.limit, np.int64, shape, "sessions.limit"))
        assign(self, day_limit=frozen(self.day_limit, np.int64, shape[1:], "sessions.day_limit"))


@dataclass(frozen=True, slots=True, eq=False)
class Needs:
    """What patients need of the theatres, and what is known of them when; one entry a patient.

    Attributes
    ----------
    specialty : int array
        Position in :attr:`Sessions.specialties`.
    minutes : int array
        Of surgery; 0 without.
    offset : int array
        Days from admission to surgery.
    urgent : bool array
        Surgery needs no session of the specialty.
    longer : bool array
        May stay a night longer.
    registered : int array
        Day from which the patient is known.
    """

    specialty: IntArray
    minutes: IntArray
    offset: IntArray
    urgent: IntArray
    longer: IntArray
    registered: IntArray

    def __post_init__(self) -> None:
        shape = np.asarray(self.specialty).shape
        for name in ("specialty", "minutes", "offset", "registered"):
            assign(self, **{name: frozen(getattr(self, name), np.int64, shape, f"needs.{name}")})
        for name in ("urgent", "longer"):
            assign(self, **{name: frozen(getattr(self, name), np.bool_, shape, f"needs.{name}")})


@brief
@dataclass(frozen=True, slots=True, eq=False)
class AdmissionPlan:
    """Where everybody lies: room by (patient, day), -1 when not in hospital."""

    room: IntArray

    def __post_init__(self) -> None:
        assign(self, room=frozen(self.room, np.int32, np.asarray(self.room).shape, "room"))

    @property
    def kind(self) -> str:
        return "admissions"

    @property
    def admission(self) -> IntArray:
        """First night of each patient, -1 for those who have none."""
        here = self.room >= 0
        made: IntArray = np.where(here.any(axis=1), here.argmax(axis=1), -1)
        return made

    def same_as(self, other: AdmissionPlan) -> bool:
        """Whether both plans decide the same.

        Parameters
        ----------
        other : AdmissionPlan
            A plan of the same problem.

        Returns
        -------
        bool
            True where all nights agree.
        """
        return bool(np.array_equal(self.room, other.room))


@dataclass(frozen=True, slots=True, eq=False)
class AdmissionData:
    """The data of an admission scheduling problem, checked; what rules and searches may see.

    Attributes
    ----------
    rooms : Rooms
        Beds by room and day; the policy of a room is a price here, never a bar.
    patients : Patients
        Window of admission, stay, home of those who lie there, rooms that cannot serve.
    needs : Needs
    sessions : Sessions
    wishes : tuple of NightWish
    prices : Prices
    mixing : str
        How a room and night with both sexes counts: ``"room"`` (1) or ``"minority"`` (people of the rarer sex).
    counted : int
        Days in which idle theatres and beds count.
    idle_free : pair of int
        Idle minutes and bed nights that nobody could avoid, not charged; worked out from the patients where left out.
    leaving : int array (rooms,)
        People who left each room on the morning of day 0 and might have stayed; none where left out.
    title : str
        Own name in its file.
    start : date
        Of day 0.
    """

    name: str
    rooms: Rooms
    patients: Patients
    needs: Needs
    sessions: Sessions
    wishes: tuple[NightWish, ...]
    counted: int
    prices: Prices = Prices()
    mixing: str = "room"
    idle_free: tuple[int, int] = (-1, -1)
    leaving: IntArray = None  # type: ignore[assignment]  # nobody
    title: str = ""
    start: date = date(2000, 1, 1)
    family: str = "orpas"
    genders: tuple[str, str] = field(default=("Female", "Male"))

    @property
    def kind(self) -> str:
        return "admissions"

    @property
    def days(self) -> int:
        """Days on which people lie in hospital."""
        return int(self.rooms.beds.shape[1])

    def __post_init__(self) -> None:
        people, days, rooms = self.patients, self.days, len(self.rooms.ids)
        if self.mixing not in ("room", "minority"):
            raise InputError(f"mixing is {self.mixing!r}, expected 'room' or 'minority'", item="mixing")
        if not len(people):
            raise InputError("there is no patient", item="patients")
        if len(self.needs.specialty) != len(people) or people.forbidden.shape[1] != rooms:
            raise InputError("needs or forbidden rooms do not match the patients and rooms", item="patients")
        if self.sessions.minutes.shape[1] != days:
            raise InputError(f"is given for {self.sessions.minutes.shape[1]} of {days} days", item="sessions")
        if not 0 <= self.counted <= days:
            raise InputError(f"must lie between 0 and {days} days", item="counted")
        for p in np.flatnonzero((people.release > people.due) | (people.release < 0) | (people.due >= days)):
            text = f"may be admitted from day {people.release[p]} to {people.due[p]}, days run from 0 to {days - 1}"
            raise InputError(text, item=f"patient {people.ids[p]}")
        for p in np.flatnonzero(people.due + people.stay > days):
            text = f"stays until day {people.due[p] + people.stay[p]}, days end with {days - 1}"
            raise InputError(text, item=f"patient {people.ids[p]}")
        for p in np.flatnonzero(people.inpatient & (people.due > 0)):
            raise InputError("lies in hospital and stays from day 0", item=f"patient {people.ids[p]}")
        for wish in self.wishes:
            if wish.amount.shape != (len(people), rooms):
                raise InputError("does not match the patients and rooms", item=wish.rule)
        leaving = np.zeros(rooms) if self.leaving is None else self.leaving
        assign(self, leaving=frozen(leaving, np.int64, (rooms,), "leaving"))
        if self.idle_free == (-1, -1):
            assign(self, idle_free=(self._idle_minutes(), self._idle_nights()))

    def _idle_minutes(self) -> int:
        offered = int(self.sessions.minutes[:, : self.counted].sum())
        return max(0, offered - int(self.needs.minutes.sum()))

    def _idle_nights(self) -> int:
        people, end = self.patients, self.counted
        nights = np.minimum(people.release + people.stay, end) - np.minimum(people.release, end)
        return max(0, int(self.rooms.beds[:, :end].sum()) - int(nights.sum()))

    @property
    def night_cost(self) -> IntArray:
        """Cost of a night by (patient, room), whoever else lies there."""
        made: IntArray = sum(
            (w.price * w.amount for w in self.wishes), np.zeros(self.patients.forbidden.shape, np.int64)
        )
        return made
