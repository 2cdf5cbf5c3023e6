"""What a new plan does otherwise than the earlier one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.replan.previous import Previous
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["Change", "changes", "changes_csv", "told"]


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that differs.

    Attributes
    ----------
    who : str
        Employee, patient or room.
    what : str
        ``duty``, ``admission``, ``room``, ``theatre`` or ``nurse``.
    day : int
        Day of today's problem on which it takes effect.
    was, now : str
        ``-`` for off or not admitted.
    """

    who: str
    what: str
    day: int
    was: str
    now: str


def changes(problem: Any, previous: Previous, plan: Any) -> tuple[Change, ...]:
    """All decisions of ``plan`` that differ from what the earlier plan said, in order of people and days."""
    if isinstance(plan, Roster):
        return tuple(_duties(problem, previous, plan))
    return tuple(_stays(problem, previous, plan))


def _duties(problem: RosterProblem, previous: Previous, plan: Roster) -> Iterator[Change]:
    ids = ["-"] + [d.id for d in problem.duties[1:]]
    old = previous.plan.duties
    for i, d in np.argwhere(previous.known & (old != plan.duties)):
        yield Change(problem.employees[i].id, "duty", int(d), ids[old[i, d]], ids[plan.duties[i, d]])


def _stays(problem: HospitalProblem, previous: Previous, plan: HospitalPlan) -> Iterator[Change]:
    old, people, rooms = previous.plan, problem.patients, problem.rooms.ids
    for p in np.flatnonzero(previous.known):
        name, was, now = people.ids[p], int(old.admission[p]), int(plan.admission[p])
        if was != now:
            day = now if now >= 0 else was
            yield Change(name, "admission", day, _day(was), _day(now))
            continue
        for d in _first(old.room[p] != plan.room[p]):
            yield Change(name, "room", d, _name(rooms, old.room[p, d]), _name(rooms, plan.room[p, d]))
        if problem.theatres is not None and old.theatre[p] != plan.theatre[p]:
            theatres = problem.theatres.ids
            yield Change(name, "theatre", now, _name(theatres, old.theatre[p]), _name(theatres, plan.theatre[p]))
    if problem.nursing is not None:
        occupied = np.zeros(plan.nurse.shape, dtype=np.bool_)
        who, when = np.nonzero(plan.room >= 0)
        for k in range(problem.shifts):
            occupied[plan.room[who, when], when * problem.shifts + k] = True
        for r, s in np.argwhere((old.nurse != plan.nurse) & (old.nurse >= 0) & occupied):
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
    parts = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return f"changes against the earlier plan: {parts}" + (f", for {people} people" if people else "")


def changes_csv(found: Sequence[Change]) -> str:
    """A header and one row for each change."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["who", "what", "day", "was", "now"])
    rows.writerows([c.who, c.what, c.day, c.was, c.now] for c in found)
    return out.getvalue()
