"""Method ``parallel-search``: the neighbourhood search of column generation without its root bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hpc.column_generation.method import ColumnGeneration, supported
from hpc.column_generation.options import ParallelSearchOptions
from hpc.column_generation.run import form
from hpc.long_horizon.method import LongRun, is_long
from optimise.core.engines import engine_for, refusal
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.options import ResumableOptions, documented
from optimise.core.problem import Problem
from optimise.core.result import Plan
from optimise.methods.options import AdmissionOptions, AssignmentOptions
from optimise.roster.problem import RosterProblem

__all__ = ["ParallelSearchMethod"]

#: Who searches on problems that are no rosters.
_ENGINES = {
    "hospital": "hpc.beds.engine:BedSearch",
    "admissions": "optimise.methods.admission_search:AdmissionSearch",
    "assignment": "optimise.methods.assignment_search:AssignmentSearch",
}


@documented
class ParallelSearchMethod:
    """``parallel-search``: construction and neighbourhood search without the root bound."""

    name = "parallel-search"
    resumable = True
    options = ParallelSearchOptions
    options_by_kind: ClassVar = {
        "hospital": ResumableOptions,
        "admissions": AdmissionOptions,
        "assignment": AssignmentOptions,
    }

    def supports(self, problem: Problem) -> bool:
        engine = engine_for(problem, _ENGINES)
        return supported(problem) if engine is None else engine.supports(problem)

    def refusal(self, problem: Problem) -> str:
        """Which rules of a bed problem are not known here, in words; empty where all are.

        Parameters
        ----------
        problem : Problem

        Returns
        -------
        str
            Empty where all rules are known.
        """
        return refusal(problem, _ENGINES)

    def solve(
        self,
        problem: Problem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        engine = engine_for(problem, _ENGINES)
        if engine is not None:
            return engine.solve(
                problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start, options=options
            )
        chosen = ParallelSearchOptions.of(options)
        assert isinstance(problem, RosterProblem)
        if chosen.long or (chosen.long is None and is_long(problem, chosen.long_tuning, form(problem, chosen))):
            return LongRun(problem, limits, seed, comm, listen, start, chosen, self.name).solve()
        return ColumnGeneration(problem, limits, seed, comm, listen, start, chosen, self.name).solve()
