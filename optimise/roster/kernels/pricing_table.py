"""The table of one person for pricing: which counters are dimensions, folded into the automaton, or lazy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.arrays import RosterArrays
from optimise.roster.automaton import Automaton
from optimise.roster.dyadic import COARSE, on_grid
from optimise.roster.kernels.folding import MOST_STATES, folded
from optimise.roster.kernels.network import arcs_of, duty_classes, inverse_maps, least_inner, outer_maps
from optimise.roster.kernels.person_counters import PersonCounter, person_counters
from optimise.roster.kernels.table import RosterNetwork

__all__ = ["PricingTable"]

_EAGER_CELLS = 400_000  # a table up to this size takes counters in at once; beyond, they wait until they bind
_MOST_CELLS = 60_000_000  # no table grows beyond this by promotion
_LABEL_BITS = 62
#: Part of the days that a counter of a few days spans at most; growth of the states for which all are folded at once.
_FEW, _GROWTH = 0.75, 3.0
#: The same before merging, on one day.
_RAW = 8
#: Nodes of a search that may give up, because counters that bind can be folded instead.
_TRY = 5_000


class PricingTable:
    """Everything that does not change between pricing calls for one person."""

    def __init__(
        self,
        arrays: RosterArrays,
        automaton: Automaton,
        employee: int,
        cache: dict[object, Any],
        active: tuple[int, ...] = (),
        *,
        hard: bool = False,
    ) -> None:
        self.employee, self.base, self.automaton, self.cache = employee, automaton, automaton, cache
        self.allowed = arrays.allowed[employee].copy()
        self.counts = person_counters(arrays, employee, self.allowed)
        if hard:
            self.counts = [firm for count in self.counts if (firm := count.hard()) is not None]
        self.alive = automaton.feasible
        #: counters of a few days, which are folded into the automaton or not at all
        self.local = {k for k, count in enumerate(self.counts) if self._brief(count)} if self.alive else set()
        order = sorted(range(len(self.counts)), key=lambda k: (self.counts[k].waits, self._size(k)))
        self.active: list[int] = []
        self._begin(hard)
        self.active += [k for k in order if not self.counts[k].waits and k not in self.local]
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
    def _brief(self, count: PersonCounter) -> bool:
        return count.values is not None and count.first <= count.last and count.span <= _FEW * len(self.allowed)

    def _begin(self, eager: bool) -> None:
        """Fold lower limits, which cannot wait, and everything where that costs little."""
        lower = [k for k in sorted(self.local) if not self.counts[k].waits]
        if lower:
            made = self._fold(lower)
            if made is None:  # they become dimensions after all
                self.local -= set(lower)
            else:
                self.automaton, self.active = made, lower
        if self.automaton.feasible and len(lower) < len(self.local):
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
        self.duty_kind, kinds = duty_classes(columns)
        columns += [v for k in lazy if (v := counts[k].values) is not None]
        self.duty_fine, fines = duty_classes(columns)
        self.fine_of = np.zeros(fines, dtype=np.int32)
        self.fine_of[self.duty_fine] = self.duty_kind
        self.kinds, self.fines = kinds, fines
        representative = np.array([int(np.flatnonzero(k == self.duty_kind)[0]) for k in range(kinds)])
        fine_representative = np.array([int(np.flatnonzero(self.duty_fine == f)[0]) for f in range(fines)])
        arcs = arcs_of(automaton, counts, representative, inner, outer, self.cache)
        caps = [counts[k].cap for k in outer]
        omap, oprice = outer_maps(arcs["steps"], caps, [counts[k].past_price for k in outer])
        back_ptr, back = inverse_maps(omap)
        outer_end = np.zeros(1)
        for k in outer:
            outer_end = (outer_end[:, None] + counts[k].end_costs()[None, :]).ravel()
        grid_lazy = np.zeros((len(lazy), days, fines), dtype=np.int64)
        for z, k in enumerate(lazy):
            values = counts[k].values
            assert values is not None
            grid_lazy[z] = values[:, fine_representative]
        order = np.argsort(self.fine_of, kind="stable")
        self.net = RosterNetwork(
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
            need=least_inner(arcs, counts[inner] if inner >= 0 else None),
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
        taken = 0
        waiting = [k for k in range(len(self.counts)) if k not in self.active and self.counts[k].values is not None]
        waiting = [k for k in waiting if self.counts[k].free >= 0]  # the others cost something whatever is done
        for k in sorted(waiting, key=lambda k: (k in self.local, self.counts[k].first, self._size(k))):
            count, width = self.counts[k], (self.counts[k].cap + 1).bit_length()
            free = [i for i, (_, w, day) in enumerate(slots) if w >= width and day <= count.first]
            if free and k in self.local:
                i = min(free, key=lambda i: (slots[i][1], slots[i][0]))
                slots[i] = (*slots[i][:2], count.last + 1)
            elif taken + width <= _LABEL_BITS:
                i = len(slots)
                slots.append((taken, width, count.last + 1 if k in self.local else len(self.allowed)))
                taken += width
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
