"""What rules, models and searches of a hospital may see: beds, theatres, nursing, weights, and plans.

The problem object (:mod:`optimise.hospital.problem`) stands above: it holds the same data, checks it, and is what a
caller edits and evaluates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from optimise.core.arrays import IntArray, frozen, unique
from optimise.core.brief import brief
from optimise.core.errors import InputError
from optimise.hospital.beds import BedProblem, Patients, Rooms

__all__ = ["EarlierPlan", "HospitalContext", "HospitalPlan", "Nursing", "RuleSetting", "Theatres"]


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """A rule in force: hard when ``weight`` is None, else its cost in ticks for each unit of its amount."""

    rule: str
    weight: int | None = None

    @property
    def hard(self) -> bool:
        return self.weight is None


@dataclass(frozen=True, slots=True, eq=False)
class Theatres:
    """Operating theatres and surgeons; surgery takes place on the day of admission.

    Attributes
    ----------
    ids, surgeon_ids : tuple of str
    minutes : int array (theatres, days)
        Opening time; 0 when closed.
    surgeon_minutes : int array (surgeons, days)
    surgeon : int array (patients,)
        Surgeon of each patient, -1 without surgery.
    duration : int array (patients,)
        Minutes of surgery.
    """

    ids: tuple[str, ...]
    surgeon_ids: tuple[str, ...]
    minutes: IntArray
    surgeon_minutes: IntArray
    surgeon: IntArray
    duration: IntArray

    def __post_init__(self) -> None:
        unique(self.ids, "theatre")
        unique(self.surgeon_ids, "surgeon")
        for name, rows in (("minutes", self.ids), ("surgeon_minutes", self.surgeon_ids)):
            array = np.asarray(getattr(self, name))
            if array.size == 0:
                array = array.reshape(len(rows), -1) if rows else np.zeros((0, 0))
            shape = (len(rows), array.shape[1] if array.ndim == 2 else -1)
            object.__setattr__(self, name, frozen(array, np.int64, shape, f"theatres.{name}"))
        patients = len(np.asarray(self.surgeon))
        for name in ("surgeon", "duration"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.int64, (patients,), f"theatres.{name}"))
        for name in ("minutes", "surgeon_minutes", "duration"):
            array = getattr(self, name)
            if array.size and (int(array.min()) < 0 or int(array.max()) > 10**9):
                raise InputError("times must lie between 0 and 10^9 minutes", item=f"theatres.{name}")
        if patients and (int(self.surgeon.min()) < -1 or int(self.surgeon.max()) >= len(self.surgeon_ids)):
            raise InputError("a patient has an unknown surgeon", item="theatres.surgeon")


@dataclass(frozen=True, slots=True, eq=False)
class Nursing:
    """Nurses whose roster is fixed; each occupied room needs one in every shift.

    Attributes
    ----------
    shifts : tuple of str
        Shifts of a day in order; shift ``k`` of day ``d`` has the global index ``d * len(shifts) + k``.
    ids : tuple of str
    skill : int array (nurses,)
        Higher is better.
    max_load : int array (nurses, days * shifts)
        Workload a nurse can carry in a shift; -1 when not on duty.
    workload, required : int array (patients, longest stay * shifts)
        Workload caused and skill needed in each shift, counted from admission; 0 after the stay.
    """

    shifts: tuple[str, ...]
    ids: tuple[str, ...]
    skill: IntArray
    max_load: IntArray
    workload: IntArray
    required: IntArray

    def __post_init__(self) -> None:
        unique(self.shifts, "shift")
        unique(self.ids, "nurse")
        if not self.shifts:
            raise InputError("there is no shift", item="nursing.shifts")
        nurses = len(self.ids)
        load = np.asarray(self.max_load).reshape(nurses, -1) if nurses else np.asarray(self.max_load)
        if load.ndim != 2:
            raise InputError("needs one row a nurse", item="nursing.max_load")
        object.__setattr__(self, "skill", frozen(self.skill, np.int64, (nurses,), "nursing.skill"))
        object.__setattr__(self, "max_load", frozen(load, np.int64, (nurses, load.shape[1]), "nursing.max_load"))
        shape = np.asarray(self.workload).shape
        for name in ("workload", "required"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.int64, shape, f"nursing.{name}"))
            array = getattr(self, name)
            if array.ndim != 2 or (array.size and (int(array.min()) < 0 or int(array.max()) > 10**9)):
                raise InputError("needs a table of numbers from 0 to 10^9", item=f"nursing.{name}")

    @property
    def on_duty(self) -> IntArray:
        """Bool array (nurses, days * shifts)."""
        made: IntArray = self.max_load >= 0
        return made


@brief
@dataclass(frozen=True, slots=True, eq=False)
class HospitalPlan:
    """Who is admitted when, lies where, is operated in which theatre, and which nurse looks after which room.

    Attributes
    ----------
    admission : int array (patients,)
        Day of admission, -1 when not admitted, 0 for in-patients.
    room : int array (patients, days)
        Room on each day, -1 when not in hospital.
    theatre : int array (patients,)
        Theatre, -1 without surgery.
    nurse : int array (rooms, days * shifts)
        Nurse of each room and shift, -1 for none; shape (rooms, 0) without a nursing layer.
    bed : int array (patients, days), optional
        Bed within the room (position in :attr:`Rooms.bed_ids`), -1 when away; None when beds are not told apart.
    """

    admission: IntArray
    room: IntArray
    theatre: IntArray
    nurse: IntArray
    bed: IntArray | None = None

    @property
    def kind(self) -> str:
        return "hospital"

    def __post_init__(self) -> None:
        for name in ("admission", "room", "theatre", "nurse", "bed"):
            value = getattr(self, name)
            if value is not None:
                array = np.asarray(value)
                object.__setattr__(self, name, frozen(array, np.int32, array.shape, name))

    def same_as(self, other: HospitalPlan) -> bool:
        """Whether both plans decide the same (beds within a room apart).

        Parameters
        ----------
        other : HospitalPlan
            A plan of the same problem.

        Returns
        -------
        bool
            True where admissions, rooms, theatres and nurses agree.
        """
        return all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("admission", "room", "theatre", "nurse")
        )


@dataclass(frozen=True, slots=True, eq=False)
class EarlierPlan:
    """An earlier plan in today's numbering, for the rules that price changes to it and the search around them.

    Attributes
    ----------
    known : bool array (patients,)
        Of whom it speaks.
    admission, theatre : int arrays (patients,)
        Day of admission and theatre, -1 where there is none.
    room : int array (patients, days)
        Room on each day, -1 where there is none.
    nurse : int array (rooms, days * shifts)
        Nurse of each room and shift, -1 where it says nothing or the nurse is not on duty any more.
    """

    known: IntArray
    admission: IntArray
    theatre: IntArray
    room: IntArray
    nurse: IntArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozen(self.known, np.bool_, np.asarray(self.known).shape, "earlier.known"))
        for name in ("admission", "theatre", "room", "nurse"):
            array = np.asarray(getattr(self, name))
            object.__setattr__(self, name, frozen(array, np.int64, array.shape, f"earlier.{name}"))

    def changed(self, plan: HospitalPlan) -> IntArray:
        """Patients, in order, of whom it does not speak or whose day, rooms or theatre differ in ``plan``."""
        differs = (self.admission != plan.admission) | (self.theatre != plan.theatre)
        differs |= (self.room != plan.room).any(axis=1)
        made: IntArray = np.flatnonzero(differs | ~self.known)
        return made


class HospitalContext:
    """The data of a hospital with its shorthands; :class:`~optimise.hospital.problem.HospitalProblem` is one.

    Attributes
    ----------
    name : str
    beds : BedProblem
    rules : tuple of RuleSetting
        The rules in force, in the order in which they are reported.
    theatres : Theatres or None
    nursing : Nursing or None
    scale : int
        Ticks in one unit of cost.
    earlier : EarlierPlan or None
        What the plan before says, where changes to it count.
    start : date or None
        Of day 0.
    """

    __slots__ = ()

    name: str
    beds: BedProblem
    rules: tuple[RuleSetting, ...]
    theatres: Theatres | None
    nursing: Nursing | None
    scale: int
    earlier: EarlierPlan | None
    start: date | None

    def dated(self, day: int) -> str:
        """A day in a sentence.

        Parameters
        ----------
        day : int
            0-based.

        Returns
        -------
        str
            ``Mon 30 Nov`` where the first day has a date, else ``day 3``.
        """
        return f"day {day}" if self.start is None else f"{self.start + timedelta(days=int(day)):%a %-d %b}"

    @property
    def days(self) -> int:
        return self.beds.days

    @property
    def rooms(self) -> Rooms:
        return self.beds.rooms

    @property
    def patients(self) -> Patients:
        return self.beds.patients

    @property
    def shifts(self) -> int:
        """Nursing shifts a day; 0 without a nursing layer."""
        return 0 if self.nursing is None else len(self.nursing.shifts)

    def weight(self, rule: str) -> int | None:
        """Weight of a rule in ticks, None when hard, 0 when not in force.

        Parameters
        ----------
        rule : str
            Name of the rule.

        Returns
        -------
        int or None
            In ticks of ``1 / scale``.
        """
        for setting in self.rules:
            if setting.rule == rule:
                return setting.weight
        return 0

    def hard(self, rule: str) -> bool:
        """Whether a rule is hard.

        Parameters
        ----------
        rule : str
            Name of the rule.

        Returns
        -------
        bool
            False for soft rules and for those not in force.
        """
        return self.weight(rule) is None

    def empty_plan(self) -> HospitalPlan:
        """Plan in which only the in-patients are in hospital, in the rooms they lie in."""
        p, days = self.patients, self.days
        room = np.full((len(p), days), -1)
        for i in np.flatnonzero(p.inpatient):
            room[i, : p.stay[i]] = p.home[i]
        nurse = np.full((len(self.rooms.ids), days * self.shifts), -1)
        return HospitalPlan(np.where(p.inpatient, 0, -1), room, np.full(len(p), -1), nurse)

    @staticmethod
    def position(ids: tuple[str, ...], name: str, what: str) -> int:
        """Position of an id; :class:`InputError` when there is none.

        Parameters
        ----------
        ids : tuple of str
            Where to look.
        name : str
            The id.
        what : str
            What it is an id of, for the message.

        Returns
        -------
        int
            0-based.

        Raises
        ------
        InputError
            If it is not among them.
        """
        try:
            return ids.index(name)
        except ValueError:
            raise InputError(f"unknown {what}", item=f"{what} {name}") from None
