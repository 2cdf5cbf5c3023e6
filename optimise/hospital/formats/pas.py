"""Patient admission scheduling (PAS): instances and solutions as text.

Source: P. Demeester, W. Souffriau, P. De Causmaecker, G. Vanden Berghe, "A hybrid tabu search algorithm for
automatically assigning patients to beds", Artificial Intelligence in Medicine 48 (2010).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, read_text
from optimise.formats.text import contains, placed, refuse_cut, whole
from optimise.hospital.beds import ANY_GENDER, SAME_GENDER, BedProblem, Patients, Rooms, RoomWish
from optimise.hospital.formats.pas_lines import LIMIT, TextLine, TextLines, index
from optimise.hospital.give_beds import give_beds
from optimise.hospital.problem import HospitalPlan, HospitalProblem, RuleSetting

__all__ = ["PasFormat"]

#: Cost of one unit of each wish, in ticks of 0.2.
_WEIGHTS = {
    "AgeLimit": 50,
    "RequiredProperty": 25,
    "PreferredProperty": 10,
    "RoomSize": 4,
    "DepartmentSpecialism": 5,
    "RoomSpecialism": 5,
    "RoomGenderPolicy": 25,
}
_TEXTS = {
    "AgeLimit": "outside the department's age limits",
    "RequiredProperty": "the room lacks required equipment",
    "PreferredProperty": "the room lacks equipment wished for",
    "RoomSize": "the room is larger than wished for",
    "DepartmentSpecialism": "the department does not treat the specialism",
    "RoomSpecialism": "the room is not the first choice for the specialism",
    "RoomGenderPolicy": "the room is kept for the other gender",
}
_POLICY = {"N": ANY_GENDER, "D": SAME_GENDER, "F": 0, "M": 1}
_HEAD = ("Rooms", "Roomproperties", "Beds", "Departments", "Specialisms", "Patients", "Planning horizon")
_TITLE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*ARTICLE BENCHMARK DATA SET")


def _read(name: str, text: str, mixing: str) -> HospitalProblem:
    lines = TextLines(text)
    number, title = lines.take("the title")
    if title != "ARTICLE BENCHMARK DATA SET":
        raise InputError(f"expected 'ARTICLE BENCHMARK DATA SET', found {title[:40]!r}", line=number)
    sizes = {key: lines.head(key) for key in _HEAD}
    days = sizes["Planning horizon"]
    if not 1 <= days <= 1000 or not sizes["Rooms"]:
        raise InputError("needs at least one room and a horizon of 1 to 1000 days", item="sizes")
    properties = sizes["Roomproperties"]
    specialisms = lines.section("SPECIALISMS", sizes["Specialisms"], "specialism", 1)
    departments = lines.section("DEPARTMENTS", sizes["Departments"], "department", 2)
    lines.section("ROOMPROPERTIES", properties, "room property", 1)
    rooms = lines.section("ROOMS", sizes["Rooms"], "room", 6)
    beds = lines.section("BEDS", sizes["Beds"], "bed", 1)
    patients = lines.section("PATIENTS", sizes["Patients"], "patient", 6)
    number, last = lines.take("'END.'")
    if last != "END.":
        raise InputError(f"expected 'END.', found {last[:40]!r}", line=number)
    stays = [stay for line in patients if (stay := _Stay.read(line, days, index(specialisms), properties))]
    if not stays:
        raise InputError("no patient stays a night inside the horizon", item="PATIENTS")
    made_rooms, table = _rooms(rooms, beds, departments, index(specialisms), properties, days)
    count = len(stays)
    release = np.array([s.first for s in stays])
    problem = BedProblem(
        days=days,
        rooms=made_rooms,
        patients=Patients(
            ids=tuple(s.name for s in stays),
            gender=np.array([s.gender for s in stays]),
            age_group=np.zeros(count, dtype=np.int64),
            release=release,
            due=release,
            stay=np.array([len(s.treatment) for s in stays]),
            mandatory=np.ones(count, dtype=np.bool_),
            home=np.full(count, -1),
            forbidden=np.zeros((count, sizes["Rooms"]), dtype=np.bool_),
        ),
        wishes=_wishes(stays, table, made_rooms),
        mixing="room" if mixing == "room" else "minority",
    )
    settings = [RuleSetting("RoomCapacity"), RuleSetting("BedConflict")]
    settings += [RuleSetting("MandatoryUnscheduledPatients"), RuleSetting("AdmissionDay")]
    settings.append(RuleSetting("RoomGenderMix", None if mixing == "forbidden" else 25))
    settings += [RuleSetting(rule, weight) for rule, weight in _WEIGHTS.items()]
    settings.append(RuleSetting("Transfer", 55))
    return HospitalProblem(name, "pas", problem, tuple(settings), scale=5)


@dataclass(frozen=True, slots=True)
class _Stay:
    """One patient line, cut at the horizon."""

    name: str
    age: int
    gender: int
    first: int
    treatment: list[int]  # specialism of each night
    size: int
    required: list[int]
    wished: list[int]

    @staticmethod
    def read(line: TextLine, days: int, specialisms: dict[str, int], properties: int) -> _Stay | None:
        """None when no night lies inside the horizon."""
        head = line.whole(0, 4)
        if head[3] not in ("F", "M"):
            raise line.error(f"sex is {head[3][:40]!r}, expected F or M")
        first, end = line.ints(line.whole(1, 2))
        if end < first:
            raise line.error(f"leaves on day {end}, before day {first}")
        parts = line.parts[2]
        count = line.ints(parts[:1])
        if not count or len(parts) < 1 + 2 * count[0]:
            raise line.error("field 3 needs a number of parts and a specialism and nights for each")
        treatment: list[int] = []
        nights = line.ints(parts[2 : 1 + 2 * count[0] : 2])
        for name, stayed in zip(parts[1 : 1 + 2 * count[0] : 2], nights, strict=True):
            if name == "0":
                continue
            treatment += [line.known(specialisms, name, "specialism")] * min(stayed, days)
        if sum(nights) != end - first:
            raise line.error(f"the nights of the parts sum to {sum(nights)}, the stay has {end - first}")
        (size,) = line.ints(line.whole(3, 1))
        required, wished = line.flags(4, properties), line.flags(5, properties)
        if end == first or first >= days:
            return None
        treatment = treatment[: days - first]
        if len(treatment) < min(end, days) - first:
            raise line.error("has nights without a specialism")
        (age,) = line.ints([head[2]])
        gender = int(head[3] == "M")
        return _Stay(head[0], age, gender, first, treatment, size, required, wished)


@dataclass(frozen=True, slots=True)
class _RoomTable:
    """What the wishes compare with, by room."""

    size: IntArray
    youngest: IntArray
    oldest: IntArray
    treated: IntArray  # (specialisms, rooms) bool: the department treats it
    level: IntArray  # (specialisms, rooms): penalty of the room for the specialism
    has: IntArray  # (rooms, properties)


def _rooms(
    lines: list[TextLine],
    beds: list[TextLine],
    departments: list[TextLine],
    specialisms: dict[str, int],
    properties: int,
    days: int,
) -> tuple[Rooms, _RoomTable]:
    wards, rooms = index(departments), index(lines)
    ages, treats = [], []
    for line in departments:
        low, high = line.ints(line.whole(0, 4)[2:])
        ages.append((low, high or LIMIT))
        treats.append(line.levels(1, specialisms))
    named: list[list[str]] = [[] for _ in lines]
    for line in beds:
        bed, room = line.whole(0, 2)
        named[line.known(rooms, room, "room")].append(bed)
    size, ward, policy, levels, has = [], [], [], [], []
    for line, mine in zip(lines, named, strict=True):
        line.whole(0, 2)
        (capacity,) = line.ints(line.whole(1, 1))
        if capacity != len(mine):
            raise line.error(f"has capacity {capacity} but {len(mine)} beds")
        size.append(capacity)
        ward.append(line.known(wards, line.whole(2, 1)[0], "department"))
        policy.append(line.known(_POLICY, line.whole(3, 1)[0], "policy"))
        levels.append(line.levels(4, specialisms))
        has.append(line.flags(5, properties))
    treated = [[s in treats[w] for w in ward] for s in range(len(specialisms))]
    level = [[room.get(s, 3) - 1 for room in levels] for s in range(len(specialisms))]
    table = _RoomTable(
        size=np.array(size),
        youngest=np.array([ages[w][0] for w in ward]),
        oldest=np.array([ages[w][1] for w in ward]),
        treated=np.array(treated, dtype=np.bool_).reshape(len(specialisms), len(lines)),
        level=np.array(level, dtype=np.int64).reshape(len(specialisms), len(lines)),
        has=np.array(has, dtype=np.int64).reshape(len(lines), properties),
    )
    made = Rooms(
        ids=tuple(rooms),
        beds=np.repeat(np.array(size)[:, None], days, axis=1),
        policy=np.array(policy),
        wards=tuple(wards),
        ward=np.array(ward),
        bed_ids=tuple(tuple(mine) for mine in named),
    )
    return made, table


def _wishes(stays: list[_Stay], table: _RoomTable, rooms: Rooms) -> tuple[RoomWish, ...]:
    width = max(len(s.treatment) for s in stays)
    treatment = np.full((len(stays), width), -1)
    for row, stay in enumerate(stays):
        treatment[row, : len(stay.treatment)] = stay.treatment
    own = np.where(treatment >= 0, np.arange(len(stays))[:, None], -1)
    age = np.array([s.age for s in stays])[:, None]
    size = np.array([s.size for s in stays])[:, None]
    gender = np.array([s.gender for s in stays])[:, None]
    required = np.array([s.required for s in stays]).reshape(len(stays), -1)
    wished = np.array([s.wished for s in stays]).reshape(len(stays), -1) * (1 - required)
    lacks = (1 - table.has).T
    amounts = {
        "AgeLimit": ((age < table.youngest) | (age > table.oldest), own),
        "RequiredProperty": (required @ lacks, own),
        "PreferredProperty": (wished @ lacks, own),
        "RoomSize": ((size > 0) & (table.size > size), own),
        "DepartmentSpecialism": (~table.treated, treatment),
        "RoomSpecialism": (table.level, treatment),
        "RoomGenderPolicy": ((rooms.policy >= 0) & (rooms.policy != gender), own),
    }
    return tuple(RoomWish(rule, _TEXTS[rule], amount, row) for rule, (amount, row) in amounts.items())


def _read_plan(problem: HospitalProblem, text: str) -> HospitalPlan:
    people = problem.patients
    patients = {name: i for i, name in enumerate(people.ids)}
    place = {bed: (r, b) for r, names in enumerate(problem.rooms.bed_ids) for b, bed in enumerate(names)}
    start = problem.empty_plan()
    admission, room = start.admission.copy(), start.room.copy()
    bed = np.full_like(room, -1)
    lines, seen = text.splitlines(), set[int]()
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words:
            continue
        item = f"patient {words[0][:40]}"
        if words[0] not in patients:
            raise InputError("unknown patient, or one with no night inside the horizon", line=number, item=item)
        p = patients[words[0]]
        if p in seen:
            raise InputError("occurs twice", line=number, item=item)
        first = int(people.release[p])
        nights = int(min(people.stay[p], problem.days - first))
        seen.add(p)
        if len(words) == 1 and (number < len(lines) or whole(text)):
            continue  # not admitted
        if len(words) - 1 != nights:
            said = f"has {len(words) - 1} beds, expected one for each of {nights} nights"
            raise InputError(said, line=number, item=item)
        for d, name in enumerate(words[1:], start=first):
            if name not in place:
                raise InputError(f"unknown bed {name[:40]!r}", line=number, item=item)
            room[p, d], bed[p, d] = place[name]
        if number == len(lines) and not whole(text):
            try:
                refuse_cut(words[-1], place, item)
            except InputError as error:
                raise error.at(line=number) from None
        admission[p] = first
    missing = [name for p, name in enumerate(people.ids) if p not in seen]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(f"no line for patient {missing[0]}{more}; who is not admitted has a line without beds")
    return HospitalPlan(admission, room, start.theatre, start.nurse, bed)


class PasFormat:
    """The text format of the PAS benchmark."""

    name = "pas"
    description = "Patient admission scheduling, Demeester et al. (text)"
    kind = "hospital"
    choices = ("mixing",)

    def detects(self, path: Path) -> bool:
        return contains(path, _TITLE)

    def read(self, path: Path, options: ReadOptions) -> HospitalProblem:
        """Read an instance; ``options.extra["mixing"]`` is ``forbidden`` (default), ``minority`` or ``room``."""
        path = Path(path)
        mixing = (options.extra or {}).get("mixing", "forbidden")
        if mixing not in ("forbidden", "minority", "room"):
            raise InputError(f"mixing is {mixing!r}, expected forbidden, minority or room", file=path)
        with placed(path):
            return _read(path.stem, read_text(path), mixing)

    def read_plan(self, path: Path, problem: HospitalProblem) -> HospitalPlan:
        path = Path(path)
        with placed(path):
            return _read_plan(problem, read_text(path))

    def write_plan(self, plan: HospitalPlan, problem: HospitalProblem, stem: Path) -> list[Path]:
        """Write ``STEM.sol``; patients who are not admitted have a line without beds."""
        names = problem.rooms.bed_ids
        if not names:
            raise InputError("the PAS format needs named beds")
        bed = give_beds(problem, plan) if plan.bed is None else plan.bed
        rows = []
        for p, name in enumerate(problem.patients.ids):
            days = np.flatnonzero(plan.room[p] >= 0)
            beds = [names[plan.room[p, d]][min(int(bed[p, d]), len(names[plan.room[p, d]]) - 1)] for d in days]
            rows.append(" ".join([name, *beds]))
        stem = Path(stem)
        return [write_text(stem.with_name(stem.name + ".sol"), "\n".join(rows) + "\n")]
