"""Restricted master of any block problem, kept in HiGHS and changed only by increments."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.blocks import BlockProblem
from optimise.solvers.highs_factory import make_highs

__all__ = ["BlockColumn", "BlockMaster", "BlockSolution"]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class BlockColumn:
    """One point of a block.

    Attributes
    ----------
    group : int
        Position of the block's kind (blocks that are alike share one).
    values : float array (columns of the block,)
    cost : float
    rows, entries : arrays
        What it adds to the linking rows.
    """

    group: int
    values: Floats
    cost: float
    rows: NDArray[np.int32]
    entries: Floats

    @property
    def key(self) -> tuple[int, bytes]:
        return self.group, np.round(self.values, 9).tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class BlockSolution:
    """Solution of the restricted linear master.

    Attributes
    ----------
    objective : float
        Offset included.
    duals : float array (linking rows,)
    convexity : float array (kinds,)
    outside : float array (columns of no block,)
    weights : float array (columns,)
    artificial : float
        Sum of penalised deviations; 0 when the restricted master is feasible.
    """

    objective: float
    duals: Floats
    convexity: Floats
    outside: Floats
    weights: Floats
    artificial: float


class BlockMaster:
    r"""Restricted master of a block problem; blocks that are alike are one kind with a count.

    .. math::
        \min \sum_j c_j \lambda_j + c_0 x_0 + M s \quad\text{s.t.}\quad
        l \le \sum_j a_j \lambda_j + A_0 x_0 + s^+ - s^- \le u, \qquad
        \sum_{j \in J_k} \lambda_j = m_k \;\forall k, \qquad \lambda, s \ge 0

    Parameters
    ----------
    problem : BlockProblem
    penalty : float
        Price ``M`` of a unit by which a linking row is missed; the bound does not depend on it.
    """

    def __init__(self, problem: BlockProblem, penalty: float) -> None:
        import highspy

        self.problem, self.penalty, self._highspy = problem, penalty, highspy
        a, rows = problem.arrays, problem.linking
        self.first = np.unique(problem.alike)
        self.count = np.bincount(np.searchsorted(self.first, problem.alike)).astype(np.float64)
        self.lower, self.upper = a.row_lower[rows], a.row_upper[rows]
        self.outside = np.flatnonzero(problem.block < 0)
        whole = np.array([bool(problem.parts[b].arrays.integer.all()) for b in self.first])
        #: Kinds of one block with continuous columns.
        self.mixed = (self.count == 1) & ~whole
        self.link_outside = problem.matrix[rows][:, self.outside].tocsc()
        self.columns: list[BlockColumn] = []
        self.known: set[tuple[int, bytes]] = set()
        self._lp: Any = make_highs({"presolve": "off", "solver": "simplex"})
        self._build()

    @property
    def links(self) -> int:
        return len(self.lower)

    def _build(self) -> None:
        inf, a = self._highspy.kHighsInf, self.problem.arrays
        lower, upper = np.r_[self.lower, self.count], np.r_[self.upper, self.count]
        none, ints = np.zeros(0), np.zeros(0, dtype=np.int32)
        low, up = np.where(np.isfinite(lower), lower, -inf), np.where(np.isfinite(upper), upper, inf)
        self._lp.addRows(len(lower), low, up, 0, np.zeros(len(lower), dtype=np.int32), ints, none)
        o, m = self.outside, self.link_outside
        if len(o):
            self._lp.addCols(
                len(o),
                a.cost[o],
                np.where(np.isfinite(a.lower[o]), a.lower[o], -inf),
                np.where(np.isfinite(a.upper[o]), a.upper[o], inf),
                m.nnz,
                m.indptr[:-1].astype(np.int32),
                m.indices.astype(np.int32),
                m.data.astype(np.float64),
            )
        short = np.flatnonzero(np.isfinite(self.lower))
        over = np.flatnonzero(np.isfinite(self.upper))
        kinds = self.links + np.arange(len(self.first))
        row = np.r_[short, over, kinds].astype(np.int32)
        sign = np.r_[np.ones(len(short)), -np.ones(len(over)), np.ones(len(kinds))]
        self._dear = np.r_[np.ones(len(short) + len(over)), np.full(len(kinds), 10.0)]
        n = len(row)
        self._lp.addCols(
            n, self.penalty * self._dear, np.zeros(n), np.full(n, inf), n, np.arange(n, dtype=np.int32), row, sign
        )
        self.slacks = np.arange(len(o), len(o) + n, dtype=np.int32)
        self._lp.changeObjectiveOffset(a.offset)

    def add(self, columns: list[BlockColumn]) -> int:
        """Add columns that are not there yet; returns how many were new."""
        fresh = []
        for c in columns:
            if c.key not in self.known:
                self.known.add(c.key)
                fresh.append(c)
        if not fresh:
            return 0
        sizes = np.array([len(c.rows) + 1 for c in fresh])
        index = np.concatenate([np.r_[c.rows, self.links + c.group] for c in fresh]).astype(np.int32)
        value = np.concatenate([np.r_[c.entries, 1.0] for c in fresh])
        n, inf = len(fresh), self._highspy.kHighsInf
        start = np.r_[0, np.cumsum(sizes)[:-1]].astype(np.int32)
        cost = np.array([c.cost for c in fresh])
        self._lp.addCols(n, cost, np.zeros(n), np.full(n, inf), len(index), start, index, value)
        self.columns += fresh
        return n

    def charge(self, penalty: float) -> None:
        """Change the price of missing a linking row."""
        self.penalty = penalty
        self._lp.changeColsCost(len(self.slacks), self.slacks, penalty * self._dear)

    def at_least(self, fixed: dict[int, float]) -> None:
        """Hold some weights at or above a number (for a dive); all others are free again."""
        n, base = len(self.columns), len(self.outside) + len(self.slacks)
        lower = np.zeros(n)
        lower[list(fixed)] = list(fixed.values())
        index = np.arange(base, base + n, dtype=np.int32)
        self._lp.changeColsBounds(n, index, lower, np.full(n, self._highspy.kHighsInf))

    def solve(self) -> BlockSolution:
        """Solve the linear master from the last basis."""
        self._lp.run()
        info, solution = self._lp.getInfo(), self._lp.getSolution()
        dual, value = np.asarray(solution.row_dual), np.asarray(solution.col_value)
        o, base = len(self.outside), len(self.outside) + len(self.slacks)
        return BlockSolution(
            float(info.objective_function_value),
            dual[: self.links].copy(),
            dual[self.links :].copy(),
            value[:o].copy(),
            value[base:].copy(),
            float(value[o:base].sum()),
        )

    def integer(self, seconds: float, nodes: int) -> Floats | None:
        """A point of the whole problem from the columns found so far by branch and bound, or None.

        A block with continuous columns mixes its points, and its integer columns are asked to be whole
        (convexification); of the others, whole numbers of points are taken (discretisation).
        """
        h: Any = make_highs({"time_limit": max(0.1, seconds), "mip_max_nodes": nodes, "mip_rel_gap": 0.0})
        h.passModel(self._lp.getLp())
        base = len(self.outside) + len(self.slacks)
        pure = np.array([not self.mixed[c.group] for c in self.columns], dtype=np.bool_)
        whole = np.r_[np.flatnonzero(self.problem.arrays.integer[self.outside]), base + np.flatnonzero(pure)].astype(
            np.int32
        )
        for group in np.flatnonzero(self.mixed).tolist():
            self._ask_whole(h, group, base)
        h.changeColsIntegrality(len(whole), whole, np.ones(len(whole), dtype=np.uint8))
        h.changeColsBounds(len(self.slacks), self.slacks, np.zeros(len(self.slacks)), np.zeros(len(self.slacks)))
        h.run()
        if h.getInfo().primal_solution_status != 2:
            return None
        level = np.asarray(h.getSolution().col_value)
        return self.point(level[: len(self.outside)], level[base : base + len(self.columns)])

    def _ask_whole(self, h: Any, group: int, base: int) -> None:
        """Add a column and a row for each integer column of a mixed block: it is the mixture of its points' values."""
        part = self.problem.parts[self.first[group]]
        mine = [j for j, c in enumerate(self.columns) if c.group == group]
        for c in np.flatnonzero(part.arrays.integer).tolist():
            values = np.array([self.columns[j].values[c] for j in mine])
            used = np.flatnonzero(values)
            low, up = float(part.arrays.lower[c]), float(part.arrays.upper[c])
            h.addCol(0.0, low, up, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
            column = h.getNumCol() - 1
            h.changeColsIntegrality(1, np.array([column], dtype=np.int32), np.ones(1, dtype=np.uint8))
            index = np.r_[base + np.array(mine, dtype=np.int32)[used], column].astype(np.int32)
            h.addRow(0.0, 0.0, len(index), index, np.r_[values[used], -1.0])

    def point(self, outside: Floats, weights: Floats) -> Floats | None:
        """The point of the whole problem that weights mean; None where they are fractional for blocks of a kind.

        Of a kind with one block it is the mixture of its points, integer or not.
        """
        several = np.array([self.count[c.group] > 1 for c in self.columns], dtype=np.bool_)
        if np.abs(weights - np.rint(weights))[several].max(initial=0.0) > 1e-6:
            return None
        made: Floats = np.zeros(self.problem.arrays.columns)
        for k in np.flatnonzero(self.count == 1).tolist():
            part = self.problem.parts[self.first[k]]
            mine = [(w, c.values) for w, c in zip(weights, self.columns, strict=False) if c.group == k and w > 1e-12]
            value = sum((w * v for w, v in mine), np.zeros(len(part.columns)))
            value /= sum(w for w, _ in mine) or 1.0
            near = part.arrays.integer & (np.abs(value - np.rint(value)) < 1e-6)
            made[part.columns] = np.where(near, np.rint(value), value)
        whole = np.where(self.problem.arrays.integer[self.outside], np.rint(outside), outside)
        made[self.outside] = whole
        alike = self.problem.alike
        twins = {k: np.flatnonzero(alike == b).tolist() for k, b in enumerate(self.first) if self.count[k] > 1}
        for j in np.flatnonzero(several & (weights > 0.5)).tolist():
            column = self.columns[j]
            for _ in range(round(float(weights[j]))):
                if not twins[column.group]:
                    return None
                made[self.problem.parts[twins[column.group].pop(0)].columns] = column.values
        return None if any(twins.values()) else made

    def lagrangian(self, duals: Floats, bounds: Floats) -> float:
        """Lower bound on the whole problem from any duals and a lower bound on each kind's priced minimum.

        Duals with the wrong sign for a one-sided row must have been clipped to 0 (:meth:`clipped`).
        """
        priced = duals != 0
        sides = np.where(duals > 0, self.lower, self.upper)[priced]
        total = self.problem.arrays.offset + float(duals[priced] @ sides)
        a, o = self.problem.arrays, self.outside
        reduced = a.cost[o] - self.link_outside.T @ duals
        reduced = np.where(np.abs(reduced) <= 1e-9 * np.maximum(1.0, np.abs(a.cost[o])), 0.0, reduced)
        ends = np.where(reduced > 0, a.lower[o], a.upper[o])
        used = reduced != 0
        if not np.isfinite(ends[used]).all():
            return -math.inf
        total += float(reduced[used] @ ends[used]) + float(self.count @ bounds)
        return total - 1e-9 * max(1.0, abs(total), float(np.abs(duals).max(initial=0.0)))

    def clipped(self, duals: Floats) -> Floats:
        """Duals without those of a sign that their row cannot have."""
        made = np.where((duals > 0) & ~np.isfinite(self.lower), 0.0, duals)
        return np.where((made < 0) & ~np.isfinite(self.upper), 0.0, made)
