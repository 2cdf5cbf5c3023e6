"""State of a plan in kernels: tables, what follows from a plan, and how it changes with one patient."""

from __future__ import annotations

from typing import NamedTuple

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled

__all__ = [
    "BARRED",
    "FULL",
    "AdmissionState",
    "AdmissionTables",
    "cell_cost",
    "enter",
    "own_cost",
    "put",
    "rehouse",
    "session_cost",
]

#: Cost of a night in a room that cannot serve the patient.
BARRED = 10**9
#: Units of a person and night too many.
FULL = 30
#: Units of a minute of surgery too many.
MINUTE = 10


class AdmissionTables(NamedTuple):
    """What does not change during a run; int64."""

    people: IntArray  # (patients, 10) stay, gender, longer, specialty, minutes, offset, urgent, home, delay, release
    night: IntArray  # (patients, rooms) cost of a night
    choice: IntArray  # (patients, rooms) rooms that can serve, cheapest first
    choices: IntArray  # (patients, 2) how many of them, and how many are likely
    day: IntArray  # days on which patients may be admitted, patient after patient
    day_start: IntArray  # (patients + 1,)
    peer: IntArray  # patients with elective surgery by specialty, specialty after specialty
    peer_start: IntArray  # (specialties + 1,)
    movable: IntArray  # patients who have a choice of day or room
    pair: IntArray  # (patients, most, 2) days and rooms that are cheap at the prices of a bound, cheapest first
    pairs: IntArray  # (patients,) how many of them
    prices: IntArray  # mixing, transfer, overtime, 1 where mixing counts the rarer sex


class AdmissionState(NamedTuple):
    """A plan in which everybody lies somewhere, with what follows from it; int64."""

    day: IntArray  # (patients,)
    room: IntArray  # (patients,)
    cells: IntArray  # (rooms, days, 7) women, men, leaving, beds, single sex, price of an empty bed, price of a risk
    sessions: IntArray  # (specialties, days, 4) minutes used, open, limit, price of an idle minute
    theatres: IntArray  # (1, days, 4) the same of all surgery; idle minutes cost nothing
    best: IntArray  # (2, patients) days and rooms of the best plan with nothing too much
    sums: IntArray  # cost, units too much, cost of the best plan
    members: IntArray  # (rooms, patients) who lies there, in no order
    held: IntArray  # (rooms,) how many of them
    place: IntArray  # (patients,) position among the members of the own room
    stream: IntArray  # (1,) uint64, state of the random stream


@compiled
def cell_cost(cells: IntArray, prices: IntArray, r: int, d: int) -> tuple[int, int]:
    """Cost of a room and night, and people too many."""
    women, men, beds = cells[r, d, 0], cells[r, d, 1], cells[r, d, 3]
    free = beds - women - men
    cost = cells[r, d, 5] * free if free > 0 else 0
    if cells[r, d, 4] and women and men:
        cost += prices[0] * (min(women, men) if prices[3] else 1)
    risk = cells[r, d, 2] - free
    if risk > 0:
        cost += cells[r, d, 6] * risk
    return cost, (-free if free < 0 else 0)


@compiled
def session_cost(sessions: IntArray, overtime: int, s: int, d: int) -> tuple[int, int]:
    """Cost of a specialty's sessions on a day, and minutes too many."""
    used, minutes = sessions[s, d, 0], sessions[s, d, 1]
    if used <= minutes:
        return sessions[s, d, 3] * (minutes - used), 0
    return overtime * (used - minutes), MINUTE * max(0, used - sessions[s, d, 2])


@compiled
def enter(
    people: IntArray,
    prices: IntArray,
    cells: IntArray,
    sessions: IntArray,
    theatres: IntArray,
    p: int,
    a: int,
    r: int,
    sign: int,
) -> tuple[int, int]:
    """Put ``p`` into room ``r`` from day ``a`` (``sign`` 1) or take him out (-1).

    Parameters
    ----------
    people, prices : int arrays
        Of the tables.
    cells, sessions, theatres : int arrays
        Of the state; changed.
    p, a, r : int
        Patient, admission day, room.
    sign : int
        1 to put in, -1 to take out.

    Returns
    -------
    pair of int
        Change of cost, that of the nights themselves apart, and of what is too much.
    """
    cost, much, end, g = 0, 0, a + people[p, 0], people[p, 1]
    for d in range(a, end):
        before, more = cell_cost(cells, prices, r, d)
        cells[r, d, g] += sign
        after, now = cell_cost(cells, prices, r, d)
        cost += after - before
        much += now - more
    much *= FULL
    if people[p, 2] and end < cells.shape[1]:
        before, _ = cell_cost(cells, prices, r, end)
        cells[r, end, 2] += sign
        after, _ = cell_cost(cells, prices, r, end)
        cost += after - before
    minutes = people[p, 4] * sign
    d = a + people[p, 5]
    if minutes and d < cells.shape[1]:
        before, more = session_cost(theatres, prices[2], 0, d)
        theatres[0, d, 0] += minutes
        after, now = session_cost(theatres, prices[2], 0, d)
        cost += after - before
        much += now - more
        if not people[p, 6]:
            s = people[p, 3]
            before, more = session_cost(sessions, prices[2], s, d)
            sessions[s, d, 0] += minutes
            after, now = session_cost(sessions, prices[2], s, d)
            cost += after - before
            much += now - more
    return cost, much


@compiled
def put(
    people: IntArray, cells: IntArray, sessions: IntArray, theatres: IntArray, p: int, a: int, r: int, sign: int
) -> None:
    """:func:`enter` without its costs.

    Parameters
    ----------
    people : int array
        Of the tables.
    cells, sessions, theatres : int arrays
        Of the state; changed.
    p, a, r : int
        Patient, admission day, room.
    sign : int
        1 to put in, -1 to take out.
    """
    end, g = a + people[p, 0], people[p, 1]
    for d in range(a, end):
        cells[r, d, g] += sign
    if people[p, 2] and end < cells.shape[1]:
        cells[r, end, 2] += sign
    d = a + people[p, 5]
    if people[p, 4] and d < cells.shape[1]:
        theatres[0, d, 0] += sign * people[p, 4]
        if not people[p, 6]:
            sessions[people[p, 3], d, 0] += sign * people[p, 4]


@compiled
def own_cost(people: IntArray, night: IntArray, prices: IntArray, p: int, a: int, r: int) -> int:
    """Cost of day and room of ``p`` by themselves.

    Parameters
    ----------
    people, night, prices : int arrays
        Of the tables.
    p, a, r : int
        Patient, admission day, room.

    Returns
    -------
    int
        Nights, delay and the transfer of an in-patient.
    """
    cost: int = people[p, 0] * night[p, r] + people[p, 8] * (a - people[p, 9])
    if people[p, 7] >= 0 and people[p, 7] != r:
        cost += prices[1]
    return cost


@compiled
def rehouse(room: IntArray, members: IntArray, held: IntArray, place: IntArray, p: int, r: int) -> None:
    """Enter ``p`` among the members of room ``r`` and strike him out of the old room's.

    Parameters
    ----------
    room, members, held, place : int arrays
        Of the state; changed.
    p, r : int
        Patient and new room.
    """
    old = room[p]
    held[old] -= 1
    other = members[old, held[old]]
    members[old, place[p]] = other
    place[other] = place[p]
    members[r, held[r]] = p
    place[p] = held[r]
    held[r] += 1
    room[p] = r
