"""The engine of ``matheuristic`` and ``parallel-search`` for the assignment of rooms and nurses."""

from __future__ import annotations

from collections.abc import Mapping

from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.hospital.assignment.data import AssignmentPlan
from optimise.hospital.assignment.problem import AssignmentProblem
from optimise.hospital.assignment.search import improve_assignment
from optimise.methods.options import AssignmentOptions

__all__ = ["AssignmentSearch"]


class AssignmentSearch:
    """Bound and annealing, on all ranks that it is given."""

    options = AssignmentOptions

    def supports(self, problem: AssignmentProblem) -> bool:
        """Every problem of the kind."""
        return True

    def solve(
        self,
        problem: AssignmentProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: AssignmentPlan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome[AssignmentPlan]:
        """Search; see :func:`optimise.hospital.assignment.search.improve_assignment`."""
        tuning = AssignmentOptions.of(options).tuning
        return improve_assignment(
            problem, limits=limits, seed=seed, listen=listen, start=start, comm=comm, tuning=tuning
        )
