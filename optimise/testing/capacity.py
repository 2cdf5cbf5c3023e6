"""Small two-stage capacity problems for the contract of methods."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optimise.capacity.problem import CapacityPlan, CapacityProblem, Electives
from optimise.capacity.risk import Risk
from optimise.generate.capacity import capacity

__all__ = ["CapacityCase", "capacity_cases", "tiny"]


@dataclass(frozen=True)
class Listed:
    """The best of all plans."""

    cost: float
    plan: CapacityPlan | None

    @property
    def feasible(self) -> bool:
        return self.plan is not None


@dataclass(frozen=True, eq=False)
class CapacityCase:
    """A problem to try a method on; ``tiny`` ones have a listed optimum."""

    name: str
    problem: CapacityProblem
    tiny: bool = True

    @cached_property
    def optimum(self) -> Listed:
        """By listing all first stages."""
        best = Listed(math.inf, None)
        for plan in _plans(self.problem):
            found = self.problem.evaluate(plan)
            if found.feasible and found.cost < best.cost:
                best = Listed(found.cost, plan)
        return best


def _plans(problem: CapacityProblem) -> Iterator[CapacityPlan]:
    """Every first stage that books no more bank shifts than it needs."""
    wards, asked, staff = problem.wards, problem.electives.requests, problem.staffing
    ranges = [range(a, b + 1) for a, b in zip(wards.minimum.ravel(), wards.maximum.ravel(), strict=True)]
    ranges += [range(n + 1) for n in asked.ravel()]
    for values in itertools.product(*ranges):
        opened = np.array(values[: wards.minimum.size]).reshape(wards.minimum.shape)
        accepted = np.array(values[wards.minimum.size :]).reshape(asked.shape)
        short = np.maximum(0, opened[problem.own].sum(axis=0) - staff.beds)
        yield CapacityPlan(opened, -(-short // staff.bank_beds), accepted)


def tiny(seed: int, *, risk: Risk | None = None, scenarios: int = 3) -> CapacityProblem:
    """Two specialties, two wards, two days: few enough first stages to list."""
    made = capacity(scenarios, 2, 2, 2, seed, beds=12, risk=risk)
    random = np.random.default_rng([seed, 8])
    top = made.wards.maximum + random.integers(0, 2, made.wards.maximum.shape)
    wards = replace(made.wards, minimum=top - 1, maximum=top)
    requests = np.zeros_like(made.electives.requests)
    requests[:, 0] = 1
    electives: Electives = replace(made.electives, requests=requests)
    staffing = replace(made.staffing, beds=np.full(made.days, int(top.sum() // 2) - 1), bank_beds=2)
    return replace(made, name=f"tiny-{seed}", wards=wards, electives=electives, staffing=staffing)


def capacity_cases() -> list[CapacityCase]:
    """Tiny ones, risk-neutral and not; one without a plan; one for time limits."""
    made = [CapacityCase(f"tiny-{seed}", tiny(seed)) for seed in (1, 2)]
    made.append(CapacityCase("cautious", tiny(3, risk=Risk(0.5, 0.5))))
    base = capacity(2, 2, 2, 2, 4, beds=12, units=("critical care",))
    lowest = base.wards.minimum.copy()
    lowest[-1] = 1  # a bed must be drawn, but the share is 0
    made.append(CapacityCase("no plan", replace(_narrow(base), wards=replace(_narrow(base).wards, minimum=lowest))))
    made.append(CapacityCase("large", capacity(20, 7, 6, 8, 5), tiny=False))
    return made


def _narrow(problem: CapacityProblem) -> CapacityProblem:
    """Few choices: the fewest beds or one more, no requests."""
    wards = replace(problem.wards, maximum=np.minimum(problem.wards.maximum, problem.wards.minimum + 1))
    electives = replace(problem.electives, requests=np.zeros_like(problem.electives.requests))
    return replace(problem, wards=wards, electives=electives)
