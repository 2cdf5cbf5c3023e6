"""The linking problem of column generation, kept in HiGHS and changed only by increments."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.cover import CoverRows

__all__ = ["Column", "Master", "MasterSolution"]

Floats = NDArray[np.float64]
Word = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One person's whole roster."""

    employee: int
    word: Word
    cost: float
    rows: NDArray[np.int32]
    values: Floats


@dataclass(frozen=True, slots=True)
class MasterSolution:
    """Solution of the restricted linear master.

    Attributes
    ----------
    objective : float
    duals : ndarray (lines,)
    convexity : ndarray (people,)
        Dual of each person's convexity row.
    values : ndarray (columns,)
    artificial : float
        Sum of penalised hard deviations; 0 when the restricted master is feasible.
    """

    objective: float
    duals: Floats
    convexity: Floats
    values: Floats
    artificial: float


class Master:
    r"""Restricted master of some people; the others' contribution to the lines is fixed.

    .. math::
        \min \sum_p c_p x_p + \sum_\ell f_\ell(v_\ell), \quad
        v_\ell = \text{fixed}_\ell + \sum_p a_{\ell p} x_p, \quad
        \sum_{p \in P_e} x_p = 1 \; \forall e, \quad x \ge 0,

    with every convex ``f`` written as slack columns, one per segment; hard segments cost ``penalty`` per unit.

    Parameters
    ----------
    cover : CoverRows
    people : sequence of int
    fixed : ndarray (lines,)
        What the people outside add to each line.
    penalty : float
        Price of a hard unit; the bound does not depend on it.
    """

    def __init__(self, cover: CoverRows, people: list[int], fixed: Floats, penalty: float) -> None:
        import highspy

        self.cover, self.people, self.penalty = cover, people, penalty
        self.position = {e: i for i, e in enumerate(people)}
        self.columns: list[Column] = []
        self.known: set[tuple[int, bytes]] = set()
        self._idle: list[int] = []
        self._highspy = highspy
        self._lp: Any = highspy.Highs()
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("solver", "simplex"),
            ("simplex_strategy", 4),
        ):
            self._lp.setOptionValue(name, value)
        self._rows(fixed)
        self.simplex = 0

    def _rows(self, fixed: Floats) -> None:
        lines = self.cover.compiled.lines
        inf = self._highspy.kHighsInf
        lower = np.array([line.lower for line in lines] + [1.0] * len(self.people))
        upper = np.array([line.upper for line in lines] + [1.0] * len(self.people))
        lower[: len(lines)] -= fixed
        upper[: len(lines)] -= fixed
        lower[~np.isfinite(lower)], upper[~np.isfinite(upper)] = -inf, inf
        rows = len(lower)
        self._lp.addRows(
            rows, lower, upper, 0, np.zeros(rows, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0)
        )
        cost: list[float] = []
        width: list[float] = []
        row: list[int] = []
        sign: list[float] = []
        for i, line in enumerate(lines):
            for bound, direction, segments in ((line.lower, 1.0, line.under), (line.upper, -1.0, line.over)):
                if math.isfinite(bound):
                    for s in segments:
                        cost.append(s.price if math.isfinite(s.price) else self.penalty)
                        width.append(s.width if math.isfinite(s.width) else inf)
                        row.append(i)
                        sign.append(direction)
        for i in range(len(self.people)):  # someone without a roster
            cost.append(100.0 * self.penalty)
            width.append(1.0)
            row.append(len(lines) + i)
            sign.append(1.0)
        n = len(cost)
        self.slack_hard = np.array([c >= self.penalty for c in cost])
        self.slack_cost = np.array(cost)
        self.slacks = n
        self._lp.addCols(
            n,
            self.slack_cost,
            np.zeros(n),
            np.array(width),
            n,
            np.arange(n, dtype=np.int32),
            np.array(row, dtype=np.int32),
            np.array(sign),
        )

    # ---- columns -------------------------------------------------------------------------------------------------
    def make(self, employee: int, word: Word, cost: float) -> Column:
        rows, values = self.cover.column(employee, word)
        return Column(employee, word.copy(), cost, rows, values)

    def add(self, columns: list[Column]) -> int:
        """Add columns that are not there yet; returns how many were new."""
        fresh = []
        for c in columns:
            key = (c.employee, c.word.tobytes())
            if key not in self.known:
                self.known.add(key)
                fresh.append(c)
        if not fresh:
            return 0
        n = len(fresh)
        sizes = np.array([len(c.rows) + 1 for c in fresh])
        index = np.concatenate(
            [np.r_[c.rows, self.cover.lines + self.position[c.employee]] for c in fresh]
        ).astype(np.int32)
        value = np.concatenate([np.r_[c.values, 1.0] for c in fresh])
        self._lp.addCols(
            n,
            np.array([c.cost for c in fresh]),
            np.zeros(n),
            np.full(n, self._highspy.kHighsInf),
            len(index),
            np.r_[0, np.cumsum(sizes)[:-1]].astype(np.int32),
            index,
            value,
        )
        self.columns += fresh
        self._idle += [0] * n
        return n

    def solve(self, seconds: float = math.inf) -> MasterSolution:
        """Solve the linear master from the last basis."""
        if math.isfinite(seconds):
            self._lp.setOptionValue("time_limit", float(self._lp.getRunTime() + max(seconds, 0.1)))
        self._lp.run()
        info, solution = self._lp.getInfo(), self._lp.getSolution()
        dual = np.asarray(solution.row_dual)
        value = np.asarray(solution.col_value)
        lines = self.cover.lines
        self.simplex += max(int(info.simplex_iteration_count), 0)
        x = value[self.slacks :]
        reduced = np.asarray(solution.col_dual)[self.slacks :]
        for i in np.flatnonzero(x > 1e-9).tolist():
            self._idle[i] = 0
        for i in np.flatnonzero(reduced > 1e-6).tolist():
            self._idle[i] += 1
        return MasterSolution(
            float(info.objective_function_value),
            dual[:lines].copy(),
            dual[lines:].copy(),
            x.copy(),
            float(value[: self.slacks][self.slack_hard].sum()),
        )

    def purge(self, most: int, idle: int = 8) -> int:
        """Drop columns that were dear for ``idle`` solves once there are more than ``most``."""
        if len(self.columns) <= most:
            return 0
        drop = [i for i, n in enumerate(self._idle) if n >= idle]
        if not drop:
            return 0
        self._delete(drop)
        return len(drop)

    def _delete(self, drop: list[int]) -> None:
        self._lp.deleteCols(len(drop), np.array(drop, dtype=np.int32) + self.slacks)
        gone = set(drop)
        for i in drop:
            c = self.columns[i]
            self.known.discard((c.employee, c.word.tobytes()))
        self.columns = [c for i, c in enumerate(self.columns) if i not in gone]
        self._idle = [n for i, n in enumerate(self._idle) if i not in gone]

    # ---- branching and integer solutions ---------------------------------------------------------------------------
    def bound_columns(self, upper: NDArray[np.bool_]) -> None:
        """Allow exactly the columns marked True."""
        n = len(self.columns)
        index = np.arange(self.slacks, self.slacks + n, dtype=np.int32)
        self._lp.changeColsBounds(n, index, np.zeros(n), np.where(upper, self._highspy.kHighsInf, 0.0))

    def integer(self, seconds: float, cutoff: float = math.inf, nodes: int | None = None) -> tuple[list[Column] | None, float, float]:
        """Best choice of one column per person by HiGHS branch and bound: (columns, objective, bound)."""
        h = self._highspy.Highs()
        h.setOptionValue("output_flag", False)
        h.setOptionValue("threads", 1)
        h.setOptionValue("time_limit", float(max(seconds, 0.05)))
        h.setOptionValue("mip_rel_gap", 0.0)
        h.setOptionValue("mip_abs_gap", 0.999 * 1e-3)
        if nodes is not None:
            h.setOptionValue("mip_max_nodes", nodes)
        if math.isfinite(cutoff):
            h.setOptionValue("objective_bound", float(cutoff))
        h.passModel(self._lp.getLp())
        n = len(self.columns)
        index = np.arange(self.slacks, self.slacks + n, dtype=np.int32)
        h.changeColsIntegrality(n, index, np.full(n, 1, dtype=np.uint8))
        h.run()
        info = h.getInfo()
        bound = float(info.mip_dual_bound)
        if info.primal_solution_status != 2:
            return None, math.inf, bound
        value = np.asarray(h.getSolution().col_value)
        if value[: self.slacks][self.slack_hard & (self.slack_cost > 50 * self.penalty)].sum() > 0.5:
            return None, math.inf, bound
        chosen = [self.columns[i] for i in np.flatnonzero(value[self.slacks :] > 0.5)]
        return chosen, float(info.objective_function_value), bound
