"""What every planning problem has in common, whatever it plans."""

from __future__ import annotations

import importlib
from typing import Any, Protocol, runtime_checkable

from typing_extensions import TypeVar

from optimise.core.errors import InputError, WardwiseError
from optimise.core.given import typed_call
from optimise.core.result import Evaluation, Plan

__all__ = ["Plannable", "Problem", "evaluate", "stated", "stated_as"]


L = TypeVar("L", bound=Plan)

P = TypeVar("P", bound="Problem[Any]")

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


@runtime_checkable
class Plannable(Protocol[L_contra]):
    """What a problem can be made from: a :class:`~optimise.roster.formats.ward.Ward` or another document."""

    def problem(self) -> Problem[L_contra]:
        """The problem that it states.

        Returns
        -------
        Problem

        Raises
        ------
        InputError
            If it contradicts itself.
        """
        ...


def stated(problem: Problem[L] | Plannable[L]) -> Problem[L]:
    """A problem as it is, or that of a document.

    Parameters
    ----------
    problem : Problem or Plannable

    Returns
    -------
    Problem

    Raises
    ------
    WardwiseError
        For anything else.
    """
    if isinstance(problem, Problem):
        return problem
    if isinstance(problem, Plannable):
        return problem.problem()
    raise WardwiseError(f"not a planning problem: {type(problem).__name__}; read one with optimise.read(path)")


def stated_as(wanted: type[P], problem: P | Plannable[Any]) -> P:
    """A problem of one kind as it is, or that of a document.

    Parameters
    ----------
    wanted : type
        The class of its problems.
    problem : Problem or Plannable

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        For a problem of another kind.
    """
    made: object = stated(problem)
    if not isinstance(made, wanted):
        raise InputError(f"is a {type(made).__name__}; expected a {wanted.__name__}", item="problem")
    return made


@typed_call
def evaluate(problem: Problem[L] | Plannable[L], plan: L) -> Evaluation:
    """Exact cost by rule and violations of a plan, recomputed from the plan alone.

    Parameters
    ----------
    problem : Problem or Plannable
        What is planned, or a document of it.
    plan : Plan
        Of the same kind; it may break rules.

    Returns
    -------
    Evaluation
        Cost, amount of broken hard rules, and each broken rule.

    Raises
    ------
    InputError
        If the plan is of another problem.
    """
    made = stated(problem)
    return made.evaluate(importlib.import_module("optimise.core.kinds").fitted(made, plan))
