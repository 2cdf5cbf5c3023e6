"""An earlier plan seen from today's problem: people and days that both know, by name and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.roster.problem import OFF, Roster, RosterProblem

__all__ = ["Previous", "read_previous"]


@dataclass(frozen=True, slots=True, eq=False)
class Previous:
    """What an earlier plan says about today's people, patients and days.

    Attributes
    ----------
    plan : Roster or HospitalPlan
        In today's numbering; nothing (off, not admitted) where the earlier plan is silent.
    known : bool array
        Rosters: (employees, days), the cells that the earlier plan speaks of. Hospitals: (patients,).
    before : tuple of tuple of int
        Rosters: each person's duties on the days before today's horizon, latest first, where the earlier plan
        reaches back so far.
    notes : tuple of str
        What the two do not have in common, for the planner.
    joined : tuple of int
        Today's people or patients of whom the earlier plan says nothing at all.
    left : mapping of str to tuple of (day, what)
        Those of the earlier plan who are gone, with what they were to do on today's days.
    lost : mapping of (employee, day) to str
        Rosters: duties of the earlier plan that no longer exist.
    outside : mapping of int to int
        Hospitals: patients whom the earlier plan admits on a day outside today's, and that day.
    """

    plan: Any
    known: NDArray[np.bool_]
    before: tuple[tuple[int, ...], ...] = ()
    notes: tuple[str, ...] = field(default=())
    joined: tuple[int, ...] = ()
    left: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    lost: Mapping[tuple[int, int], str] = field(default_factory=dict)
    outside: Mapping[int, int] = field(default_factory=dict)


def read_previous(path: Path, problem: Any, *, days_since: int = 0) -> Previous:
    """Read an earlier plan of a problem that has changed since.

    Parameters
    ----------
    path : Path
        A native plan (``native-plan.json`` of an earlier run, or its folder): people, patients and days may have come
        or gone. A plan in any other format must fit the problem as it is now.
    problem : RosterProblem or HospitalProblem
        Today's.
    days_since : int
        Day of the earlier plan that is today's day 0. Rosters with dates find it themselves.

    Raises
    ------
    InputError
        For files that are no plan, naming line and item.
    """
    from optimise.formats.base import read_plan
    from optimise.roster.formats.native_plan import is_native_plan

    path = Path(path)
    if path.is_dir():
        found = [path / n for n in ("native-plan.json", "plan.json") if is_native_plan(path / n)]
        if not found:
            raise InputError("holds no plan of an earlier run (native-plan.json)", file=path)
        path = found[0]
    if days_since < 0:
        raise InputError(f"the earlier plan cannot begin {-days_since} days after today's", item="days since")
    if is_native_plan(path):
        return _roster(path, problem, days_since) if problem.kind == "roster" else _hospital(path, problem, days_since)
    if days_since:
        raise InputError("only a native plan (native-plan.json) can be read at other days", file=path)
    plan = read_plan(path, problem)
    known = np.ones(plan.duties.shape if isinstance(plan, Roster) else (len(problem.patients),), dtype=np.bool_)
    return Previous(plan, known)


def _list(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# ---- rosters -------------------------------------------------------------------------------------------------------
def _roster(path: Path, problem: RosterProblem, days_since: int) -> Previous:
    from optimise.formats.base import read_text
    from optimise.roster.formats.ward_document import Document

    document = Document.parse(read_text(path), path)
    rows = document.data.get("roster")
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise InputError("has no roster by person and day", file=path)
    length = document.data.get("days", problem.horizon.days)
    if isinstance(length, bool) or not isinstance(length, int):
        raise InputError(f"is {length!r}, expected a number of days", file=path, item="days")
    day_of = _Days(path, problem, rows, document.data.get("start"), days_since)
    known = np.zeros((len(problem.employees), problem.horizon.days), dtype=np.bool_)
    duties = np.full(known.shape, OFF, dtype=np.int16)
    last = day_of.first + length - 1
    people = {e.id: i for i, e in enumerate(problem.employees)}
    ids = {d.id: a for a, d in enumerate(problem.duties)}
    notes, lost, earlier = [], {}, {}
    left: dict[str, tuple[tuple[int, str], ...]] = {}
    for name, row in rows.items():
        if name not in people:
            duties_of = sorted((day_of.days[key], str(word)) for key, word in row.items())
            left[name] = tuple((d, word) for d, word in duties_of if 0 <= d < problem.horizon.days)
            continue
        i = people[name]
        known[i, max(0, day_of.first) : max(0, last + 1)] = True
        for key, word in row.items():
            d = day_of.days[key]
            if str(word) not in ids:
                lost[i, d] = str(word)
                if 0 <= d < problem.horizon.days:
                    known[i, d] = False
            elif d < 0:
                earlier[i, d] = ids[str(word)]
            elif d <= min(last, problem.horizon.days - 1):
                duties[i, d] = ids[str(word)]
    fresh = [n for n in people if n not in rows]
    if left:
        notes.append(f"no longer among the staff: {_list(list(left))}")
    if fresh:
        notes.append(f"new among the staff: {_list(fresh)}")
    if lost:
        notes.append(f"shifts that no longer exist, planned anew: {_list(sorted(set(lost.values())))}")
    if last + 1 < problem.horizon.days:
        notes.append(f"the earlier plan ends on day {last}; the days after it are planned anew")
    reach = day_of.first
    before = tuple(
        tuple(earlier.get((i, d), OFF) for d in range(-1, reach - 1, -1)) if e.id in rows else ()
        for i, e in enumerate(problem.employees)
    )
    within = {cell: word for cell, word in lost.items() if 0 <= cell[1] < problem.horizon.days}
    joined = tuple(people[n] for n in fresh)
    return Previous(Roster(duties), known, before if reach < 0 else (), tuple(notes), joined, left, within)


class _Days:
    """Turns the day names of an earlier plan (dates or numbers) into today's days, negative before them."""

    def __init__(self, path: Path, problem: RosterProblem, rows: dict[str, Any], start: Any, days_since: int) -> None:
        self.path, self.start = path, problem.horizon.start
        keys = {str(key) for row in rows.values() for key in row}
        self.dated = self.start is not None and (start is not None or any("-" in key for key in keys))
        #: Today's number of the earlier plan's first day (0 or negative when it began earlier).
        self.first = -days_since
        if self.dated:
            days = [self._date(key) for key in ([str(start)] if start is not None else sorted(keys))]
            self.first = min(days, default=0)
        self.days = {key: self._date(key) if self.dated else self._number(key) for key in keys}

    def _date(self, key: str) -> int:
        assert self.start is not None
        try:
            return (date.fromisoformat(key) - self.start).days
        except ValueError:
            raise InputError(f"{key!r} is not a date, as the days of this problem are", file=self.path) from None

    def _number(self, key: str) -> int:
        if not (key.isascii() and key.isdecimal() and len(key) < 10):
            raise InputError(f"{key[:40]!r} is not a day number, and the problem has no dates", file=self.path)
        return int(key) + self.first


# ---- hospitals -----------------------------------------------------------------------------------------------------
def _hospital(path: Path, problem: HospitalProblem, days_since: int) -> Previous:
    from optimise.formats.json_document import load_json, parse
    from optimise.hospital.formats.hospital_schema import PlanFile

    data = parse(PlanFile, load_json(path), path)
    people, rooms = problem.patients, {name: r for r, name in enumerate(problem.rooms.ids)}
    index = {name: p for p, name in enumerate(people.ids)}
    theatres = {} if problem.theatres is None else {name: t for t, name in enumerate(problem.theatres.ids)}
    plan = problem.empty_plan()
    admission, room = plan.admission.copy(), plan.room.copy()
    theatre, nurse = plan.theatre.copy(), plan.nurse.copy()
    known = np.zeros(len(people), dtype=np.bool_)
    outside: dict[int, int] = {}
    for stay in data.patients:
        p = index.get(stay.id)
        if p is None:
            continue
        if stay.admission is not None and stay.admission < days_since and not people.inpatient[p]:
            outside[p] = stay.admission - days_since
            continue
        known[p] = True
        if stay.admission is None or people.inpatient[p] or not stay.rooms:
            continue
        a = stay.admission - days_since
        if a >= problem.days:
            known[p] = False
            outside[p] = a
            continue
        admission[p] = a
        nights = min(int(people.stay[p]), problem.days - a)
        named = [rooms.get(name, -1) for name in stay.rooms]
        named = (named + [named[-1]] * nights)[:nights]  # a longer stay: as on its last night
        room[p, a : a + nights] = named
        theatre[p] = theatres.get(stay.theatre or "", -1)
    if problem.nursing is not None:
        nurses = {name: n for n, name in enumerate(problem.nursing.ids)}
        shifts = {name: k for k, name in enumerate(problem.nursing.shifts)}
        for post in data.nurses:
            d = post.day - days_since
            if 0 <= d < problem.days and post.shift in shifts and post.nurse in nurses:
                at = [rooms[name] for name in post.rooms if name in rooms]
                nurse[at, d * problem.shifts + shifts[post.shift]] = nurses[post.nurse]
    planned = {stay.id for stay in data.patients}
    notes = []
    left = {s.id: _stay_left(s, days_since) for s in data.patients if s.id not in index and s.admission is not None}
    gone = [name for name, what in left.items() if what]
    fresh = [name for name in people.ids if name not in planned]
    if gone:
        notes.append(f"no longer among the patients: {_list(gone)}")
    if fresh:
        notes.append(f"new among the patients: {_list(fresh)}")
    joined = tuple(index[name] for name in fresh)
    stays = {name: left[name] for name in gone}
    plan = HospitalPlan(admission, room, theatre, nurse)
    return Previous(plan, known, (), tuple(notes), joined, stays, outside=outside)


def _stay_left(stay: Any, days_since: int) -> tuple[tuple[int, str], ...]:
    """What an earlier plan had in mind for a patient who is gone, from today on; nothing for one who is home by now."""
    first = stay.admission - days_since
    nights = {first + t: room for t, room in enumerate(stay.rooms) if first + t >= 0}
    return tuple(sorted(nights.items())) or (((first, "-"),) if first >= 0 else ())
