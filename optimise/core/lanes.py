"""How much of a method's work can be done side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimise.core.problem import Problem

__all__ = ["Lanes", "lanes_of", "one_lane"]


@dataclass(frozen=True, slots=True)
class Lanes:
    """How much of a method's work can be done side by side: further ranks wait.

    Attributes
    ----------
    count : int
        Pieces.
    of : str
        What they are, in the plural.
    """

    count: int
    of: str


def lanes_of(method: object, problem: Problem, options: Mapping[str, object] | None = None) -> Lanes | None:
    """Pieces of work that a method has for ranks on a problem; None where every rank finds some.

    Methods that know a limit have ``lanes(problem, options)``.
    """
    ask = getattr(method, "lanes", None)
    found: Lanes | None = None if ask is None else ask(problem, options)
    return found


def one_lane(problem: Problem, options: Mapping[str, object] | None = None) -> Lanes:
    """The ``lanes`` of a method that works on rank 0 while the others wait.

    Parameters
    ----------
    problem : Problem
    options : mapping, optional

    Returns
    -------
    Lanes
    """
    return Lanes(1, "processes")
