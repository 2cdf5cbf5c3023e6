"""The recourse of some scenarios, kept as warm linear programs: values and cuts at any first stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from optimise.capacity.model.capacity import Split, waiting, widths
from optimise.capacity.problem import CapacityProblem
from optimise.solvers.highs import Highs

__all__ = ["Cuts", "Programs"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Values at a point, and affine functions that are nowhere above the recourse costs.

    Attributes
    ----------
    value : float array (n,)
        Recourse cost at the point.
    constant, slope : float arrays (n,), (n, first-stage columns)
        ``cost(x) >= constant + slope @ x`` for every first stage x.
    """

    value: Floats
    constant: Floats
    slope: Floats


class Programs:
    """One HiGHS instance per scenario; a new first stage changes row bounds only: the last basis stays dual feasible.

    Each scenario keeps an instance of its own: its answers then depend on the points that it has seen and on nothing
    else, neither on the other scenarios of the rank nor on the number of ranks.

    Parameters
    ----------
    problem : CapacityProblem
    parts : Split
    scenarios : sequence of int
    """

    def __init__(self, problem: CapacityProblem, parts: Split, scenarios: Sequence[int] | NDArray[np.int64]) -> None:
        self.parts, self.scenarios = parts, np.asarray(scenarios, dtype=np.int64)
        arrays = parts.recourse
        need = problem.need[self.scenarios]
        self.widths = widths(problem, need).reshape(len(need), -1)
        self.constant = waiting(problem, need)
        self.simplex = 0
        self._solvers: list[Highs] = []
        for mine in self.widths:
            upper = np.full(arrays.columns, np.inf)
            upper[parts.serve] = mine
            self._solvers.append(Highs(replace(arrays, upper=upper), options={"presolve": "off", "solver": "simplex"}))
        matrix = csr_matrix((arrays.value, arrays.index, arrays.start), shape=(arrays.rows, arrays.columns))
        self._transposed = matrix.T.tocsr()
        self._slopes = parts.technology.T.tocsr()
        self._rows = np.arange(arrays.rows, dtype=np.int32)

    def cuts(self, point: Floats) -> Cuts:
        """Solve every scenario at a first stage, shape (first-stage columns,)."""
        arrays, count = self.parts.recourse, len(self.scenarios)
        shift = self.parts.technology @ point
        lower, upper = arrays.row_lower - shift, arrays.row_upper - shift
        duals, value = np.zeros((count, arrays.rows)), np.zeros(count)
        for i, solver in enumerate(self._solvers):
            raw = solver.raw
            raw.changeRowsBounds(arrays.rows, self._rows, lower, upper)
            solver.run()
            info = raw.getInfo()
            if info.primal_solution_status != 2 or info.dual_solution_status != 2:
                value[i], duals[i] = self._again(solver)
            else:
                value[i] = info.objective_function_value
                duals[i] = raw.getSolution().row_dual
            self.simplex += max(0, info.simplex_iteration_count)
        return Cuts(value + self.constant, *self._safe(duals))

    def _again(self, solver: Highs) -> tuple[float, Floats]:
        """From scratch, where the warm start led nowhere."""
        raw = solver.raw
        raw.clearSolver()
        solver.run()
        info = raw.getInfo()
        if info.primal_solution_status != 2 or info.dual_solution_status != 2:
            raise RuntimeError(f"HiGHS found no recourse: {raw.modelStatusToString(raw.getModelStatus())}")
        return info.objective_function_value, np.array(raw.getSolution().row_dual)

    def _safe(self, duals: Floats) -> tuple[Floats, Floats]:
        """Constants and slopes that hold whatever the solver's tolerances (Neumaier, Shcherbina 2004).

        Duals of the wrong sign are set to 0; reduced costs below 0 are paid for with the upper bounds of their columns.
        """
        arrays = self.parts.recourse
        low, up = np.isfinite(arrays.row_lower), np.isfinite(arrays.row_upper)
        duals = np.where(low, duals, np.minimum(duals, 0.0))
        duals = np.where(up, duals, np.maximum(duals, 0.0))
        bound = np.where(low, arrays.row_lower, arrays.row_upper)
        reduced = np.minimum(arrays.cost[None, :] - (self._transposed @ duals.T).T, 0.0)
        paid = reduced @ arrays.upper + np.einsum("ij,ij->i", reduced[:, self.parts.serve], self.widths)
        return self.constant + duals @ bound + paid, -(self._slopes @ duals.T).T
