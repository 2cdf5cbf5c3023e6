"""The master's bound is certified: it holds for duals of any sign."""

from __future__ import annotations

import numpy as np
import pytest

from hpc.benders.master import CutMaster
from optimise.capacity.risk import Risk
from optimise.solvers.linear import Arrays, LinearModel


def first_stage() -> Arrays:
    """``min 2 x``, x in 0..3 and x at most 5 by a row that never binds."""
    model = LinearModel("first")
    x = model.add_columns("x", 1, upper=3.0, cost=2.0, integer=True)
    model.add_entries(model.add_rows("most", 1, upper=5.0), x)
    return model.freeze()


def made(floor: float = 0.0) -> CutMaster:
    """One cluster with the cuts ``theta >= 4 - 3 x`` and ``theta >= -7 + x``: the optimum is 8/3 at x = 4/3."""
    master = CutMaster(first_stage(), np.ones(1), np.array([floor]), Risk())
    master.add(np.zeros(2, dtype=np.int64), np.array([4.0, -7.0]), np.array([[-3.0], [1.0]]))
    return master


def test_the_relaxed_master_is_solved_and_certified() -> None:
    step = made().relaxed()
    assert step.point == pytest.approx([4 / 3])
    assert step.bound == pytest.approx(8 / 3)


@pytest.mark.parametrize("row", range(3))
@pytest.mark.parametrize("dual", [-3.0, -1.0, -0.2, 0.2, 1.0, 3.0])
def test_no_dual_of_a_row_alone_claims_more_than_the_optimum(row: int, dual: float) -> None:
    """A priced limit that does not bind, and a cut with the wrong sign, are worth nothing."""
    master, duals = made(), np.zeros(3)
    duals[row] = dual
    assert master._certified(duals) <= 8 / 3 + 1e-9


@pytest.mark.parametrize("row", range(3))
def test_a_speck_of_the_wrong_sign_does_not_lose_the_bound(row: int) -> None:
    """Solvers return duals that are off by their tolerance; a side that is infinite must not be multiplied by it."""
    master, duals = made(), np.zeros(3)
    duals[1] = 2 / 3  # 2 x + theta with theta >= 4 - 3 x at 2/3: exact
    duals[row] += -1e-9 if row else 1e-9
    assert master._certified(duals) == pytest.approx(8 / 3, abs=1e-6)
    duals[:] = 0.0
    duals[row] = -1e-9 if row else 1e-9
    assert master._certified(duals) == pytest.approx(0.0, abs=1e-6)


def test_the_best_whole_point_follows_the_cuts() -> None:
    """x = 1 costs 2 and theta is 1 there; x = 2 costs 4."""
    step = made().whole(seconds=10.0, gap=0.0, nodes=None, start=None)
    assert step.point.tolist() == [1.0]
    assert step.bound == pytest.approx(3.0, abs=1e-6)
    assert made().descend(np.array([3.0]), 10).tolist() == [1.0]
