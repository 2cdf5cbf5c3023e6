"""Why no plan exists, in the planner's words, whatever kind of problem it is."""

from __future__ import annotations

from optimise.problem import Problem

__all__ = ["explain_infeasible"]


def explain_infeasible(problem: Problem, *, seconds: float) -> tuple[str, ...]:
    """Conflicting rules and the cheapest set of rules to relax, a sentence each."""
    if problem.kind == "roster":
        from optimise.explain import explain

        found = explain(problem, seconds=seconds)  # type: ignore[arg-type]
        return () if found is None else tuple(found.as_lines())
    return ()
