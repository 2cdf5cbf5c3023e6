"""What a new plan does otherwise than the earlier one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from optimise.core.csvfile import csv_text
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.replan.previous import Previous
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["COLUMNS", "Change", "change_row", "changes", "changes_csv", "told"]


#: Columns of ``changes.csv`` and of the tables of changes in reports.
COLUMNS = ("who", "name", "what", "day", "date", "was", "now")
_KINDS = {"duty": "duties", "admission": "admissions", "room": "rooms", "theatre": "theatres", "nurse": "nurses"}


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that differs, or somebody who came or went.

    Attributes
    ----------
    who : str
        Employee, patient or room.
    what : str
        ``duty``, ``admission``, ``room``, ``theatre``, ``nurse``, ``joined`` or ``left``.
    day : int
        Day of today's problem on which it takes effect.
    was, now : str
        ``-`` for off, not admitted or not there.
    name : str
        Of the person, where the problem knows it.
    date : str
        Of the day (ISO), where the problem has dates.
    """

    who: str
    what: str
    day: int
    was: str
    now: str
    name: str = ""
    date: str = ""


def changes(problem: Any, previous: Previous, plan: Any) -> tuple[Change, ...]:
    """Everything that ``plan`` does otherwise than the earlier plan, in order of people and days: people and patients
    who came or went with all that they do or were to do, and every decision that differs.
    """
    found = _duties(problem, previous, plan) if isinstance(plan, Roster) else _stays(problem, previous, plan)
    horizon = getattr(problem, "horizon", None)
    if horizon is None or horizon.start is None:
        return tuple(found)
    return tuple(replace(c, date=(horizon.start + timedelta(days=c.day)).isoformat()) for c in found)


def _duties(problem: RosterProblem, previous: Previous, plan: Roster) -> Iterator[Change]:
    ids = ["-"] + [d.id for d in problem.duties[1:]]
    old = previous.plan.duties
    for i, employee in enumerate(problem.employees):
        who, name, new = employee.id, employee.name, i in previous.joined
        worked = np.flatnonzero(plan.duties[i]).tolist()
        if new:
            first = worked[0] if worked else 0
            yield Change(who, "joined", first, "-", _counted(len(worked), "duty", "duties"), name)
        for d in range(problem.horizon.days):
            now = ids[plan.duties[i, d]]
            if (i, d) in previous.lost:
                yield Change(who, "duty", d, previous.lost[i, d], now, name)
            elif previous.known[i, d] and old[i, d] != plan.duties[i, d]:
                yield Change(who, "duty", d, ids[old[i, d]], now, name)
            elif new and d in worked:
                yield Change(who, "duty", d, "-", now, name)
    for who, had in previous.left.items():
        yield Change(who, "left", had[0][0] if had else 0, _counted(len(had), "duty", "duties"), "-")
        for d, word in had:
            yield Change(who, "duty", d, word, "-")


def _counted(count: int, noun: str, plural: str) -> str:
    return f"{count} {noun if count == 1 else plural}"


def _stays(problem: HospitalProblem, previous: Previous, plan: HospitalPlan) -> Iterator[Change]:
    old, people, rooms = previous.plan, problem.patients, problem.rooms.ids
    for p in range(len(people)):
        name, was, now = people.ids[p], int(old.admission[p]), int(plan.admission[p])
        if p in previous.joined:
            nights = np.flatnonzero(plan.room[p] >= 0)
            first = int(nights[0]) if nights.size else max(0, now)
            yield Change(
                name, "joined", first, "-", _name(rooms, plan.room[p, first]) if nights.size else "not admitted"
            )
            continue
        if p in previous.outside:
            yield Change(name, "admission", max(0, now), _planned(previous.outside[p]), _day(now))
            continue
        if not previous.known[p]:
            continue
        if was != now:
            day = now if now >= 0 else was
            yield Change(name, "admission", day, _day(was), _day(now))
            continue
        for d in _first(old.room[p] != plan.room[p]):
            yield Change(name, "room", d, _name(rooms, old.room[p, d]), _name(rooms, plan.room[p, d]))
        if problem.theatres is not None and old.theatre[p] != plan.theatre[p]:
            theatres = problem.theatres.ids
            yield Change(name, "theatre", now, _name(theatres, old.theatre[p]), _name(theatres, plan.theatre[p]))
    for name, nights_left in previous.left.items():
        day, room = nights_left[0]
        yield Change(name, "left", day, room, "-")
    if problem.nursing is not None:
        spoken = (old.nurse >= 0).any(axis=0)  # shifts of which the earlier plan speaks
        occupied = np.zeros(plan.nurse.shape, dtype=np.bool_)
        who, when = np.nonzero(plan.room >= 0)
        for k in range(problem.shifts):
            occupied[plan.room[who, when], when * problem.shifts + k] = True
        for r, s in np.argwhere((old.nurse != plan.nurse) & spoken & (occupied | (old.nurse >= 0))):
            nurses = problem.nursing.ids
            was_nurse, now_nurse = _name(nurses, old.nurse[r, s]), _name(nurses, plan.nurse[r, s])
            yield Change(rooms[r], "nurse", int(s) // problem.shifts, was_nurse, now_nurse)


def _first(differs: Any) -> Iterator[int]:
    """First days of the runs of days that differ."""
    for d in np.flatnonzero(differs):
        if d == 0 or not differs[d - 1]:
            yield int(d)


def _day(day: int) -> str:
    return "-" if day < 0 else f"day {day}"


def _planned(day: int) -> str:
    """A day of the earlier plan that lies outside today's."""
    return f"day {day}"


def _name(names: Sequence[str], position: int) -> str:
    return "-" if position < 0 else names[position]


def told(found: Sequence[Change]) -> str:
    """One line: how many changes of which kind."""
    if not found:
        return "nothing changes against the earlier plan"
    kinds: dict[str, int] = {}
    for change in found:
        kinds[change.what] = kinds.get(change.what, 0) + 1
    people = len({change.who for change in found if change.what != "nurse"})
    parts = ", ".join(f"{count} {kind if count == 1 else _KINDS.get(kind, kind)}" for kind, count in kinds.items())
    return f"changes against the earlier plan: {parts}" + (f", for {people} people" if people else "")


def change_row(change: Change) -> tuple[str | int, ...]:
    """The cells of a change under :data:`COLUMNS`."""
    return tuple(getattr(change, column) for column in COLUMNS)


def changes_csv(found: Sequence[Change]) -> str:
    """A header and one row for each change."""
    return csv_text([COLUMNS, *map(change_row, found)])
