"""State of a plan in kernels: tables, what follows from a plan, and how it changes with one patient.

A nurse is known by the slot that she has in a shift: position among those on duty. Only beds are a hard rule here, and
they are kept by the moves.
"""

from __future__ import annotations

from typing import NamedTuple

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled, inlined

__all__ = [
    "AGE",
    "CONTINUITY",
    "EQUIPMENT",
    "FAIR_HORIZON",
    "FAIR_SHIFT",
    "GENDER",
    "OVERLOAD",
    "SKILL",
    "TRANSFER",
    "AssignmentState",
    "AssignmentTables",
    "carry",
    "gap",
    "link",
    "rehouse",
    "step_in",
    "step_out",
    "weigh",
]

#: Positions in the table of prices.
TRANSFER, AGE, GENDER, EQUIPMENT, CONTINUITY, SKILL, OVERLOAD, FAIR_HORIZON, FAIR_SHIFT = range(9)


class AssignmentTables(NamedTuple):
    """What does not change during a run."""

    people: IntArray  # (patients, 5) first day, last day, gender, age group, days
    needs: IntArray  # (patients, days) equipment needed, one bit each
    rooms: IntArray  # (rooms, 2) beds, equipment, one bit each
    here: IntArray  # (days, 1 + most) how many patients are there, and who
    duty: IntArray  # (shifts, 1 + most, 2) [s, 0, 0] nurses on duty; then nurse and level of each slot
    slots: IntArray  # (nurses, shifts) slot of a nurse, -1 off duty
    enter: IntArray  # (shifts, rooms + 1) cost of a nurse in a room: the nurse, and the way; last the weight of circles
    near: IntArray  # (rooms, rooms) metres between two rooms, priced
    prices: IntArray  # (9,)
    chain: int  # people that a chain may move
    hope: float  # what new nurses may save a patient and day


class AssignmentState(NamedTuple):
    """A plan in which everybody has a bed and a nurse, with what follows from it."""

    task: IntArray  # (patients, shifts, 4) work, level asked for (0 at night), slot, room; int64
    cells: IntArray  # (rooms, days, 1 + beds and some) how many patients, and who; int64
    post: IntArray  # (shifts, slots, 3) work, limit, share; float64
    stops: IntArray  # (shifts, slots, 1 + 2 rooms) rooms visited, which, and patients by room; int64
    seen: IntArray  # (patients, nurses) shifts together; int64
    total: IntArray  # (nurses,) shares added up; float64
    best: IntArray  # (2, patients, shifts) rooms and slots of the best plan; int64
    sums: IntArray  # (2,) cost now and of the best plan; float64
    journal: IntArray  # (most, 4) changes of the move that is tried; int64
    stream: IntArray  # (1,) uint64, state of the random stream


@compiled
def cell_cost(people: IntArray, cells: IntArray, prices: IntArray, r: int, d: int) -> float:
    """Cost of ages and sexes in a room on a day."""
    count = cells[r, d, 0]
    if count < 2:
        return 0.0
    first = cells[r, d, 1]
    low = high = people[first, 3]
    mixed = False
    for i in range(2, count + 1):
        q = cells[r, d, i]
        age = people[q, 3]
        low, high = min(low, age), max(high, age)
        mixed = mixed or people[q, 2] != people[first, 2]
    cost: float = prices[AGE] * (high - low)
    return cost + prices[GENDER] if mixed else cost


@compiled
def step_in(stops: IntArray, enter: IntArray, near: IntArray, s: int, k: int, r: int) -> float:
    """The nurse in slot ``k`` gets a patient more in room ``r``; change of cost.

    Parameters
    ----------
    stops, enter, near : arrays
        Of state and tables; ``stops`` is changed.
    s, k, r : int
        Shift, slot, room.

    Returns
    -------
    float
        In units of cost.
    """
    rooms = near.shape[0]
    stops[s, k, 1 + rooms + r] += 1
    if stops[s, k, 1 + rooms + r] > 1:
        return 0.0
    count, walk = stops[s, k, 0], 0.0
    for i in range(1, count + 1):
        walk += near[stops[s, k, i], r]
    stops[s, k, 0] = count + 1
    stops[s, k, count + 1] = r
    return float(enter[s, r] + enter[s, rooms] * walk)


@compiled
def step_out(stops: IntArray, enter: IntArray, near: IntArray, s: int, k: int, r: int) -> float:
    """The nurse in slot ``k`` loses a patient in room ``r``; change of cost.

    Parameters
    ----------
    stops, enter, near : arrays
        Of state and tables; ``stops`` is changed.
    s, k, r : int
        Shift, slot, room.

    Returns
    -------
    float
        In units of cost.
    """
    rooms = near.shape[0]
    stops[s, k, 1 + rooms + r] -= 1
    if stops[s, k, 1 + rooms + r] > 0:
        return 0.0
    count, walk = stops[s, k, 0], 0.0
    for i in range(1, count + 1):
        other = stops[s, k, i]
        if other == r:  # the last one takes the place, and is met once more below
            stops[s, k, i] = stops[s, k, count]
            stops[s, k, 0] = count - 1
            continue
        walk += near[other, r]
    return -float(enter[s, r] + enter[s, rooms] * walk)


@compiled
def link(
    task: IntArray,
    seen: IntArray,
    stops: IntArray,
    duty: IntArray,
    enter: IntArray,
    near: IntArray,
    prices: IntArray,
    p: int,
    h: int,
    k: int,
) -> float:
    """Give patient ``p`` the nurse in slot ``k`` in shift ``h``; change of all costs but those of work.

    Parameters
    ----------
    task, seen, stops, duty, enter, near, prices : arrays
        Of state and tables; the first three are changed.
    p, h, k : int
        Patient, shift, new slot.

    Returns
    -------
    float
        In units of cost.
    """
    old, r, level = task[p, h, 2], task[p, h, 3], task[p, h, 1]
    before, after = duty[h, old + 1, 0], duty[h, k + 1, 0]
    task[p, h, 2] = k
    change = step_out(stops, enter, near, h, old, r) + step_in(stops, enter, near, h, k, r)
    seen[p, before] -= 1
    if seen[p, before] == 0:
        change -= prices[CONTINUITY]
    if seen[p, after] == 0:
        change += prices[CONTINUITY]
    seen[p, after] += 1
    if duty[h, old + 1, 1] < level:
        change -= prices[SKILL]
    if duty[h, k + 1, 1] < level:
        change += prices[SKILL]
    return float(change)


@inlined
def gap(x: float, a: float, b: float) -> float:
    """How much farther from ``x`` the value ``b`` is than ``a``."""
    return float(abs(b - x) - abs(a - x))


@compiled
def weigh(
    post: IntArray, total: IntArray, duty: IntArray, prices: IntArray, h: int, k: int, j: int, work: int
) -> float:
    """Change of the costs of work where ``work`` goes from slot ``k`` to slot ``j`` in shift ``h``.

    Parameters
    ----------
    post, total, duty, prices : arrays
        Of state and tables.
    h, k, j : int
        Shift, slot that gives, slot that takes.
    work : int
        Amount; may be below 0.

    Returns
    -------
    float
        In units of cost.
    """
    a, b = post[h, k, 2], post[h, j, 2]
    left, more = post[h, k, 0] - work, post[h, j, 0] + work
    new_a, new_b = left / post[h, k, 1], more / post[h, j, 1]
    over = max(0.0, left - post[h, k, 1]) - max(0.0, post[h, k, 0] - post[h, k, 1])
    over += max(0.0, more - post[h, j, 1]) - max(0.0, post[h, j, 0] - post[h, j, 1])
    uneven = abs(new_a - new_b) - abs(a - b)
    for i in range(duty[h, 0, 0]):
        if i != k and i != j:
            x = post[h, i, 2]
            uneven += gap(x, a, new_a) + gap(x, b, new_b)
    n, m = duty[h, k + 1, 0], duty[h, j + 1, 0]
    long_a, long_b = total[n], total[m]
    next_a, next_b = long_a + new_a - a, long_b + new_b - b
    apart = abs(next_a - next_b) - abs(long_a - long_b)
    # n and m among the others add what is taken off again
    for i in range(total.shape[0]):
        x = total[i]
        apart += gap(x, long_a, next_a) + gap(x, long_b, next_b)
    apart -= gap(long_a, long_a, next_a) + gap(long_a, long_b, next_b)
    apart -= gap(long_b, long_a, next_a) + gap(long_b, long_b, next_b)
    return float(prices[OVERLOAD] * over + prices[FAIR_SHIFT] * uneven + prices[FAIR_HORIZON] * apart)


@compiled
def carry(post: IntArray, total: IntArray, duty: IntArray, h: int, k: int, j: int, work: int) -> None:
    """Move ``work`` from slot ``k`` to slot ``j`` in shift ``h``.

    Parameters
    ----------
    post, total, duty : arrays
        Of state and tables; changed but for ``duty``.
    h, k, j : int
        Shift, slot that gives, slot that takes.
    work : int
        Amount.
    """
    for side in range(2):
        slot = j if side else k
        n = duty[h, slot + 1, 0]
        post[h, slot, 0] += work if side else -work
        share = post[h, slot, 0] / post[h, slot, 1]
        total[n] += share - post[h, slot, 2]
        post[h, slot, 2] = share


@compiled
def rehouse(t: AssignmentTables, s: AssignmentState, p: int, d: int, r: int) -> tuple[float, float]:
    """Put patient ``p`` into room ``r`` on day ``d``, with the nurses as they are.

    Beds are not looked at; a room has a few places more than beds for the time of a move.

    Returns
    -------
    rooms, nurses : float
        Change of the costs of rooms, and of nurses in rooms and their ways.
    """
    people, cells, task, prices = t.people, s.cells, s.task, t.prices
    old = task[p, 3 * d, 3]
    change = -cell_cost(people, cells, prices, old, d) - cell_cost(people, cells, prices, r, d)
    count = cells[old, d, 0]
    for i in range(1, count + 1):
        if cells[old, d, i] == p:
            cells[old, d, i] = cells[old, d, count]
            break
    cells[old, d, 0] = count - 1
    cells[r, d, 0] += 1
    cells[r, d, cells[r, d, 0]] = p
    change += cell_cost(people, cells, prices, old, d) + cell_cost(people, cells, prices, r, d)
    need = t.needs[p, d]
    if need & ~t.rooms[old, 1]:
        change -= prices[EQUIPMENT]
    if need & ~t.rooms[r, 1]:
        change += prices[EQUIPMENT]
    if d > people[p, 0]:
        before = task[p, 3 * d - 3, 3]
        change += prices[TRANSFER] * (int(before != r) - int(before != old))
    if d < people[p, 1]:
        after = task[p, 3 * d + 3, 3]
        change += prices[TRANSFER] * (int(after != r) - int(after != old))
    stops, enter, near, nurses = s.stops, t.enter, t.near, 0.0
    for h in range(3 * d, 3 * d + 3):
        k = task[p, h, 2]
        nurses += step_out(stops, enter, near, h, k, old) + step_in(stops, enter, near, h, k, r)
        task[p, h, 3] = r
    return float(change), nurses
