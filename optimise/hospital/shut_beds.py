"""Beds that are not open, by name and why, as the document of the hospital lists them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from optimise.hospital.formats.hospital_document import HospitalData
from optimise.hospital.problem import HospitalPlan, HospitalProblem

__all__ = ["shut_beds", "shut_told"]


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


def shut_told(problem: HospitalProblem, plan: HospitalPlan) -> tuple[str, ...]:
    """Where somebody who must come has no bed: the beds that are not open on the first night that one is sought."""
    people = problem.patients
    out = np.flatnonzero((plan.admission < 0) & people.mandatory & ~people.operation)
    if not out.size:
        return ()
    day = int(people.release[out].min())
    parts = []
    for r, room in enumerate(problem.rooms.ids):
        beds = shut_beds(problem, r, day)
        parts += [f"bed {name} of {room} ({why})" for name, why in beds.items()]
    return (
        (f"beds that are not open on {problem.dated(day)} and could be asked for: {', '.join(parts)}",) if parts else ()
    )
