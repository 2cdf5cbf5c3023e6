"""Ruin and recreate on a roster: take a few people out of a stretch of days and put them back one after another.

Each is put back optimally for what the others leave (:mod:`~optimise.roster.kernels.stretch`). Worse plans are taken
as in simulated annealing. Ruin and recreate: Schrimpf, Schneider, Stamm-Wilbrandt, Dueck (2000).
"""

# Numba's generator inside compiled functions is the legacy one.
# ruff: noqa: NPY002

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled, inlined
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.duty_prices import cover_prices
from optimise.roster.kernels.roster_state import RosterState, Workspace, line_price, move_cover, rewrite
from optimise.roster.kernels.stretch import best_duties

__all__ = ["Arms", "ReinsertionScope", "Windows", "fill", "ruin_and_recreate"]

#: Share of the best kind's work that a kind gets which brings nothing, and steps expected per cell before any try.
FLOOR, FIRST = 0.02, 200.0

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


class Windows(NamedTuple):
    """Stretches that a roster is made in, one after another.

    Attributes
    ----------
    days : int64 (n, 3)
        First day, end of the look-ahead, end of what is kept.
    lower, upper : int64 (n, counters)
        Bounds of the totals up to the end of each window's look-ahead.
    """

    days: Longs
    lower: Longs
    upper: Longs


class ReinsertionScope(NamedTuple):
    """What a search may change: the people ``crowd``, int64 (n,), on days ``first .. last-1``."""

    crowd: Longs
    first: int
    last: int


class Arms(NamedTuple):
    """Kinds of neighbourhood.

    Attributes
    ----------
    kinds : int64 (n, 3)
        People, free days, pieces.
    tally : float64 (n, 3)
        What each kind has brought: tries, gain, work (steps through automata and tables). Updated.
    """

    kinds: Longs
    tally: Floats


@compiled
def _expected(staff: RosterArrays, plan: RosterState, e: int, mean: NDArray[np.float32], sign: float) -> None:
    """Add or remove what a person is expected to bring to the lines."""
    days, duties = mean.shape[1:]
    for d in range(days):
        for a in range(duties):
            share = mean[e, d, a]
            if share != 0.0:
                cell = d * duties + a
                for p in range(staff.pointer[staff.kind[e], cell], staff.pointer[staff.kind[e], cell + 1]):
                    plan.lines[staff.row[p]] += sign * share * staff.value[p]


@inlined
def _written(staff: RosterArrays, plan: RosterState, e: int, first: int, keep: int, space: Workspace) -> None:
    """Take over a person's new duties on days ``first .. keep-1``, with states and totals."""
    k = staff.automaton[e]
    s = plan.states[e, first]
    for d in range(first, keep):
        a = space.new[d]
        plan.words[e, d] = a
        r = staff.at[staff.layer[k, d]] + s * staff.width[k] + staff.letter[k, a]
        for c in range(staff.own[e], staff.own[e + 1]):
            if staff.table[c] >= 0:
                plan.amounts[c] += staff.values[staff.table[c], d, a]
            else:
                plan.amounts[c] += staff.hits[r, staff.calendar[c]]
        s = staff.move[r]
        plan.states[e, d + 1] = s


@compiled
def fill(
    staff: RosterArrays,
    plan: RosterState,
    order: Longs,
    windows: Windows,
    mean: NDArray[np.float32],
    hard: float,
    noise: float,
    seed: int,
    space: Workspace,
) -> int:
    """Give people rosters one after another, each window by window.

    Parameters
    ----------
    staff : RosterArrays
        Its bounds of totals are overwritten by those of the windows.
    plan : RosterState
        Its lines hold what everybody is expected to bring; people in ``order`` have no duties yet.
    order : int64 array (n,)
        People.
    windows : Windows
    mean : float32 array (people, days, duties)
        Share of each duty that a person is expected to do, counted in the lines until the person's turn.
    hard : float
        Price of a unit outside a hard total.
    noise : float
        Largest surcharge on a duty's price.
    seed : int
    space : Workspace

    Returns
    -------
    int
        Position in ``order`` of the first person for whom nothing was found, or its length.
    """
    np.random.seed(seed)
    cuts = np.zeros(4, np.int64)
    # typed like the search's, so that both share one kernel
    pieces, undecided, risen = np.int64(1), len(order) >= 0, np.bool_(False)
    for i in range(len(order)):
        e = order[i]
        _expected(staff, plan, e, mean, -1.0)
        plan.states[e, 0] = 0
        for c in range(staff.own[e], staff.own[e + 1]):
            plan.amounts[c] = 0
        for w in range(len(windows.days)):
            first, last, keep = windows.days[w]
            cuts[0], cuts[1] = first, last
            for c in range(staff.own[e], staff.own[e + 1]):
                staff.lower[c] = windows.lower[w, c]
                staff.upper[c] = windows.upper[w, c]
            cover_prices(staff, plan, staff.kind[e], cuts, pieces, noise, risen, space)
            if best_duties(staff, plan, e, cuts, pieces, undecided, hard, np.inf, space) == np.inf:
                move_cover(staff, plan, e, first - first, first, -1.0)
                _expected(staff, plan, e, mean, 1.0)
                return i
            _written(staff, plan, e, first, keep, space)
            move_cover(staff, plan, e, first, keep, 1.0)
    return len(order)


@inlined
def _chosen_arm(arms: Arms, span: int, weight: Floats) -> int:
    """A kind of neighbourhood: shares of the work by gain per work, whatever one try costs."""
    top = 0.0
    for i in range(len(arms.kinds)):
        weight[i] = (arms.tally[i, 1] + 1e-9) / (arms.tally[i, 2] + 1e-9)
        top = max(top, weight[i])
    whole = 0.0
    for i in range(len(arms.kinds)):
        cells = arms.kinds[i, 0] * min(arms.kinds[i, 1], span) * arms.kinds[i, 2]
        weight[i] = (weight[i] / top + FLOOR) * (arms.tally[i, 0] + 1.0) / (arms.tally[i, 2] + FIRST * cells)
        whole += weight[i]
    x = np.random.random() * whole
    arm = 0
    while arm < len(arms.kinds) - 1 and x > weight[arm]:
        x -= weight[arm]
        arm += 1
    return arm


@inlined
def _chosen_day(staff: RosterArrays, plan: RosterState, scope: ReinsertionScope) -> tuple[int, int]:
    """A day to look at, by chance one where some cover costs something, and that line (or -1)."""
    day = scope.first + np.random.randint(0, scope.last - scope.first)
    lines = len(plan.lines)
    if lines > 0 and np.random.random() < 0.7:
        for _ in range(20):
            line = np.random.randint(0, lines)
            d = staff.line_day[line]
            if scope.first <= d < scope.last and line_price(staff, line, plan.lines[line]) > 0.0:
                return d, line
    return day, -1


@inlined
def _chosen_cuts(scope: ReinsertionScope, day: int, length: int, wanted: int, cuts: Longs) -> int:
    """Write one piece that holds ``day``, or that and another where two are wanted; returns how many there are."""
    span = scope.last - scope.first
    first = min(max(scope.first, day - np.random.randint(0, length)), scope.last - length)
    if wanted != 2 or span < 2 * length + 2:
        cuts[0], cuts[1] = first, first + length
        return 1
    second = scope.first + np.random.randint(0, span - length + 1)
    if second < first:
        first, second = second, first
    if second < first + length:
        cuts[0], cuts[1] = first, second + length
        return 1
    cuts[0], cuts[1], cuts[2], cuts[3] = first, first + length, second, second + length
    return 2


@inlined
def _chosen_people(staff: RosterArrays, plan: RosterState, crowd: Longs, day: int, wanted: int, chosen: Longs) -> None:
    """Draw ``len(chosen)`` people, the first, if possible, somebody who can help the line ``wanted`` (-1: none)."""
    for i in range(len(chosen)):
        draws = 0
        while True:
            e = crowd[np.random.randint(0, len(crowd))]
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


@inlined
def _moved(
    staff: RosterArrays, plan: RosterState, e: int, cuts: Longs, pieces: int, sign: float, change: float
) -> float:
    """Add or remove the cover of a person's duties on all pieces; returns ``change`` plus what that costs."""
    for q in range(pieces):
        change += move_cover(staff, plan, e, cuts[2 * q], cuts[2 * q + 1], sign)
    return change


@inlined
def _put_back(
    staff: RosterArrays,
    plan: RosterState,
    e: int,
    cuts: Longs,
    pieces: int,
    hard: float,
    slack: float,
    space: Workspace,
) -> float:
    """Give a person the best duties at the prices of ``space``; returns the change of the person's own cost."""
    decided = pieces < 0  # typed like the other caller's
    change = 0.0
    if best_duties(staff, plan, e, cuts, pieces, decided, hard, slack, space) < np.inf:
        for q in range(pieces - 1):
            for d in range(cuts[2 * q + 1], cuts[2 * q + 2]):
                space.new[d] = plan.words[e, d]
        change = rewrite(staff, plan, e, cuts[0], cuts[2 * pieces - 1], space.new, hard)
    return change


@inlined
def _shuffled(order: Longs) -> None:
    """The numbers from 0 in a random order."""
    for i in range(len(order)):
        order[i] = i
    for i in range(len(order) - 1, 0, -1):
        j = np.random.randint(0, i + 1)
        order[i], order[j] = order[j], order[i]


@compiled
def ruin_and_recreate(
    staff: RosterArrays,
    plan: RosterState,
    scope: ReinsertionScope,
    arms: Arms,
    hard: float,
    heat: float,
    noise: float,
    trials: int,
    seed: int,
    space: Workspace,
) -> float:
    """``trials`` times take a few people out of a stretch and put them back.

    Parameters
    ----------
    staff : RosterArrays
    plan : RosterState
        Kept in step.
    scope : Scope
    arms : Arms
    hard : float
        Price of a unit outside a hard total.
    heat : float
        Temperature: a worse plan is taken with probability ``exp(-change / heat)``.
    noise : float
        Largest surcharge on a duty's price while people are put back.
    trials : int
    seed : int
    space : Workspace
        For at least as many people at once as the largest arm has.

    Returns
    -------
    float
        Change of cost; below 0 is cheaper.
    """
    np.random.seed(seed)
    total = 0.0
    span = scope.last - scope.first
    people = np.zeros(space.old.shape[0], np.int64)
    numbers = np.zeros(space.old.shape[0], np.int64)
    cuts = np.zeros(4, np.int64)
    weight = np.zeros(len(arms.kinds))
    risen = np.bool_(True)
    for _ in range(trials):
        arm = _chosen_arm(arms, span, weight)
        count = min(min(arms.kinds[arm, 0], len(scope.crowd)), len(people))
        chosen, order = people[:count], numbers[:count]
        day, wanted = _chosen_day(staff, plan, scope)
        pieces = _chosen_cuts(scope, day, min(arms.kinds[arm, 1], span), arms.kinds[arm, 2], cuts)
        _chosen_people(staff, plan, scope.crowd, day, wanted, chosen)
        before, after = cuts[0], cuts[2 * pieces - 1]
        change, accepted = 0.0, 0.0
        if heat > 0.0:
            accepted = -heat * math.log(1.0 - np.random.random())
        space.work[0] = count * (after - before) * staff.letter.shape[1]
        for i in range(count):
            e = chosen[i]
            for d in range(before, after):
                space.old[i, d] = plan.words[e, d]
            change = _moved(staff, plan, e, cuts, pieces, -1.0, change)
        _shuffled(order)
        for i in range(count):
            e = chosen[order[i]]
            cover_prices(staff, plan, staff.kind[e], cuts, pieces, noise, risen, space)
            slack = 0.0
            if i == count - 1:
                # the change if this one's duties stay: the rest is up to the new ones
                stays = _moved(staff, plan, e, cuts, pieces, 1.0, change)
                _moved(staff, plan, e, cuts, pieces, -1.0, 0.0)
                slack = min(0.0, accepted - stays)
            change += _put_back(staff, plan, e, cuts, pieces, hard, slack, space)
            change = _moved(staff, plan, e, cuts, pieces, 1.0, change)
        arms.tally[arm, 0] += 1.0
        arms.tally[arm, 2] += space.work[0]
        if change <= accepted:
            total += change
            if change < 0.0:
                arms.tally[arm, 1] -= change
            continue
        for i in range(count):
            e = chosen[i]
            _moved(staff, plan, e, cuts, pieces, -1.0, 0.0)
            rewrite(staff, plan, e, before, after, space.old[i], hard)
            _moved(staff, plan, e, cuts, pieces, 1.0, 0.0)
    return total
