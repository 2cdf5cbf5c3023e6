"""Exact cost of a bed capacity plan: limits of the first stage, then the best recourse of every scenario.

Written from the definitions, apart from the optimisation models and their matrices. A scenario's recourse is a linear
program with these decisions: beds of a ward used by a specialty for one placement, beds of those that serve
emergencies, electives without a bed, patients moved, admissions cancelled. One HiGHS instance goes through all
scenarios, each from the basis of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.capacity.context import CapacityContext, CapacityPlan
from optimise.core.errors import InputError
from optimise.core.result import Evaluation, RuleCost, Violation
from optimise.solvers.highs import Highs
from optimise.solvers.linear import Arrays

__all__ = ["RECOURSE", "Recourse", "evaluate", "recourse"]

Floats = NDArray[np.float64]

#: What happens in the scenarios after the plan, and what its amounts count.
RECOURSE = {"Outlying": "bed hours", "Boarding": "hours", "Transfers": "patients", "Cancellations": "admissions"}
_PARTS = tuple(RECOURSE)


@dataclass(frozen=True, slots=True)
class Recourse:
    """What happens after the plan.

    Attributes
    ----------
    cost : float array (scenarios,)
    amounts, costs : float arrays (scenarios, 4)
        Outlying bed hours, boarding hours, moved patients and cancelled admissions, and what they cost.
    """

    cost: Floats
    amounts: Floats
    costs: Floats


def evaluate(problem: CapacityContext, plan: CapacityPlan) -> Evaluation:
    """Cost by component. The recourse of a plan that breaks limits is valued all the same, negative numbers as 0.

    Raises
    ------
    InputError
        If the plan's shapes are not the problem's.
    """
    _fits(problem, plan)
    broken = _broken(problem, plan)
    wards, staff, asked = problem.wards, problem.staffing, problem.electives
    refused = np.maximum(asked.requests - plan.accepted, 0)
    rules = [RuleCost(r, True, sum(v.amount for v in broken if v.rule == r), 0.0, unit) for r, unit in _LIMITS.items()]
    rules += [
        RuleCost(
            "Open beds", False, float(plan.opened.sum()), float((plan.opened * wards.price[:, None]).sum()), "bed days"
        ),
        RuleCost(
            "Bank staff", False, float(plan.bank.sum()), float((plan.bank * staff.bank_price).sum()), "bank shifts"
        ),
        RuleCost(
            "Refused electives",
            False,
            float(refused.sum()),
            float((refused * asked.refusal[:, None]).sum()),
            "admissions",
        ),
    ]
    after = recourse(problem, plan)
    p = problem.scenarios.probabilities
    for i, part in enumerate(_PARTS):
        rules.append(
            RuleCost(part, False, float(p @ after.amounts[:, i]), float(p @ after.costs[:, i]), RECOURSE[part])
        )
    mean, tail = float(p @ after.cost), problem.risk.tail(after.cost, p)
    rules.append(RuleCost("Tail above mean (CVaR)", False, tail - mean, problem.risk.weight * (tail - mean), "of cost"))
    return Evaluation(
        cost=sum(r.cost for r in rules), hard=sum(r.amount for r in rules if r.hard), rules=tuple(rules),
        violations=tuple(broken),
    )  # fmt: skip


_LIMITS = {
    "Bed limits": "beds",
    "Staffed beds": "beds",
    "Lent beds": "beds",
    "Share of units": "beds",
    "Elective requests": "admissions",
}


def _fits(problem: CapacityContext, plan: CapacityPlan) -> None:
    for name, shape in (
        ("opened", problem.wards.minimum.shape),
        ("lent", problem.wards.minimum.shape),
        ("bank", (problem.days,)),
        ("accepted", problem.electives.requests.shape),
    ):
        if getattr(plan, name).shape != shape:
            raise InputError(f"has shape {getattr(plan, name).shape}, the problem needs {shape}", item=name)


def _broken(problem: CapacityContext, plan: CapacityPlan) -> list[Violation]:
    """Every limit that a plan breaks."""
    wards, staff, asked = problem.wards, problem.staffing, problem.electives
    found: list[Violation] = []

    def note(rule: str, over: NDArray[np.int64], who: tuple[str, ...], what: str) -> None:
        for i, day in np.argwhere(over > 0):
            amount = int(over[i, day])
            found.append(
                Violation(
                    rule,
                    True,
                    amount,
                    0.0,
                    (who[i],),
                    (int(day),),
                    f"{who[i]}, day {day}: {amount} {what}",
                    _LIMITS[rule],
                )
            )

    note("Bed limits", plan.opened - wards.maximum, wards.ids, "more beds open than there are")
    note("Bed limits", wards.minimum - plan.opened, wards.ids, "fewer beds open than must be")
    able = staff.beds + staff.bank_beds * plan.bank
    note("Staffed beds", (plan.opened[problem.own].sum(axis=0) - able)[None], ("staff",), "open beds without staff")
    note("Staffed beds", (plan.bank - staff.bank_maximum)[None], ("bank",), "more bank shifts than there are")
    note("Staffed beds", -plan.bank[None], ("bank",), "shifts fewer than none")
    lends = np.array([bool(u) for u in wards.lends])
    note("Lent beds", plan.lent - np.where(lends[:, None], plan.opened, 0), wards.ids, "more beds lent than may be")
    note("Lent beds", -plan.lent, wards.ids, "beds lent fewer than none")
    for unit, used in problem.use(plan).items():
        note("Share of units", (used - problem.share[unit])[None], (unit,), "beds above the share")
    note("Elective requests", plan.accepted - asked.requests, problem.specialties, "accepted without a request")
    note("Elective requests", -plan.accepted, problem.specialties, "accepted fewer than none")
    return found


def recourse(problem: CapacityContext, plan: CapacityPlan) -> Recourse:
    """Best recourse of every scenario, each as its own linear program."""
    return _Program(problem, plan).run()


class _Program:
    """The recourse of one plan; scenarios change the limits of the beds that serve emergencies."""

    def __init__(self, problem: CapacityContext, plan: CapacityPlan) -> None:
        self.problem = problem
        groups, rounds, step = len(problem.specialties), problem.rounds, problem.step
        allowed = [
            (g, w) for g in range(groups) for w in range(len(problem.wards.ids)) if problem.outlying[g, w] < np.inf
        ]
        sizes = (
            len(allowed) * rounds,
            groups * rounds * step,
            groups * rounds,
            len(allowed) * rounds,
            plan.accepted.size,
        )
        first = np.r_[0, np.cumsum(sizes)]
        used = first[0] + np.arange(sizes[0]).reshape(len(allowed), rounds)
        serve = first[1] + np.arange(sizes[1]).reshape(groups, rounds, step)
        lack = first[2] + np.arange(sizes[2]).reshape(groups, rounds)
        moved = first[3] + np.arange(sizes[3]).reshape(len(allowed), rounds)
        gone = first[4] + np.arange(sizes[4]).reshape(plan.accepted.shape)
        self.count, self.serve = int(first[-1]), serve.ravel()

        waits = (problem.boarding * problem.hours)[:, None, None]
        hours = step * problem.hours
        price = np.zeros((len(_PARTS), self.count))
        amount = np.zeros((len(_PARTS), self.count))
        for i, (g, w) in enumerate(allowed):
            price[0, used[i]], amount[0, used[i]] = hours * problem.outlying[g, w], hours * (problem.outlying[g, w] > 0)
            price[2, moved[i]], amount[2, moved[i]] = problem.transfer[g], 1.0
        # the first bed of a placement serves somebody in all its periods, the last only in the busiest
        price[1, serve], amount[1, serve] = -waits * np.arange(step, 0, -1), -np.arange(step, 0.0, -1) * problem.hours
        price[1, lack], amount[1, lack] = problem.boarding[:, None] * hours, hours
        price[3, gone], amount[3, gone] = problem.electives.cancellation[:, None], 1.0
        self.price, self.amount = price, amount

        rows: list[tuple[list[int], list[float], float, float]] = []
        kept = np.einsum("gkd,gd->gk", problem.elective_need, np.maximum(plan.accepted, 0))
        for g in range(groups):
            mine = [i for i, pair in enumerate(allowed) if pair[0] == g]
            for k in range(rounds):
                days = np.flatnonzero(problem.elective_need[g, k])
                columns = [*used[mine, k], lack[g, k], *gone[g, days], *serve[g, k]]
                values = [1.0] * (len(mine) + 1) + problem.elective_need[g, k, days].tolist() + [-1.0] * step
                rows.append((columns, values, float(kept[g, k]), np.inf))
        per_day = rounds // problem.days
        for w in range(len(problem.wards.ids)):
            mine = [i for i, pair in enumerate(allowed) if pair[1] == w]
            for k in range(rounds):
                free = max(0.0, float(plan.opened[w, k // per_day] - plan.lent[w, k // per_day]))
                rows.append((list(used[mine, k]), [1.0] * len(mine), -np.inf, free))
        for i, (g, w) in enumerate(allowed):
            rows.append(
                ([used[i, 0], moved[i, 0]], [1.0, 1.0], problem.residual[g, 0] * problem.occupied[g, w], np.inf)
            )
            for k in range(1, rounds):
                rows.append(([used[i, k], moved[i, k], used[i, k - 1]], [1.0, 1.0, -problem.staying[g]], 0.0, np.inf))
        start = np.r_[0, np.cumsum([len(r[0]) for r in rows])]
        index, value = (np.concatenate([np.asarray(r[i], dtype=float) for r in rows]) for i in (0, 1))
        self.start, self.index, self.value = start.astype(np.int32), index.astype(np.int32), value
        self.lower, self.upper = (np.array([r[i] for r in rows]) for i in (2, 3))
        self.most = np.full(self.count, np.inf)
        self.most[gone] = np.maximum(plan.accepted, 0)

    def run(self) -> Recourse:
        problem = self.problem
        count = problem.scenarios.count
        cost, amounts, costs = np.zeros(count), np.zeros((count, len(_PARTS))), np.zeros((count, len(_PARTS)))
        arrays = Arrays(
            self.price.sum(axis=0),
            np.zeros(self.count),
            self.most,
            np.zeros(self.count, dtype=np.bool_),
            self.lower,
            self.upper,
            self.start,
            self.index,
            self.value,
        )
        highs = Highs(arrays, options={"presolve": "off", "solver": "simplex"})
        for s in range(count):
            need = np.sort(problem.need[s].reshape(len(problem.specialties), problem.rounds, problem.step), axis=2)
            highs.set_bounds(self.serve, 0.0, np.diff(need, axis=2, prepend=0.0).ravel())
            solved = highs.solve()
            if solved.values is None or not np.isfinite(solved.bound):
                raise RuntimeError(f"HiGHS found no recourse of scenario {s}: {solved.stop}")
            boarding = problem.need[s].sum(axis=1)
            amounts[s], costs[s] = self.amount @ solved.values, self.price @ solved.values
            amounts[s, 1] += boarding.sum() * problem.hours
            costs[s, 1] += float(problem.boarding @ boarding) * problem.hours
            cost[s] = costs[s].sum()
        return Recourse(cost, np.where(np.abs(amounts) < 1e-9, 0.0, amounts), costs)
