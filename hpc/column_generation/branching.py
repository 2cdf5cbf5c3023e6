"""Branch and bound around column generation: on sums of cover deviations first, then on single duties.

Sums of what is missing (or too much) over days, weeks and duties are whole numbers in every plan and seldom in the
linear master. A row on them changes only the costs of line values, never the pricing, and one such branch often
closes most of the gap (Curtois Instance9: 3.67 shifts missing in the linear master, so at least 4: 406 becomes 439).
Where all sums are whole, a branch demands or forbids one person's duty on one day, which pricing obeys by leaving
arcs out (the branching on assignments of Vanderbeck 2011 and of Burke and Curtois 2014). Bounds of nodes are
Lagrangian bounds in exact arithmetic as at the root; nodes are taken best bound first.
"""

from __future__ import annotations

import heapq
import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.dive import dive
from hpc.column_generation.generation import Pricing, generate
from hpc.column_generation.master import Master, MasterSolution
from hpc.column_generation.options import ColumnGenerationTuning
from hpc.column_generation.subproblem import Subproblem
from optimise.core.grid import round_up
from optimise.roster.kernels.cover import CoverRows

__all__ = ["SOURCE", "Branching", "cover_sums"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SOURCE = "branch and price: least Lagrangian bound of the open nodes (exact dyadic arithmetic)"


@dataclass(order=True, slots=True)
class _Node:
    bound: float
    number: int  # earlier nodes later: of equal bounds the newest, which lies deepest
    totals: dict[int, tuple[float, float]] = field(compare=False, default_factory=dict)
    shut: dict[int, Mask] = field(compare=False, default_factory=dict)
    duals: Floats | None = field(compare=False, default=None)


def cover_sums(cover: CoverRows) -> list[Floats]:
    """Sums of deviations that are whole in every plan: weights of shape (2, lines), below and above target.

    All lines, those of one set of duties, one day, two days in a row, one week, a set of duties in a week, and each
    line alone; what is missing, what is too much, and the difference.
    """
    lines = cover.compiled.lines
    whole = np.array([_whole(line) for line in lines], dtype=np.bool_)
    single = [{t.day for t in line.terms} for line in lines]
    groups: dict[tuple[object, ...], list[int]] = {}
    for i in np.flatnonzero(whole).tolist():
        keys: list[tuple[object, ...]] = [("all",), ("line", i)]
        duties = frozenset(t.mask for t in lines[i].terms)
        keys.append(("duties", duties))
        if len(single[i]) == 1:
            (day,) = single[i]
            keys += [("day", day), ("two", day), ("two", day - 1), ("week", day // 7), ("duties", duties, day // 7)]
        for key in keys:
            groups.setdefault(key, []).append(i)
    out: list[Floats] = []
    seen: set[bytes] = set()
    for members in groups.values():
        for below, above in ((1.0, 0.0), (0.0, 1.0), (-1.0, 1.0)):
            weight = np.zeros((2, cover.lines))
            weight[0, members], weight[1, members] = below, above
            if weight.tobytes() not in seen:
                seen.add(weight.tobytes())
                out.append(weight)
    return out


def _whole(line: object) -> bool:
    numbers = [t.coefficient for t in line.terms]  # type: ignore[attr-defined]
    numbers += [b for b in (line.lower, line.upper) if math.isfinite(b)]  # type: ignore[attr-defined]
    return all(float(x).is_integer() for x in numbers)


class Branching:
    """A tree over the linear master of everybody.

    Parameters
    ----------
    subproblem : Subproblem
        Everybody.
    pricing : Pricing
    columns : iterable of Column
        To start from.
    penalty : float
        Price of hard units in the linear master; bounds do not depend on it.
    cost : callable
        Cost of the best plan known, asked again at every node.
    found : callable
        Told of a choice of columns that is a plan, with its cost in the master.
    bounded : callable
        Told of the bound of the whole tree when it has risen.
    left : callable
        Seconds that a linear master may take.
    tuning : ColumnGenerationTuning
        That of trees and dives.

    Attributes
    ----------
    bound : float
        Least bound of the open nodes: no plan that is cheaper than the best one known costs less.
    nodes : int
    """

    def __init__(
        self,
        subproblem: Subproblem,
        pricing: Pricing,
        columns: Iterable[Column],
        *,
        penalty: float,
        cost: Callable[[], float],
        found: Callable[[list[Column], float], None] = lambda columns, cost: None,
        bounded: Callable[[float], None] = lambda bound: None,
        left: Callable[[], float] = lambda: math.inf,
        tuning: ColumnGenerationTuning = ColumnGenerationTuning(),  # noqa: B008
    ) -> None:
        self.tuning, self.diving = tuning.tree, tuning.dive
        self.subproblem, self.pricing = subproblem, pricing
        self.cover = cover = subproblem.cover
        self.cost, self.found, self.bounded = cost, found, bounded
        self.master = Master(subproblem, penalty, totals=self.tuning.rows, left=left)
        self.master.add(list(columns))
        self.sums = np.array(cover_sums(cover)).reshape(-1, 2, cover.lines)
        self._slack = np.array(self.master.slack_line, dtype=np.int64).reshape(-1, 2)
        self._slots: dict[int, int] = {}  # sum -> row
        self.open: list[_Node] = []
        self.nodes, self._number, self._next_dive = 0, 0, 1
        self.bound = -math.inf

    def run(self, *, duals: Floats, bound: float, nodes: int, over: Callable[[], bool] = lambda: False) -> float:
        """Branch from the root with these duals and this bound; returns the bound of the tree.

        Ends when no open node is left below the best cost, after ``nodes`` nodes, or when ``over``.
        """
        if not self.open and not self.nodes:
            self.open = [_Node(bound, 0, duals=duals)]
        self.bound = max(self.bound, bound)
        while self.open and self.nodes < nodes and not over():
            node = heapq.heappop(self.open)
            self.nodes += 1
            children = self._branch(node, over)
            if children is None:  # out of time: the node stays open with the bound that it has
                heapq.heappush(self.open, node)
                break
            for child in children:
                heapq.heappush(self.open, child)
            self._raise()
        return self.bound

    def _raise(self) -> None:
        cost = self.cost()
        self.open = [n for n in self.open if not self._cut(n.bound, cost)]
        heapq.heapify(self.open)
        least = self.open[0].bound if self.open else cost
        if least > self.bound:
            self.bound = min(least, cost)
            self.bounded(self.bound)

    def _cut(self, bound: float, cost: float) -> bool:
        return round_up(bound, self.subproblem.lattice) >= cost - 1e-7

    def _at(self, node: _Node, cost: float) -> Subproblem:
        """What a node leaves open, below this cost."""
        return replace(self.subproblem, shut=node.shut, cutoff=cost)

    # ---- one node ------------------------------------------------------------------------------------------------
    def _branch(self, node: _Node, over: Callable[[], bool]) -> list[_Node] | None:
        """Children of a node, none when it is fathomed; None when time ran out."""
        master, cost, t = self.master, self.cost(), self.tuning
        master.bound_totals(node.totals)
        self._allow(node.shut)
        made = generate(
            master,
            self._at(node, cost),
            self.pricing,
            center=node.duals,
            iterations=t.rounds,
            over=over,
            smoothing=t.smoothing,
        )
        node.bound = max(
            node.bound, round_up(made.bound, self.subproblem.lattice) if math.isfinite(made.bound) else -math.inf
        )
        log.debug(
            "node %d: bound %.3f of %.3f, %d totals, %d people, %d open",
            self.nodes, made.bound, made.solution.objective, len(node.totals), len(node.shut), len(self.open),
        )  # fmt: skip
        if made.bound == math.inf or self._cut(node.bound, cost):
            return []
        if over():
            return None
        solution = master.solve()
        if self._integral(solution):
            chosen = [master.columns[i] for i in np.flatnonzero(solution.values > 0.5).tolist()]
            self.found(chosen, solution.objective)
            if self._cut(node.bound, self.cost()):
                return []
        elif self.nodes >= t.picking and self.nodes & (self.nodes - 1) == 0:
            most = t.picked * len(self.master.people)
            picked, value, _ = master.integer(cutoff=cost, nodes=t.picked_nodes, over=over, most=most)
            if picked is not None:
                self.found(picked, value)
        made_from = _Node(node.bound, 0, node.totals, node.shut, made.duals)
        children = self._by_sum(made_from, solution)
        if children:
            return children
        self._dive(made_from, over)
        return self._by_duty(made_from, solution) or self._by_anything(made_from)

    def _dive(self, node: _Node, over: Callable[[], bool]) -> None:
        """Now and then a dive where all sums are whole: the cover is settled there, and only people are not."""
        if self.nodes < self._next_dive:
            return
        self._next_dive = self.tuning.between * self.nodes
        found = dive(
            self.master,
            self._at(node, self.cost()),
            self.pricing,
            self.tuning.dive,
            center=node.duals,
            over=over,
            tuning=self.diving,
        )
        self._allow(node.shut)
        if found is not None:
            self.found(found.columns, found.cost)

    def _allow(self, shut: dict[int, Mask]) -> None:
        days = np.arange(self.cover.days)
        allow = [c.employee not in shut or not shut[c.employee][days, c.word].any() for c in self.master.columns]
        self.master.bound_columns(np.array(allow, dtype=np.bool_))

    @staticmethod
    def _integral(solution: MasterSolution) -> bool:
        values = solution.values
        return solution.artificial < 1e-6 and bool((np.minimum(values, np.abs(1.0 - values)) < 1e-6).all())

    # ---- branches ------------------------------------------------------------------------------------------------
    def _child(self, parent: _Node) -> _Node:
        self._number -= 1
        return _Node(parent.bound, self._number, dict(parent.totals), dict(parent.shut), parent.duals)

    def _by_sum(self, node: _Node, solution: MasterSolution) -> list[_Node]:
        """Branch on a sum of deviations: the one whose weaker side raises the linear master most."""
        if not len(self.sums):
            return []
        each = np.zeros((2, self.cover.lines))
        np.add.at(each, (self._slack[:, 1], self._slack[:, 0]), solution.deviations)
        value = np.tensordot(self.sums, each, axes=2)
        part = np.minimum(value - np.floor(value), np.ceil(value) - value)
        size = np.count_nonzero(self.sums.any(axis=1), axis=1)
        score = np.where(part > self.tuning.whole, part * (1.0 + np.log2(size)), -1.0)
        best: tuple[float, int] | None = None
        tried: set[int] = set()  # rows of this node's candidates, which others of them must not take
        for k in np.argsort(-score, kind="stable")[: self.tuning.tried].tolist():
            slot = self._slot(k, node, tried) if score[k] > 0 else None
            if slot is None:
                continue
            tried.add(slot)
            low, high = node.totals.get(slot, (-math.inf, math.inf))
            gains = []
            for bounds in ((low, math.floor(value[k])), (math.ceil(value[k]), high)):
                self.master.bound_totals({**node.totals, slot: bounds})
                gains.append(self.master.solve().objective - solution.objective)
            gain = self._score(gains, solution)
            if best is None or gain > best[0] + 1e-9:
                best = (gain, k)
        self.master.bound_totals(node.totals)
        if best is None:
            return []
        slot = self._slots[best[1]]
        low, high = node.totals.get(slot, (-math.inf, math.inf))
        children = []
        for bounds in ((low, math.floor(value[best[1]])), (math.ceil(value[best[1]]), high)):
            child = self._child(node)
            child.totals[slot] = bounds
            children.append(child)
        return children

    def _score(self, gains: list[float], solution: MasterSolution) -> float:
        """Worth of a branch: what its weaker side gains, and a little of what the other does."""
        most = max(self.cost() - solution.objective, 1e-6)
        low, high = sorted(min(max(g, 0.0), most) for g in gains)
        return low + self.tuning.other * high

    def _slot(self, k: int, node: _Node, tried: set[int]) -> int | None:
        """Row of sum ``k``; one that no open node uses is taken where none is left."""
        if k in self._slots:
            return self._slots[k]
        used = tried | {s for n in (*self.open, node) for s in n.totals}
        free = [s for s in range(self.tuning.rows) if s not in used]
        if not free:
            return None
        taken = set(self._slots.values())
        slot = min(free, key=lambda s: (s in taken, s))
        self._slots = {other: s for other, s in self._slots.items() if s != slot}
        self._slots[k] = slot
        self.master.set_total(slot, self.sums[k])
        return slot

    def _by_duty(self, node: _Node, solution: MasterSolution) -> list[_Node]:
        """Branch on whether a person works a duty on a day."""
        master, days = self.master, np.arange(self.cover.days)
        share = np.zeros((len(self.master.people), self.cover.days, self.cover.alphabet))
        for i in np.flatnonzero(solution.values > 1e-9).tolist():
            c = master.columns[i]
            share[master.position[c.employee], days, c.word] += solution.values[i]
        part = np.minimum(share, 1.0 - share)
        part[share < 1e-6] = 0.0
        best: tuple[float, tuple[int, int, int]] | None = None
        for flat in np.argsort(-part, axis=None, kind="stable")[: self.tuning.tried].tolist():
            i, d, a = (int(x) for x in np.unravel_index(flat, part.shape))
            if part[i, d, a] < 1e-6:
                break
            gains = []
            for masks in self._sides(node, self.master.people[i], d, a):
                self._allow(masks)
                gains.append(master.solve().objective - solution.objective)
            gain = self._score(gains, solution)
            if best is None or gain > best[0] + 1e-9:
                best = (gain, (i, d, a))
        if best is None:
            return []
        i, d, a = best[1]
        return self._pair(node, self.master.people[i], d, a)

    def _by_anything(self, node: _Node) -> list[_Node]:
        """Branch on some duty that is still open: the linear master is whole but its bound is not its cost."""
        for e in self.master.people:
            mask = node.shut.get(e, np.zeros((self.cover.days, self.cover.alphabet), dtype=np.bool_))
            for d in range(self.cover.days):
                left = np.flatnonzero(~mask[d] & self.cover.compiled.allowed[e, d])
                if len(left) > 1:
                    return self._pair(node, e, d, int(left[0]))
        return []

    def _pair(self, node: _Node, employee: int, day: int, duty: int) -> list[_Node]:
        children = []
        for masks in self._sides(node, employee, day, duty):
            child = self._child(node)
            child.shut = masks
            children.append(child)
        return children

    def _sides(self, node: _Node, employee: int, day: int, duty: int) -> list[dict[int, Mask]]:
        old = node.shut.get(employee)
        sides = []
        for only in (False, True):
            mask = np.zeros((self.cover.days, self.cover.alphabet), dtype=np.bool_) if old is None else old.copy()
            if only:
                mask[day, np.arange(self.cover.alphabet) != duty] = True
            else:
                mask[day, duty] = True
            sides.append({**node.shut, employee: mask})
        return sides
