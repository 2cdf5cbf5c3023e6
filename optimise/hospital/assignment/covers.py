"""Fewest nurses of a stay: exact set cover by depth-first search, for nurses' shifts are few."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.assignment.data import SHIFTS

__all__ = ["fewest_nurses"]

#: Sets looked at for one stay; beyond them the number known to be needed stands.
_MOST = 20_000


def fewest_nurses(here: IntArray, duty: IntArray) -> int:
    """Sum over patients of the fewest nurses whose shifts cover the stay.

    Parameters
    ----------
    here : bool array (patients, days)
    duty : bool array (nurses, shifts)

    Returns
    -------
    int
        Never more than any plan needs.
    """
    masks = [sum(1 << int(s) for s in np.flatnonzero(row)) for row in duty]
    known: dict[int, int] = {}
    total = 0
    for row in here:
        stay = sum(7 << (SHIFTS * int(d)) for d in np.flatnonzero(row))
        if stay not in known:
            known[stay] = _fewest(stay, [m & stay for m in masks])
        total += known[stay]
    return total


def _fewest(stay: int, masks: list[int]) -> int:
    """Smallest number of masks that together hold all of ``stay``."""
    useful = sorted({m for m in masks if m}, key=lambda m: -m.bit_count())
    useful = [m for i, m in enumerate(useful) if not any(m | other == other for other in useful[:i])]
    if not useful:
        return 0
    widest, left = useful[0].bit_count(), [_MOST]
    by_shift = {s: [m for m in useful if m >> s & 1] for s in range(stay.bit_length()) if stay >> s & 1}

    def covered(missing: int, count: int) -> bool:
        """Whether ``count`` masks can hold ``missing``; True also where nobody knows."""
        if not missing:
            return True
        if missing.bit_count() > count * widest:
            return False
        left[0] -= 1
        if left[0] < 0:
            return True
        shift = min((s for s in by_shift if missing >> s & 1), key=lambda s: len(by_shift[s]))
        return any(covered(missing & ~m, count - 1) for m in by_shift[shift])

    needed = -(-stay.bit_count() // widest)
    while not covered(stay, needed):
        needed += 1
    return needed
