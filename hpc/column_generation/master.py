"""The linking problem of column generation, kept in HiGHS and changed only by increments."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.branching_rows import Totals
from hpc.column_generation.column import Column, Floats, Word
from hpc.column_generation.deviations import deviations
from hpc.column_generation.subproblem import Subproblem
from hpc.runtime.timers import Work
from optimise.solvers.highs_factory import make_highs

__all__ = ["Master", "MasterSolution"]


@dataclass(frozen=True, slots=True)
class MasterSolution:
    """Solution of the restricted linear master.

    Attributes
    ----------
    objective : float
    duals : ndarray (lines + totals,)
    convexity : ndarray (rows,)
        Dual of the convexity row of each person, or of people alike.
    values : ndarray (columns,)
    artificial : float
        Sum of penalised hard deviations; 0 when the restricted master is feasible.
    """

    objective: float
    duals: Floats
    convexity: Floats
    values: Floats
    artificial: float
    deviations: Floats


class Master:
    r"""Restricted master of some people; the others' contribution to the lines is fixed.

    .. math::
        \min \sum_p c_p x_p + \sum_\ell f_\ell(v_\ell), \quad
        v_\ell = \text{fixed}_\ell + \sum_p a_{\ell p} x_p, \quad
        \sum_{p \in P_e} x_p = 1 \; \forall e, \quad x \ge 0,

    with every convex ``f`` written as slack columns, one per segment; hard segments cost ``penalty`` per unit.

    Parameters
    ----------
    subproblem : Subproblem
        Whose rosters are chosen, and what the others add to the lines; lines that cannot change are left out.
    penalty : float
        Price of a hard unit; the bound does not depend on it.
    totals : int
        Room for rows on sums of deviations, ``lower <= sum of weights * deviations <= upper`` (branching on cover).
    most, idle : int
        Columns beyond which those that were without use for so many solves go.
    leader : ndarray (employees,), optional
        The first person alike of each: people alike share a row, which their number stands in, and columns.
    left : callable
        Seconds that a solve may take, asked before each.

    Attributes
    ----------
    leaders : list of int
        The person who stands for each row.
    sizes : ndarray (rows,)
        How many people each row stands for.
    """

    def __init__(
        self,
        subproblem: Subproblem,
        penalty: float,
        *,
        totals: int = 0,
        most: int = 1 << 30,
        idle: int = 1,
        leader: NDArray[np.int32] | None = None,
        left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        import highspy

        self.subproblem, self.penalty, self.left = subproblem, penalty, left
        self.most, self.idle = most, idle
        self.cover, self.people = subproblem.cover, list(subproblem.people)
        cover = self.cover
        self.totals = Totals(cover, totals)
        #: length of dual vectors: lines, then totals
        self.size = cover.lines + totals
        rows: dict[int, list[int]] = {}
        for e in self.people:
            rows.setdefault(e if leader is None else int(leader[e]), []).append(e)
        self.members = list(rows.values())
        self.leaders = [alike[0] for alike in self.members]
        self.sizes = np.array([len(alike) for alike in self.members], dtype=np.float64)
        #: row of each person
        self.position = {e: i for i, alike in enumerate(self.members) for e in alike}
        self.lines = np.ones(cover.lines, dtype=np.bool_) if subproblem.lines is None else subproblem.lines
        self.kept = np.flatnonzero(self.lines)
        self._map = np.full(cover.lines, -1, dtype=np.int32)
        self._map[self.kept] = np.arange(len(self.kept))
        self.columns: list[Column] = []
        self.known: set[tuple[int, bytes]] = set()  # row and word
        self._idle: list[int] = []
        self._highspy = highspy
        self._lp: Any = make_highs({"presolve": "off", "solver": "simplex", "simplex_strategy": 4})
        self._rows()
        self.simplex = 0
        self.work = Work()

    def _rows(self) -> None:
        lines = [self.cover.compiled.lines[i] for i in self.kept.tolist()]
        fixed = self.subproblem.fixed[self.kept]
        inf = self._highspy.kHighsInf
        people, totals = self.sizes.tolist(), len(self.totals.lower)
        lower = np.array([line.lower for line in lines] + people + [-inf] * totals)
        upper = np.array([line.upper for line in lines] + people + [inf] * totals)
        lower[: len(lines)] -= fixed
        upper[: len(lines)] -= fixed
        lower[~np.isfinite(lower)], upper[~np.isfinite(upper)] = -inf, inf
        rows = len(lower)
        self._lp.addRows(
            rows, lower, upper, 0, np.zeros(rows, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0)
        )
        made = deviations(lines, self.kept, self.sizes, totals, self.penalty)
        self.slack_line, self.slack_cost, self.slack_hard = made.line, made.cost, made.hard
        self.slacks, self._nobody = len(made.cost), made.nobody
        self._lp.addCols(
            self.slacks,
            made.cost,
            np.zeros(self.slacks),
            made.width,
            self.slacks,
            np.arange(self.slacks, dtype=np.int32),
            made.row,
            made.sign,
        )

    # ---- columns -------------------------------------------------------------------------------------------------
    def make(self, employee: int, word: Word, cost: float) -> Column:
        return Column.of(self.cover, employee, word, cost)

    def add(self, columns: list[Column]) -> int:
        """Add columns that are not there yet; returns how many were new."""
        fresh = []
        for c in columns:
            key = (self.position[c.employee], c.word.tobytes())
            if key not in self.known:
                self.known.add(key)
                fresh.append(c)
        if not fresh:
            return 0
        n = len(fresh)
        entries = [self._entries(c) for c in fresh]
        sizes = np.array([len(rows) for rows, _ in entries])
        index = np.concatenate([rows for rows, _ in entries]).astype(np.int32)
        value = np.concatenate([values for _, values in entries])
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

    def add_plan(self, words: NDArray[np.int16], personal: Floats) -> int:
        """Add the rosters of this master's people in a plan of everybody, with their personal costs."""
        return self.add([self.make(e, words[e], float(personal[e])) for e in self.people])

    def _entries(self, column: Column) -> tuple[NDArray[np.int32], Floats]:
        rows = self._map[column.rows]
        inside = rows >= 0
        person = len(self.kept) + self.position[column.employee]
        return np.r_[rows[inside], person], np.r_[column.values[inside], 1.0]

    def solve(self) -> MasterSolution:
        """Solve the linear master from the last basis, as far as the time left allows."""
        seconds = self.left()
        if math.isfinite(seconds):
            self._lp.setOptionValue("time_limit", float(self._lp.getRunTime() + max(seconds, 0.1)))
        self._lp.run()
        self._lp.setOptionValue("simplex_strategy", 4)
        info, solution = self._lp.getInfo(), self._lp.getSolution()
        dual = np.asarray(solution.row_dual)
        value = np.asarray(solution.col_value)
        lines = len(self.kept)
        convexity = lines + len(self.members)
        duals = np.zeros(self.size)
        duals[self.kept] = dual[:lines]
        duals[self.cover.lines :] = dual[convexity:]
        iterations = max(int(info.simplex_iteration_count), 0)
        self.simplex += iterations
        self.work.add(Work.SOLVE + Work.ITERATION * iterations * (convexity + len(self.totals.lower)))
        x = value[self.slacks :]
        reduced = np.asarray(solution.col_dual)[self.slacks :]
        self.reduced = reduced
        for i in np.flatnonzero(x > 1e-9).tolist():
            self._idle[i] = 0
        for i in np.flatnonzero(reduced > 1e-6).tolist():
            self._idle[i] += 1
        return MasterSolution(
            float(info.objective_function_value),
            duals,
            dual[lines:convexity].copy(),
            x.copy(),
            float(value[: self.slacks][self.slack_hard].sum()),
            value[: len(self.slack_line)].copy(),
        )

    def charge(self, penalty: float) -> None:
        """Change the price of a hard unit."""
        changed = np.flatnonzero(self.slack_hard).astype(np.int32)
        self.slack_cost[changed] *= penalty / self.penalty
        self.penalty = penalty
        self._lp.changeColsCost(len(changed), changed, self.slack_cost[changed])

    def purge(self) -> int:
        """Drop columns that were dear for long once there are too many; returns how many."""
        if len(self.columns) <= self.most:
            return 0
        drop = [i for i, n in enumerate(self._idle) if n >= self.idle]
        if not drop:
            return 0
        self._delete(drop)
        return len(drop)

    def set_aside(self, keep: NDArray[np.bool_]) -> list[Column]:
        """Take out the columns not marked that are outside the basis, and return them."""
        drop = np.flatnonzero(~(keep | self.basic_columns())).tolist()
        gone = [self.columns[i] for i in drop]
        if drop:
            self._delete(drop)
        return gone

    def _delete(self, drop: list[int]) -> None:
        self._lp.deleteCols(len(drop), np.array(drop, dtype=np.int32) + self.slacks)
        gone = set(drop)
        for i in drop:
            c = self.columns[i]
            self.known.discard((self.position[c.employee], c.word.tobytes()))
        self.columns = [c for i, c in enumerate(self.columns) if i not in gone]
        self._idle = [n for i, n in enumerate(self._idle) if i not in gone]

    # ---- the Lagrangian ------------------------------------------------------------------------------------------
    def masked(self, duals: Floats) -> Floats:
        """Duals with those of lines and sides that do not matter at 0, totals that came later included."""
        lines = self.cover.lines
        full = np.zeros(self.size)
        full[: len(duals)] = duals
        full[:lines] = np.where(self.lines, full[:lines], 0.0)
        full[lines:] = self.totals.clipped(full[lines:])
        return full

    def value(self, duals: Floats) -> float:
        """What lines and totals add to the Lagrangian at these duals."""
        lines = self.cover.lines
        added, change = self.totals.value(duals[lines:])
        linking = self.cover.dual_value(duals[:lines], self.lines, change)
        return added + linking - float(self.subproblem.fixed[self.kept] @ duals[self.kept])

    # ---- totals ----------------------------------------------------------------------------------------------------
    def set_total(self, k: int, weight: Floats) -> None:
        """Make total ``k`` the weighted sum of deviations, weights of shape (2, lines)."""
        self.totals.set(k, weight)
        row = len(self.kept) + len(self.members) + k
        for i, (line, side) in enumerate(self.slack_line):
            self._lp.changeCoeff(row, i, float(weight[side, line]))

    def bound_totals(self, bounds: dict[int, tuple[float, float]]) -> None:
        """Bounds of the totals named; the others are free."""
        totals, inf = self.totals, self._highspy.kHighsInf
        totals.lower[:], totals.upper[:] = -np.inf, np.inf
        for k, (low, high) in bounds.items():
            totals.lower[k], totals.upper[k] = low, high
        first = len(self.kept) + len(self.members)
        for k, (low, high) in enumerate(zip(totals.lower.tolist(), totals.upper.tolist(), strict=True)):
            self._lp.changeRowBounds(first + k, max(low, -inf), min(high, inf))
        self._lp.setOptionValue("simplex_strategy", 1)

    # ---- branching and integer solutions ---------------------------------------------------------------------------
    def bound_columns(self, upper: NDArray[np.bool_]) -> None:
        """Allow exactly the columns marked True."""
        n = len(self.columns)
        index = np.arange(self.slacks, self.slacks + n, dtype=np.int32)
        self._lp.changeColsBounds(n, index, np.zeros(n), np.where(upper, self._highspy.kHighsInf, 0.0))
        self._lp.setOptionValue("simplex_strategy", 1)  # the basis stays dual feasible, so one dual solve follows

    def integer(
        self,
        *,
        cutoff: float = math.inf,
        nodes: int,
        over: Callable[[], bool] = lambda: False,
        most: int = 1 << 30,
        among: NDArray[np.bool_] | None = None,
    ) -> tuple[list[Column] | None, float, float]:
        """Best choice of a column per person (``among`` these) by HiGHS branch and bound: (columns, objective, bound).

        Columns whose reduced cost in the linear master shows that they are in no solution below ``cutoff`` are left
        out. The columns are None when nothing below ``cutoff`` was found within the node limit, or more than
        ``most`` columns would be left.
        """
        linear = self.solve()
        usable = self.reduced <= cutoff - linear.objective + 1e-6
        usable = usable if among is None else usable & among
        if linear.objective >= cutoff - 1e-7 or int(usable.sum()) > most:
            return None, math.inf, linear.objective
        h = make_highs(
            {
                "mip_rel_gap": 0.0,
                "mip_abs_gap": 1e-3,
                "mip_max_nodes": nodes,
                "mip_detect_symmetry": False,
                "mip_heuristic_run_rins": False,
                "mip_heuristic_run_rens": False,
                "mip_heuristic_run_root_reduced_cost": False,
                "mip_heuristic_run_feasibility_jump": False,
            }
        )
        if math.isfinite(cutoff):
            h.setOptionValue("objective_bound", float(cutoff))
        h.cbMipInterrupt.subscribe(lambda event: event.interrupt() if over() else None)
        h.passModel(self._lp.getLp())
        n = len(self.columns)
        index = np.arange(self.slacks, self.slacks + n, dtype=np.int32)
        h.changeColsIntegrality(n, index, np.full(n, 1, dtype=np.uint8))
        most_of = np.array([self.sizes[self.position[c.employee]] for c in self.columns])
        h.changeColsBounds(n, index, np.zeros(n), np.where(usable, most_of, 0.0))
        h.run()
        info = h.getInfo()
        bound = float(info.mip_dual_bound)
        if info.primal_solution_status != 2:
            return None, math.inf, bound
        level = np.asarray(h.getSolution().col_value)
        if level[self._nobody].sum() > 0.5:
            return None, math.inf, bound
        return self.hand_out(np.round(level[self.slacks :])), float(info.objective_function_value), bound

    def hand_out(self, level: Floats) -> list[Column]:
        """Integer levels of columns as one column per person."""
        chosen, left = [], [iter(alike) for alike in self.members]
        for j in np.flatnonzero(level > 0.5).tolist():
            c = self.columns[j]
            mine = left[self.position[c.employee]]
            chosen += [replace(c, employee=next(mine)) for _ in range(int(level[j]))]
        return chosen

    # ---- bases -----------------------------------------------------------------------------------------------------
    def basic_columns(self) -> NDArray[np.bool_]:
        """Which columns are in the basis of the last solution."""
        basic = self._highspy.HighsBasisStatus.kBasic
        return np.array([status == basic for status in self._lp.getBasis().col_status[self.slacks :]], dtype=np.bool_)

    def basis(self) -> tuple[Any, list[Column]]:
        """The basis of the last solution, to come back to, and the columns that it is of."""
        return self._lp.getBasis(), list(self.columns)

    def restore(self, basis: tuple[Any, list[Column]]) -> None:
        """Come back to an earlier basis, feasible again; columns that are newer are outside it."""
        old, columns = basis
        new, low = self._highspy.HighsBasis(), self._highspy.HighsBasisStatus.kLower
        statuses = old.col_status
        known = {id(c): status for c, status in zip(columns, statuses[self.slacks :], strict=True)}
        new.col_status = [*statuses[: self.slacks], *[known.get(id(c), low) for c in self.columns]]
        new.row_status = old.row_status
        self._lp.setBasis(new)
        self._lp.setOptionValue("simplex_strategy", 4)

    def begin_as(self, other: Master, basic: int) -> None:
        """Start from the basis of another master of the same lines: its lines and deviations, the first columns."""
        old, basis = other._lp.getBasis(), self._highspy.HighsBasis()
        inside, low = self._highspy.HighsBasisStatus.kBasic, self._highspy.HighsBasisStatus.kLower
        lines, deviations = len(self.kept), len(self.slack_line)
        people, outside = [low] * len(self.members), [low] * (len(self.columns) - basic)
        basis.col_status = [*old.col_status[:deviations], *people, *[inside] * basic, *outside]
        basis.row_status = [*old.row_status[:lines], *people]
        self._lp.setBasis(basis)
