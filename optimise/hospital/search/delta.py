"""Exact change of cost of the two elementary moves of a joint plan.

``relocate`` gives a patient another (day, room, theatre), admits or postpones; ``renurse`` gives a room and shift
another nurse. All other moves are sequences of these two. A change looks only at the room-days, theatre-days and
room-shifts concerned, never at the rest of the plan. ``g`` and ``h`` are laid out in :mod:`.layout`;
the moves themselves are made in :mod:`.update`.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.search.layout import (
    ADMISSION,
    ADMITTED,
    AGE,
    AGES,
    BEDS,
    BUSY,
    BY_AGE,
    CAPACITY,
    CARE,
    CARERS,
    CASES,
    CHARGE_WIDTH,
    CHARGES,
    CONTINUITY,
    COUNT,
    CUT,
    DATED,
    DATING,
    DAYS,
    GENDER,
    ISOLATED,
    ISOLATING,
    ISOLATION,
    LOAD,
    MEMBERS,
    MINUTES,
    MIXED,
    MIXING,
    MOST,
    NEED,
    NIGHTS,
    NURSE,
    OLDEST,
    OPEN,
    OPENED,
    OVER,
    PLACES,
    REFUSAL,
    ROOM,
    ROOMS,
    SEATS,
    SHIFT_WIDTH,
    SHIFTS,
    SINCE,
    SINGLE,
    SKILL,
    SKILLS,
    STAMP,
    STAMPS,
    STAY,
    SURGEON,
    SURGEON_TIME,
    THEATRE,
    THEATRE_TIME,
    THEATRES,
    TIME,
    TRANSFERS,
    TURNING,
    VISITS,
    WISH,
    WISHES,
    WOMEN,
    WORK,
    WORKLOAD,
    YOUNGEST,
    cell,
    day_row,
    hard_points,
    person,
    shift_row,
    ticks,
)
from optimise.hospital.search.turnover import turnover_change

__all__ = ["TOO_DEAR", "relocation", "renursing", "theatre_change"]

#: Returned in place of a change that is certainly above the given limit.
TOO_DEAR = 1 << 61


@compiled
def _isolated(g: IntArray, h: IntArray, c: int, extra: int, without: int) -> int:
    """People beyond the largest isolation group of a room-day, with one more (-1: nobody) or one fewer."""
    n, largest, total = h[c + COUNT], 0, 0
    for i in range(n + 1):
        q = h[c + g[MEMBERS] + i] if i < n else extra
        if q < 0 or q == without:
            continue
        total += 1
        alike, mine = 0, h[person(g, q) + ISOLATION]
        for j in range(n + 1):
            other = h[c + g[MEMBERS] + j] if j < n else extra
            if other >= 0 and other != without and h[person(g, other) + ISOLATION] == mine:
                alike += 1
        largest = max(largest, alike)
    return total - largest


@compiled
def _enter(g: IntArray, h: IntArray, p: int, r: int, d: int) -> int:
    """Change of the cost of a room-day when p comes."""
    c, row = cell(g, r, d), person(g, p)
    n, made = h[c + COUNT], 0
    if n >= h[c + BEDS]:
        made += g[CAPACITY]
    if n == 0:
        return made
    if h[c + SINGLE] == 1:
        mine = h[c + WOMEN + h[row + GENDER]]
        other = n - mine
        if g[MIXING] == 2:  # everybody there
            made += g[MIXED] * (n + 1 if mine == 0 else 1 if other > 0 else 0)
        elif (g[MIXING] == 1 and mine < other) or (g[MIXING] == 0 and mine == 0):
            made += g[MIXED]
    age = h[row + AGE]
    made += g[AGES] * (max(0, h[c + YOUNGEST] - age) + max(0, age - h[c + OLDEST]))
    if g[ISOLATING] == 1:
        made += g[ISOLATED] * (_isolated(g, h, c, p, -1) - _isolated(g, h, c, -1, -1))
    return made


@compiled
def _leave(g: IntArray, h: IntArray, p: int, r: int, d: int) -> int:
    """Change of the cost of a room-day when p goes."""
    c, row = cell(g, r, d), person(g, p)
    n, made = h[c + COUNT], 0
    if n > h[c + BEDS]:
        made -= g[CAPACITY]
    if n == 1:
        return made
    if h[c + SINGLE] == 1:
        mine = h[c + WOMEN + h[row + GENDER]]
        other = n - mine
        if g[MIXING] == 2:
            made -= g[MIXED] * (0 if other == 0 else n if mine == 1 else 1)
        elif (g[MIXING] == 1 and mine <= other) or (g[MIXING] == 0 and mine == 1 and other > 0):
            made -= g[MIXED]
    age, ages = h[row + AGE], c + g[BY_AGE]
    if h[ages + age] == 1:
        low, high = h[c + YOUNGEST], h[c + OLDEST]
        if age == low or age == high:  # noqa: SIM109 - compiled
            span = high - low
            while low == age or h[ages + low] == 0:
                low += 1
            while high == age or h[ages + high] == 0:
                high -= 1
            made += g[AGES] * (high - low - span)
    if g[ISOLATING] == 1:
        made += g[ISOLATED] * (_isolated(g, h, c, -1, p) - _isolated(g, h, c, -1, -1))
    return made


@compiled
def _time(used: int, limit: int, more: int) -> int:
    """Growth of overtime."""
    return max(0, used + more - limit) - max(0, used - limit)


@compiled
def theatre_change(g: IntArray, h: IntArray, p: int, a: int, o: int, a2: int, o2: int) -> int:
    """Change of overtime, opened theatres and surgeons' changes of theatre; day -1: no surgery.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    p : int
        A patient.
    a, o : int
        Day and theatre now.
    a2, o2 : int
        Day and theatre to go to.

    Returns
    -------
    int
        Packed: ticks, with hard points above them.
    """
    row = person(g, p)
    k, minutes = h[row + SURGEON], h[row + MINUTES]
    if k < 0 or (a == a2 and o == o2):
        return 0
    made, seen, visits = 0, k * g[THEATRES], g[VISITS]
    if a >= 0:
        y = day_row(g, a)
        made += g[THEATRE_TIME] * _time(h[y + g[CUT] + o], h[y + g[OPEN] + o], -minutes)
        if h[y + g[CASES] + o] == 1:
            made -= g[OPENED]
        if a != a2:
            made += g[SURGEON_TIME] * _time(h[y + g[BUSY] + k], h[y + g[TIME] + k], -minutes)
            if h[y + visits + seen + o] == 1 and h[y + g[SEATS] + k] > 1:
                made -= g[TRANSFERS]
    if a2 >= 0:
        y = day_row(g, a2)
        made += g[THEATRE_TIME] * _time(h[y + g[CUT] + o2], h[y + g[OPEN] + o2], minutes)
        if h[y + g[CASES] + o2] == 0:
            made += g[OPENED]
        if a != a2:
            made += g[SURGEON_TIME] * _time(h[y + g[BUSY] + k], h[y + g[TIME] + k], minutes)
            if h[y + visits + seen + o2] == 0 and h[y + g[SEATS] + k] > 0:
                made += g[TRANSFERS]
        else:
            used = h[y + g[SEATS] + k]
            after = used
            if h[y + visits + seen + o] == 1:
                after -= 1
            if h[y + visits + seen + o2] == 0:
                after += 1
            made += g[TRANSFERS] * (max(0, after - 1) - max(0, used - 1))
    return made


@compiled
def _nursing_change(
    g: IntArray, h: IntArray, p: int, a: int, r: int, a2: int, r2: int, spent: int, allowed: float, price: float
) -> int:
    """Change of skill, continuity and workload under the nurses as they are.

    ``TOO_DEAR`` as soon as the sum with ``spent`` is above ``allowed``: what comes after the first part only adds.
    """
    k, days, row = g[SHIFTS], g[DAYS], person(g, p)
    stay, work, need = h[row + STAY], row + g[WORK], row + g[NEED]
    lift, hurt, made, skills, nurse = g[LOAD], g[SKILL], 0, g[SKILLS], g[NURSE]
    end, end2 = min(days, a + stay), min(days, a2 + stay)
    if a < 0:
        end = a
    if a2 < 0:
        end2 = a2
    i = 0
    for d in range(a, end):
        c, turn, both = cell(g, r, d) + nurse, shift_row(g, d * k) + OVER, a2 <= d < end2
        c2 = cell(g, r2, d) + nurse if both else 0
        for j in range(k):
            n = h[c + j]
            made -= hurt * max(0, h[need + i] - h[skills + n])
            if not (both and h[c2 + j] == n):  # else counted below, where the same nurse goes on
                over = h[turn + n]
                made -= lift * (max(0, over) - max(0, over - h[work + i]))
            turn += g[SHIFT_WIDTH]
            i += 1
    if a >= 0:
        made -= g[CONTINUITY] * h[row + CARERS]
    if a2 >= 0:
        g[STAMP] += 1
        mark, carers, stamps, i = g[STAMP], 0, g[STAMPS], 0
        for d in range(a2, end2):
            total = spent + made + g[CONTINUITY] * max(k, carers)
            if ticks(total) + price * hard_points(total) > allowed:
                return TOO_DEAR
            c2, turn, both = cell(g, r2, d) + nurse, shift_row(g, d * k) + OVER, a <= d < end
            c = cell(g, r, d) + nurse if both else 0
            for j in range(k):
                n = h[c2 + j]
                made += hurt * max(0, h[need + i] - h[skills + n])
                over, more = h[turn + n], h[work + i]
                if both and h[c + j] == n:
                    more -= h[work + (d - a) * k + j]
                made += lift * (max(0, over + more) - max(0, over))
                if g[stamps + n] != mark:
                    g[stamps + n] = mark
                    carers += 1
                turn += g[SHIFT_WIDTH]
                i += 1
        made += g[CONTINUITY] * carers
    return made


@compiled
def _charge(g: IntArray, h: IntArray, p: int, a: int, r: int) -> int:
    """Delay and room wishes, or refusal."""
    at, row = g[CHARGES] + g[CHARGE_WIDTH] * p, person(g, p)
    if a < 0:
        return g[at + REFUSAL]
    made = g[at + ADMISSION + a]
    if g[WISHES] == 1:
        nights = min(g[DAYS], a + h[row + STAY]) - a
        made += g[g[WISH] + (p * (g[NIGHTS] + 1) + nights) * g[ROOMS] + r]
    if g[DATING] == 1:
        start = g[DATED] + p * (g[DAYS] + 1) * g[ROOMS] + r
        made += g[start + min(g[DAYS], a + h[row + STAY]) * g[ROOMS]] - g[start + a * g[ROOMS]]
    return made


@compiled
def relocation(g: IntArray, h: IntArray, p: int, a2: int, r2: int, o2: int, allowed: float, price: float) -> int:
    """Change of the packed cost when p goes to (day, room, theatre); day -1: is not admitted.

    A hard point counts ``price`` ticks. A change that is certainly above ``allowed`` is returned as ``TOO_DEAR``
    without looking at the nurses.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    p : int
        A patient.
    a2, r2, o2 : int
        Day, room and theatre to go to.
    allowed : float
        Largest change of interest, in ticks.
    price : float
        Ticks of a hard point.

    Returns
    -------
    int
        Packed: ticks, with hard points above them.
    """
    row = person(g, p)
    a, r, days, stay = h[row + ADMITTED], h[row + ROOM], g[DAYS], h[row + STAY]
    if a2 >= 0 and (r2 < 0 or a2 < g[g[SINCE] + 2 * r2 + h[row + GENDER]]):  # no room: one who cannot be moved
        return TOO_DEAR
    end, end2 = min(days, a + stay), min(days, a2 + stay)
    made = _charge(g, h, p, a2, r2) - _charge(g, h, p, a, r)
    made += theatre_change(g, h, p, a, h[row + THEATRE], a2, o2)
    if a2 >= 0:
        for d in range(a2, end2):
            if r2 == r and a >= 0 and a <= d < end:
                continue
            if h[cell(g, r2, d) + COUNT] >= g[PLACES]:
                return TOO_DEAR
            made += _enter(g, h, p, r2, d)
    if a >= 0:
        for d in range(a, end):
            if r2 != r or a2 < 0 or d < a2 or d >= end2:
                made += _leave(g, h, p, r, d)
    if g[TURNING] == 1:
        made += turnover_change(g, h, p, a, r, a2, r2)
    gain = g[g[CHARGES] + g[CHARGE_WIDTH] * p + MOST] if a >= 0 else 0
    if ticks(made) + price * hard_points(made) - gain > allowed:
        return TOO_DEAR
    if g[SHIFTS] > 0:
        care = _nursing_change(g, h, p, a, r, a2, r2, made, allowed, price)
        if care == TOO_DEAR:
            return TOO_DEAR
        made += care
    return made


@compiled
def renursing(g: IntArray, h: IntArray, r: int, x: int, n2: int) -> int:
    """Change of the cost when nurse n2 takes room r in shift x."""
    k = g[SHIFTS]
    d = x // k
    j = x - d * k
    c, turn = cell(g, r, d), shift_row(g, x) + OVER
    n, load = h[c + g[NURSE] + j], h[c + g[WORKLOAD] + j]
    over, over2 = h[turn + n], h[turn + n2]
    made = g[LOAD] * (max(0, over - load) - max(0, over) + max(0, over2 + load) - max(0, over2))
    skill, skill2, met, lacking = h[g[SKILLS] + n], h[g[SKILLS] + n2], 0, 0
    for i in range(h[c + COUNT]):
        row = person(g, h[c + g[MEMBERS] + i])
        need = h[row + g[NEED] + x - h[row + ADMITTED] * k]
        lacking += max(0, need - skill2) - max(0, need - skill)
        if h[row + g[CARE] + n] == 1:
            met -= 1
        if h[row + g[CARE] + n2] == 0:
            met += 1
    return made + g[SKILL] * lacking + g[CONTINUITY] * met
