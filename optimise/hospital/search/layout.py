"""The state of the joint search: two flat arrays that hold a problem and a plan with all that follows from it.

``g`` (int64) begins with sizes, weights, counters and the places of everything else; ``h`` (int32) holds rows: one a
patient, one a room-day, one a shift, one a day of theatres and surgeons. Two arrays because compiled functions pass
tuples of arrays element by element: with forty arrays compilation took minutes, with two it takes seconds, and what
one move touches lies together. Everything is declared once, here; :mod:`.tables` makes offsets and views of it, and
:mod:`.state` fills them.

Hard and soft costs travel in one integer: ticks in the low 42 bits, hard points above them. So a rule is one
multiplication whether it is hard or priced, sums stay exact, and comparing two costs compares hard points first.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.search.tables import Layout

__all__ = ["HARD", "LAYOUT", "cell", "day_row", "hard_points", "person", "shift_row", "ticks"]

#: One hard point.
HARD = 1 << 42
_HALF = HARD >> 1
#: Hard points of a minute's overtime: far more than of a person too many, because overtime is hard to mend.
STRICT = 20

LAYOUT = Layout()

# ---- single numbers in the header of ``g`` ----------------------------------------------------------------------
DAYS, SHIFTS, PATIENTS, ROOMS, THEATRES, SURGEONS, NURSES, GROUPS, PLACES = LAYOUT.places(9)
MIXING, WISHES, DATING, ISOLATING, MASKED, TURNING = LAYOUT.places(6)  # how mixed rooms count; flags
NIGHTS, UNIT, MOVABLES = LAYOUT.places(3)  # longest stay; hard points of one person; patients who may be moved
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
    TURNOVER,
    CLEANING,
    TOGETHER,
) = LAYOUT.places(14)  # weights
COST, BEST, STAMP, RANDOM, STEPS = LAYOUT.places(5)  # what changes

# ---- rows in ``h`` ------------------------------------------------------------------------------------------------
PEOPLE = LAYOUT.rows("patients")
PERSON, PERSON_WIDTH = PEOPLE.begin, PEOPLE.width
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
    CONTACT,  # infection + 1, 0: of none
    CLEANED,  # nights for which the bed is cleaned
    COMES_LATE,  # 1: after noon
    LEAVES_LATE,
) = PEOPLE.columns(21)
WORK, NEED, CARE = PEOPLE.part("care"), PEOPLE.part("care"), PEOPLE.part("nurses")  # workload, skill, shifts by nurse

CELLS = LAYOUT.rows("room-days")
CELL, CELL_WIDTH = CELLS.begin, CELLS.width
COUNT, WOMEN, MEN, YOUNGEST, OLDEST, BEDS, SINGLE, NOON, DIRTY = CELLS.columns(9)  # at noon; in cleaning
MEMBERS, BY_AGE, NURSE, WORKLOAD = (CELLS.part(size) for size in ("places", "groups", "turns", "turns"))
HELD = CELLS.part("infections")  # contacts

TURNS = LAYOUT.rows("shifts")
SHIFT, SHIFT_WIDTH = TURNS.begin, TURNS.width
(ON_DUTY,) = TURNS.columns(1)
OVER = TURNS.first("nurses")  # load less its limit
LIMIT, DUTY = TURNS.part("nurses"), TURNS.part("nurses")  # limits, -1 off duty; those on duty, before the others

DATES = LAYOUT.rows("days")
DAY, DAY_WIDTH = DATES.begin, DATES.width
CUT, OPEN, CASES = (DATES.part("theatres") for _ in range(3))  # minutes used and offered, surgeries
BUSY, TIME, SEATS = (DATES.part("surgeons") for _ in range(3))  # minutes used and offered, theatres visited
VISITS, HEADS = (
    DATES.part("visits"),
    DATES.part("surgeons"),
)  # surgeries by surgeon and theatre; first patient, -1: none
HOLDING = DATES.part("infections")  # rooms that hold contacts

# ---- lists in ``h`` -----------------------------------------------------------------------------------------------
SKILLS, ROOM_LIST, MOVABLE = LAYOUT.vector("nurses"), LAYOUT.vector("room list"), LAYOUT.vector("movable")
LOG = LAYOUT.vector("log")  # steps of the move that is tried, four numbers each

# ---- in ``g``: packed costs and what needs 64 bits ----------------------------------------------------------------
FEES = LAYOUT.rows("patients", long=True)
CHARGES, CHARGE_WIDTH = FEES.begin, FEES.width
REFUSAL, MOST = FEES.columns(2)  # most: what nursing can gain when the patient leaves
ADMISSION = FEES.first("days")
WISH = LAYOUT.vector("wishes", long=True)  # (patient, nights, room): cost of the first nights
DATED = LAYOUT.vector("dated", long=True)  # (patient, day, room): cost of the nights before that day
STAMPS = LAYOUT.vector("stamps", long=True)  # by nurse
FREE = LAYOUT.vector("sexes", long=True)  # (room, 2) days on which it takes one more woman or man, as bits
SINCE = LAYOUT.vector("sexes", long=True)  # (room, 2) first day on which it takes women or men, by its in-patients


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
