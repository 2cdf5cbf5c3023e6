"""What ``column-generation`` uses for models of blocks and linking rows."""

from __future__ import annotations

from collections.abc import Mapping

from hpc.blocks.block_generation import solve_blocks
from optimise.blocks import BlockProblem
from optimise.core.lanes import Lanes
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.result import Plan

__all__ = ["BlockGeneration"]


class BlockGeneration:
    """Every block problem."""

    def supports(self, problem: BlockProblem) -> bool:
        return True

    def lanes(self, problem: BlockProblem, options: Mapping[str, object] | None = None) -> Lanes:
        """Blocks: each is priced on one rank.

        Parameters
        ----------
        problem : BlockProblem
        options : mapping, optional
            The method's own.

        Returns
        -------
        Lanes
        """
        return Lanes(len(problem.blocks), "blocks")

    def solve(
        self,
        problem: BlockProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        return solve_blocks(problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start, options=options)
