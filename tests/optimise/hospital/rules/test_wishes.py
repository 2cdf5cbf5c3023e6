"""Days of admission that do not suit: the same cost in the evaluation, the model and the search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.generate import hospital_with_plan
from optimise.hospital.beds import AdmissionWish
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import BARRED, arrays_of

LIMITS = optimise.Limits(seconds=20)


def wished(problem: HospitalProblem, amount: np.ndarray, weight: int | None) -> HospitalProblem:
    dates = (AdmissionWish("UnsuitableDay", "the day does not suit", amount),)
    beds = replace(problem.beds, dates=dates)
    return replace(problem, beds=beds, rules=problem.rules + _setting(weight))


def _setting(weight: int | None) -> tuple:
    from optimise.hospital.problem import RuleSetting

    return (RuleSetting("UnsuitableDay", weight),)


def small() -> tuple[HospitalProblem, HospitalPlan]:
    return hospital_with_plan(6, seed=2, days=4)


def table(problem: HospitalProblem) -> np.ndarray:
    return np.zeros((len(problem.patients), problem.days + 1), dtype=np.int64)


def test_a_plan_pays_for_days_that_do_not_suit() -> None:
    problem, plan = small()
    amount = table(problem)
    p = int(np.flatnonzero((plan.admission >= 0) & ~problem.patients.inpatient)[0])
    amount[p, plan.admission[p]] = 3
    found = wished(problem, amount, 7).evaluate(plan)
    assert found.by_rule()["UnsuitableDay"] == 3
    assert found.cost - problem.evaluate(plan).cost == pytest.approx(21 / problem.scale)
    assert any(problem.patients.ids[p] in v.who for v in found.violations if v.rule == "UnsuitableDay")
    assert not wished(problem, amount, None).evaluate(plan).feasible


def test_not_being_admitted_has_a_price_of_its_own() -> None:
    problem, _ = small()
    amount = table(problem)
    amount[:, -1] = 1
    plan = problem.empty_plan()
    away = int((plan.admission < 0).sum())
    assert wished(problem, amount, 2).evaluate(plan).by_rule()["UnsuitableDay"] == away


@pytest.mark.parametrize("method", ["highs", "matheuristic"])
def test_methods_avoid_days_that_do_not_suit(method: str) -> None:
    problem, _ = small()
    free = optimise.solve(problem, "highs", limits=LIMITS)
    assert isinstance(free.plan, HospitalPlan)
    amount = table(problem)
    choice = np.flatnonzero(~problem.patients.mandatory)
    amount[choice, free.plan.admission[choice]] = 1
    hard = optimise.solve(wished(problem, amount, None), method, limits=optimise.Limits(seconds=4))
    assert hard.feasible
    assert isinstance(hard.plan, HospitalPlan)
    assert (hard.plan.admission[choice] != free.plan.admission[choice]).all()
    if method == "highs":
        priced = wished(problem, amount, 1)
        soft = optimise.solve(priced, method, limits=LIMITS)
        assert free.cost <= soft.cost <= min(hard.cost, priced.evaluate(free.plan).cost) + 1e-6


def test_kernels_see_the_same_prices() -> None:
    problem, _ = small()
    amount = table(problem)
    amount[0, 1], amount[1, -1] = 2, 4
    plain, soft, hard = (arrays_of(p) for p in (problem, wished(problem, amount, 5), wished(problem, amount, None)))
    assert soft.admission[0, 1] - plain.admission[0, 1] == 10
    assert soft.refusal[1] - plain.refusal[1] == 20
    assert hard.admission[0, 1] >= BARRED


def test_a_table_of_the_wrong_size_is_refused() -> None:
    problem, _ = small()
    with pytest.raises(InputError, match="admission wish"):
        replace(problem.beds, dates=(AdmissionWish("X", "", table(problem)[:, :-1]),))
