"""Annealing of one admission plan: tables from a problem, states from plans, temperature and price over a run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.admissions.annealing import anneal, fill
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.admissions.state import BARRED, AdmissionState, AdmissionTables
from optimise.hospital.admissions.tuning import AdmissionTuning
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.run_parts import RunParts

__all__ = ["AdmissionAnnealing", "admission_days", "plan_of"]


def _starts(counts: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


class AdmissionAnnealing:
    """Annealing over one problem; holds the tables that all runs share."""

    def __init__(
        self, problem: AdmissionProblem, pair: IntArray, pairs: IntArray, tuning: AdmissionTuning | None = None
    ) -> None:
        self.problem, self.tuning = problem, tuning or AdmissionTuning()
        people, needs, prices = problem.patients, problem.needs, problem.prices
        night = np.where(people.forbidden, BARRED, problem.night_cost)
        delay = np.where(people.inpatient, 0, prices.delay)
        columns = [people.stay, people.gender, needs.longer, needs.specialty, needs.minutes, needs.offset]
        columns += [needs.urgent, people.home, delay, people.release]
        allowed = admission_days(problem)
        count = (~people.forbidden).sum(axis=1)
        likely = np.minimum(count, np.maximum(3, -(-count // 4)))
        surgical = np.flatnonzero((needs.minutes > 0) & ~needs.urgent)
        order = surgical[np.argsort(needs.specialty[surgical], kind="stable")]
        peers = np.bincount(needs.specialty[surgical], minlength=len(problem.sessions.specialties))
        self.tables = AdmissionTables(
            people=np.stack([np.asarray(c, dtype=np.int64) for c in columns], axis=1),
            night=night,
            choice=np.argsort(night, axis=1, kind="stable"),
            choices=np.stack([count, likely], axis=1).astype(np.int64),
            day=np.nonzero(allowed)[1].astype(np.int64),
            day_start=_starts(allowed.sum(axis=1)),
            peer=order,
            peer_start=_starts(peers),
            movable=np.flatnonzero((allowed.sum(axis=1) > 1) | (count > 1)),
            pair=pair,
            pairs=pairs,
            prices=np.array([prices.mixing, prices.transfer, prices.overtime, problem.mixing == "minority"], np.int64),
        )

    def state(self, day: IntArray, room: IntArray, seed: int) -> AdmissionState:
        """State of a plan with one room a patient; where nothing is too much it is the best so far."""
        problem = self.problem
        rooms, days = problem.rooms.beds.shape
        counted = (np.arange(days) < problem.counted).astype(np.int64)
        cells = np.zeros((rooms, days, 7), dtype=np.int64)
        cells[:, 0, 2] = problem.leaving
        cells[:, :, 3] = problem.rooms.beds
        cells[:, :, 4] = (problem.rooms.policy == SAME_GENDER)[:, None]
        cells[:, :, 5] = problem.prices.idle_bed * counted
        cells[:, :, 6] = problem.prices.overstay
        cells[:, 0, 6] *= problem.leaving > 0
        s = problem.sessions
        zero = np.zeros_like(s.minutes)
        sessions = np.stack([zero, s.minutes, s.limit, zero + problem.prices.idle_theatre * counted], axis=2)
        every = np.stack([zero.sum(axis=0), s.minutes.sum(axis=0), s.day_limit, 0 * s.day_limit], axis=1)[None]
        patients = len(day)
        made = AdmissionState(
            day=np.zeros(patients, dtype=np.int64),
            room=np.zeros(patients, dtype=np.int64),
            cells=cells,
            sessions=np.ascontiguousarray(sessions),
            theatres=np.ascontiguousarray(every),
            best=np.array([day, room], dtype=np.int64),
            sums=np.zeros(3, dtype=np.int64),
            members=np.zeros((rooms, patients), dtype=np.int64),
            held=np.zeros(rooms, dtype=np.int64),
            place=np.zeros(patients, dtype=np.int64),
            stream=np.random.SeedSequence([seed, 0xAD417]).generate_state(1, np.uint64) | np.uint64(1),
        )
        free = problem.idle_free
        made.sums[0] = -free[0] * problem.prices.idle_theatre - free[1] * problem.prices.idle_bed
        fill(self.tables, made, made.best[0].copy(), made.best[1].copy())
        made.sums[2] = made.sums[0] if made.sums[1] == 0 else BARRED * 1000
        return made

    def run(
        self,
        state: AdmissionState,
        *,
        seconds: float,
        steps: int | None = None,
        heat: float,
        last: float,
        over: Callable[[AdmissionState], bool] = lambda state: False,
    ) -> None:
        """Cool once, in place.

        Parameters
        ----------
        state : AdmissionState
            Changed; holds the best plan met.
        seconds : float
            Wall-clock limit.
        steps : int, optional
            Work limit in place of ``seconds``; then the run repeats.
        heat, last : float
            First and last temperature in units of cost.
        over : callable
            Asked after each of some hundred chunks; True ends the run.
        """
        tuning, tables = self.tuning, self.tables
        parts = RunParts(seconds, steps, tuning.parts, moves=5_000, least=200)
        price = tuning.price * self.problem.prices.idle_bed
        while (share := parts.share) < 1.0:
            now = heat * (last / heat) ** share
            accepted, clean = anneal(tables, state, now, price, parts.chunk)
            parts.count()
            if over(state):
                return
            part = clean / max(1, accepted)
            price *= tuning.step if part < tuning.rare else 1.0 / tuning.step if part > tuning.often else 1.0
            price = min(max(price, now), tuning.dearest)
            parts.pace()


def admission_days(problem: AdmissionProblem) -> IntArray:
    """Days on which patients may be admitted: their window, less days on which their surgery finds no session.

    Parameters
    ----------
    problem : AdmissionProblem
        Windows, sessions and surgery.

    Returns
    -------
    bool array (patients, days)
        At least one day a patient, even where the sessions leave none.
    """
    people, needs, s = problem.patients, problem.needs, problem.sessions
    day = np.arange(problem.days)[None, :]
    window = (day >= people.release[:, None]) & (day <= people.due[:, None])
    cut = np.minimum(day + needs.offset[:, None], problem.days - 1)
    own = s.limit[needs.specialty[:, None], cut]
    most = np.where(needs.urgent[:, None], s.day_limit[cut], np.minimum(own, s.day_limit[cut]))
    fits: IntArray = window & (needs.minutes[:, None] <= most)
    made: IntArray = np.where(fits.any(axis=1, keepdims=True), fits, window)
    return made


def plan_of(problem: AdmissionProblem, day: IntArray, room: IntArray) -> AdmissionPlan:
    """Plan with one room a patient.

    Parameters
    ----------
    problem : AdmissionProblem
        Stays and days.
    day, room : int arrays (patients,)
        Admission and room.

    Returns
    -------
    AdmissionPlan
        Rooms by patient and day.
    """
    when = np.arange(problem.days)[None, :]
    here = (when >= day[:, None]) & (when < (day + problem.patients.stay)[:, None])
    return AdmissionPlan(np.where(here, room[:, None], -1))
