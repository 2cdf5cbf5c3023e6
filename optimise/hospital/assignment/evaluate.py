"""Exact cost of a plan of rooms and nurses, from the plan alone; plans may break every rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.core.result import Evaluation, RuleCost, Violation
from optimise.hospital.assignment.data import NIGHT, SHIFTS, AssignmentData, AssignmentPlan

__all__ = ["evaluate", "hard_and_cost", "spread"]

#: Who, days and message of an entry of a table of amounts, by its index.
Tell = Callable[[tuple[int, ...]], tuple[tuple[str, ...], tuple[int, ...], str]]


@dataclass(frozen=True, slots=True)
class _Term:
    """One rule on one plan: amounts of any shape, hard where the price is None."""

    rule: str
    unit: str
    price: float | None
    amount: IntArray
    tell: Tell

    @property
    def total(self) -> float:
        return math.fsum(self.amount.ravel().tolist())


def spread(values: IntArray) -> float:
    """Sum of differences over unordered pairs: in order, the i-th of n counts 2 i - n + 1 times.

    Parameters
    ----------
    values : array
        Any numbers.

    Returns
    -------
    float
        At least 0.
    """
    n = len(values)
    return float(np.dot(np.sort(values), 2.0 * np.arange(n) - n + 1))


def evaluate(problem: AssignmentData, plan: AssignmentPlan) -> Evaluation:
    """Exact cost by rule, with every breach; see
    :meth:`~optimise.hospital.assignment.problem.AssignmentProblem.evaluate`."""
    costs: list[RuleCost] = []
    violations: list[Violation] = []
    for term in _terms(problem, plan):
        total = term.total
        costs.append(RuleCost(term.rule, term.price is None, total, (term.price or 0.0) * total, term.unit))
        for index in np.argwhere(term.amount > 0):
            place = tuple(int(i) for i in index)
            amount = float(term.amount[place])
            who, days, message = term.tell(place)
            price = (term.price or 0.0) * amount
            violations.append(Violation(term.rule, term.price is None, amount, price, who, days, message, term.unit))
    hard = math.fsum(c.amount for c in costs if c.hard)
    return Evaluation(math.fsum(c.cost for c in costs), hard, tuple(costs), tuple(violations))


def hard_and_cost(problem: AssignmentData, plan: AssignmentPlan) -> tuple[float, float]:
    """Amount of broken hard rules and soft cost, without listing breaches.

    Parameters
    ----------
    problem : AssignmentData
        Rooms, patients and nurses.
    plan : AssignmentPlan
        Any plan of it.

    Returns
    -------
    pair of float
        The smaller, the better.
    """
    terms = [(term.price, term.total) for term in _terms(problem, plan)]
    hard = math.fsum(total for price, total in terms if price is None)
    return hard, math.fsum(price * total for price, total in terms if price is not None)


def _terms(problem: AssignmentData, plan: AssignmentPlan) -> Iterator[_Term]:
    shape = (len(problem.patients), problem.shifts)
    for name, table, most in (
        ("room", plan.room, len(problem.rooms.ids)),
        ("nurse", plan.nurse, len(problem.nurses.ids)),
    ):
        if table.shape != shape:
            raise InputError(f"has shape {table.shape}, expected {shape}", item=f"plan.{name}")
        if table.size and (int(table.min()) < -1 or int(table.max()) >= most):
            raise InputError(f"has an entry outside -1 .. {most - 1}", item=f"plan.{name}")
    yield from _hard_terms(problem, plan)
    yield from _room_terms(problem, plan)
    yield from _nurse_terms(problem, plan)
    yield from _load_terms(problem, plan)
    yield from _walking_terms(problem, plan)


def _person_shift(problem: AssignmentData, text: str) -> Tell:
    ids = problem.patients.ids
    return lambda i: ((ids[i[0]],), (i[1] // SHIFTS,), f"patient {ids[i[0]]} {text} in shift {i[1] + 1}")


def _person_day(problem: AssignmentData, text: str) -> Tell:
    ids = problem.patients.ids
    return lambda i: ((ids[i[0]],), (i[1],), f"patient {ids[i[0]]} {text} on day {i[1] + 1}")


def _room_day(problem: AssignmentData, text: str) -> Tell:
    ids = problem.rooms.ids
    return lambda i: ((ids[i[0]],), (i[1],), f"room {ids[i[0]]} {text} on day {i[1] + 1}")


def _hard_terms(problem: AssignmentData, plan: AssignmentPlan) -> Iterator[_Term]:
    """Entries without effect, beds, nurses, one room a day, capacity."""
    here = np.repeat(problem.patients.here, SHIFTS, axis=1)
    lies = here & (plan.room >= 0)
    nursed = lies & (plan.nurse >= 0)

    def entries(text: str) -> Tell:
        return lambda i: ((), (), f"entries of the plan {text}")

    stray = ((plan.room >= 0) & ~here).sum() + plan.absent
    for rule, count, text in (
        ("UnknownEntry", plan.unknown, "name nobody and no room that is known"),
        ("AbsentPatient", stray, "name patients outside their stay"),
        ("BedConflict", plan.doubled, "give a second bed to somebody who has one"),
    ):
        yield _Term(rule, "entries", None, np.array([count], dtype=np.int64), entries(text))
    wrong = (here & ~lies).astype(np.int64)
    yield _Term("UnplacedPatient", "shifts", None, wrong, _person_shift(problem, "has no bed"))
    wrong = (lies & ~nursed).astype(np.int64)
    yield _Term("UncoveredPatient", "shifts", None, wrong, _person_shift(problem, "has no nurse"))
    away = nursed & ~problem.nurses.duty[plan.nurse, np.arange(problem.shifts)[None, :]]
    yield _Term(
        "NursePresence", "shifts", None, away.astype(np.int64), _person_shift(problem, "has a nurse who is off duty")
    )
    day = plan.room.reshape(len(here), -1, SHIFTS)
    both = lies.reshape(day.shape)
    apart = both[:, :, :-1] & both[:, :, 1:] & (day[:, :, :-1] != day[:, :, 1:])
    changes = apart.sum(axis=2)
    yield _Term("RoomChangeWithinDay", "moves", None, changes, _person_day(problem, "changes room"))
    count = np.zeros((len(problem.rooms.ids), problem.shifts), dtype=np.int64)
    p, s = np.nonzero(lies)
    np.add.at(count, (plan.room[p, s], s), 1)
    over = np.maximum(0, count - problem.rooms.beds[:, None])

    def crowded(i: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[int, ...], str]:
        room = problem.rooms.ids[i[0]]
        return (room,), (i[1] // SHIFTS,), f"room {room} holds more patients than beds in shift {i[1] + 1}"

    yield _Term("RoomCapacity", "people", None, over, crowded)


def _room_terms(problem: AssignmentData, plan: AssignmentPlan) -> Iterator[_Term]:
    """Moves, ages, sexes and equipment, by the room of the early shift."""
    people, rooms, prices = problem.patients, problem.rooms, problem.prices
    room = np.where(people.here, plan.room[:, ::SHIFTS], -1)
    before = np.concatenate([np.full((len(room), 1), -1), room[:, :-1]], axis=1)
    moved = ((room >= 0) & (before >= 0) & (room != before)).astype(np.int64)
    yield _Term("Transfer", "moves", prices.transfer, moved, _person_day(problem, "moves to another room"))
    p, d = np.nonzero(room >= 0)
    r, shape = room[p, d], (len(rooms.ids), problem.days)
    low, high = np.full(shape, np.iinfo(np.int64).max), np.full(shape, -1)
    np.minimum.at(low, (r, d), people.age_group[p])
    np.maximum.at(high, (r, d), people.age_group[p])
    ages: IntArray = np.where(high >= 0, high - np.where(high >= 0, low, 0), 0)
    yield _Term("RoomAgeMix", "age groups", prices.age_mix, ages, _room_day(problem, "mixes age groups"))
    there = np.zeros((2, *shape), dtype=np.bool_)
    there[people.gender[p], r, d] = True
    both = (there[0] & there[1]).astype(np.int64)
    yield _Term("RoomGenderMix", "room days", prices.gender_mix, both, _room_day(problem, "holds both sexes"))
    lacks = np.zeros(room.shape, dtype=np.int64)
    lacks[p, d] = (people.needs[p, d] & ~rooms.has[r]).any(axis=1)
    text = "lies in a room that lacks what is needed"
    yield _Term("RoomEquipment", "patient days", prices.equipment, lacks, _person_day(problem, text))


def _nurse_terms(problem: AssignmentData, plan: AssignmentPlan) -> Iterator[_Term]:
    """Number of nurses of each patient, and their levels."""
    people, prices = problem.patients, problem.prices
    p, s = np.nonzero(_nursed(problem, plan))
    n = plan.nurse[p, s]
    met = np.zeros((len(people), len(problem.nurses.ids)), dtype=np.bool_)
    met[p, n] = True
    yield _Term(
        "ContinuityOfCare",
        "nurses",
        prices.continuity,
        met.sum(axis=1),
        lambda i: ((people.ids[i[0]],), (), f"patient {people.ids[i[0]]} meets nurses during the stay"),
    )
    low = np.zeros(people.work.shape, dtype=np.int64)
    low[p, s] = (problem.nurses.skill[n] < people.skill[p, s]) & (s % SHIFTS != NIGHT)
    text = "has a nurse of too low a level"
    yield _Term("NurseSkillLevel", "patient shifts", prices.skill, low, _person_shift(problem, text))


def _load_terms(problem: AssignmentData, plan: AssignmentPlan) -> Iterator[_Term]:
    """Work beyond the limits, and how evenly it is shared."""
    nurses, prices = problem.nurses, problem.prices
    load = np.zeros(nurses.limit.shape, dtype=np.float64)
    p, s = np.nonzero(_nursed(problem, plan))
    np.add.at(load, (plan.nurse[p, s], s), problem.patients.work[p, s])
    over = np.where(nurses.duty, np.maximum(0.0, load - nurses.limit), 0.0)

    def loaded(i: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[int, ...], str]:
        name = nurses.ids[i[0]]
        return (name,), (i[1] // SHIFTS,), f"nurse {name} has too much work in shift {i[1] + 1}"

    yield _Term("ExcessiveNurseWorkload", "work", prices.overload, over, loaded)
    share = np.where(nurses.duty, load / np.where(nurses.duty, nurses.limit, 1.0), 0.0)
    uneven = np.array([spread(share.sum(axis=1))])
    text = "work is shared unevenly over the days"
    yield _Term("WorkloadSpread", "shares", prices.fair_horizon, uneven, lambda i: ((), (), text))
    by_shift = np.array([spread(share[nurses.duty[:, s], s]) for s in range(problem.shifts)])
    text = "work is shared unevenly in shift"
    yield _Term(
        "ShiftWorkloadSpread",
        "shares",
        prices.fair_shift,
        by_shift,
        lambda i: ((), (i[0] // SHIFTS,), f"{text} {i[0] + 1}"),
    )


def _walking_terms(problem: AssignmentData, plan: AssignmentPlan) -> Iterator[_Term]:
    """Nurses by room, and how far they walk."""
    rooms, nurses, prices = problem.rooms, problem.nurses, problem.prices
    p, s = np.nonzero(_nursed(problem, plan))
    visited = np.zeros((problem.shifts, len(nurses.ids), len(rooms.ids)), dtype=np.bool_)
    visited[s, plan.nurse[p, s], plan.room[p, s]] = True

    def cared(i: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[int, ...], str]:
        room = rooms.ids[i[1]]
        return (room,), (i[0] // SHIFTS,), f"nurses care for room {room} in shift {i[0] + 1}"

    yield _Term("NursesPerRoom", "nurses", prices.nurses_per_room, visited.sum(axis=1), cared)

    def walks(text: str) -> Tell:
        def tell(i: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[int, ...], str]:
            name = nurses.ids[i[1]]
            return (name,), (i[0] // SHIFTS,), f"nurse {name} walks {text} in shift {i[0] + 1}"

        return tell

    there = visited.astype(np.float64)
    pairs = 0.5 * (rooms.distance + rooms.distance.T)
    np.fill_diagonal(pairs, 0.0)
    circle = 0.5 * ((there @ pairs) * there).sum(axis=2) * problem.circle[:, None]
    yield _Term("WalkingCircle", "metres", prices.walking, circle, walks("between rooms"))
    star = (there @ rooms.station) * problem.star[:, None]
    yield _Term("WalkingStar", "metres", prices.walking, star, walks("from the station"))


def _nursed(problem: AssignmentData, plan: AssignmentPlan) -> IntArray:
    made: IntArray = np.repeat(problem.patients.here, SHIFTS, axis=1) & (plan.room >= 0) & (plan.nurse >= 0)
    return made
