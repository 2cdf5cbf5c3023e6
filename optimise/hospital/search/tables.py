"""Declarations of what lies where in two flat arrays, from which offsets and views are made.

Compiled code needs places that are known when it is compiled; problems differ in how many patients, rooms and nurses
they have. So a :class:`Layout` hands out fixed places: in the header of ``g``, and columns of rows. What depends on
the problem (where a table begins, how wide its rows are, where a part of a row begins) is a number that stands at a
fixed place of the header. :meth:`Layout.allocate` works these numbers out from the sizes of a problem.

``g`` is int64 and begins with the header; ``h`` is int32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from optimise.core.arrays import IntArray

__all__ = ["Layout", "Rows", "SearchTables"]


@dataclass(slots=True, eq=False)
class Rows:
    """Rows of one kind: columns known to compiled code, then parts as wide as the problem makes them.

    Attributes
    ----------
    count : str
        Name of the size that says how many rows there are.
    begin, width : int
        Places in the header: where the first row begins, and how long each is.
    long : bool
        Whether the rows lie in ``g``.
    """

    layout: Layout
    count: str
    begin: int
    width: int
    long: bool
    fixed: int = 0
    parts: dict[int, str] = field(default_factory=dict)
    lead: str = ""

    def columns(self, count: int) -> range:
        """The next columns that compiled code knows."""
        self.fixed += count
        return range(self.fixed - count, self.fixed)

    def first(self, size: str) -> int:
        """First column of the part right behind the fixed columns, so that compiled code knows where it begins."""
        self.lead = size
        return self.fixed

    def part(self, size: str) -> int:
        """Place in the header of the first column of a part as wide as ``size`` says."""
        place = self.layout.place()
        self.parts[place] = size
        return place

    def lay(self, g: IntArray, sizes: Mapping[str, int]) -> int:
        """Write the places of the parts and the width to the header; the length of all rows."""
        at = self.fixed + (sizes[self.lead] if self.lead else 0)
        for place, size in self.parts.items():
            g[place] = at
            at += sizes[size]
        g[self.width] = at
        return sizes[self.count] * int(g[self.width])


class Layout:
    """What lies in ``g`` and ``h``, in the order in which it is declared."""

    def __init__(self) -> None:
        self.header = 0
        self.kept: list[Rows | tuple[int, str, bool]] = []

    def place(self) -> int:
        """The next place of the header."""
        self.header += 1
        return self.header - 1

    def places(self, count: int) -> range:
        """The next places of the header."""
        self.header += count
        return range(self.header - count, self.header)

    def rows(self, count: str, *, long: bool = False) -> Rows:
        """A table with one row for each of ``count``."""
        made = Rows(self, count, self.place(), self.place(), long)
        self.kept.append(made)
        return made

    def vector(self, size: str, *, long: bool = False) -> int:
        """Place in the header of the beginning of a list of ``size`` numbers."""
        place = self.place()
        self.kept.append((place, size, long))
        return place

    def allocate(self, sizes: Mapping[str, int]) -> SearchTables:
        """Both arrays, all zero but for the places, with views by declaration."""
        g, ends = np.zeros(self.header, dtype=np.int64), {False: 0, True: self.header}
        for kept in self.kept:
            begin, long = (kept.begin, kept.long) if isinstance(kept, Rows) else (kept[0], kept[2])
            g[begin] = ends[long]
            ends[long] += kept.lay(g, sizes) if isinstance(kept, Rows) else sizes[kept[1]]
        g = np.concatenate([g, np.zeros(ends[True] - self.header, dtype=np.int64)])
        return SearchTables(self, g, np.zeros(ends[False], dtype=np.int32), dict(sizes))


@dataclass(frozen=True, slots=True, eq=False)
class SearchTables:
    """The two arrays of a problem and views into them."""

    layout: Layout
    g: IntArray
    h: IntArray
    sizes: Mapping[str, int]

    def table(self, rows: Rows) -> IntArray:
        """View of all rows of a kind, shape (count, width)."""
        count, width, begin = self.sizes[rows.count], int(self.g[rows.width]), int(self.g[rows.begin])
        return (self.g if rows.long else self.h)[begin : begin + count * width].reshape(count, width)

    def part(self, rows: Rows, place: int) -> IntArray:
        """View of one part of all rows, shape (count, its width)."""
        first = int(self.g[place])
        return self.table(rows)[:, first : first + self.sizes[rows.parts[place]]]

    def vector(self, place: int) -> IntArray:
        """View of a list."""
        for kept in self.layout.kept:
            if not isinstance(kept, Rows) and kept[0] == place:
                begin = int(self.g[place])
                return (self.g if kept[2] else self.h)[begin : begin + self.sizes[kept[1]]]
        raise KeyError(place)
