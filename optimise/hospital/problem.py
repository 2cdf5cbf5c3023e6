"""The hospital: beds, and optionally theatres with their surgeons and the nurses of the wards.

One problem class serves both public families: patient admission scheduling (PAS) is a hospital without theatres
and nursing, with fixed dates and priced transfers; the integrated healthcare timetabling problem (IHTC 2024) has
every layer.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from optimise.core.errors import InputError
from optimise.core.result import Evaluation
from optimise.hospital.beds import BedProblem, IntArray, Patients, Rooms, frozen, replace_array, unique

__all__ = ["HospitalPlan", "HospitalProblem", "Nursing", "RuleSetting", "Theatres"]


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
    kind: ClassVar[str] = "hospital"

    def __post_init__(self) -> None:
        for name in ("admission", "room", "theatre", "nurse", "bed"):
            value = getattr(self, name)
            if value is not None:
                array = np.asarray(value)
                object.__setattr__(self, name, frozen(array, np.int32, array.shape, name))

    def same_as(self, other: HospitalPlan) -> bool:
        """Whether both plans decide the same (beds within a room apart)."""
        return all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("admission", "room", "theatre", "nurse")
        )


@dataclass(frozen=True, slots=True, eq=False)
class HospitalProblem:
    """A validated hospital planning problem.

    Attributes
    ----------
    rules : tuple of RuleSetting
        The rules in force, in the order in which they are reported.
    scale : int
        Ticks in one unit of cost: costs are exact integers of ``1 / scale``.
    """

    name: str
    family: str
    beds: BedProblem
    rules: tuple[RuleSetting, ...]
    theatres: Theatres | None = None
    nursing: Nursing | None = None
    scale: int = 1
    kind: ClassVar[str] = "hospital"

    def __post_init__(self) -> None:
        from optimise.hospital.rules import known_rules

        unique(tuple(s.rule for s in self.rules), "rule")
        wishes = {wish.rule for wish in self.beds.wishes} | {date.rule for date in self.beds.dates}
        for setting in self.rules:
            if setting.rule not in known_rules() and setting.rule not in wishes:
                raise InputError(f"unknown rule; known: {', '.join(known_rules())}", item=setting.rule)
            if setting.weight is not None and not 0 <= setting.weight <= 10**9:
                raise InputError("the weight must lie between 0 and 10^9", item=setting.rule)
        if not 1 <= self.scale <= 10**6:
            raise InputError("the scale must be at least 1", item="scale")
        patients, days = len(self.beds.patients), self.days
        if self.theatres is not None:
            t = self.theatres
            if len(t.surgeon) != patients:
                raise InputError("does not have one entry a patient", item="theatres.surgeon")
            for name, array in (("minutes", t.minutes), ("surgeon_minutes", t.surgeon_minutes)):
                if array.shape[0] and array.shape[1] != days:
                    raise InputError(f"is given for {array.shape[1]} of {days} days", item=f"theatres.{name}")
        if self.nursing is not None:
            n = self.nursing
            if n.ids and n.max_load.shape[1] != days * len(n.shifts):
                raise InputError("does not have one entry a shift", item="nursing.max_load")
            if n.workload.shape[0] != patients:
                raise InputError("does not have one row a patient", item="nursing.workload")
            need = np.minimum(self.beds.patients.stay, days) * len(n.shifts)
            if patients and n.workload.shape[1] < int(need.max()):
                raise InputError("does not reach to the end of the longest stay", item="nursing.workload")

    # -- sizes and shorthands ------------------------------------------------------------------------------
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
        """Weight of a rule in ticks, None when hard, 0 when not in force."""
        for setting in self.rules:
            if setting.rule == rule:
                return setting.weight
        return 0

    def hard(self, rule: str) -> bool:
        return self.weight(rule) is None

    def empty_plan(self) -> HospitalPlan:
        """Plan in which only the in-patients are in hospital, in the rooms they lie in."""
        p, days = self.patients, self.days
        room = np.full((len(p), days), -1)
        for i in np.flatnonzero(p.inpatient):
            room[i, : p.stay[i]] = p.home[i]
        nurse = np.full((len(self.rooms.ids), days * self.shifts), -1)
        return HospitalPlan(np.where(p.inpatient, 0, -1), room, np.full(len(p), -1), nurse)

    # -- the Problem face ----------------------------------------------------------------------------------
    def evaluate(self, plan: HospitalPlan) -> Evaluation:
        """Exact cost and violations of a plan, from the plan alone.

        Raises
        ------
        InputError
            When the plan does not belong to this problem (shapes, unknown indices, broken stays).
        """
        from optimise.hospital.rules import evaluate

        return evaluate(self, plan)

    def digest(self) -> str:
        """SHA-256 (hex) of the content: everything except name and family."""
        sha = hashlib.sha256()
        _feed(sha, dataclasses.replace(self, name="", family=""))
        return sha.hexdigest()

    # -- edits ---------------------------------------------------------------------------------------------
    def with_rule(self, rule: str, weight: float | None) -> HospitalProblem:
        """Copy with a rule made hard (``None``) or soft with a weight in units of cost."""
        ticks = None if weight is None else round(weight * self.scale)
        if weight is not None and abs(weight * self.scale - (ticks or 0)) > 1e-9:
            raise InputError(f"the weight must be a multiple of 1/{self.scale}", item=rule)
        return self.with_settings({rule: ticks})

    def with_settings(self, ticks: dict[str, int | None]) -> HospitalProblem:
        """Copy with some rules' weights replaced (in ticks; None is hard); rules not in force are added."""
        old = {s.rule: s.weight for s in self.rules}
        settings = tuple(RuleSetting(rule, weight) for rule, weight in (old | ticks).items())
        return dataclasses.replace(self, rules=settings)

    def close_beds(self, room: str, days: Iterable[int], beds: int | None = None) -> HospitalProblem:
        """Copy with ``beds`` beds of a room (default all) closed on some days."""
        r = self.position(self.rooms.ids, room, "room")
        chosen = list(days)
        if any(not 0 <= d < self.days for d in chosen):
            raise InputError(f"days run from 0 to {self.days - 1}", item=room)
        left = np.zeros(len(chosen)) if beds is None else np.maximum(0, self.rooms.beds[r, chosen] - beds)
        rooms = replace_array(self.rooms, "beds", (r, chosen), left)
        return dataclasses.replace(self, beds=dataclasses.replace(self.beds, rooms=rooms))

    def pin_admission(self, patient: str, day: int) -> HospitalProblem:
        """Copy in which a patient must be admitted on ``day``."""
        p = self.position(self.patients.ids, patient, "patient")
        if not 0 <= day < self.days:
            raise InputError(f"days run from 0 to {self.days - 1}", item=patient)
        patients = replace_array(self.patients, "mandatory", p, True)
        release, due = patients.release.copy(), patients.due.copy()
        release[p] = due[p] = day
        patients = dataclasses.replace(patients, release=release, due=due)
        return dataclasses.replace(self, beds=dataclasses.replace(self.beds, patients=patients))

    @staticmethod
    def position(ids: tuple[str, ...], name: str, what: str) -> int:
        """Position of an id; :class:`InputError` when there is none."""
        try:
            return ids.index(name)
        except ValueError:
            raise InputError(f"unknown {what}", item=f"{what} {name}") from None

    def _repr_html_(self) -> str:
        from optimise.core.notebook import problem_html

        return problem_html(self)

    def __repr__(self) -> str:
        parts = [
            f"{len(self.patients)} patients",
            f"{len(self.rooms.ids)} rooms",
            f"{int(self.rooms.beds.max(axis=1).sum())} beds",
            f"{self.days} days",
        ]
        if self.theatres is not None:
            parts.append(f"{len(self.theatres.ids)} theatres")
        if self.nursing is not None:
            parts.append(f"{len(self.nursing.ids)} nurses")
        return f"HospitalProblem({self.name}: {', '.join(parts)})"


def _feed(sha: Any, value: Any) -> None:
    """Feed a value into a hash so that different contents never read the same."""
    if isinstance(value, np.ndarray):
        kind = "?" if value.dtype == np.bool_ else "<i8"
        sha.update(f"a{value.shape}".encode())
        sha.update(np.ascontiguousarray(value).astype(kind).tobytes())
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            sha.update(f"f{field.name}".encode())
            _feed(sha, getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        sha.update(f"t{len(value)}".encode())
        for entry in value:
            _feed(sha, entry)
    else:
        text = repr(value)
        sha.update(f"v{len(text)}:{text}".encode())
