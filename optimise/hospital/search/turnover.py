"""Beds before and after a stay: at noon, while they are cleaned, and rooms that hold contacts of an infection.

A stay from day ``a`` of ``n`` nights in a room is there on the nights ``[a, a + n)``; at noon of the days
``[a, a + n)``, one later where the patient comes after noon, and one more where she leaves after noon; its bed is
cleaned on the ``k`` nights from ``a + n`` on. So all that is counted by room-day is a sum over intervals, and a
change of place changes two of them.
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.search.layout import (
    BEDS,
    CLEANED,
    CLEANING,
    COMES_LATE,
    CONTACT,
    COUNT,
    DAYS,
    DIRTY,
    FREE,
    HELD,
    HOLDING,
    LEAVES_LATE,
    MASKED,
    NOON,
    SINGLE,
    STAY,
    TOGETHER,
    TURNOVER,
    WOMEN,
    cell,
    day_row,
    person,
)

__all__ = ["crowded", "leave", "mark", "note_turnover", "short", "turnover_change"]


@compiled
def short(beds: int, people: int, dirty: int) -> int:
    """People who lie in beds that are being cleaned.

    Parameters
    ----------
    beds, people, dirty : int
        Of a room-day: open beds, who lies there, beds left within as many nights as they are cleaned.

    Returns
    -------
    int
    """
    cleaned = min(beds, dirty)
    return max(0, min(cleaned, cleaned + people - beds))


@compiled
def crowded(g: IntArray, h: IntArray, c: int) -> bool:
    """Whether a room-day has too few beds, those in cleaning not counted, in the night or at noon.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    c : int
        Row of the room-day.

    Returns
    -------
    bool
    """
    n, beds = h[c + COUNT], h[c + BEDS]
    if n > beds or (g[TURNOVER] > 0 and h[c + NOON] > beds):
        return True
    return g[CLEANING] > 0 and short(beds, n, h[c + DIRTY]) > 0


@compiled
def mark(g: IntArray, h: IntArray, r: int, d: int) -> None:
    """Note whether a room-day has a clean bed for one more woman or man.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    r, d : int
        Room and day.
    """
    c, bit = cell(g, r, d), 1 << d
    n = h[c + COUNT]
    for x in range(2):
        at = g[FREE] + 2 * r + x
        if n < h[c + BEDS] - h[c + DIRTY] and (h[c + SINGLE] == 0 or n == h[c + WOMEN + x]):
            g[at] |= bit
        else:
            g[at] &= ~bit


@compiled
def _within(d: int, first: int, last: int) -> int:
    """1 for days of ``[first, last)``."""
    return 1 if first <= d < last else 0


@compiled
def _room_change(g: IntArray, h: IntArray, p: int, r: int, a: int, a2: int) -> int:
    """Change of the cost of a room's beds when p's stay there begins on day a2 instead of a; -1: is not there."""
    row, made = person(g, p), 0
    stay, cleaned = h[row + STAY], h[row + CLEANED]
    early, late = h[row + COMES_LATE], h[row + LEAVES_LATE]
    after = stay + max(cleaned, late)
    first = a2 if a < 0 else a if a2 < 0 else min(a, a2)
    for d in range(first, min(g[DAYS], max(a, a2) + after)):
        here = noon = dirty = 0
        if a >= 0:
            here -= _within(d, a, a + stay)
            noon -= _within(d, a + early, a + stay + late)
            dirty -= _within(d, a + stay, a + stay + cleaned)
        if a2 >= 0:
            here += _within(d, a2, a2 + stay)
            noon += _within(d, a2 + early, a2 + stay + late)
            dirty += _within(d, a2 + stay, a2 + stay + cleaned)
        c = cell(g, r, d)
        beds = h[c + BEDS]
        if noon != 0:
            made += g[TURNOVER] * (max(0, h[c + NOON] + noon - beds) - max(0, h[c + NOON] - beds))
        if here != 0 or dirty != 0:
            n, x = h[c + COUNT], h[c + DIRTY]
            made += g[CLEANING] * (short(beds, n + here, x + dirty) - short(beds, n, x))
    return made


@compiled
def turnover_change(g: IntArray, h: IntArray, p: int, a: int, r: int, a2: int, r2: int) -> int:
    """Change of what noon, cleaning and contacts cost when p goes from (day, room) to another; day -1: nowhere.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    p : int
        A patient.
    a, r : int
        Day and room now.
    a2, r2 : int
        Day and room to go to.

    Returns
    -------
    int
        Packed: ticks, with hard points above them.
    """
    if a >= 0 and a2 >= 0 and r == r2:
        made = _room_change(g, h, p, r, a, a2)
    else:
        made = _room_change(g, h, p, r, a, -1) if a >= 0 else 0
        if a2 >= 0:
            made += _room_change(g, h, p, r2, -1, a2)
    row = person(g, p)
    group, stay = h[row + CONTACT] - 1, h[row + STAY]
    if group < 0:
        return made
    first = a2 if a < 0 else a if a2 < 0 else min(a, a2)
    for d in range(first, min(g[DAYS], max(a, a2) + stay)):
        was, now = a >= 0 and _within(d, a, a + stay) == 1, a2 >= 0 and _within(d, a2, a2 + stay) == 1
        if was and now and r == r2:
            continue
        rooms = h[day_row(g, d) + g[HOLDING] + group]
        after = rooms
        if was and h[cell(g, r, d) + g[HELD] + group] == 1:
            after -= 1
        if now and h[cell(g, r2, d) + g[HELD] + group] == 0:
            after += 1
        made += g[TOGETHER] * (max(0, after - 1) - max(0, rooms - 1))
    return made


@compiled
def note_turnover(g: IntArray, h: IntArray, p: int, a: int, r: int, sign: int) -> None:
    """Add a stay to (sign 1) or take it from (-1) what is counted at noon, in cleaning and of contacts.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    p, a, r : int
        Patient, day of admission, room.
    sign : int
        1 or -1.
    """
    row, days = person(g, p), g[DAYS]
    end, group = a + h[row + STAY], h[row + CONTACT] - 1
    for d in range(a + h[row + COMES_LATE], min(days, end + h[row + LEAVES_LATE])):
        h[cell(g, r, d) + NOON] += sign
    for d in range(end, min(days, end + h[row + CLEANED])):
        h[cell(g, r, d) + DIRTY] += sign
        if g[MASKED] == 1:
            mark(g, h, r, d)
    if group < 0:
        return
    for d in range(a, min(days, end)):
        at = cell(g, r, d) + g[HELD] + group
        before = h[at]
        h[at] = before + sign
        if before == 0 or before + sign == 0:
            h[day_row(g, d) + g[HOLDING] + group] += sign


def leave(g: IntArray, h: IntArray, room: int, nights: int) -> None:
    """Count a bed that is cleaned from the first day on: whoever lay there lies elsewhere.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    room, nights : int
        Where, and for how long.
    """
    for d in range(min(int(g[DAYS]), nights)):
        h[cell(g, room, d) + DIRTY] += 1
        if g[MASKED] == 1:
            mark(g, h, room, d)
