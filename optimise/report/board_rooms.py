"""Rooms on the bed board: a cell for each bed with who lies there, leaves and comes, and what is to know of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import ANY_GENDER, SAME_GENDER
from optimise.hospital.day import EITHER, RESTRICTED, SIDE_ROOM, room_before
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.shut_beds import shut_beds
from optimise.report.board_beds import bed_names, bed_of

__all__ = ["BoardPlace", "BoardRoom", "Chip", "board_rooms", "free_words", "hour_of", "marks_of", "sex_letter"]

_HOUR = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)")
#: What is recorded of a patient and is no mark of its own.
_NO_MARK = frozenset({"gender", "accommodated_as", "expected_discharge", "bed", "isolation", "infection", "note"})
_NO_MARK |= {"specialty", "needs", "expected", "arrives_at", "leaves_at"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A patient in a bed: the sex colour and letter, what happens today, marks."""

    who: str
    css: str
    doing: str
    marks: list[tuple[str, str]]
    title: str


@dataclass(frozen=True, slots=True)
class BoardPlace:
    """A bed: who leaves it, who lies in it tonight, or that it is free or closed; its name where it is recorded."""

    css: str
    text: str
    chips: list[Chip]
    name: str = ""


@dataclass(frozen=True, slots=True)
class BoardRoom:
    """A row of the board; ``css`` names the filters that show it."""

    name: str
    detail: str
    css: str
    places: list[BoardPlace]
    later: list[int]


def sex_letter(problem: HospitalProblem, p: int) -> str:
    """First letter of the gender as recorded."""
    return problem.gender_of(p)[:1].upper()


def room_name(problem: HospitalProblem, r: int) -> str:
    """Name of a room on the page of its ward, which says the ward already."""
    name, ward = problem.rooms.ids[r], problem.rooms.wards[problem.rooms.ward[r]]
    return name.removeprefix(f"{ward}/") or name


def hour_of(problem: HospitalProblem, p: int, kind: str) -> str:
    """``HH:MM`` at which somebody comes or leaves, where it is recorded, else nothing."""
    key = {"in": "arrives_at", "out": "leaves_at"}.get(kind)
    match = _HOUR.match(str(problem.about.get(problem.patients.ids[p], {}).get(key, ""))) if key else None
    return f"{int(match[1]):02d}:{match[2]}" if match else ""


def marks_of(problem: HospitalProblem, plan: HospitalPlan, p: int, day: int) -> list[tuple[str, str]]:
    """Infection or isolation, needs, specialty, theatre: (style, text) each."""
    told = problem.about.get(problem.patients.ids[p], {})
    made = []
    if problem.patients.isolation[p] > 0 or told.get("infection"):
        contact = f"contact of {told['contact_of']}" if "contact_of" in told else "isolation"
        name = told.get("infection") or told.get("isolation") or contact
        made.append(("inf", "alone" if name == "alone" else str(name)))
    made += [("need", str(need)) for need in told.get("needs", ())]
    made += [("need", key.replace("_", " ")) for key, value in told.items() if key not in _NO_MARK and value is True]
    if told.get("specialty"):
        made.append(("spec", str(told["specialty"])))
    theatre = _theatre(problem, plan, p, day)
    name = theatre if theatre.lower().startswith("theatre") else f"theatre {theatre}"
    return [*made, ("op", name)] if theatre else made


def _theatre(problem: HospitalProblem, plan: HospitalPlan, p: int, day: int) -> str:
    """Theatre of surgery on a day, of an in-patient too."""
    if problem.theatres is None:
        return ""
    entries = [p]
    if problem.patients.operation_of is not None:
        entries += np.flatnonzero(problem.patients.operation_of == p).tolist()
    for entry in entries:
        if plan.admission[entry] == day and plan.theatre[entry] >= 0:
            return problem.theatres.ids[int(plan.theatre[entry])]
    return ""


def free_words(problem: HospitalProblem, kind: int) -> str:
    """For whom a free bed is."""
    genders = problem.beds.genders
    return {EITHER: "free, either sex", SIDE_ROOM: "free side room", RESTRICTED: "free, restricted"}.get(
        kind, f"free, {genders[kind]}" if kind < 2 else "free"
    )


def board_rooms(
    problem: HospitalProblem,
    plan: HospitalPlan,
    mine: IntArray,
    day: int,
    free: IntArray,
    broken: set[str],
    changed: set[str],
) -> list[BoardRoom]:
    """Rooms ``mine`` on a day.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
    mine : int array
        Rooms to show.
    day : int
    free : int array (5, rooms, days)
        As :func:`optimise.hospital.day.free_beds`.
    broken, changed : set of str
        Patients and rooms of broken rules; patients whose plan changed.

    Returns
    -------
    list of BoardRoom
        In order of the rooms; their places that are free add up to the free beds.
    """
    before, after = room_before(problem, plan, day), plan.room[:, day]
    last = min(problem.days, day + 7)
    made = []
    for r in mine.tolist():
        now, tonight = np.flatnonzero(before == r).tolist(), np.flatnonzero(after == r).tolist()
        kinds = np.flatnonzero(free[:, r, day]).tolist()
        whom = (kinds[0] if kinds else -1, int(free[:, r, day].sum()))
        places = _places(problem, plan, r, day, now, tonight, whom, changed)
        there = {problem.patients.ids[p] for p in {*now, *tonight}}
        css = [f"has{k}" for k in kinds]
        css += ["inf"] if any(problem.patients.isolation[p] > 0 for p in {*now, *tonight}) else []
        css += ["mv"] if set(now) != set(tonight) else []
        css += ["br"] if broken & (there | {problem.rooms.ids[r]}) else []
        css += ["ch"] if changed & there else []
        later = free[:, r, day + 1 : last].sum(axis=0).tolist()
        made.append(BoardRoom(room_name(problem, r), _detail(problem, r, day, tonight), " ".join(css), places, later))
    return made


def _detail(problem: HospitalProblem, r: int, day: int, tonight: list[int]) -> str:
    """Beds, and whose room it is tonight."""
    most, there = int(problem.rooms.beds[:, day][r]), int(problem.rooms.beds[r].max())
    beds = f"{there} bed{'s' if there != 1 else ''}" + (f", {there - most} not open" if most < there else "")
    policy, genders = int(problem.rooms.policy[r]), problem.beds.genders
    sexes = sorted({int(problem.patients.gender[p]) for p in tonight})
    if policy >= 0:
        whose = f"{genders[policy]} only"
    elif len(sexes) == 2:
        whose = "mixed tonight"
    elif policy == SAME_GENDER and sexes:
        whose = f"{genders[sexes[0]]} tonight"
    else:
        whose = "any sex" if policy == ANY_GENDER and there > 1 else ""
    return f"{beds}, {whose}" if whose else beds


def _places(
    problem: HospitalProblem,
    plan: HospitalPlan,
    r: int,
    day: int,
    now: list[int],
    tonight: list[int],
    free: tuple[int, int],
    changed: set[str],
) -> list[BoardPlace]:
    """Beds of a room: those who lie there keep theirs, others take empty beds before those that somebody leaves.

    ``free`` is for whom beds are free, and how many.
    """
    names = bed_names(problem, r, max(int(problem.rooms.beds[r].max()), len(now), len(tonight)))
    shut = shut_beds(problem, r, day)
    leaving, lying = _lanes(problem, r, now, tonight, names, shut)
    left = [i for i in range(len(names)) if lying[i] is None]
    cleaning = problem.patients.cleaning
    left.sort(key=lambda i: (names[i] in shut, _cleaned(cleaning, leaving[i])))
    closed = set(left[free[1] :])
    made = []
    for i, name in enumerate(names):
        pair = ((leaving[i], True), (lying[i], False))
        chips = [_chip(problem, plan, p, r, day, changed, leaves=goes) for p, goes in pair if p is not None]
        if lying[i] is not None:
            made.append(BoardPlace("", "", chips, name))
        elif i in closed:
            why = shut.get(name) or ("being cleaned" if _cleaned(cleaning, leaving[i]) else "")
            lacks = int(problem.rooms.beds[r, day]) < len(names)
            made.append(BoardPlace("shut", why or ("closed" if lacks else "kept empty"), chips, name))
        else:
            made.append(BoardPlace("free", free_words(problem, free[0]), chips, name))
    return made


def _cleaned(cleaning: IntArray | None, p: int | None) -> bool:
    """Whether the bed that ``p`` leaves is cleaned before anybody else lies in it."""
    return p is not None and cleaning is not None and bool(cleaning[p])


def _lanes(
    problem: HospitalProblem, r: int, now: list[int], tonight: list[int], names: list[str], shut: dict[str, str]
) -> tuple[list[int | None], list[int | None]]:
    """By bed: who leaves it, and who lies in it tonight; whoever lies in a bed that is shut takes another."""
    recorded = {p: bed_of(problem, p, r) for p in now}
    leaving: list[int | None] = [None] * len(names)
    lying: list[int | None] = [None] * len(names)
    place: dict[int, int] = {}
    for p in sorted(now, key=lambda p: (not recorded[p], p)):
        spare = [i for i in range(len(names)) if i not in place.values()]
        own = [i for i in spare if recorded[p] and names[i] == recorded[p]]
        place[p] = (own or sorted(spare, key=lambda i: names[i] in shut))[0]
    new = [p for p in tonight if p not in place]
    for p, lane in place.items():
        stays = p in set(tonight)
        if stays and names[lane] in shut:
            new.append(p)
        (lying if stays and names[lane] not in shut else leaving)[lane] = p
    open_lanes = [i for i in range(len(names)) if lying[i] is None]
    open_lanes.sort(key=lambda i: (names[i] in shut, leaving[i] is not None))
    for lane, p in zip(open_lanes, new, strict=False):
        if leaving[lane] == p:  # no other bed is left in the room
            leaving[lane] = None
        lying[lane] = p
    return leaving, lying


def _chip(
    problem: HospitalProblem, plan: HospitalPlan, p: int, r: int, day: int, changed: set[str], *, leaves: bool
) -> Chip:
    people, names = problem.patients, problem.rooms.ids
    before, after = int(room_before(problem, plan, day)[p]), int(plan.room[p, day])
    css, doing = f"g{int(people.gender[p])}", ""
    if leaves and after == r:
        css, doing = f"{css} out", "to another bed"
    elif after != r:
        css, doing = f"{css} out", "out" if after < 0 else f"to {names[after]}"
    elif before != r:
        css, doing = f"{css} new", "in" if before < 0 else f"from {names[before]}"
    hour = hour_of(problem, p, doing)
    css += " ch" if people.ids[p] in changed else ""
    nights = np.flatnonzero(plan.room[p] >= 0)
    end = int(nights[-1]) + 1 if nights.size else day
    told = f"{people.ids[p]}: {problem.gender_of(p)}"
    told += f", leaves {problem.day_name(end)}" if end < problem.days else ", stays beyond the plan"
    note = problem.about.get(people.ids[p], {}).get("note")
    return Chip(
        who=f"{sex_letter(problem, p)} {people.ids[p]}",
        css=css,
        doing=f"{doing} {hour}".strip(),
        marks=marks_of(problem, plan, p, day),
        title=f"{told}; {note}" if note else told,
    )
