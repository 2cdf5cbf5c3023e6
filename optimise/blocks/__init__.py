"""Problems of blocks joined by linking rows: any Pyomo model, told which constraints belong together."""

from optimise.blocks.problem import BlockPlan, BlockProblem
from optimise.blocks.pyomo import block_problem, split, store
from optimise.hospital.blocks import rooms_as_blocks

__all__ = ["BlockPlan", "BlockProblem", "block_problem", "rooms_as_blocks", "split", "store"]
