"""Cuts of the recourse hold whatever duals they are made of: those of the wrong sign are worth nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye, hstack

from hpc.benders.recourse import Programs
from optimise.capacity.evaluate import recourse
from optimise.capacity.model.capacity import split
from optimise.capacity.problem import CapacityProblem
from optimise.generate.capacity import capacity

#: Bound of a dual, so that the most optimistic ones exist.
_MOST = 1e4


def sign_blind(programs: Programs, point: np.ndarray, blind: str) -> np.ndarray:
    """The duals that promise the most at a point where one kind of row may have any sign, shape (1, rows).

    Reduced costs below 0 are paid for with the upper bounds of their columns, as in a cut.
    """
    arrays = programs.parts.recourse
    low, upper = np.isfinite(arrays.row_lower), arrays.upper.copy()
    upper[programs.parts.serve] = programs.widths[0]
    side = np.where(low, arrays.row_lower, arrays.row_upper) - programs.parts.technology @ point
    matrix = csr_matrix((arrays.value, arrays.index, arrays.start), shape=(arrays.rows, arrays.columns))
    free = low if blind == "lower" else ~low
    least, most = np.where(free | ~low, -_MOST, 0.0), np.where(free | low, _MOST, 0.0)
    limits = np.r_[np.c_[least, most], np.c_[np.zeros_like(upper), np.full_like(upper, np.inf)]]
    rows = hstack([matrix.T, -eye(arrays.columns)])
    found = linprog(np.r_[-side, upper], A_ub=rows, b_ub=arrays.cost, bounds=limits)
    return np.asarray(found.x[: arrays.rows])[None]


@pytest.fixture(scope="module")
def problem() -> CapacityProblem:
    return capacity(1, 2, 2, 3, 2, beds=60)


@pytest.mark.parametrize("blind", ["lower", "upper"])
def test_duals_of_the_wrong_sign_promise_nothing(problem: CapacityProblem, blind: str) -> None:
    """The most optimistic duals that forget the sign of one kind of row still give a cut below the recourse."""
    parts = split(problem)
    programs, first = Programs(problem, parts, [0]), parts.first
    drawn = np.random.default_rng(3).uniform(first.lower, first.upper, (4, first.columns))
    for x in (first.upper, *np.rint(drawn)):
        constant, slope = programs._safe(sign_blind(programs, x, blind))
        assert constant[0] + slope[0] @ x <= recourse(problem, parts.stage.plan(x)).cost[0] + 1e-6
