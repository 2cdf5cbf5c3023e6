"""Method ``parallel-search``: the neighbourhood search of column generation without its root bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpc.beds import refusal as bed_refusal
from hpc.column_generation.method import ColumnGeneration, supported
from hpc.long_horizon.method import LongRun, is_long
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.result import Plan
from optimise.hospital.beds_search import improve_beds, usable

__all__ = ["ParallelSearchMethod"]


class ParallelSearchMethod:
    """``parallel-search``: construction and neighbourhood search without the root bound."""

    name = "parallel-search"
    resumable = True

    def supports(self, problem: Any) -> bool:
        if getattr(problem, "kind", "") == "hospital":
            return usable(problem)
        return supported(problem)

    def refusal(self, problem: Any) -> str:
        """Which rules of a bed problem are not known here, in words; empty where all are."""
        return bed_refusal(problem) if getattr(problem, "kind", "") == "hospital" else ""

    def solve(
        self,
        problem: Any,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Outcome:
        if problem.kind == "hospital":
            return improve_beds(problem, limits=limits, seed=seed, listen=listen, start=start, comm=comm)  # type: ignore[arg-type]
        chosen = {"root": False, **dict(options or {})}
        if is_long(problem):
            return LongRun(problem, limits, seed, comm, listen, start, chosen, self.name).solve()
        return ColumnGeneration(problem, limits, seed, comm, listen, start, chosen, self.name).solve()
