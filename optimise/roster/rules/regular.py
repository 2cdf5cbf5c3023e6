"""Sets of rows of duties as deterministic layered automata (the ``regular`` constraint of Pesant, 2004).

A conjunction over days says "these duties on these days". What depends on a sum along the way, such as two long rests
in a fortnight, would take thousands of conjunctions; an automaton says it in a few states a day.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Regular"]

Step = Callable[[int, Any, int], Hashable | None]


@dataclass(frozen=True)
class Regular:
    """Rows of duties on consecutive days that an automaton accepts; it starts in state 0 of day 0.

    Attributes
    ----------
    moves : tuple of tuple of tuple of int
        ``moves[day][state][duty]`` is the state on the next day, -1 where the row can no longer be accepted. After
        the last day every state is accepting.
    """

    moves: tuple[tuple[tuple[int, ...], ...], ...]

    @classmethod
    def made(cls, days: int, duties: int, start: Hashable, step: Step, final: Callable[[Any], bool]) -> Regular | None:
        """The smallest automaton that goes from state to state as told.

        Parameters
        ----------
        days, duties : int
            Length of the rows, and number of duties.
        start : hashable
            The first state, in any form.
        step : callable
            ``(day, state, duty)`` gives the next state, None where the row is not accepted.
        final : callable
            Whether a state after the last day accepts.

        Returns
        -------
        Regular or None
            None where no row is accepted.
        """
        layers: list[list[Hashable]] = [[start]]
        edges: list[list[list[int]]] = []
        for day in range(days):
            index: dict[Hashable, int] = {}
            edges.append([])
            for state in layers[-1]:
                row = [step(day, state, duty) for duty in range(duties)]
                edges[-1].append([-1 if to is None else index.setdefault(to, len(index)) for to in row])
            layers.append(list(index))
        after = [0 if final(state) else -1 for state in layers[-1]]
        moves: list[tuple[tuple[int, ...], ...]] = []
        for layer in reversed(edges):  # equal rows are one state, last day first
            alike: dict[tuple[int, ...], int] = {}
            merged: list[int] = []
            for targets in layer:
                to = tuple(after[target] if target >= 0 else -1 for target in targets)
                dead = max(to) < 0
                merged.append(-1 if dead else alike.setdefault(to, len(alike)))
            after = merged
            moves.append(tuple(alike))
        return None if after[0] < 0 else cls(tuple(reversed(moves)))

    @property
    def days(self) -> int:
        """Length of the rows."""
        return len(self.moves)

    @cached_property
    def masks(self) -> tuple[int, ...]:
        """Duties that some accepted row has, day by day, as masks."""
        return tuple(
            sum(1 << duty for duty in range(len(layer[0])) if any(row[duty] >= 0 for row in layer))
            for layer in self.moves
        )

    @cached_property
    def _tables(self) -> tuple[NDArray[np.int32], ...]:
        """The moves as arrays with one more state, last, from which nothing is accepted."""
        made = []
        for layer in self.moves:
            table = np.full((len(layer) + 1, len(layer[0])), -1, dtype=np.int32)
            table[:-1] = layer
            made.append(table)
        return tuple(made)

    def accepts(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Which rows are accepted.

        Parameters
        ----------
        rows : int array
            Shape (..., days): duties.

        Returns
        -------
        bool array
            Shape (...).
        """
        state = np.zeros(rows.shape[:-1], dtype=np.int32)
        for day, table in enumerate(self._tables):
            state = table[state, rows[..., day]]  # -1 is the last row, which stays at -1
        accepted: NDArray[np.bool_] = state >= 0
        return accepted

    def after(self, past: Sequence[int]) -> Regular | None:
        """What remains once the first days are known.

        Parameters
        ----------
        past : sequence of int
            Masks of the duties that each of the first days may have had; fewer than there are days.

        Returns
        -------
        Regular or None
            None where the row is not accepted for certain, or the duties of a day lead to different states.
        """
        state = 0
        for layer, mask in zip(self.moves, past, strict=False):
            leads = {layer[state][duty] for duty in _members(mask) if duty < len(layer[state])}
            if len(leads) != 1 or -1 in leads:
                return None
            state = leads.pop()
        reached, moves = [state], []
        for layer in self.moves[len(past) :]:  # states that no row reaches any more are left out
            now = sorted({to for one in reached for to in layer[one] if to >= 0})
            index = {-1: -1, **{to: i for i, to in enumerate(now)}}
            moves.append(tuple(tuple(index[to] for to in layer[one]) for one in reached))
            reached = now
        return Regular(tuple(moves))


def _members(mask: int) -> Iterable[int]:
    return (duty for duty in range(mask.bit_length()) if mask >> duty & 1)
