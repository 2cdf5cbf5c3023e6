"""Lower bound for fixed stays: an exact assignment of the people of each night to beds.

Where mixed rooms are forbidden the same with the gender of each room as a binary, moves between nights being free; or
prices of beds (:mod:`optimise.hospital.search.lagrange`), where moves are paid for.
"""

from __future__ import annotations

import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.method import Deadline
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of
from optimise.hospital.search.best_bound import Bound
from optimise.hospital.search.lagrange import lagrangian_ticks
from optimise.solvers.highs import Highs
from optimise.solvers.linear import LinearModel

__all__ = ["nights"]


def nights(problem: HospitalProblem, *, seconds: float = 60.0, threads: int = 1, target: float = math.inf) -> Bound:
    """The better of the sum of the nights' exact bed assignments and :func:`lagrangian_ticks`.

    The latter also sees what moves cost. Where it does not help, the time left goes to nights with gender as integer
    programs, the fullest first. ``target`` is the cost of a known plan, if any; it only guides the prices.
    """
    clock = Deadline(seconds)
    h = arrays_of(problem)
    values = np.zeros(problem.days, dtype=np.int64)
    people = [_present(h, d) for d in range(problem.days)]
    for d in range(problem.days):
        value = _assignment(h, d, people[d])
        if value is None:
            return Bound(math.inf, f"more patients than suitable beds on day {d}")
        values[d] = value
    source = "nightly bed assignment"
    priced = lagrangian_ticks(problem, seconds=clock.left, target=target * problem.scale)
    if priced > values.sum():
        return Bound(priced / problem.scale, "Lagrangian prices of beds, rooms of patients by shortest paths")
    strict = problem.hard("RoomGenderMix") and problem.patients.justified is None
    if strict and (problem.rooms.policy == SAME_GENDER).any():
        order = sorted(range(problem.days), key=lambda d: -len(people[d]))
        for i, d in enumerate(order):
            share = clock.left / (len(order) - i)
            if share < 0.2:
                break
            value = _night_with_gender(h, d, people[d], share, threads)
            if value > values[d]:
                values[d], source = value, "nightly bed assignment with single-sex rooms"
    return Bound(float(values.sum()) / problem.scale, source)


def _present(h: HospitalArrays, d: int) -> IntArray:
    start = np.where(h.home >= 0, 0, h.release)
    made: IntArray = np.flatnonzero((start <= d) & (d < start + h.stay))
    return made


def _costs(h: HospitalArrays, d: int, who: IntArray) -> IntArray:
    """Ticks of a night by (person, room)."""
    made: IntArray = h.night_cost[h.night_row[who, d - h.release[who]]]
    return made


def _assignment(h: HospitalArrays, d: int, who: IntArray) -> int | None:
    """Least cost of a night without gender, None when people cannot all be placed."""
    from scipy.optimize import linear_sum_assignment

    bed_room = np.repeat(np.arange(h.beds.shape[0]), h.beds[:, d])
    if len(who) > len(bed_room):
        return None
    table = _costs(h, d, who)[:, bed_room]
    rows, columns = linear_sum_assignment(table.astype(float))
    total = int(table[rows, columns].sum())
    return None if total >= BARRED else total


def _night_with_gender(h: HospitalArrays, d: int, who: IntArray, seconds: float, threads: int) -> int:
    """Proven bound of a night with single-sex rooms.

    Rooms that are alike for everybody present are one column group: y[p,c] people in rooms of class c; how many of
    its rooms go to each gender is an integer.
    """
    cost, beds = _costs(h, d, who), h.beds[:, d]
    label = np.column_stack([cost.T, beds, h.single_sex])
    distinct, room_class = np.unique(label, axis=0, return_inverse=True)
    room_class = room_class.reshape(-1)
    classes = len(distinct)
    first = np.array([np.flatnonzero(room_class == c)[0] for c in range(classes)])
    size, count = beds[first], np.bincount(room_class, minlength=classes)
    model = LinearModel(f"night {d}")
    person, c = np.nonzero((cost[:, first] < BARRED) & (size > 0)[None, :])
    y = model.add_columns("stay", len(person), upper=1.0, cost=cost[person, first[c]], integer=True)
    rows = model.add_rows("room", len(who), lower=1.0, upper=1.0)
    model.add_entries(rows[person], y)
    rows = model.add_rows("RoomCapacity", classes, upper=count * size)
    model.add_entries(rows[c], y)
    bound = np.flatnonzero((h.single_sex[first] == 1) & (size > 1))
    men = np.full(classes, -1)
    men[bound] = model.add_columns("gender", len(bound), upper=count[bound], integer=True)
    for g in (0, 1):
        row_of = np.full(classes, -1)
        row_of[bound] = model.add_rows("RoomGenderMix", len(bound), upper=(1 - g) * (count * size)[bound])
        mine = (h.gender[who[person]] == g) & (row_of[c] >= 0)
        model.add_entries(row_of[c[mine]], y[mine])
        model.add_entries(row_of[bound], men[bound], (1 - 2 * g) * size[bound])
    solved = Highs(model.freeze(), threads=threads).solve(seconds=seconds)
    if not math.isfinite(solved.bound):
        return 0
    return max(0, math.ceil(solved.bound - 1e-6 * max(1.0, abs(solved.bound))))
