"""Method ``parallel-search``: the neighbourhood search of column generation without its root bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hpc.column_generation.method import ColumnGeneration, supported
from hpc.column_generation.tuning import ParallelSearchOptions
from hpc.long_horizon.method import LongRun, is_long
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.options import ResumableOptions, documented
from optimise.core.result import Plan
from optimise.hospital.beds_search import improve_beds, usable

__all__ = ["ParallelSearchMethod"]


@documented
class ParallelSearchMethod:
    """``parallel-search``: construction and neighbourhood search without the root bound."""

    name = "parallel-search"
    resumable = True
    options = ParallelSearchOptions
    options_by_kind: ClassVar = {"hospital": ResumableOptions}

    def supports(self, problem: Any) -> bool:
        if getattr(problem, "kind", "") == "hospital":
            return usable(problem)
        return supported(problem)

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
            ResumableOptions.of(options)
            return improve_beds(problem, limits=limits, seed=seed, listen=listen, start=start, comm=comm)  # type: ignore[arg-type]
        chosen = ParallelSearchOptions.of(options)
        if is_long(problem, chosen.long_tuning) if chosen.long is None else chosen.long:
            return LongRun(problem, limits, seed, comm, listen, start, chosen, self.name).solve()
        return ColumnGeneration(problem, limits, seed, comm, listen, start, chosen, self.name).solve()
