"""The stretch of days that one person gets new duties on, and what the fixed days after it cost."""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are NumPy scalars)

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimise.core.jit import compiled
from optimise.roster.arrays import RosterArrays
from optimise.roster.kernels.roster_state import RosterState, Workspace

__all__ = ["Axis", "Stretch", "ahead", "at_end"]


class Stretch(NamedTuple):
    """Whose duties are free, and on which days.

    Attributes
    ----------
    person : int
    cuts : int64 (2 * pieces,) or longer
        The free days are the pieces ``[cuts[2i], cuts[2i+1])``, in order and without overlap.
    pieces, free : int
        Number of pieces, and of free days in all.
    open_end : bool
        Whether what follows the last piece is still to be decided: it costs nothing then.
    """

    person: int
    cuts: NDArray[np.int64]
    pieces: int
    free: int
    open_end: bool


class Axis(NamedTuple):
    """A total that is a dimension of the table.

    Attributes
    ----------
    counter : int
        -1 for none.
    base : int
        What the fixed days give it, in units.
    size : int
        Values on the free days that the table may need: ``0 .. size-1``.
    """

    counter: int
    base: int
    size: int


@compiled
def ahead(staff: RosterArrays, plan: RosterState, e: int, day: int, until: int, outer: int, space: Workspace) -> int:
    """Follow the fixed duties from every state before ``day`` up to ``until`` (or until the old states are met).

    Writes, for each state, the state reached (``space.onto``, -1 = broken), the cost (``space.over``) and the hits of
    the outer counter (``space.moved``), both less what the old sequence has there.

    Parameters
    ----------
    staff : RosterArrays
    plan : RosterState
    e : int
        The person.
    day, until : int
        Half-open range of days.
    outer : int
        Counter, or -1.
    space : Workspace
        Written.

    Returns
    -------
    int
        Number of states before ``day``: the entries written.
    """
    k = staff.automaton[e]
    width = staff.width[k]
    days = plan.words.shape[1]
    calendar = -1
    if outer >= 0:
        calendar = staff.calendar[outer]
    here = 1 if day == days else staff.states[staff.layer[k, day]]
    # the old sequence, summed up to each day, is subtracted only over the part walked
    for s in range(here):
        now, was, d = s, plan.states[e, day], day
        price, extra = 0.0, 0
        while d < until and now != was:
            at = staff.at[staff.layer[k, d]]
            x = staff.letter[k, plan.words[e, d]]
            r = at + now * width + x
            q = at + was * width + x
            price += staff.cost[r] - staff.cost[q]
            if calendar >= 0:
                extra += staff.hits[r, calendar] - staff.hits[q, calendar]
            now = staff.move[r]
            was = staff.move[q]
            if now < 0:
                break
            d += 1
        space.over[s] = price
        space.moved[s] = extra
        space.onto[s] = now if now < 0 or d == until else plan.states[e, until]
    return here


@compiled
def at_end(staff: RosterArrays, plan: RosterState, stretch: Stretch, outer: int, space: Workspace) -> int:
    """What each state after the last piece leads to, as :func:`ahead` writes it; returns the number of states."""
    days, last = plan.words.shape[1], stretch.cuts[2 * stretch.pieces - 1]
    if stretch.open_end or last == days:
        here = 1 if last == days else staff.states[staff.layer[staff.automaton[stretch.person], last]]
        for s in range(here):
            space.over[s] = 0.0
            space.moved[s] = 0
            space.onto[s] = 0
        return here
    return ahead(staff, plan, stretch.person, last, days, outer, space)
