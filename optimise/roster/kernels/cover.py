"""The lines that link people, as arrays for masters, prices and marginal costs."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimise.roster.arrays import cover_arrays
from optimise.roster.compiled import CompiledRoster
from optimise.roster.rules.primitives import Line

__all__ = ["CoverRows"]

Floats = NDArray[np.float64]


class CoverRows:
    """Lines of a compiled roster, with what each person's duty adds to each line.

    People who count alike in all lines form one *kind*.

    Attributes
    ----------
    lines : int
    kind : int32 array, shape (employees,)
    pointer, row : lists of int32 arrays; value : list of float arrays
        Views of the flat tables (:mod:`optimise.roster.arrays`). For kind k and cell ``day * alphabet + duty``, the
        lines it touches are ``row[k][pointer[k][cell]:pointer[k][cell + 1]]``.
    """

    def __init__(self, compiled: CompiledRoster) -> None:
        self.compiled = compiled
        self.lines, self.days, self.alphabet = len(compiled.lines), compiled.days, compiled.alphabet
        self.arrays = cover_arrays(compiled)
        self.kind = self.arrays.kind
        self.pointer = [(p - p[0]).astype(np.int32) for p in self.arrays.pointer]
        inside = [slice(int(p[0]), int(p[-1])) for p in self.arrays.pointer]
        self.row, self.value = ([whole[one] for one in inside] for whole in (self.arrays.row, self.arrays.value))
        self._steps()

    # ---- columns -------------------------------------------------------------------------------------------------
    def column(self, employee: int, word: NDArray[np.int16]) -> tuple[NDArray[np.int32], Floats]:
        """Lines touched by a person's roster, with coefficients; each line once."""
        k = self.kind[employee]
        cell = np.arange(self.days) * self.alphabet + word
        pointer = self.pointer[k]
        size = pointer[cell + 1] - pointer[cell]
        where = np.repeat(pointer[cell] - np.r_[0, np.cumsum(size)[:-1]], size) + np.arange(int(size.sum()))
        row, value = self.row[k][where], self.value[k][where]
        if len(row) < 2 or (np.diff(row) > 0).all():
            return row, value
        distinct, index = np.unique(row, return_inverse=True)
        return distinct, np.bincount(index.reshape(-1), weights=value).astype(np.float64)

    def counts(self, duties: NDArray[np.int16], people: NDArray[np.intp] | None = None) -> Floats:
        """Value of every line when these people (default: all) work these duties."""
        total = np.zeros(self.lines)
        for i, e in enumerate(range(len(duties)) if people is None else people.tolist()):
            row, value = self.column(e, duties[i])
            total[row] += value
        return total

    def prices(self, duals: Floats, people: list[int] | None = None) -> list[Floats]:
        """Price of each cell for each kind of person: minus the duals of the lines that it feeds.

        With ``people`` only their kinds are made, the others are left empty: a hospital has hundreds.
        """
        cells = self.days * self.alphabet
        wanted = None if people is None else set(self.kind[people].tolist())
        out = []
        for k, (pointer, row, value) in enumerate(zip(self.pointer, self.row, self.value, strict=True)):
            if wanted is not None and k not in wanted:
                out.append(np.zeros((0, self.alphabet)))
                continue
            where = np.repeat(np.arange(cells), np.diff(pointer))
            total = np.bincount(where, weights=-value * duals[row], minlength=cells).astype(np.float64)
            out.append(total.reshape(self.days, self.alphabet))
        return out

    # ---- costs of values -----------------------------------------------------------------------------------------
    def _steps(self) -> None:
        """Break points ``(line, value, cost)`` of every line over the values that can occur."""
        lowest, highest = self._ranges()
        first, at, cost = [0], [], []
        for i, line in enumerate(self.compiled.lines):
            points = _breaks(line, lowest[i], highest[i])
            at += points
            cost += [_cost(line, v) for v in points]
            first.append(len(at))
        self.first = np.array(first[:-1], dtype=np.intp)
        self.at, self.at_cost = np.array(at, dtype=np.float64), np.array(cost, dtype=np.float64)

    def _ranges(self) -> tuple[Floats, Floats]:
        low, high = np.zeros(self.lines), np.zeros(self.lines)
        people = np.bincount(self.kind, minlength=len(self.pointer))
        for k, (pointer, row, value) in enumerate(zip(self.pointer, self.row, self.value, strict=True)):
            day = np.repeat(np.arange(self.days * self.alphabet) // self.alphabet, np.diff(pointer))
            key = row.astype(np.int64) * self.days + day
            distinct, where = np.unique(key, return_inverse=True)
            least, most = np.zeros(len(distinct)), np.zeros(len(distinct))
            np.minimum.at(least, where.reshape(-1), value)
            np.maximum.at(most, where.reshape(-1), value)
            low += people[k] * np.bincount(distinct // self.days, weights=least, minlength=self.lines)
            high += people[k] * np.bincount(distinct // self.days, weights=most, minlength=self.lines)
        return low, high

    def dual_value(self, duals: Floats, lines: NDArray[np.bool_] | None = None, change: Floats | None = None) -> float:
        """``sum over lines of min over v of cost(v) + dual * v``: the cover part of the Lagrangian.

        ``change`` is added to the costs at the break points.
        """
        each = self.least(duals, change)
        return float(each.sum() if lines is None else each[lines].sum())

    def least(self, duals: Floats, change: Floats | None = None) -> Floats:
        """``min over v of cost(v) + dual * v`` of each line."""
        if not self.lines:
            return np.zeros(0)
        cost = self.at_cost if change is None else self.at_cost + change
        each: Floats = np.minimum.reduceat(cost + np.repeat(duals, self.widths) * self.at, self.first)
        return each

    def lines_of(self, first: int, last: int) -> NDArray[np.bool_]:
        """Lines that have a term on a day in ``[first, last)``."""
        table = self.compiled.line_table
        out = np.zeros(self.lines, dtype=np.bool_)
        out[table.line[(table.day >= first) & (table.day < last)]] = True
        return out

    def slopes(self) -> tuple[Floats, Floats]:
        """Range in which each line's dual is useful: outside it the Lagrangian only falls."""
        low, high = np.zeros(self.lines), np.zeros(self.lines)
        for i, line in enumerate(self.compiled.lines):
            if math.isfinite(line.upper):
                low[i] = -max((s.price for s in line.over), default=0.0)
            if math.isfinite(line.lower):
                high[i] = max((s.price for s in line.under), default=0.0)
        return low, high

    def violation(self, duals: Floats, activity: Floats, low: Floats, high: Floats) -> Floats:
        """Supergradient of the Lagrangian: best line value at these duals minus the activity, 0 where they agree.

        Where several line values are equally good, the one nearest to the activity is taken; components that push
        against the range of useful duals are dropped.
        """
        value = self.at_cost + np.repeat(duals, self.widths) * self.at
        least = np.repeat(np.minimum.reduceat(value, self.first), self.widths)
        good = value <= least + 1e-9
        lowest = np.minimum.reduceat(np.where(good, self.at, np.inf), self.first)
        highest = np.maximum.reduceat(np.where(good, self.at, -np.inf), self.first)
        out = np.clip(activity, lowest, highest) - activity
        out[(out > 0) & (duals >= high)] = 0.0
        out[(out < 0) & (duals <= low)] = 0.0
        return out

    @cached_property
    def widths(self) -> NDArray[np.intp]:
        """Break points of each line."""
        widths: NDArray[np.intp] = np.diff(np.r_[self.first, len(self.at)])
        return widths

    def hard_amount(self, values: Floats) -> float:
        """Units by which lines are outside what is allowed."""
        return float(self.line_costs(values, 1.0, soft=False).sum())

    def line_costs(self, values: Floats, hard: float, *, soft: bool = True) -> Floats:
        """Cost of every line at these values, each hard unit priced at ``hard``; without ``soft`` only those."""
        out = np.zeros(self.lines)
        for bound, sign, widths, prices in self.sides:
            left = np.maximum(sign * (values - bound), 0.0)
            left[~np.isfinite(bound)] = 0.0
            for k in range(widths.shape[1]):
                part = np.minimum(left, widths[:, k])
                out += part * np.where(np.isinf(prices[:, k]), hard, prices[:, k] if soft else 0.0)
                left -= part
        return out

    def marginal(self, values: Floats, hard: float, only: int | None = None) -> list[Floats]:
        """Change of cover cost by cell and kind when one person's duty is added to these values.

        With ``only`` the other kinds are left empty: a hospital has hundreds.
        """
        now = self.line_costs(values, hard)
        out = []
        cells = self.days * self.alphabet
        cache: dict[float, Floats] = {}
        for k, (pointer, row, value) in enumerate(zip(self.pointer, self.row, self.value, strict=True)):
            if only is not None and k != only:
                out.append(np.zeros((0, self.alphabet)))
                continue
            change = np.zeros(len(row))
            for v in np.unique(value).tolist():
                if v not in cache:
                    cache[v] = self.line_costs(values + v, hard) - now
                change = np.where(value == v, cache[v][row], change)
            where = np.repeat(np.arange(cells), np.diff(pointer))
            total = np.bincount(where, weights=change, minlength=cells).astype(np.float64)
            out.append(total.reshape(self.days, self.alphabet))
        return out

    @cached_property
    def sides(self) -> list[tuple[Floats, int, Floats, Floats]]:
        """Below and above: (bounds, sign, widths, prices) of all lines; segments in columns."""
        tables = self.arrays.line_bound, self.arrays.segment_width, self.arrays.segment_price
        made = []
        for i, sign in enumerate((-1, 1)):
            bound, width, price = (np.ascontiguousarray(table[:, i]) for table in tables)
            made.append((bound, sign, width, price))
        return made


def _breaks(line: Line, low: float, high: float) -> list[float]:
    points = {low, high}
    for bound, sign, segments in ((line.lower, -1, line.under), (line.upper, 1, line.over)):
        if math.isfinite(bound):
            at = bound
            points.add(at)
            for s in segments:
                if not math.isfinite(s.width):
                    break
                at += sign * s.width
                points.add(at)
    inside = sorted(p for p in points if low <= p <= high)
    return inside


def _cost(line: Line, value: float) -> float:
    cost, hard = line.price(value)
    return math.inf if hard > 0 else cost
