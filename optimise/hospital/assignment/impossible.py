"""Why no plan of rooms and nurses exists: counting tells, and nothing else can be wrong."""

from __future__ import annotations

import numpy as np

from optimise.hospital.assignment.data import SHIFTS, AssignmentData

__all__ = ["impossible"]


def impossible(problem: AssignmentData) -> tuple[str, ...]:
    """Days with more patients than beds and shifts with patients and no nurse, a sentence each.

    A plan exists where there is none: in order of admission everybody finds a bed that stays free for the whole stay,
    and any nurse on duty may care for all.

    Parameters
    ----------
    problem : AssignmentData
        Rooms, stays and roster.

    Returns
    -------
    tuple of str
        Empty where a plan exists.
    """
    people, beds = problem.patients.here.sum(axis=0), int(problem.rooms.beds.sum())
    said = [f"on day {d + 1} there are {people[d]} patients and {beds} beds" for d in np.flatnonzero(people > beds)]
    nurses = problem.nurses.duty.sum(axis=0)
    for s in np.flatnonzero((np.repeat(people, SHIFTS) > 0) & (nurses == 0)):
        said.append(f"in shift {s + 1} there are {people[s // SHIFTS]} patients and no nurse")
    return tuple(said)
