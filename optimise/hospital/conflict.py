"""Which hard rules of a hospital cannot all be kept: an irreducible set of them, by QuickXplain over whole models."""

from __future__ import annotations

from collections.abc import Iterable

from optimise.core.method import Deadline
from optimise.core.quickxplain import quickxplain
from optimise.core.result import Stop
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.model.scope import Scope
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules import get_rule
from optimise.solvers.highs import Highs

__all__ = ["conflicting_rules", "keeping"]

#: Columns beyond which no conflict is looked for.
MOST_COLUMNS = 100_000


def conflicting_rules(problem: HospitalProblem, *, seconds: float) -> tuple[tuple[str, ...], bool]:
    """Hard rules of which every one is needed for the contradiction, and whether that is certain.

    Empty where no contradiction was proven in time.
    """
    clock = Deadline(seconds)
    if Scope.whole(problem).columns(problem) > MOST_COLUMNS:
        return (), False
    hard = [s.rule for s in problem.rules if s.hard and get_rule(problem, s.rule).applies(problem)]
    # the rules of beds first: those early in the list are kept in preference
    hard.sort(key=lambda rule: get_rule(problem, rule).layer != "beds")

    def clash(some: list[str]) -> bool | None:
        if clock.over:
            return None
        built = _model(keeping(problem, some))
        if built.model.columns > MOST_COLUMNS:
            return None
        solved = Highs(built.model.freeze(), options={"mip_max_improving_sols": 1}).solve(seconds=max(0.1, clock.left))
        if solved.stop is Stop.INFEASIBLE or (solved.unbounded and solved.values is None):
            return True
        return False if solved.values is not None else None

    if not clash(hard):
        return (), False
    found, exact = quickxplain(hard, clash)
    return tuple(found), exact


def keeping(problem: HospitalProblem, some: Iterable[str]) -> HospitalProblem:
    """The problem in which only these rules must be kept and nothing else costs anything."""
    kept = set(some)
    return problem.with_settings({s.rule: None if s.rule in kept else 0 for s in problem.rules})


def _model(problem: HospitalProblem) -> HospitalModel:
    layers = {get_rule(problem, s.rule).layer for s in problem.rules if s.hard}
    return HospitalModel(problem, nursing="nursing" in layers)
