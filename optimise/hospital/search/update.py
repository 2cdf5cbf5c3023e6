"""The two elementary moves of a joint plan made in its state, and whole plans loaded; costs are in :mod:`.delta`."""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.search.delta import TOO_DEAR, relocation
from optimise.hospital.search.layout import (
    ADMITTED,
    AGE,
    BEDS,
    BUSY,
    BY_AGE,
    CARE,
    CARERS,
    CASES,
    CHARGE_WIDTH,
    CHARGES,
    COUNT,
    CUT,
    DAYS,
    DIRTY,
    FREE,
    GENDER,
    GROUPS,
    HEADS,
    LIMIT,
    MASKED,
    MEMBERS,
    MINUTES,
    NEXT,
    NURSE,
    OLDEST,
    OVER,
    PREVIOUS,
    REFUSAL,
    ROOM,
    SEATS,
    SHIFT_WIDTH,
    SHIFTS,
    SINGLE,
    STAY,
    SURGEON,
    THEATRE,
    THEATRES,
    TURNING,
    VISITS,
    WOMEN,
    WORK,
    WORKLOAD,
    YOUNGEST,
    cell,
    day_row,
    person,
    shift_row,
)
from optimise.hospital.search.turnover import mark, note_turnover

__all__ = ["fill", "fits", "relocate", "renurse"]


@compiled
def _lie(g: IntArray, h: IntArray, p: int, r: int, d: int, sign: int) -> None:
    """Add p to (sign 1) or take p from (sign -1) the counts of a room-day."""
    c, row = cell(g, r, d), person(g, p)
    n, age, members, ages = h[c + COUNT], h[row + AGE], c + g[MEMBERS], c + g[BY_AGE]
    h[c + COUNT] += sign
    h[c + WOMEN + h[row + GENDER]] += sign
    h[ages + age] += sign
    if g[MASKED] == 1:
        mark(g, h, r, d)
    if sign > 0:
        h[members + n] = p
        h[c + YOUNGEST] = min(h[c + YOUNGEST], age)
        h[c + OLDEST] = max(h[c + OLDEST], age)
        return
    for i in range(n):
        if h[members + i] == p:
            h[members + i] = h[members + n - 1]
            break
    if h[ages + age] == 0:
        low, high = h[c + YOUNGEST], h[c + OLDEST]
        while low < g[GROUPS] and h[ages + low] == 0:
            low += 1
        while high >= 0 and h[ages + high] == 0:
            high -= 1
        h[c + YOUNGEST], h[c + OLDEST] = low, high


@compiled
def _operate(g: IntArray, h: IntArray, p: int, a: int, o: int, sign: int) -> None:
    """Add to or take from the counts of a theatre and a surgeon."""
    row = person(g, p)
    k, minutes, y = h[row + SURGEON], sign * h[row + MINUTES], day_row(g, a)
    if k < 0:
        return
    h[y + g[CUT] + o] += minutes
    h[y + g[CASES] + o] += sign
    h[y + g[BUSY] + k] += minutes
    head = y + g[HEADS] + k
    if sign > 0:
        first = h[head]
        h[row + NEXT], h[row + PREVIOUS], h[head] = first, -1, p
        if first >= 0:
            h[person(g, first) + PREVIOUS] = p
    else:
        before, after = h[row + PREVIOUS], h[row + NEXT]
        if before >= 0:
            h[person(g, before) + NEXT] = after
        else:
            h[head] = after
        if after >= 0:
            h[person(g, after) + PREVIOUS] = before
    at = y + g[VISITS] + k * g[THEATRES] + o
    before = h[at]
    h[at] = before + sign
    if before == 0:
        h[y + g[SEATS] + k] += 1
    elif before + sign == 0:
        h[y + g[SEATS] + k] -= 1


@compiled
def _place(g: IntArray, h: IntArray, p: int, a: int, r: int, sign: int) -> None:
    """Add to or take from the counts of rooms and nurses for a whole stay."""
    k, row = g[SHIFTS], person(g, p)
    work, care = row + g[WORK], row + g[CARE]
    i = 0
    for d in range(a, min(g[DAYS], a + h[row + STAY])):
        _lie(g, h, p, r, d, sign)
        c, turn = cell(g, r, d), shift_row(g, d * k) + OVER
        for j in range(k):
            n, mine = h[c + g[NURSE] + j], sign * h[work + i]
            h[c + g[WORKLOAD] + j] += mine
            h[turn + n] += mine
            if sign < 0:
                h[care + n] = 0
            else:
                if h[care + n] == 0:
                    h[row + CARERS] += 1
                h[care + n] += 1
            turn += g[SHIFT_WIDTH]
            i += 1
    if sign < 0:
        h[row + CARERS] = 0
    if g[TURNING] == 1:
        note_turnover(g, h, p, a, r, sign)


@compiled
def relocate(g: IntArray, h: IntArray, p: int, a2: int, r2: int, o2: int) -> None:
    """Put p at (day, room, theatre); day -1: nowhere. Costs are the caller's business.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    p : int
        A patient.
    a2, r2, o2 : int
        Day, room and theatre.
    """
    row = person(g, p)
    a, r, o = h[row + ADMITTED], h[row + ROOM], h[row + THEATRE]
    if a != a2 or r != r2:
        if a >= 0:
            _place(g, h, p, a, r, -1)
        if a2 >= 0:
            _place(g, h, p, a2, r2, 1)
    if a != a2 or o != o2:
        if a >= 0:
            _operate(g, h, p, a, o, -1)
        if a2 >= 0:
            _operate(g, h, p, a2, o2, 1)
    h[row + ADMITTED], h[row + ROOM], h[row + THEATRE] = a2, r2, o2


@compiled
def renurse(g: IntArray, h: IntArray, r: int, x: int, n2: int) -> None:
    """Give room r to nurse n2 in shift x."""
    k = g[SHIFTS]
    d = x // k
    j = x - d * k
    c, turn = cell(g, r, d), shift_row(g, x) + OVER
    n, load = h[c + g[NURSE] + j], h[c + g[WORKLOAD] + j]
    h[turn + n] -= load
    h[turn + n2] += load
    h[c + g[NURSE] + j] = n2
    for i in range(h[c + COUNT]):
        row = person(g, h[c + g[MEMBERS] + i])
        h[row + g[CARE] + n] -= 1
        if h[row + g[CARE] + n] == 0:
            h[row + CARERS] -= 1
        if h[row + g[CARE] + n2] == 0:
            h[row + CARERS] += 1
        h[row + g[CARE] + n2] += 1


@compiled
def fits(g: IntArray, h: IntArray, p: int, a: int, r: int) -> bool:
    """Whether room r has a clean bed, and no other gender, during a stay from day a; p itself does not count."""
    row = person(g, p)
    stay, now, gender = h[row + STAY], h[row + ADMITTED], h[row + GENDER]
    here, gone = now >= 0 and h[row + ROOM] == r, now + stay
    if g[MASKED] == 1 and not here:
        days = ((1 << (min(g[DAYS], a + stay) - a)) - 1) << a
        return (g[g[FREE] + 2 * r + gender] & days) == days
    for d in range(a, min(g[DAYS], a + stay)):
        c = cell(g, r, d)
        n = h[c + COUNT]
        if h[c + SINGLE] == 1 and n > h[c + WOMEN + gender]:
            return False
        if here and now <= d < gone:
            n -= 1
        if n >= h[c + BEDS] - h[c + DIRTY]:
            return False
    return True


@compiled
def fill(g: IntArray, h: IntArray, where: IntArray, nurse: IntArray) -> int:
    """Load a plan, rows of (day, room, theatre) and nurses by (room, shift), whatever was there; the packed cost.

    Whoever finds all places of a room taken stays out. Posts without a nurse on duty keep the one they have.
    """
    made = 0
    for p in range(where.shape[0]):
        relocate(g, h, p, -1, -1, -1)
        made += g[g[CHARGES] + g[CHARGE_WIDTH] * p + REFUSAL]
    for x in range(nurse.shape[1]):
        for r in range(nurse.shape[0]):
            n = nurse[r, x]
            if n >= 0 and h[shift_row(g, x) + g[LIMIT] + n] >= 0:
                renurse(g, h, r, x, n)
    for p in range(where.shape[0]):
        a, r, o = where[p, 0], where[p, 1], where[p, 2]
        if a >= 0:
            change = relocation(g, h, p, a, r, o, 1e300, 1.0)
            if change != TOO_DEAR:
                made += change
                relocate(g, h, p, a, r, o)
    return made
