"""A hospital document as a native file: rooms by ward and name, people and their dates, lists by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from optimise.core.errors import InputError, InputErrors
from optimise.formats.document import ItemError, UnknownName, findings, nearest
from optimise.formats.examine import Findings
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_checks import check_beds, check_people, doubts, room_sex, sex_of, unknown_rules
from optimise.hospital.formats.hospital_document import Elective, HospitalData, InPatient, Person, Session
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.formats.hospital_spelling import one_spelling
from optimise.hospital.problem import HospitalProblem

__all__ = ["doubts_of", "file_of", "first_day", "to_problem"]

Path = tuple[str | int, ...]
#: Chances of longer stays that are left out.
LEAST_CHANCE = 0.001
_NONE = frozenset({"", "-", "no", "none", "nil"})


def to_problem(hospital: HospitalData) -> HospitalProblem:
    """The problem that a document describes.

    Raises
    ------
    InputError
        Of all that contradicts itself, with the path of each entry.
    """
    maker = _Maker(hospital)
    file = maker.file()
    try:
        return replace(
            problem_of(file),
            doubts=tuple(doubt.message for doubt in doubts(maker.hospital, maker.start, maker.sizes())),
        )
    except (ItemError, InputErrors):
        raise
    except InputError as error:
        path = maker.places.get(error.item or "")
        if path is None:
            raise
        raise ItemError(error.message, path) from None


def file_of(hospital: HospitalData) -> HospitalFile:
    """The native file that says the same."""
    return _Maker(hospital).file()


def first_day(hospital: HospitalData) -> date:
    """The day of the bed state: as said, else that of the earliest expected discharge, since none should be past."""
    if hospital.start is not None:
        return hospital.start
    known = [p.expected_discharge for p in hospital.bed_state if p.expected_discharge is not None]
    if not known:
        raise ItemError("is missing, and no expected discharge tells when it might be", ("start",))
    return min(known)


def doubts_of(hospital: HospitalData) -> tuple[ItemError, ...]:
    """What can be planned and is hardly meant, with the path of each entry."""
    maker = _Maker(hospital)
    return tuple(doubts(maker.hospital, maker.start, maker.sizes()))


class _Maker:
    def __init__(self, hospital: HospitalData) -> None:
        self.hospital, self.start = one_spelling(hospital), first_day(hospital)
        hospital = self.hospital
        self.findings = Findings()
        self.places: dict[str, Path] = {}
        self.rooms: dict[tuple[str, str], str] = {}
        for i, room in enumerate(hospital.rooms):
            key = (room.ward, room.room)
            if key in self.rooms:
                self.findings.add(ItemError(f"room {room.room} of {room.ward} is there twice", ("rooms", i, "room")))
            self.rooms[key] = f"{room.ward}/{room.room}"
            self.places[f"room {self.rooms[key]}"] = ("rooms", i)
        self.cleaning: dict[str, int] = {}
        for i, row in enumerate(hospital.infections):
            name = row.infection.strip().casefold()
            if name in self.cleaning:
                text = f"infection {row.infection} is there twice"
                self.findings.add(ItemError(text, ("infections", i, "infection")))
            self.cleaning.setdefault(name, row.cleaning_nights)
        self.care: dict[str, list[dict[str, Any]]] = {}
        known = [p.patient for p in (*hospital.bed_state, *hospital.electives)]
        for i, phase in enumerate(hospital.care):
            if phase.patient not in known:
                text = f"nobody is called {phase.patient!r}" + nearest(phase.patient, known)
                self.findings.add(UnknownName(text, ("care", i, "patient"), phase.patient))
            self.care.setdefault(phase.patient, []).append(phase.model_dump(exclude={"patient"}))

    def file(self) -> HospitalFile:
        hospital = self.hospital
        with self.findings:
            check_people(hospital)
        for fault in unknown_rules(hospital):
            self.findings.add(fault)
        patients: list[dict[str, Any]] = []
        for i, lying in enumerate(hospital.bed_state):
            with self.findings:
                patients.append(self.inpatient(lying, ("bed_state", i)))
        for i, waiting in enumerate(hospital.electives):
            with self.findings:
                patients.append(self.elective(waiting, ("electives", i)))
        patients += self.emergencies()
        rooms = self.room_entries()
        with self.findings:
            check_beds(hospital, self.sizes())
        self.findings.settle()
        if not patients:
            raise ItemError("there is nobody to plan for: no bed state, electives or emergencies", ("bed_state",))
        others = sorted({p["gender"] for p in patients} - {"F", "M"})
        named = dict.fromkeys(room.ward for room in hospital.rooms)
        wards = {w.id: w.model_dump() for w in hospital.wards}
        made: dict[str, Any] = {
            "kind": "hospital",
            "name": hospital.name,
            "days": hospital.days,
            "start": self.start,
            "unknown_stay": hospital.unknown_stay,
            "stays": self.uncertain(),
            "genders": ["F", "M", *others],
            "wards": [wards.get(name, {"id": name}) for name in {**wards, **named}],
            "rooms": rooms,
            "patients": patients,
            "theatres": self.sessions(hospital.theatres, "theatres"),
            "surgeons": self.sessions(hospital.surgeons, "surgeons"),
            "shifts": hospital.shifts,
            "nurses": self.nurses(),
            "rules": {price.rule: price.price for price in hospital.rules},
        }
        try:
            return HospitalFile.model_validate(made)
        except ValidationError as error:
            for found in findings(HospitalFile, error, made):
                self.findings.add(found)
            self.findings.settle()
            raise

    # ---- rooms and beds ------------------------------------------------------------------------------------------
    def room_of(self, ward: str, room: str, path: Path) -> str:
        """The native name of a room; the room says what is wrong where there is none."""
        if (ward, room) in self.rooms:
            return self.rooms[ward, room]
        mine = [name for there, name in self.rooms if there == ward]
        if not mine:
            wards = list(dict.fromkeys(there for there, _ in self.rooms))
            raise UnknownName(f"no room is in ward {ward!r}" + nearest(ward, wards), (*path, "ward"), ward)
        raise UnknownName(f"no room of {ward} is called {room!r}" + nearest(room, mine), (*path, "room"), room)

    def room_entries(self) -> list[dict[str, Any]]:
        listed: Counter[str] = Counter()
        shut: dict[str, list[dict[str, Any]]] = {}
        end = self.start + timedelta(days=self.hospital.days)
        seen = set[tuple[str, str]]()
        for i, bed in enumerate(self.hospital.beds):
            with self.findings:
                place = self.room_of(bed.ward, bed.room, ("beds", i))
                if (place, bed.bed) in seen:
                    raise ItemError(f"bed {bed.bed} of {place} is there twice", ("beds", i, "bed"))
                seen.add((place, bed.bed))
                listed[place] += 1
                if bed.status == "open":
                    continue
                cleaned = self.start + timedelta(days=1)
                until = bed.until or (cleaned if bed.status == "being cleaned" else end)
                if until > self.start:
                    last = min(until, end) - timedelta(days=1)
                    shut.setdefault(place, []).append({"first_day": self.start, "last_day": last, "beds": 1})
        made = []
        for i, room in enumerate(self.hospital.rooms):
            with self.findings:
                name = self.rooms[room.ward, room.room]
                beds = listed[name] if room.beds is None else room.beds
                if room.beds is None and not listed[name]:
                    raise ItemError("is missing, and the room has no row in the list of beds", ("rooms", i, "beds"))
                if listed[name] > beds:
                    text = f"{beds} beds, but {listed[name]} of the room are in the list of beds"
                    raise ItemError(text, ("rooms", i, "beds"))
                entry = {"id": name, "ward": room.ward, "beds": beds, "features": room.features}
                made.append(entry | {"gender": room_sex(room.sex, ("rooms", i)), "closed": shut.get(name, [])})
        return made

    def sizes(self) -> dict[tuple[str, str], int]:
        """Beds by ward and room."""
        listed = Counter((bed.ward, bed.room) for bed in self.hospital.beds)
        return {(r.ward, r.room): listed[r.ward, r.room] if r.beds is None else r.beds for r in self.hospital.rooms}

    def uncertain(self) -> dict[str, Any] | None:
        """That stays may be longer is planned with; None where it is not."""
        hospital = self.hospital
        if hospital.holds_with is None:
            return None
        chances = [p.discharge_chance for p in hospital.bed_state] + [p.discharge_chance for p in hospital.electives]
        if all(chance in (None, 1) for chance in chances):
            raise ItemError("needs discharge_chance of somebody; nobody has one", ("holds_with",))
        return {"holds_with": hospital.holds_with, "scenarios": hospital.scenarios, "seed": hospital.seed}

    def overstay(self, chance: float | None) -> list[float]:
        """Chance of staying each night longer; a day on which hardly anybody is there any more ends it."""
        later = [round((1 - (chance or 1.0)) ** night, 6) for night in range(1, self.hospital.days + 1)]
        return [c for c in later if c >= LEAST_CHANCE]

    # ---- people --------------------------------------------------------------------------------------------------
    def person(self, p: Person, path: Path) -> dict[str, Any]:
        """What everybody's entry says."""
        self.places.setdefault(f"patient {p.patient}", path)
        infection = (p.infection or "").strip()
        made = {
            "id": p.patient,
            "gender": sex_of(p.sex, path),
            "accommodated_as": p.accommodated_as,
            "age": p.age,
            "isolation": "alone" if p.alone else None if infection.lower() in _NONE else infection,
            "contact_of": p.exposed_to,
            "cleaning_nights": self.cleaning.get(infection.casefold(), 0),
            "specialty": p.specialty,
            "needs": p.needs,
            "care": self.care.get(p.patient, []),
            "surgeon": p.surgeon,
            "surgery_minutes": p.surgery_minutes,
        }
        told = {"infection": infection if infection.lower() not in _NONE else None, "note": p.note}
        return made | {key: value for key, value in told.items() if value}

    def inpatient(self, p: InPatient, path: Path) -> dict[str, Any]:
        if p.nights is not None and p.expected_discharge is not None:
            raise ItemError("both nights and the expected discharge are given; give one", (*path, "nights"))
        made = self.person(p, path) | {"room": self.room_of(p.ward, p.room, path), "stay": p.nights}
        made |= {"expected_discharge": p.expected_discharge, "justified_until": p.fit_for_ward}
        made |= {"leaves_at": p.leaves_at} if p.leaves_at else {}
        made |= {"overstay": self.overstay(p.discharge_chance)}
        if p.nights is None and self.hospital.unknown_stay is None:
            if p.expected_discharge is None:
                text = "is missing; give it, or nights, or unknown_stay for all such"
                raise ItemError(text, (*path, "expected_discharge"))
            if p.expected_discharge < self.start:
                text = f"{p.expected_discharge} is past on {self.start}; give another, or unknown_stay for all such"
                raise ItemError(text, (*path, "expected_discharge"))
        if p.surgeon is not None:
            made |= {"surgery_earliest": p.surgery_from, "surgery_latest": p.surgery_until}
        return made | ({"bed": p.bed} if p.bed else {})

    def elective(self, p: Elective, path: Path) -> dict[str, Any]:
        if p.latest is not None and p.latest < p.earliest:
            raise ItemError(f"{p.latest} is before the earliest day, {p.earliest}", (*path, "latest"))
        days: dict[str, Any] = {"earliest": p.earliest, "latest": p.latest, "stay": p.nights, "mandatory": p.must_come}
        days |= {"arrives_at": p.arrives_at} if p.arrives_at else {}
        days |= {"overstay": self.overstay(p.discharge_chance)}
        return self.person(p, path) | days

    def emergencies(self) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        counts: Counter[date] = Counter()
        for i, row in enumerate(self.hospital.emergencies):
            for _ in range(row.count):
                counts[row.date] += 1
                name = f"emergency {row.date} no. {counts[row.date]}"
                self.places[f"patient {name}"] = ("emergencies", i)
                entry = {
                    "id": name,
                    "gender": sex_of(row.sex, ("emergencies", i)),
                    "specialty": row.specialty,
                    "needs": row.needs,
                    "expected": True,
                }
                made.append(entry | {"earliest": row.date, "latest": row.date, "stay": row.nights})
        return made

    # ---- lists by day --------------------------------------------------------------------------------------------
    def day(self, when: date) -> int | None:
        """Day of the plan, None outside it."""
        day = (when - self.start).days
        return day if 0 <= day < self.hospital.days else None

    def sessions(self, rows: Sequence[Session], key: str) -> list[dict[str, Any]]:
        made: dict[str, list[int]] = {}
        for i, row in enumerate(rows):
            minutes = made.setdefault(row.id, [0] * self.hospital.days)
            self.places.setdefault(f"{key.removesuffix('s')} {row.id}", (key, i))
            day = self.day(row.date)
            if day is not None:
                minutes[day] += row.minutes
        return [{"id": name, "minutes": minutes} for name, minutes in made.items()]

    def nurses(self) -> Iterable[dict[str, Any]]:
        made: dict[str, dict[str, Any]] = {}
        for i, row in enumerate(self.hospital.nurses):
            entry = made.setdefault(row.nurse, {"id": row.nurse, "skill": row.skill, "shifts": []})
            self.places.setdefault(f"nurse {row.nurse}", ("nurses", i))
            day = self.day(row.date)
            if day is not None:
                entry["shifts"].append({"day": day, "shift": row.shift, "max_load": row.max_load})
        return list(made.values())
