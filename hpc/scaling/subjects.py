"""What can be traced and measured, by kind of problem: rosters, and scenarios of two-stage capacity."""

from __future__ import annotations

from typing import Any, Protocol

from typing_extensions import TypeVar

from hpc.scaling.stochastic import Scenarios, perform_scenarios, record_scenarios
from hpc.scaling.trace import Trace, record
from hpc.scaling.work import Done, Workload, perform
from optimise.capacity.problem import CapacityProblem
from optimise.core.errors import UnsupportedError
from optimise.core.kinds import kind_of
from optimise.core.method import Communicator
from optimise.core.problem import Problem
from optimise.roster.problem import RosterProblem

__all__ = ["Subject", "subject_of"]


#: Problems whose work is traced; any where nothing is said.
P_contra = TypeVar("P_contra", bound=Problem, contravariant=True, default=Any)


class Subject(Protocol[P_contra]):
    """Work of one kind of problem.

    Attributes
    ----------
    searches : bool
        Whether it has a search whose time to target can be measured.
    """

    searches: bool

    def record(self, problem: P_contra, workload: Workload, seconds: float) -> Trace:
        """Trace it on one rank."""
        ...

    def perform(self, problem: P_contra, comm: Communicator, workload: Workload) -> list[list[Done] | None]:
        """Do it on all ranks; each repeat gives the accounts of all ranks on rank 0, None on the others."""
        ...


class RosterWork:
    """Pricing rounds of the root and rounds of neighbourhoods."""

    searches = True

    def record(self, problem: RosterProblem, workload: Workload, seconds: float) -> Trace:
        record(problem, workload.brief, seconds=seconds)  # compiles
        return record(problem, workload, seconds=seconds)

    def perform(self, problem: RosterProblem, comm: Communicator, workload: Workload) -> list[list[Done] | None]:
        perform(problem, comm, workload.brief)  # compiles
        return [comm.gather(perform(problem, comm, workload)) for _ in range(max(1, workload.repeats))]


class ScenarioWork:
    """Rounds of the L-shaped method."""

    searches = False

    def record(self, problem: CapacityProblem, workload: Workload, seconds: float) -> Trace:
        return record_scenarios(problem)

    def perform(self, problem: CapacityProblem, comm: Communicator, workload: Workload) -> list[list[Done] | None]:
        return [comm.gather(perform_scenarios(problem, comm, Scenarios()))]


_SUBJECTS: dict[str, Subject] = {"roster": RosterWork(), "capacity": ScenarioWork()}


def subject_of(problem: Problem, where: object = "") -> Subject:
    """Work of this kind of problem.

    Raises
    ------
    UnsupportedError
        Naming ``where`` the problem comes from.
    """
    found = _SUBJECTS.get(problem.kind)
    if found is None:
        text = f"scaling is about rosters and scenarios, this is a {kind_of(problem).title} problem"
        raise UnsupportedError(f"{where}: {text}")
    return found
