"""What looks wrong in a hospital document and does not stop a plan: told beside the plan, never mended silently."""

from __future__ import annotations

from collections.abc import Iterator

from optimise.formats.document import nearest
from optimise.hospital.formats.hospital_document import HospitalData, InPatient

__all__ = ["doubts"]

_SEXES = frozenset({"f", "female", "woman", "m", "male", "man", "", "unknown"})
#: Most people that a sentence names.
_NAMED = 5


def doubts(hospital: HospitalData) -> tuple[str, ...]:
    """Sentences for whoever keeps the data.

    Parameters
    ----------
    hospital : HospitalData
        A document that has been read.

    Returns
    -------
    tuple of str
        Beds that two people are said to lie in, that the room does not have or that are not open; sexes as recorded
        that nobody knows; emergencies without one; features that no room has. Empty where nothing looks wrong.
    """
    return (*_beds(hospital), *_sexes(hospital), *_needs(hospital))


def _place(p: InPatient) -> tuple[str, str]:
    return p.ward, p.room


def _beds(hospital: HospitalData) -> Iterator[str]:
    sizes = {(room.ward, room.room): room.beds for room in hospital.rooms}
    status: dict[tuple[str, str], dict[str, str]] = {}
    for bed in hospital.beds:
        status.setdefault((bed.ward, bed.room), {})[bed.bed] = bed.status
    taken: dict[tuple[str, str, str], str] = {}
    for p in hospital.bed_state:
        if p.bed is None:
            continue
        place, named = _place(p), f"bed {p.bed} of {p.ward}/{p.room}"
        other = taken.setdefault((*place, p.bed), p.patient)
        if other != p.patient:
            yield f"{other} and {p.patient} are both said to lie in {named}."
        listed, size = status.get(place, {}), sizes.get(place)
        state = listed.get(p.bed)
        if state not in (None, "open"):
            yield f"{p.patient} is said to lie in {named}, which is {state}."
        whole = size is None or len(listed) == size
        if state is None and ((listed and whole) or (size is not None and p.bed.isdecimal() and int(p.bed) > size)):
            count = size if size is not None else len(listed)
            yield f"{p.patient} is said to lie in {named}, which has {count} bed{'s' if count != 1 else ''}."


def _sexes(hospital: HospitalData) -> Iterator[str]:
    for p in (*hospital.bed_state, *hospital.electives):
        if p.sex.strip().lower() not in _SEXES and p.accommodated_as is None:
            yield f"The sex of {p.patient} is {p.sex.strip()!r}, neither F nor M: planned to lie with nobody of those."
    silent = sum(row.count for row in hospital.emergencies if "sex" not in row.model_fields_set)
    if silent:
        yield f"No sex is given for {silent} of the emergencies expected: planned as F."


def _needs(hospital: HospitalData) -> Iterator[str]:
    known = sorted({feature for room in hospital.rooms for feature in room.features})
    wanted: dict[str, list[str]] = {}
    for p in (*hospital.bed_state, *hospital.electives):
        for need in p.needs:
            if need not in known:
                wanted.setdefault(need, []).append(p.patient)
    for need, people in wanted.items():
        who = ", ".join(people[:_NAMED]) + (" and others" if len(people) > _NAMED else "")
        said = f"No room has {need!r}, which {who} need{'s' if len(people) == 1 else ''}{nearest(need, known)}"
        yield said if said.endswith("?") else f"{said}."
