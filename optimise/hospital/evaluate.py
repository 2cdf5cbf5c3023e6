"""Exact cost of a hospital plan, from the plan alone."""

from __future__ import annotations

from optimise.core.result import Evaluation, RuleCost, Violation
from optimise.hospital.context import HospitalContext, HospitalPlan
from optimise.hospital.rules import get_rule
from optimise.hospital.rules.state import HospitalState

__all__ = ["evaluate", "hard_and_cost"]


def evaluate(problem: HospitalContext, plan: HospitalPlan) -> Evaluation:
    """Exact cost by rule, with every breach; see :meth:`~optimise.hospital.problem.HospitalProblem.evaluate`."""
    state = HospitalState(problem, plan)
    ticks = hard = 0
    costs: list[RuleCost] = []
    violations: list[Violation] = []
    for setting in problem.rules:
        rule = get_rule(problem, setting.rule)
        if not rule.applies(problem):
            continue
        found = rule.breaches(state)
        total = int(found.amount.sum())
        weight = setting.weight or 0
        ticks += weight * total
        hard += total if setting.hard else 0
        costs.append(RuleCost(setting.rule, setting.hard, total, weight * total / problem.scale, rule.unit))
        for i, amount in enumerate(found.amount.tolist()):
            told = found.tell(i)
            cost = weight * amount / problem.scale
            violations.append(
                Violation(setting.rule, setting.hard, amount, cost, told.who, told.days, told.message, rule.unit)
            )
    return Evaluation(ticks / problem.scale, hard, tuple(costs), tuple(violations))


def hard_and_cost(problem: HospitalContext, plan: HospitalPlan) -> tuple[int, int]:
    """Total hard amount and soft cost in ticks, without listing breaches."""
    state = HospitalState(problem, plan)
    ticks = hard = 0
    for setting in problem.rules:
        rule = get_rule(problem, setting.rule)
        if rule.applies(problem):
            total = int(rule.breaches(state).amount.sum())
            ticks += (setting.weight or 0) * total
            hard += total if setting.hard else 0
    return hard, ticks
