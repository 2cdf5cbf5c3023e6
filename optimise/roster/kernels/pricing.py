"""The cheapest rosters of one person for given prices of (day, duty): the pricing problem of column generation.

Person by person, the rules are brought into a :class:`~optimise.roster.kernels.table.Network`. Which counters become
dimensions of the table is decided from their sizes: lower limits must (they need exact totals), small soft limits
and weekends do, upper limits that seldom bind stay *lazy* until the search shows that they bind. Counters of a few
days are never dimensions: they are folded into the automaton (:mod:`optimise.roster.kernels.folding`), at once where
that hardly enlarges it, else when they bind (:mod:`optimise.roster.kernels.pricing_table`).
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.arrays import roster_arrays
from optimise.roster.automaton import Automata, automata
from optimise.roster.compiled import CompiledRoster
from optimise.roster.dyadic import COARSE, GRID, on_grid
from optimise.roster.kernels.cost import line_cost
from optimise.roster.kernels.path_search import search
from optimise.roster.kernels.pricing_table import PricingTable
from optimise.roster.kernels.table import Scratch, class_costs, forward

__all__ = ["COARSE", "GRID", "Pricer", "PricingResult", "on_grid"]

#: Sums of prices up to this are exact in single precision on the coarse grid.
_SINGLE = 2.0**24 * COARSE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PricingResult:
    """Answer of one pricing problem.

    Attributes
    ----------
    bound : float
        No roster of this person costs less at these prices.
    values : ndarray (n,)
        Costs at these prices, ascending.
    words : ndarray of int16, shape (n, days)
        The rosters.
    exact : bool
        Whether ``values[0]`` is proven to be the least.
    complete : bool
        Whether no other roster is within the limit, but for duties that no rule of the person tells apart: asked of a
        list of every roster. An empty answer that is not complete is *unknown*, never *none*.
    """

    bound: float
    values: Floats
    words: NDArray[np.int16]
    exact: bool
    complete: bool = False


class Pricer:
    """Pricing problems of the people of a compiled problem; tables are made when a person is first priced.

    Parameters
    ----------
    compiled : CompiledRoster
    built : Automata, optional
        When they have been built already.
    nodes : int
        Most nodes of one search; beyond it the answer may be inexact (the bound stays valid).
    """

    def __init__(self, compiled: CompiledRoster, built: Automata | None = None, *, nodes: int = 200_000) -> None:
        self.compiled = compiled
        self.automata = built or automata(compiled)
        self.arrays = roster_arrays(compiled, self.automata)
        self.nodes = nodes
        self._cache: dict[object, Any] = {}
        self._blocks: dict[int, PricingTable] = {}
        self._variants: dict[tuple[int, tuple[int, ...]], PricingTable] = {}
        self._base: dict[int, tuple[int, ...]] = {}
        self._hard: dict[int, PricingTable] = {}
        self._local = threading.local()  # working memory of each thread
        self.unit = on_grid(self.arrays.unit)
        #: whether costs at prices plus prices give the exact cost back
        self.lossless = _lossless(compiled) and bool((self.unit == compiled.unit_cost).all())

    def block(self, employee: int) -> PricingTable:
        if employee not in self._blocks:
            self._blocks[employee] = PricingTable(self.arrays, self.automata[employee], employee, self._cache)
        return self._blocks[employee]

    def feasible(self, employee: int) -> bool:
        return self.block(employee).alive

    def promoted(self) -> dict[int, tuple[int, ...]]:
        """Which counters are in the table, for people where that has changed since their first pricing."""
        return {e: tuple(b.active) for e, b in self._blocks.items() if b.grown}

    def adopt(self, employee: int, active: tuple[int, ...] | None) -> None:
        """Price a person from now on with the table of another rank: as :meth:`promoted` tells, None if not in it."""
        block = self._blocks.get(employee)
        if block is not None and (tuple(block.active) if block.grown else None) != active:
            self._variants[employee, tuple(block.active)] = self._blocks.pop(employee)
        if active is not None and employee not in self._blocks:
            kept = self._variants.pop((employee, active), None)
            self._blocks[employee] = kept or PricingTable(
                self.arrays, self.automata[employee], employee, self._cache, active
            )

    def settle(self, promoted: dict[int, tuple[int, ...]]) -> None:
        """Agree on the tables from which :meth:`reset` starts; ranks that settle alike answer alike."""
        self._base = dict(promoted)
        self.reset()

    def reset(self) -> None:
        """Forget which counters have entered tables since :meth:`settle` (built tables are kept aside)."""
        for e, block in list(self._blocks.items()):
            wanted = self._base.get(e)
            if (wanted is None and block.grown) or (wanted is not None and tuple(block.active) != wanted):
                self._variants[e, tuple(block.active)] = self._blocks.pop(e)
        for e, wanted in self._base.items():
            if e not in self._blocks:
                kept = self._variants.pop((e, wanted), None)
                self._blocks[e] = kept or PricingTable(self.arrays, self.automata[e], e, self._cache, wanted)

    def work(self, employee: int) -> int:
        """Number of table cells: what pricing this person costs, in arbitrary units."""
        return self.block(employee).cells

    def price(
        self,
        employee: int,
        prices: Floats,
        *,
        limit: float = math.inf,
        columns: int = 1,
        forbidden: NDArray[np.bool_] | None = None,
        every: bool = False,
    ) -> PricingResult:
        """Find the cheapest rosters of a person.

        Parameters
        ----------
        employee : int
        prices : float64 array, shape (days, duties)
            What each duty costs beside the rules (minus the duals of the cover lines); multiples of the grid.
        limit : float
            Rosters dearer than this are of no interest.
        columns : int
            Most rosters to return.
        forbidden : bool array, shape (days, duties), optional
            Cells excluded for this call (branching, fixed days).
        every : bool
            List all rosters up to the limit instead of a varied choice.

        Returns
        -------
        Priced
            Rosters by cost and a bound; an empty answer that is not complete is unknown, never none.

        Raises
        ------
        AssertionError
            Never: each counter enters a table once.
        """
        block = self.block(employee)
        days = self.compiled.days
        none = PricingResult(math.inf, np.zeros(0), np.zeros((0, days), np.int16), True, True)
        shut = ~block.allowed if forbidden is None else ~block.allowed | forbidden
        cost = np.where(shut, np.inf, self.unit[employee] + prices)
        finite = np.where(shut, 0.0, cost)
        single = bool((finite % COARSE == 0).all())
        dearest = float(np.abs(finite).max(axis=1).sum())
        for _ in range(len(block.counts) + 1):
            if not block.alive:
                return none  # the counters that were folded leave no roster
            scratch = self._scratch(block, single and dearest + block.beside < _SINGLE)
            fine_cost, fine_duty, kind_cost = class_costs(
                cost, block.duty_fine, block.fine_of, block.fines, block.kinds
            )
            least = float(forward(block.net, kind_cost, scratch))
            if least > limit or math.isinf(least):
                return none if math.isinf(least) else PricingResult(least, none.values, none.words, False, True)
            relaxed = np.zeros((0, days), dtype=np.int16)
            if block.lazy and not every:
                relaxed = self._relaxed(block, fine_cost, fine_duty, scratch)
                if columns == 1 and len(relaxed) and not block.ignored and block.within(relaxed[0]):
                    return PricingResult(least, np.array([least]), relaxed, True)  # what is lazy does not bind
            words = np.zeros((columns, days), dtype=np.int16)
            values = np.zeros(columns)
            for most in dict.fromkeys((block.patience(relaxed, self.nodes), self.nodes)):
                found, bound, complete = search(
                    block.net, fine_cost, fine_duty, scratch, limit, words, values, most, not every
                )
                bound = max(float(bound if not found else min(bound, values[0])), least)
                seen = words[:found]
                if found:
                    kept = self._valued(block, seen, values[:found], prices)
                    if len(kept[0]):
                        return PricingResult(bound, *kept, not block.ignored, every and complete and found < columns)
                elif complete:
                    return PricingResult(bound, *self._valued(block, seen, values[:0], prices), False, True)
                else:
                    relaxed = relaxed if len(relaxed) else self._relaxed(block, fine_cost, fine_duty, scratch)
                if self._promote(block, seen if found else relaxed):
                    break
            else:
                relaxed = relaxed if len(relaxed) else self._relaxed(block, fine_cost, fine_duty, scratch)
                made = self._penalised(block, cost, relaxed, bound, limit)
                return made if len(made.values) else self._lenient(employee, cost, prices, made.bound, limit)
        raise AssertionError("every counter enters a table once")

    def _valued(
        self, block: PricingTable, words: NDArray[np.int16], values: Floats, prices: Floats
    ) -> tuple[Floats, NDArray[np.int16]]:
        """Rosters that keep all rules, with their values; what the table and the labels leave out has its price too."""
        if block.ignored and len(words):
            values = np.array([self._whole(block, w, prices) for w in words])
            order = np.argsort(values, kind="stable")[: int(np.isfinite(values).sum())]
            values, words = values[order], words[order]
        return values, words

    def cost(self, employee: int, word: NDArray[np.int16]) -> float:
        """Exact soft cost of one person's roster by the rules themselves (prices and cover apart)."""
        cost, hard = line_cost(self.arrays, employee, word)
        return math.inf if hard > 0 else cost

    def _whole(self, block: PricingTable, word: NDArray[np.int16], prices: Floats) -> float:
        """Cost of a roster at these prices with all rules."""
        return self.cost(block.employee, word) + float(prices[np.arange(len(word)), word].sum())

    def _promote(self, block: PricingTable, words: NDArray[np.int16]) -> bool:
        return block.promote(words)

    def _penalised(
        self, block: PricingTable, cost: Floats, word: NDArray[np.int16], bound: float, limit: float
    ) -> PricingResult:
        """Last resort when lazy counters bind and cannot enter the table: multipliers for them.

        Subgradient steps; every step gives a valid bound (least penalised cost minus multiplier times limit) and a
        roster, kept when it meets all limits.
        """
        days = np.arange(self.compiled.days)
        hard = [k for k in range(len(block.counts)) if k not in block.active and block.counts[k].values is not None]
        multiplier, dearest = np.zeros(len(hard)), np.array([block.counts[k].past_price for k in hard])
        caps = np.array([block.counts[k].cap for k in hard], dtype=np.float64)
        best, best_word = math.inf, None
        finite = cost[np.isfinite(cost)]
        step = float(np.ptp(finite)) / 16 if len(finite) else 1.0
        for k in range(24):
            if not len(word):
                break
            totals = np.array([block.counts[i].values[days, word[0]].sum() for i in hard], dtype=np.float64)  # type: ignore[index]
            value = float(cost[days, word[0]].sum()) + block.base.weight(word[0])
            value += self.cost(block.employee, word[0]) - self._unit_and_rules(block, word[0])
            if math.isfinite(value) and value < best:
                best, best_word = value, word[0].copy()
            multiplier = np.maximum(multiplier + step / (1 + k // 3) * np.sign(totals - caps), 0.0)
            multiplier = on_grid(np.minimum(multiplier, dearest))  # beyond its own price none gives a bound
            penalised = cost.copy()
            for i, m in zip(hard, multiplier.tolist(), strict=True):
                penalised += m * block.counts[i].values  # type: ignore[operator]
            scratch = self._scratch(block)
            fine_cost, fine_duty, kind_cost = class_costs(
                penalised, block.duty_fine, block.fine_of, block.fines, block.kinds
            )
            least = float(forward(block.net, kind_cost, scratch))
            bound = max(bound, least - float(multiplier @ caps))
            word = self._relaxed(block, fine_cost, fine_duty, scratch)
        if best_word is None or best > limit:
            return PricingResult(bound, np.zeros(0), np.zeros((0, len(days)), np.int16), False)
        return PricingResult(bound, np.array([best]), best_word[None, :], False)

    def lenient(self, employee: int, prices: Floats) -> PricingResult:
        """A roster that keeps the hard limits, cheap but for the soft ones: found soon where exact pricing takes long.

        What it costs holds all rules; its bound is unknown unless no roster is proven.
        """
        shut = ~self.compiled.allowed[employee]
        cost = np.where(shut, np.inf, self.unit[employee] + prices)
        return self._lenient(employee, cost, prices, -math.inf, math.inf)

    def _lenient(self, employee: int, cost: Floats, prices: Floats, bound: float, limit: float) -> PricingResult:
        """A roster that keeps the hard limits where soft ones stand in the way of finding any."""
        if employee not in self._hard:
            self._hard[employee] = PricingTable(self.arrays, self.automata[employee], employee, self._cache, hard=True)
        block, days = self._hard[employee], self.compiled.days
        words, values = np.zeros((1, days), dtype=np.int16), np.zeros(1)
        for _ in range(len(block.counts) + 1):
            if not block.alive:
                return PricingResult(
                    math.inf, np.zeros(0), words[:0], True, True
                )  # proven without the soft limits already
            scratch = self._scratch(block)
            fine_cost, fine_duty, kind_cost = class_costs(
                cost, block.duty_fine, block.fine_of, block.fines, block.kinds
            )
            forward(block.net, kind_cost, scratch)
            found, _, complete = search(
                block.net, fine_cost, fine_duty, scratch, math.inf, words, values, self.nodes, True
            )
            if complete and not found:
                return PricingResult(math.inf, np.zeros(0), words[:0], True, True)
            if found or not block.promote(self._relaxed(block, fine_cost, fine_duty, scratch)):
                break
        if block.grown:  # what has entered tables here leaves no trace in later answers
            del self._hard[employee]
        values[0] = self._whole(block, words[0], prices) if found else math.inf
        kept = int(values[0] <= limit and values[0] < math.inf)
        return PricingResult(bound, values[:kept], words[:kept], False)

    def _unit_and_rules(self, block: PricingTable, word: NDArray[np.int16]) -> float:
        return float(self.compiled.unit_cost[block.employee, np.arange(len(word)), word].sum()) + block.base.weight(
            word
        )

    def _relaxed(self, block: PricingTable, fine_cost: Floats, fine_duty: Ints, scratch: Scratch) -> NDArray[np.int16]:
        """Best roster when lazy counters are ignored."""
        net = block.net._replace(
            lazy=block.net.lazy[:0], lazy_cap=block.net.lazy_cap[:0], lazy_price=block.net.lazy_price[:0]
        )
        words = np.zeros((1, self.compiled.days), dtype=np.int16)
        found, _, _ = search(net, fine_cost, fine_duty, scratch, math.inf, words, np.zeros(1), self.nodes, True)
        return words[:found]

    def _scratch(self, block: PricingTable, single: bool = False) -> Scratch:
        """Working memory, grown when a larger table comes along; in single precision it is half and twice as fast."""
        name = "single" if single else "double"
        cells, rows = block.rows * block.net.size, block.rows
        old: Scratch | None = getattr(self._local, name, None)
        if old is None or len(old.table) < cells or len(old.low) < rows:
            cells = max(cells, 0 if old is None else len(old.table))
            rows = max(rows, 0 if old is None else len(old.low))
            n = self.nodes
            other: Scratch | None = getattr(self._local, "double" if single else "single", None)
            fixed = (
                old
                or other
                or Scratch(
                    np.zeros(0),
                    np.zeros(0, np.int32),
                    np.zeros(0, np.int32),
                    np.zeros(n),
                    np.zeros(n, np.int32),
                    np.zeros(n, np.int32),
                    np.zeros(n, np.int32),
                    np.zeros(n, np.int32),
                    np.zeros(n, np.int64),
                    np.zeros(n),
                    np.zeros(n, np.int32),
                    np.zeros(n, np.int32),
                    np.zeros(1 << 15, np.int32),
                )
            )
            table: NDArray[Any] = np.empty(cells, np.float32 if single else np.float64)
            old = fixed._replace(table=table, low=np.empty(rows, np.int32), high=np.empty(rows, np.int32))
            setattr(self._local, name, old)
        return old


def _lossless(compiled: CompiledRoster) -> bool:
    weights: list[float] = [p.cost for p in compiled.patterns if not p.hard]
    for c in compiled.counters:
        weights += [w for w in (c.weight_lower, c.weight_upper) if math.isfinite(w)]
    array = np.asarray(weights)
    return bool((on_grid(array) == array).all()) and bool((np.abs(array) < 2.0**24).all())
