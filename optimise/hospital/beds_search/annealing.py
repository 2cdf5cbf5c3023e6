"""Kernel of simulated annealing on bed plans with fixed stays, one room a stay.

The cost of a plan is a table (patient, room). Beds, gender and isolation are relaxed: each person too many in a room
and night costs ``price`` on top, so that the search can pass through overfull rooms; only plans without such people are
remembered. The caller lowers the temperature and leads the price (:mod:`optimise.hospital.beds_search.schedule`).
Moves:

* change: a patient goes to another room;
* exchange: two patients who are in hospital on a common night change rooms;
* trade: everybody in a room on some night of a patient's stay changes rooms with everybody in another one on those
  nights. It carries a whole single-sex group past a barrier that single patients pay for one by one.

The allowed loss is drawn first (the Metropolis rule turned round), so that most proposals are turned down by a look at
two costs. Moves after Ceschia and Schaerf, "Local search and lower bounds for
the patient admission scheduling problem", Computers & Operations Research 38 (2011).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.copying import copy_line
from optimise.core.jit import compiled
from optimise.core.stream import below, next_word, uniform

__all__ = ["BedState", "BedTables", "anneal", "fill"]

#: Most people in one trade.
_CROWD = 24
#: Bits of a draw that are all zero for a trade: one proposal in 64.
_TRADES = 0x3F0


class BedTables(NamedTuple):
    """What does not change during a run; int64 unless said otherwise."""

    cost: IntArray  # (patients, rooms) ticks of the whole stay
    likely: IntArray  # (patients, some) each patient's cheapest rooms
    first: IntArray  # (patients,)
    last: IntArray  # (patients,) night after the last
    gender: IntArray  # (patients,)
    group: IntArray  # (patients,) isolation group
    beds: IntArray  # (rooms, days)
    single_sex: IntArray  # (rooms,)
    movable: IntArray  # patients who may be moved
    fixed: IntArray  # (patients,) 1 for all others
    near: IntArray  # movable patients in hospital on a common night, patient after patient
    near_start: IntArray  # (patients + 1,) start of each patient's part


class BedState(NamedTuple):
    """A plan in which everybody lies somewhere, with what follows from it."""

    room: IntArray  # (patients,)
    sexes: IntArray  # (rooms, days, 2) people
    groups: IntArray  # (rooms, days, groups) people
    best: IntArray  # (patients,) best plan met in which nobody is too many
    sums: IntArray  # cost, people too many, cost of the best plan
    members: IntArray  # (rooms, patients) who lies there at any time, in no order
    held: IntArray  # (rooms,) how many of them
    place: IntArray  # (patients,) position among the members of the own room
    stream: IntArray  # (1,) uint64, state of the random stream


@compiled
def _over(women: int, men: int, beds: int, single_sex: int) -> int:
    """People too many in a room: beyond its beds, and of the rarer gender where genders may not be mixed."""
    made = women + men - beds if women + men > beds else 0
    if single_sex == 1:
        made += women if women < men else men
    return made


@compiled
def _mixed(groups: IntArray, r: int, d: int, one: int, add_one: int, other: int, add_other: int) -> int:
    """People beyond the largest isolation group once group ``one`` has ``add_one`` more and ``other`` its own."""
    total, most = 0, 0
    for g in range(groups.shape[2]):
        here = groups[r, d, g]
        if g == one:
            here += add_one
        if g == other:
            here += add_other
        total += here
        most = max(most, here)
    return total - most


@compiled
def _rehouse(s: BedState, p: int, r: int) -> None:
    """Enter ``p`` among the members of room ``r`` and strike him out of the old room's."""
    old = s.room[p]
    s.held[old] -= 1
    other = s.members[old, s.held[old]]
    s.members[old, s.place[p]] = other
    s.place[other] = s.place[p]
    s.members[r, s.held[r]] = p
    s.place[p] = s.held[r]
    s.held[r] += 1
    s.room[p] = r


@compiled
def _trade(t: BedTables, s: BedState, p: int, r: int, allowed: float, price: float, crowd: IntArray) -> int:
    """Try to trade the people of two rooms on the nights of ``p``; 1 when done, 0 when not.

    ``crowd`` (days, 2) is scratch and all zero between calls. No isolation groups.
    """
    old, first, last = s.room[p], t.first[p], t.last[p]
    who = np.empty(_CROWD, dtype=np.int64)
    n, change, begin, end = 0, 0, first, last
    for side in (0, 1):
        here, there = (old, r) if side == 0 else (r, old)
        for k in range(s.held[here]):
            q = s.members[here, k]
            if t.first[q] >= last or t.last[q] <= first:
                continue
            if n == _CROWD or t.fixed[q]:
                return 0
            who[n] = q
            n += 1
            change += t.cost[q, there] - t.cost[q, here]
            begin, end = min(begin, t.first[q]), max(end, t.last[q])
    if change > allowed + 4.0 * price:
        return 0
    for k in range(n):
        q = who[k]
        add = -1 if s.room[q] == old else 1
        for d in range(t.first[q], t.last[q]):
            crowd[d, t.gender[q]] += add
    worse = 0
    for d in range(begin, end):
        women, men = crowd[d, 0], crowd[d, 1]
        if women == 0 and men == 0:
            continue
        a, b = s.sexes[old, d, 0], s.sexes[old, d, 1]
        worse += _over(a + women, b + men, t.beds[old, d], t.single_sex[old])
        worse -= _over(a, b, t.beds[old, d], t.single_sex[old])
        a, b = s.sexes[r, d, 0], s.sexes[r, d, 1]
        worse += _over(a - women, b - men, t.beds[r, d], t.single_sex[r])
        worse -= _over(a, b, t.beds[r, d], t.single_sex[r])
    done = change + price * worse <= allowed
    for d in range(begin, end):
        if done:
            for g in (0, 1):
                s.sexes[old, d, g] += crowd[d, g]
                s.sexes[r, d, g] -= crowd[d, g]
                s.groups[old, d, 0] += crowd[d, g]
                s.groups[r, d, 0] -= crowd[d, g]
        crowd[d, 0] = 0
        crowd[d, 1] = 0
    if not done:
        return 0
    for k in range(n):
        _rehouse(s, who[k], r if s.room[who[k]] == old else old)
    s.sums[0] += change
    s.sums[1] += worse
    return 1


@compiled
def anneal(t: BedTables, s: BedState, heat: float, price: float, steps: int) -> tuple[int, int]:
    """Metropolis steps at temperature ``heat`` (ticks), in place.

    Returns
    -------
    accepted, clean : int
        Accepted moves, and those after which nobody was too many.
    """
    # Arrays are named once: handing whole tuples to inner functions costs more than the moves.
    cost, first, last, gender, group = t.cost, t.first, t.last, t.gender, t.group
    beds, single_sex, movable, near, near_start = t.beds, t.single_sex, t.movable, t.near, t.near_start
    room, sexes, groups, stream = s.room, s.sexes, s.groups, s.stream
    accepted, clean, rooms, several = 0, 0, cost.shape[1], groups.shape[2] > 1
    likely, crowd = t.likely, np.zeros((beds.shape[1], 2), dtype=np.int64)
    for _ in range(steps):
        p = movable[below(stream, movable.size)]
        old = room[p]
        allowed = -heat * math.log(uniform(stream))
        worse, q = 0, np.int64(-1)
        draw = next_word(stream) >> np.uint64(40)
        if not several and draw & np.uint64(_TRADES) == np.uint64(0):
            r = likely[p, below(stream, likely.shape[1])] if draw & np.uint64(1024) else below(stream, rooms)
            if r == old or _trade(t, s, p, r, allowed, price, crowd) == 0:
                continue
            accepted += 1
            if s.sums[1] == 0:
                clean += 1
                if s.sums[0] < s.sums[2]:
                    s.sums[2] = s.sums[0]
                    copy_line(s.best, room)
            continue
        if draw & np.uint64(1) or near_start[p] == near_start[p + 1]:
            if draw & np.uint64(14):  # seven times in eight
                r = likely[p, below(stream, likely.shape[1])]
            else:
                r = below(stream, rooms)
            change = cost[p, r] - cost[p, old]
            # leaving a room frees at most three people a night from being too many
            if r == old or change - 3.0 * price * (last[p] - first[p]) > allowed:
                continue
            one = 1 - gender[p]  # 1 for gender 0, whose column is the first
            for side in (0, 1):
                here, add = (old, -1) if side == 0 else (r, 1)
                for d in range(first[p], last[p]):
                    women, men = sexes[here, d, 0], sexes[here, d, 1]
                    worse -= _over(women, men, beds[here, d], single_sex[here])
                    worse += _over(women + add * one, men + add * (1 - one), beds[here, d], single_sex[here])
                    if several:
                        g = group[p]
                        worse += _mixed(groups, here, d, g, add, -1, 0) - _mixed(groups, here, d, g, 0, -1, 0)
                if change + price * worse > allowed:
                    break
            if change + price * worse > allowed:
                continue
        else:
            q = near[near_start[p] + below(stream, near_start[p + 1] - near_start[p])]
            r = room[q]
            change = cost[p, r] + cost[q, old] - cost[p, old] - cost[q, r]
            if r == old or change > allowed + 4.0 * price:
                continue
            alike = gender[p] == gender[q] and group[p] == group[q]
            one_p, one_q = 1 - gender[p], 1 - gender[q]
            for d in range(min(first[p], first[q]), max(last[p], last[q])):
                with_p = 1 if first[p] <= d < last[p] else 0
                with_q = 1 if first[q] <= d < last[q] else 0
                if with_p + with_q == 0 or (alike and with_p == with_q):
                    continue
                more_women = with_q * one_q - with_p * one_p  # in the old room of p; fewer in the other
                more_men = with_q * (1 - one_q) - with_p * (1 - one_p)
                women, men = sexes[old, d, 0], sexes[old, d, 1]
                worse -= _over(women, men, beds[old, d], single_sex[old])
                worse += _over(women + more_women, men + more_men, beds[old, d], single_sex[old])
                women, men = sexes[r, d, 0], sexes[r, d, 1]
                worse -= _over(women, men, beds[r, d], single_sex[r])
                worse += _over(women - more_women, men - more_men, beds[r, d], single_sex[r])
                if several:
                    g, k = group[p], group[q]
                    worse -= _mixed(groups, old, d, g, 0, k, 0) + _mixed(groups, r, d, g, 0, k, 0)
                    worse += _mixed(groups, old, d, g, -with_p, k, with_q) + _mixed(groups, r, d, g, with_p, k, -with_q)
                if change + price * worse > allowed + 6.0 * price:
                    break
            if change + price * worse > allowed:
                continue
            for d in range(first[q], last[q]):
                sexes[r, d, gender[q]] -= 1
                sexes[old, d, gender[q]] += 1
                groups[r, d, group[q]] -= 1
                groups[old, d, group[q]] += 1
            _rehouse(s, q, old)
        for d in range(first[p], last[p]):
            sexes[old, d, gender[p]] -= 1
            sexes[r, d, gender[p]] += 1
            groups[old, d, group[p]] -= 1
            groups[r, d, group[p]] += 1
        _rehouse(s, p, r)
        accepted += 1
        s.sums[0] += change
        s.sums[1] += worse
        if s.sums[1] == 0:
            clean += 1
            if s.sums[0] < s.sums[2]:
                s.sums[2] = s.sums[0]
                copy_line(s.best, room)
    return accepted, clean


@compiled
def fill(t: BedTables, s: BedState, room: IntArray) -> None:
    """Set a state to a plan; the sums too, those of the best plan apart."""
    s.sexes[:] = 0
    s.groups[:] = 0
    s.sums[0] = 0
    s.sums[1] = 0
    s.held[:] = 0
    for p in range(room.size):
        r = room[p]
        s.room[p] = r
        s.members[r, s.held[r]] = p
        s.place[p] = s.held[r]
        s.held[r] += 1
        s.sums[0] += t.cost[p, r]
        for d in range(t.first[p], t.last[p]):
            s.sexes[r, d, t.gender[p]] += 1
            s.groups[r, d, t.group[p]] += 1
    for r in range(t.beds.shape[0]):
        for d in range(t.beds.shape[1]):
            s.sums[1] += _over(s.sexes[r, d, 0], s.sexes[r, d, 1], t.beds[r, d], t.single_sex[r])
            if s.groups.shape[2] > 1:
                s.sums[1] += _mixed(s.groups, r, d, -1, 0, -1, 0)
