"""A one-hot energy as a mixed-integer linear model, solved by HiGHS.

With x over all variables (one per block) and pair costs q:

``standard`` (Fortet 1960; Glover and Woolsey 1974)
    y_ij for every coupled pair; ``y >= x_i + x_j - 1`` where q > 0, ``y <= x_i, y <= x_j`` where q < 0.
``rlt`` (reformulation-linearisation of level 1: Adams and Sherali 1986)
    for every coupled pair of blocks a < b a full table y; ``sum_j y_ij = x_i`` for i in a and
    ``sum_i y_ij = x_j`` for j in b. Many more columns, a much better bound.

A cost of a sum has a weight in [0, 1] for each of its values: the weights sum to 1, and the values that they weigh to
the sum. Where the cost is convex that is exact without integer weights, as in a restricted master.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from optimise.core.errors import InputError
from optimise.solvers.highs_factory import make_highs
from quantum.onehot import OneHot
from quantum.sums import SumCost
from quantum.tuning import TUNING

__all__ = ["Linearised", "solve_linearised"]


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """HiGHS's answer: choices (m,) or None, lower bound, whether it is proven, nodes, processor seconds in HiGHS."""

    choices: NDArray[np.int64] | None
    bound: float
    proven: bool
    nodes: int
    kernel_seconds: float = 0.0


class _Rows:
    """Sparse rows collected column array by column array."""

    def __init__(self) -> None:
        self.entries: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
        self.lower: list[NDArray[np.float64]] = []
        self.upper: list[NDArray[np.float64]] = []
        self.height = 0

    def add(
        self, count: int, parts: list[tuple[NDArray[np.int64], NDArray[np.int64], float]], lower: float, upper: float
    ) -> None:
        """`count` rows with the same bounds; a part is (row numbers from 0, columns, coefficient)."""
        for rows, columns, value in parts:
            self.entries.append((self.height + rows, columns, np.full(rows.size, value)))
        self.lower.append(np.full(count, lower))
        self.upper.append(np.full(count, upper))
        self.height += count


def solve_linearised(problem: OneHot, *, model: str = "auto", seconds: float = np.inf, seed: int = 0) -> Linearised:
    """Minimise with HiGHS (one thread)."""
    linear, table, offset = problem.tables(part=True)
    if model not in ("auto", "standard", "rlt"):
        raise InputError(f"unknown linear model {model!r}; there are auto, standard and rlt")
    free = all(k <= 2 for k in problem.sizes)
    coupled = _coupled(problem, table)
    columns = sum(problem.sizes[a] * problem.sizes[b] for a, b in coupled)
    if model == "auto":
        model = "standard" if free or columns > TUNING.most_rlt_columns else "rlt"
    rows = _Rows()
    n = linear.size
    rows.add(problem.blocks, [(problem.block_of, np.arange(n), 1.0)], 1.0, 1.0)
    costs = _standard(rows, table, n) if model == "standard" else _rlt(rows, problem, table, coupled, n)
    every, whole = [linear, costs], list[int]()
    for cost in problem.sums:
        first = sum(part.size for part in every)
        _add_sum(rows, problem, cost, first)
        slopes = np.diff(cost.costs) / np.diff(cost.values)
        if (np.diff(slopes) < -1e-9).any():  # not convex: neighbouring values must not be mixed
            whole += range(first, first + cost.values.size)
        every.append(cost.costs)
    return _run(problem, rows, np.concatenate(every), offset, seconds, seed, whole)


def _coupled(problem: OneHot, table: NDArray[np.float64]) -> list[tuple[int, int]]:
    filled = np.add.reduceat(np.add.reduceat(np.abs(table), problem.starts, axis=0), problem.starts, axis=1)
    return [(int(a), int(b)) for a, b in np.argwhere(np.triu(filled, 1) > 0)]


def _standard(rows: _Rows, table: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    first, second = np.nonzero(np.triu(table, 1))
    values = table[first, second]
    y = n + np.arange(values.size)
    positive, negative = np.flatnonzero(values > 0), np.flatnonzero(values < 0)
    at = np.arange(positive.size)
    parts = [(at, first[positive], -1.0), (at, second[positive], -1.0), (at, y[positive], 1.0)]
    rows.add(positive.size, parts, -1.0, np.inf)
    at = np.arange(negative.size)
    for ends in (first, second):
        rows.add(negative.size, [(at, y[negative], 1.0), (at, ends[negative], -1.0)], -np.inf, 0.0)
    return np.asarray(values)


def _rlt(
    rows: _Rows, problem: OneHot, table: NDArray[np.float64], coupled: list[tuple[int, int]], n: int
) -> NDArray[np.float64]:
    costs, next_column, starts = [np.zeros(0)], n, problem.starts.tolist()
    for a, b in coupled:
        k, m = problem.sizes[a], problem.sizes[b]
        y = next_column + np.arange(k * m).reshape(k, m)
        next_column += k * m
        costs.append(table[starts[a] : starts[a] + k, starts[b] : starts[b] + m].ravel())
        for numbers, start, size in ((y, starts[a], k), (y.T, starts[b], m)):
            at = np.repeat(np.arange(size), numbers.shape[1])
            sums = [(at, numbers.ravel(), 1.0), (np.arange(size), start + np.arange(size), -1.0)]
            rows.add(size, sums, 0.0, 0.0)
    return np.concatenate(costs)


def _add_sum(rows: _Rows, problem: OneHot, cost: SumCost, first: int) -> None:
    """Weights of the values of a sum, from column `first` on: they sum to 1, the values that they weigh to the sum."""
    weights = first + np.arange(cost.values.size)
    rows.add(1, [(np.zeros(weights.size, dtype=np.int64), weights, 1.0)], 1.0, 1.0)
    one = np.zeros(1, dtype=np.int64)
    parts = [(one, weights[[s]], -float(v)) for s, v in enumerate(cost.values.tolist()) if v]
    for b, part in cost.parts.items():
        parts += [(one, problem.starts[[b]] + c, float(v)) for c, v in enumerate(part.tolist()) if v]
    rows.add(1, parts, 0.0, 0.0)


def _run(
    problem: OneHot,
    rows: _Rows,
    costs: NDArray[np.float64],
    offset: float,
    seconds: float,
    seed: int,
    whole: Sequence[int] = (),
) -> Linearised:
    n = problem.qubo.size
    parts = [np.concatenate([e[i] for e in rows.entries]) for i in range(3)]
    matrix = coo_array((parts[2], (parts[0], parts[1])), shape=(rows.height, costs.size)).tocsc()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = costs.size, rows.height
    lp.col_cost_, lp.offset_ = costs, offset
    lp.col_lower_, lp.col_upper_ = np.zeros(costs.size), np.ones(costs.size)
    lp.row_lower_, lp.row_upper_ = np.concatenate(rows.lower), np.concatenate(rows.upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    integer, continuous = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    kinds = [integer] * n + [continuous] * (costs.size - n)
    for column in whole:
        kinds[column] = integer
    lp.integrality_ = kinds
    solver = make_highs({"random_seed": seed % 2**31, "mip_rel_gap": 0.0})
    if np.isfinite(seconds):
        solver.setOptionValue("time_limit", float(seconds))
    solver.passModel(lp)
    began = time.process_time()
    solver.run()
    kernel = time.process_time() - began
    info = solver.getInfo()
    proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    choices = None
    if info.primal_solution_status == 2:  # feasible
        x = np.asarray(solver.getSolution().col_value)
        choices = np.array([int(np.argmax(x[s : s + k])) for s, k in zip(problem.starts.tolist(), problem.sizes)])
    bound = float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else -np.inf
    if proven and choices is not None:
        bound = min(bound, problem.energy(choices)) if bound > -np.inf else problem.energy(choices)
    return Linearised(choices, bound, bool(proven), int(info.mip_node_count), kernel)
