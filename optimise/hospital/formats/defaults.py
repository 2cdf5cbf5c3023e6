"""Prices of the rules that a hospital file does not mention."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.hospital.beds import SAME_GENDER, BedProblem
from optimise.hospital.rules import rules_by_name

__all__ = ["RECORDED_RULES", "WISH_RULES", "default_rules", "recorded", "remedies"]

#: Price of a move where people cannot stay where they lie, and of a mandatory patient for whom there is no bed.
MOVE, LEFT_OUT = 50.0, 10_000.0

#: Price of one unit, or "hard", of the rules of room and admission wishes that we make ourselves; they apply where
#: some patient has such a wish.
WISH_RULES: dict[str, float | str] = {
    "RoomGenderPolicy": "hard",
    "RequiredFeature": "hard",
    "AgeLimit": "hard",
    "ClosedWard": "hard",
    "Outlying": 5,
    "WishedFeature": 2,
    "RoomSize": 1,
    "UnsuitableDay": 20,
}

#: Price of one unit, or "hard", of rules about what only some files record of patients; they apply where one does.
RECORDED_RULES: dict[str, float | str] = {
    "CleaningTime": "hard",
    "ContactsTogether": 5,
    "BedShortageChance": 20,
    "BedShortage": 0.5,
}


def recorded(beds: BedProblem) -> dict[str, float | str]:
    """Those of :data:`RECORDED_RULES` of which a bed plan records something.

    Parameters
    ----------
    beds : BedProblem

    Returns
    -------
    dict
        Price of one unit, or "hard", by rule.
    """
    people = beds.patients
    there: dict[str, object] = {"CleaningTime": people.cleaning, "ContactsTogether": people.contact_of}
    there |= {"BedShortageChance": people.uncertain, "BedShortage": people.uncertain}
    return {rule: price for rule, price in RECORDED_RULES.items() if there[rule] is not None}


def default_rules() -> dict[str, float | str]:
    """Price of one unit, or "hard", of each rule that a file does not mention; hard ones first, ours before wishes."""
    ours = {name: rule.default for name, rule in rules_by_name().items() if rule.default != "off"}
    every = [*ours.items(), *WISH_RULES.items()]
    return dict(sorted(every, key=lambda entry: entry[1] != "hard"))


def remedies(beds: BedProblem, *, phased: bool = False) -> dict[str, float]:
    """Prices of rules that are hard by default and cannot be kept, as counting shows.

    ``Transfer`` where in-patients cannot stay together where they lie (closed or doubled beds, a new infection), where
    who must come has to lie apart and no room is empty, and where stays have phases of care (``phased``), such as
    intensive care and then a ward. ``MandatoryUnscheduledPatients`` where more must be in hospital on a day than there
    are beds.
    """
    people, found = beds.patients, dict[str, float]()
    days = np.arange(beds.days)[None, :]
    # whatever the day of admission: from the last one on, to the end of a stay that began on the first
    sure = (days >= people.due[:, None]) & (days < (people.release + people.stay)[:, None]) & people.mandatory[:, None]
    if phased or _must_move(beds) or _must_make_room(beds, sure):
        found["Transfer"] = MOVE
    if (sure.sum(axis=0) > beds.rooms.beds.sum(axis=0)).any():
        found["MandatoryUnscheduledPatients"] = LEFT_OUT
    return found


def _must_move(beds: BedProblem) -> bool:
    """Whether in-patients of one room are too many for its beds, or differ in isolation or, where it counts, gender."""
    people, rooms = beds.patients, beds.rooms
    for r in np.unique(people.home[people.inpatient]):
        inside = np.flatnonzero(people.home == r)
        for d in range(min(beds.days, int(people.stay[inside].max()))):
            here = inside[people.stay[inside] > d]
            apart = len(np.unique(people.isolation[here])) > 1
            mixed = rooms.policy[r] == SAME_GENDER and len(np.unique(people.gender[here])) > 1
            if len(here) > rooms.beds[r, d] or apart or mixed:
                return True
    return False


def _must_make_room(beds: BedProblem, sure: NDArray[np.bool_]) -> bool:
    """Whether on some day those who must come and lie apart, group by group, need more rooms than in-patients leave."""
    people, rooms = beds.patients, beds.rooms
    for d in range(beds.days):
        here = people.inpatient & (people.stay > d)
        held = np.bincount(people.home[here], minlength=len(rooms.beds))
        empty = int(((held == 0) & (rooms.beds[:, d] > 0)).sum())
        coming = sure[:, d] & ~people.inpatient & (people.isolation != 0)
        needed = 0
        for group in np.unique(people.isolation[coming]):
            theirs = np.unique(people.home[here & (people.isolation == group)])
            free = int(np.maximum(rooms.beds[theirs, d] - held[theirs], 0).sum())
            more = int((coming & (people.isolation == group)).sum()) - free
            needed += max(0, -(-more // max(1, int(rooms.beds[:, d].max()))))
        if needed > empty:
            return True
    return False
