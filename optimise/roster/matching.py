"""Partial matches of patterns, followed at once: conjunctions as bits of one integer, automata by their states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.roster.rules.primitives import Pattern, Regular

__all__ = ["Bits", "Readers", "Reading", "letters_of"]

#: Regular patterns that are being read: (pattern, day of it, state), sorted.
Reading = tuple[tuple[int, int, int], ...]


class Bits:
    """Patterns laid side by side in one integer, with the words that the shift-and step needs."""

    def __init__(self, symbols: int, extent: int, lenient: bool) -> None:
        self.lenient = lenient
        self.members = [0] * symbols
        self.starts = [0] * extent
        self.final = 0
        self.hard = 0
        self.cost: dict[int, complex] = {}
        self.size = 0

    def add(self, pattern: Pattern, at: NDArray[np.bool_]) -> None:
        """Lay a pattern beside the others.

        Parameters
        ----------
        pattern : Pattern
            A conjunction.
        at : bool array
            Shape (extent,): days (or groups) on which it begins.
        """
        for i, mask in enumerate(pattern.masks):
            for a in range(len(self.members)):
                if mask >> a & 1:
                    self.members[a] |= 1 << (self.size + i)
        for d in np.flatnonzero(at).tolist():
            self.starts[d] |= 1 << self.size
        last = self.size + len(pattern.masks) - 1
        self.final |= 1 << last
        if not pattern.hard:
            self.cost[last] = pattern.cost
        elif self.lenient:
            self.cost[last] = complex(0.0, pattern.amount)
        else:
            self.hard |= 1 << last
        self.size += len(pattern.masks)

    def step(self, word: int, starts: int, symbol: int) -> tuple[int, complex]:
        """Follow all patterns by one day.

        Parameters
        ----------
        word, starts, symbol : int
            Partial matches, the bits that begin on this day, and what is done.

        Returns
        -------
        tuple of int and complex
            Next word and cost; the word is -1 where a hard pattern matches.
        """
        word = ((word << 1) | starts) & self.members[symbol]
        done = word & self.final
        if not done:
            return word, 0.0
        if done & self.hard:
            return -1, 0.0
        total: complex = 0.0
        rest = done
        while rest:
            low = rest & -rest
            total += self.cost[low.bit_length() - 1]
            rest ^= low
        return word & ~done, total


class Readers:
    """Regular patterns, read from each day on which they begin."""

    def __init__(self, patterns: list[tuple[Pattern, Regular]], representatives: list[int], lenient: bool) -> None:
        self.moves = [
            [[[row[a] for a in representatives] for row in layer] for layer in regular.moves] for _, regular in patterns
        ]
        self.cost: list[complex | None] = []  # None forbids
        for pattern, _ in patterns:
            broken = complex(0.0, pattern.amount) if lenient else None
            self.cost.append(broken if pattern.hard else pattern.cost)

    def step(self, reading: Reading, opened: tuple[int, ...], letter: int) -> tuple[Reading | None, complex]:
        """Read one more day.

        Parameters
        ----------
        reading : Reading
            What is being read.
        opened : tuple of int
            Patterns that begin on this day.
        letter : int
            What is done.

        Returns
        -------
        tuple of Reading and complex
            Next readings and the cost of what is accepted; None where a hard pattern is.
        """
        total: complex = 0.0
        after: list[tuple[int, int, int]] = []
        for which, day, state in (*reading, *((one, 0, 0) for one in opened)):
            moves = self.moves[which]
            to = moves[day][state][letter]
            if to < 0:
                continue
            if day + 1 < len(moves):
                after.append((which, day + 1, to))
                continue
            cost = self.cost[which]
            if cost is None:
                return None, 0.0
            total += cost
        return tuple(sorted(after)), total


def letters_of(
    daily: list[tuple[Pattern, NDArray[np.bool_]]], masks: list[int], regulars: list[Regular], alphabet: int
) -> tuple[NDArray[np.int16], list[int]]:
    """Letter of every duty and one duty of each letter, by membership in all sets and by moves that occur.

    Parameters
    ----------
    daily : list of (Pattern, bool array)
        Conjunctions with the days on which they begin.
    masks : list of int
        Further sets of duties.
    regulars : list of Regular
    alphabet : int
        Number of duties.

    Returns
    -------
    tuple of int16 array and list of int
        Letter of each duty, shape (alphabet,), and the first duty of each letter.
    """
    sets = sorted({mask for p, _ in daily for mask in p.masks} | set(masks))
    rows = list({row: None for regular in regulars for layer in regular.moves for row in layer})
    index: dict[tuple[int, ...], int] = {}
    letter = np.zeros(alphabet, dtype=np.int16)
    representatives: list[int] = []
    for a in range(alphabet):
        signature = (*(mask >> a & 1 for mask in sets), *(row[a] for row in rows))
        if signature not in index:
            index[signature] = len(index)
            representatives.append(a)
        letter[a] = index[signature]
    return letter, representatives
