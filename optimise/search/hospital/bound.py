"""Quick lower bounds of hospital problems.

Two relaxations, each valid whatever the weights, because every cost that is left out is non-negative:

* :func:`admission_days`: an aggregated admission-day model in the manner of Team Twente (arXiv:2511.04685). Binary
  x[p,a]; surgeons by day; theatres by day and size (integer numbers opened); beds by day and gender, where rooms of
  one size are counted and split between the genders by integers; workload by shift; each patient and day carries the
  least continuity, skill and room cost that any plan pays for it.
* :func:`nights`: for fixed stays, an exact assignment of the people of each night to beds; where mixed rooms are
  forbidden the same with the gender of each room as a binary, moves between nights being free; or prices of beds
  (:mod:`optimise.search.hospital.lagrange`), where moves are paid for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimise.domain.beds import SAME_GENDER, IntArray
from optimise.domain.hospital import HospitalPlan, HospitalProblem
from optimise.method import Deadline
from optimise.models.linear import LinearModel
from optimise.result import Stop
from optimise.rules.hospital.arrays import BARRED, HospitalArrays, arrays_of
from optimise.search.hospital.lagrange import lagrangian_ticks
from optimise.solvers.highs import Highs, round_up

if TYPE_CHECKING:
    from optimise.search.hospital.care import Care

__all__ = ["Bound", "admission_days", "nights", "quick_bound"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A certified lower bound of the cost (``inf``: no plan exists) and where it comes from."""

    value: float
    source: str


#: Pairs of admission day and room up to which the whole model is tried: IHTC small02 (17 s with a plan to start from).
SMALL = 700

#: Told of a better bound; True asks to stop.
Listen = Callable[[Bound], bool] | None


def quick_bound(
    problem: HospitalProblem,
    *,
    seconds: float = 60.0,
    threads: int = 1,
    target: float = math.inf,
    listen: Listen = None,
    plan: HospitalPlan | None = None,
) -> Bound:
    """The better suited of the relaxations, and for small problems branch and bound on the whole model after it.

    Parameters
    ----------
    target : float
        Cost of a known plan: the search for the bound stops where it is reached.
    listen : callable, optional
        Told of each better :class:`Bound` at once; True asks to stop.
    plan : HospitalPlan, optional
        That plan, from which branch and bound starts.
    """
    people = problem.patients
    fixed = bool((people.mandatory & (people.release == people.due)).all())
    hard = problem.hard("MandatoryUnscheduledPatients") and problem.hard("AdmissionDay")
    if fixed and hard and problem.hard("RoomCapacity") and problem.theatres is None and problem.nursing is None:
        return nights(problem, seconds=seconds, threads=threads, target=target)
    clock = Deadline(seconds)
    small = _decisions(problem) <= SMALL
    share = 0.3 * seconds if small else seconds
    found = admission_days(problem, seconds=share, threads=threads, target=target, listen=listen)
    if not small or found.value >= target or clock.left < 1.0:
        return found
    return _whole(problem, found, clock.left, threads, target, listen, plan)


def _decisions(problem: HospitalProblem) -> int:
    """Pairs of an admission day and a room."""
    window = problem.patients.due - problem.patients.release + 1
    return int((window * (~problem.patients.forbidden).sum(axis=1)).sum())


def _whole(
    problem: HospitalProblem,
    known: Bound,
    seconds: float,
    threads: int,
    target: float,
    listen: Listen,
    plan: HospitalPlan | None,
) -> Bound:
    """Bound of the whole model by branch and bound, where it passes what is known."""
    from optimise.models.hospital import HospitalModel

    clock = Deadline(seconds)
    built = HospitalModel(problem)
    if not built.valid:
        return known
    heard = _Heard(problem, target, listen, known, "HiGHS branch and bound on the whole model")

    def tick(primal: float, dual: float, nodes: int) -> bool:
        heard.tell(dual * problem.scale, 0.0)
        return heard.over

    start = None if plan is None else built.start(plan)
    solver = Highs(built.model.freeze(), threads=threads)
    solved = solver.solve(seconds=max(0.1, clock.left), start=start, on_tick=tick)
    if solved.stop is Stop.INFEASIBLE:
        return Bound(math.inf, heard.source)
    heard.tell(solved.bound * problem.scale, 0.0)
    return heard.best


# -- fixed stays: night by night -----------------------------------------------------------------------------------
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
    if problem.hard("RoomGenderMix") and (problem.rooms.policy == SAME_GENDER).any():
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


# -- admission days ------------------------------------------------------------------------------------------------
def admission_days(
    problem: HospitalProblem,
    *,
    seconds: float = 60.0,
    threads: int = 1,
    target: float = math.inf,
    listen: Listen = None,
) -> Bound:
    """Dual bound of the aggregated admission-day model, in units of cost.

    First the linear relaxation with each person's least cost of care; then prices of the nurses' workload climb on it
    (:mod:`optimise.search.hospital.care`); then branch and bound under the best prices.

    Parameters
    ----------
    target : float
        Cost of a known plan: the search for the bound stops where it is reached.
    listen : callable, optional
        Told of each better :class:`Bound` at once; True asks to stop.
    """
    from optimise.search.hospital.care import Care, applies

    clock, heard = Deadline(seconds), _Heard(problem, target, listen)
    care = Care(problem) if applies(problem) else None
    made = _Admissions(problem, care)
    linear = Highs(made.model.freeze(relaxed=True), threads=threads)
    solved = linear.solve(seconds=max(0.5, clock.left))
    if solved.stop is Stop.INFEASIBLE:
        return Bound(math.inf, "aggregated admission-day model")
    heard.tell(solved.bound, made.lattice)
    if care is not None and solved.stop is Stop.OPTIMAL:

        def value() -> tuple[float, IntArray] | None:
            if heard.over or clock.elapsed > 0.3 * seconds:
                return None
            offset = made.reprice(linear)
            solved = linear.solve(seconds=max(0.1, clock.left))
            if solved.values is None or solved.stop is not Stop.OPTIMAL:
                return None
            heard.tell(solved.bound + offset, 0.0)
            return solved.bound + offset, care.use(made.person, made.day, solved.values[made.x])

        care.climb(value)
        made = _Admissions(problem, care)
    if heard.over or clock.left < 0.1:
        return heard.best

    def tick(primal: float, dual: float, nodes: int) -> bool:
        heard.tell(dual, made.lattice)
        return heard.over

    solved = Highs(made.model.freeze(), threads=threads).solve(seconds=clock.left, on_tick=tick)
    if solved.stop is Stop.INFEASIBLE:
        return Bound(math.inf, "aggregated admission-day model")
    heard.tell(solved.bound, made.lattice)
    return heard.best


class _Heard:
    """Keeps the best bound and passes it on."""

    def __init__(
        self,
        problem: HospitalProblem,
        target: float,
        listen: Listen,
        known: Bound | None = None,
        source: str = "aggregated admission-day model",
    ) -> None:
        weights = [s.weight for s in problem.rules if s.weight]
        self.problem, self.target, self.listen = problem, target, listen
        self.step = float(math.gcd(*weights)) if weights else 1.0
        self.best, self.source = known or Bound(0.0, "costs are not negative"), source
        self.over = False

    def tell(self, ticks: float, lattice: float) -> None:
        """``ticks`` bounds the relaxation; every plan's cost is a multiple of the step, whatever the relaxation's."""
        if not math.isfinite(ticks):
            return
        value = round_up(round_up(ticks, lattice), self.step) / self.problem.scale
        if value > self.best.value:
            self.best = Bound(value, self.source)
            self.over = self.over or value >= self.target
            if self.listen is not None and self.listen(self.best):
                self.over = True


class _Admissions:
    """The aggregated model in ticks under given prices of workload.

    Attributes
    ----------
    person, day, x : int arrays
        The admission columns.
    lattice : float
        Step of the objective at whole points, 0 when unknown.
    """

    def __init__(self, problem: HospitalProblem, care: Care | None) -> None:
        h, people = arrays_of(problem), problem.patients
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
        model.add_entries(rows[out], refused)
        # one entry for each column and day of its stay
        nights_ = np.minimum(people.stay[person], problem.days - day)
        source = np.repeat(np.arange(len(person)), nights_)
        night = np.arange(len(source)) - np.repeat(np.cumsum(nights_) - nights_, nights_)
        _surgeons_and_theatres(problem, h, model, person, day, x)
        _beds(problem, h, model, person[source], day[source] + night, x[source])
        if care is not None:
            cells = (person[source], day[source] + night, night, x[source])
            self._excess = _workload(problem, h, model, *cells, care.rest)
        weights = [s.weight for s in problem.rules if s.weight]
        self.lattice = float(math.gcd(*weights)) if weights else 1.0
        if care is not None and care.price.any():
            self.lattice = 0.0

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
    problem: HospitalProblem, h: HospitalArrays, model: LinearModel, person: IntArray, day: IntArray, x: IntArray
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
        for d in range(days):
            sizes, count = np.unique(h.minutes[:, d], return_counts=True)
            opened = model.add_columns("open", len(sizes), upper=count, cost=h.open_weight, integer=True)
            model.add_entries(rows[d], opened, -1.0 * sizes)
            here = np.flatnonzero(day[cut] == d)
            model.add_entries(some[here][:, None], opened[None, :], -1.0)


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
    if not problem.hard("RoomGenderMix"):
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
    x: Any,
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
