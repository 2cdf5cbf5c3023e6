"""Totals over a few days (a rolling week, each calendar week) folded into the automaton of a person.

A total of the whole horizon is a dimension of the pricing table on every day. A total of seven days matters on seven
days only, and there are as many of them as there are days: as dimensions they would multiply, as labels of the search
they make it wander. Folded into the automaton they cost little. A state carries the sums of the windows that are open;
sums that no possible future tells apart are one (the largest of them stands for all), a window is forgotten once it is
over, and equivalent states are merged from the last day backwards as for sequence rules. Six nurses with shifts of 7.5
and 11.25 h and at most 60 h in any of 22 weeks need 977 states instead of 275.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automaton, Layer, minimised

__all__ = ["MOST_STATES", "Window", "folded"]

#: More states than this on a day before merging, and the windows stay outside.
MOST_STATES = 10_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A total over the days ``first .. last`` of one person, in units.

    Attributes
    ----------
    first, last : int
    values : int64 array, shape (days, duties)
        What each duty adds; zero outside these days.
    cap : int
        Sums stay here; what goes past it costs ``past`` a unit.
    past : float
        Infinite for a hard upper limit, 0 where there is none.
    end : float64 array, shape (cap + 1,)
        Cost of each final sum, infinite where it breaks a hard limit.
    falling : bool
        Whether there is a lower limit: a larger sum may then be the better one.
    """

    first: int
    last: int
    values: Ints
    cap: int
    past: float
    end: Floats
    falling: bool

    def merged(self, allowed: NDArray[np.bool_]) -> list[Ints]:
        """For each of its days, which sum stands for each sum after that day."""
        added = [np.unique(self.values[d][allowed[d]]) for d in range(self.first, self.last + 1)]
        most, within = 0, np.zeros(self.cap + 1, dtype=np.bool_)
        within[0] = True  # sums that the days to come can bring, up to the cap
        out: list[Ints] = []
        sums = np.arange(self.cap + 1)
        free = int(np.flatnonzero(self.end == 0).max(initial=-1))  # without lower limits no smaller sum costs anything
        for step in reversed(added):
            stands = sums.copy()
            if not self.falling and math.isinf(self.past):
                reach = np.maximum.accumulate(np.where(within, sums, 0))
                stands = self.cap - reach[self.cap - sums]
            if not self.falling:
                stands[sums + most <= free] = 0
            out.append(stands)
            more = np.zeros_like(within)
            for add in step.tolist():
                if add <= self.cap:
                    more[add:] |= within[: self.cap + 1 - add]
            most, within = most + int(step.max(initial=0)), more
        return out[::-1]


def folded(
    automaton: Automaton, windows: Sequence[Window], allowed: NDArray[np.bool_], most: int = MOST_STATES
) -> Automaton | None:
    """The product of an automaton with the sums of some windows, minimised.

    Parameters
    ----------
    automaton : Automaton
    windows : sequence of Window
    allowed : bool array, shape (days, duties)
        Duties that the person may have; the others do not make sums differ.
    most : int
        States on a day, before merging, from which it is given up.

    Returns
    -------
    Automaton or None
        Its words cost what they cost before and what the windows charge; None where there would be too many states.
    """
    letter, chosen = _letters(automaton, windows)
    old = automaton.letter[chosen]
    standing = [window.merged(allowed) for window in windows]
    base, sums = np.zeros(1, dtype=np.int64), np.zeros((1, len(windows)), dtype=np.int64)
    layers: list[Layer] = []
    for day, layer in enumerate(automaton.layers):
        target = layer.next[base][:, old].astype(np.int64)
        cost = layer.cost[base][:, old].copy()
        after = np.repeat(sums[:, None, :], len(chosen), axis=1)
        for k, window in enumerate(windows):
            if window.first <= day <= window.last:
                now = after[:, :, k] + window.values[day, chosen][None, :]
                past = np.maximum(now - window.cap, 0)
                if math.isinf(window.past):
                    target[past > 0] = -1
                elif window.past:
                    cost += past * window.past
                now = np.minimum(now, window.cap)
                if day == window.last:
                    final = window.end[now]
                    target[np.isinf(final)] = -1
                    cost += np.where(np.isinf(final), 0.0, final)
                    after[:, :, k] = 0
                else:
                    after[:, :, k] = standing[k][day - window.first][now]
        live = target >= 0
        if not live.any():
            return Automaton(letter, (), automaton.calendars, False)
        first, which = _distinct(target[live], after[live])
        if len(first) > most:
            return None
        nxt = np.full(target.shape, -1, dtype=np.int32)
        nxt[live] = which
        layers.append(Layer(nxt, np.where(live, cost, 0.0), layer.hits[base][:, old]))
        base, sums = target[live][first], after[live][first]
    return minimised(letter, layers, automaton.calendars)


def _letters(automaton: Automaton, windows: Sequence[Window]) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
    """Letter of every duty, told apart by the automaton and what it adds, and a duty of each letter."""
    columns = np.concatenate([automaton.letter[None, :].astype(np.int64), *(w.values for w in windows)], axis=0)
    index: dict[bytes, int] = {}
    letter = np.array([index.setdefault(column.tobytes(), len(index)) for column in columns.T], dtype=np.int16)
    return letter, np.array([int(np.flatnonzero(letter == a)[0]) for a in range(len(index))])


def _distinct(target: Ints, sums: Ints) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First of each distinct pair of state and sums, and which pair each one is."""
    code = target
    for column in sums.T:
        if column.any():
            seen, digit = np.unique(column, return_inverse=True)
            if int(code.max()) > 2**62 // len(seen):
                code = np.unique(code, return_inverse=True)[1]
            code = code * len(seen) + digit
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    return first, which
