"""Hard rules that days which are over break by themselves: what has happened forbids no plan, and is not counted.

All forms of rules are treated alike. A sequence that reaches into open days still forbids, and a total that is above
its maximum already allows nothing on top. What single days forbid (leave, skills, pins) stays: that is a contradiction
of two statements about one day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimise.roster.rules.primitives import Counter, Line, Pattern

__all__ = ["open_counter", "open_line", "open_pattern", "past_of"]

#: Duties of days that are over, shape (people, days); -1 where a day is open.
Past = NDArray[np.int16]


def open_pattern(pattern: Pattern, past: Past, alphabet: int) -> Pattern:
    """A resolved sequence without the places at which days that are over match it.

    Parameters
    ----------
    pattern : Pattern
        Of two or more days before it was cut to the horizon.
    past : int16 array
        Shape (people, days); -1 where a day is open.
    alphabet : int
        Number of duties.

    Returns
    -------
    Pattern
        The same where it is soft.
    """
    if not pattern.hard or not len(pattern.starts):
        return pattern
    letters = past if pattern.groups is None else _worked(pattern.groups, past)
    size = alphabet if pattern.groups is None else 2
    cells = letters[pattern.employees[:, None], pattern.starts[:, None] + np.arange(len(pattern.masks))]
    hit: NDArray[np.bool_] = (cells >= 0).all(axis=1)
    if pattern.regular is not None:
        if hit.any():
            hit[hit] = pattern.regular.accepts(cells[hit])
    else:
        table = np.array([[mask >> a & 1 for a in range(size)] for mask in pattern.masks], dtype=np.bool_)
        hit &= table[np.arange(len(table)), np.maximum(cells, 0)].all(axis=1)
    if not hit.any():
        return pattern
    return replace(pattern, employees=pattern.employees[~hit], starts=pattern.starts[~hit])


def open_counter(counter: Counter, past: Past, alphabet: int) -> Counter:
    """A total whose hard bounds leave room for what days that are over have made of it.

    Parameters
    ----------
    counter : Counter
    past : int16 array
        Shape (people, days); -1 where a day is open.
    alphabet : int
        Number of duties.

    Returns
    -------
    Counter
    """
    low_hard, high_hard = np.isinf(counter.weight_lower), np.isinf(counter.weight_upper)
    if not (low_hard or high_hard):
        return counter
    rows = past[counter.employees]
    least, most = counter.offset.copy(), counter.offset.copy()
    if counter.values is not None:
        known = counter.values[np.arange(rows.shape[1]), np.maximum(rows, 0)]
        least += np.where(rows >= 0, known, counter.values.min(axis=1)).sum(axis=1)
        most += np.where(rows >= 0, known, counter.values.max(axis=1)).sum(axis=1)
    if counter.groups is not None:
        inside = np.array([counter.mask >> a & 1 for a in range(alphabet)], dtype=np.bool_)
        for group in counter.groups:
            cells = rows[:, list(group)]
            there = (inside[np.maximum(cells, 0)] & (cells >= 0)).any(axis=1)
            least += there
            most += there | (cells < 0).any(axis=1)
    return replace(
        counter,
        lower=np.minimum(counter.lower, most) if low_hard else counter.lower,
        upper=np.maximum(counter.upper, least) if high_hard else counter.upper,
    )


def open_line(line: Line, past: Past) -> Line:
    """A head count that asks for no more than what was, where all its days are over and it breaks a hard rule.

    Parameters
    ----------
    line : Line
    past : int16 array
        Shape (people, days); -1 where a day is open.

    Returns
    -------
    Line
    """
    if not line.hard:
        return line
    value = 0.0
    for term in line.terms:
        column = past[:, term.day]
        cells = column if term.employees is None else column[list(term.employees)]
        if (cells < 0).any():
            return line
        value += term.coefficient * sum(term.mask >> a & 1 for a in cells.tolist())
    if line.price(value)[1] <= 0:
        return line
    return replace(line, lower=min(line.lower, value), upper=max(line.upper, value))


def past_of(shape: tuple[int, int], cells: Iterable[tuple[int, int, int]]) -> Past:
    """Duties of fixed days as an array.

    Parameters
    ----------
    shape : tuple of int
        People and days.
    cells : iterable of tuple
        Person, day and the mask of the one duty.

    Returns
    -------
    int16 array
        Shape (people, days); -1 elsewhere.
    """
    past = np.full(shape, -1, dtype=np.int16)
    for person, day, mask in cells:
        past[person, day] = mask.bit_length() - 1
    return past


def _worked(groups: tuple[tuple[int, ...], ...], past: Past) -> Past:
    """1 where somebody worked in a group of days, 0 where not, -1 where it is open, shape (people, groups)."""
    columns = [past[:, list(group)] for group in groups]
    made = [np.where((c > 0).any(axis=1), 1, np.where((c < 0).any(axis=1), -1, 0)) for c in columns]
    return np.stack(made, axis=1).astype(np.int16)
