"""The engines of ``matheuristic`` and ``parallel-search`` for admissions, and for rooms with nurses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Generic, TypeVar

from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.problem import Problem
from optimise.core.result import Plan
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.admissions.search import improve_admissions
from optimise.hospital.assignment.data import AssignmentPlan
from optimise.hospital.assignment.problem import AssignmentProblem
from optimise.hospital.assignment.search import improve_assignment
from optimise.methods.options import AdmissionOptions, AssignmentOptions

__all__ = ["AdmissionSearch", "AssignmentSearch"]

P = TypeVar("P", bound=Problem)
L = TypeVar("L", bound=Plan)


class _RoundsSearch(Generic[P, L]):
    """A bound and rounds of annealing, on all ranks that it is given."""

    options: ClassVar[type[AdmissionOptions | AssignmentOptions]]
    improve: Callable[..., Outcome[L]]

    def supports(self, problem: P) -> bool:
        """Every problem of the kind."""
        return True

    def solve(
        self,
        problem: P,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: L | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome[L]:
        """Search, as :meth:`optimise.core.method.Method.solve` says."""
        tuning = self.options.of(options).tuning
        return self.improve(problem, limits=limits, seed=seed, listen=listen, start=start, comm=comm, tuning=tuning)


class AdmissionSearch(_RoundsSearch[AdmissionProblem, AdmissionPlan]):
    """Admissions: :func:`optimise.hospital.admissions.search.improve_admissions`."""

    options = AdmissionOptions
    improve = staticmethod(improve_admissions)


class AssignmentSearch(_RoundsSearch[AssignmentProblem, AssignmentPlan]):
    """Rooms and nurses: :func:`optimise.hospital.assignment.search.improve_assignment`."""

    options = AssignmentOptions
    improve = staticmethod(improve_assignment)
