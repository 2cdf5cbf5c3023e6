"""The aggregated admission-day model of a hospital problem, in the manner of Team Twente (arXiv:2511.04685).

Binary x[p,a] for each patient and day of admission; surgeons by day; theatres by day and size (integer numbers
opened, at least as many as :func:`last_edge` says); beds by day and gender, where rooms of one size are counted and
split between the genders by integers; workload by shift; each patient and day carries the least continuity, skill and
room cost that any plan pays for it. It is a relaxation whatever the weights, because every cost that is left out is
non-negative.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of
from optimise.solvers.highs import Highs
from optimise.solvers.linear import LinearModel

if TYPE_CHECKING:
    from optimise.hospital.search.care import Care

__all__ = ["Admissions", "last_edge"]

Floats = NDArray[np.float64]


class Admissions:
    """The aggregated model in ticks under given prices of workload.

    Parameters
    ----------
    edges : bool
        Strengthen the theatres opened by :func:`last_edge`.

    Attributes
    ----------
    person, day, x : int arrays
        The admission columns.
    out, refused : int arrays
        Who may be refused, and these columns.
    lattice : float
        Step of the objective at whole points, 0 when unknown.
    """

    def __init__(self, problem: HospitalProblem, care: Care | None, *, edges: bool = True) -> None:
        h, people = arrays_of(problem), problem.patients
        self._patients = len(people)
        self.model = model = LinearModel(f"{problem.name}, admission days")
        days = np.arange(problem.days)
        inside = (days >= people.release[:, None]) & (days <= people.due[:, None])
        if not problem.hard("AdmissionDay"):
            inside = np.ones_like(inside)
        floor = _stay_floor(problem, h) + h.admission
        blocked = floor >= BARRED
        if problem.theatres is not None:
            blocked = blocked | _no_surgery(problem, h)
        person, day = np.nonzero(inside & ~blocked)
        cost = floor[person, day].astype(np.float64)
        self.care, self._plain, self._credit, self._excess = care, cost, 0.0, np.zeros(0, dtype=np.int64)
        if care is not None:
            cost = cost + care.cost(person, day)
            self._credit = care.credit
            model.offset -= self._credit
        x = model.add_columns("admission", len(person), upper=1.0, cost=cost, integer=True)
        self.person, self.day, self.x = person, day, x
        rows = model.add_rows("admitted", len(people), lower=1.0, upper=1.0)
        model.add_entries(rows[person], x)
        soft_missing = problem.weight("MandatoryUnscheduledPatients")
        out = np.flatnonzero(~people.mandatory | (soft_missing is not None) & ~people.inpatient)
        price = np.where(people.mandatory[out], soft_missing or 0, h.refusal[out])
        refused = model.add_columns("out", len(out), upper=1.0, cost=price, integer=True)
        self.out, self.refused = out, refused
        model.add_entries(rows[out], refused)
        # one entry for each column and day of its stay
        nights_ = np.minimum(people.stay[person], problem.days - day)
        source = np.repeat(np.arange(len(person)), nights_)
        night = np.arange(len(source)) - np.repeat(np.cumsum(nights_) - nights_, nights_)
        _surgeons_and_theatres(problem, h, model, person, day, x, edges)
        _beds(problem, h, model, person[source], day[source] + night, x[source])
        if care is not None:
            cells = (person[source], day[source] + night, night, x[source])
            self._excess = _workload(problem, h, model, *cells, care.rest)
        weights = [s.weight for s in problem.rules if s.weight]
        self.lattice = float(math.gcd(*weights)) if weights else 1.0
        if care is not None and care.price.any():
            self.lattice = 0.0

    def days(self, point: Floats) -> IntArray:
        """Day of admission of each patient at a whole point, -1 where refused."""
        chosen = point[self.x] > 0.5
        made = np.full(self._patients, -1)
        made[self.person[chosen]] = self.day[chosen]
        return made

    def reprice(self, solver: Highs) -> float:
        """Put the present prices of workload into a solver that holds the model; what to add to its bound."""
        assert self.care is not None
        solver.set_cost(self.x, self._plain + self.care.cost(self.person, self.day))
        if len(self._excess):
            solver.set_cost(self._excess, self.care.rest)
        return self._credit - self.care.credit


def _stay_floor(problem: HospitalProblem, h: HospitalArrays) -> IntArray:
    """Least room cost of each (patient, admission day), BARRED when no room will do."""
    people, days = problem.patients, problem.days
    made = np.zeros((len(people), days), dtype=np.int64)
    beds = h.beds > 0
    hard_beds, fixed = problem.hard("RoomCapacity"), problem.hard("Transfer")
    for p in range(len(people)):
        for a in range(people.release[p] if problem.hard("AdmissionDay") else 0, days):
            if people.inpatient[p] and a > 0:
                break
            length = int(min(people.stay[p], days - a))
            nights_ = h.night_cost[h.night_row[p, :length]]
            if hard_beds and not people.inpatient[p]:
                nights_ = nights_ + BARRED * ~beds[:, a : a + length].T
            made[p, a] = nights_.sum(axis=0).min() if fixed else nights_.min(axis=1).sum()
    if people.inpatient.any():
        made[people.inpatient] = np.where(made[people.inpatient] >= BARRED, 0, made[people.inpatient])
    return made


def _no_surgery(problem: HospitalProblem, h: HospitalArrays) -> IntArray:
    """Bool (patients, days): neither surgeon nor theatre has the time."""
    none = np.zeros((len(h.surgeon), problem.days), dtype=np.bool_)
    cut = h.surgeon >= 0
    if problem.hard("SurgeonOvertime"):
        none[cut] |= h.surgeon_minutes[h.surgeon[cut]] < h.duration[cut, None]
    if problem.hard("OperatingTheaterOvertime") and h.minutes.shape[0]:
        none[cut] |= h.minutes.max(axis=0)[None, :] < h.duration[cut, None]
    return none


def _surgeons_and_theatres(
    problem: HospitalProblem,
    h: HospitalArrays,
    model: LinearModel,
    person: IntArray,
    day: IntArray,
    x: IntArray,
    edges: bool,
) -> None:
    """Minutes of surgeons by day; minutes of theatres by day against the theatres opened of each size."""
    if problem.theatres is None:
        return
    days, need = problem.days, h.duration[person]
    cut = (h.surgeon[person] >= 0) & (need > 0)
    if problem.hard("SurgeonOvertime"):
        rows = model.add_rows("SurgeonOvertime", h.surgeon_minutes.size, upper=h.surgeon_minutes.reshape(-1))
        model.add_entries(rows[h.surgeon[person[cut]] * days + day[cut]], x[cut], need[cut])
    if problem.hard("OperatingTheaterOvertime"):
        rows = model.add_rows("OperatingTheaterOvertime", days, upper=0.0)
        model.add_entries(rows[day[cut]], x[cut], need[cut])
        some = model.add_rows("opened", int(cut.sum()), upper=0.0)
        model.add_entries(some, x[cut])
        most = _most_minutes(problem, h, person[cut], day[cut]) if edges else None
        for d in range(days):
            sizes, count = np.unique(h.minutes[:, d], return_counts=True)
            opened = model.add_columns("open", len(sizes), upper=count, cost=h.open_weight, integer=True)
            model.add_entries(rows[d], opened, -1.0 * sizes)
            here = np.flatnonzero(day[cut] == d)
            model.add_entries(some[here][:, None], opened[None, :], -1.0)
            edge = None if most is None else last_edge(h.minutes[:, d], int(most[d]))
            if edge is not None:
                below, full, step = edge
                row = model.add_rows("last_edge", 1, upper=float(full - step * below))
                model.add_entries(row[0], x[cut][here], need[cut][here])
                model.add_entries(row[0], opened, -float(step))


def _most_minutes(problem: HospitalProblem, h: HospitalArrays, person: IntArray, day: IntArray) -> IntArray:
    """Most minutes of surgery that surgeons can do on each day (days,), by the durations of those who may come."""
    most = np.zeros(problem.days, dtype=np.int64)
    hard = problem.hard("SurgeonOvertime")
    for d in range(problem.days):
        here = person[day == d]
        for surgeon in np.unique(h.surgeon[here]):
            durations = h.duration[here[h.surgeon[here] == surgeon]]
            if not hard:
                most[d] += int(durations.sum())
                continue
            sums = 1  # bit m: patients of m minutes in all
            for minutes in durations.tolist():
                sums |= sums << minutes
            most[d] += (sums & ((1 << (int(h.surgeon_minutes[surgeon, d]) + 1)) - 1)).bit_length() - 1
    return most


def last_edge(sizes: IntArray, most: int) -> tuple[int, int, int] | None:
    """Strengthening of theatres opened on a day of at most ``most`` minutes of surgery; None where there is none.

    Let S_k be the minutes of the k largest theatres and K the fewest with S_K >= most. The points (S_k, k), k < K, and
    (most, K) span the convex hull of what M minutes and the theatres opened for them can be; the relaxation of
    M <= minutes opened keeps all of its edges but the last,

        opened >= K - 1 + (M - S_{K-1}) / (most - S_{K-1}).

    Returns
    -------
    tuple of int
        K - 1, S_{K-1} and most - S_{K-1}.
    """
    total = np.concatenate([[0], np.cumsum(np.sort(sizes)[::-1])])
    below = int(np.searchsorted(total, most)) - 1
    if below < 0 or below + 1 >= len(total) or total[below + 1] == most:
        return None
    return below, int(total[below]), most - int(total[below])


def _beds(
    problem: HospitalProblem, h: HospitalArrays, model: LinearModel, person: IntArray, day: IntArray, x: IntArray
) -> None:
    """Beds by day, split between the genders where rooms are single-sex."""
    if not problem.hard("RoomCapacity"):
        return
    days = problem.days
    total = np.maximum(h.beds.sum(axis=0), np.bincount(day[problem.patients.inpatient[person]], minlength=days))
    rows = model.add_rows("RoomCapacity", days, upper=total)
    model.add_entries(rows[day], x)
    if not problem.hard("RoomGenderMix") or problem.patients.justified is not None:
        return
    taken = np.full((h.beds.shape[0], days), -1)
    for q in np.flatnonzero(h.home >= 0):
        if problem.hard("Transfer"):
            taken[h.home[q], : h.stay[q]] = h.gender[q]
    split = model.add_rows("RoomGenderMix", 2 * days, upper=0.0)
    model.add_entries(split[h.gender[person] * days + day], x)
    for d in range(days):
        free = (h.single_sex == 1) & (taken[:, d] < 0)
        both = (h.single_sex == 0) & (problem.rooms.policy < 0)
        for size in np.unique(h.beds[free & (h.beds[:, d] > 0), d]):
            number = float((free & (h.beds[:, d] == size)).sum())
            shared = model.add_columns("rooms_of_gender", 2, upper=number, integer=True)
            row = model.add_rows("rooms_of_size", 1, upper=number)
            model.add_entries(row[0], shared)
            model.add_entries(split[[d, days + d]], shared, -float(size))
        for g in (0, 1):
            own = (taken[:, d] == g) & (h.single_sex == 1) | (problem.rooms.policy == g) & (h.single_sex == 0)
            people_in = float((problem.patients.inpatient & (h.gender == g) & (h.stay > d)).sum())
            beds = max(people_in if not free.any() else 0.0, float(h.beds[own, d].sum()))
            # rooms without a rule serve both genders: counted for each
            rest = float(h.beds[both, d].sum())
            if problem.weight("RoomGenderPolicy") is not None:
                rest += float(h.beds[(problem.rooms.policy == 1 - g) & (h.single_sex == 0), d].sum())
            fixed = model.add_columns("beds_of_gender", 1, lower=beds + rest, upper=beds + rest)
            model.add_entries(split[g * days + d], fixed, -1.0)


def _workload(
    problem: HospitalProblem,
    h: HospitalArrays,
    model: LinearModel,
    person: IntArray,
    day: IntArray,
    night: IntArray,
    x: IntArray,
    rest: IntArray,
) -> IntArray:
    """Workload beyond what all nurses on duty can carry, by shift, at what is left of its price."""
    if h.load_weight == 0:
        return np.zeros(0, dtype=np.int64)
    k = h.shifts
    rows = model.add_rows("ExcessiveNurseWorkload", problem.days * k, upper=np.maximum(h.duty, 0).sum(axis=0))
    excess = model.add_columns("excess", problem.days * k, cost=rest)
    model.add_entries(rows, excess, -1.0)
    for j in range(k):
        work = h.workload[person, night * k + j]
        model.add_entries(rows[day * k + j][work > 0], x[work > 0], work[work > 0])
    return excess
