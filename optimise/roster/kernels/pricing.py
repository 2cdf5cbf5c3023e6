"""The cheapest rosters of one person for given prices of (day, duty): the pricing problem of column generation.

Person by person, the rules are brought into a :class:`~optimise.roster.kernels.table.Network`. Which counters become
dimensions of the table is decided from their sizes: lower limits must (they need exact totals), small soft limits
and weekends do, upper limits that seldom bind stay *lazy* until the search shows that they bind. Counters of a few
days are never dimensions: they are folded into the automaton (:mod:`optimise.roster.kernels.folding`), at once where
that
hardly enlarges it, else when they bind.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.automaton import Automata, Automaton, automata
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels.folding import MOST_STATES, Window, folded
from optimise.roster.kernels.table import Network, Scratch, class_costs, forward, search

__all__ = ["COARSE", "GRID", "Priced", "Pricer", "on_grid"]

#: Prices and costs inside the kernels are multiples of this power of two, so that sums are exact.
GRID = 2.0**-20
#: Where prices and costs are multiples of this, and path costs small, sums are exact in single precision too.
COARSE = 2.0**-8
_SINGLE = 2.0**24 * COARSE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EAGER_CELLS = 400_000  # a table up to this size takes counters in at once; beyond, they wait until they bind
_MOST_CELLS = 60_000_000  # no table grows beyond this by promotion
_LABEL_BITS = 62
#: Part of the days that a counter of a few days spans at most; growth of the states for which all are folded at once.
_FEW, _GROWTH = 0.75, 3.0
#: The same before merging, on one day.
_RAW = 8
#: Nodes of a search that may give up, because counters that bind can be folded instead.
_TRY = 5_000


def on_grid(values: Floats, grid: float = GRID) -> Floats:
    """Round down to the grid (infinite values stay)."""
    return np.floor(np.asarray(values) / grid) * grid


@dataclass(frozen=True, slots=True)
class Priced:
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


@dataclass(slots=True)
class _Count:
    """One counter of one person in units of its gcd, after the parts that cannot bind are dropped."""

    lower: int | None
    upper: int | None
    price_lower: float  # per unit; infinite = hard
    price_upper: float
    values: Ints | None  # (days, alphabet)
    calendar: int = -1
    #: surcharge at the end by value 0 .. cap (limits that fall between units)
    most: int = 0
    exact_lower: float = 0.0  # cost below is weight * (exact_lower - unit * value)
    exact_upper: float = 0.0
    unit: int = 1
    #: the days that count for this person, and the days from first to last that count for anybody
    first: int = 0
    last: int = 0
    span: int = 0

    def hard(self) -> _Count | None:
        """The counter with its hard limits only; None if it has none."""
        lower, upper = math.isinf(self.price_lower), math.isinf(self.price_upper)
        made = replace(self, lower=self.lower if lower else None, upper=self.upper if upper else None)
        return None if made.lower is None and made.upper is None else made

    def window(self) -> Window:
        """The counter as a window to be folded."""
        assert self.values is not None
        return Window(
            self.first, self.last, self.values, self.cap, self.past_price, self.end_costs(), self.lower is not None
        )

    @property
    def cap(self) -> int:
        if self.upper is None:
            return min(self.most, self.lower or 0)
        if math.isinf(self.price_upper):
            return min(self.most, self.upper)
        return min(self.most, max(self.upper, self.lower or 0))

    @property
    def free(self) -> int:
        """Largest value that costs nothing, where there is no lower limit."""
        return self.cap - int(self.end_costs()[-1] > 0)

    def end_costs(self) -> Floats:
        value = np.arange(self.cap + 1, dtype=np.float64) * self.unit
        out = np.zeros(self.cap + 1)
        short = np.maximum(self.exact_lower - value, 0.0)
        if self.lower is not None:
            out += np.where(short > 0, self.price_lower * np.maximum(short, 1e-300), 0.0)
        if self.upper is not None:
            past = np.maximum(value - self.exact_upper, 0.0)
            out += np.where(past > 0, self.price_upper * np.maximum(past, 1e-300), 0.0)
        return out

    @property
    def past_price(self) -> float:
        """Price of one unit past the cap."""
        return 0.0 if self.upper is None else self.price_upper * self.unit


class _Block:
    """Everything that does not change between pricing calls for one person."""

    def __init__(
        self,
        compiled: CompiledRoster,
        automaton: Automaton,
        employee: int,
        cache: dict[object, Any],
        active: tuple[int, ...] = (),
        *,
        hard: bool = False,
    ) -> None:
        self.employee, self.base, self.automaton, self.cache = employee, automaton, automaton, cache
        self.allowed, self.counts = _counted(compiled, automaton, employee, cache)
        if hard:
            self.counts = [firm for count in self.counts if (firm := count.hard()) is not None]
        self.alive = automaton.feasible
        #: counters of a few days, which are folded into the automaton or not at all
        self.local = {k for k, count in enumerate(self.counts) if self._brief(count)} if self.alive else set()
        order = sorted(range(len(self.counts)), key=lambda k: (self.counts[k].lower is None, self._size(k)))
        self.active: list[int] = []
        self._begin(hard)
        self.active += [k for k in order if self.counts[k].lower is not None and k not in self.local]
        states = self.automaton.states
        for k in order:
            if k not in self.active and k not in self.local:
                grown = states * math.prod(self._size(i) for i in (*self.dimensions, k))
                if grown <= (_MOST_CELLS if self.counts[k].calendar >= 0 else _EAGER_CELLS):
                    self.active.append(k)
        self.grown = bool(active)
        if active:
            self.active = list(active)
            self.automaton = self._fold(self.within_automaton) or self.automaton
        self.alive = self.automaton.feasible
        if self.alive:
            self._build()

    def _size(self, k: int) -> int:
        return self.counts[k].cap + 1

    @property
    def dimensions(self) -> list[int]:
        """Counters that are dimensions of the table."""
        return [k for k in self.active if k not in self.local]

    @property
    def within_automaton(self) -> list[int]:
        """Counters that are folded into the automaton, in order."""
        return sorted(k for k in self.active if k in self.local)

    @property
    def cells(self) -> int:
        return self.automaton.states * math.prod(self._size(k) for k in self.dimensions)

    # ---- counters of a few days ----------------------------------------------------------------------------------
    def _brief(self, count: _Count) -> bool:
        return count.values is not None and count.first <= count.last and count.span <= _FEW * len(self.allowed)

    def _begin(self, eager: bool) -> None:
        """Fold lower limits, which cannot wait, and everything where that costs little."""
        lower = [k for k in sorted(self.local) if self.counts[k].lower is not None]
        if lower:
            made = self._fold(lower)
            if made is None:  # they become dimensions after all
                self.local -= set(lower)
            else:
                self.automaton, self.active = made, lower
        if len(lower) < len(self.local):
            most = max(len(layer.next) for layer in self.automaton.layers)
            made = self._fold(sorted(self.local), MOST_STATES if eager else _RAW * most)
            if made is not None and (eager or made.states <= _GROWTH * self.automaton.states):
                self.automaton, self.active = made, sorted(self.local)

    def _fold(self, listed: list[int], most: int = MOST_STATES) -> Automaton | None:
        """The automaton with these counters, shared by people who are alike in them; None if it would be too large."""
        if not listed:
            return self.base
        windows = [self.counts[k].window() for k in listed]
        parts = [(w.first, w.values.tobytes(), w.past, w.end.tobytes()) for w in windows]
        key = ("folded", id(self.base), self.allowed.tobytes(), tuple(parts), most)
        if key not in self.cache:
            self.cache[key] = folded(self.base, windows, self.allowed, most)
        made: Automaton | None = self.cache[key]
        return made

    def _fold_more(self, listed: list[int]) -> bool:
        """Fold these too if the table stays small enough."""
        made = self._fold(sorted({*self.within_automaton, *listed})) if listed else None
        if made is None or made.states * math.prod(self._size(k) for k in self.dimensions) > _MOST_CELLS:
            return False
        self.automaton, self.active = made, [*self.active, *listed]
        self.alive = made.feasible
        return True

    def within(self, word: NDArray[np.int16]) -> bool:
        """Whether a roster keeps the limits of all lazy counters."""
        days = np.arange(len(word))
        return all(
            (values := self.counts[k].values) is not None and int(values[days, word].sum()) <= self.counts[k].free
            for k in self.lazy
        )

    def promote(self, words: NDArray[np.int16]) -> bool:
        """Move the lazy counter that these rosters break most into the table; False if none may be moved."""
        excess = self._excess(words)
        brief = sorted((k for k in excess if k in self.local), key=lambda k: (-excess[k], k))
        done = self._fold_more(brief) or self._fold_more(brief[:1])
        if not done:
            whole = [k for k in excess if k not in self.local and self.cells * self._size(k) <= _MOST_CELLS]
            if whole:
                self.active.append(max(whole, key=lambda k: excess[k]))
                done = True
        if done:
            self.grown = True
            if self.alive:
                self._build()
        return done

    def _excess(self, words: NDArray[np.int16]) -> dict[int, int]:
        """By how much rosters pass the limits of counters that are outside the table, where they do."""
        out: dict[int, int] = {}
        for k in sorted(set(range(len(self.counts))) - set(self.active)):
            count = self.counts[k]
            if count.values is not None and count.upper is not None:
                total = count.values[np.arange(words.shape[1]), words].sum(axis=1)
                if (most := int((total - count.free).max(initial=0))) > 0:
                    out[k] = most
        return out

    def patience(self, words: NDArray[np.int16], nodes: int) -> int:
        """Nodes of a search that need not succeed: few where counters that bind can still be folded."""
        return min(nodes, _TRY) if any(k in self.local for k in self._excess(words)) else nodes

    # ---- building ------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        automaton, counts = self.automaton, self.counts
        days = len(self.allowed)
        inside = self.dimensions
        inner = max(inside, key=self._size) if inside else -1
        outer = [k for k in inside if k != inner]
        lazy, bits, widths = self._labels()
        self.ignored = len(lazy) + len(self.active) < len(counts)
        self.lazy = lazy
        columns = [automaton.letter[None, :].astype(np.int64)]
        columns += [v for k in inside if (v := counts[k].values) is not None]
        self.duty_kind, kinds = _groups(columns)
        columns += [v for k in lazy if (v := counts[k].values) is not None]
        self.duty_fine, fines = _groups(columns)
        self.fine_of = np.zeros(fines, dtype=np.int32)
        self.fine_of[self.duty_fine] = self.duty_kind
        self.kinds, self.fines = kinds, fines
        representative = np.array([int(np.flatnonzero(self.duty_kind == k)[0]) for k in range(kinds)])
        fine_representative = np.array([int(np.flatnonzero(self.duty_fine == f)[0]) for f in range(fines)])
        arcs = self._arcs(representative, inner, outer)
        caps = [counts[k].cap for k in outer]
        omap, oprice = _outer_maps(arcs["steps"], caps, [counts[k].past_price for k in outer])
        back_ptr, back = _inverse(omap)
        outer_end = np.zeros(1)
        for k in outer:
            outer_end = (outer_end[:, None] + counts[k].end_costs()[None, :]).ravel()
        grid_lazy = np.zeros((len(lazy), days, fines), dtype=np.int64)
        for z, k in enumerate(lazy):
            values = counts[k].values
            assert values is not None
            grid_lazy[z] = values[:, fine_representative]
        order = np.argsort(self.fine_of, kind="stable")
        self.net = Network(
            layer=arcs["layer"],
            arc=arcs["arc"],
            source=arcs["source"],
            target=arcs["target"],
            kind=arcs["kind"],
            weight=arcs["weight"],
            step=arcs["step"],
            increment=arcs["increment"],
            into=arcs["into"],
            fine_ptr=np.searchsorted(self.fine_of[order], np.arange(kinds + 1)).astype(np.int32),
            fine=order.astype(np.int32),
            omap=omap,
            oprice=on_grid(oprice),
            back_ptr=back_ptr,
            back=back,
            size=self._size(inner) if inner >= 0 else 1,
            price=float(on_grid(np.array(counts[inner].past_price))) if inner >= 0 else 0.0,
            need=self._need(arcs, counts[inner] if inner >= 0 else None),
            outer_end=on_grid(outer_end),
            inner_end=on_grid(counts[inner].end_costs()) if inner >= 0 else np.zeros(1),
            lazy=grid_lazy,
            lazy_cap=np.array([counts[k].cap for k in lazy], dtype=np.int64),
            lazy_price=on_grid(np.array([counts[k].past_price for k in lazy], dtype=np.float64)),
            lazy_touch=on_grid(np.array([counts[k].end_costs()[-1] for k in lazy], dtype=np.float64)),
            lazy_first=np.array([counts[k].first for k in lazy], dtype=np.int64),
            lazy_bit=np.array(bits, dtype=np.int64),
            lazy_width=np.array(widths, dtype=np.int64),
        )
        self.rows = int(self.net.layer[-1]) * omap.shape[1]
        self.beside = self._beside()

    def _labels(self) -> tuple[list[int], list[int], list[int]]:
        """Counters of the search's labels with first bit and width; those of days that do not overlap share bits."""
        lazy: list[int] = []
        bits: list[int] = []
        widths: list[int] = []
        slots: list[tuple[int, int, int]] = []  # first bit, width, first day that is free again
        room = 0
        waiting = [k for k in range(len(self.counts)) if k not in self.active and self.counts[k].values is not None]
        waiting = [k for k in waiting if self.counts[k].free >= 0]  # the others cost something whatever is done
        for k in sorted(waiting, key=lambda k: (k in self.local, self.counts[k].first, self._size(k))):
            count, width = self.counts[k], (self.counts[k].cap + 1).bit_length()
            free = [i for i, (_, w, day) in enumerate(slots) if w >= width and day <= count.first]
            if free and k in self.local:
                i = min(free, key=lambda i: (slots[i][1], slots[i][0]))
                slots[i] = (*slots[i][:2], count.last + 1)
            elif room + width <= _LABEL_BITS:
                i = len(slots)
                slots.append((room, width, count.last + 1 if k in self.local else len(self.allowed)))
                room += width
            else:
                continue
            lazy.append(k)
            bits.append(slots[i][0])
            widths.append(slots[i][1])
        return lazy, bits, widths

    def _beside(self) -> float:
        """Most that a path can cost beside its duties; infinite where single precision does not hold it exactly."""
        net = self.net
        parts = [net.weight, net.oprice, net.outer_end, net.inner_end, np.array([net.price])]
        if any((p[np.isfinite(p)] % COARSE != 0).any() for p in parts):
            return math.inf
        most = [float(np.abs(p[np.isfinite(p)]).max(initial=0.0)) for p in parts]
        steps = float(net.increment.max(initial=0))
        return len(self.allowed) * (most[0] + most[1] + most[4] * steps) + most[2] + most[3]

    def _arcs(self, representative: NDArray[np.intp], inner: int, outer: list[int]) -> dict[str, NDArray[Any]]:
        """Arcs of all days, from a cache shared by people whose automaton and counted values agree."""
        counts, automaton = self.counts, self.automaton
        key = (
            id(automaton),
            representative.tobytes(),
            tuple(
                (counts[k].calendar, b"" if counts[k].values is None else counts[k].values[:, representative].tobytes())  # type: ignore[index]
                for k in (inner, *outer)
                if k >= 0
            ),
        )
        if key in self.cache:
            found: dict[str, NDArray[Any]] = self.cache[key]
            return found
        parts: dict[str, list[NDArray[Any]]] = {n: [] for n in ("source", "target", "kind", "weight", "increment")}
        vectors: list[Ints] = []
        layer, arc = [0], [0]
        letter = automaton.letter[representative]
        for d, transitions in enumerate(automaton.layers):
            nxt = transitions.next[:, letter]
            s, k = np.nonzero(nxt >= 0)
            order = np.lexsort((s, nxt[s, k]))
            s, k = s[order], k[order]
            first = layer[-1]
            layer.append(first + len(nxt))
            parts["source"].append(s + first)
            parts["target"].append(nxt[s, k] + layer[-1])
            parts["kind"].append(k)
            parts["weight"].append(transitions.cost[s, letter[k]])

            def added(c: int, d: int = d, s: NDArray[np.intp] = s, k: NDArray[np.intp] = k) -> Ints:
                values = counts[c].values
                if values is not None:
                    counted: Ints = values[d, representative[k]]
                    return counted
                hits: Ints = automaton.layers[d].hits[s, letter[k], counts[c].calendar].astype(np.int64)
                return hits

            parts["increment"].append(added(inner) if inner >= 0 else np.zeros(len(s), dtype=np.int64))
            vectors.append(
                np.stack([added(c) for c in outer], axis=1) if outer else np.zeros((len(s), 0), dtype=np.int64)
            )
            arc.append(arc[-1] + len(s))
        layer.append(layer[-1] + 1)
        steps, step = _unique_rows(np.concatenate(vectors))
        target = np.concatenate(parts["target"]).astype(np.int32)
        made: dict[str, NDArray[Any]] = {
            "layer": np.array(layer, dtype=np.int32),
            "arc": np.array(arc, dtype=np.int32),
            "source": np.concatenate(parts["source"]).astype(np.int32),
            "target": target,
            "kind": np.concatenate(parts["kind"]).astype(np.int32),
            "weight": on_grid(np.concatenate(parts["weight"]).astype(np.float64)),
            "increment": np.concatenate(parts["increment"]).astype(np.int32),
            "steps": steps,
            "step": step.reshape(-1).astype(np.int32),
            "into": np.searchsorted(target, np.arange(layer[-1] + 1)).astype(np.int32),
        }
        self.cache[key] = made
        return made

    @staticmethod
    def _need(arcs: dict[str, NDArray[Any]], count: _Count | None) -> NDArray[np.int32]:
        """Least inner value of each state from which a hard lower limit can still be met."""
        layer, arc = arcs["layer"], arcs["arc"]
        need = np.zeros(int(layer[-1]), dtype=np.int32)
        if count is None or count.lower is None or not math.isinf(count.price_lower):
            return need
        most = np.zeros(int(layer[-1]), dtype=np.int64)
        for d in range(len(arc) - 2, -1, -1):
            window = slice(int(arc[d]), int(arc[d + 1]))
            gained = most[arcs["target"][window]] + arcs["increment"][window]
            np.maximum.at(most, arcs["source"][window], gained)
        result: NDArray[np.int32] = np.maximum(count.lower - most, 0).astype(np.int32)
        return result


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
        self.nodes = nodes
        self._cache: dict[object, Any] = {}
        self._blocks: dict[int, _Block] = {}
        self._variants: dict[tuple[int, tuple[int, ...]], _Block] = {}
        self._base: dict[int, tuple[int, ...]] = {}
        self._hard: dict[int, _Block] = {}
        self._local = threading.local()  # working memory of each thread
        self.unit = on_grid(compiled.unit_cost)
        #: whether costs at prices plus prices give the exact cost back
        self.lossless = _lossless(compiled) and bool((self.unit == compiled.unit_cost).all())

    def block(self, employee: int) -> _Block:
        if employee not in self._blocks:
            self._blocks[employee] = _Block(self.compiled, self.automata[employee], employee, self._cache)
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
            self._blocks[employee] = kept or _Block(
                self.compiled, self.automata[employee], employee, self._cache, active
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
                self._blocks[e] = kept or _Block(self.compiled, self.automata[e], e, self._cache, wanted)

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
    ) -> Priced:
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
        """
        block = self.block(employee)
        days = self.compiled.days
        none = Priced(math.inf, np.zeros(0), np.zeros((0, days), np.int16), True, True)
        shut = ~block.allowed if forbidden is None else ~block.allowed | forbidden
        cost = np.where(shut, np.inf, self.unit[employee] + prices)
        finite = np.where(shut, 0.0, cost)
        single = bool((finite % COARSE == 0).all())
        dearest = float(np.abs(finite).max(axis=1).sum())
        for _ in range(len(block.counts) + 1):
            if not block.alive:
                return none  # the counters that were folded leave no roster
            scratch = self._room(block, single and dearest + block.beside < _SINGLE)
            fine_cost, fine_duty, kind_cost = class_costs(
                cost, block.duty_fine, block.fine_of, block.fines, block.kinds
            )
            least = float(forward(block.net, kind_cost, scratch))
            if least > limit or math.isinf(least):
                return none if math.isinf(least) else Priced(least, none.values, none.words, False, True)
            relaxed = np.zeros((0, days), dtype=np.int16)
            if block.lazy and not every:
                relaxed = self._relaxed(block, fine_cost, fine_duty, scratch)
                if columns == 1 and len(relaxed) and not block.ignored and block.within(relaxed[0]):
                    return Priced(least, np.array([least]), relaxed, True)  # what is lazy does not bind
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
                        return Priced(bound, *kept, not block.ignored, every and complete and found < columns)
                elif complete:
                    return Priced(bound, *self._valued(block, seen, values[:0], prices), False, True)
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
        self, block: _Block, words: NDArray[np.int16], values: Floats, prices: Floats
    ) -> tuple[Floats, NDArray[np.int16]]:
        """Rosters that keep all rules, with their values; what the table and the labels leave out has its price too."""
        if block.ignored and len(words):
            values = np.array([self._whole(block, w, prices) for w in words])
            order = np.argsort(values, kind="stable")[: int(np.isfinite(values).sum())]
            values, words = values[order], words[order]
        return values, words

    def cost(self, employee: int, word: NDArray[np.int16]) -> float:
        """Exact soft cost of one person's roster by the rules themselves (prices and cover apart)."""
        base = self.automata[employee]
        allowed, counts = _counted(self.compiled, base, employee, self._cache)  # needs no table
        total = float(self.compiled.unit_cost[employee, np.arange(len(word)), word].sum())
        total += base.weight(word)
        if not allowed[np.arange(len(word)), word].all():
            return math.inf
        hits: Ints | None = None
        for count in counts:
            if count.values is not None:
                value = int(count.values[np.arange(len(word)), word].sum())
            else:
                hits = base.hits(word) if hits is None else hits
                value = int(hits[count.calendar])
            exact = float(value * count.unit)
            if count.lower is not None and exact < count.exact_lower:
                total += count.price_lower * (count.exact_lower - exact)
            if count.upper is not None and exact > count.exact_upper:
                total += count.price_upper * (exact - count.exact_upper)
        return total

    def _whole(self, block: _Block, word: NDArray[np.int16], prices: Floats) -> float:
        """Cost of a roster at these prices with all rules."""
        return self.cost(block.employee, word) + float(prices[np.arange(len(word)), word].sum())

    def _promote(self, block: _Block, words: NDArray[np.int16]) -> bool:
        return block.promote(words)

    def _penalised(self, block: _Block, cost: Floats, word: NDArray[np.int16], bound: float, limit: float) -> Priced:
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
            scratch = self._room(block)
            fine_cost, fine_duty, kind_cost = class_costs(
                penalised, block.duty_fine, block.fine_of, block.fines, block.kinds
            )
            least = float(forward(block.net, kind_cost, scratch))
            bound = max(bound, least - float(multiplier @ caps))
            word = self._relaxed(block, fine_cost, fine_duty, scratch)
        if best_word is None or best > limit:
            return Priced(bound, np.zeros(0), np.zeros((0, len(days)), np.int16), False)
        return Priced(bound, np.array([best]), best_word[None, :], False)

    def lenient(self, employee: int, prices: Floats) -> Priced:
        """A roster that keeps the hard limits, cheap but for the soft ones: found soon where exact pricing takes long.

        What it costs holds all rules; its bound is unknown unless no roster is proven.
        """
        shut = ~self.compiled.allowed[employee]
        cost = np.where(shut, np.inf, self.unit[employee] + prices)
        return self._lenient(employee, cost, prices, -math.inf, math.inf)

    def _lenient(self, employee: int, cost: Floats, prices: Floats, bound: float, limit: float) -> Priced:
        """A roster that keeps the hard limits where soft ones stand in the way of finding any."""
        if employee not in self._hard:
            self._hard[employee] = _Block(self.compiled, self.automata[employee], employee, self._cache, hard=True)
        block, days = self._hard[employee], self.compiled.days
        words, values = np.zeros((1, days), dtype=np.int16), np.zeros(1)
        for _ in range(len(block.counts) + 1):
            if not block.alive:
                return Priced(math.inf, np.zeros(0), words[:0], True, True)  # proven without the soft limits already
            scratch = self._room(block)
            fine_cost, fine_duty, kind_cost = class_costs(
                cost, block.duty_fine, block.fine_of, block.fines, block.kinds
            )
            forward(block.net, kind_cost, scratch)
            found, _, complete = search(
                block.net, fine_cost, fine_duty, scratch, math.inf, words, values, self.nodes, True
            )
            if complete and not found:
                return Priced(math.inf, np.zeros(0), words[:0], True, True)
            if found or not block.promote(self._relaxed(block, fine_cost, fine_duty, scratch)):
                break
        if block.grown:  # what has entered tables here leaves no trace in later answers
            del self._hard[employee]
        values[0] = self._whole(block, words[0], prices) if found else math.inf
        kept = int(values[0] <= limit and values[0] < math.inf)
        return Priced(bound, values[:kept], words[:kept], False)

    def _unit_and_rules(self, block: _Block, word: NDArray[np.int16]) -> float:
        return float(self.compiled.unit_cost[block.employee, np.arange(len(word)), word].sum()) + block.base.weight(
            word
        )

    def _relaxed(self, block: _Block, fine_cost: Floats, fine_duty: Ints, scratch: Scratch) -> NDArray[np.int16]:
        """Best roster when lazy counters are ignored."""
        net = block.net._replace(
            lazy=block.net.lazy[:0], lazy_cap=block.net.lazy_cap[:0], lazy_price=block.net.lazy_price[:0]
        )
        words = np.zeros((1, self.compiled.days), dtype=np.int16)
        found, _, _ = search(net, fine_cost, fine_duty, scratch, math.inf, words, np.zeros(1), self.nodes, True)
        return words[:found]

    def _room(self, block: _Block, single: bool = False) -> Scratch:
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


def _unique_rows(vectors: Ints) -> tuple[Ints, NDArray[np.intp]]:
    """Distinct rows of small non-negative numbers, sorted, and where each row stands among them."""
    if not vectors.shape[1] or not len(vectors):
        return np.unique(vectors, axis=0, return_inverse=True)
    sizes = vectors.max(axis=0) + 1
    if math.prod(sizes.tolist()) > 2**62:
        return np.unique(vectors, axis=0, return_inverse=True)
    code = np.ravel_multi_index(tuple(vectors.T), tuple(sizes.tolist()))
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return vectors[first], inverse


def _groups(columns: Iterable[Ints]) -> tuple[NDArray[np.int32], int]:
    """Class of each duty by equal columns of values, numbered by first duty."""
    stacked = np.concatenate(list(columns), axis=0)
    index: dict[bytes, int] = {}
    out = np.array([index.setdefault(column.tobytes(), len(index)) for column in stacked.T], dtype=np.int32)
    return out, len(index)


def _counted(
    compiled: CompiledRoster, automaton: Automaton, employee: int, cache: dict[object, Any]
) -> tuple[NDArray[np.bool_], list[_Count]]:
    """Duties that a person may have at all, and the counters that can bind; made once."""
    key = ("counts", employee)
    if key not in cache:
        allowed = compiled.allowed[employee].copy()
        cache[key] = (allowed, _counts(compiled, automaton, employee, allowed))
    made: tuple[NDArray[np.bool_], list[_Count]] = cache[key]
    return made


def _counts(compiled: CompiledRoster, automaton: Automaton, employee: int, allowed: NDArray[np.bool_]) -> list[_Count]:
    """The counters of a person that can bind; duties that alone break a hard limit are excluded from ``allowed``."""
    out: list[_Count] = []
    for counter in compiled.counters:
        where = np.flatnonzero(counter.employees == employee)
        for i in where.tolist():
            lower = int(counter.lower[i] - counter.offset[i])
            upper = int(counter.upper[i] - counter.offset[i])
            values: Ints | None
            if counter.values is not None and counter.groups is None:
                values = np.where(allowed, counter.values, 0)
                if values.min() < 0:
                    raise ValueError(f"rule {counter.rule}: counted values must not be negative")
                if math.isinf(counter.weight_upper):
                    allowed &= counter.values <= upper
                    values = np.where(allowed, counter.values, 0)
                calendar, most = -1, int(values.max(axis=1).sum())
                unit = int(np.gcd.reduce(values, axis=None)) or 1
            elif counter.groups is not None and counter.values is None:
                values, calendar = None, automaton.calendars.index((counter.groups, counter.mask))
                most, unit = len(counter.groups), 1
            else:
                raise ValueError(f"rule {counter.rule}: a counter has either values or groups")
            least = 0
            if counter.values is not None:
                least = int(np.where(allowed, counter.values, np.iinfo(np.int64).max).min(axis=1).clip(0, 2**40).sum())
            has_lower = lower > least and counter.weight_lower > 0
            has_upper = upper < most and counter.weight_upper > 0
            if not (has_lower or has_upper):
                continue
            hard_lower, hard_upper = math.isinf(counter.weight_lower), math.isinf(counter.weight_upper)
            counting = np.arange(1) if values is None else np.flatnonzero(values.any(axis=1))
            floor_units = -(-lower // unit)
            cap_units = upper // unit if hard_upper else -(-upper // unit)
            out.append(
                _Count(
                    lower=max(floor_units, 0) if has_lower else None,
                    upper=max(cap_units, 0) if has_upper else None,
                    price_lower=counter.weight_lower,
                    price_upper=counter.weight_upper,
                    values=None if values is None else values // unit,
                    calendar=calendar,
                    most=most // unit,
                    exact_lower=float(lower if not hard_lower else max(floor_units, 0) * unit),
                    exact_upper=float(upper if not hard_upper else cap_units * unit),
                    unit=unit,
                    first=int(counting.min(initial=len(allowed) - 1)),
                    last=int(counting.max(initial=0)) if values is not None else len(allowed) - 1,
                    span=len(allowed) if counter.values is None else _span(counter.values),
                )
            )
    return out


def _span(values: Ints) -> int:
    """Days from the first that counts to the last."""
    days = np.flatnonzero(values.any(axis=1))
    return int(np.ptp(days)) + 1 if len(days) else 0


def _outer_maps(steps: Ints, caps: list[int], prices: list[float]) -> tuple[NDArray[np.int32], Floats]:
    """Where each step leads from each outer index, and what it costs past soft caps."""
    sizes = [c + 1 for c in caps]
    total = math.prod(sizes)
    grid = np.stack(np.unravel_index(np.arange(total), sizes), axis=1) if caps else np.zeros((1, 0), dtype=np.int64)
    omap = np.zeros((len(steps), total), dtype=np.int32)
    price = np.zeros((len(steps), total))
    for v, step in enumerate(steps):
        moved = grid + step[None, :]
        bad = np.zeros(total, dtype=np.bool_)
        for k, (cap, each) in enumerate(zip(caps, prices, strict=True)):
            past = np.maximum(moved[:, k] - cap, 0)
            if math.isinf(each):
                bad |= past > 0
            else:
                price[v] += past * each
            moved[:, k] = np.minimum(moved[:, k], cap)
        index = np.ravel_multi_index(tuple(moved.T), sizes) if caps else np.zeros(1, dtype=np.int64)
        omap[v] = np.where(bad, -1, index)
    return omap, price


def _inverse(omap: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    steps, total = omap.shape
    pointers = np.zeros((steps, total + 1), dtype=np.int32)
    back = np.zeros((steps, total), dtype=np.int32)
    for v in range(steps):
        live = np.flatnonzero(omap[v] >= 0)
        order = live[np.argsort(omap[v][live], kind="stable")]
        back[v, : len(order)] = order
        pointers[v] = np.searchsorted(omap[v][order], np.arange(total + 1))
    return pointers, back
