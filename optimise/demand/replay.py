"""A bed plan against what really came: a discrete-event simulation of wards, waiting and electives.

The only module that imports simpy. Rules of the house, the same for every plan:

* An emergency patient goes to a free bed of a home ward (the one with most free beds), else to the cheapest other ward
  allowed with a free bed, else waits in the emergency department, first come first served. The stay counts from the
  arrival; who is due to leave while waiting leaves from there.
* At each midnight wards open and close beds; a bed in use closes when its patient leaves.
* Every morning outliers move home where a home bed is free and nobody waits for it.
* Electives come at the problem's hour; one for whom there is no free bed, or while someone of the same wards waits, is
  cancelled.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.core.errors import InputError, MissingExtraError
from optimise.demand.demand import Demand
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["MEASURES", "Course", "ReplayOutcome", "course", "replay"]

_MORNING = 10.0
_LATE = 4.0  # hours in the emergency department after which a wait counts as late

#: What is compared, with the words of the table.
MEASURES = {
    "outliers": "patients outlying",
    "outlying_hours": "hours outlying",
    "late": "waits over 4 h",
    "boarding_hours": "hours waiting",
    "cancelled": "electives cancelled",
    "refused": "electives refused",
    "transfers": "moves",
    "occupancy": "occupancy %",
    "cost": "cost",
}


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What really happened: emergency patients from some midnight on.

    Attributes
    ----------
    group : int array (n,)
    arrival : float array (n,)
        Hours since the start; negative for those already in bed.
    stay : float array (n,)
        Hours from arrival to leaving.
    hours : int
        Length of the replay.
    """

    group: IntArray
    arrival: FloatArray
    stay: FloatArray
    hours: int


@dataclass(frozen=True, slots=True, eq=False)
class ReplayOutcome:
    """What a plan did with a course; numbers of patients and hours over the whole replay.

    ``occupied`` and ``opened`` are arrays (hours, wards) at the end of each hour; ``occupancy`` is their ratio in
    percent; ``cost`` adds the plan's own prices and the problem's prices of what happened.
    """

    outliers: float
    outlying_hours: float
    late: float
    boarding_hours: float
    cancelled: float
    refused: float
    transfers: float
    occupancy: float
    cost: float
    occupied: IntArray
    opened: IntArray

    def measures(self) -> FloatArray:
        """Array in the order of :data:`MEASURES`."""
        return np.array([getattr(self, f.name) for f in fields(self) if f.name in MEASURES], np.float64)


def course(demand: Demand, first: int, hours: int, seed: int = 1) -> Course:
    """Cut ``hours`` of hourly demand from period ``first`` on, with those in bed then.

    Stays that were still running when the data end are taken to end right after the replay or the data, whichever is
    later. Times within the hour are drawn.
    """
    stays = demand.stays
    if stays is None or demand.period != "hour":
        raise InputError("a replay needs hourly demand with departures")
    if first < 0 or first + hours > demand.length:
        raise InputError(f"the data hold {demand.length} hours, the replay asks for {first} to {first + hours}")
    end = np.where(stays.end < 0, max(demand.length, first + hours) + 1, stays.end)
    wanted = (stays.first < first + hours) & (end > first)
    rng = np.random.default_rng((seed, 79))
    minute = rng.random(len(stays.first))[wanted]
    begin = (stays.first[wanted] - first).astype(np.float64)
    arrival = begin + np.where(begin >= 0, 0.999 * minute, 0.0)
    return Course(stays.group[wanted], arrival, (end[wanted] - first) - arrival, hours)


def replay(problem: CapacityProblem, plan: CapacityPlan, truth: Course, *, seed: int = 1) -> ReplayOutcome:
    """Run the wards of ``problem`` under ``plan`` through what really came.

    Stays of electives are drawn from the problem's distribution by (seed, specialty, day, number), so that all plans
    meet the same patients.
    """
    try:
        import simpy
    except ImportError:
        raise MissingExtraError("simpy", "forecast") from None
    if truth.hours > 24 * problem.days:
        raise InputError(f"the plan covers {problem.days} days, the course {truth.hours} hours")
    house = _House(simpy.Environment(), problem, plan, truth.hours, seed)
    house.run(truth)
    return house.outcome()


@dataclass(slots=True, eq=False)
class _Patient:
    group: int
    leaves: float
    ward: int = -1
    since: float = 0.0
    outlay: bool = False
    bed: Any = None  # event that tells a waiting patient of a bed


class _House:
    def __init__(self, env: Any, problem: CapacityProblem, plan: CapacityPlan, hours: int, seed: int) -> None:
        self.env, self.problem, self.plan, self.hours, self.seed = env, problem, plan, hours, seed
        self.beds = plan.opened - plan.lent
        self.open = self.beds[:, 0].copy()
        self.used = np.zeros(len(self.open), np.int64)
        self.waiting: list[_Patient] = []
        self.inside: list[_Patient] = []
        self.prices = problem.outlying
        self.count = {"outliers": 0, "late": 0, "cancelled": 0, "transfers": 0}
        self.outlying, self.boarding = np.zeros(self.prices.shape), np.zeros(len(self.prices))
        self.cost = 0.0
        self.occupied, self.opened = [], []  # type: list[Any], list[Any]

    # ---- the day

    def run(self, truth: Course) -> None:
        order = np.argsort(truth.arrival, kind="stable")
        self.env.process(self._clock())
        for i in order:
            self.env.process(self._patient(int(truth.group[i]), float(truth.arrival[i]), float(truth.stay[i])))
        self.env.process(self._watch())
        self.env.run(until=self.hours)
        for patient in self.inside:
            self._stop(patient)
        for patient in self.waiting:
            self._waited(patient)

    def _clock(self) -> Generator[Any, None, None]:
        """Midnight, morning and elective hour of each day."""
        electives = float(self.problem.electives.hour)
        events = sorted([(0.0, self._midnight), (electives, self._electives), (_MORNING, self._repatriate)], key=_time)
        for day in range(-(-self.hours // 24)):
            for hour, act in events:
                yield self.env.timeout(max(0.0, 24.0 * day + hour - self.env.now))
                act(day)

    def _midnight(self, day: int) -> None:
        self.open = self.beds[:, day].copy()
        self._serve()

    def _repatriate(self, day: int) -> None:
        for patient in self.inside:
            home = self._find(patient.group, only_home=True) if patient.outlay else -1
            if home >= 0:
                self._stop(patient)
                self.used[patient.ward] -= 1
                self.count["transfers"] += 1
                self.cost += float(self.problem.transfer[patient.group])
                self._settle(patient, home)
        self._serve()

    def _electives(self, day: int) -> None:
        for g in range(len(self.prices)):
            for number in range(int(self.plan.accepted[g, day])):
                ward = self._find(g)
                if ward < 0 or any(np.isfinite(self.prices[w.group, ward]) for w in self.waiting):
                    self.count["cancelled"] += 1
                    self.cost += float(self.problem.electives.cancellation[g])
                    continue
                rng = np.random.default_rng((self.seed, 80, g, day, number))
                chances = self.problem.scenarios.stay[g]
                stay = (int(rng.choice(len(chances), p=chances)) + 1) * self.problem.hours
                self.env.process(self._elective(g, float(stay), ward))

    def _watch(self) -> Generator[Any, None, None]:
        for hour in range(self.hours):
            yield self.env.timeout(hour + 0.9999 - self.env.now)
            self.occupied.append(self.used.copy())
            self.opened.append(self.open.copy())

    # ---- patients

    def _patient(self, group: int, arrival: float, stay: float) -> Generator[Any, None, None]:
        if arrival > 0:
            yield self.env.timeout(arrival)
        leaves = max(arrival, 0.0) + (stay + min(arrival, 0.0))
        patient = _Patient(group, leaves)
        ward = self._find(group)
        if ward >= 0:
            self._settle(patient, ward)
        else:
            patient.since, patient.bed = self.env.now, self.env.event()
            self.waiting.append(patient)
            gone = self.env.timeout(max(0.0, leaves - self.env.now))
            yield patient.bed | gone
            if patient.ward < 0:
                self.waiting.remove(patient)
                self._waited(patient)
                return
        yield self.env.timeout(max(0.0, leaves - self.env.now))
        self._leave(patient)

    def _elective(self, group: int, stay: float, ward: int) -> Generator[Any, None, None]:
        patient = _Patient(group, self.env.now + stay)
        self._settle(patient, ward)
        yield self.env.timeout(stay)
        self._leave(patient)

    def _find(self, group: int, only_home: bool = False) -> int:
        """The ward that would take a patient now, or -1."""
        free = self.open - self.used
        home = (self.prices[group] == 0) & (free > 0)
        if home.any():
            return int(np.argmax(np.where(home, free, -1)))
        if only_home:
            return -1
        price = np.where(free > 0, self.prices[group], np.inf)
        best = int(np.argmin(price))
        return best if np.isfinite(price[best]) else -1

    def _settle(self, patient: _Patient, ward: int) -> None:
        self.used[ward] += 1
        patient.ward, patient.since = ward, self.env.now
        if self.prices[patient.group, ward] > 0 and not patient.outlay:
            self.count["outliers"] += 1
        patient.outlay = bool(self.prices[patient.group, ward] > 0)
        if patient not in self.inside:
            self.inside.append(patient)

    def _stop(self, patient: _Patient) -> None:
        """Book the time that a patient has spent in the ward so far."""
        if patient.outlay:
            self.outlying[patient.group, patient.ward] += self.env.now - patient.since

    def _leave(self, patient: _Patient) -> None:
        self._stop(patient)
        self.used[patient.ward] -= 1
        self.inside.remove(patient)
        self._serve()

    def _serve(self) -> None:
        """Give free beds to those who wait, the longest first."""
        for patient in list(self.waiting):
            ward = self._find(patient.group)
            if ward >= 0:
                self.waiting.remove(patient)
                self._waited(patient)
                self._settle(patient, ward)
                patient.bed.succeed()

    def _waited(self, patient: _Patient) -> None:
        wait = self.env.now - patient.since
        self.boarding[patient.group] += wait
        self.count["late"] += wait > _LATE

    # ---- the sum

    def outcome(self) -> ReplayOutcome:
        problem, plan = self.problem, self.plan
        refused = np.maximum(problem.electives.requests - plan.accepted, 0)
        price = np.where(np.isfinite(self.prices), self.prices, 0.0)
        occupied, opened = np.array(self.occupied), np.array(self.opened)
        cost = self.cost + float((self.outlying * price).sum() + self.boarding @ problem.boarding)
        cost += float(problem.wards.price @ plan.opened.sum(1) + problem.staffing.bank_price @ plan.bank)
        cost += float(problem.electives.refusal @ refused.sum(1))
        return ReplayOutcome(
            outliers=float(self.count["outliers"]),
            outlying_hours=float(self.outlying.sum()),
            late=float(self.count["late"]),
            boarding_hours=float(self.boarding.sum()),
            cancelled=float(self.count["cancelled"]),
            refused=float(refused.sum()),
            transfers=float(self.count["transfers"]),
            occupancy=100.0 * float(occupied.sum()) / max(1.0, float(opened.sum())),
            cost=cost,
            occupied=occupied,
            opened=opened,
        )


def _time(event: Sequence[Any]) -> float:
    return float(event[0])
