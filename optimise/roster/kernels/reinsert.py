"""Ruin and recreate on a roster: take a few people out of a stretch of days and put them back one after another.

Each is put back optimally for what the others leave (:mod:`~optimise.roster.kernels.stretch`). Worse plans are taken
as in
simulated annealing. Ruin and recreate: Schrimpf, Schneider, Stamm-Wilbrandt, Dueck (2000).
"""

# Numba's generator inside compiled functions is the legacy one.
# ruff: noqa: NPY002

from __future__ import annotations

import math

import numpy as np

from optimise.core.jit import compiled
from optimise.roster.kernels.standing import line_price, move_cover, rewrite
from optimise.roster.kernels.stretch import best_duties, cover_prices, standing_prices

__all__ = ["fill", "ruin_and_recreate"]

#: Share of the best kind's work that a kind gets which brings nothing, and steps expected per cell before any try.
FLOOR, FIRST = 0.02, 200.0


@compiled
def _expected(staff, plan, e, mean, sign):  # type: ignore[no-untyped-def]
    """Add or remove what a person is expected to bring to the lines."""
    days, duties = mean.shape[1:]
    for d in range(days):
        for a in range(duties):
            share = mean[e, d, a]
            if share != 0.0:
                cell = d * duties + a
                for p in range(staff.pointer[staff.kind[e], cell], staff.pointer[staff.kind[e], cell + 1]):
                    plan.lines[staff.row[p]] += sign * share * staff.value[p]


@compiled
def fill(staff, plan, order, windows, lowers, uppers, mean, hard, noise, seed, room):  # type: ignore[no-untyped-def]
    """Give people rosters one after another, each window by window.

    Parameters
    ----------
    staff : RosterArrays
        Its bounds of totals are overwritten by those of the windows.
    plan : Plan
        Its lines hold what everybody is expected to bring; people in ``order`` have no duties yet.
    windows : int array (n, 3)
        First day, end of the look-ahead, end of what is kept.
    lowers, uppers : int64 array (n, counters)
        Bounds of the totals up to the end of each window's look-ahead.
    mean : float array (people, days, duties)
        Share of each duty that a person is expected to do, counted in the lines until the person's turn.

    Returns
    -------
    int
        Position in ``order`` of the first person for whom nothing was found, or its length.
    """
    np.random.seed(seed)
    cuts = np.zeros(4, np.int64)
    pieces, undecided = np.int64(1), len(order) >= 0  # typed like the search's, so that both share one kernel
    for i in range(len(order)):
        e = order[i]
        k = staff.automaton[e]
        width = staff.width[k]
        _expected(staff, plan, e, mean, -1.0)
        plan.states[e, 0] = 0
        for c in range(staff.own[e], staff.own[e + 1]):
            plan.amounts[c] = 0
        for w in range(len(windows)):
            first, last, keep = windows[w]
            cuts[0], cuts[1] = first, last
            for c in range(staff.own[e], staff.own[e + 1]):
                staff.lower[c] = lowers[w, c]
                staff.upper[c] = uppers[w, c]
            cover_prices(staff, plan, staff.kind[e], cuts, pieces, noise, room)
            if best_duties(staff, plan, e, cuts, pieces, undecided, hard, np.inf, room) == np.inf:
                move_cover(staff, plan, e, first - first, first, -1.0)
                _expected(staff, plan, e, mean, 1.0)
                return i
            s = plan.states[e, first]
            for d in range(first, keep):
                a = room.new[d]
                plan.words[e, d] = a
                r = staff.at[staff.layer[k, d]] + s * width + staff.letter[k, a]
                for c in range(staff.own[e], staff.own[e + 1]):
                    if staff.table[c] >= 0:
                        plan.amounts[c] += staff.values[staff.table[c], d, a]
                    else:
                        plan.amounts[c] += staff.hits[r, staff.calendar[c]]
                s = staff.move[r]
                plan.states[e, d + 1] = s
            move_cover(staff, plan, e, first, keep, 1.0)
    return len(order)


@compiled
def ruin_and_recreate(staff, plan, hard, heat, noise, trials, crowd, days_from, days_to, seed, room, arms, tally):  # type: ignore[no-untyped-def]
    """Search: ``trials`` times take a few people out of a stretch and put them back; returns the change of cost.

    Parameters
    ----------
    heat : float
        Temperature: a worse plan is taken with probability ``exp(-change / heat)``.
    noise : float
        Largest surcharge on a duty's price while people are put back.
    crowd : int array (n,)
        People who may change.
    days_from, days_to : int
        Days that may change.
    arms : int array (n, 3)
        Kinds of neighbourhood: (people, free days, pieces).
    tally : float array (n, 3)
        What each kind has brought: tries, gain, work (steps through automata and tables). Updated.
    """
    np.random.seed(seed)
    people = len(crowd)
    decided = people < 0
    span = days_to - days_from
    total = 0.0
    chosen = np.zeros(room.old.shape[0], np.int64)
    order = np.zeros(room.old.shape[0], np.int64)
    cuts = np.zeros(4, np.int64)
    weight = np.zeros(len(arms))
    lines_here = len(plan.lines)
    duties = staff.letter.shape[1]
    for _ in range(trials):
        # a kind of neighbourhood: shares of the work by gain per work, whatever one try costs
        top = 0.0
        for i in range(len(arms)):
            weight[i] = (tally[i, 1] + 1e-9) / (tally[i, 2] + 1e-9)
            top = max(top, weight[i])
        whole = 0.0
        for i in range(len(arms)):
            cells = arms[i, 0] * min(arms[i, 1], span) * arms[i, 2]
            weight[i] = (weight[i] / top + FLOOR) * (tally[i, 0] + 1.0) / (tally[i, 2] + FIRST * cells)
            whole += weight[i]
        x = np.random.random() * whole
        arm = 0
        while arm < len(arms) - 1 and x > weight[arm]:
            x -= weight[arm]
            arm += 1
        count = min(min(arms[arm, 0], people), len(chosen))
        length = min(arms[arm, 1], span)
        pieces = np.int64(arms[arm, 2])
        # a day to look at: where some cover costs something, by chance
        day = days_from + np.random.randint(0, span)
        wanted = -1
        if lines_here > 0 and np.random.random() < 0.7:
            for _again in range(20):
                line = np.random.randint(0, lines_here)
                d = staff.line_day[line]
                if days_from <= d < days_to and line_price(staff, line, plan.lines[line]) > 0.0:
                    day, wanted = d, line
                    break
        if pieces == 2 and span >= 2 * length + 2:
            first = min(max(days_from, day - np.random.randint(0, length)), days_to - length)
            second = days_from + np.random.randint(0, span - length + 1)
            if second < first:
                first, second = second, first
            if second < first + length:
                pieces = np.int64(1)
                cuts[0], cuts[1] = first, second + length
            else:
                cuts[0], cuts[1], cuts[2], cuts[3] = first, first + length, second, second + length
        else:
            pieces = np.int64(1)
            first = min(max(days_from, day - np.random.randint(0, length)), days_to - length)
            cuts[0], cuts[1] = first, first + length
        for i in range(count):
            draws = 0
            while True:
                e = crowd[np.random.randint(0, people)]
                draws += 1
                if i == 0 and wanted >= 0 and draws < 10:
                    # somebody who can bring what is short, or who has what is too much
                    a = staff.line_duty[wanted]
                    if (plan.rise[wanted] < 0.0) != (staff.allowed[e, day, a] and plan.words[e, day] != a):
                        continue
                new = True
                for j in range(i):
                    if chosen[j] == e:
                        new = False
                if new:
                    break
            chosen[i] = e
            order[i] = i
        before, after = cuts[0], cuts[2 * pieces - 1]
        change = 0.0
        accepted = 0.0
        if heat > 0.0:
            accepted = -heat * math.log(1.0 - np.random.random())
        room.work[0] = count * (after - before) * duties
        for i in range(count):
            e = chosen[i]
            for d in range(before, after):
                room.old[i, d] = plan.words[e, d]
            for q in range(pieces):
                change += move_cover(staff, plan, e, cuts[2 * q], cuts[2 * q + 1], -1.0)
        for i in range(count - 1, 0, -1):
            j = np.random.randint(0, i + 1)
            order[i], order[j] = order[j], order[i]
        for i in range(count):
            e = chosen[order[i]]
            standing_prices(staff, plan, staff.kind[e], cuts, pieces, noise, room)
            slack = 0.0
            if i == count - 1:
                # the change if this one's duties stay: the rest is up to the new ones
                stays = change
                for q in range(pieces):
                    stays += move_cover(staff, plan, e, cuts[2 * q], cuts[2 * q + 1], 1.0)
                for q in range(pieces):
                    move_cover(staff, plan, e, cuts[2 * q], cuts[2 * q + 1], -1.0)
                slack = min(0.0, accepted - stays)
            value = best_duties(staff, plan, e, cuts, pieces, decided, hard, slack, room)
            if value < np.inf:
                for q in range(pieces - 1):
                    for d in range(cuts[2 * q + 1], cuts[2 * q + 2]):
                        room.new[d] = plan.words[e, d]
                change += rewrite(staff, plan, e, before, after, room.new, hard)
            for q in range(pieces):
                change += move_cover(staff, plan, e, cuts[2 * q], cuts[2 * q + 1], 1.0)
        tally[arm, 0] += 1.0
        tally[arm, 2] += room.work[0]
        if change <= accepted:
            total += change
            if change < 0.0:
                tally[arm, 1] -= change
            continue
        for i in range(count):
            e = chosen[i]
            for q in range(pieces):
                move_cover(staff, plan, e, cuts[2 * q], cuts[2 * q + 1], -1.0)
            rewrite(staff, plan, e, before, after, room.old[i], hard)
            for q in range(pieces):
                move_cover(staff, plan, e, cuts[2 * q], cuts[2 * q + 1], 1.0)
    return total
