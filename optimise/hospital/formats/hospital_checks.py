"""What a hospital document cannot mean, as errors; what it hardly means, as doubts. Both by the path of the entry.

The commonest mistakes of a morning are slips in the list of beds: two people in one bed, a bed that the room does not
have, somebody in a closed bed. A plan counts the beds of a room, so it would not notice them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from optimise.core.wording import names_listed
from optimise.formats.document import ItemError, UnknownName, nearest
from optimise.hospital.formats.defaults import WISH_RULES
from optimise.hospital.formats.hospital_document import HospitalData, InPatient
from optimise.hospital.rules import known_rules
from optimise.hospital.rules.wishes import ADMISSION_WISHES

__all__ = ["OTHER_SEX", "UNKNOWN_SEX", "check_beds", "check_people", "doubts", "room_sex", "sex_of"]

Path = tuple[str | int, ...]
_SEX = {"f": "F", "female": "F", "woman": "F", "m": "M", "male": "M", "man": "M"}
#: Words for somebody whose sex is recorded as neither of the two that share rooms.
OTHER_SEX = ("other", "X", "non-binary", "neither", "indeterminate")
#: Words for somebody whose sex nobody has recorded; an empty cell is one more.
UNKNOWN_SEX = ("unknown", "U", "not known", "not recorded", "not specified")
_OTHERS = frozenset(word.lower() for word in (*OTHER_SEX, *UNKNOWN_SEX))
#: Names in one doubt.
_MOST_NAMED = 8
_WORDS = ("F", "M", "female", "male", "woman", "man", *OTHER_SEX, *UNKNOWN_SEX)


def sex_of(text: str, path: Path) -> str:
    """F and M in every spelling, another sex as recorded, ``unknown`` where nothing is.

    Raises
    ------
    ItemError
        For any other word: a slip of the pen must not move anybody to a side room.
    """
    said = text.strip()
    if not said:
        return "unknown"
    if said.lower() in _OTHERS:
        return said
    if said.lower() not in _SEX:
        raise ItemError(f"{said!r} is no sex" + nearest(said.lower(), _WORDS), (*path, "sex"))
    return _SEX[said.lower()]


def room_sex(text: str, path: Path) -> str:
    """Whose room it is: ``same``, ``any``, F or M.

    Raises
    ------
    ItemError
        For any other word.
    """
    said = text.strip().lower()
    made = said if said in ("same", "any") else _SEX.get(said)
    if made is None:
        known = ("same", "any", "F", "M", "female", "male")
        raise ItemError(f"{text!r} says not whose room it is" + nearest(said, known), (*path, "sex"))
    return made


def check_people(hospital: HospitalData) -> None:
    """Nobody is there twice.

    Raises
    ------
    ItemError
        With both rows.
    """
    first: dict[str, tuple[str, int]] = {}
    for key, people in (("bed_state", hospital.bed_state), ("electives", hospital.electives)):
        for i, person in enumerate(people):
            if person.patient in first:
                sheet, row = first[person.patient]
                where = "" if sheet == key else " of the bed state"
                text = f"{person.patient!r} is there twice, also in {sheet}[{row}]{where}"
                raise ItemError(text, (key, i, "patient"))
            first[person.patient] = key, i


def unknown_rules(hospital: HospitalData) -> Iterator[ItemError]:
    """Entries whose rule nobody knows.

    Parameters
    ----------
    hospital : HospitalData

    Yields
    ------
    ItemError
        With the nearest name that there is.
    """
    known = (*known_rules(), *WISH_RULES, *ADMISSION_WISHES)
    for i, price in enumerate(hospital.rules):
        if price.rule not in known:
            text = f"no rule is called {price.rule!r}" + nearest(price.rule, known, listed=False)
            yield UnknownName(f"{text} ('wardwise rules' lists them)", ("rules", i, "rule"), price.rule)


def check_beds(hospital: HospitalData, size: dict[tuple[str, str], int]) -> None:
    """Every bed that is named exists, and one person at most lies in it.

    Where the list of beds has all beds of a room, its names are those. Else a room of n beds has n different names at
    most, and numbers lie within n in a row: 1 to n, or further on where the ward counts its beds from room to room.

    Parameters
    ----------
    hospital : HospitalData
    size : dict
        By ward and room: beds.

    Raises
    ------
    ItemError
        For the first bed that cannot be.
    """
    lying: dict[tuple[str, str, str], int] = {}
    named: dict[tuple[str, str], dict[str, Path]] = {}
    listed: dict[tuple[str, str], list[str]] = {}
    for i, bed in enumerate(hospital.beds):
        named.setdefault((bed.ward, bed.room), {})[bed.bed] = ("beds", i)
        listed.setdefault((bed.ward, bed.room), []).append(bed.bed)
    for i, p in enumerate(hospital.bed_state):
        if p.bed is None:
            continue
        before = lying.setdefault((p.ward, p.room, p.bed), i)
        if before != i:
            other = hospital.bed_state[before].patient
            text = f"{p.patient} and {other} (bed_state[{before}]) both lie in bed {p.bed} of {p.ward}, {p.room}"
            raise ItemError(text, ("bed_state", i, "bed"))
        named.setdefault((p.ward, p.room), {}).setdefault(p.bed, ("bed_state", i))
    for (ward, room), names in named.items():
        if (ward, room) not in size:  # there is no such room, which is told by itself
            continue
        beds, known = size[ward, room], listed.get((ward, room), [])
        wrong = _missing(list(names), known, beds, _counts_on(ward, named, size))
        if wrong is not None:
            has = f"{beds} bed{'' if beds == 1 else 's'}"
            hint = nearest(wrong, known) if len(known) == beds else "; name each bed in the list of beds if they differ"
            raise ItemError(f"{ward}, {room} has {has}, and none is called {wrong!r}" + hint, (*names[wrong], "bed"))


def _missing(names: Sequence[str], listed: Sequence[str], beds: int, counts_on: bool) -> str | None:
    """The first name that no bed of a room can have; the list of beds comes first among them."""
    if len(listed) == beds:
        return next((name for name in names if name not in listed), None)
    numbers = {name: int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 10}
    if numbers:
        starts = range(1, 2) if not counts_on else sorted({1, *numbers.values()})
        first = max(starts, key=lambda s: (sum(s <= n < s + beds for n in numbers.values()), -s))
        wrong = next((name for name, n in numbers.items() if not first <= n < first + beds), None)
        if wrong is not None:
            return wrong
    return names[beds] if len(names) > beds else None


def _counts_on(ward: str, named: dict[tuple[str, str], dict[str, Path]], size: dict[tuple[str, str], int]) -> bool:
    """Whether a ward may number its beds from room to room: no name is in two of its rooms, none beyond its beds."""
    rooms = [names for (there, _), names in named.items() if there == ward]
    found = Counter(name for names in rooms for name in names)
    beds = sum(n for (there, _), n in size.items() if there == ward)
    numbers = [int(name) for name in found if name.isascii() and name.isdigit() and len(name) < 10]
    return max(found.values(), default=0) <= 1 and max(numbers, default=0) <= beds


def doubts(hospital: HospitalData, start: date, size: dict[tuple[str, str], int]) -> Iterator[ItemError]:
    """What can be planned and is hardly meant, as errors that nobody need raise.

    Parameters
    ----------
    hospital : HospitalData
        One that :func:`check_beds` accepts.
    start : date
        First day.
    size : dict
        By ward and room: beds.

    Yields
    ------
    ItemError
        In the order of the document.
    """
    yield from _beds_in_doubt(hospital, start, size)
    yield from _people_in_doubt(hospital)
    yield from _neighbours_in_doubt(hospital, start)
    yield from _unused(hospital)
    yield from _words_in_doubt(hospital)


def _beds_in_doubt(hospital: HospitalData, start: date, size: dict[tuple[str, str], int]) -> Iterator[ItemError]:
    shut = {
        (b.ward, b.room, b.bed): b for b in hospital.beds if b.status != "open" and (b.until is None or b.until > start)
    }
    there: Counter[tuple[str, str]] = Counter()
    for i, p in enumerate(hospital.bed_state):
        if p.expected_discharge == start:  # goes home today
            continue
        there[p.ward, p.room] += 1
        bed = shut.get((p.ward, p.room, p.bed or ""))
        if bed is not None:
            until = f" until {bed.until}" if bed.until else ""
            text = f"bed {bed.bed} of {p.ward}, {p.room} is {bed.status}{until}, and {p.patient} lies in it"
            text += " and has to move to another bed"
            yield ItemError(f"{text}; if not, correct the list of beds", ("bed_state", i, "bed"))
        open_beds = size[p.ward, p.room] - sum(key[:2] == (p.ward, p.room) for key in shut)
        if there[p.ward, p.room] == open_beds + 1:
            text = f"more people lie in {p.ward}, {p.room} than it has open beds ({open_beds}): somebody has to move"
            yield ItemError(text, ("bed_state", i, "room"))


def _people_in_doubt(hospital: HospitalData) -> Iterator[ItemError]:
    unknown = {"", *(word.lower() for word in UNKNOWN_SEX)}
    for key, people in (("bed_state", hospital.bed_state), ("electives", hospital.electives)):
        for i, p in enumerate(people):
            if p.sex.strip().lower() in unknown and p.accommodated_as is None:
                text = f"the sex of {p.patient} is unknown: planned alone in a room; accommodated_as says whose rooms"
                yield ItemError(text, (key, i, "sex"))
    for i, row in enumerate(hospital.emergencies):
        if row.count and row.sex.strip().lower() in unknown:
            text = "the sex is unknown: each is planned alone in a room; give a row for F and one for M"
            yield ItemError(text, ("emergencies", i, "sex"))


def _words_in_doubt(hospital: HospitalData) -> Iterator[ItemError]:
    """Needs that no room has, and specialties that no ward treats."""
    features = list(dict.fromkeys(f for room in hospital.rooms for f in room.features))
    special = list(dict.fromkeys(s for ward in hospital.wards for s in ward.specialties))
    infections = [row.infection for row in hospital.infections]
    known = {name.strip().casefold() for name in infections}
    for key, people in (("bed_state", hospital.bed_state), ("electives", hospital.electives)):
        for i, p in enumerate(people):
            said = (p.infection or "").strip()
            hint = nearest(said, infections, listed=False) if said.casefold() not in known else ""
            if said and hint:
                yield ItemError(f"no row of the infections is called {said!r}{hint}", (key, i, "infection"))
    used = {room.ward for room in hospital.rooms}
    listed = {ward.id for ward in hospital.wards if ward.specialties}
    for key in ("bed_state", "electives", "emergencies", "care"):
        for i, row in enumerate(getattr(hospital, key)):
            for need in row.needs:
                if need not in features:
                    yield ItemError(f"no room has {need!r}" + nearest(need, features), (key, i, "needs"))
            if row.specialty is None or row.specialty in special or not special:
                continue
            hint = nearest(row.specialty, special, listed=used <= listed)
            if hint:  # wards that list nothing treat everything, and so a word that resembles none may be meant
                yield ItemError(f"no ward lists {row.specialty!r}" + hint, (key, i, "specialty"))


def _neighbours_in_doubt(hospital: HospitalData, start: date) -> Iterator[ItemError]:
    """Possible contacts of an infection, and both sexes in a room for one."""
    together: dict[tuple[str, str], list[tuple[int, InPatient]]] = {}
    for i, p in enumerate(hospital.bed_state):
        together.setdefault((p.ward, p.room), []).append((i, p))
    one_sex = {(room.ward, room.room) for room in hospital.rooms if room.sex.strip().lower() != "any"}
    for (ward, room), people in together.items():
        for infection in dict.fromkeys(_plain(p.infection) for _, p in people if _plain(p.infection)):
            ill = [(i, p) for i, p in people if _plain(p.infection) == infection]
            beside = [p.patient for _, p in people if infection not in (_plain(p.infection), _plain(p.exposed_to))]
            if beside:
                i, first = ill[0]
                others = names_listed(beside, _MOST_NAMED)
                text = (
                    f"{first.patient} ({first.infection}) lies in {ward}, {room} with {others}: contacts say "
                    f"{first.infection} under exposed_to, and then share rooms with each other only"
                )
                yield ItemError(text, ("bed_state", i, "infection"))
        staying = [(i, p) for i, p in people if p.expected_discharge != start]
        by_sex = {sex: [(i, p) for i, p in staying if _lies_as(p) == sex] for sex in ("F", "M")}
        if (ward, room) in one_sex and all(by_sex.values()):
            few, many = sorted(by_sex.values(), key=len)
            i, names = few[0][0], names_listed([p.patient for _, p in few], _MOST_NAMED)
            text = (
                f"both sexes lie in {ward}, {room}: {names} beside {len(many)} of the "
                "other; somebody has to move, or the sex is a slip"
            )
            yield ItemError(text, ("bed_state", i, "sex"))


def _unused(hospital: HospitalData) -> Iterator[ItemError]:
    """What is recorded and plays no part; at most one doubt a column."""
    if hospital.holds_with is None:
        chances = {
            "bed_state": [p.discharge_chance for p in hospital.bed_state],
            "electives": [p.discharge_chance for p in hospital.electives],
        }
        for key, given in chances.items():
            said = [i for i, chance in enumerate(given) if chance is not None and chance < 1]
            if said:
                who = "1 patient" if len(said) == 1 else f"{len(said)} patients"
                text = f"the discharge_chance of {who} plays no part: say holds_with, and the plan leaves room for it"
                yield ItemError(text, (key, said[0], "discharge_chance"))
    if hospital.nurses:
        text = "this sheet knows no workload of patients: nurses go to rooms by presence, skill and continuity alone"
        yield ItemError(text, ("nurses", 0, "max_load"))


def _plain(text: str | None) -> str:
    return (text or "").strip().casefold()


def _lies_as(person: InPatient) -> str:
    """F or M; empty where neither is recorded, or a word that is refused elsewhere."""
    return person.accommodated_as or _SEX.get(person.sex.strip().lower(), "")
