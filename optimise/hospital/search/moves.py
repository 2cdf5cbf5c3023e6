"""Moves of the joint search: each proposes steps, which the loop in :mod:`.joint` tries one after the other.

A step gives a patient another place, ``(patient, day, room, theatre)``, or a room another nurse in a shift,
``(-1 - room, shift, nurse, 0)``. Steps are written to the list at ``g[LOG]`` in ``h``; the loop puts what was there
before in their place, so the same list undoes them. No steps: there is nothing to try.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.search.choices import (
    below,
    colleague,
    day_for,
    obstacle,
    offender,
    on_time,
    room_for,
    serves,
    someone,
    spare,
    theatre_for,
    together,
)
from optimise.hospital.search.layout import (
    ADMITTED,
    BUSY,
    COUNT,
    DAYS,
    DUE,
    FIRST_ROOM,
    LAST_ROOM,
    LOG,
    MINUTES,
    MOVABLES,
    NURSES,
    OPTIONAL,
    PATIENTS,
    RELEASE,
    ROOM,
    ROOM_LIST,
    SHIFTS,
    STAY,
    STEPS,
    SURGEON,
    THEATRE,
    THEATRES,
    TIME,
    cell,
    day_row,
    person,
)
from optimise.hospital.search.nurse_moves import nurse_at, nurse_run, nurse_stay, nurse_swap, one_nurse, step

__all__ = ["KINDS", "MEND", "SQUEEZE", "eject", "propose"]

#: Kinds of moves, in the order of their odds.
KINDS = (
    "relocate",
    "replace",
    "swap",
    "squeeze",
    "theatre",
    "close",
    "exchange",
    "mend",
    "nurse",
    "nurse_swap",
    "nurse_stay",
    "nurse_run",
)
RELOCATE, REPLACE, SWAP, SQUEEZE, OTHER_THEATRE, CLOSE, EXCHANGE, MEND = range(8)
ONE_NURSE, NURSE_SWAP, NURSE_STAY, NURSE_RUN = range(8, 12)
_TRIES = 8


@compiled
def _relocate(g: IntArray, h: IntArray) -> None:
    """Another day, room and theatre for one patient, admitted or waiting; the nurses may come along to empty rooms."""
    p = someone(g, h)
    row = person(g, p)
    now, old = h[row + ADMITTED], h[row + ROOM]
    a = day_for(g, h, p)
    r = room_for(g, h, p, a)
    if r < 0:
        return
    o = h[row + THEATRE] if now == a and below(g, 4) > 0 else theatre_for(g, h, p, a)
    if a == now and r == old and o == h[row + THEATRE]:
        return
    if now >= 0 and r != old and below(g, 2) == 0:
        k = g[SHIFTS]
        for d in range(max(a, now), min(g[DAYS], min(a, now) + h[row + STAY])):
            if h[cell(g, r, d) + COUNT] == 0:
                for x in range(d * k, d * k + k):
                    n = nurse_at(g, h, old, x)
                    if n != nurse_at(g, h, r, x):
                        step(g, h, -1 - r, x, n, 0)
    step(g, h, p, a, r, o)


@compiled
def _replace(g: IntArray, h: IntArray) -> None:
    """Postpone an optional patient, mostly in favour of one who waits."""
    p = someone(g, h)
    row = person(g, p)
    a, r, o = h[row + ADMITTED], h[row + ROOM], h[row + THEATRE]
    if a < 0 or h[row + OPTIONAL] == 0:
        return
    step(g, h, p, -1, -1, -1)
    if below(g, 3) == 0:
        return
    for _ in range(_TRIES):
        q = someone(g, h)
        row = person(g, q)
        if h[row + ADMITTED] < 0 and h[row + RELEASE] <= a + 1 and serves(g, h, q, r):
            a = max(h[row + RELEASE], min(h[row + DUE], a + below(g, 3) - 1))
            room = r if below(g, 3) > 0 else room_for(g, h, q, a)
            if h[row + SURGEON] < 0:
                o = -1
            elif o < 0 or below(g, 2) == 0:
                o = theatre_for(g, h, q, a)
            step(g, h, q, a, room, o)
            return


@compiled
def _swap(g: IntArray, h: IntArray) -> None:
    """Two patients exchange rooms, or rooms with days and theatres."""
    p = someone(g, h)
    row = person(g, p)
    a, r, o = h[row + ADMITTED], h[row + ROOM], h[row + THEATRE]
    if a < 0:
        return
    q = together(g, h, p)
    if q < 0:
        return
    other = person(g, q)
    b, r2, o2 = h[other + ADMITTED], h[other + ROOM], h[other + THEATRE]
    if not serves(g, h, p, r2) or not serves(g, h, q, r):
        return
    if a != b and below(g, 2) == 0:  # days and theatres too
        if b < h[row + RELEASE] or b > h[row + DUE] or a < h[other + RELEASE] or a > h[other + DUE]:
            return
        if (o < 0) != (o2 < 0):
            return
        a, b, o, o2 = b, a, o2, o
    elif r == r2:
        return
    step(g, h, p, a, r2, o)
    step(g, h, q, b, r, o2)


@compiled
def _squeeze(g: IntArray, h: IntArray) -> None:
    """Put a patient anywhere; :func:`eject` then deals with those in the way."""
    _anywhere(g, h, someone(g, h))


@compiled
def _mend(g: IntArray, h: IntArray) -> None:
    """As :func:`_squeeze`, for a patient who lies where there are too many, or whose surgeon has too little time."""
    p = offender(g, h)
    if p >= 0:
        _anywhere(g, h, p)


@compiled
def _anywhere(g: IntArray, h: IntArray, p: int) -> None:
    """Propose a day, a room and a theatre for p, whatever is there."""
    row = person(g, p)
    rooms = h[row + LAST_ROOM] - h[row + FIRST_ROOM]
    if rooms == 0:
        return
    a = day_for(g, h, p)
    r = h[g[ROOM_LIST] + h[row + FIRST_ROOM] + below(g, rooms)]
    if a != h[row + ADMITTED] or r != h[row + ROOM]:
        step(g, h, p, a, r, theatre_for(g, h, p, a))


@compiled
def eject(g: IntArray, h: IntArray) -> None:
    """One more step of an ejection chain: whoever is in the way of the patient moved last goes elsewhere.

    Elsewhere is the place that the chain's first patient left, another free place, or, for optional patients, out.
    The chain so far is done, so the list holds where its patients were.
    """
    first, last = g[LOG], g[LOG] + 4 * (g[STEPS] - 1)
    p = h[last]
    if h[person(g, p) + ADMITTED] < 0:
        p = h[first]
        if h[person(g, p) + ADMITTED] < 0:  # the chain has come back to its first patient and left her out
            return
    q = obstacle(g, h, p)
    if q < 0:
        return
    row, draw, hole = person(g, q), below(g, 4), h[first + 2]
    if draw == 0 and h[row + OPTIONAL] == 1:
        step(g, h, q, -1, -1, -1)
        return
    other = person(g, p)
    a = h[row + ADMITTED] if draw == 1 else day_for(g, h, q)
    if h[row + SURGEON] == h[other + SURGEON] and h[row + ADMITTED] == h[other + ADMITTED] and not on_time(g, h, q):
        a = _day_with_time(g, h, q, h[first + 1])
    r = hole if draw >= 2 and hole >= 0 and serves(g, h, q, hole) else room_for(g, h, q, a)
    step(g, h, q, a, r, theatre_for(g, h, q, a))


@compiled
def _day_with_time(g: IntArray, h: IntArray, p: int, hole: int) -> int:
    """Another day for p on which the surgeon has time, if one is met; every second time ``hole`` if it suits."""
    row = person(g, p)
    if hole != h[row + ADMITTED] and h[row + RELEASE] <= hole <= h[row + DUE] and below(g, 2) == 0:
        return hole
    a = day_for(g, h, p)
    for _ in range(_TRIES):
        if a != h[row + ADMITTED] and spare(g, h, p, a):
            break
        a = day_for(g, h, p)
    return a


@compiled
def _exchange(g: IntArray, h: IntArray) -> None:
    """A patient gets the surgeon's time of another, who goes to the first one's day, to another or out."""
    p = someone(g, h)
    row = person(g, p)
    if below(g, 2) == 0:
        for _ in range(_TRIES):
            if h[row + ADMITTED] < 0:
                break
            p = someone(g, h)
            row = person(g, p)
    now, old, k = h[row + ADMITTED], h[row + ROOM], h[row + SURGEON]
    if k < 0:
        return
    a = day_for(g, h, p)
    if a == now or spare(g, h, p, a):
        return
    y = day_row(g, a)
    q = colleague(g, h, p, k, a, h[y + g[BUSY] + k] + h[row + MINUTES] - h[y + g[TIME] + k])
    if q < 0:
        return
    other = person(g, q)
    r, o, r2, o2 = h[other + ROOM], h[other + THEATRE], -1, -1
    if h[other + OPTIONAL] == 1 and below(g, 4) == 0:
        step(g, h, q, -1, -1, -1)
    else:
        b = _day_with_time(g, h, q, now)
        if b == a:
            return
        r2 = old if now >= 0 and below(g, 2) == 0 and serves(g, h, q, old) else room_for(g, h, q, b)
        o2 = h[row + THEATRE] if b == now and below(g, 2) == 0 else theatre_for(g, h, q, b)
        step(g, h, q, b, r2, o2)
    if below(g, 2) == 0 or not serves(g, h, p, r):
        r = room_for(g, h, p, a)
    if r < 0:
        g[STEPS] = 0
        return
    if below(g, 2) == 0:
        o = theatre_for(g, h, p, a)
    step(g, h, p, a, r, o)


@compiled
def _theatre(g: IntArray, h: IntArray) -> None:
    """Another theatre for a patient, or two patients of one day exchange theatres."""
    p = someone(g, h)
    row = person(g, p)
    a, o = h[row + ADMITTED], h[row + THEATRE]
    if a < 0 or o < 0 or g[THEATRES] < 2:
        return
    if below(g, 2) == 0:
        o2 = below(g, g[THEATRES])
        if o2 != o:
            step(g, h, p, a, h[row + ROOM], o2)
        return
    for _ in range(2 * _TRIES):
        q = someone(g, h)
        other = person(g, q)
        o2 = h[other + THEATRE]
        if h[other + ADMITTED] == a and o2 != o and o2 >= 0:
            step(g, h, p, a, h[row + ROOM], o2)
            step(g, h, q, a, h[other + ROOM], o)
            return


@compiled
def _close(g: IntArray, h: IntArray) -> None:
    """Everybody operated in a theatre on a day goes to one other theatre, or the two lists are exchanged in part."""
    p = someone(g, h)
    row = person(g, p)
    a, o, n = h[row + ADMITTED], h[row + THEATRE], g[THEATRES]
    if a < 0 or o < 0 or n < 2:
        return
    o2, split = below(g, n), below(g, 2)
    if o2 == o:
        return
    for q in range(g[PATIENTS]):
        row = person(g, q)
        if h[row + ADMITTED] == a and h[row + THEATRE] == o and g[STEPS] < 12:
            target = o2
            if split == 1:
                target = below(g, n)
            if target != o:
                step(g, h, q, a, h[row + ROOM], target)


@compiled
def propose(g: IntArray, h: IntArray, move: int) -> None:
    """Write the steps of a random move of a kind; none where there are no nurses, or no patients who may be moved."""
    g[STEPS] = 0
    if g[NURSES if move >= ONE_NURSE else MOVABLES] == 0:
        return
    if move == RELOCATE:
        _relocate(g, h)
    elif move == REPLACE:
        _replace(g, h)
    elif move == SWAP:
        _swap(g, h)
    elif move == SQUEEZE:
        _squeeze(g, h)
    elif move == OTHER_THEATRE:
        _theatre(g, h)
    elif move == CLOSE:
        _close(g, h)
    elif move == EXCHANGE:
        _exchange(g, h)
    elif move == MEND:
        _mend(g, h)
    elif move == ONE_NURSE:
        one_nurse(g, h)
    elif move == NURSE_SWAP:
        nurse_swap(g, h)
    elif move == NURSE_STAY:
        nurse_stay(g, h)
    else:
        nurse_run(g, h)
