"""Sequence rules as a unit flow through each person's automaton: the strong form of the rostering model.

For person e with layered automaton (Q_d, delta, cost), ``f[e,d,q,l] >= 0`` is the flow on the transition of state q
with letter l on day d:

* ``flow[e,d,q]``: inflow of state q = outflow of state q; one unit leaves the start state
* ``letter[e,d,l]``: sum over q of f[e,d,q,l] = sum of the duties a with letter l (x[e,d,a], or 1 - sum for the day off)
* cost: sum cost[d,q,l] * f; worked groups of a counter: sum hits[d,q,l] * f

The convex hull of one person's feasible sequences is described exactly (the flow polytope is integral), so the
relaxation is as strong as column generation without counters (Cote, Gendron, Quimper, Rousseau 2011). It has many more
columns than clauses, so it is used for small problems and for neighbourhoods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automaton
from optimise.solvers.linear import LinearModel

__all__ = ["PersonFlow", "add_flow", "arcs"]

Ids = NDArray[np.int64]


def arcs(automaton: Automaton, allowed: NDArray[np.bool_]) -> list[tuple[Ids, Ids, Ids]]:
    """Transitions that a person can take: per day (state, letter, next state), from states that can be reached.

    Parameters
    ----------
    automaton : Automaton
    allowed : bool array, shape (days, duties)
        Duties left open on each day (one only where the cell is fixed).
    """
    out: list[tuple[Ids, Ids, Ids]] = []
    reached = np.zeros(1, dtype=np.bool_)
    reached[0] = True
    for d, layer in enumerate(automaton.layers):
        states, letters = layer.next.shape
        open_letters = np.zeros(letters, dtype=np.bool_)
        open_letters[automaton.letter[allowed[d]]] = True
        here = (layer.next >= 0) & open_letters[None, :] & reached[:states, None]
        q, letter = np.nonzero(here)
        target = layer.next[q, letter].astype(np.int64)
        out.append((q.astype(np.int64), letter.astype(np.int64), target))
        wide = len(automaton.layers[d + 1].next) if d + 1 < len(automaton.layers) else int(target.max(initial=0)) + 1
        reached = np.zeros(wide, dtype=np.bool_)
        reached[target] = True
    # drop transitions into states without a way out
    alive: NDArray[np.bool_] | None = None
    for d in range(len(out) - 1, -1, -1):
        q, letter, target = out[d]
        if alive is not None:
            keep = alive[target]
            q, letter, target = q[keep], letter[keep], target[keep]
            out[d] = (q, letter, target)
        alive = np.zeros(len(automaton.layers[d].next), dtype=np.bool_)
        alive[q] = True
    return out


def _states(person: str, day: int, live: NDArray[np.bool_]) -> Callable[[], list[Any]]:
    return lambda: [(person, day, int(s)) for s in np.flatnonzero(live)]


def _letter(person: str, day: int, letter: int) -> Callable[[], list[Any]]:
    return lambda: [(person, day, letter)]


class PersonFlow:
    """Columns of one person's flow, and what they add to group counters.

    Attributes
    ----------
    columns : int64 array, shape (arcs,)
    hits : int64 array, shape (arcs, calendars)
    """

    __slots__ = ("columns", "hits")

    def __init__(self, columns: Ids, hits: NDArray[np.int64]) -> None:
        self.columns, self.hits = columns, hits


def add_flow(
    model: LinearModel,
    automaton: Automaton,
    allowed: NDArray[np.bool_],
    x: Ids,
    free: NDArray[np.bool_],
    held: NDArray[np.int16],
    person: str,
    keys: Callable[[Callable[[], list[object]]], Callable[[], list[object]] | None],
) -> PersonFlow:
    """Add one person's flow to a model.

    Parameters
    ----------
    model : LinearModel
    automaton : Automaton
    allowed : bool array, shape (days, duties)
    x : int64 array, shape (days, duties)
        Columns of the duties, -1 where absent.
    free : bool array, shape (days,)
    held : int16 array, shape (days,)
        Duties of the fixed days.
    person : str
        For the keys of the rows.
    keys : callable
        Wraps a maker of keys (drops it for sub-models).

    Returns
    -------
    PersonFlow
        The columns of the flow, and what they add to counters of groups of days.
    """
    if not automaton.feasible:
        model.add_rows("flow", 1, lower=1.0, keys=keys(_states(person, 0, np.ones(1, dtype=np.bool_))))
        return PersonFlow(np.zeros(0, dtype=np.int64), np.zeros((0, len(automaton.calendars)), dtype=np.int64))
    open_ = allowed & free[:, None]
    open_[np.flatnonzero(~free), held[~free]] = True
    layers = arcs(automaton, open_)
    days = len(layers)
    made: list[Ids] = []
    hits: list[NDArray[np.int64]] = []
    before: tuple[Ids, Ids] | None = None
    for d, (q, letter, target) in enumerate(layers):
        layer = automaton.layers[d]
        columns = model.add_columns("transition", len(q), cost=layer.cost[q, letter])
        made.append(columns)
        hits.append(layer.hits[q, letter].astype(np.int64).reshape(len(q), layer.hits.shape[2]))
        states = len(layer.next)
        upper = np.zeros(states)
        if d == 0:
            upper[0] = 1.0
        live = np.zeros(states, dtype=np.bool_)
        live[q] = True
        if d == 0:
            live[0] = True
        number = np.cumsum(live) - 1
        count = int(live.sum())
        rows = model.add_rows(
            "flow",
            count,
            lower=upper[live],
            upper=upper[live],
            keys=keys(_states(person, d, live)),
        )
        model.add_entries(rows[number[q]], columns)
        if before is not None:
            into, flowing = before
            model.add_entries(rows[number[into]], flowing, -1.0)
        before = (target, columns)
        if not free[d]:
            continue
        for one in range(automaton.letters):
            duties = np.flatnonzero(automaton.letter == one)
            worked = duties[duties > 0]
            ids = x[d, worked]
            mine = columns[letter == one]
            if duties[0] == 0:  # the letter of the day off: 1 less the duties of other letters
                others = np.flatnonzero(automaton.letter != one)
                ids = x[d, others]
                row = model.add_rows("letter", 1, lower=1.0, upper=1.0, keys=keys(_letter(person, d, one)))
                model.add_entries(row[0], ids[ids >= 0])
                model.add_entries(row[0], mine)
                continue
            if not len(mine) and not (ids >= 0).any():
                continue
            row = model.add_rows("letter", 1, lower=0.0, upper=0.0, keys=keys(_letter(person, d, one)))
            model.add_entries(row[0], ids[ids >= 0])
            model.add_entries(row[0], mine, -1.0)
    assert days == len(made)
    return PersonFlow(np.concatenate(made), np.concatenate(hits))
