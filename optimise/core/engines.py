"""Engines: what a method that serves several kinds of problem uses for each of them.

Such a method has a table from the name of a kind to ``module:object``, an :class:`Engine` class that is loaded when
the first problem of that kind comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Protocol

from typing_extensions import TypeVar

from optimise.core.kinds import load
from optimise.core.lanes import Lanes, lanes_of
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.problem import Problem
from optimise.core.result import Plan

__all__ = ["ByKind", "engine_for"]


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


class ByKind:
    """Base of a method that leaves some kinds of problem to engines and works on the others itself."""

    #: Kind of problem -> ``module:object`` of its engine.
    engines: ClassVar[Mapping[str, str]] = {}

    def supports(self, problem: Problem) -> bool:
        engine = engine_for(problem, self.engines)
        return self.supports_itself(problem) if engine is None else engine.supports(problem)

    def refusal(self, problem: Problem) -> str:
        """Which rules of a bed problem are not known here, in words; empty where all are.

        Parameters
        ----------
        problem : Problem

        Returns
        -------
        str
            Empty where all rules are known.
        """
        return str(getattr(engine_for(problem, self.engines), "refusal", lambda problem: "")(problem))

    def lanes(self, problem: Problem, options: Mapping[str, object] | None = None) -> Lanes | None:
        """What the engine of the problem can do side by side; None where nobody says.

        Parameters
        ----------
        problem : Problem
        options : mapping, optional

        Returns
        -------
        Lanes or None
        """
        return lanes_of(engine_for(problem, self.engines), problem, options)

    def solve(
        self,
        problem: Problem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        engine = engine_for(problem, self.engines)
        work = self.solve_itself if engine is None else engine.solve
        return work(problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start, options=options)

    def supports_itself(self, problem: Problem) -> bool:
        """Whether the method works on a problem that no engine is for.

        Parameters
        ----------
        problem : Problem

        Returns
        -------
        bool
        """
        raise NotImplementedError

    def solve_itself(
        self,
        problem: Problem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        """Solve a problem that no engine is for, as :meth:`optimise.core.method.Method.solve` says.

        Parameters
        ----------
        problem : Problem
        limits : Limits
        seed : int
        comm : Communicator
        listen : Listener
        start : Plan, optional
        options : mapping, optional

        Returns
        -------
        Outcome
        """
        raise NotImplementedError
