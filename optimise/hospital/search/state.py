"""A problem in the two arrays of the joint search, and plans read out of them; see :mod:`.layout`."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of, date_costs, dated_nights, misplaced
from optimise.hospital.rules.turnover import late_arrivals, late_leavers
from optimise.hospital.search import layout as at
from optimise.hospital.search.construct import plan_of
from optimise.hospital.search.layout import HARD, LAYOUT, STRICT
from optimise.hospital.search.tables import SearchTables

__all__ = ["arrays_for", "plan_from", "rows_of", "usable"]

#: Days up to which a room's free days fit into one integer.
_BITS = 62
#: More people than beds that a room may hold for a while.
_SPARE = 3
#: Most steps of a move, in shifts and beside them.
_STEPS = 64
#: Rules with a weight in the header, and whether a hard point is a person or a minute.
_WEIGHTS = (
    (at.CAPACITY, "RoomCapacity"),
    (at.MIXED, "RoomGenderMix"),
    (at.ISOLATED, "RoomIsolation"),
    (at.AGES, "RoomAgeMix"),
    (at.SURGEON_TIME, "SurgeonOvertime"),
    (at.THEATRE_TIME, "OperatingTheaterOvertime"),
    (at.OPENED, "OpenOperatingTheater"),
    (at.TRANSFERS, "SurgeonTransfer"),
    (at.SKILL, "RoomSkillLevel"),
    (at.CONTINUITY, "ContinuityOfCare"),
    (at.LOAD, "ExcessiveNurseWorkload"),
    (at.TURNOVER, "BedTurnover"),
    (at.CLEANING, "CleaningTime"),
    (at.TOGETHER, "ContactsTogether"),
)


def usable(problem: HospitalProblem) -> bool:
    """Whether the joint search knows all that matters here: theatres or nurses, and a nurse in every shift."""
    layer = problem.nursing
    if layer is not None and (not layer.ids or not bool(layer.on_duty.any(axis=0).all())):
        return False
    return problem.theatres is not None or layer is not None


def arrays_for(problem: HospitalProblem, seed: int) -> tuple[IntArray, IntArray]:
    """``g`` and ``h`` of a problem with nobody in hospital and the first nurse on duty on every post."""
    a = arrays_of(problem, dated=False)
    unit = _unit(a)
    serves, wish = _rooms(problem, a, unit)
    dated = _dated(problem, unit)
    movable = np.flatnonzero(a.home < 0)
    made = LAYOUT.allocate(_sizes(problem, a, serves, wish, dated, movable))
    _head(problem, a, made, unit, seed)
    g = made.g
    g[at.WISHES], g[at.DATING], g[at.MOVABLES] = wish.size > 0, dated.size > 0, len(movable)
    _people(problem, a, made, serves)
    _cells_and_turns(problem, a, made)
    made.part(at.DATES, at.OPEN)[:], made.part(at.DATES, at.TIME)[:] = a.minutes.T, a.surgeon_minutes.T
    made.part(at.DATES, at.HEADS)[:] = -1
    made.vector(at.SKILLS)[:], made.vector(at.MOVABLE)[:] = a.skill, movable
    made.vector(at.ROOM_LIST)[:] = np.nonzero(serves)[1]
    made.table(at.FEES)[:] = _charges(problem, a, g, unit)
    made.vector(at.WISH)[:], made.vector(at.DATED)[:] = wish.reshape(-1), dated.reshape(-1)
    if g[at.MASKED]:
        days = (1 << np.arange(problem.days, dtype=np.int64))[None, :]
        made.vector(at.FREE)[:] = np.repeat(((a.beds > 0) * days).sum(axis=1), 2)
    made.vector(at.SINCE)[:] = _since(problem, a).reshape(-1)
    return g, made.h


def _sizes(
    problem: HospitalProblem, a: HospitalArrays, serves: IntArray, wish: IntArray, dated: IntArray, movable: IntArray
) -> dict[str, int]:
    """How many of everything there are, by the names that the declarations use."""
    k, rooms, theatres, surgeons = problem.shifts, len(a.beds), len(a.minutes), len(a.surgeon_minutes)
    shifts = problem.days * k
    # In-patients may lie in beds that were closed under them.
    held = int(np.bincount(a.home[a.home >= 0], minlength=1).max())
    return {
        "patients": len(a.stay),
        "care": a.workload.shape[1] if k else 0,
        "nurses": len(a.skill),
        "room-days": rooms * problem.days,
        "places": max(int(a.beds.max(initial=0)), held) + _SPARE,
        "groups": int(a.age.max(initial=0)) + 1,
        "turns": k,
        "shifts": shifts,
        "days": problem.days,
        "theatres": theatres,
        "surgeons": surgeons,
        "visits": surgeons * theatres,
        "room list": int(serves.sum()),
        "movable": len(movable),
        "log": 4 * (shifts + _STEPS),
        "wishes": wish.size,
        "dated": dated.size,
        "stamps": max(1, len(a.skill)),
        "sexes": 2 * rooms,
        "infections": 0 if problem.patients.contact_of is None else int(problem.patients.contact_of.max(initial=0)),
    }


def _head(problem: HospitalProblem, a: HospitalArrays, made: SearchTables, unit: int, seed: int) -> None:
    """Sizes, flags and weights."""
    g, sizes = made.g, made.sizes
    g[at.DAYS], g[at.SHIFTS], g[at.PATIENTS], g[at.ROOMS] = problem.days, problem.shifts, len(a.stay), len(a.beds)
    g[at.THEATRES], g[at.SURGEONS], g[at.NURSES] = sizes["theatres"], sizes["surgeons"], sizes["nurses"]
    g[at.GROUPS], g[at.PLACES], g[at.NIGHTS], g[at.UNIT] = sizes["groups"], sizes["places"], a.night_row.shape[1], unit
    g[at.MIXING] = ("room", "minority", "patients").index(problem.beds.mixing)
    g[at.ISOLATING] = len(np.unique(a.isolation)) > 1
    g[at.MASKED] = problem.days <= _BITS
    for place, rule in _WEIGHTS:
        g[place] = _weight(problem, rule, STRICT if place in (at.SURGEON_TIME, at.THEATRE_TIME) else unit)
    g[at.RANDOM] = int(np.random.default_rng([seed, 0x707]).integers(1, 2**62))


def _people(problem: HospitalProblem, a: HospitalArrays, made: SearchTables, serves: IntArray) -> None:
    """Rows of the patients, none of them admitted."""
    rows, first = made.table(at.PEOPLE), np.concatenate([[0], np.cumsum(serves.sum(axis=1))])
    facts = [a.stay, a.release, a.due, a.gender, a.age, a.isolation, a.surgeon, a.duration]
    rows[:, at.STAY : at.OPTIONAL] = np.stack(facts, axis=1)
    rows[:, at.ISOLATION] = np.unique(a.isolation, return_inverse=True)[1].reshape(-1)
    rows[:, at.OPTIONAL] = (a.mandatory == 0) | (not problem.hard("MandatoryUnscheduledPatients"))
    rows[:, at.ADMITTED : at.THEATRE + 1] = -1
    rows[:, at.FIRST_ROOM], rows[:, at.LAST_ROOM] = first[:-1], first[1:]
    people = problem.patients
    if people.contact_of is not None and problem.weight("ContactsTogether") != 0:
        rows[:, at.CONTACT] = people.contact_of
    if people.cleaning is not None and problem.weight("CleaningTime") != 0:
        rows[:, at.CLEANED] = people.cleaning
    noon = people.noon is not None and problem.weight("BedTurnover") != 0
    if noon:
        rows[:, at.COMES_LATE], rows[:, at.LEAVES_LATE] = late_arrivals(people), late_leavers(people)
    made.g[at.TURNING] = noon or rows[:, [at.CONTACT, at.CLEANED]].any()
    if problem.shifts:
        made.part(at.PEOPLE, at.WORK)[:], made.part(at.PEOPLE, at.NEED)[:] = a.workload, a.required


def _cells_and_turns(problem: HospitalProblem, a: HospitalArrays, made: SearchTables) -> None:
    """Rows of the room-days, all empty, and of the shifts."""
    rooms, days, k = len(a.beds), problem.days, problem.shifts
    cells = made.table(at.CELLS).reshape(rooms, days, -1)
    cells[:, :, at.YOUNGEST], cells[:, :, at.OLDEST] = made.sizes["groups"], -1
    cells[:, :, at.BEDS], cells[:, :, at.SINGLE] = a.beds, (problem.rooms.policy == SAME_GENDER)[:, None]
    if k:
        turns, duty = made.table(at.TURNS), a.duty.T >= 0
        turns[:, at.OVER : at.OVER + duty.shape[1]] = -a.duty.T
        turns[:, at.ON_DUTY] = duty.sum(axis=1)
        made.part(at.TURNS, at.LIMIT)[:] = a.duty.T
        ordered = made.part(at.TURNS, at.DUTY)
        ordered[:] = np.argsort(~duty, axis=1, kind="stable")
        made.part(at.CELLS, at.NURSE).reshape(rooms, days, k)[:] = ordered[:, 0].reshape(1, days, k)


def _charges(problem: HospitalProblem, a: HospitalArrays, g: IntArray, unit: int) -> IntArray:
    """Packed costs of refusal and of each day of admission, by patient."""
    people, dates = problem.patients, date_costs(problem)
    dates = dates % BARRED + 4 * unit * HARD * (dates >= BARRED)
    charges = np.zeros((len(people), at.ADMISSION + problem.days), dtype=np.int64)
    charges[:, at.ADMISSION :] = np.maximum(0, np.arange(problem.days)[None, :] - a.release[:, None])
    charges[:, at.ADMISSION :] *= (people.delay_factor * _weight(problem, "PatientDelay", unit))[:, None]
    charges[:, at.ADMISSION :] += dates[:, :-1]
    charges[:, at.REFUSAL] = people.refusal_factor * _weight(problem, "ElectiveUnscheduledPatients", 4 * unit)
    charges[a.mandatory == 1, at.REFUSAL] = _weight(problem, "MandatoryUnscheduledPatients", 4 * unit)
    charges[:, at.REFUSAL] += dates[:, -1]
    if problem.shifts:
        charges[:, at.MOST] = _most(a, g)
    return charges


def _unit(a: HospitalArrays) -> int:
    """Hard points of one person in the wrong place: as many as the least overtime has minutes, or nearly."""
    timed = a.duration[(a.duration > 0) & (a.surgeon >= 0)]
    return max(int(np.gcd.reduce(timed)), int(np.median(timed)) // 4) if timed.size else 1


def _since(problem: HospitalProblem, a: HospitalArrays) -> IntArray:
    """First day on which each room can take women and men, shape (rooms, 2).

    In-patients stay where they are, so whoever comes to one of the other gender breaks the rule until he or she goes;
    the count of such a room-day, the smaller of both numbers, would not even fall when one of several goes.
    """
    since = np.zeros((a.beds.shape[0], 2), dtype=np.int64)
    if problem.hard("RoomGenderMix"):
        for q in np.flatnonzero((a.home >= 0) & (a.gender < 2)).tolist():
            if a.single_sex[a.home[q]]:
                last = since[a.home[q], 1 - a.gender[q] : 2 - a.gender[q]]
                np.maximum(last, a.stay[q], out=last)
    return since


def _weight(problem: HospitalProblem, rule: str, points: int) -> int:
    found = problem.weight(rule)
    return points * HARD if found is None else found


def _most(a: HospitalArrays, g: IntArray) -> IntArray:
    """More than nursing can gain when a patient leaves a place."""
    nights = np.minimum(a.stay, a.days) * a.shifts
    inside = np.arange(a.workload.shape[1])[None, :] < nights[:, None]
    lowest = int(a.skill.min(initial=0))
    care = g[at.LOAD] * (a.workload * inside).sum(axis=1) + g[at.CONTINUITY] * nights
    made: IntArray = care + g[at.SKILL] * (np.maximum(0, a.required - lowest) * inside).sum(axis=1)
    return made


def _rooms(problem: HospitalProblem, a: HospitalArrays, unit: int) -> tuple[IntArray, IntArray]:
    """Rooms that each patient may be given, and the packed cost of the first m nights by (patient, m, room).

    In-patients are given none: they lie where they lie. The costs are empty when all are 0.
    """
    row, moves = a.night_row, (a.home < 0)[:, None]
    night = np.where(row[:, :, None] >= 0, a.night_cost[np.maximum(row, 0)], 0)
    barred = night >= BARRED
    serves = ~barred.any(axis=1) & moves
    night = np.where(barred, unit * HARD * moves[:, :, None], night)
    night[np.broadcast_to((~serves & moves)[:, None, :], night.shape)] = 0  # never chosen
    spread = misplaced(problem)[:, :, None] * problem.patients.forbidden[:, None, :] * moves[:, :, None]
    night = night - spread * serves[:, None, :]
    if not night.any() and not spread.any():
        return serves, np.zeros((0, 0, 0), dtype=np.int64)
    wish = np.zeros((len(a.stay), row.shape[1] + 1, a.beds.shape[0]), dtype=np.int64)
    np.cumsum(night, axis=1, out=wish[:, 1:])
    wish[:, 1:] += (spread.sum(axis=1) * serves)[:, None, :]  # counts once, however many nights the horizon leaves
    return serves, wish


def _dated(problem: HospitalProblem, unit: int) -> IntArray:
    """Packed cost of the nights before a day by (patient, day, room), for nights that cost by the day; else empty."""
    table = dated_nights(problem)
    if table is None:
        return np.zeros((0, 0, 0), dtype=np.int64)
    table = table % BARRED + unit * HARD * (table >= BARRED)
    total = np.zeros((len(table), problem.days + 1, len(problem.rooms.ids)), dtype=np.int64)
    np.cumsum(table, axis=1, out=total[:, 1:])
    return total


def plan_from(problem: HospitalProblem, where: IntArray, nurse: IntArray) -> HospitalPlan:
    """The plan of rows (day, room, theatre) and nurses by (room, shift); posts of empty rooms are left free."""
    day, room, theatre = (where[:, i].astype(np.int64) for i in range(3))
    bare = plan_of(problem, day, room, theatre)
    rooms, days = problem.rooms.beds.shape
    people, when = np.nonzero(bare.room >= 0)
    held = np.zeros((rooms, days), dtype=np.bool_)
    held[bare.room[people, when], when] = True
    staffed = np.where(np.repeat(held, problem.shifts, axis=1), nurse, -1)
    return HospitalPlan(bare.admission, bare.room, bare.theatre, staffed)


def rows_of(problem: HospitalProblem, plan: HospitalPlan) -> tuple[IntArray, IntArray]:
    """A plan in which nobody moves as rows of (day, room, theatre), and nurses by (room, shift); both int32.

    In-patients who go home on the first day are in the room in which they lie now.
    """
    everyone = np.arange(len(plan.room))
    room = np.where(plan.admission >= 0, plan.room[everyone, np.maximum(plan.admission, 0)], -1)
    room = np.where(problem.patients.stay == 0, problem.patients.home, room)
    where = np.stack([plan.admission, room, plan.theatre], axis=1).astype(np.int32)
    return where, np.array(plan.nurse, dtype=np.int32, order="C")
