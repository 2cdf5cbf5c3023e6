"""What every planning problem has in common, whatever it plans."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from typing_extensions import TypeVar

from optimise.core.result import Evaluation, Plan

__all__ = ["Problem"]


#: The plans of a problem; any plan where nothing is said.
L_contra = TypeVar("L_contra", bound=Plan, contravariant=True, default=Any)


@runtime_checkable
class Problem(Protocol[L_contra]):
    """A validated planning problem with its plans: a :class:`~optimise.roster.problem.RosterProblem` or a
    :class:`~optimise.hospital.problem.HospitalProblem`.

    Attributes
    ----------
    kind : str
        Name of its :class:`~optimise.core.kinds.Kind`.
    name : str
        Name of the instance.
    family : str
        Format family it came from (``curtois``, ``inrc1``, ``inrc2``, ``pas``, ``ihtc``, ``orpas``, ``native``);
        decides the plan format written beside the native one.
    """

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def family(self) -> str: ...

    def evaluate(self, plan: L_contra, /) -> Evaluation:
        """Exact cost and violations of a plan, from the plan alone."""
        ...

    def digest(self) -> str:
        """SHA-256 (hex) of the problem's content, the same on every machine."""
        ...
