"""Problems of blocks joined by linking rows: any Pyomo model, told which constraints belong together."""

from optimise.blocks.problem import BlockPlan, BlockProblem
from optimise.blocks.pyomo import block_problem, split, store

__all__ = ["BlockPlan", "BlockProblem", "block_problem", "split", "store"]
