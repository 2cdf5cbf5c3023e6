"""The loop of the joint search: simulated annealing over admissions, rooms, theatres and nurses at once.

Hard rules are priced by a weight that follows the search: it rises while too many of the plans met break a rule and
falls while too few do, so that the search crosses the border of what is allowed again and again (strategic
oscillation, Glover 1986; Gendreau, Hertz, Laporte 1994).
"""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.cooling import Cooling
from optimise.core.jit import compiled
from optimise.hospital.search.choices import accepted, below, unit
from optimise.hospital.search.delta import TOO_DEAR, relocation, renursing
from optimise.hospital.search.layout import (
    ADMITTED,
    BEST,
    COST,
    DAYS,
    LOG,
    MINUTES,
    NURSE,
    ROOM,
    SHIFTS,
    STEPS,
    STRICT,
    THEATRE,
    UNIT,
    cell,
    hard_points,
    person,
)
from optimise.hospital.search.moves import MEND, ONE_NURSE, SQUEEZE, eject, propose
from optimise.hospital.search.update import relocate, renurse

__all__ = ["MOST_PRICE", "NURSE_HEAT", "PACE", "PRICE", "SHARE", "anneal", "save"]

# Entries of ``tune``, see :func:`anneal`.
PRICE, MOST_PRICE, PACE, NURSE_HEAT, SHARE = range(5)
#: Moves after which the price follows.
_EVERY = 512
_ANYTHING = 1e300


@compiled
def save(g: IntArray, h: IntArray, where: IntArray, nurse: IntArray) -> None:
    """Copy the plan out: rows of (day, room, theatre), nurses by (room, shift)."""
    k = g[SHIFTS]
    for p in range(where.shape[0]):
        row = person(g, p) + ADMITTED
        where[p, 0], where[p, 1], where[p, 2] = h[row], h[row + 1], h[row + 2]
    for r in range(nurse.shape[0]):
        for d in range(g[DAYS]):
            c = cell(g, r, d) + g[NURSE]
            for j in range(k):
                nurse[r, d * k + j] = h[c + j]


@compiled
def _attempt(g: IntArray, h: IntArray, kind: int, allowed: float, price: float) -> int:
    """Try the proposed steps; the change of the packed cost, or ``TOO_DEAR`` with the plan as before."""
    made, i, chain, most = 0, 0, 0, 0
    if kind in (SQUEEZE, MEND) and g[STEPS] > 0:
        # a few people too many or one surgery too long
        chain = 1 + below(g, 3)
        most = 4 * g[UNIT] + 2 * STRICT * h[person(g, h[g[LOG]]) + MINUTES]
    k = g[SHIFTS]
    while i < g[STEPS]:
        at = g[LOG] + 4 * i
        who, last = h[at], i + 1 == g[STEPS] and chain == 0
        if who >= 0:
            a, r, o = h[at + 1], h[at + 2], h[at + 3]
            limit = allowed if last and i == 0 else _ANYTHING
            change = relocation(g, h, who, a, r, o, limit, price)
        else:
            x, n = h[at + 1], h[at + 2]
            change = renursing(g, h, -1 - who, x, n)
        made += change
        if change == TOO_DEAR or (last and not accepted(made, allowed, price)):
            break
        if chain > 0 and hard_points(made) > most:
            break
        if who >= 0:
            row = person(g, who)
            h[at + 1], h[at + 2], h[at + 3] = h[row + ADMITTED], h[row + ROOM], h[row + THEATRE]
            relocate(g, h, who, a, r, o)
        else:
            d = x // k
            h[at + 2] = h[cell(g, -1 - who, d) + g[NURSE] + x - d * k]
            renurse(g, h, -1 - who, x, n)
        i += 1
        if chain > 0 and i == g[STEPS]:
            if accepted(made, allowed, price):
                return made
            eject(g, h)
            chain -= 1
            if i == g[STEPS]:
                break
        elif last:
            return made
    while i > 0:
        i -= 1
        at = g[LOG] + 4 * i
        if h[at] >= 0:
            relocate(g, h, h[at], h[at + 1], h[at + 2], h[at + 3])
        else:
            renurse(g, h, -1 - h[at], h[at + 1], h[at + 2])
    return TOO_DEAR


@compiled
def anneal(
    g: IntArray,
    h: IntArray,
    cooling: Cooling,
    wanted: float,
    tune: IntArray,
    odds: IntArray,
    counts: IntArray,
    where: IntArray,
    nurse: IntArray,
) -> None:
    """Anneal from one temperature to another.

    Parameters
    ----------
    g, h : int64 arrays
        The state, see :mod:`.layout`.
    cooling : Cooling
        Moves, first and last temperature in ticks.
    wanted : float
        Share of plans that should break a hard rule; the price of a hard point follows it.
    tune : float64 array (5,)
        Price of a hard point in ticks, kept; the most it may be; the factor by which it moves; temperature of
        nurse moves relative to the others'; share of broken plans, written.
    odds : int64 array (kinds,)
        Cumulated odds of the kinds, out of 2^16.
    counts : int64 array (kinds, 2)
        Moves tried and accepted, added to.
    where, nurse : int32 arrays
        Shapes (patients, 3) and (rooms, shifts). Receive the best plan without hard points, whenever it improves on
        ``g[BEST]``.
    """
    cost, best, broken, recent, price = g[COST], g[BEST], 0, 0, tune[PRICE]
    steps, heat = cooling.steps, cooling.hot
    factor = (cooling.cold / cooling.hot) ** (float(_EVERY) / max(_EVERY, steps))
    for step in range(1, steps + 1):
        draw, kind = below(g, 1 << 16), 0
        while odds[kind] <= draw:
            kind += 1
        counts[kind, 0] += 1
        propose(g, h, kind)
        if g[STEPS] > 0:
            warmth = heat * tune[NURSE_HEAT] if kind >= ONE_NURSE else heat
            made = _attempt(g, h, kind, -warmth * np.log(unit(g)), price)
            if made != TOO_DEAR:
                counts[kind, 1] += 1
                cost += made
                g[COST] = cost
                if cost < best and hard_points(cost) == 0:
                    best = cost
                    save(g, h, where, nurse)
        if hard_points(cost) > 0:
            recent += 1
        if step % _EVERY == 0:
            heat *= factor
            price *= tune[PACE] if recent > wanted * _EVERY else 1.0 / tune[PACE]
            price = max(min(price, tune[MOST_PRICE]), 2.0 * heat / g[UNIT])
            broken += recent
            recent = 0
    g[COST], g[BEST] = cost, best
    tune[PRICE], tune[SHARE] = price, (broken + recent) / max(1, steps)
