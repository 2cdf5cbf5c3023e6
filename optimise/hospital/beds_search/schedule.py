"""Annealing schedule of bed plans: temperature by the share of time or work used, price of people too many led along.

While the temperature falls, the price of a person too many is raised and lowered so that their number falls to none
after seven tenths of the run; from then on plans are kept at the edge of what is allowed, where good plans are met.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds_search.annealing import BedState, BedTables, anneal, fill
from optimise.hospital.beds_search.tuning import BedSearchTuning
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of
from optimise.hospital.rules.base import Engine
from optimise.hospital.rules.engines import unknown_rules
from optimise.hospital.run_parts import RunParts

__all__ = ["BedAnnealing", "stay_costs", "usable"]


def stay_costs(problem: HospitalProblem, h: HospitalArrays) -> IntArray:
    """Ticks of whole stays by (patient, room), BARRED where a hard rule forbids one."""
    last = np.minimum(problem.days, h.release + h.stay)
    made = np.zeros((len(h.stay), h.beds.shape[0]), dtype=np.int64)
    everyone = np.arange(len(h.stay))
    for t in range(h.night_row.shape[1]):
        there = everyone[h.release + t < last]
        made[there] += h.night_cost[h.night_row[there, t]]
    return np.minimum(made, BARRED)


def usable(problem: HospitalProblem) -> bool:
    """Fixed stays of people who must come, hard capacity, no other layer, and no rule that the search does not know."""
    people = problem.patients
    return (
        problem.theatres is None
        and problem.nursing is None
        and len(people) > 0
        and problem.hard("RoomCapacity")
        and problem.hard("MandatoryUnscheduledPatients")
        and problem.hard("AdmissionDay")
        and bool((people.release == people.due).all())
        and bool(people.mandatory[~people.inpatient].all())
        and not people.inpatient.all()
        and not unknown_rules(problem, Engine.ROOMS)
    )


def _overlaps(h: HospitalArrays, days: int) -> tuple[IntArray, IntArray]:
    """For each movable patient the other movable ones in hospital on a common night: (all of them, starts)."""
    first, last, movable = h.release, np.minimum(days, h.release + h.stay), h.home < 0
    near, start = [], [0]
    for p in range(len(first)):
        both = movable & movable[p] & (first < last[p]) & (first[p] < last)
        both[p] = False
        near.append(np.flatnonzero(both))
        start.append(start[-1] + len(near[-1]))
    return np.concatenate(near), np.array(start)


class BedAnnealing:
    """Annealing over one problem that is :func:`usable`; holds the tables that all runs share."""

    def __init__(self, problem: HospitalProblem, tuning: BedSearchTuning | None = None) -> None:
        self.problem, self.tuning = problem, tuning or BedSearchTuning()
        h = arrays_of(problem)
        cost = stay_costs(problem, h)
        near, near_start = _overlaps(h, problem.days)
        held = np.zeros(h.beds.shape, dtype=np.int64)
        for p in np.flatnonzero(h.home >= 0):  # who lies in a closed bed already stays there
            held[h.home[p], : h.stay[p]] += 1
        self.tables = BedTables(
            cost=cost,
            likely=np.ascontiguousarray(np.argsort(cost, axis=1, kind="stable")[:, : 1 + cost.shape[1] // 4]),
            first=h.release,
            last=np.minimum(problem.days, h.release + h.stay),
            gender=h.gender,
            group=np.unique(h.isolation, return_inverse=True)[1].reshape(-1).astype(np.int64),
            beds=np.maximum(h.beds, held),
            single_sex=h.single_sex,
            movable=np.flatnonzero(h.home < 0),
            fixed=(h.home >= 0).astype(np.int64),
            near=near,
            near_start=near_start,
        )
        dear = h.night_cost[(h.night_cost > 0) & (h.night_cost < BARRED)]
        #: First temperature in ticks: a quarter of an ordinary night that is not free.
        self.hot = 0.25 * float(np.median(dear)) if len(dear) else 1.0

    def state(self, room: IntArray, seed: int) -> BedState:
        """State of a plan with one room a patient; where the plan is allowed it is the best so far."""
        t = self.tables
        rooms, days = t.beds.shape
        made = BedState(
            room=np.full(len(room), -1),
            sexes=np.zeros((rooms, days, 2), dtype=np.int64),
            groups=np.zeros((rooms, days, int(t.group.max(initial=0)) + 1), dtype=np.int64),
            best=np.array(room, dtype=np.int64),
            sums=np.zeros(3, dtype=np.int64),
            members=np.zeros((rooms, len(room)), dtype=np.int64),
            held=np.zeros(rooms, dtype=np.int64),
            place=np.zeros(len(room), dtype=np.int64),
            stream=np.random.SeedSequence([seed, 0xBED5]).generate_state(1, np.uint64) | np.uint64(1),
        )
        fill(t, made, made.best)
        made.sums[2] = made.sums[0] if made.sums[1] == 0 else BARRED
        return made

    def first_rooms(self, plan: HospitalPlan) -> IntArray:
        """Room of each patient on the first night; one that is away then counts as room 0."""
        room: IntArray = plan.room[np.arange(len(self.tables.first)), self.tables.first].astype(np.int64)
        return np.maximum(room, 0)

    def run(
        self,
        state: BedState,
        *,
        seconds: float,
        steps: int | None = None,
        heat: float,
        over: Callable[[BedState], bool] = lambda state: False,
    ) -> None:
        """Cool once, in place.

        Parameters
        ----------
        seconds : float
        steps : int, optional
            Work limit in place of ``seconds``; then the run repeats.
        heat : float
            First temperature in ticks.
        over : callable
            Asked after each of some hundred chunks; True ends the run.
        """
        tuning, tables = self.tuning, self.tables
        parts = RunParts(seconds, steps, tuning.parts, moves=20_000, least=1_000)
        price, trouble = 2.0 * heat, math.inf
        while (share := parts.share) < 1.0:
            accepted, clean = anneal(tables, state, heat * tuning.span**-share, price, parts.chunk)
            parts.count()
            if over(state):
                return
            wanted = trouble * (1.0 - share / tuning.clean) if math.isfinite(trouble) else math.inf
            if not math.isfinite(trouble):
                if share > 0.04:
                    trouble = float(state.sums[1])
            elif wanted > 0.5:
                price = max(heat, price * (1.02 if state.sums[1] > wanted else 0.99))
            elif clean < 0.01 * accepted and state.sums[1] > 0:
                price *= 1.03
            elif clean > 0.3 * accepted:
                price *= 0.99
            price = min(price, 1e6 * self.hot)
            parts.pace()
