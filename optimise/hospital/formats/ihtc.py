"""The Integrated Healthcare Timetabling Competition 2024: instances and solutions (JSON).

Source: S. Ceschia et al., "The Integrated Healthcare Timetabling Competition 2024", Oper. Res., Data Anal. &
Logistics 45 (2025) 200481; https://ihtc2024.github.io.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.formats.json_document import Loose, load_json, lookup, parse, write_json
from optimise.formats.text import placed
from optimise.hospital.beds import SAME_GENDER, BedProblem, Patients, Rooms
from optimise.hospital.problem import HospitalPlan, HospitalProblem, Nursing, RuleSetting, Theatres

__all__ = ["IhtcFormat"]

_Count = Annotated[int, Field(ge=0, le=10**6)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Occupant(Loose):
    id: _Name
    gender: Literal["A", "B"]
    age_group: _Name
    length_of_stay: Annotated[int, Field(ge=1, le=10**4)]
    workload_produced: list[_Count]
    skill_level_required: list[_Count]
    room_id: _Name


class _Patient(Loose):
    id: _Name
    mandatory: bool
    gender: Literal["A", "B"]
    age_group: _Name
    length_of_stay: Annotated[int, Field(ge=1, le=10**4)]
    surgery_release_day: _Count
    surgery_due_day: _Count | None = None
    surgery_duration: _Count
    surgeon_id: _Name
    incompatible_room_ids: list[_Name]
    workload_produced: list[_Count]
    skill_level_required: list[_Count]


class _Surgeon(Loose):
    id: _Name
    max_surgery_time: list[_Count]


class _Theatre(Loose):
    id: _Name
    availability: list[_Count]


class _Room(Loose):
    id: _Name
    capacity: Annotated[int, Field(ge=0, le=10**4)]


class _WorkingShift(Loose):
    day: _Count
    shift: _Name
    max_load: _Count


class _Nurse(Loose):
    id: _Name
    skill_level: _Count
    working_shifts: list[_WorkingShift]


class _Weights(Loose):
    room_mixed_age: _Count
    room_nurse_skill: _Count
    continuity_of_care: _Count
    nurse_eccessive_workload: _Count  # spelt so in the files
    open_operating_theater: _Count
    surgeon_transfer: _Count
    patient_delay: _Count
    unscheduled_optional: _Count


class _Instance(Loose):
    days: Annotated[int, Field(ge=1, le=1000)]
    skill_levels: Annotated[int, Field(ge=1, le=1000)]
    shift_types: Annotated[list[_Name], Field(min_length=1, max_length=24)]
    age_groups: Annotated[list[_Name], Field(min_length=1, max_length=1000)]
    weights: _Weights
    occupants: list[_Occupant]
    patients: list[_Patient]
    surgeons: list[_Surgeon]
    operating_theaters: list[_Theatre]
    rooms: Annotated[list[_Room], Field(min_length=1)]
    nurses: list[_Nurse]


class _PlannedPatient(Loose):
    id: _Name
    admission_day: int | Literal["none"]
    room: _Name | None = None
    operating_theater: _Name | None = None


class _Assignment(Loose):
    day: int
    shift: _Name
    rooms: list[_Name]


class _PlannedNurse(Loose):
    id: _Name
    assignments: tuple[_Assignment, ...] = Field(default=(), strict=False)


class _Solution(Loose):
    patients: list[_PlannedPatient]
    nurses: tuple[_PlannedNurse, ...] = Field(default=(), strict=False)


#: Rules in the order of the official validator's lines, then one that its format cannot break.
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
)
_SOFT = {
    "RoomAgeMix": "room_mixed_age",
    "RoomSkillLevel": "room_nurse_skill",
    "ContinuityOfCare": "continuity_of_care",
    "ExcessiveNurseWorkload": "nurse_eccessive_workload",
    "OpenOperatingTheater": "open_operating_theater",
    "SurgeonTransfer": "surgeon_transfer",
    "PatientDelay": "patient_delay",
    "ElectiveUnscheduledPatients": "unscheduled_optional",
}


def _index(names: list[str], what: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        if name in found:
            raise InputError(f"{what} id occurs twice", item=f"{what} {name}")
        found[name] = len(found)
    return found


def _by_day(values: list[int], days: int, item: str) -> list[int]:
    if len(values) < days:
        raise InputError(f"has {len(values)} entries, expected {days}", item=item)
    return values[:days]


def _by_shift(people: list[Any], field: str, shifts: int, days: int) -> IntArray:
    """Ragged lists by shift of stay as one table, cut at the horizon."""
    width = shifts * min(days, max((q.length_of_stay for q in people), default=1))
    table = np.zeros((len(people), width), dtype=np.int64)
    for row, person in enumerate(people):
        values, need = getattr(person, field), shifts * person.length_of_stay
        if len(values) < need:
            raise InputError(f"{field} has {len(values)} entries, expected {need}", item=f"patient {person.id}")
        cut = min(need, width)
        table[row, :cut] = values[:cut]
    return table


def _problem(name: str, data: _Instance) -> HospitalProblem:
    days, shifts = data.days, len(data.shift_types)
    rooms = _index([r.id for r in data.rooms], "room")
    ages = _index(data.age_groups, "age group")
    surgeons = _index([s.id for s in data.surgeons], "surgeon")
    _index([o.id for o in data.operating_theaters], "operating theatre")
    people: list[Any] = [*data.patients, *data.occupants]
    _index([q.id for q in people], "patient")
    elective, count = len(data.patients), len(people)
    home = np.full(count, -1)
    release, due = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    mandatory = np.ones(count, dtype=np.bool_)
    forbidden = np.zeros((count, len(rooms)), dtype=np.bool_)
    surgeon, duration = np.full(count, -1), np.zeros(count, dtype=np.int64)
    for i, patient in enumerate(data.patients):
        who = f"patient {patient.id}"
        mandatory[i] = patient.mandatory
        if patient.mandatory and patient.surgery_due_day is None:
            raise InputError("is mandatory but has no surgery_due_day", item=who)
        last = patient.surgery_due_day if patient.mandatory else None
        release[i] = patient.surgery_release_day
        due[i] = days - 1 if last is None else min(last, days - 1)
        if release[i] > due[i]:
            raise InputError(f"cannot be admitted between day {release[i]} and day {due[i]}", item=who)
        surgeon[i] = lookup(surgeons, patient.surgeon_id, "surgeon", who)
        duration[i] = patient.surgery_duration
        for room in patient.incompatible_room_ids:
            forbidden[i, lookup(rooms, room, "room", who)] = True
    for i, occupant in enumerate(data.occupants, start=elective):
        home[i] = lookup(rooms, occupant.room_id, "room", f"occupant {occupant.id}")
    for person in people:
        lookup(ages, person.age_group, "age group", f"patient {person.id}")
        if max(person.skill_level_required, default=0) >= data.skill_levels:
            raise InputError(f"skill levels run to {data.skill_levels - 1}", item=f"patient {person.id}")
    beds = BedProblem(
        days=days,
        rooms=Rooms(
            ids=tuple(rooms),
            beds=np.repeat([[r.capacity] for r in data.rooms], days, axis=1),
            policy=np.full(len(rooms), SAME_GENDER),
        ),
        patients=Patients(
            ids=tuple(q.id for q in people),
            gender=np.array([q.gender == "B" for q in people], dtype=np.int64),
            age_group=np.array([ages[q.age_group] for q in people], dtype=np.int64),
            release=release,
            due=due,
            stay=np.array([q.length_of_stay for q in people], dtype=np.int64),
            mandatory=mandatory,
            home=home,
            forbidden=forbidden,
        ),
        genders=("A", "B"),
        age_groups=tuple(ages),
    )
    theatres = Theatres(
        ids=tuple(o.id for o in data.operating_theaters),
        surgeon_ids=tuple(surgeons),
        minutes=np.array([_by_day(o.availability, days, f"operating theatre {o.id}") for o in data.operating_theaters]),
        surgeon_minutes=np.array([_by_day(s.max_surgery_time, days, f"surgeon {s.id}") for s in data.surgeons]),
        surgeon=surgeon,
        duration=duration,
    )
    nursing = Nursing(
        shifts=tuple(data.shift_types),
        ids=tuple(n.id for n in data.nurses),
        skill=np.array([n.skill_level for n in data.nurses], dtype=np.int64),
        max_load=_loads(data),
        workload=_by_shift(people, "workload_produced", shifts, days),
        required=_by_shift(people, "skill_level_required", shifts, days),
    )
    rules = [RuleSetting(rule) for rule in _HARD]
    rules += [RuleSetting(rule, getattr(data.weights, key)) for rule, key in _SOFT.items()]
    return HospitalProblem(name, "ihtc", beds, (*rules, RuleSetting("Transfer")), theatres, nursing)


def _loads(data: _Instance) -> IntArray:
    """Maximum load by (nurse, global shift), -1 off duty."""
    _index([n.id for n in data.nurses], "nurse")
    shifts = _index(data.shift_types, "shift")
    loads = np.full((len(data.nurses), data.days * len(shifts)), -1)
    for row, nurse in enumerate(data.nurses):
        who = f"nurse {nurse.id}"
        if nurse.skill_level >= data.skill_levels:
            raise InputError(f"skill levels run to {data.skill_levels - 1}", item=who)
        for shift in nurse.working_shifts:
            if shift.day >= data.days:
                raise InputError(f"works on day {shift.day}, days run to {data.days - 1}", item=who)
            column = shift.day * len(shifts) + lookup(shifts, shift.shift, "shift", who)
            if loads[row, column] >= 0:
                raise InputError(f"works twice on day {shift.day}, {shift.shift}", item=who)
            loads[row, column] = shift.max_load
    return loads


def _plan(problem: HospitalProblem, data: _Solution) -> HospitalPlan:
    people, theatres, nursing = problem.patients, problem.theatres, problem.nursing
    if theatres is None or nursing is None:
        raise InputError("an IHTC solution needs a problem with theatres and nurses")
    elective = {name: i for i, name in enumerate(people.ids) if not people.inpatient[i]}
    rooms = {name: i for i, name in enumerate(problem.rooms.ids)}
    operating = {name: i for i, name in enumerate(theatres.ids)}
    start = problem.empty_plan()
    admission, room, theatre = start.admission.copy(), start.room.copy(), start.theatre.copy()
    nurse = start.nurse.copy()
    seen: set[str] = set()
    for patient in data.patients:
        who = f"patient {patient.id}"
        p = lookup(elective, patient.id, "patient", "patients")
        if patient.id in seen:
            raise InputError("occurs twice", item=who)
        seen.add(patient.id)
        if patient.admission_day == "none":
            continue
        if not 0 <= patient.admission_day < problem.days:
            raise InputError(f"admission_day {patient.admission_day} is outside the horizon", item=who)
        if patient.room is None or patient.operating_theater is None:
            missing = "room" if patient.room is None else "operating_theater"
            raise InputError(f"is admitted but has no {missing}", item=who)
        admission[p] = patient.admission_day
        stay = slice(patient.admission_day, patient.admission_day + int(people.stay[p]))
        room[p, stay] = lookup(rooms, patient.room, "room", who)
        theatre[p] = lookup(operating, patient.operating_theater, "operating theatre", who)
    nurses = {name: i for i, name in enumerate(nursing.ids)}
    shifts = {name: i for i, name in enumerate(nursing.shifts)}
    for planned in data.nurses:
        n = lookup(nurses, planned.id, "nurse", "nurses")
        for task in planned.assignments:
            who = f"nurse {planned.id}, day {task.day}, {task.shift}"
            k = lookup(shifts, task.shift, "shift", who)
            if not 0 <= task.day < problem.days:
                raise InputError("the day is outside the horizon", item=who)
            s = task.day * len(shifts) + k
            if task.rooms and nursing.max_load[n, s] < 0:
                raise InputError("is given rooms but is not on duty", item=who)
            for name in task.rooms:
                r = lookup(rooms, name, "room", who)
                if nurse[r, s] >= 0:
                    other = nursing.ids[nurse[r, s]]
                    raise InputError(f"room {name} already has nurse {other} in this shift", item=who)
                nurse[r, s] = n
    return HospitalPlan(admission, room, theatre, nurse)


def _solution(problem: HospitalProblem, plan: HospitalPlan) -> dict[str, Any]:
    """Solution object: patients in order, and every nurse with the occupied rooms of each shift."""
    people, theatres, nursing = problem.patients, problem.theatres, problem.nursing
    if theatres is None or nursing is None:
        raise InputError("only a plan with theatres and nurses can be written as an IHTC solution")
    patients: list[dict[str, Any]] = []
    for p in np.flatnonzero(~people.inpatient):
        day = int(plan.admission[p])
        if day < 0:
            patients.append({"id": people.ids[p], "admission_day": "none"})
            continue
        name = problem.rooms.ids[plan.room[p, day]]
        if (plan.room[p, plan.room[p] >= 0] != plan.room[p, day]).any():
            raise InputError("moves during the stay, which the IHTC format cannot say", item=people.ids[p])
        place = {"room": name, "operating_theater": theatres.ids[plan.theatre[p]]}
        patients.append({"id": people.ids[p], "admission_day": day, **place})
    nurses: list[dict[str, Any]] = []
    for n, name in enumerate(nursing.ids):
        tasks = []
        for s in np.flatnonzero(nursing.on_duty[n]):
            d, k = divmod(int(s), problem.shifts)
            mine = [problem.rooms.ids[r] for r in np.flatnonzero(plan.nurse[:, s] == n)]
            tasks.append({"day": d, "shift": nursing.shifts[k], "rooms": mine})
        nurses.append({"id": name, "assignments": tasks})
    return {"patients": patients, "nurses": nurses}


class IhtcFormat:
    """IHTC 2024 JSON."""

    name = "ihtc"
    description = "Integrated Healthcare Timetabling Competition 2024 (JSON)"
    kind = "hospital"

    def detects(self, path: Path) -> bool:
        if path.suffix.lower() != ".json":
            return False
        try:
            data = load_json(path)
        except InputError:
            return False
        return isinstance(data, dict) and {"operating_theaters", "occupants", "shift_types"} <= data.keys()

    def read(self, path: Path, options: ReadOptions) -> HospitalProblem:
        path = Path(path)
        data = parse(_Instance, load_json(path), path)
        with placed(path):
            return _problem(path.stem, data)

    def read_plan(self, path: Path, problem: HospitalProblem) -> HospitalPlan:
        path = Path(path)
        data = parse(_Solution, load_json(path), path)
        with placed(path):
            return _plan(problem, data)

    def write_plan(self, plan: HospitalPlan, problem: HospitalProblem, stem: Path) -> list[Path]:
        stem = Path(stem)
        return [write_json(stem.with_name(stem.name + ".json"), _solution(problem, plan))]
