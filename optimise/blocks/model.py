"""A block problem as a whole model, for HiGHS."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimise.blocks.problem import BlockPlan, BlockProblem
from optimise.solvers.linear import Arrays, LinearModel

__all__ = ["BlocksModel"]


class _Given(LinearModel):
    """A model that exists as arrays already."""

    def __init__(self, name: str, arrays: Arrays) -> None:
        super().__init__(name)
        self.arrays, self.offset, self.lattice = arrays, arrays.offset, arrays.lattice()

    def freeze(self, *, relaxed: bool = False) -> Arrays:
        return replace(self.arrays, integer=self.arrays.integer & (not relaxed))


class BlocksModel:
    """Model and the way between plans and points, which here are the same."""

    def __init__(self, problem: BlockProblem) -> None:
        self.model: LinearModel = _Given(problem.name, problem.arrays)

    def plan(self, values: NDArray[np.float64]) -> BlockPlan:
        return BlockPlan(np.array(values, dtype=np.float64))

    def start(self, plan: BlockPlan) -> NDArray[np.float64]:
        return np.array(plan.values, dtype=np.float64)
