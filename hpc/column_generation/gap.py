"""Where a plan loses against the bound: the gap told by people and lines, and who can mend a line cheaply."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.incumbent import Incumbent
from optimise.roster.kernels import Pricer, on_grid
from optimise.roster.kernels.cover import CoverRows

__all__ = ["Guide"]

Floats = NDArray[np.float64]


class Guide:
    r"""The gap between a plan and the Lagrangian bound, term by term.

    At duals :math:`\pi` the bound is
    :math:`\sum_e \min_p (c_p - \pi a_p) + \sum_\ell \min_v (f_\ell(v) + \pi_\ell v)`, so a plan's cost exceeds it
    by exactly what each person's roster and each line's value lie above their own minimum. Only there can anything be
    gained: cover whose shortage the bound holds for unavoidable is left alone.
    """

    def __init__(self, cover: CoverRows, pricer: Pricer, duals: Floats) -> None:
        self.cover, self.pricer, self.duals = cover, pricer, duals[: cover.lines]
        self.prices = [on_grid(p) for p in cover.prices(self.duals)]
        self.days = np.arange(cover.days)
        self.least = cover.least(self.duals)
        self._best: list[Column | None] = []
        self._bounds = np.zeros(0)
        self._forced: dict[int, Floats] = {}

    @property
    def bounds(self) -> Floats:
        """Least cost of each person's roster at the duals."""
        if not self._best:
            self.pricer.reset()
            people = range(len(self.cover.kind))
            priced = [self.pricer.price(e, self.prices[self.cover.kind[e]]) for e in people]
            self._bounds = np.array([p.bound for p in priced])
            self._best = [
                Column.of(self.cover, e, p.words[0], self.pricer.cost(e, p.words[0])) if len(p.words) else None
                for e, p in enumerate(priced)
            ]
        return self._bounds

    def best(self, employee: int) -> Column | None:
        """Somebody's best roster at the duals; None where pricing found none in its limits."""
        _ = self.bounds
        return self._best[employee]

    def values(self, incumbent: Incumbent) -> Floats:
        """Cost of each person's roster at the duals."""
        prices = [self.prices[k] for k in self.cover.kind.tolist()]
        paid = [float(p[self.days, w].sum()) for p, w in zip(prices, incumbent.words, strict=True)]
        values: Floats = incumbent.personal + np.array(paid)
        return values

    def people(self, incumbent: Incumbent) -> Floats:
        """What each person's roster costs more than the best one at the duals."""
        return np.maximum(self.values(incumbent) - self.bounds, 0.0)

    def lines(self, incumbent: Incumbent) -> Floats:
        """What each line's value costs more than its best value at the duals."""
        now = self.cover.line_costs(incumbent.values, incumbent.penalty) + self.duals * incumbent.values
        return np.maximum(now - self.least, 0.0)

    def helpers(self, incumbent: Incumbent, line: int) -> Floats:
        """Rise of each person's cost at the duals when they change to a roster that mends the line; may be negative.

        Infinite where someone's duties that day already do what they can.
        """
        cover = self.cover
        short = bool(incumbent.values[line] < self._wanted(line, incumbent))
        if line not in self._forced:
            self._forced[line] = np.full((2, len(cover.kind)), np.nan)
        known = self._forced[line][int(short)]
        rise = np.full(len(cover.kind), np.inf)
        now = self.values(incumbent)
        self.pricer.reset()
        for e in range(len(cover.kind)):
            shut, does = self._shut(e, line, short, incumbent)
            if shut is None or does:
                continue
            if math.isnan(known[e]):
                priced = self.pricer.price(e, self.prices[cover.kind[e]], forbidden=shut)
                known[e] = priced.values[0] if len(priced.values) else priced.bound  # infinite if there is none
            rise[e] = known[e] - now[e]
        return rise

    def day(self, line: int) -> int:
        """First day that feeds a line."""
        table = self.cover.compiled.line_table
        return int(table.day[table.line == line].min())

    def _wanted(self, line: int, incumbent: Incumbent) -> float:
        """Best value of a line at the duals, the nearest to what it has."""
        cover = self.cover
        part = slice(int(cover.first[line]), int(cover.first[line]) + int(cover.widths[line]))
        value = cover.at_cost[part] + self.duals[line] * cover.at[part]
        good = cover.at[part][value <= value.min() + 1e-6]
        return float(np.clip(incumbent.values[line], good.min(), good.max()))

    def _shut(self, e: int, line: int, short: bool, incumbent: Incumbent) -> tuple[NDArray[np.bool_] | None, bool]:
        """Cells to exclude so that a person brings the line more (``short``) or less; whether they do so already."""
        cover = self.cover
        k = int(cover.kind[e])
        where = np.flatnonzero(cover.row[k] == line)
        if not len(where):
            return None, False
        cell = np.searchsorted(cover.pointer[k], where, side="right") - 1
        fed = np.bincount(cell, weights=cover.value[k][where], minlength=cover.days * cover.alphabet)
        table = fed.reshape(cover.days, cover.alphabet)
        day = int(np.flatnonzero(np.abs(table).sum(axis=1))[0])
        if not short:
            shut = table > 0
        else:
            shut = np.zeros(table.shape, dtype=np.bool_)
            shut[day] = table[day] <= 0
        return shut, not bool(shut[self.days, incumbent.words[e]].any())
