"""People whom no rule tells apart: same duties allowed, same prices, same place in every cover line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.rules.primitives import Counter, Pattern

__all__ = ["distinct", "leaders"]


def leaders(
    allowed: NDArray[np.bool_],
    unit_cost: NDArray[np.float64],
    groups: NDArray[np.bool_],
    *,
    sequences: Iterable[Pattern],
    counters: Iterable[Counter],
) -> NDArray[np.int32]:
    """For each person the first who is alike: any roster costs both the same, and either may work it for the other.

    Parameters
    ----------
    allowed, unit_cost : arrays, shape (employees, days, duties)
    groups : bool array, shape (groups, employees)
        Who is counted together in cover lines.
    sequences : patterns of more than one day
    counters : totals of people

    Returns
    -------
    ndarray of int32, shape (employees,)
        ``leader[e] <= e``, and ``leader[leader[e]] == leader[e]``.

    Notes
    -----
    Compares rules as they are written, so people whose rules differ in form only are not found alike. History counts:
    patterns are resolved against it and counters carry it as an offset.
    """
    marks: list[list[Any]] = [
        [allowed[e].tobytes(), unit_cost[e].tobytes(), groups[:, e].tobytes()] for e in range(len(allowed))
    ]
    for p in sequences:
        what: tuple[Any, ...] = (p.masks, float(p.weight), p.amount, p.groups, p.regular)
        order = np.lexsort((p.starts, p.employees))
        people, first = np.unique(p.employees[order], return_index=True)
        for e, starts in zip(people.tolist(), np.split(p.starts[order], first[1:]), strict=True):
            marks[e].append(("sequence", *what, starts.tobytes()))
    for c in counters:
        values = None if c.values is None else c.values.tobytes()
        what = (values, c.groups, c.mask, float(c.weight_lower), float(c.weight_upper))
        bounds = zip(c.employees.tolist(), c.lower.tolist(), c.upper.tolist(), c.offset.tolist(), strict=True)
        for e, *own in bounds:
            marks[e].append(("counter", *what, *own))
    first_of: dict[Any, int] = {}
    found = [first_of.setdefault(tuple(sorted(map(repr, mine))), e) for e, mine in enumerate(marks)]
    return np.array(found, dtype=np.int32)


def distinct(
    people: Iterable[int], leader: NDArray[np.int32], shut: Mapping[int, NDArray[np.bool_]]
) -> tuple[list[int], list[int]]:
    """Of people alike under the same excluded cells only the first, and the place of each person's stand-in."""
    place: dict[tuple[int, bytes], int] = {}
    kept: list[int] = []
    index: list[int] = []
    for e in people:
        key = (int(leader[e]), shut[e].tobytes() if e in shut else b"")
        if key not in place:
            place[key] = len(kept)
            kept.append(e)
        index.append(place[key])
    return kept, index
