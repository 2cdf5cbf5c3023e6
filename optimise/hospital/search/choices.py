"""What the moves of the joint search draw at random, and when a change is accepted.

Random numbers come from a xorshift of the state's own, so that runs repeat and may share a process.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.search.delta import TOO_DEAR, theatre_change
from optimise.hospital.search.layout import (
    ADMITTED,
    BUSY,
    COST,
    COUNT,
    CUT,
    DAYS,
    DUE,
    DUTY,
    FIRST_ROOM,
    GENDER,
    HEADS,
    LAST_ROOM,
    MEMBERS,
    MINUTES,
    MOVABLE,
    MOVABLES,
    NEXT,
    ON_DUTY,
    OPEN,
    RANDOM,
    RELEASE,
    ROOM,
    ROOM_LIST,
    ROOMS,
    SHIFTS,
    SINGLE,
    STAY,
    SURGEON,
    SURGEONS,
    THEATRE,
    THEATRES,
    TIME,
    WOMEN,
    cell,
    day_row,
    hard_points,
    person,
    shift_row,
    ticks,
)
from optimise.hospital.search.turnover import crowded
from optimise.hospital.search.update import fits

__all__ = [
    "accepted",
    "below",
    "colleague",
    "day_for",
    "nurse_on_duty",
    "obstacle",
    "occupied_post",
    "offender",
    "on_time",
    "room_for",
    "serves",
    "someone",
    "spare",
    "theatre_for",
    "together",
    "unit",
]

_TRIES = 8


@compiled
def _bits(g: IntArray) -> int:
    """62 random bits (xorshift64, Marsaglia 2003)."""
    x = np.uint64(g[RANDOM])
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    g[RANDOM] = np.int64(x)
    return np.int64(x >> np.uint64(2))  # type: ignore[return-value]


@compiled
def below(g: IntArray, n: int) -> int:
    """Random integer from 0 to n - 1."""
    return ((_bits(g) >> 30) * n) >> 32


@compiled
def unit(g: IntArray) -> float:
    """Random number in (0, 1)."""
    return ((_bits(g) >> 10) + 0.5) * (1.0 / (1 << 52))


@compiled
def accepted(made: int, allowed: float, price: float) -> bool:
    """Whether a change costs at most ``allowed``, a hard point counting ``price``."""
    return ticks(made) + price * hard_points(made) <= allowed


@compiled
def someone(g: IntArray, h: IntArray) -> int:
    """A patient who may be moved."""
    return h[g[MOVABLE] + below(g, g[MOVABLES])]


@compiled
def serves(g: IntArray, h: IntArray, p: int, r: int) -> bool:
    """Whether p may be given room r."""
    row = person(g, p)
    for i in range(h[row + FIRST_ROOM], h[row + LAST_ROOM]):  # noqa: SIM110 - compiled
        if h[g[ROOM_LIST] + i] == r:
            return True
    return False


@compiled
def day_for(g: IntArray, h: IntArray, p: int) -> int:
    """A day of p's window: any, early ones more often, or near the day planned now."""
    row = person(g, p)
    first, now = h[row + RELEASE], h[row + ADMITTED]
    width = h[row + DUE] - first + 1
    if width == 1:
        return first
    draw = below(g, 4)
    if draw == 0 or (now < 0 and draw == 1):
        return first + below(g, width)
    if now < 0:
        return first + min(below(g, width), below(g, width))
    if draw == 1:
        return now
    step = 1 + below(g, 3)
    a = now + step if below(g, 2) == 0 else now - step
    return max(first, min(first + width - 1, a))


@compiled
def room_for(g: IntArray, h: IntArray, p: int, a: int) -> int:
    """A room that can serve p: mostly one with a free bed among p's gender, now and then any; -1 if there is none."""
    row = person(g, p)
    first = g[ROOM_LIST] + h[row + FIRST_ROOM]
    n = h[row + LAST_ROOM] - h[row + FIRST_ROOM]
    if n == 0:
        return -1
    start = below(g, n)
    if below(g, 8) > 0:
        same = h[row + ADMITTED] == a
        for j in range(n):
            i = start + j if start + j < n else start + j - n
            r = h[first + i]
            if not (same and r == h[row + ROOM]) and fits(g, h, p, a, r):
                return r
    return h[first + start]


@compiled
def theatre_for(g: IntArray, h: IntArray, p: int, a: int) -> int:
    """The theatre of least cost on a day, ties broken at random; now and then any."""
    row = person(g, p)
    if h[row + SURGEON] < 0:
        return -1
    n = g[THEATRES]
    start = below(g, n)
    if below(g, 8) == 0:
        return start
    best, least = start, TOO_DEAR
    for j in range(n):
        o = start + j if start + j < n else start + j - n
        cost = theatre_change(g, h, p, h[row + ADMITTED], h[row + THEATRE], a, o)
        if cost < least:
            best, least = o, cost
    return best


@compiled
def together(g: IntArray, h: IntArray, p: int) -> int:
    """Another movable patient who is in hospital during p's stay; -1 if none was met."""
    row = person(g, p)
    a = h[row + ADMITTED]
    end = a + h[row + STAY]
    for _ in range(_TRIES):
        q = someone(g, h)
        other = person(g, q)
        b = h[other + ADMITTED]
        if q != p and b >= 0 and b < end and a < b + h[other + STAY]:
            return q
    return -1


@compiled
def obstacle(g: IntArray, h: IntArray, p: int) -> int:
    """A movable patient who keeps p's place from being allowed, in the room or in the theatre; -1 if none was met."""
    row = person(g, p)
    a, r, o, gender = h[row + ADMITTED], h[row + ROOM], h[row + THEATRE], h[row + GENDER]
    for d in range(a, min(g[DAYS], a + h[row + STAY])):
        c = cell(g, r, d)
        n = h[c + COUNT]
        mixed = h[c + SINGLE] == 1 and h[c + WOMEN + gender] < n
        if not mixed and not crowded(g, h, c):
            continue
        start = below(g, n)
        for j in range(n):
            q = h[c + g[MEMBERS] + (start + j) % n]
            other = person(g, q)
            if q != p and h[other + LAST_ROOM] > h[other + FIRST_ROOM] and not (mixed and h[other + GENDER] == gender):
                return q
    k = h[row + SURGEON]
    if k < 0:
        return -1
    y = day_row(g, a)
    if h[y + g[BUSY] + k] > h[y + g[TIME] + k]:
        return colleague(g, h, p, k, a, 0)
    return _operated(g, h, p, a, o) if h[y + g[CUT] + o] > h[y + g[OPEN] + o] else -1


@compiled
def colleague(g: IntArray, h: IntArray, p: int, k: int, a: int, minutes: int) -> int:
    """Another patient of surgeon k on day a, of at least so many minutes if there is one; -1 if there is none.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    p : int
        A patient.
    k : int
        Surgeon.
    a : int
        Day.
    minutes : int
        Of surgery.

    Returns
    -------
    int
        Patient, or -1.
    """
    found, seen, long = -1, 0, 0
    q = h[day_row(g, a) + g[HEADS] + k]
    while q >= 0:
        row = person(g, q)
        if q != p:
            if h[row + MINUTES] >= minutes:
                long += 1
                if below(g, long) == 0:
                    found = q
            elif long == 0:
                seen += 1
                if below(g, seen) == 0:
                    found = q
        q = h[row + NEXT]
    return found


@compiled
def offender(g: IntArray, h: IntArray) -> int:
    """A movable patient of a room-day, theatre or surgeon's day that breaks a rule, sought from a random place on.

    -1 where no rule is broken or nobody there can be moved.
    """
    if hard_points(g[COST]) == 0:
        return -1
    days, rooms, surgeons = g[DAYS], g[ROOMS], g[SURGEONS]
    lists = rooms + surgeons + g[THEATRES]
    total = lists * days
    start = below(g, total)
    for i in range(total):
        at = start + i if start + i < total else start + i - total
        which, d = at // days, at % days
        q = -1
        if which < rooms:
            c = cell(g, which, d)
            n = h[c + COUNT]
            if n > 0 and (crowded(g, h, c) or (h[c + SINGLE] == 1 and 0 < h[c + WOMEN] < n)):
                q = h[c + g[MEMBERS] + below(g, n)]
        elif which < rooms + surgeons:
            y, k = day_row(g, d), which - rooms
            if h[y + g[BUSY] + k] > h[y + g[TIME] + k]:
                q = colleague(g, h, -1, k, d, 0)
        else:
            y, o = day_row(g, d), which - rooms - surgeons
            if h[y + g[CUT] + o] > h[y + g[OPEN] + o]:
                q = _operated(g, h, -1, d, o)
        if q >= 0:
            row = person(g, q)
            if h[row + LAST_ROOM] > h[row + FIRST_ROOM]:
                return q
    return -1


@compiled
def _operated(g: IntArray, h: IntArray, p: int, a: int, o: int) -> int:
    """Another patient of theatre o on day a; -1 if there is none."""
    found, seen, y = -1, 0, day_row(g, a)
    for k in range(g[SURGEONS]):
        q = h[y + g[HEADS] + k]
        while q >= 0:
            row = person(g, q)
            if q != p and h[row + THEATRE] == o:
                seen += 1
                if below(g, seen) == 0:
                    found = q
            q = h[row + NEXT]
    return found


@compiled
def on_time(g: IntArray, h: IntArray, p: int) -> bool:
    """Whether p's surgeon keeps the time of p's day."""
    row = person(g, p)
    k = h[row + SURGEON]
    if k < 0 or h[row + ADMITTED] < 0:
        return True
    y = day_row(g, h[row + ADMITTED])
    return h[y + g[BUSY] + k] <= h[y + g[TIME] + k]


@compiled
def spare(g: IntArray, h: IntArray, p: int, a: int) -> bool:
    """Whether p's surgeon has time for p on day a, p's own surgery not counted."""
    row = person(g, p)
    k = h[row + SURGEON]
    if k < 0 or a == h[row + ADMITTED]:
        return True
    y = day_row(g, a)
    return h[y + g[BUSY] + k] + h[row + MINUTES] <= h[y + g[TIME] + k]


@compiled
def occupied_post(g: IntArray, h: IntArray) -> tuple[int, int]:
    """An occupied room and a shift; room -1 if none was met."""
    for _ in range(_TRIES):
        r, x = below(g, g[ROOMS]), below(g, g[DAYS] * g[SHIFTS])
        if h[cell(g, r, x // g[SHIFTS]) + COUNT] > 0:
            return r, x
    return -1, 0


@compiled
def nurse_on_duty(g: IntArray, h: IntArray, x: int) -> int:
    """One of the nurses on duty in a shift."""
    turn = shift_row(g, x)
    return h[turn + g[DUTY] + below(g, h[turn + ON_DUTY])]
