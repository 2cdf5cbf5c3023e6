"""The native hospital format: one JSON file for beds, theatres and nursing, and one for plans.

The models (and so the JSON Schema) are in :mod:`optimise.hospital.formats.hospital_schema`; this module turns them
into a
:class:`HospitalProblem` and back, without loss.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.formats.json_document import load_json, lookup, parse, write_json
from optimise.formats.text import placed
from optimise.hospital.beds import ANY_GENDER, SAME_GENDER, BedProblem, Patients, Rooms
from optimise.hospital.formats.defaults import WISH_RULES, default_rules, recorded, remedies
from optimise.hospital.formats.hospital_days import Settled, noon_of, number, settled
from optimise.hospital.formats.hospital_schema import (
    HospitalFile,
    NurseEntry,
    PatientEntry,
    PlanFile,
    Staffed,
    json_schema,
)
from optimise.hospital.formats.hospital_wishes import dates_of, wishes_of
from optimise.hospital.formats.hospital_write import document, plan_document, plan_of
from optimise.hospital.problem import HospitalPlan, HospitalProblem, Nursing, RuleSetting, Theatres
from optimise.hospital.uncertain import UncertainStays, drawn

__all__ = ["HospitalFormat", "problem_of"]


def _index(names: list[str], what: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        if name in found:
            raise InputError(f"{name!r} occurs twice", item=f"{what} {name}")
        found[name] = len(found)
    return found


def problem_of(data: HospitalFile) -> HospitalProblem:
    """The problem that a checked document describes."""
    found = settled(data)
    data = found.file
    rooms, wards = _rooms(data)
    room_index = {name: i for i, name in enumerate(rooms.ids)}
    patients = _patients(found, room_index)
    beds = BedProblem(
        days=data.days,
        rooms=rooms,
        patients=patients,
        genders=(data.genders[0], data.genders[1]),
        age_groups=tuple(data.age_groups),
        wishes=wishes_of(data, rooms, wards),
        mixing=data.mixing or _mixing(data, patients),
        dates=dates_of(data),
    )
    theatres = _theatres(data) if data.theatres or data.surgeons else None
    nursing = _nursing(data) if data.nurses or data.shifts else None
    rules, scale = _rules(data, beds)
    return HospitalProblem(
        data.name, "hospital", beds, rules, theatres, nursing, scale, start=found.start, about=found.about
    )


def _mixing(data: HospitalFile, patients: Patients) -> str:
    """Everybody in a mixed room counts where that has a price; where it is hard the rarer gender is who must go."""
    priced = not isinstance(data.rules.get("RoomGenderMix", "hard"), str)
    return "patients" if priced or patients.justified is not None else "minority"


def _rules(data: HospitalFile, beds: BedProblem) -> tuple[tuple[RuleSetting, ...], int]:
    """Settings in the order of the file, then the defaults; and the scale that makes all prices whole.

    A price of room wishes that no patient has (``AgeLimit`` where everybody is of age) speaks of nothing.
    """
    wishes = {wish.rule for wish in beds.wishes} | {date.rule for date in beds.dates}
    phased = any(p.care for p in data.patients)
    prices: dict[str, float | str] = {r: p for r, p in data.rules.items() if r not in WISH_RULES or r in wishes}
    for rule, default in (default_rules() | recorded(beds) | remedies(beds, phased=phased)).items():
        if rule not in WISH_RULES or rule in wishes:
            prices.setdefault(rule, default)
    numbers = [float(p) for p in prices.values() if not isinstance(p, str)]
    scale = next((s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if all(_whole(p * s) for p in numbers)), None)
    if scale is None:
        raise InputError("prices may have at most three decimals", item="rules")
    settings = [
        RuleSetting(rule, None if isinstance(price, str) else round(price * scale))
        for rule, price in prices.items()
        if price != "off"
    ]
    return tuple(settings), scale


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-9


def _rooms(data: HospitalFile) -> tuple[Rooms, dict[str, int]]:
    _index([r.id for r in data.rooms], "room")
    wards = _index([w.id for w in data.wards], "ward")
    for room in data.rooms:
        if data.wards and room.ward not in wards:
            raise InputError(f"unknown ward {room.ward!r}", item=f"room {room.id}")
        wards.setdefault(room.ward, len(wards))
    beds = np.repeat([[r.beds] for r in data.rooms], data.days, axis=1)
    policy = {"any": ANY_GENDER, "same": SAME_GENDER, data.genders[0]: 0, data.genders[1]: 1}
    for i, room in enumerate(data.rooms):
        if room.gender not in policy:
            raise InputError(f"gender is {room.gender!r}, expected one of {', '.join(policy)}", item=f"room {room.id}")
        if room.bed_ids and len(room.bed_ids) != room.beds:
            raise InputError(f"has {room.beds} beds but {len(room.bed_ids)} bed_ids", item=f"room {room.id}")
        for closed in room.closed:
            begin, end = number(closed.first_day), number(closed.last_day)
            if end < begin or end >= data.days:
                raise InputError("closed days must lie in the horizon, first before last", item=f"room {room.id}")
            part = beds[i, begin : end + 1]
            part[:] = np.maximum(0, part - (room.beds if closed.beds is None else closed.beds))
    named = any(r.bed_ids for r in data.rooms)
    if named:
        _index([b for r in data.rooms for b in r.bed_ids], "bed")
    made = Rooms(
        ids=tuple(r.id for r in data.rooms),
        beds=beds,
        policy=np.array([policy[r.gender] for r in data.rooms]),
        wards=tuple(wards),
        ward=np.array([wards[r.ward] for r in data.rooms]),
        bed_ids=tuple(tuple(r.bed_ids) for r in data.rooms) if named else (),
    )
    return made, wards


def _patients(found: Settled, rooms: dict[str, int]) -> Patients:
    data = found.file
    _index([p.id for p in data.patients], "patient")
    genders, ages = _index(data.genders, "gender"), _index(data.age_groups, "age group")
    forbidden = np.zeros((len(data.patients), len(rooms)), dtype=np.bool_)
    columns: dict[str, list[int]] = {k: [] for k in ("gender", "age", "release", "due", "home", "isolation")}
    cohorts: dict[str, int] = {}
    exposed = _index(sorted({p.contact_of for p in data.patients if p.contact_of is not None}), "infection")
    cleaned, hours = [p.cleaning_nights for p in data.patients], noon_of(data)
    for i, p in enumerate(data.patients):
        who = f"patient {p.id}"
        sex = lookup(genders, p.gender, "gender", who)
        if p.accommodated_as is not None:
            sex = lookup({name: genders[name] for name in data.genders[:2]}, p.accommodated_as, "gender", who)
        columns["gender"].append(sex if sex < 2 else 0)
        columns["age"].append(0 if p.age_group is None else lookup(ages, p.age_group, "age group", who))
        home = -1 if p.room is None else lookup(rooms, p.room, "room", who)
        release = number(p.earliest)
        last = data.days - 1 if p.latest is None else number(p.latest)
        if release >= data.days or last >= data.days:
            raise InputError(f"days run from 0 to {data.days - 1}", item=who)
        if home >= 0 and (release or p.latest):
            raise InputError("is in hospital already: no days of admission", item=who)
        columns["home"].append(home)
        columns["release"].append(release)
        columns["due"].append(0 if home >= 0 else last)
        columns["isolation"].append(_isolation(p, cohorts, alone=sex > 1))
        for room in p.forbidden_rooms:
            forbidden[i, lookup(rooms, room, "room", who)] = True
    return Patients(
        ids=tuple(p.id for p in data.patients),
        gender=np.array(columns["gender"]),
        age_group=np.array(columns["age"]),
        release=np.array(columns["release"]),
        due=np.array(columns["due"]),
        stay=np.array([p.stay for p in data.patients]),
        mandatory=np.array([p.mandatory or p.room is not None for p in data.patients]),
        home=np.array(columns["home"]),
        forbidden=forbidden,
        delay_factor=np.array([p.delay_factor for p in data.patients]),
        refusal_factor=np.array([p.refusal_factor for p in data.patients]),
        isolation=np.array(columns["isolation"]),
        operation_of=np.array(found.operation_of) if max(found.operation_of) >= 0 else None,
        justified=np.array(found.justified) if any(found.justified) else None,
        contact_of=np.array([exposed.get(p.contact_of or "", -1) + 1 for p in data.patients]) if exposed else None,
        cleaning=np.array(cleaned) if any(cleaned) else None,
        noon=np.array(hours) if any(hours) else None,
        uncertain=_uncertain(data),
    )


def _uncertain(data: HospitalFile) -> UncertainStays | None:
    """Longer stays, where the file plans with them and somebody may stay longer."""
    for p in data.patients:
        if any(after > before for before, after in pairwise(p.overstay)):
            raise InputError("chances of longer stays never rise from night to night", item=f"patient {p.id}")
    if data.stays is None or not any(p.overstay for p in data.patients):
        return None
    said = data.stays
    ids, chances = [p.id for p in data.patients], [p.overstay[: data.days] for p in data.patients]
    return drawn(ids, chances, holds=said.holds_with, scenarios=said.scenarios, seed=said.seed)


def _isolation(patient: PatientEntry, cohorts: dict[str, int], *, alone: bool) -> int:
    """0 for none, else the number of the cohort; whoever must lie alone is a cohort of one.

    So are those (``alone``) whose gender is none of the two that share rooms, unless they say whose rooms they use.
    Contacts of an infection are a cohort where nothing else is said.
    """
    said = patient.isolation
    if said is None and patient.contact_of is not None:
        said = f"contacts of {patient.contact_of}"
    if patient.stay == 0 or (said is None and not alone):
        return 0
    name = f"alone {patient.id}" if alone or said in (None, "alone") else said
    return cohorts.setdefault(name, len(cohorts) + 1)


def _minutes(entries: list[Staffed], what: str, days: int) -> IntArray:
    _index([e.id for e in entries], what)
    for entry in entries:
        if len(entry.minutes) != days:
            raise InputError(f"has {len(entry.minutes)} days of minutes, expected {days}", item=f"{what} {entry.id}")
    return np.array([e.minutes for e in entries], dtype=np.int64).reshape(len(entries), days)


def _theatres(data: HospitalFile) -> Theatres:
    surgeons = _index([s.id for s in data.surgeons], "surgeon")
    who = [
        -1 if p.surgeon is None else lookup(surgeons, p.surgeon, "surgeon", f"patient {p.id}") for p in data.patients
    ]
    return Theatres(
        ids=tuple(o.id for o in data.theatres),
        surgeon_ids=tuple(surgeons),
        minutes=_minutes(data.theatres, "theatre", data.days),
        surgeon_minutes=_minutes(data.surgeons, "surgeon", data.days),
        surgeon=np.array(who),
        duration=np.array([p.surgery_minutes for p in data.patients]),
    )


def _nursing(data: HospitalFile) -> Nursing:
    shifts = _index(data.shifts, "shift")
    if not shifts:
        raise InputError("nurses need shifts", item="shifts")
    _index([n.id for n in data.nurses], "nurse")
    k = len(shifts)
    load = np.full((len(data.nurses), data.days * k), -1)
    for row, nurse in enumerate(data.nurses):
        _duties(nurse, shifts, load[row], data.days)
    width = k * min(data.days, max(p.stay or 0 for p in data.patients))
    tables = {name: np.zeros((len(data.patients), width), dtype=np.int64) for name in ("workload", "skill")}
    for row, p in enumerate(data.patients):
        for name, table in tables.items():
            values = getattr(p, name)
            if values and len(values) < k * (p.stay or 0):
                text = f"{name} has {len(values)} entries, expected {k * (p.stay or 0)} (shifts of the stay) or none"
                raise InputError(text, item=f"patient {p.id}")
            cut = min(len(values), width, k * (p.stay or 0))
            table[row, :cut] = values[:cut]
    return Nursing(
        shifts=tuple(shifts),
        ids=tuple(n.id for n in data.nurses),
        skill=np.array([n.skill for n in data.nurses], dtype=np.int64),
        max_load=load.reshape(len(data.nurses), data.days * k),
        workload=tables["workload"],
        required=tables["skill"],
    )


def _duties(nurse: NurseEntry, shifts: dict[str, int], row: IntArray, days: int) -> None:
    who = f"nurse {nurse.id}"
    for duty in nurse.shifts:
        day = number(duty.day)
        if day >= days:
            raise InputError(f"works on day {day}, days run to {days - 1}", item=who)
        s = day * len(shifts) + lookup(shifts, duty.shift, "shift", who)
        if row[s] >= 0:
            raise InputError(f"works twice on day {day}, {duty.shift}", item=who)
        row[s] = duty.max_load


class HospitalFormat:
    """Native hospital JSON."""

    name = "hospital"
    description = "Wardwise hospital: beds, theatres and nursing (JSON)"
    kind = "hospital"

    def detects(self, path: Path) -> bool:
        if path.suffix.lower() != ".json":
            return False
        try:
            data = load_json(path)
        except InputError:
            return False
        return isinstance(data, dict) and data.get("kind") == "hospital"

    def read(self, path: Path, options: ReadOptions) -> HospitalProblem:
        path = Path(path)
        data = parse(HospitalFile, load_json(path), path)
        with placed(path):
            return problem_of(data)

    def write(self, problem: HospitalProblem, path: Path) -> list[Path]:
        """Write an instance; reading it back gives the same problem."""
        return [write_json(Path(path), document(problem))]

    def read_plan(self, path: Path, problem: HospitalProblem) -> HospitalPlan:
        path = Path(path)
        data = parse(PlanFile, load_json(path), path)
        with placed(path):
            plan = plan_of(problem, data)
            problem.evaluate(plan)
        return plan

    def plan_from(self, made: object, problem: HospitalProblem) -> HospitalPlan:
        """A plan from the object of its file."""
        return plan_of(problem, parse(PlanFile, made))

    def write_plan(self, plan: HospitalPlan, problem: HospitalProblem, stem: Path) -> list[Path]:
        stem = Path(stem)
        return [write_json(stem.with_name(stem.name + ".json"), plan_document(problem, plan))]

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the instance file."""
        return json_schema("problem")
