"""The engine of ``matheuristic`` and ``parallel-search`` for admission scheduling."""

from __future__ import annotations

from collections.abc import Mapping

from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.admissions.search import improve_admissions
from optimise.methods.options import AdmissionOptions

__all__ = ["AdmissionSearch"]


class AdmissionSearch:
    """Prices and annealing, on all ranks that it is given."""

    options = AdmissionOptions

    def supports(self, problem: AdmissionProblem) -> bool:
        """Every problem of the kind."""
        return True

    def solve(
        self,
        problem: AdmissionProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: AdmissionPlan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome[AdmissionPlan]:
        """Search; see :func:`optimise.hospital.admissions.search.improve_admissions`."""
        tuning = AdmissionOptions.of(options).tuning
        return improve_admissions(
            problem, limits=limits, seed=seed, listen=listen, start=start, comm=comm, tuning=tuning
        )
