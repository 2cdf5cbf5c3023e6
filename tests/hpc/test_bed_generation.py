"""Column generation on bed problems against the whole model and the subgradient method."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from hpc.bed_generation import BedMaster, generate, solve_beds
from optimise import solve
from optimise.domain.beds import ANY_GENDER, SAME_GENDER, BedProblem, Patients, Rooms, RoomWish
from optimise.domain.hospital import HospitalProblem, RuleSetting
from optimise.io.base import ReadOptions, get_format
from optimise.method import Limits, Progress, SerialComm
from optimise.models.hospital import HospitalModel
from optimise.result import Stop
from optimise.search.hospital.lagrange import BedPrices, climb
from optimise.solvers.highs import Highs


def beds(seed: int, move: int | None) -> HospitalProblem:
    """Ten patients, three rooms, five nights."""
    rng = np.random.default_rng(seed)
    days, patients, rooms = 5, 10, 3
    stay, release = rng.integers(1, 4, patients), rng.integers(0, days, patients)
    row = np.where(np.arange(days)[None, :] < stay[:, None], np.arange(patients)[:, None], -1)
    problem = BedProblem(
        days=days,
        rooms=Rooms(
            ("a", "b", "c"), rng.integers(2, 4, (rooms, days)), np.array([ANY_GENDER, SAME_GENDER, SAME_GENDER])
        ),
        patients=Patients(
            ids=tuple(f"p{i}" for i in range(patients)),
            gender=rng.integers(0, 2, patients),
            age_group=np.zeros(patients),
            release=release,
            due=release,
            stay=stay,
            mandatory=np.ones(patients),
            home=np.full(patients, -1),
            forbidden=np.zeros((patients, rooms)),
        ),
        wishes=(RoomWish("Wish", "is not wished for", rng.integers(0, 9, (patients, rooms)), row),),
    )
    hard = ("RoomCapacity", "MandatoryUnscheduledPatients", "AdmissionDay", "RoomGenderMix")
    rules = [RuleSetting(name) for name in hard]
    return HospitalProblem("ten", "native", problem, (*rules, RuleSetting("Wish", 1), RuleSetting("Transfer", move)))


def quiet(progress: Progress) -> bool:
    return False


@pytest.mark.parametrize("move", [None, 1, 4])
@pytest.mark.parametrize("seed", range(6))
def test_bounds_and_plans_agree_with_the_whole_model(seed: int, move: int | None) -> None:
    problem = beds(seed, move)
    best = Highs(HospitalModel(problem).model.freeze()).solve(seconds=30)
    limits = Limits(seconds=10, iterations=1)
    outcome = solve_beds(problem, limits=limits, seed=seed, comm=SerialComm(), listen=quiet)
    if best.values is None:
        assert outcome.plan is None
        return
    assert outcome.bounds.dual <= best.objective + 1e-9
    assert outcome.plan is not None
    found = problem.evaluate(outcome.plan)
    assert found.feasible
    assert found.cost == outcome.bounds.primal >= best.objective - 1e-9
    if outcome.stop is Stop.OPTIMAL:
        assert found.cost == pytest.approx(best.objective)


def test_the_master_reaches_what_the_subgradient_method_approaches(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata05.txt", ReadOptions())
    prices = BedPrices(problem)
    ticks, centre = climb(prices, seconds=2.0, target=636 * problem.scale)
    master = BedMaster(prices)
    bound, _, closed = generate(prices, master, centre, seconds=40)
    assert bound >= ticks
    assert 618.4 <= math.ceil(bound) / problem.scale <= 627.2
    if closed:
        value = master.solve(10)
        assert value is not None
        assert bound <= value[0] + 1e-6


def test_the_method_takes_bed_problems(benchmarks: Path) -> None:
    problem = get_format("pas").read(benchmarks / "pas/instances/testdata05.txt", ReadOptions())
    result = solve(problem, "column-generation", limits=Limits(seconds=10), seed=1)
    assert result.feasible
    assert 618.4 <= result.bounds.dual <= result.cost < 720
