"""Trusts that plan together: bound and plan against the pooled model, and what crosses the wire."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hpc.federated.audit import RecordingComm
from hpc.federated.master import PriceMaster, quotas
from hpc.federated.method import FederatedMethod, suppressed
from optimise.capacity.formats.region import write_region
from optimise.capacity.model.capacity import split
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.core.errors import InputError
from optimise.core.method import Limits, SerialComm
from optimise.core.result import Stop
from optimise.driver import solve
from optimise.formats.base import detect, read, read_plan, write_plan
from optimise.generate.region import region
from optimise.testing.contract import CLAUSES

CASE = Path(__file__).parents[1] / "federated_case.py"


def small(trusts: int = 2, scenarios: int = 2, seed: int = 1) -> RegionProblem:
    return region(trusts, scenarios, 2, 2, 2, seed, beds=40)[0]


@pytest.fixture(scope="module")
def pooled() -> Any:
    return solve(small(), "highs", limits=Limits(seconds=60, gap=1e-4))


@pytest.fixture(scope="module")
def federated() -> Any:
    return solve(small(), "federated", limits=Limits(seconds=200, gap=0.002, iterations=40))


def test_bound_and_plan_are_within_one_percent_of_the_pooled_model(pooled: Any, federated: Any) -> None:
    assert federated.cost >= pooled.bounds.dual * (1 - 1e-6)
    assert federated.bounds.dual <= pooled.cost * (1 + 1e-6)
    assert federated.cost <= 1.01 * pooled.cost
    assert federated.bounds.dual >= 0.99 * pooled.cost


def test_the_supply_is_kept_and_costs_are_what_the_trusts_evaluate(federated: Any) -> None:
    problem = small()
    assert (federated.plan.use.sum(axis=0) <= problem.supply).all()
    assert federated.evaluation.cost == pytest.approx(federated.plan.cost.sum())
    assert federated.plan.members == ()  # nobody's own plan leaves home


def test_a_plan_with_all_members_is_evaluated_anew(pooled: Any) -> None:
    problem = small()
    wrong = RegionPlan(pooled.plan.use, pooled.plan.cost / 2, pooled.plan.members)
    assert problem.evaluate(wrong).cost == pytest.approx(pooled.cost)
    greedy = RegionPlan(pooled.plan.use + 5, pooled.plan.cost)
    assert not problem.evaluate(greedy).feasible


def test_prices_moved_by_whole_plans_raise_the_bound() -> None:
    problem = region(3, 2, 2, 3, 3, 1, beds=50)[0]
    limits = Limits(seconds=200, gap=5e-4, iterations=30)
    moved = solve(problem, "federated", limits=limits)
    once = solve(problem, "federated", limits=limits, options={"tuning.sharper": 1})
    assert once.bounds.dual < moved.bounds.dual <= min(once.cost, moved.cost)
    assert moved.bounds.gap < 0.5 * once.bounds.gap


def test_suppressed_uses_are_never_less_than_true_ones_and_the_bound_holds(pooled: Any) -> None:
    use = np.array([-7.0, -4.9, -1.0, 0.0, 0.5, 4.0, 5.0, 9.0])
    told = suppressed(use, 5)
    assert (told >= use).all()
    assert not ((np.abs(told) < 5) & (told != 0)).any()
    hidden = solve(small(), "federated", limits=Limits(seconds=200, gap=0.01, iterations=8), options={"suppress": 5})
    assert hidden.bounds.dual <= pooled.cost * (1 + 1e-6)
    if hidden.plan is not None:
        assert hidden.cost >= pooled.bounds.dual * (1 - 1e-6)


def test_units_that_must_be_used_beyond_the_supply_leave_no_plan() -> None:
    made, members = region(2, 2, 2, 2, 2, 1, beds=40)
    wants = []
    for member in members.values():
        lowest = member.wards.minimum.copy()
        lowest[member.wards.unit.index("critical care")] = 3
        wants.append(replace(member, wards=replace(member.wards, minimum=lowest)))
    supply = np.array(made.supply)
    supply[0] = 5
    problem = replace(made, supply=supply, open_member=wants.__getitem__)
    result = solve(problem, "federated", limits=Limits(seconds=60, iterations=3))
    assert result.stop is Stop.INFEASIBLE
    assert "critical care" in result.explanation[0]


def test_quotas_are_whole_and_keep_the_supply() -> None:
    random = np.random.default_rng(2)
    for _ in range(20):
        use = random.uniform(-3, 6, (4, 2, 3))
        supply = np.ceil(use.sum(axis=0) - 1e-9).astype(np.int64)
        given = quotas(use, np.maximum(supply, 0))
        assert (given.sum(axis=0) <= np.maximum(supply, 0)).all()
        assert (np.abs(given - use) < 1).all()


def test_prices_stay_in_their_box() -> None:
    master = PriceMaster(np.array([[1.0]]), 2)
    master.add(np.array([10.0, 20.0]), np.array([[[3.0]], [[2.0]]]))
    master.add(np.array([50.0, 90.0]), np.array([[[0.0]], [[0.0]]]))
    assert master.solve().artificial == 0
    boxed = master.solve(np.array([[5.0]]), 2.0)
    assert 3.0 - 1e-9 <= boxed.prices[0, 0] <= 7.0 + 1e-9


def test_agreement_and_plan_survive_a_round_trip_and_no_trust_is_read(tmp_path: Path) -> None:
    made, members = region(2, 2, 2, 2, 2, 1, beds=40)
    supply = dict(zip(made.units, made.supply, strict=True))
    files = write_region(tmp_path, made.name, supply, members)
    for file in files[1:]:
        file.rename(file.with_suffix(".away"))
    assert detect(files[0]).name == "region"
    assert detect(tmp_path).name == "region"
    assert read(tmp_path).digest() == made.digest()
    again = read(files[0])
    assert again.digest() == made.digest()
    plan = RegionPlan(np.ones((2, *made.supply.shape), dtype=int), np.array([1.5, 2.5]))
    assert read_plan(write_plan(plan, again, tmp_path / "plan")[0], again) == plan
    with pytest.raises(InputError, match=r"trust\.json"):
        again.member(0)  # type: ignore[attr-defined]


def test_a_unit_that_the_region_does_not_know_is_told() -> None:
    made, _ = region(1, 2, 2, 2, 2, 1, beds=40)
    with pytest.raises(InputError, match="critical care"):
        replace(made, units=("moon", "transfers")).member(0)


def test_the_same_seed_gives_the_same_answer() -> None:
    first, second = (solve(small(), "federated", limits=Limits(seconds=100, iterations=3)) for _ in range(2))
    assert first.plan == second.plan
    assert first.bounds == second.bounds


def test_the_listener_can_stop_it() -> None:
    result = solve(small(), "federated", limits=Limits(seconds=100), listen=lambda progress: True)
    assert result.stop in (Stop.INTERRUPTED, Stop.OPTIMAL, Stop.GAP)


@dataclass(frozen=True, eq=False)
class RegionCase:
    """A region to try the method on; the optimum of tiny ones is the pooled model's."""

    name: str
    problem: RegionProblem
    tiny: bool = True

    @cached_property
    def optimum(self) -> Any:
        found = solve(self.problem, "highs", limits=Limits(seconds=60))
        return SimpleNamespace(cost=found.cost, plan=found.plan, feasible=found.feasible)


CASES: list[Any] = [
    RegionCase("two trusts", region(2, 2, 1, 2, 2, 3, beds=16)[0]),
    RegionCase("three trusts", region(3, 2, 1, 2, 2, 4, beds=16)[0]),
    RegionCase("larger", region(3, 6, 4, 3, 3, 5, beds=60)[0], tiny=False),
]


@pytest.mark.parametrize("clause", CLAUSES)
def test_contract(clause: str, capfd: pytest.CaptureFixture[str]) -> None:
    CLAUSES[clause](FederatedMethod(), CASES)
    assert capfd.readouterr().out == "", "a library prints nothing"


def test_a_recorder_sees_nothing_where_there_is_nobody_else(tmp_path: Path) -> None:
    comm = RecordingComm(SerialComm(), tmp_path / "audit.jsonl")
    assert comm.gather(comm.bcast(comm.allgather(3)[0])) == [3]
    assert comm.messages == []
    assert comm.scatter(["mine"]) == "mine"


@pytest.mark.mpi
def test_what_crosses_the_wire_is_prices_and_aggregates_only(mpiexec: str, tmp_path: Path) -> None:
    """Three ranks, three trusts, three files: every message is known by meaning, size and receivers."""
    made, members = region(3, 30, 2, 2, 2, 1, beds=40)
    supply = dict(zip(made.units, made.supply, strict=True))
    files = write_region(tmp_path, made.name, supply, members)
    command = [mpiexec, "-n", "3", sys.executable, str(CASE), str(files[0]), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    opened = {t["rank"]: t["opened"] for t in told}
    assert opened == {0: [0], 1: [1], 2: [2]}  # each rank read its own trust's file

    numbers = made.supply.size
    answer = 16 + 4 * numbers  # bound and cost in full, a use by unit and day in single precision
    rows = [t.scenarios.arrivals.nbytes for t in members.values()]
    for rank in range(3):
        lines = (tmp_path / f"audit-rank{rank}.jsonl").read_text().splitlines()
        messages = [json.loads(line) for line in lines]
        assert messages
        for message in messages:
            assert message["what"], message
            assert message["receivers"], message
            if message["call"] in ("bcast", "gather", "scatter") and "by the driver" not in message["what"]:
                assert message["type"].startswith("bytes")
                assert int(message["type"][6:-1]) <= max(8 + 4 * numbers, answer)
        # the outer recorder, which also hears the driver, saw the same and nothing of the size of anybody's data
        outer = next(t["messages"] for t in told if t["rank"] == rank)
        assert len(outer) >= len(messages)
        assert max(size for size, _ in outer) < 0.25 * min(rows)
    plans = sorted(p.name for p in tmp_path.glob("plan-*.json"))
    assert plans == [f"plan-{t}.json" for t in made.trusts]
    assert "patients" not in done.stdout
    columns = split(members[made.trusts[0]]).first.columns
    assert columns * 8 > answer  # an answer has no room even for one first stage
