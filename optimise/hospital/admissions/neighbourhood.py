"""Fix-and-optimise on admission plans: some patients are free, everybody else stays, HiGHS chooses.

Columns ``stay[p,a,r]`` are the days and rooms of the free patients that are likely at the prices of a bound, and where
they are now. ``RoomCapacity[r,d]``, ``RoomGenderMix[r,d]``, ``SessionLimit[s,d]`` and ``TheatreLimit[d]`` hold what
those who stay leave over. People who stay longer than planned are left out; the evaluation counts them.
"""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.evaluate import usage
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.admissions.schedule import plan_of
from optimise.hospital.admissions.state import AdmissionTables
from optimise.hospital.beds import SAME_GENDER
from optimise.solvers.highs import Highs
from optimise.solvers.linear import LinearModel

__all__ = ["freed", "reoptimise"]


def freed(problem: AdmissionProblem, day: IntArray, room: IntArray, size: int, rng: np.random.Generator) -> IntArray:
    """Patients to free: those of a few rooms of one ward in a stretch of days, and surgery of one specialty.

    Parameters
    ----------
    problem : AdmissionProblem
        Rooms, stays and surgery.
    day, room : int arrays (patients,)
        The plan.
    size : int
        Most patients.
    rng : Generator
        Of random numbers.

    Returns
    -------
    int array
        Patients, in order.
    """
    people, needs = problem.patients, problem.needs
    seed = int(rng.integers(len(day)))
    elective = (needs.minutes > 0) & ~needs.urgent
    alike = elective & (needs.specialty == needs.specialty[seed]) if elective[seed] else np.zeros_like(elective)
    # rooms that serve the seed, others of its ward first
    near = np.flatnonzero(~people.forbidden[seed])
    near = near[np.argsort(rng.random(len(near)) + (problem.rooms.ward[near] != problem.rooms.ward[room[seed]]))]
    rooms = {int(room[seed]), *near[: int(rng.integers(2, 6))].tolist()}
    inside = np.isin(room, list(rooms))
    distance = np.abs(day + people.stay / 2 - day[seed] - people.stay[seed] / 2) + 2.0 * rng.random(len(day))
    distance[day >= problem.counted] = 3.0 + 6.0 * rng.random(int((day >= problem.counted).sum()))
    distance[alike] = 4.0 * rng.random(int(alike.sum()))
    distance[~(inside | alike)] += 30.0
    distance[seed] = -1.0
    made: IntArray = np.sort(np.argsort(distance, kind="stable")[:size])
    return made


def reoptimise(
    problem: AdmissionProblem,
    tables: AdmissionTables,
    day: IntArray,
    room: IntArray,
    free: IntArray,
    *,
    most: int,
    seconds: float,
) -> tuple[IntArray, IntArray, bool]:
    """Best days and rooms of the free patients among their likely ones.

    Parameters
    ----------
    problem : AdmissionProblem
        What is planned.
    tables : AdmissionTables
        Likely pairs.
    day, room : int arrays (patients,)
        A plan that keeps all hard rules; not changed.
    free : int array
        Patients who may change.
    most : int
        Likely pairs a patient.
    seconds : float
        Time limit.

    Returns
    -------
    day, room : int arrays (patients,)
        The new plan; the old one where nothing better was found.
    closed : bool
        Whether HiGHS came to its end.
    """
    columns = [_pairs(tables, p, int(day[p]), int(room[p]), most) for p in free]
    who = np.repeat(np.arange(len(free)), [len(c) for c in columns])
    pairs = np.concatenate(columns)
    a, r, p = pairs[:, 0], pairs[:, 1], free[who]
    model = LinearModel(f"{problem.name}, {len(free)} patients")
    people, prices = tables.people, problem.prices
    cost = people[p, 0] * tables.night[p, r] + people[p, 8] * (a - people[p, 9])
    cost += prices.transfer * ((people[p, 7] >= 0) & (people[p, 7] != r))
    cost -= prices.idle_bed * np.maximum(
        0, np.minimum(a + people[p, 0], problem.counted) - np.minimum(a, problem.counted)
    )
    x = model.add_columns("stay", len(p), upper=1.0, cost=cost, integer=True)
    model.add_entries(model.add_rows("admitted", len(free), lower=1.0, upper=1.0)[who], x)
    kept = plan_of(problem, day, room).room.copy()
    kept[free] = -1
    used = usage(problem, AdmissionPlan(kept))
    _rooms(model, problem, used.people, people, p, a, r, x)
    _theatres(model, problem, used.elective, used.all, people, p, a, x)
    start = np.full(model.columns, np.nan)
    start[x] = (a == day[p]) & (r == room[p])
    solved = Highs(model.freeze()).solve(seconds=seconds, start=start)
    new_day, new_room = day.copy(), room.copy()
    if solved.values is not None:
        chosen = np.flatnonzero(solved.values[x] > 0.5)
        new_day[p[chosen]], new_room[p[chosen]] = a[chosen], r[chosen]
    return new_day, new_room, solved.stop == "optimal"


def _pairs(tables: AdmissionTables, p: int, day: int, room: int, most: int) -> IntArray:
    """Likely pairs of a patient, where he or she is now among them."""
    likely = tables.pair[p, : min(most, tables.pairs[p])]
    if ((likely[:, 0] == day) & (likely[:, 1] == room)).any():
        return likely
    return np.concatenate([likely, [[day, room]]])


def _rooms(
    model: LinearModel,
    problem: AdmissionProblem,
    kept: IntArray,
    people: IntArray,
    p: IntArray,
    a: IntArray,
    r: IntArray,
    x: IntArray,
) -> None:
    """Rows of beds and of sexes; ``kept`` (rooms, days, 2) are the people who stay."""
    days, stay = problem.days, people[p, 0]
    column = np.repeat(np.arange(len(p)), stay)
    night = np.arange(len(column)) - np.repeat(np.cumsum(stay) - stay, stay)
    cells, cell = np.unique(r[column] * days + a[column] + night, return_inverse=True)
    room, day = cells // days, cells % days
    left = problem.rooms.beds[room, day] - kept[room, day].sum(axis=1)
    tight = np.bincount(cell, minlength=len(cells)) > left
    row_of = np.full(len(cells), -1)
    row_of[tight] = model.add_rows("RoomCapacity", int(tight.sum()), upper=left[tight])
    some = row_of[cell] >= 0
    model.add_entries(row_of[cell[some]], x[column[some]])
    gender = people[p[column], 1]
    single = problem.rooms.policy[room] == SAME_GENDER
    may = np.stack([np.bincount(cell[gender == g], minlength=len(cells)) > 0 for g in (0, 1)], axis=1)
    here = kept[room, day] > 0
    mixed = single & (may | here).all(axis=1) & ~here.all(axis=1)
    where = np.flatnonzero(mixed)
    place = np.full(len(cells), -1)
    place[where] = np.arange(len(where))
    mix = model.add_columns("RoomGenderMix", len(where), upper=1.0, cost=problem.prices.mixing)
    both = model.add_rows("RoomGenderMix", len(where), upper=1.0)
    model.add_entries(both, mix, -1.0)
    for g in (0, 1):
        there = model.add_columns("there", len(where), lower=here[where, g].astype(float), upper=1.0, integer=True)
        model.add_entries(both, there)
        # one row a free patient would be stronger; together they are few
        most = np.maximum(1, left[where]).astype(float)
        rows = model.add_rows("there", len(where), upper=0.0)
        model.add_entries(rows, there, -most)
        mine = np.flatnonzero((gender == g) & (place[cell] >= 0))
        model.add_entries(rows[place[cell[mine]]], x[column[mine]])


def _theatres(
    model: LinearModel,
    problem: AdmissionProblem,
    elective: IntArray,
    every: IntArray,
    people: IntArray,
    p: IntArray,
    a: IntArray,
    x: IntArray,
) -> None:
    """Rows of sessions and of theatre days; ``elective`` and ``every`` are minutes of those who stay."""
    s, prices, days = problem.sessions, problem.prices, problem.days
    when = a + people[p, 5]
    cut = np.flatnonzero((people[p, 4] > 0) & (when < days))
    minutes = people[p[cut], 4].astype(float)
    own = np.flatnonzero(people[p[cut], 6] == 0)
    tables = (
        ("Session", people[p[cut[own]], 3] * days + when[cut[own]], own, elective, s.minutes, s.limit),
        ("Theatre", when[cut], np.arange(len(cut)), every, s.minutes.sum(axis=0), s.day_limit),
    )
    for name, key, which, taken, opened, limit in tables:
        cells, cell = np.unique(key, return_inverse=True)
        used, free, most = taken.ravel()[cells], opened.ravel()[cells], limit.ravel()[cells]
        over = model.add_columns(f"{name}Overtime", len(cells), upper=np.maximum(0, most - free), cost=prices.overtime)
        rows = model.add_rows(f"{name}Limit", len(cells), upper=(free - used).astype(float))
        model.add_entries(rows[cell], x[cut[which]], minutes[which])
        model.add_entries(rows, over, -1.0)
        if name == "Session":
            counted = np.flatnonzero(cells % days < problem.counted)
            idle = model.add_columns("IdleTheatre", len(counted), cost=prices.idle_theatre)
            floor = model.add_rows("IdleTheatre", len(counted), lower=(free - used)[counted].astype(float))
            row_of = np.full(len(cells), -1)
            row_of[counted] = floor
            some = row_of[cell] >= 0
            model.add_entries(row_of[cell[some]], x[cut[which[some]]], minutes[which[some]])
            model.add_entries(floor, idle)
