"""The engine of ``matheuristic`` for hospitals: the search on beds where stays are fixed, else the joint search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.hospital.beds_search import improve_beds, usable
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search import improve_hospital

__all__ = ["HospitalSearch"]


class HospitalSearch:
    """Every hospital, on one core."""

    def supports(self, problem: HospitalProblem) -> bool:
        return True

    def solve(
        self,
        problem: HospitalProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: HospitalPlan | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Outcome:
        improve = improve_beds if usable(problem) else improve_hospital
        return improve(problem, limits=limits, seed=seed, listen=listen, start=start)
