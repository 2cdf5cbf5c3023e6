"""Which bed of a room is which on the board: their names and what is not open, as far as the bed state says."""

from __future__ import annotations

import re
from datetime import timedelta

from optimise.hospital.formats.hospital_document import HospitalData
from optimise.hospital.problem import HospitalProblem

__all__ = ["bed_names", "bed_of", "shut_beds"]


def bed_of(problem: HospitalProblem, p: int, r: int) -> str:
    """Name of the bed in which a patient lies in the morning, where it is in room ``r`` and recorded."""
    here = int(problem.patients.home[p]) == r
    return str(problem.about.get(problem.patients.ids[p], {}).get("bed", "")) if here else ""


def shut_beds(problem: HospitalProblem, r: int, day: int) -> dict[str, str]:
    """Beds of a room that are not open on a day, by name: ``closed``, ``reserved`` or ``being cleaned``."""
    document = problem.document
    made: dict[str, str] = {}
    if not isinstance(document, HospitalData) or problem.start is None:
        return {}
    for bed in document.beds:
        if f"{bed.ward}/{bed.room}" == problem.rooms.ids[r] and bed.status != "open":
            cleaned = problem.start + timedelta(days=1) if bed.status == "being cleaned" else None
            until = bed.until or cleaned
            if until is None or until > problem.start + timedelta(days=day):
                made[bed.bed] = bed.status
    return made


def bed_names(problem: HospitalProblem, r: int, count: int) -> list[str]:
    """Names of at least ``count`` beds of a room, also those that are never open; empty where nobody recorded one.

    Numbers up to the count are completed: beds 2 and 5 of six are two of the beds 1 to 6.
    """
    document, people = problem.document, problem.patients
    found = {bed_of(problem, p, r) for p in range(len(people)) if people.home[p] == r} - {""}
    if isinstance(document, HospitalData):
        found |= {bed.bed for bed in document.beds if f"{bed.ward}/{bed.room}" == problem.rooms.ids[r]}
        sizes = {f"{room.ward}/{room.room}": room.beds or 0 for room in document.rooms}
        count = max(count, sizes.get(problem.rooms.ids[r], 0))
    if problem.rooms.bed_ids and problem.rooms.bed_ids[r]:
        found |= set(problem.rooms.bed_ids[r])
    if not found:
        return [""] * count
    numbers = [str(n + 1) for n in range(count)]
    names = numbers if found <= set(numbers) else sorted(found, key=_natural)
    return (names + [""] * count)[: max(count, len(names))]


def _natural(name: str) -> list[tuple[int, str]]:
    """Order in which people count: bed 2 before bed 10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
