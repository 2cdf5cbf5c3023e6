"""Annealing of one plan: tables from a problem, states from plans, temperature over a run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.assignment.annealing import anneal, fill
from optimise.hospital.assignment.data import NIGHT, SHIFTS, AssignmentPlan
from optimise.hospital.assignment.evaluate import hard_and_cost
from optimise.hospital.assignment.problem import AssignmentProblem
from optimise.hospital.assignment.state import AssignmentState, AssignmentTables
from optimise.hospital.assignment.tuning import AssignmentTuning
from optimise.hospital.run_parts import RunParts

__all__ = ["AssignmentAnnealing", "first_rooms"]

#: Places that a room has beyond its beds while a move is tried.
_SPARE = 10


class AssignmentAnnealing:
    """Annealing over one problem; holds the tables that all runs share."""

    def __init__(self, problem: AssignmentProblem, tuning: AssignmentTuning | None = None) -> None:
        self.problem, self.tuning = problem, tuning or AssignmentTuning()
        people, rooms, nurses, p = problem.patients, problem.rooms, problem.nurses, problem.prices
        bits = 1 << np.arange(len(rooms.equipment), dtype=np.int64)
        here = people.here
        table = np.zeros((problem.days, 1 + int(here.sum(axis=0).max())), dtype=np.int64)
        for d in range(problem.days):
            who = np.flatnonzero(here[:, d])
            table[d, 0], table[d, 1 : 1 + len(who)] = len(who), who
        on = nurses.duty
        duty = np.zeros((problem.shifts, 1 + max(1, int(on.sum(axis=0).max())), 2), dtype=np.int64)
        slots = np.full(on.shape, -1, dtype=np.int64)
        for s in range(problem.shifts):
            carers = np.flatnonzero(on[:, s])
            duty[s, 0, 0], slots[carers, s] = len(carers), np.arange(len(carers))
            duty[s, 1 : 1 + len(carers), 0], duty[s, 1 : 1 + len(carers), 1] = carers, nurses.skill[carers]
        enter = p.nurses_per_room + p.walking * problem.star[:, None] * rooms.station[None, :]
        near = 0.5 * p.walking * (rooms.distance + rooms.distance.T)
        np.fill_diagonal(near, 0.0)
        columns = [people.first, people.last, people.gender, people.age_group, people.last - people.first + 1]
        prices = [p.transfer, p.age_mix, p.gender_mix, p.equipment, p.continuity, p.skill, p.overload]
        self.tables = AssignmentTables(
            people=np.stack(columns, axis=1).astype(np.int64),
            needs=(people.needs * bits).sum(axis=2).astype(np.int64),
            rooms=np.stack([rooms.beds, (rooms.has * bits).sum(axis=1)], axis=1).astype(np.int64),
            here=table,
            duty=duty,
            slots=slots,
            enter=np.concatenate([enter, problem.circle[:, None]], axis=1),
            near=near,
            prices=np.array([*prices, p.fair_horizon, p.fair_shift]),
            chain=self.tuning.chain,
            hope=self.tuning.hope,
        )
        level = people.skill.copy()
        level[:, NIGHT::SHIFTS] = 0
        self._task = np.stack([people.work, level, 0 * level, 0 * level], axis=2).astype(np.int64)
        self._post = np.ones((problem.shifts, duty.shape[1] - 1, 3))
        self._post[:, :, (0, 2)] = 0.0
        n, when = np.nonzero(on)
        self._post[when, slots[n, when], 1] = nurses.limit[n, when]

    def state(self, room: IntArray, nurse: IntArray, seed: int) -> AssignmentState:
        """State of a plan; where a nurse is missing or off duty the best by what is there already."""
        problem, rooms = self.problem, len(self.problem.rooms.ids)
        shape, slots = room.shape, self._post.shape[:2]
        when = np.arange(problem.shifts)[None, :]
        slot = np.where(nurse >= 0, self.tables.slots[nurse, when], -1).astype(np.int64)
        most = int(self.tables.here[:, 0].max()) + int(self.tables.people[:, 4].max()) * 40 + 16
        made = AssignmentState(
            task=self._task.copy(),
            cells=np.zeros((rooms, problem.days, 1 + int(problem.rooms.beds.max()) + _SPARE), dtype=np.int64),
            post=self._post.copy(),
            stops=np.zeros((*slots, 1 + 2 * rooms), dtype=np.int64),
            seen=np.zeros((shape[0], len(problem.nurses.ids)), dtype=np.int64),
            total=np.zeros(len(problem.nurses.ids)),
            best=np.zeros((2, *shape), dtype=np.int64),
            sums=np.zeros(2),
            journal=np.zeros((most, 4), dtype=np.int64),
            stream=np.random.SeedSequence([seed, 0x1F12A]).generate_state(1, np.uint64) | np.uint64(1),
        )
        fill(self.tables, made, np.ascontiguousarray(room, dtype=np.int64), slot)
        made.best[0], made.best[1] = made.task[:, :, 3], made.task[:, :, 2]
        made.sums[:] = hard_and_cost(problem, self.plan(made))[1]
        return made

    def plan(self, state: AssignmentState) -> AssignmentPlan:
        """The best plan of a state."""
        here = np.repeat(self.problem.patients.here, SHIFTS, axis=1)
        nurse = self.tables.duty[np.arange(self.problem.shifts)[None, :], state.best[1] + 1, 0]
        return AssignmentPlan(np.where(here, state.best[0], -1), np.where(here, nurse, -1))

    def run(
        self,
        state: AssignmentState,
        *,
        seconds: float,
        steps: int | None,
        heat: float,
        last: float,
        share: IntArray,
        over: Callable[[AssignmentState], bool] = lambda state: False,
    ) -> int:
        """Cool once, in place.

        Parameters
        ----------
        state : AssignmentState
            Changed; holds the best plan met.
        seconds : float
            Wall-clock limit.
        steps : int or None
            Work limit in place of ``seconds``; then the run repeats.
        heat, last : float
            First and last temperature in units of cost.
        share : int array (7,)
            Of the moves; see :func:`~optimise.hospital.assignment.annealing.anneal`.
        over : callable
            Asked after each of some hundred chunks; True ends the run.

        Returns
        -------
        int
            Moves tried.
        """
        tuning = self.tuning
        parts = RunParts(seconds, steps, tuning.parts, moves=2_000, least=200, longest=tuning.longest)
        while (part := parts.share) < 1.0:
            anneal(self.tables, state, heat * (last / heat) ** part, parts.chunk, share)
            parts.count()
            if over(state):
                break
            parts.pace()
        return parts.done


def first_rooms(problem: AssignmentProblem) -> IntArray:
    """One room a patient: in order of admission the bed that costs least beside those who lie there.

    Parameters
    ----------
    problem : AssignmentProblem
        With enough beds on each day.

    Returns
    -------
    int array (patients, shifts)
        -1 outside the stay.
    """
    people, rooms, prices = problem.patients, problem.rooms, problem.prices
    made = np.full((len(people), problem.days), -1)
    count = np.zeros((len(rooms.ids), problem.days), dtype=np.int64)
    for p in np.lexsort((-people.last, people.first)):
        days = slice(int(people.first[p]), int(people.last[p]) + 1)
        lacks = (people.needs[p, days, None, :] & ~rooms.has[None, :, :]).any(axis=2).sum(axis=0)
        cost = prices.equipment * lacks.astype(np.float64)
        for r in range(len(rooms.ids)):
            if count[r, days.start] >= rooms.beds[r]:  # who lies there came before, and leaves the bed for good
                cost[r] = np.inf
                continue
            for d in range(days.start, days.stop):
                ages = people.age_group[(made[:, d] == r)]
                if len(ages):
                    worse = max(ages.max(), people.age_group[p]) - min(ages.min(), people.age_group[p])
                    cost[r] += prices.age_mix * (worse - ages.max() + ages.min())
                    cost[r] += prices.gender_mix * (people.gender[made[:, d] == r] != people.gender[p]).any()
                else:
                    cost[r] += SHIFTS * prices.nurses_per_room
        best = int(np.argmin(cost))
        made[p, days] = best
        count[best, days] += 1
    return np.repeat(made, SHIFTS, axis=1)
