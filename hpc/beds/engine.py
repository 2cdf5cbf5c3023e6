"""What ``column-generation`` and ``parallel-search`` use for bed plans with fixed stays."""

from __future__ import annotations

from collections.abc import Mapping

from hpc.beds import refusal
from hpc.beds.method import solve_beds
from hpc.beds.options import BedSearchOptions
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.hospital.beds_search import improve_beds, usable
from optimise.hospital.problem import HospitalPlan, HospitalProblem

__all__ = ["BedGeneration", "BedSearch"]


class _Beds:
    """What both engines suit: fixed stays, and no rule that is known only in part."""

    def supports(self, problem: HospitalProblem) -> bool:
        return usable(problem) and not refusal(problem)

    def refusal(self, problem: HospitalProblem) -> str:
        """Which rules in force are not known here, in words; empty where all are."""
        return refusal(problem)


class BedGeneration(_Beds):
    """Search, prices and columns of sequences of rooms."""

    def solve(
        self,
        problem: HospitalProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: HospitalPlan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        return solve_beds(problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start, options=options)


class BedSearch(_Beds):
    """The search alone."""

    def solve(
        self,
        problem: HospitalProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: HospitalPlan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        tuning = BedSearchOptions.of(options).tuning
        return improve_beds(problem, limits=limits, seed=seed, listen=listen, start=start, comm=comm, tuning=tuning)
