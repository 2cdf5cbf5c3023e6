"""Beds: who needs one, when, and which rooms there are.

A :class:`BedProblem` holds rooms and patients as read-only arrays (structure of arrays, so that kernels use them as
they are). Days are 0-based nights of the horizon: a patient admitted on day ``a`` with stay ``L`` is present on days
``a .. min(days, a + L) - 1``; what lies after the horizon is ignored everywhere.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from optimise.core.arrays import IntArray, assign, frozen, unique
from optimise.core.errors import InputError
from optimise.hospital.uncertain import UncertainStays

__all__ = [
    "ANY_GENDER",
    "ARRIVES_EARLY",
    "LEAVES_LATE",
    "SAME_GENDER",
    "AdmissionWish",
    "BedProblem",
    "Patients",
    "RoomWish",
    "Rooms",
]


#: Gender policy of a room: no rule; or one gender a day, whichever. A value >= 0 admits only that gender.
ANY_GENDER = -2
SAME_GENDER = -1
#: What :attr:`Patients.noon` says: in bed by noon of the day of arrival, and still at noon of the day of leaving.
ARRIVES_EARLY, LEAVES_LATE = 1, 2

_T = TypeVar("_T")


def _in_range(array: IntArray, low: int, high: int, ids: tuple[str, ...], what: str) -> None:
    """Check ``low <= value <= high`` entry by entry; the first axis follows ``ids``."""
    bad = (array < low) | (array > high)
    if bad.any():
        first = int(np.argwhere(bad)[0][0])
        value = int(array[bad][0])
        raise InputError(f"{what} is {value}, expected {low} to {high}", item=ids[first])


@dataclass(frozen=True, slots=True, eq=False)
class Rooms:
    """Rooms or bays.

    Attributes
    ----------
    ids : tuple of str
    beds : int array (rooms, days)
        Beds open on each day; closed beds are simply absent.
    policy : int array (rooms,)
        :data:`ANY_GENDER`, :data:`SAME_GENDER`, or the only gender admitted.
    wards : tuple of str
        Names of the wards or departments.
    ward : int array (rooms,)
        Ward of each room.
    bed_ids : tuple of tuple of str
        Names of the beds of each room; empty when beds are not named.
    """

    ids: tuple[str, ...]
    beds: IntArray
    policy: IntArray
    wards: tuple[str, ...] = ("ward",)
    ward: IntArray = None  # type: ignore[assignment]  # zeros
    bed_ids: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        unique(self.ids, "room")
        count = len(self.ids)
        if count == 0:
            raise InputError("there is no room", item="rooms")
        beds = np.asarray(self.beds)
        if beds.ndim != 2:
            raise InputError("beds need one row a room and one column a day", item="rooms")
        assign(self, beds=frozen(beds, np.int64, (count, beds.shape[1]), "rooms.beds"))
        assign(self, policy=frozen(self.policy, np.int64, (count,), "rooms.policy"))
        ward = np.zeros(count) if self.ward is None else self.ward
        assign(self, ward=frozen(ward, np.int64, (count,), "rooms.ward"))
        _in_range(self.beds, 0, 100_000, self.ids, "number of beds")
        _in_range(self.policy, ANY_GENDER, 1, self.ids, "gender policy")
        _in_range(self.ward, 0, len(self.wards) - 1, self.ids, "ward")


@dataclass(frozen=True, slots=True, eq=False)
class Patients:
    """People who need a bed: existing in-patients and those to admit.

    All arrays have one entry a patient.

    Attributes
    ----------
    gender : int array
        0 or 1.
    age_group : int array
        Position in :attr:`BedProblem.age_groups`.
    release, due : int array
        First and last day on which the patient may be admitted.
    stay : int array
        Length of stay in days (nights); 0 for who goes home on day 0 and for operations of in-patients.
    mandatory : bool array
        Must be admitted; the others may be refused.
    home : int array
        Room where an in-patient lies at the start (admitted on day 0, before the horizon), else -1.
    delay_factor, refusal_factor : int array
        Multiply the weight of a day's delay and of a refusal; 1 for equals.
    isolation : int array
        0: none. People with different values must not share a room, so a value of one's own means alone.
    forbidden : bool array (patients, rooms)
        Rooms that cannot serve the patient.
    operation_of : int array, optional
        In-patient whose operation an entry is, else -1: it has a day and a theatre and needs no bed of its own. None
        where there are no such entries.
    justified : int array, optional
        Nights from admission during which a room shared with the other gender is justified (critical care). None
        where it never is.
    contact_of : int array, optional
        Infection, numbered from 1, to which a patient was exposed; 0 for none. None where nobody was.
    cleaning : int array, optional
        Nights for which the bed is cleaned once the patient has left it. None where there are none.
    noon : int array, optional
        :data:`ARRIVES_EARLY` and :data:`LEAVES_LATE`, added up. None where hours play no part.
    uncertain : UncertainStays, optional
        How much longer stays may last. None where the plan takes them as said.
    """

    ids: tuple[str, ...]
    gender: IntArray
    age_group: IntArray
    release: IntArray
    due: IntArray
    stay: IntArray
    mandatory: IntArray
    home: IntArray
    forbidden: IntArray
    delay_factor: IntArray = None  # type: ignore[assignment]  # ones
    refusal_factor: IntArray = None  # type: ignore[assignment]  # ones
    isolation: IntArray = None  # type: ignore[assignment]  # zeros
    operation_of: IntArray | None = None
    justified: IntArray | None = None
    contact_of: IntArray | None = None
    cleaning: IntArray | None = None
    noon: IntArray | None = None
    uncertain: UncertainStays | None = None

    def __post_init__(self) -> None:
        unique(self.ids, "patient")
        count = len(self.ids)
        one = np.ones(count, dtype=np.int64)
        defaults = {"delay_factor": one, "refusal_factor": one, "isolation": 0 * one}
        for name in ("gender", "age_group", "release", "due", "stay", "home", *defaults):
            value = getattr(self, name)
            value = defaults[name] if value is None else value
            assign(self, **{name: frozen(value, np.int64, (count,), f"patients.{name}")})
        assign(self, mandatory=frozen(self.mandatory, np.bool_, (count,), "patients.mandatory"))
        forbidden = np.asarray(self.forbidden)
        columns = forbidden.shape[1] if forbidden.ndim == 2 else -1
        assign(self, forbidden=frozen(forbidden, np.bool_, (count, columns), "patients.forbidden"))
        for name, low, high in (
            ("operation_of", -1, count - 1),
            ("justified", 0, 100_000),
            ("contact_of", 0, count),
            ("cleaning", 0, 100_000),
            ("noon", 0, ARRIVES_EARLY | LEAVES_LATE),
        ):
            value = getattr(self, name)
            if value is not None:
                assign(self, **{name: frozen(value, np.int64, (count,), f"patients.{name}")})
                _in_range(getattr(self, name), low, high, self.ids, name)
        if self.uncertain is not None and len(self.uncertain.nights) != count:
            raise InputError("longer stays need a row a patient", item="patients.uncertain")
        _in_range(self.gender, 0, 1, self.ids, "gender")
        _in_range(self.stay, 0, 100_000, self.ids, "length of stay")
        short = np.flatnonzero((self.stay == 0) & ~self.inpatient & ~self.operation)
        if short.size:
            raise InputError("length of stay is 0, expected 1 to 100000", item=self.ids[short[0]])
        for name in ("delay_factor", "refusal_factor"):
            _in_range(getattr(self, name), 0, 10**9, self.ids, name.replace("_", " "))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def inpatient(self) -> IntArray:
        """Bool array: already in hospital at the start."""
        made: IntArray = self.home >= 0
        return made

    @property
    def operation(self) -> IntArray:
        """Bool array: the operation of an in-patient, who has an entry besides."""
        none = np.zeros(len(self.ids), dtype=np.bool_)
        made: IntArray = none if self.operation_of is None else self.operation_of >= 0
        return made


@dataclass(frozen=True, slots=True, eq=False)
class RoomWish:
    """What a night in a room costs a patient, whoever else lies there.

    The amount for night ``t`` of patient ``p``'s stay (0-based) in room ``r`` is ``amount[row[p, t], r]``: one
    row may serve many patients (those of one specialty) or one only.

    Attributes
    ----------
    rule : str
        Name of the rule it belongs to.
    text : str
        Completes "Patient X in room R:".
    amount : int array (rows, rooms)
    row : int array (patients, longest stay)
        Entries after the end of a stay are -1.
    """

    rule: str
    text: str
    amount: IntArray
    row: IntArray

    def __post_init__(self) -> None:
        amount, row = np.asarray(self.amount), np.asarray(self.row)
        assign(self, amount=frozen(amount, np.int64, amount.shape, self.rule))
        assign(self, row=frozen(row, np.int64, row.shape, self.rule))
        if amount.ndim != 2 or row.ndim != 2:
            raise InputError("a room wish needs two tables", item=self.rule)
        if row.size and (int(row.max()) >= amount.shape[0] or int(row.min()) < -1):
            raise InputError("a room wish points to a missing row", item=self.rule)
        if amount.size and int(amount.min()) < 0:
            raise InputError("a room wish must not be negative", item=self.rule)


@dataclass(frozen=True, slots=True, eq=False)
class AdmissionWish:
    """What the day of admission costs a patient: a date already promised, days that do not suit.

    Attributes
    ----------
    rule : str
        Name of the rule it belongs to.
    text : str
        Completes "patient X on day D:" (or "patient X not admitted:").
    amount : int array (patients, days + 1)
        By day of admission; the last column is for a patient who is not admitted.
    """

    rule: str
    text: str
    amount: IntArray

    def __post_init__(self) -> None:
        amount = np.asarray(self.amount)
        assign(self, amount=frozen(amount, np.int64, amount.shape, self.rule))
        if amount.ndim != 2:
            raise InputError("an admission wish needs a table of patients by days", item=self.rule)
        if amount.size and int(amount.min()) < 0:
            raise InputError("an admission wish must not be negative", item=self.rule)


@dataclass(frozen=True, slots=True, eq=False)
class BedProblem:
    """Patients, rooms and what both want of each other.

    Attributes
    ----------
    days : int
        Length of the horizon.
    genders : pair of str
        Names of genders 0 and 1.
    age_groups : tuple of str
        From young to old.
    wishes : tuple of RoomWish
    dates : tuple of AdmissionWish
    mixing : str
        How a mixed room and day counts: ``"patients"`` (everybody there for whom it is not justified), ``"minority"``
        (people of the rarer gender) or ``"room"`` (1).
    """

    days: int
    rooms: Rooms
    patients: Patients
    genders: tuple[str, str] = ("F", "M")
    age_groups: tuple[str, ...] = ("all",)
    wishes: tuple[RoomWish, ...] = ()
    mixing: str = "minority"
    dates: tuple[AdmissionWish, ...] = ()

    def __post_init__(self) -> None:
        rooms, patients = self.rooms, self.patients
        if self.days < 1:
            raise InputError("the horizon needs at least one day", item="days")
        if rooms.beds.shape[1] != self.days:
            raise InputError(f"beds are given for {rooms.beds.shape[1]} of {self.days} days", item="rooms")
        if self.mixing not in ("patients", "minority", "room"):
            raise InputError(f"mixing is {self.mixing!r}, expected 'patients', 'minority' or 'room'", item="mixing")
        if self.mixing != "patients" and patients.justified is not None:
            raise InputError(f"is {self.mixing!r}: sharing can be justified where patients are counted", item="mixing")
        if patients.forbidden.shape[1] != len(rooms.ids):
            raise InputError("forbidden rooms do not match the rooms", item="patients.forbidden")
        _in_range(patients.age_group, 0, len(self.age_groups) - 1, patients.ids, "age group")
        _in_range(patients.home, -1, len(rooms.ids) - 1, patients.ids, "room")
        _in_range(patients.release, 0, self.days - 1, patients.ids, "first admission day")
        _in_range(patients.due, 0, self.days - 1, patients.ids, "last admission day")
        late = np.flatnonzero(patients.release > patients.due)
        if late.size:
            raise InputError("the last admission day is before the first", item=patients.ids[late[0]])
        away = np.flatnonzero(patients.inpatient & (patients.due > 0))
        if away.size:
            raise InputError("an in-patient is admitted on day 0", item=patients.ids[away[0]])
        for date in self.dates:
            if date.amount.shape != (len(patients), self.days + 1):
                raise InputError("an admission wish does not match the patients and days", item=date.rule)
        for wish in self.wishes:
            if wish.amount.shape[1] != len(rooms.ids) or wish.row.shape[0] != len(patients):
                raise InputError("a room wish does not match the rooms and patients", item=wish.rule)
            need = np.minimum(patients.stay, self.days)
            have = (wish.row >= 0).sum(axis=1)
            short = np.flatnonzero(have < need)
            if short.size:
                raise InputError("has nights without a wish", item=patients.ids[short[0]])


def replace_array(target: _T, name: str, index: object, value: object) -> _T:
    """Copy of a frozen dataclass with ``target.name[index] = value``."""
    array = getattr(target, name).copy()
    array[index] = value
    return dataclasses.replace(target, **{name: array})  # type: ignore[type-var]
