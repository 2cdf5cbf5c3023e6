"""Which bed of a room is which on the board, as far as the bed state says."""

from __future__ import annotations

import re

from optimise.hospital.formats.hospital_document import HospitalData
from optimise.hospital.problem import HospitalProblem

__all__ = ["bed_names", "bed_of"]


def bed_of(problem: HospitalProblem, p: int, r: int) -> str:
    """Name of the bed in which a patient lies in the morning, where it is in room ``r`` and recorded."""
    here = int(problem.patients.home[p]) == r
    return str(problem.about.get(problem.patients.ids[p], {}).get("bed", "")) if here else ""


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
