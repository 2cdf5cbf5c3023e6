"""What every planning problem has in common, whatever it plans."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from optimise.core.result import Evaluation

__all__ = ["Problem"]


@runtime_checkable
class Problem(Protocol):
    """A validated planning problem: a :class:`~optimise.roster.problem.RosterProblem` or a
    :class:`~optimise.hospital.problem.HospitalProblem`.

    Attributes
    ----------
    kind : str
        ``"roster"`` or ``"hospital"``: methods dispatch on it.
    name : str
        Name of the instance.
    family : str
        Format family it came from (``curtois``, ``inrc1``, ``inrc2``, ``pas``, ``ihtc``, ``native``); decides the
        plan format written beside the native one.
    """

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def family(self) -> str: ...

    def evaluate(self, plan: Any) -> Evaluation:
        """Exact cost and violations of a plan, from the plan alone."""
        ...

    def digest(self) -> str:
        """SHA-256 (hex) of the problem's content, the same on every machine."""
        ...
