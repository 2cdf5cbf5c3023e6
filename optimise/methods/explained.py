"""Why no plan exists, in the planner's words, whatever kind of problem it is."""

from __future__ import annotations

import math

from optimise.core.method import Outcome
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Stats, Stop

__all__ = ["explain_infeasible", "without_plan"]


def explain_infeasible(problem: Problem, *, seconds: float) -> tuple[str, ...]:
    """Conflicting rules and the cheapest set of rules to relax, a sentence each."""
    if problem.kind == "roster":
        from optimise.roster.explain import explain

        found = explain(problem, seconds=seconds)  # type: ignore[arg-type]
        return () if found is None else tuple(found.as_lines())
    if problem.kind == "hospital":
        from optimise.hospital.explain import explain as explain_hospital

        return tuple(explain_hospital(problem, seconds=seconds))  # type: ignore[arg-type]
    return ()


def without_plan(problem: Problem, stop: Stop, *, seconds: float, stats: Stats | None = None) -> Outcome:
    """Outcome of a method that has no plan: proven infeasible and explained where that succeeds in ``seconds``.

    ``stop`` is told otherwise, with the rules that the nearest roster breaks where one is known.
    """
    stats = stats or Stats()
    if problem.kind != "roster":
        return Outcome(None, stop, Bounds(), stats)
    from optimise.roster.explain import explain

    found = explain(problem, seconds=seconds)  # type: ignore[arg-type]
    if found is None:
        return Outcome(None, stop, Bounds(), stats)
    if not found.infeasible:
        return Outcome(None, stop, Bounds(), stats, found.as_lines())
    bounds = Bounds(dual=math.inf, dual_source="proof that the hard rules contradict each other")
    return Outcome(None, Stop.INFEASIBLE, bounds, stats, found.as_lines())
