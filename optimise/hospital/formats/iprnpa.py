"""Integrated patient-to-room and nurse-to-patient assignment (IPRNPA): instances and solutions as JSON.

Source: T. Brandt, T. L. Klein, M. Reuter-Oppermann, F. Schäfer, C. Thielen, M. van de Vrugt, J. Viana, "Integrated
patient-to-room and nurse-to-patient assignment in hospital wards", OR Spectrum (2024).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.formats.json_document import Loose, load_json, lookup, parse, top_keys, write_json
from optimise.formats.text import beside, placed
from optimise.hospital.assignment.data import SHIFTS, Bays, Carers, StayArrays
from optimise.hospital.assignment.problem import AssignmentPlan, AssignmentProblem

__all__ = ["IprnpaFormat"]

_KEYS = {"additionalRooms", "distances", "nurses", "patients", "rooms", "shifts"}
_GENDER = {"F": 0, "M": 1}
#: Name of the nurses' station in the table of distances where the file names none.
_STATION = "0"

_Count = Annotated[int, Field(ge=0, le=10**6)]
_Shift = Annotated[int, Field(ge=1, le=30_000)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Amount = Annotated[float, Field(ge=0, le=10**6, allow_inf_nan=False, strict=False)]


class _Weights(Loose):
    circleWeight: _Amount
    starWeight: _Amount


class _Room(Loose):
    id: _Name
    capacity: Annotated[int, Field(ge=0, le=1000)]
    equipment: list[_Name]


class _Station(Loose):
    id: _Name


class _Nurse(Loose):
    id: _Name
    skillLevel: _Count
    workingShifts: list[_Shift]
    maxLoad: dict[_Name, _Amount]


class _Patient(Loose):
    id: _Name
    ageGroup: _Count
    gender: Literal["M", "F"]
    admission: _Shift
    discharge: _Shift
    skillReq: dict[_Name, _Count]
    workLoad: dict[_Name, _Count]
    equipmentReq: dict[_Name, list[_Name]]


class _Days(Loose):
    lastDay: Annotated[int, Field(ge=1, le=10_000)]


class _Instance(Loose):
    days: _Days | None = None
    shifts: Annotated[dict[_Name, _Weights], Field(min_length=1)]
    rooms: Annotated[list[_Room], Field(min_length=1)]
    additionalRooms: list[_Station]
    equipment: list[_Name]
    nurses: list[_Nurse]
    patients: Annotated[list[_Patient], Field(min_length=1)]
    distances: dict[_Name, dict[_Name, _Amount]]


def _index(names: list[str], what: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        if name in found:
            raise InputError(f"{what} id occurs twice", item=f"{what} {name[:60]}")
        found[name] = len(found)
    return found


def _problem(name: str, data: _Instance) -> AssignmentProblem:
    shifts = len(data.shifts)
    if shifts % SHIFTS or (data.days is not None and shifts != SHIFTS * data.days.lastDay):
        wanted = "three a day" if data.days is None else f"{SHIFTS * data.days.lastDay}, three a day"
        raise InputError(f"there are {shifts} shifts, expected {wanted}", item="shifts")
    weights = [_at(data.shifts, s + 1, "shifts", "shift") for s in range(shifts)]
    equipment = _index(data.equipment, "equipment")
    rooms = _rooms(data, equipment)
    patients = _patients(data, shifts, equipment)
    circle, star = np.array([w.circleWeight for w in weights]), np.array([w.starWeight for w in weights])
    return AssignmentProblem(name, rooms, patients, _nurses(data, shifts), circle, star)


def _at(table: dict[str, Any], key: int, item: str, what: str) -> Any:
    """Entry of a shift, or an error that names it."""
    if str(key) not in table:
        raise InputError(f"has no entry for {what} {key}", item=item)
    return table[str(key)]


def _rooms(data: _Instance, equipment: dict[str, int]) -> Bays:
    index = _index([r.id for r in data.rooms], "room")
    has = np.zeros((len(index), len(equipment)), dtype=np.bool_)
    for r, room in enumerate(data.rooms):
        for each in room.equipment:
            has[r, lookup(equipment, each, "equipment", f"room {room.id}")] = True
    station = data.additionalRooms[0].id if data.additionalRooms else _STATION

    def metres(a: str, b: str) -> float:
        try:
            return data.distances[a][b]
        except KeyError:
            raise InputError(f"has no entry from {a[:60]!r} to {b[:60]!r}", item="distances") from None

    between = np.array([[metres(a, b) if a != b else 0.0 for b in index] for a in index])
    beds = np.array([r.capacity for r in data.rooms])
    return Bays(tuple(index), beds, tuple(equipment), has, between, np.array([metres(station, r) for r in index]))


def _patients(data: _Instance, shifts: int, equipment: dict[str, int]) -> StayArrays:
    index = _index([q.id for q in data.patients], "patient")
    work = np.zeros((len(index), shifts), dtype=np.int64)
    skill = np.zeros_like(work)
    needs = np.zeros((len(index), shifts // SHIFTS, len(equipment)), dtype=np.bool_)
    for p, q in enumerate(data.patients):
        who = f"patient {q.id}"
        if not 1 <= q.admission < q.discharge <= shifts:
            raise InputError(f"is there from shift {q.admission} to {q.discharge}; shifts run to {shifts}", item=who)
        if q.admission % SHIFTS != 1 or q.discharge % SHIFTS != 0:
            text = f"is there from shift {q.admission} to {q.discharge}, expected an early shift to a night shift"
            raise InputError(text, item=who)
        for s in range(q.admission, q.discharge + 1):
            work[p, s - 1] = _at(q.workLoad, s, who, "workLoad in shift")
            skill[p, s - 1] = _at(q.skillReq, s, who, "skillReq in shift")
            if s % SHIFTS == 1:
                for each in _at(q.equipmentReq, s, who, "equipmentReq in shift"):
                    needs[p, (s - 1) // SHIFTS, lookup(equipment, each, "equipment", who)] = True
    return StayArrays(
        ids=tuple(index),
        gender=np.array([_GENDER[q.gender] for q in data.patients]),
        age_group=np.array([q.ageGroup for q in data.patients]),
        first=np.array([(q.admission - 1) // SHIFTS for q in data.patients]),
        last=np.array([(q.discharge - 1) // SHIFTS for q in data.patients]),
        work=work,
        skill=skill,
        needs=needs,
    )


def _nurses(data: _Instance, shifts: int) -> Carers:
    index = _index([n.id for n in data.nurses], "nurse")
    limit = np.zeros((len(index), shifts))
    for row, nurse in enumerate(data.nurses):
        who = f"nurse {nurse.id}"
        for s in nurse.workingShifts:
            if s > shifts:
                raise InputError(f"works in shift {s}, shifts run to {shifts}", item=who)
            if limit[row, s - 1]:
                raise InputError(f"works twice in shift {s}", item=who)
            limit[row, s - 1] = _at(nurse.maxLoad, s, who, "maxLoad in shift")
            if not limit[row, s - 1] > 0:
                raise InputError(f"maxLoad in shift {s} is 0, expected more", item=who)
    return Carers(tuple(index), np.array([n.skillLevel for n in data.nurses], dtype=np.int64), limit)


def _plan(problem: AssignmentProblem, data: object) -> AssignmentPlan:
    """Entries that name nobody known, nobody there or somebody already placed are counted and skipped."""
    if not isinstance(data, dict):
        raise InputError("expected an object: shift -> room -> patient -> nurse")
    people, rooms, nurses = (
        {name: i for i, name in enumerate(ids)} for ids in (problem.patients.ids, problem.rooms.ids, problem.nurses.ids)
    )
    room = np.full((len(people), problem.shifts), -1)
    nurse, here = room.copy(), problem.patients.here
    unknown = absent = doubled = 0
    for key, in_rooms in data.items():
        if not key.isascii() or not key.isdigit():
            continue  # comments
        s = int(key) - 1 if len(key) < 9 else -1
        if not 0 <= s < problem.shifts:
            raise InputError(f"there is no shift {key[:40]}; shifts run from 1 to {problem.shifts}")
        for name, where, who, carer in _entries(key, in_rooms):
            p, r = people.get(who, -1), rooms.get(where, -1)
            if p < 0 or r < 0:
                unknown += 1
            elif not here[p, s // SHIFTS]:
                absent += 1
            elif room[p, s] >= 0:
                doubled += 1
            else:
                room[p, s], nurse[p, s] = r, nurses.get(_word(carer, name), -1)
    return AssignmentPlan(room, nurse, unknown, absent, doubled)


def _entries(key: str, in_rooms: object) -> list[tuple[str, str, str, Any]]:
    """Item, room, patient and nurse of each entry of a shift."""
    made = []
    if not isinstance(in_rooms, dict):
        raise InputError("expected an object: room -> patient -> nurse", item=f"shift {key}")
    for where, in_room in in_rooms.items():
        if not isinstance(in_room, dict):
            raise InputError("expected an object: patient -> nurse", item=f"shift {key}, room {where[:60]}")
        made += [(f"shift {key}, room {where[:60]}, patient {who[:60]}", where, who, n) for who, n in in_room.items()]
    return made


def _word(value: object, item: str) -> str:
    """Id of a nurse, written as a string or a number; empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InputError(f"the nurse is {str(value)[:40]!r}, expected an id", item=item)
    return str(value)


def _solution(problem: AssignmentProblem, room: IntArray, nurse: IntArray) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for s in range(problem.shifts):
        here: dict[str, dict[str, str]] = {}
        for r, name in enumerate(problem.rooms.ids):
            inside = np.flatnonzero(room[:, s] == r).tolist()
            if inside:
                here[name] = {problem.patients.ids[p]: _carer(problem, int(nurse[p, s])) for p in inside}
        made[str(s + 1)] = here
    return made


def _carer(problem: AssignmentProblem, n: int) -> str:
    return problem.nurses.ids[n] if n >= 0 else ""


class IprnpaFormat:
    """The JSON format of the IPRNPA benchmark."""

    name = "iprnpa"
    description = "Patients to rooms and nurses to patients of a ward, Brandt and others (IPRNPA, JSON)"
    kind = "assignment"

    def detects(self, path: Path) -> bool:
        return path.suffix.lower() == ".json" and top_keys(path).keys() >= _KEYS

    def read(self, path: Path, options: ReadOptions) -> AssignmentProblem:
        """Read an instance."""
        path = Path(path)
        data = parse(_Instance, load_json(path), path)
        with placed(path):
            return _problem(path.stem, data)

    def read_plan(self, path: Path, problem: AssignmentProblem) -> AssignmentPlan:
        """Read a solution; what it says of nobody known is counted by the evaluation."""
        path = Path(path)
        with placed(path):
            return _plan(problem, load_json(path))

    def write_plan(self, plan: AssignmentPlan, problem: AssignmentProblem, stem: Path) -> list[Path]:
        """Write ``STEM.json``."""
        return [write_json(beside(Path(stem), ".json"), _solution(problem, plan.room, plan.nurse))]
