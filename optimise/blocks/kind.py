"""What the rest of Wardwise asks of models of blocks and linking rows."""

from __future__ import annotations

from collections.abc import Callable

from optimise.blocks.model import BlocksModel
from optimise.blocks.problem import BlockPlan, BlockProblem
from optimise.core.kinds import Kind

__all__ = ["BlocksKind"]


class BlocksKind(Kind[BlockProblem, BlockPlan]):
    """Any linear Pyomo model that was told its blocks."""

    name = "blocks"
    title = "blocks"
    problem = BlockProblem
    plan = BlockPlan

    def size(self, problem: BlockProblem) -> int:
        return int(problem.arrays.integer.sum())

    def model(self, problem: BlockProblem, **options: object) -> BlocksModel:
        return BlocksModel(problem, **options)

    def preferred(self, problem: BlockProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        return next(((name,) for name in ("column-generation", "highs") if usable(name)), ())

    def grid(self, problem: BlockProblem) -> float:
        return 0.0 if problem.arrays.offset else float(problem.arrays.lattice())

    def measures(self, problem: BlockProblem) -> dict[str, float]:
        return {"size": float(len(problem.blocks))}
