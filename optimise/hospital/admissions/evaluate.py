"""Exact cost of an admission plan, from the plan alone; plans may break every rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.core.result import Evaluation, RuleCost, Violation
from optimise.hospital.admissions.data import AdmissionData, AdmissionPlan
from optimise.hospital.beds import SAME_GENDER

__all__ = ["Usage", "evaluate", "hard_and_cost", "usage"]

#: Who, days and message of an entry of a table of amounts, by its index.
Tell = Callable[[tuple[int, ...]], tuple[tuple[str, ...], tuple[int, ...], str]]


@dataclass(frozen=True, slots=True)
class _Term:
    """One rule on one plan: amounts of any shape, hard where the price is None, less what is free."""

    rule: str
    unit: str
    price: int | None
    amount: IntArray
    tell: Tell
    free: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a plan uses.

    Attributes
    ----------
    people : int array (rooms, days, 2)
        By gender.
    leaving : int array (rooms, days)
        People who left the room that morning and may have stayed a night longer.
    elective : int array (specialties, days)
        Minutes of elective surgery.
    all : int array (days,)
        Minutes of all surgery.
    """

    people: IntArray
    leaving: IntArray
    elective: IntArray
    all: IntArray


def usage(problem: AdmissionData, plan: AdmissionPlan) -> Usage:
    """Beds and theatre time that a plan uses.

    Parameters
    ----------
    problem : AdmissionData
        Rooms, patients and sessions.
    plan : AdmissionPlan
        Any plan of it.

    Returns
    -------
    Usage
        Counts by room and day, minutes by specialty and day.
    """
    rooms, days = problem.rooms.beds.shape
    who, when = np.nonzero(plan.room >= 0)
    where = plan.room[who, when].astype(np.int64)
    people = np.zeros((rooms, days, 2), dtype=np.int64)
    np.add.at(people, (where, when, problem.patients.gender[who]), 1)
    leaving = np.zeros((rooms, days), dtype=np.int64)
    leaving[:, 0] = problem.leaving
    first = plan.admission
    last = days - 1 - (plan.room[:, ::-1] >= 0).argmax(axis=1)
    gone = np.flatnonzero((first >= 0) & problem.needs.longer & (last + 1 < days))
    np.add.at(leaving, (plan.room[gone, last[gone]], last[gone] + 1), 1)
    day = first + problem.needs.offset
    cut = np.flatnonzero((first >= 0) & (problem.needs.minutes > 0) & (day < days))
    total = np.zeros(days, dtype=np.int64)
    np.add.at(total, day[cut], problem.needs.minutes[cut])
    cut = cut[~problem.needs.urgent[cut]]
    elective = np.zeros(problem.sessions.minutes.shape, dtype=np.int64)
    np.add.at(elective, (problem.needs.specialty[cut], day[cut]), problem.needs.minutes[cut])
    return Usage(people, leaving, elective, total)


def evaluate(problem: AdmissionData, plan: AdmissionPlan) -> Evaluation:
    """Exact cost by rule, with every breach; see
    :meth:`~optimise.hospital.admissions.problem.AdmissionProblem.evaluate`."""
    cost = hard = 0
    costs: list[RuleCost] = []
    violations: list[Violation] = []
    for term in _terms(problem, plan):
        total = int(term.amount.sum()) - term.free
        cost += (term.price or 0) * total
        hard += total if term.price is None else 0
        costs.append(RuleCost(term.rule, term.price is None, total, (term.price or 0) * total, term.unit))
        for index in np.argwhere(term.amount > 0):
            place = tuple(int(i) for i in index)
            amount = int(term.amount[place])
            price = (term.price or 0) * amount
            who, days, message = term.tell(place)
            violations.append(Violation(term.rule, term.price is None, amount, price, who, days, message, term.unit))
    return Evaluation(float(cost), float(hard), tuple(costs), tuple(violations))


def hard_and_cost(problem: AdmissionData, plan: AdmissionPlan) -> tuple[int, int]:
    """Amount of broken hard rules and soft cost, without listing breaches.

    Parameters
    ----------
    problem : AdmissionData
        Rooms, patients and sessions.
    plan : AdmissionPlan
        Any plan of it.

    Returns
    -------
    pair of int
        The smaller, the better.
    """
    hard = cost = 0
    for term in _terms(problem, plan):
        total = int(term.amount.sum()) - term.free
        hard += total if term.price is None else 0
        cost += (term.price or 0) * total
    return hard, cost


def _terms(problem: AdmissionData, plan: AdmissionPlan) -> Iterator[_Term]:
    rooms, days = problem.rooms.beds.shape
    shape = (len(problem.patients), days)
    if plan.room.shape != shape:
        raise InputError(f"has shape {plan.room.shape}, expected {shape}", item="plan.room")
    if plan.room.size and (int(plan.room.min()) < -1 or int(plan.room.max()) >= rooms):
        raise InputError(f"has an entry outside -1 .. {rooms - 1}", item="plan.room")
    used = usage(problem, plan)
    yield from _stay_terms(problem, plan)
    yield from _room_terms(problem, plan, used)
    yield from _theatre_terms(problem, used)


def _stay_terms(problem: AdmissionData, plan: AdmissionPlan) -> Iterator[_Term]:
    """Windows, whole stays, delay, transfers."""
    people, here, first = problem.patients, plan.room >= 0, plan.admission
    nights, there = here.sum(axis=1), first >= 0
    span = plan.room.shape[1] - here[:, ::-1].argmax(axis=1) - first

    def person(text: str) -> Tell:
        return lambda i: ((people.ids[i[0]],), (), f"patient {people.ids[i[0]]} {text}")

    def one(rule: str, unit: str, wrong: IntArray, text: str) -> _Term:
        return _Term(rule, unit, None, wrong.astype(np.int64), person(text))

    yield one("MandatoryUnscheduledPatients", "patients", ~there, "is not admitted")
    yield one("StayLength", "patients", there & (nights != people.stay), "does not stay the nights needed")
    yield one("StayGap", "patients", there & (span != nights), "leaves and comes back")
    yield one("TooEarly", "patients", there & (first < people.release), "is admitted before the first day allowed")
    yield one("TooLate", "patients", there & (first > people.due), "is admitted after the last day allowed")
    late = np.where(there & ~people.inpatient, np.maximum(0, first - people.release), 0)
    yield _Term("PatientDelay", "days", problem.prices.delay, late, person("waits"))
    before = np.concatenate([people.home[:, None], plan.room[:, :-1]], axis=1)
    moved = (here & (before >= 0) & (before != plan.room)).astype(np.int64)

    def move(i: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[int, ...], str]:
        old, new = problem.rooms.ids[before[i]], problem.rooms.ids[plan.room[i]]
        name = people.ids[i[0]]
        return (name,), (i[1],), f"patient {name} moves from room {old} to {new} on day {i[1]}"

    yield _Term("Transfer", "moves", problem.prices.transfer, moved, move)


def _room_terms(problem: AdmissionData, plan: AdmissionPlan, used: Usage) -> Iterator[_Term]:
    """Suitable rooms, capacity, wishes, sexes, people who stay longer, empty beds."""
    people, rooms = problem.patients, problem.rooms
    who, when = np.nonzero(plan.room >= 0)
    where = plan.room[who, when].astype(np.int64)

    def night(text: str) -> Tell:
        def tell(i: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[int, ...], str]:
            name, room, day = people.ids[who[i[0]]], rooms.ids[where[i[0]]], int(when[i[0]])
            return (name, room), (day,), f"patient {name} in room {room} on day {day}: {text}"

        return tell

    def cell(text: str) -> Tell:
        return lambda i: ((rooms.ids[i[0]],), (i[1],), f"room {rooms.ids[i[0]]} {text} on day {i[1]}")

    barred = people.forbidden[who, where].astype(np.int64)
    yield _Term("PatientRoomCompatibility", "nights", None, barred, night("the room cannot serve the patient"))
    count = used.people.sum(axis=2)
    over = np.maximum(0, count - rooms.beds)
    yield _Term("RoomCapacity", "people", None, over, cell("holds more people than beds"))
    for wish in problem.wishes:
        yield _Term(wish.rule, "nights", wish.price, wish.amount[who, where], night(wish.text))
    rarer = np.where((rooms.policy == SAME_GENDER)[:, None], used.people.min(axis=2), 0)
    mixed = np.minimum(rarer, 1) if problem.mixing == "room" else rarer
    yield _Term("RoomGenderMix", "room nights", problem.prices.mixing, mixed, cell("holds both sexes"))
    risk = np.maximum(0, count + used.leaving - rooms.beds)
    risk[problem.leaving == 0, 0] = 0  # nobody has left before the first day
    text = "would be too full if people stayed longer"
    yield _Term("OverstayRisk", "people", problem.prices.overstay, risk, cell(text))
    empty = np.maximum(0, rooms.beds - count)
    empty[:, problem.counted :] = 0
    yield _Term("IdleBeds", "nights", problem.prices.idle_bed, empty, cell("has empty beds"), problem.idle_free[1])


def _theatre_terms(problem: AdmissionData, used: Usage) -> Iterator[_Term]:
    """Limits, overtime and idle minutes of the sessions."""
    s, names = problem.sessions, problem.sessions.specialties

    def session(text: str) -> Tell:
        return lambda i: ((names[i[0]],), (i[1],), f"{names[i[0]]} {text} on day {i[1]}")

    def total(text: str) -> Tell:
        return lambda i: ((), (i[0],), f"the theatres {text} on day {i[0]}")

    text = "operates longer than allowed"
    yield _Term("SessionLimit", "minutes", None, np.maximum(0, used.elective - s.limit), session(text))
    yield _Term(
        "TheatreLimit", "minutes", None, np.maximum(0, used.all - s.day_limit), total("work longer than allowed")
    )
    price = problem.prices.overtime
    beyond = np.maximum(0, np.minimum(used.elective, s.limit) - s.minutes)  # more is forbidden, not charged
    yield _Term("SessionOvertime", "minutes", price, beyond, session("has overtime"))
    beyond = np.maximum(0, np.minimum(used.all, s.day_limit) - s.minutes.sum(axis=0))
    yield _Term("TheatreOvertime", "minutes", price, beyond, total("have overtime"))
    idle = np.maximum(0, s.minutes - used.elective)
    idle[:, problem.counted :] = 0
    free = problem.idle_free[0]
    yield _Term("IdleTheatre", "minutes", problem.prices.idle_theatre, idle, session("has idle minutes"), free)
