"""Engines: what a method that serves several kinds of problem uses for each of them.

Such a method has a table from the name of a kind to ``module:object``, an :class:`Engine` class that is loaded when
the first problem of that kind comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol

from typing_extensions import TypeVar

from optimise.core.kinds import load
from optimise.core.method import Communicator, Lanes, Limits, Listener, Outcome, lanes_of
from optimise.core.problem import Problem
from optimise.core.result import Plan

__all__ = ["Engine", "engine_for", "lanes_by_engine", "one_lane", "refusal"]


#: Problems that an engine takes, the plans that it begins from and gives; any where nothing is said.
P_contra = TypeVar("P_contra", bound=Problem, contravariant=True, default=Any)
L = TypeVar("L", bound=Plan, default=Any)


class Engine(Protocol[P_contra, L]):
    """The part of a method that works on one kind of problem. Stateless."""

    def supports(self, problem: P_contra) -> bool:
        """Whether it works on this problem.

        Parameters
        ----------
        problem : Problem
            The problem, of the kind that the engine serves.

        Returns
        -------
        bool
            False where a rule in force is not known to it.
        """

    def solve(
        self,
        problem: P_contra,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: L | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome[L]:
        """Solve a problem of this kind, as :meth:`optimise.core.method.Method.solve` says."""


@cache
def _made(target: str) -> Engine:
    made: Engine = load(target)()
    return made


def engine_for(problem: Problem, engines: Mapping[str, str]) -> Engine | None:
    """The engine for the kind of a problem; None where the table has none."""
    target = engines.get(problem.kind)
    return None if target is None else _made(target)


def lanes_by_engine(
    engines: Mapping[str, str],
) -> Callable[[Problem, Mapping[str, object] | None], Lanes | None]:
    """The ``lanes`` of a method that leaves some kinds of problems to engines: those of the engine, if it knows any."""

    def lanes(problem: Problem, options: Mapping[str, object] | None = None) -> Lanes | None:
        return lanes_of(engine_for(problem, engines), problem, options)

    return lanes


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


def refusal(problem: Problem, engines: Mapping[str, str]) -> str:
    """Which rules in force the engine for a problem does not know, in words; empty where it knows all."""
    return str(getattr(engine_for(problem, engines), "refusal", lambda problem: "")(problem))
