"""The state of the joint search: two flat arrays that hold a problem and a plan with all that follows from it.

``g`` (int64) begins with sizes, weights, counters and the places of everything else; ``h`` (int32) holds rows: one a
patient, one a room-day, one a shift, one a day of theatres and surgeons. Two arrays because compiled functions pass
tuples of arrays element by element: with forty arrays compilation took minutes, with two it takes seconds, and what
one move touches lies together.

Hard and soft costs travel in one integer: ticks in the low 42 bits, hard points above them. So a rule is one
multiplication whether it is hard or priced, sums stay exact, and comparing two costs compares hard points first.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.beds import SAME_GENDER
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import BARRED, HospitalArrays, arrays_of, date_costs
from optimise.hospital.search.construct import plan_of

__all__ = [
    "HARD",
    "arrays_for",
    "cell",
    "day_row",
    "hard_points",
    "person",
    "plan_from",
    "shift_row",
    "ticks",
    "usable",
]

#: One hard point.
HARD = 1 << 42
_HALF = HARD >> 1

# ---- the header of ``g`` ----------------------------------------------------------------------------------------
DAYS, SHIFTS, PATIENTS, ROOMS, THEATRES, SURGEONS, NURSES, GROUPS, PLACES = range(9)
MINORITY, WISHES, ISOLATING, NIGHTS, UNIT = range(9, 14)  # flags; longest stay; points of one person
(
    CAPACITY,
    MIXED,
    ISOLATED,
    AGES,
    SURGEON_TIME,
    THEATRE_TIME,
    OPENED,
    TRANSFERS,
    SKILL,
    CONTINUITY,
    LOAD,
) = range(16, 27)  # weights
COST, BEST, STAMP, RANDOM, STEPS = range(32, 37)  # what changes
PERSON, PERSON_WIDTH, CELL, CELL_WIDTH, SHIFT, SHIFT_WIDTH, DAY, DAY_WIDTH = range(40, 48)  # rows in ``h``
SKILLS, ROOM_LIST, MOVABLE, MOVABLES, LOG = range(48, 53)  # lists in ``h``
CHARGES, WISH, STAMPS = range(53, 56)  # lists in ``g``
WORK, NEED, CARE = range(56, 59)  # columns of a patient's row: workload, skill required, shifts by nurse
MEMBERS, BY_AGE, NURSE, WORKLOAD = range(59, 63)  # columns of a room-day's row
LIMIT, DUTY = range(63, 65)  # columns of a shift's row: limits, list of those on duty
CUT, OPEN, CASES, BUSY, TIME, SEATS, VISITS = range(65, 72)  # columns of a day's row
CHARGE_WIDTH = 72  # columns of a patient's charges
HEADS = 73  # column of a day's row: first patient of each surgeon, -1: none
FREE, MASKED = range(74, 76)  # list in ``g``: days on which a room takes one more woman or man, as bits; whether kept
SINCE = 76  # list in ``g``: first day on which a room takes women or men, by the in-patients that it begins with
_HEADER = 80

# ---- fixed columns of the rows ----------------------------------------------------------------------------------
(
    STAY,
    RELEASE,
    DUE,
    GENDER,
    AGE,
    ISOLATION,
    SURGEON,
    MINUTES,
    OPTIONAL,
    ADMITTED,
    ROOM,
    THEATRE,
    CARERS,
    FIRST_ROOM,
    LAST_ROOM,
    NEXT,  # of the same surgeon and day, -1: none
    PREVIOUS,
) = range(17)
_PERSON = 17
COUNT, WOMEN, MEN, YOUNGEST, OLDEST, BEDS, SINGLE = range(7)
_CELL = 7
#: Number on duty, then by nurse the load less its limit.
ON_DUTY, OVER = range(2)
# Columns of a patient's charges in ``g``; from ADMISSION on one a day.
REFUSAL, MOST, ADMISSION = range(3)

#: Days up to which a room's free days fit into one integer.
_BITS = 62
#: More people than beds that a room may hold for a while.
_SPARE = 3
#: Hard points of a minute's overtime: far more than of a person too many, because overtime is hard to mend.
STRICT = 20


# ---- where the rows begin ---------------------------------------------------------------------------------------
@compiled
def person(g: IntArray, p: int) -> int:
    """Row of a patient."""
    return g[PERSON] + p * g[PERSON_WIDTH]


@compiled
def cell(g: IntArray, r: int, d: int) -> int:
    """Row of a room-day."""
    return g[CELL] + (r * g[DAYS] + d) * g[CELL_WIDTH]


@compiled
def shift_row(g: IntArray, x: int) -> int:
    """Row of a shift."""
    return g[SHIFT] + x * g[SHIFT_WIDTH]


@compiled
def day_row(g: IntArray, d: int) -> int:
    """Row of a day's theatres and surgeons."""
    return g[DAY] + d * g[DAY_WIDTH]


@compiled
def hard_points(cost: int) -> int:
    """Hard points of a packed cost."""
    return (cost + _HALF) >> 42


@compiled
def ticks(cost: int) -> int:
    """Soft ticks of a packed cost."""
    return cost - (((cost + _HALF) >> 42) << 42)


def usable(problem: HospitalProblem) -> bool:
    """Whether the joint search knows all that matters here: theatres or nurses, and a nurse in every shift."""
    layer = problem.nursing
    if layer is not None and (not layer.ids or not bool(layer.on_duty.any(axis=0).all())):
        return False
    return problem.theatres is not None or layer is not None


def arrays_for(problem: HospitalProblem, seed: int) -> tuple[IntArray, IntArray]:
    """``g`` and ``h`` of a problem with nobody in hospital and the first nurse on duty on every post."""
    a = arrays_of(problem)
    days, k, patients, rooms = problem.days, problem.shifts, len(a.stay), a.beds.shape[0]
    theatres, surgeons, nurses = a.minutes.shape[0], a.surgeon_minutes.shape[0], len(a.skill)
    shifts = days * k
    unit = _unit(a)
    serves, wish = _rooms(a, unit)
    g = np.zeros(_HEADER, dtype=np.int64)
    g[[DAYS, SHIFTS, PATIENTS, ROOMS, THEATRES, SURGEONS, NURSES]] = (
        days,
        k,
        patients,
        rooms,
        theatres,
        surgeons,
        nurses,
    )
    groups = int(a.age.max(initial=0)) + 1
    # In-patients may lie in beds that were closed under them.
    places = max(int(a.beds.max(initial=0)), int(np.bincount(a.home[a.home >= 0], minlength=1).max())) + _SPARE
    g[[GROUPS, PLACES, NIGHTS, UNIT]] = groups, places, a.night_row.shape[1], unit
    g[[MINORITY, WISHES, ISOLATING]] = problem.beds.mixing != "room", wish.size > 0, len(np.unique(a.isolation)) > 1
    _weigh(problem, g, unit)
    g[RANDOM] = int(np.random.default_rng([seed, 0x707]).integers(1, 2**62))

    width = a.workload.shape[1] if k else 0
    first = np.concatenate([[0], np.cumsum(serves.sum(axis=1))])
    g[[WORK, NEED, CARE, PERSON_WIDTH]] = _PERSON + np.array([0, width, 2 * width, 2 * width + nurses])
    g[[MEMBERS, BY_AGE, NURSE, WORKLOAD, CELL_WIDTH]] = _CELL + np.cumsum([0, places, groups, k, k])
    g[[LIMIT, DUTY, SHIFT_WIDTH]] = OVER + np.array([nurses, 2 * nurses, 3 * nurses])
    parts = [0, theatres, theatres, theatres, surgeons, surgeons, surgeons, surgeons * theatres, surgeons]
    g[[CUT, OPEN, CASES, BUSY, TIME, SEATS, VISITS, HEADS, DAY_WIDTH]] = np.cumsum(parts)
    sizes = [patients * g[PERSON_WIDTH], rooms * days * g[CELL_WIDTH], shifts * g[SHIFT_WIDTH], days * g[DAY_WIDTH]]
    movable = np.flatnonzero(a.home < 0)
    log = 4 * (shifts + 64)
    sizes += [nurses, int(first[-1]), len(movable), log]
    begin = np.concatenate([[0], np.cumsum(sizes)])
    g[[PERSON, CELL, SHIFT, DAY, SKILLS, ROOM_LIST, MOVABLE, LOG]] = begin[:-1]
    g[MOVABLES] = len(movable)
    h = np.zeros(int(begin[-1]), dtype=np.int32)

    rows = h[begin[0] : begin[1]].reshape(patients, -1)
    facts = [a.stay, a.release, a.due, a.gender, a.age, a.isolation, a.surgeon, a.duration]
    rows[:, :OPTIONAL] = np.stack(facts, axis=1)
    rows[:, ISOLATION] = np.unique(a.isolation, return_inverse=True)[1].reshape(-1)
    rows[:, OPTIONAL] = (a.mandatory == 0) | (not problem.hard("MandatoryUnscheduledPatients"))
    rows[:, ADMITTED : THEATRE + 1] = -1
    rows[:, FIRST_ROOM], rows[:, LAST_ROOM] = first[:-1], first[1:]
    if k:
        rows[:, g[WORK] : g[NEED]], rows[:, g[NEED] : g[CARE]] = a.workload, a.required
    cells = h[begin[1] : begin[2]].reshape(rooms, days, -1)
    cells[:, :, YOUNGEST], cells[:, :, OLDEST], cells[:, :, BEDS] = groups, -1, a.beds
    cells[:, :, SINGLE] = (problem.rooms.policy == SAME_GENDER)[:, None]
    if k:
        turns = h[begin[2] : begin[3]].reshape(shifts, -1)
        turns[:, OVER : g[LIMIT]], turns[:, g[LIMIT] : g[DUTY]] = -a.duty.T, a.duty.T
        duty = a.duty.T >= 0
        turns[:, ON_DUTY] = duty.sum(axis=1)
        turns[:, g[DUTY] :] = np.argsort(~duty, axis=1, kind="stable")
        cells[:, :, g[NURSE] : g[WORKLOAD]] = turns[:, g[DUTY]].reshape(1, days, k)
    table = h[begin[3] : begin[4]].reshape(days, -1)
    table[:, g[OPEN] : g[CASES]], table[:, g[TIME] : g[SEATS]] = a.minutes.T, a.surgeon_minutes.T
    table[:, g[HEADS] :] = -1
    h[begin[4] : begin[5]], h[begin[5] : begin[6]], h[begin[6] : begin[7]] = a.skill, np.nonzero(serves)[1], movable

    dates = date_costs(problem)
    dates = dates % BARRED + 4 * unit * HARD * (dates >= BARRED)
    charges = np.zeros((patients, ADMISSION + days), dtype=np.int64)
    charges[:, ADMISSION:] = np.maximum(0, np.arange(days)[None, :] - a.release[:, None])
    charges[:, ADMISSION:] *= (problem.patients.delay_factor * _weight(problem, "PatientDelay", unit))[:, None]
    charges[:, ADMISSION:] += dates[:, :-1]
    charges[:, REFUSAL] = problem.patients.refusal_factor * _weight(problem, "ElectiveUnscheduledPatients", 4 * unit)
    charges[a.mandatory == 1, REFUSAL] = _weight(problem, "MandatoryUnscheduledPatients", 4 * unit)
    charges[:, REFUSAL] += dates[:, -1]
    if k:
        charges[:, MOST] = _most(a, g)
    g[CHARGES], g[CHARGE_WIDTH] = _HEADER, charges.shape[1]
    g[WISH] = g[CHARGES] + charges.size
    g[STAMPS] = g[WISH] + wish.size
    g[FREE], g[MASKED] = g[STAMPS] + max(1, nurses), days <= _BITS
    free = np.zeros((rooms, 2), dtype=np.int64)
    if g[MASKED]:
        free += ((a.beds > 0) * (1 << np.arange(days, dtype=np.int64))).sum(axis=1)[:, None]
    stamps = np.zeros(max(1, nurses), dtype=np.int64)
    g[SINCE] = g[FREE] + free.size
    lists = [charges, wish, stamps, free, _since(problem, a)]
    return np.concatenate([g, *(part.reshape(-1) for part in lists)]), h


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


def _weigh(problem: HospitalProblem, g: IntArray, unit: int) -> None:
    for at, rule, points in (
        (CAPACITY, "RoomCapacity", unit),
        (MIXED, "RoomGenderMix", unit),
        (ISOLATED, "RoomIsolation", unit),
        (AGES, "RoomAgeMix", unit),
        (SURGEON_TIME, "SurgeonOvertime", STRICT),
        (THEATRE_TIME, "OperatingTheaterOvertime", STRICT),
        (OPENED, "OpenOperatingTheater", unit),
        (TRANSFERS, "SurgeonTransfer", unit),
        (SKILL, "RoomSkillLevel", unit),
        (CONTINUITY, "ContinuityOfCare", unit),
        (LOAD, "ExcessiveNurseWorkload", unit),
    ):
        g[at] = _weight(problem, rule, points)


def _most(a: HospitalArrays, g: IntArray) -> IntArray:
    """More than nursing can gain when a patient leaves a place."""
    nights = np.minimum(a.stay, a.days) * a.shifts
    inside = np.arange(a.workload.shape[1])[None, :] < nights[:, None]
    lowest = int(a.skill.min(initial=0))
    made: IntArray = g[LOAD] * (a.workload * inside).sum(axis=1) + g[CONTINUITY] * nights
    return made + g[SKILL] * (np.maximum(0, a.required - lowest) * inside).sum(axis=1)


def _rooms(a: HospitalArrays, unit: int) -> tuple[IntArray, IntArray]:
    """Rooms that each patient may be given, and the packed cost of the first m nights by (patient, m, room).

    In-patients are given none: they lie where they lie. The costs are empty when all are 0.
    """
    row, moves = a.night_row, (a.home < 0)[:, None]
    night = np.where(row[:, :, None] >= 0, a.night_cost[np.maximum(row, 0)], 0)
    barred = night >= BARRED
    serves = ~barred.any(axis=1) & moves
    night = np.where(barred, unit * HARD * moves[:, :, None], night)
    night[np.broadcast_to((~serves & moves)[:, None, :], night.shape)] = 0  # never chosen
    if not night.any():
        return serves, np.zeros((0, 0, 0), dtype=np.int64)
    wish = np.zeros((len(a.stay), row.shape[1] + 1, a.beds.shape[0]), dtype=np.int64)
    np.cumsum(night, axis=1, out=wish[:, 1:])
    return serves, wish


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
