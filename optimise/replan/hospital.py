"""Planning hospitals again: an earlier plan read by name and day, frozen and priced dates and rooms, changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.core.method import Method
from optimise.formats.json_document import load_json, parse
from optimise.hospital.beds import AdmissionWish, RoomWish
from optimise.hospital.context import EarlierPlan
from optimise.hospital.formats.hospital_schema import PlanFile
from optimise.hospital.problem import HospitalPlan, HospitalProblem, RuleSetting
from optimise.hospital.repair import moves_of, repair
from optimise.replan.base import Change, ChangePrices, Previous, agreed, listed
from optimise.replan.method import Restoring

__all__ = ["HospitalReplan", "rooms_told"]

# Names of the rules that planning again adds.
FROZEN_DATE, CHANGED_DATE = "FrozenAdmission", "ChangedAdmission"
FROZEN_ROOM, CHANGED_ROOM = "FrozenRoom", "ChangedRoom"
#: Prices of changes where none is given: far above what ordinary rules save, so only what must change does. A bed on
#: another ward is preferred to a move of somebody who lies there, and that to another day.
DEFAULT = ChangePrices(change=1000.0, night=100.0, theatre=500.0, nurse=100.0, move=500.0)
#: Least price of a move of somebody who lies there.
LEAST_MOVE = 50.0
#: A mandatory patient without a bed costs as much as so many of the dearest changes.
LEFT_OUT = 50


class HospitalReplan:
    """Hospitals: dates and rooms stay as hard wishes or change at a price; theatres and nurses are put back."""

    def fitting(self, plan: HospitalPlan, problem: HospitalProblem) -> Previous[HospitalPlan]:
        return Previous(plan, np.ones(len(problem.patients), dtype=np.bool_))

    def read(self, path: Path, problem: HospitalProblem, days_since: int | None) -> Previous[HospitalPlan]:
        return _earlier(path, problem, days_since)

    def prices(self, change: float | None, nurse: float | None) -> ChangePrices:
        if change is None:
            return replace(DEFAULT, nurse=DEFAULT.nurse if nurse is None else nurse)
        return ChangePrices(change, change, change, change if nurse is None else nurse, max(change, LEAST_MOVE))

    def problem(
        self, problem: HospitalProblem, previous: Previous[HospitalPlan], freeze_until: int, prices: ChangePrices
    ) -> HospitalProblem:
        return _bound(problem, previous, freeze_until, prices)

    def start(
        self, problem: HospitalProblem, previous: Previous[HospitalPlan], prices: ChangePrices
    ) -> tuple[HospitalProblem, HospitalPlan | None]:
        """The repaired plan. Where it needs moves that are forbidden, or somebody finds no bed even so, the problem in
        which that has a price. A move is never cheaper than all nights elsewhere that a move back could save."""
        fixed, own = problem.hard("Transfer"), problem.weight("Transfer")
        move = round(max(prices.move, prices.night * problem.days) * problem.scale)
        if fixed or (prices.change and own and own < move):
            problem = problem.with_settings({"Transfer": move})
        made = repair(problem, previous.plan)
        if made.left_out and problem.hard("MandatoryUnscheduledPatients"):
            problem = _leaving_out(problem)
            made = repair(problem, previous.plan)
        if made.hard:
            return problem, None
        if fixed and not moves_of(problem, made.plan):
            problem = problem.with_settings({"Transfer": None})
        return problem, made.plan

    def overlooked(
        self, problem: HospitalProblem, made: HospitalProblem, previous: Previous[HospitalPlan]
    ) -> tuple[str, ...]:
        return ()  # repair leaves nothing broken that it can help

    def changes(
        self, problem: HospitalProblem, previous: Previous[HospitalPlan], plan: HospitalPlan
    ) -> Iterator[Change]:
        return _stays(problem, previous, plan)

    def method(self, inner: Method, previous: Previous[HospitalPlan], freeze_until: int) -> Method:
        return Restoring(inner, previous, freeze_until) if freeze_until else inner


def _earlier(path: Path, problem: HospitalProblem, said: int | None) -> Previous[HospitalPlan]:
    data = parse(PlanFile, load_json(path), path)
    days_since = _days_since(data, problem, said, path)
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
        if stay.admission is None or not stay.rooms:
            continue
        if people.inpatient[p]:
            room[p] = _going_on(problem, p, stay, rooms, days_since)
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
    if data.start is None and problem.start is not None and said is None:
        text = f"the earlier plan has no dates and is read as one that begins on {problem.start}"
        notes.append(f"{text}; --days-since says otherwise")
    left = {s.id: _stay_left(s, days_since) for s in data.patients if s.id not in index and s.admission is not None}
    gone = [name for name, what in left.items() if what]
    fresh = [name for name in people.ids if name not in planned]
    if gone:
        notes.append(f"no longer among the patients: {listed(gone)}")
    if fresh:
        notes.append(f"new among the patients: {listed(fresh)}")
    joined = tuple(index[name] for name in fresh)
    stays = {name: left[name] for name in gone}
    plan = HospitalPlan(admission, room, theatre, nurse)
    return Previous(plan, known, (), tuple(notes), joined, stays, outside=outside)


def _days_since(data: PlanFile, problem: HospitalProblem, said: int | None, path: Path) -> int:
    """Day of the earlier plan that is today's first: by the dates where both have them, else as said."""
    if data.start is None or problem.start is None:
        return said or 0
    found = (problem.start - data.start).days
    if found < 0:
        raise InputError(f"begins on {data.start}, after today's first day {problem.start}", file=path, item="start")
    agreed(-found, said, path)
    return found


def _going_on(problem: HospitalProblem, p: int, stay: Any, rooms: dict[str, int], days_since: int) -> IntArray:
    """Rooms by day of somebody in hospital now: as planned where he or she lies where the earlier plan said, else the
    room of today."""
    people, made = problem.patients, np.full(problem.days, -1)
    nights = min(int(people.stay[p]), problem.days)
    since = days_since - stay.admission
    made[:nights] = people.home[p]
    if since < 0:
        return made
    named = [rooms.get(name, -1) for name in stay.rooms]
    planned = (named + [named[-1]] * (since + nights))[: since + nights]
    if since and planned[since - 1] != people.home[p]:
        return made
    made[:nights] = [r if r >= 0 else people.home[p] for r in planned[since:]]
    return made


def _stay_left(stay: Any, days_since: int) -> tuple[tuple[int, str], ...]:
    """What an earlier plan had in mind for a patient who is gone, from today on; nothing for one who is home by now."""
    first = stay.admission - days_since
    nights = {first + t: room for t, room in enumerate(stay.rooms) if first + t >= 0}
    return tuple(sorted(nights.items())) or (((first, "-"),) if first >= 0 else ())


def _bound(
    problem: HospitalProblem, previous: Previous[HospitalPlan], until: int, prices: ChangePrices
) -> HospitalProblem:
    plan, people, days = previous.plan, problem.patients, problem.days
    assert isinstance(plan, HospitalPlan)
    settled = previous.known & ~people.inpatient
    admitted = settled & (plan.admission >= 0)
    past = admitted & (plan.admission < until)
    overdue = np.flatnonzero(people.mandatory & ~people.inpatient & ~past & (people.due < until))
    if overdue.size:
        p = overdue[0]
        text = f"had to be admitted by day {people.due[p]}, but the plan of the frozen days does not; give a later day"
        raise InputError(text, item=f"patient {people.ids[p]}")
    problem, (ticks, night_ticks, theatre_ticks, nurse_ticks, _) = _scaled(
        problem, (prices.change, prices.night, prices.theatre, prices.nurse, prices.move)
    )
    # Dates: a past admission is a fact, and nobody else can come in the past.
    barred = np.zeros((len(people), days + 1), dtype=np.int64)
    barred[:, :until] = 1
    barred[people.inpatient] = 0
    barred[past] = 1
    barred[past, plan.admission[past]] = 0
    moved = np.zeros_like(barred)
    promised = admitted & ~past
    moved[promised] = 1
    moved[promised, plan.admission[promised]] = 0
    refused = settled & (plan.admission < 0)  # told that there is no date yet
    moved[refused] = 1
    moved[refused, days] = 0
    dates = [
        *([AdmissionWish(FROZEN_DATE, "the days before are as they were", barred)] if barred.any() else []),
        *([AdmissionWish(CHANGED_DATE, "was promised another day", moved)] if ticks and moved.any() else []),
    ]
    # Rooms by night of the stay: hard on frozen nights, priced on the others.
    rooms, width = len(problem.rooms.ids), int(np.minimum(people.stay, days).max())
    rows: list[list[int]] = [[0] * rooms] + [[int(r != home) for r in range(rooms)] for home in range(rooms)]
    fixed = np.zeros((len(people), width), dtype=np.int64)
    priced = np.zeros((len(people), width), dtype=np.int64)
    for p in np.flatnonzero(admitted | (previous.known & people.inpatient)):
        nights = np.flatnonzero(plan.room[p] >= 0)
        for d in nights:
            t = int(d - plan.admission[p])
            (fixed if d < until and (past[p] or people.inpatient[p]) else priced)[p, t] = 1 + plan.room[p, d]
    inside = np.arange(width)[None, :] < np.minimum(people.stay, days)[:, None]
    wishes = []
    for name, text, row, on in (
        (FROZEN_ROOM, "lay in another room that night", fixed, True),
        (CHANGED_ROOM, "another room than planned", priced, night_ticks > 0),
    ):
        if on and row.any():
            wishes.append(RoomWish(name, text, np.array(rows), np.where(inside, row, -1)))
    settings = {FROZEN_DATE: None, CHANGED_DATE: ticks, FROZEN_ROOM: None, CHANGED_ROOM: night_ticks}
    used = {w.rule for w in wishes} | {d.rule for d in dates}
    beds = replace(problem.beds, wishes=(*problem.beds.wishes, *wishes), dates=(*problem.beds.dates, *dates))
    rules = list(problem.rules)
    rules += [RuleSetting(n, w) for n, w in settings.items() if n in used]
    rules += [RuleSetting("ChangedTheatre", theatre_ticks)] if theatre_ticks and problem.theatres is not None else []
    rules += [RuleSetting("ChangedNurse", nurse_ticks)] if nurse_ticks and problem.nursing is not None else []
    earlier = _remembered(problem, previous)
    return dataclasses.replace(problem, beds=beds, rules=tuple(rules), earlier=earlier)


def _remembered(problem: HospitalProblem, previous: Previous) -> EarlierPlan:
    """The earlier plan as today's problem keeps it: nurses who are off duty by now have left their rooms."""
    plan = previous.plan
    nurse = plan.nurse.astype(np.int64)
    if problem.nursing is not None and problem.nursing.ids:
        there = problem.nursing.on_duty[np.maximum(nurse, 0), np.arange(nurse.shape[1])[None, :]]
        nurse = np.where(there, nurse, -1)
    return EarlierPlan(previous.known, plan.admission, plan.theatre, plan.room, nurse)


def _scaled(problem: HospitalProblem, prices: tuple[float, ...]) -> tuple[HospitalProblem, tuple[int, ...]]:
    """The problem in ticks small enough for the prices, and the prices in ticks."""
    for factor in (1, 2, 5, 10, 20, 50, 100, 1000):
        ticks = [price * problem.scale * factor for price in prices]
        if all(abs(t - round(t)) < 1e-6 for t in ticks):
            made = tuple(round(t) for t in ticks)
            if factor == 1:
                return problem, made
            rules = tuple(RuleSetting(s.rule, None if s.weight is None else s.weight * factor) for s in problem.rules)
            return dataclasses.replace(problem, rules=rules, scale=problem.scale * factor), made
    raise InputError("the price may have at most three decimals", item="change cost")


def _leaving_out(problem: HospitalProblem) -> HospitalProblem:
    """The problem in which mandatory patients may be left out, at a price above that of all changes they could need."""
    dearest = max((s.weight for s in problem.rules if s.weight), default=1)
    return problem.with_settings({"MandatoryUnscheduledPatients": min(10**9, LEFT_OUT * dearest)})


def _stays(problem: HospitalProblem, previous: Previous[HospitalPlan], plan: HospitalPlan) -> Iterator[Change]:
    old, people, rooms = previous.plan, problem.patients, problem.rooms.ids
    for p in range(len(people)):
        name, was, now = people.ids[p], int(old.admission[p]), int(plan.admission[p])
        if p in previous.joined:
            nights = np.flatnonzero(plan.room[p] >= 0)
            first = int(nights[0]) if nights.size else max(0, now)
            yield Change(
                name, "joined", first, "-", _name(rooms, plan.room[p, first]) if nights.size else "not admitted"
            )
            yield from _later_moves(name, plan.room[p], rooms)
            continue
        if p in previous.outside:
            yield Change(name, "admission", max(0, now), _date(problem, previous.outside[p]), _day(problem, now))
            yield from _later_moves(name, plan.room[p], rooms)
            continue
        if not previous.known[p]:
            continue
        if was != now:
            day = now if now >= 0 else was
            yield Change(name, "admission", day, _day(problem, was), _day(problem, now))
            yield from _later_moves(name, plan.room[p], rooms)
            continue
        yield from rooms_told(name, old.room[p], plan.room[p], rooms)
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
        for r, s in np.argwhere((old.nurse != plan.nurse) & spoken & occupied):
            nurses = problem.nursing.ids
            was_nurse, now_nurse = _name(nurses, old.nurse[r, s]), _name(nurses, plan.nurse[r, s])
            yield Change(rooms[r], "nurse", int(s) // problem.shifts, was_nurse, now_nurse)


def rooms_told(name: str, old: IntArray, new: IntArray, rooms: Sequence[str]) -> Iterator[Change]:
    """First nights in another room than planned, and in yet another, and moves back to the room that was planned.

    Parameters
    ----------
    name : str
        Of the patient.
    old, new : int array, shape (days,)
        Rooms of the earlier plan and of the new one, -1 where the patient is not in hospital.
    rooms : sequence of str

    Yields
    ------
    Change
        In order of days. ``was`` is the room of the earlier plan; for a move back, the room that is left.
    """
    differs = old != new
    for d in range(len(new)):
        if differs[d] and (d == 0 or not differs[d - 1] or new[d] != new[d - 1]):
            yield Change(name, "room", d, _name(rooms, old[d]), _name(rooms, new[d]))
        elif d and differs[d - 1] and not differs[d] and min(new[d - 1], new[d]) >= 0:
            yield Change(name, "room", d, _name(rooms, new[d - 1]), _name(rooms, new[d]))


def _later_moves(name: str, room: IntArray, rooms: Sequence[str]) -> Iterator[Change]:
    """Moves during a stay that the earlier plan did not have, or on other days."""
    for d in range(1, len(room)):
        if room[d - 1] >= 0 and room[d] >= 0 and room[d] != room[d - 1]:
            yield Change(name, "room", d, _name(rooms, room[d - 1]), _name(rooms, room[d]))


def _day(problem: HospitalProblem, day: int) -> str:
    """A day of admission, ``-`` for none."""
    return "-" if day < 0 else _date(problem, day)


def _date(problem: HospitalProblem, day: int) -> str:
    """A day, also one outside today's plan, by its date where there are dates."""
    return f"day {day}" if problem.start is None else (problem.start + timedelta(days=day)).isoformat()


def _name(names: Sequence[str], position: int) -> str:
    return "-" if position < 0 else names[position]
