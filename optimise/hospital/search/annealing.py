"""Simulated annealing on bed plans with fixed stays: change of room and exchange of rooms.

For problems such as PAS, where dates are given and a patient keeps one room, the cost of a plan is a sum over
patients of a table (patient, room); the rest are hard rules of capacity, gender and isolation, which every move keeps.
Moves after Ceschia and Schaerf, "Local search and lower bounds for the patient admission scheduling problem",
Computers & Operations Research 38 (2011).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.cooling import Cooling
from optimise.core.copying import copy_line
from optimise.core.jit import compiled
from optimise.core.method import stop_asked
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of
from optimise.hospital.rules.base import Engine
from optimise.hospital.rules.engines import unknown_rules
from optimise.hospital.search.construct import plan_of

__all__ = ["RoomAnnealing"]


class _Stays(NamedTuple):
    """What rooms ask of patients, int64 arrays (patients,): nights ``[first, last)``, gender, group of isolation.

    ``groups`` is the number of groups.
    """

    first: IntArray
    last: IntArray
    gender: IntArray
    group: IntArray
    groups: int


class _Rooms(NamedTuple):
    """Beds by (room, day), and by room whether it is for one gender (1) or not (0); int64."""

    beds: IntArray
    single_sex: IntArray


class _Census(NamedTuple):
    """Who lies where: people (rooms, days), of each gender and of each group (rooms, days, of them); int64."""

    people: IntArray
    same: IntArray
    alike: IntArray


class _Choices(NamedTuple):
    """What may be moved, and what it costs.

    Attributes
    ----------
    cost : int64 (patients, rooms)
        Ticks of a whole stay.
    movable : int64 (n,)
        Patients who may change room.
    near : int64 (m,); near_start : int64 (patients + 1,)
        Movable patients in hospital on a common day, patient after patient.
    """

    cost: IntArray
    movable: IntArray
    near: IntArray
    near_start: IntArray


@compiled
def _fits(stays: _Stays, rooms: _Rooms, census: _Census, p: int, r: int, without: int) -> bool:
    """Whether p fits into room r, from which patient ``without`` (-1: nobody) has gone."""
    first, last, gender, group = stays.first, stays.last, stays.gender, stays.group
    for d in range(first[p], last[p]):
        gone = without >= 0 and first[without] <= d < last[without]
        here = census.people[r, d] - (1 if gone else 0)
        if here >= rooms.beds[r, d]:
            return False
        if here == 0:
            continue
        if rooms.single_sex[r] == 1:
            mine = census.same[r, d, gender[p]] - (1 if gone and gender[without] == gender[p] else 0)
            if mine != here:
                return False
        mine = census.alike[r, d, group[p]] - (1 if gone and group[without] == group[p] else 0)
        if mine != here:
            return False
    return True


@compiled
def _shift(stays: _Stays, census: _Census, p: int, r: int, sign: int) -> None:
    """Put patient p into room r (sign 1) or take it out (-1)."""
    for d in range(stays.first[p], stays.last[p]):
        census.people[r, d] += sign
        census.same[r, d, stays.gender[p]] += sign
        census.alike[r, d, stays.group[p]] += sign


@compiled
def _anneal(
    stays: _Stays, rooms: _Rooms, choices: _Choices, cooling: Cooling, seed: int, room: IntArray, best: IntArray
) -> tuple[int, int]:
    """Anneal ``room`` (patients,) in place; ``best`` receives the best plan met.

    Returns (change of cost of ``best`` against the start, accepted moves).
    """
    np.random.seed(seed)  # noqa: NPY002 - Numba's own stream, not the caller's
    cost, movable, near, near_start = choices
    number, days = rooms.beds.shape
    census = _Census(
        np.zeros((number, days), dtype=np.int64),
        np.zeros((number, days, 2), dtype=np.int64),
        np.zeros((number, days, stays.groups), dtype=np.int64),
    )
    for p in range(room.size):
        if room[p] >= 0:
            _shift(stays, census, p, room[p], 1)
    delta, least, accepted = 0, 0, 0
    copy_line(best, room)
    factor = (cooling.cold / cooling.hot) ** (1.0 / max(1, cooling.steps // 1000))
    heat = cooling.hot
    for step in range(cooling.steps):
        if step % 1000 == 999:
            heat *= factor
        p = movable[np.random.randint(movable.size)]  # noqa: NPY002
        old = room[p]
        allowed = -heat * np.log(np.random.random())  # noqa: NPY002
        if np.random.random() < 0.5 or near_start[p + 1] == near_start[p]:  # noqa: NPY002
            r = np.random.randint(number)  # noqa: NPY002
            change = cost[p, r] - cost[p, old]
            if r == old or change > allowed:
                continue
            if not _fits(stays, rooms, census, p, r, -1):
                continue
            _shift(stays, census, p, old, -1)
            _shift(stays, census, p, r, 1)
            room[p] = r
        else:
            q = near[near_start[p] + np.random.randint(near_start[p + 1] - near_start[p])]  # noqa: NPY002
            r = room[q]
            change = cost[p, r] + cost[q, old] - cost[p, old] - cost[q, r]
            if r == old or change > allowed:
                continue
            if not _fits(stays, rooms, census, p, r, q) or not _fits(stays, rooms, census, q, old, p):
                continue
            _shift(stays, census, p, old, -1)
            _shift(stays, census, q, r, -1)
            _shift(stays, census, p, r, 1)
            _shift(stays, census, q, old, 1)
            room[p], room[q] = r, old
        accepted += 1
        delta += change
        if delta < least:
            least = delta
            copy_line(best, room)
    return least, accepted


class RoomAnnealing:
    """Annealing over one problem; holds the tables that all runs share.

    Attributes
    ----------
    usable : bool
        Whether the problem's cost is the sum over patients and rooms that the kernel knows, all other rules apart.
    """

    def __init__(self, problem: HospitalProblem) -> None:
        self.problem = problem
        h = arrays_of(problem)
        people = problem.patients
        self.usable = (
            problem.theatres is None
            and problem.nursing is None
            and not unknown_rules(problem, Engine.ROOMS)
            and problem.hard("RoomCapacity")
            and bool((people.release == people.due).all())
        )
        if not self.usable:
            return
        self._h = h
        self._first = h.release
        self._last = np.minimum(problem.days, h.release + h.stay)
        group: IntArray = np.unique(h.isolation, return_inverse=True)[1].reshape(-1).astype(np.int64)
        self._movable = np.flatnonzero(h.home < 0)
        self._stays = _Stays(self._first, self._last, h.gender, group, int(group.max(initial=0)) + 1)
        self._choices = _Choices(self._table(h), self._movable, *self._overlaps())
        dear = h.night_cost[(h.night_cost > 0) & (h.night_cost < BARRED)]
        #: Starting temperature in ticks: a few ordinary nights' cost.
        self.hot = 4.0 * float(np.median(dear)) if len(dear) else 1.0

    def _table(self, h: HospitalArrays) -> IntArray:
        """Ticks of whole stays by (patient, room)."""
        patients = len(h.stay)
        made = np.zeros((patients, h.beds.shape[0]), dtype=np.int64)
        everyone = np.arange(patients)
        for t in range(h.night_row.shape[1]):
            there = everyone[self._first + t < self._last]
            made[there] += h.night_cost[h.night_row[there, t]]
        return np.minimum(made, BARRED)

    def _overlaps(self) -> tuple[IntArray, IntArray]:
        """Movable patients who are in hospital on a common day, as (list, start of each patient's part)."""
        near, start = [], [0]
        movable = np.zeros(len(self._first), dtype=np.bool_)
        movable[self._movable] = True
        for p in range(len(self._first)):
            both = movable & (self._first < self._last[p]) & (self._first[p] < self._last)
            both[p] = False
            near.append(np.flatnonzero(both) if movable[p] else np.zeros(0, dtype=np.int64))
            start.append(start[-1] + len(near[-1]))
        return np.concatenate(near), np.array(start)

    def run(
        self, plan: HospitalPlan, *, steps: int, seed: int, hot: float, cold: float, slices: int = 1
    ) -> tuple[HospitalPlan, int, HospitalPlan]:
        """Anneal from a plan in which everybody is admitted and nobody moves.

        Parameters
        ----------
        plan : HospitalPlan
        steps : int
            Moves that are tried.
        seed : int
        hot, cold : float
            First and last temperature in ticks.
        slices : int
            Parts of the run, each with random numbers of its own; between them a request to stop is heard.

        Returns
        -------
        best, change, last : HospitalPlan, int, HospitalPlan
            Best plan met, its cost less the start's in ticks, and the plan where the run ended.
        """
        h = self._h
        everyone = np.arange(len(h.stay))
        room = plan.room[everyone, self._first].astype(np.int64)
        rooms, cost = _Rooms(h.beds, h.single_sex), self._choices.cost
        best, start = room.copy(), int(cost[everyone, room].sum())
        change, factor = 0, (cold / hot) ** (1.0 / slices)
        heats = [*(hot * factor**k for k in range(slices)), cold]
        for k in range(slices):
            met = room.copy()
            cooling = Cooling(steps // slices, heats[k], heats[k + 1])
            _anneal(self._stays, rooms, self._choices, cooling, seed + k, room, met)
            if (gained := int(cost[everyone, met].sum()) - start) < change:
                best, change = met, gained
            if stop_asked():
                break
        none = np.full(len(best), -1)
        admission = plan.admission.astype(np.int64)
        return plan_of(self.problem, admission, best, none), change, plan_of(self.problem, admission, room, none)
