"""Kernel of simulated annealing on plans of rooms and nurses.

The allowed loss is drawn first (the Metropolis rule turned round), so that a move may be given up once it is lost.
"""

from __future__ import annotations

import math

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.core.stream import below, uniform
from optimise.hospital.assignment.moves import FAILED, care_on, chain, exchange, pair, settle, turn, undo
from optimise.hospital.assignment.state import (
    AssignmentState,
    AssignmentTables,
    carry,
    link,
    weigh,
)

__all__ = ["anneal", "fill"]

#: A plan is better than the best where it costs less by this much: sums of fractions differ in their last digits.
_LESS = 1e-7


@compiled
def _one(t: AssignmentTables, s: AssignmentState, p: int, h: int) -> tuple[float, int]:
    """Another nurse for one patient and shift."""
    nurses, own = t.duty[h, 0, 0], s.task[p, h, 2]
    if nurses < 2:
        return FAILED, 0
    k = below(s.stream, nurses - 1)
    return turn(t, s, p, h, k + (k >= own), 0), 1


@compiled
def _two(t: AssignmentTables, s: AssignmentState, p: int, h: int) -> tuple[float, int]:
    """Two patients of a shift exchange nurses."""
    d = h // 3
    q = t.here[d, 1 + below(s.stream, t.here[d, 0])]
    if s.task[q, h, 2] == s.task[p, h, 2]:
        return FAILED, 0
    return pair(t, s, p, q, h, 0), 2


@compiled
def _room(t: AssignmentTables, s: AssignmentState, p: int, h: int, both: bool) -> tuple[float, int]:
    """A nurse gives a room to another one, who gives one back where ``both`` is set."""
    nurses, own, r = t.duty[h, 0, 0], s.task[p, h, 2], s.task[p, h, 3]
    if nurses < 2:
        return FAILED, 0
    k = below(s.stream, nurses - 1)
    k += k >= own
    q = -1
    if both:
        if s.stops[h, k, 0] == 0:
            return FAILED, 0
        q = s.stops[h, k, 1 + below(s.stream, s.stops[h, k, 0])]
    change, count = exchange(t, s, h, own, r, k, q)
    return change, count


@compiled
def _all(t: AssignmentTables, s: AssignmentState, h: int) -> tuple[float, int]:
    """Two nurses exchange all that they have in a shift."""
    nurses = t.duty[h, 0, 0]
    if nurses < 2:
        return FAILED, 0
    k = below(s.stream, nurses)
    j = below(s.stream, nurses - 1)
    j += j >= k
    d, count, work, change, journal = h // 3, 0, 0, 0.0, s.journal
    if t.here[d, 0] > journal.shape[0]:
        return FAILED, 0
    for i in range(1, t.here[d, 0] + 1):
        p = t.here[d, i]
        own = s.task[p, h, 2]
        if own in (k, j):
            work += s.task[p, h, 0] if own == k else -s.task[p, h, 0]
            journal[count, 0], journal[count, 1], journal[count, 2], journal[count, 3] = 0, p, h, own
            count += 1
    change = weigh(s.post, s.total, t.duty, t.prices, h, k, j, work)
    for i in range(count):
        change += link(
            s.task, s.seen, s.stops, t.duty, t.enter, t.near, t.prices, journal[i, 1], h, j if journal[i, 3] == k else k
        )
    carry(s.post, s.total, t.duty, h, k, j, work)
    return change, count


@compiled
def _stay(t: AssignmentTables, s: AssignmentState, p: int, h: int) -> tuple[float, int]:
    """A nurse of a shift of the stay cares for the patient in several of them."""
    nurses = t.duty[h, 0, 0]
    n = t.duty[h, 1 + below(s.stream, nurses), 0]
    change, count = care_on(t, s, p, h, n, below(s.stream, 3) == 0)
    return change, count


@compiled
def _beds(t: AssignmentTables, s: AssignmentState, p: int, h: int, allowed: float) -> tuple[float, int]:
    """Another room, for the time in this one or a part of it."""
    rooms, d = t.rooms.shape[0], h // 3
    if rooms < 2:
        return FAILED, 0
    own, r = s.task[p, h, 3], below(s.stream, rooms - 1)
    r += r >= own
    if t.rooms[r, 0] == 0:
        return FAILED, 0
    part = below(s.stream, 8)
    change, count = chain(t, s, p, d, r, part if part < 3 else 0, allowed)
    return change, count


@compiled
def anneal(t: AssignmentTables, s: AssignmentState, heat: float, steps: int, share: IntArray) -> int:
    """Metropolis steps at temperature ``heat``, in place.

    Parameters
    ----------
    t, s : AssignmentTables, AssignmentState
        ``s`` is changed.
    heat : float
        In units of cost.
    steps : int
        Moves that are tried.
    share : int array (7,)
        Of each move in 1000, added up.

    Returns
    -------
    int
        Accepted moves.
    """
    accepted, people, stream = 0, t.people.shape[0], s.stream
    for _ in range(steps):
        p = below(stream, people)
        h = 3 * t.people[p, 0] + below(stream, 3 * t.people[p, 4])
        draw = below(stream, 1000)
        allowed = -heat * math.log(uniform(stream))
        if draw < share[0]:
            change, count = _one(t, s, p, h)
        elif draw < share[1]:
            change, count = _two(t, s, p, h)
        elif draw < share[2]:
            change, count = _room(t, s, p, h, False)
        elif draw < share[3]:
            change, count = _room(t, s, p, h, True)
        elif draw < share[4]:
            change, count = _all(t, s, h)
        elif draw < share[5]:
            change, count = _stay(t, s, p, h)
        else:
            change, count = _beds(t, s, p, h, allowed)
        if change > allowed:
            undo(t, s, count)
            continue
        accepted += 1
        s.sums[0] += change
        if s.sums[0] < s.sums[1] - _LESS:
            s.sums[1] = s.sums[0]
            for q in range(people):
                for x in range(3 * t.people[q, 0], 3 * t.people[q, 1] + 3):
                    s.best[0, q, x], s.best[1, q, x] = s.task[q, x, 3], s.task[q, x, 2]
    return accepted


@compiled
def fill(t: AssignmentTables, s: AssignmentState, room: IntArray, slot: IntArray) -> None:
    """Set an empty state to a plan; rooms by day and slots by shift, -1 for the best nurse by what is there already."""
    for p in range(t.people.shape[0]):
        for d in range(t.people[p, 0], t.people[p, 1] + 1):
            r = room[p, 3 * d]
            s.cells[r, d, 0] += 1
            s.cells[r, d, s.cells[r, d, 0]] = p
            for h in range(3 * d, 3 * d + 3):
                k = max(slot[p, h], 0)
                n, rooms = t.duty[h, k + 1, 0], t.near.shape[0]
                s.task[p, h, 2], s.task[p, h, 3] = k, r
                s.post[h, k, 0] += s.task[p, h, 0]
                s.seen[p, n] += 1
                s.stops[h, k, 1 + rooms + r] += 1
                if s.stops[h, k, 1 + rooms + r] == 1:
                    s.stops[h, k, 0] += 1
                    s.stops[h, k, s.stops[h, k, 0]] = r
    for h in range(s.post.shape[0]):
        for k in range(t.duty[h, 0, 0]):
            s.post[h, k, 2] = s.post[h, k, 0] / s.post[h, k, 1]
            s.total[t.duty[h, k + 1, 0]] += s.post[h, k, 2]
    for p in range(t.people.shape[0]):
        for h in range(3 * t.people[p, 0], 3 * t.people[p, 1] + 3):
            if slot[p, h] < 0:
                settle(t, s, p, h, 0)
