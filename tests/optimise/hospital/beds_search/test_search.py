"""Search on bed plans with fixed stays: sums kept by the kernel, exact re-routing, whole runs, bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.method import Limits, Progress
from optimise.core.result import Stop
from optimise.formats.base import ReadOptions, get_format
from optimise.hospital.beds import ANY_GENDER, SAME_GENDER, BedProblem, Patients, Rooms, RoomWish
from optimise.hospital.beds_search import improve_beds, usable
from optimise.hospital.beds_search.annealing import _trade
from optimise.hospital.beds_search.reroute import reroute
from optimise.hospital.beds_search.schedule import BedAnnealing
from optimise.hospital.beds_search.tuning import BedSearchTuning
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.problem import HospitalProblem, RuleSetting
from optimise.hospital.search.bound import nights
from optimise.hospital.search.construct import construct, plan_of
from optimise.solvers.highs import Highs


def beds(
    seed: int, *, patients: int = 9, rooms: int = 4, days: int = 5, move: int | None = 3, isolated: bool = True
) -> HospitalProblem:
    """A small bed problem with policies, isolation, in-patients and a closed bed; not always solvable."""
    rng = np.random.default_rng(seed)
    stay = rng.integers(1, days + 1, patients)
    release = np.array([int(rng.integers(0, days)) for _ in range(patients)])
    home = np.where(rng.random(patients) < 0.15, rng.integers(0, rooms, patients), -1)
    release[home >= 0] = 0
    table = rng.integers(1, 4, (rooms, days))
    table[0, days // 2] = 1
    row = np.where(np.arange(days)[None, :] < stay[:, None], np.arange(patients)[:, None], -1)
    problem = BedProblem(
        days=days,
        rooms=Rooms(tuple(f"r{i}" for i in range(rooms)), table, rng.choice([ANY_GENDER, SAME_GENDER], rooms)),
        patients=Patients(
            ids=tuple(f"p{i}" for i in range(patients)),
            gender=rng.integers(0, 2, patients),
            age_group=np.zeros(patients),
            release=release,
            due=release,
            stay=stay,
            mandatory=np.ones(patients),
            home=home,
            isolation=rng.choice([0, 0, 0, 1], patients) * isolated,
            forbidden=rng.random((patients, rooms)) < 0.1,
        ),
        wishes=(RoomWish("Wish", "is not wished for", rng.integers(0, 6, (patients, rooms)), row),),
    )
    hard = ("RoomCapacity", "MandatoryUnscheduledPatients", "AdmissionDay", "RoomGenderMix", "RoomIsolation")
    rules = [RuleSetting(name) for name in (*hard, "PatientRoomCompatibility")]
    return HospitalProblem("tiny", "native", problem, (*rules, RuleSetting("Wish", 1), RuleSetting("Transfer", move)))


def optimum(problem: HospitalProblem) -> float:
    """Cost of the best plan by the whole model, inf when there is none."""
    solved = Highs(HospitalModel(problem).model.freeze()).solve(seconds=60)
    assert solved.stop in (Stop.OPTIMAL, Stop.INFEASIBLE)
    return solved.objective if solved.values is not None else np.inf


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), move=st.sampled_from([None, 0, 2, 20]))
def test_plans_and_bounds_agree_with_the_whole_model(seed: int, move: int | None) -> None:
    problem = beds(seed, move=move)
    assert usable(problem)
    best = optimum(problem)
    outcome = improve_beds(problem, limits=Limits(seconds=60, iterations=1), seed=seed)
    assert outcome.bounds.dual <= best + 1e-9
    if outcome.plan is not None:
        found = problem.evaluate(outcome.plan)
        assert found.feasible
        assert found.cost == outcome.bounds.primal >= best - 1e-9
    if outcome.stop is Stop.INFEASIBLE:
        assert best == np.inf
    assert nights(problem, seconds=0.3).value <= best + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_the_kernel_keeps_its_sums(seed: int) -> None:
    """After many moves the tables are those of the plan, and the best plan is allowed and costs what is said."""
    problem = beds(seed, patients=20, rooms=7, days=9, move=None)
    plan, left = construct(problem, seed=seed)
    annealing = BedAnnealing(problem)
    state = annealing.state(annealing.first_rooms(plan), seed)
    annealing.run(state, seconds=60, steps=50_000, heat=annealing.hot)
    again = annealing.state(state.room, seed)
    assert np.array_equal(again.sexes, state.sexes)
    assert np.array_equal(again.groups, state.groups)
    assert again.sums[:2].tolist() == state.sums[:2].tolist()
    inpatient = problem.patients.inpatient
    assert np.array_equal(state.room[inpatient], problem.patients.home[inpatient])
    if left == 0:
        best = plan_of(problem, plan.admission.astype(np.int64), state.best, np.full(len(state.best), -1))
        found = problem.evaluate(best)
        assert found.feasible
        assert found.cost * problem.scale == state.sums[2]


@pytest.mark.parametrize("seed", range(4))
def test_trades_of_rooms_keep_tables_and_members(seed: int) -> None:
    """Without isolation groups whole rooms are traded too; in-patients stay, and members are those of the plan."""
    problem = beds(seed, patients=24, rooms=7, days=9, move=None, isolated=False)
    plan, _ = construct(problem, seed=seed)
    annealing = BedAnnealing(problem)
    tables, state = annealing.tables, annealing.state(annealing.first_rooms(plan), seed)
    assert state.groups.shape[2] == 1
    crowd, traded = np.zeros((9, 2), dtype=np.int64), 0
    movable = np.flatnonzero(tables.fixed == 0)
    for p in np.random.default_rng(seed).choice(movable, 200):
        r = (int(state.room[p]) + 1 + int(p)) % 7
        if r != state.room[p]:
            traded += _trade(tables, state, int(p), r, 50.0, 5.0, crowd)
        assert not crowd.any()
    assert traded > 0
    annealing.run(state, seconds=60, steps=50_000, heat=annealing.hot)
    again = annealing.state(state.room, seed)
    assert np.array_equal(again.sexes, state.sexes)
    assert np.array_equal(again.groups, state.groups)
    assert again.sums[:2].tolist() == state.sums[:2].tolist()
    for r in range(7):
        members = state.members[r, : state.held[r]]
        assert sorted(members.tolist()) == np.flatnonzero(state.room == r).tolist()
        assert state.place[members].tolist() == list(range(len(members)))
    inpatient = problem.patients.inpatient
    assert np.array_equal(state.room[inpatient], problem.patients.home[inpatient])


def test_rerouting_moves_people_only_where_it_pays(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata09.txt", ReadOptions())
    plan, _ = construct(problem, seed=1)
    before = problem.evaluate(plan)
    found = problem.evaluate(reroute(problem, plan))
    assert found.feasible
    assert found.cost < before.cost
    dear = problem.with_rule("Transfer", 10_000)
    after = dear.evaluate(reroute(dear, plan))
    assert after.by_rule()["Transfer"] == 0


def test_a_run_is_feasible_reports_and_bounds(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata05.txt", ReadOptions())
    heard: list[Progress] = []
    outcome = improve_beds(problem, limits=Limits(seconds=600, iterations=2), seed=1, listen=heard.append)
    assert outcome.plan is not None
    found = problem.evaluate(outcome.plan)
    assert found.feasible
    assert 618.4 <= outcome.bounds.dual <= found.cost == outcome.bounds.primal < 700
    assert outcome.stop is Stop.ITERATIONS
    costs = [p.primal for p in heard]
    assert costs == sorted(costs, reverse=True)


def test_work_limits_repeat_and_the_start_is_kept(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata01.txt", ReadOptions())
    start = get_format("pas").read_plan(benchmarks / "pas/fixtures/testdata01_good.sol", problem)
    limits = Limits(seconds=600, iterations=1)
    first, second = (improve_beds(problem, limits=limits, seed=3, start=start, bound=False) for _ in range(2))
    assert first.plan is not None
    assert first.plan.same_as(second.plan)  # type: ignore[attr-defined, arg-type]
    assert problem.evaluate(first.plan).cost <= problem.evaluate(start).cost


def test_a_bound_is_told_even_when_there_was_no_time_for_it(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata01.txt", ReadOptions())
    outcome = improve_beds(problem, limits=Limits(seconds=0.05), seed=1)
    assert outcome.plan is not None
    assert 600 < outcome.bounds.dual <= outcome.bounds.primal


def test_the_listener_can_stop_it(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata01.txt", ReadOptions())
    outcome = improve_beds(problem, limits=Limits(seconds=60), listen=lambda p: True)
    assert outcome.stop is Stop.INTERRUPTED
    assert outcome.plan is not None
    assert problem.evaluate(outcome.plan).feasible


def test_tuning_says_how_many_runs_a_round_has() -> None:
    """Under a work limit, and whether any of them moves anybody."""
    problem = beds(3, patients=20, rooms=7, days=9, move=None)
    heard: list[str] = []

    def listen(progress: Progress) -> None:
        heard.append(progress.event)

    tuning = BedSearchTuning(tasks=1, work=20_000)
    improve_beds(problem, limits=Limits(60, iterations=3), seed=1, listen=listen, bound=False, tuning=tuning)
    assert not [event for event in heard if event.startswith("round") and not event.endswith("run 0")]
