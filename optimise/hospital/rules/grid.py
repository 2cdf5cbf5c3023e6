"""Step, in ticks, of which every cost of a hospital plan is a multiple."""

from __future__ import annotations

import math

from optimise.hospital.context import HospitalContext
from optimise.hospital.rules import get_rule

__all__ = ["hospital_grid", "hospital_ticks"]


def hospital_ticks(problem: HospitalContext) -> int:
    """Greatest number of ticks of which every cost is a multiple; 0 when no plan costs anything."""
    steps = []
    for setting in problem.rules:
        rule = get_rule(problem, setting.rule)
        if setting.weight and rule.applies(problem):
            steps.append(setting.weight * rule.step(problem))
    return math.gcd(*steps)


def hospital_grid(problem: HospitalContext) -> float:
    """The same in units of cost."""
    return hospital_ticks(problem) / problem.scale
