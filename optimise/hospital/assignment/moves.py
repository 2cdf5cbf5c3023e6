"""Moves of the annealing: each changes the state, notes what it did in the journal, and tells the change of cost.

Moves of nurses act within a shift (one patient, all of a room, exchanges of either, two nurses as a whole) or on
several shifts of one stay, each mended by the best exchange. Moves of rooms are Kempe chains of whole stays: whoever
has no bed left goes to the room that was left. After a move of rooms the people moved look for the best nurse.
"""

from __future__ import annotations

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled, inlined
from optimise.core.stream import below
from optimise.hospital.assignment.state import AssignmentState, AssignmentTables, carry, link, rehouse, weigh

__all__ = ["FAILED", "care_on", "chain", "exchange", "pair", "regroup", "settle", "turn", "undo"]

#: Change of cost of a move that cannot be made.
FAILED = 1e12
#: What an entry of the journal is.
_NURSE, _ROOM = 0, 1


@inlined
def _note(journal: IntArray, count: int, kind: int, p: int, x: int, old: int) -> None:
    """Entry ``count``: what patient ``p`` had in shift or on day ``x``."""
    journal[count, 0], journal[count, 1], journal[count, 2], journal[count, 3] = kind, p, x, old


@compiled
def undo(t: AssignmentTables, s: AssignmentState, count: int) -> None:
    """Take back ``count`` entries of the journal, the last first."""
    journal = s.journal
    for i in range(count - 1, -1, -1):
        p, x, old = journal[i, 1], journal[i, 2], journal[i, 3]
        if journal[i, 0] == _NURSE:
            k = s.task[p, x, 2]
            link(s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, p, x, old)
            carry(s.post, s.total, t.duty, x, k, old, s.task[p, x, 0])
        else:
            rehouse(t, s, p, x, old)


@compiled
def turn(t: AssignmentTables, s: AssignmentState, p: int, h: int, k: int, count: int) -> float:
    """Give ``p`` the nurse in slot ``k`` in shift ``h``, as entry ``count`` of the journal; change of all costs.

    Parameters
    ----------
    t, s : AssignmentTables, AssignmentState
        ``s`` is changed.
    p, h, k : int
        Patient, shift, new slot.
    count : int
        Entries of the journal so far.

    Returns
    -------
    float
        In units of cost.
    """
    old, work, journal = s.task[p, h, 2], s.task[p, h, 0], s.journal
    _note(journal, count, _NURSE, p, h, old)
    change = weigh(s.post, s.total, t.duty, t.prices, h, old, k, work) + link(
        s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, p, h, k
    )
    carry(s.post, s.total, t.duty, h, old, k, work)
    return float(change)


@compiled
def pair(t: AssignmentTables, s: AssignmentState, p: int, q: int, h: int, count: int) -> float:
    """Exchange the nurses of two patients in shift ``h``; two entries of the journal.

    Parameters
    ----------
    t, s : AssignmentTables, AssignmentState
        ``s`` is changed.
    p, q, h : int
        Patients and shift.
    count : int
        Entries of the journal so far.

    Returns
    -------
    float
        In units of cost.
    """
    k, j, journal = s.task[p, h, 2], s.task[q, h, 2], s.journal
    _note(journal, count, _NURSE, p, h, k)
    count += 1
    _note(journal, count, _NURSE, q, h, j)
    work = s.task[p, h, 0] - s.task[q, h, 0]
    change = weigh(s.post, s.total, t.duty, t.prices, h, k, j, work)
    change += link(s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, p, h, j) + link(
        s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, q, h, k
    )
    carry(s.post, s.total, t.duty, h, k, j, work)
    return float(change)


@compiled
def regroup(t: AssignmentTables, s: AssignmentState, r: int, h: int, k: int, j: int, count: int) -> tuple[float, int]:
    """All patients of slot ``k`` in room ``r`` go to slot ``j`` in shift ``h``.

    Parameters
    ----------
    t, s : AssignmentTables, AssignmentState
        ``s`` is changed.
    r, h, k, j : int
        Room, shift, slot that gives, slot that takes.
    count : int
        Entries of the journal so far.

    Returns
    -------
    change, count : float, int
        Of the costs but those of work, which the caller weighs; and entries of the journal.
    """
    change, cells, journal, d = 0.0, s.cells, s.journal, h // 3
    for i in range(1, cells[r, d, 0] + 1):
        p = cells[r, d, i]
        if s.task[p, h, 2] == k:
            _note(journal, count, _NURSE, p, h, k)
            change += link(s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, p, h, j)
            count += 1
    return change, count


@compiled
def _load(s: AssignmentState, r: int, h: int, k: int) -> int:
    """Work of slot ``k`` in room ``r`` and shift ``h``."""
    work, d = 0, h // 3
    for i in range(1, s.cells[r, d, 0] + 1):
        p = s.cells[r, d, i]
        if s.task[p, h, 2] == k:
            work += s.task[p, h, 0]
    return work


@compiled
def exchange(t: AssignmentTables, s: AssignmentState, h: int, k: int, r: int, j: int, q: int) -> tuple[float, int]:
    """Slot ``k`` gives room ``r`` to slot ``j`` and gets room ``q`` (nothing where it is -1) in shift ``h``.

    Parameters
    ----------
    t, s : AssignmentTables, AssignmentState
        ``s`` is changed.
    h, k, r : int
        Shift, slot and the room that it gives.
    j, q : int
        The other slot and the room that it gives, -1 for none.

    Returns
    -------
    change, count : float, int
        Of all costs; entries of the journal.
    """
    if q == r:  # both care for it: what each has there changes hands
        q = -1
    work = _load(s, r, h, k)
    if q >= 0:
        work -= _load(s, q, h, j)
    change = weigh(s.post, s.total, t.duty, t.prices, h, k, j, work)
    more, count = regroup(t, s, r, h, k, j, 0)
    change += more
    if q >= 0:
        more, count = regroup(t, s, q, h, j, k, count)
        change += more
    carry(s.post, s.total, t.duty, h, k, j, work)
    return float(change), count


@compiled
def settle(t: AssignmentTables, s: AssignmentState, p: int, h: int, count: int) -> tuple[float, int]:
    """The best nurse for ``p`` in shift ``h`` among those of the room, those known and one other.

    Returns
    -------
    change, count : float, int
        Of all costs; entries of the journal.
    """
    own, nurses, r, work = s.task[p, h, 2], t.duty[h, 0, 0], s.task[p, h, 3], s.task[p, h, 0]
    rooms, best, least = t.near.shape[0], own, 0.0
    alone = s.cells[r, h // 3, 0] == 1
    for k in range(nurses):
        if k == own:
            continue
        if not alone and s.stops[h, k, 1 + rooms + r] == 0 and s.seen[p, t.duty[h, k + 1, 0]] == 0:
            continue
        change = link(s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, p, h, k)
        link(s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, p, h, own)
        if change < least + 6.0:
            change += weigh(s.post, s.total, t.duty, t.prices, h, own, k, work)
            if change < least:
                best, least = k, change
    if best == own:
        return 0.0, count
    return turn(t, s, p, h, best, count), count + 1


@compiled
def _give_back(
    t: AssignmentTables, s: AssignmentState, p: int, h: int, k: int, j: int, count: int
) -> tuple[float, int]:
    """After ``p`` went from slot ``k`` to ``j``: the best single patient that ``j`` gives to ``k``, or nobody."""
    best, least, stops = -1, -1e-9, s.stops
    for i in range(1, stops[h, j, 0] + 1):
        r = stops[h, j, i]
        for n in range(1, s.cells[r, h // 3, 0] + 1):
            q = s.cells[r, h // 3, n]
            if q == p or s.task[q, h, 2] != j:
                continue
            change = weigh(s.post, s.total, t.duty, t.prices, h, j, k, s.task[q, h, 0])
            if change < least + 4.0:
                change += link(s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, q, h, k)
                link(s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, q, h, j)
                if change < least:
                    best, least = q, change
    if best < 0:
        return 0.0, count
    return turn(t, s, best, h, k, count), count + 1


@compiled
def care_on(t: AssignmentTables, s: AssignmentState, p: int, h: int, n: int, group: bool) -> tuple[float, int]:
    """Nurse ``n`` cares for ``p`` in shift ``h`` and others of the stay, and gives somebody away for it.

    Parameters
    ----------
    t, s : AssignmentTables, AssignmentState
        ``s`` is changed.
    p, h, n : int
        Patient, a shift of the stay, nurse.
    group : bool
        Whether all go whom the patient's nurse has in the room.

    Returns
    -------
    change, count : float, int
        Of all costs; entries of the journal.
    """
    first, end = 3 * t.people[p, 0], 3 * t.people[p, 1] + 3
    span = below(s.stream, 4)
    low, high = (first, end) if span < 2 else (h, end) if span == 2 else (first, h + 1)
    change, count = 0.0, 0
    for x in range(low, high):
        j, k = t.slots[n, x], s.task[p, x, 2]
        if j < 0 or j == k:
            continue
        if count + 12 > s.journal.shape[0]:
            return FAILED, count
        if group:
            r = s.task[p, x, 3]
            work = _load(s, r, x, k)
            change += weigh(s.post, s.total, t.duty, t.prices, x, k, j, work)
            more, count = regroup(t, s, r, x, k, j, count)
            change += more
            carry(s.post, s.total, t.duty, x, k, j, work)
        else:
            change += turn(t, s, p, x, j, count)
            count += 1
        more, count = _give_back(t, s, p, x, k, j, count)
        change += more
    return change, count


@compiled
def _shift(
    t: AssignmentTables, s: AssignmentState, p: int, low: int, high: int, r: int, count: int
) -> tuple[float, float]:
    """Patient ``p`` lies in room ``r`` on days ``low`` to ``high``; an entry a day. Parts as of ``rehouse``."""
    rooms, nurses, journal = 0.0, 0.0, s.journal
    for d in range(low, high + 1):
        _note(journal, count, _ROOM, p, d, s.task[p, 3 * d, 3])
        more, extra = rehouse(t, s, p, d, r)
        rooms += more
        nurses += extra
        count += 1
    return rooms, nurses


@compiled
def _whole(t: AssignmentTables, s: AssignmentState, p: int, d: int) -> tuple[int, int]:
    """First and last day on which ``p`` lies in the room of day ``d`` without a move between."""
    room, low, high = s.task[p, 3 * d, 3], d, d
    while low > t.people[p, 0] and s.task[p, 3 * low - 3, 3] == room:
        low -= 1
    while high < t.people[p, 1] and s.task[p, 3 * high + 3, 3] == room:
        high += 1
    return low, high


@compiled
def chain(
    t: AssignmentTables, s: AssignmentState, p: int, d: int, r: int, part: int, allowed: float
) -> tuple[float, int]:
    """Kempe chain: ``p`` goes to room ``r``, those without a bed go where somebody left, until all have one.

    Parameters
    ----------
    t, s : AssignmentTables, AssignmentState
        ``s`` is changed.
    p, d, r : int
        Patient, a day of the stay, new room.
    part : int
        0 the whole time in the room, 1 until day ``d``, 2 from day ``d``.
    allowed : float
        Most that the move may cost.

    Returns
    -------
    change, count : float, int
        Of all costs; entries of the journal.
    """
    old, stream, cells = s.task[p, 3 * d, 3], s.stream, s.cells
    low, high = _whole(t, s, p, d)
    low, high = (low, d) if part == 1 else (d, high) if part == 2 else (low, high)
    most = s.journal.shape[0]
    if 4 * (high - low + 1) > most:
        return FAILED, 0
    change, nurses = _shift(t, s, p, low, high, r, 0)
    count = high - low + 1
    moved, checked = 1, 0
    while checked < count:  # every entry put somebody into a room
        q, day = s.journal[checked, 1], s.journal[checked, 2]
        room = s.task[q, 3 * day, 3]
        checked += 1
        if cells[room, day, 0] <= t.rooms[room, 0]:
            continue
        if moved >= t.chain:
            return FAILED, count
        other = cells[room, day, 1 + below(stream, cells[room, day, 0])]
        for _ in range(3):
            if other == q:
                other = cells[room, day, 1 + below(stream, cells[room, day, 0])]
        for i in range(count):
            if s.journal[i, 1] == other:
                return FAILED, count
        low, high = _whole(t, s, other, day)
        if count + 4 * (high - low + 1) > most:
            return FAILED, count
        target = old if room == r else r
        more, extra = _shift(t, s, other, low, high, target, count)
        change += more
        nurses += extra
        count += high - low + 1
        moved += 1
        checked -= 1  # the room may still be too full
    hope = t.hope * count
    for i in range(count):
        if cells[s.journal[i, 3], s.journal[i, 2], 0] == 0:
            hope += 3.0 * t.enter[3 * s.journal[i, 2], s.journal[i, 3]]
    if change > allowed + hope:
        return FAILED, count
    change += nurses
    days = count
    for i in range(days):
        q, day = s.journal[i, 1], s.journal[i, 2]
        for h in range(3 * day, 3 * day + 3):
            if count >= most:
                return FAILED, count
            more, count = settle(t, s, q, h, count)
            change += more
    return change, count
