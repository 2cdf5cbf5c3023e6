"""The method on whole problems, driven by `optimise.solve`."""

import math

import pytest

import optimise
from optimise.core.errors import InputError
from optimise.core.method import Limits
from quantum.method import QaoaMethod
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def ward():
    return optimise.read(ROOT / "examples" / "ward4x7.json")


def solve(problem, rounds=4, **options):
    return optimise.solve(problem, QaoaMethod(), limits=Limits(seconds=60, iterations=rounds), seed=1, options=options)


@pytest.mark.parametrize("sampler", ["qaoa", "random", "annealing", "exact", "highs"])
def test_a_small_ward_reaches_its_proven_optimum(ward, sampler):
    best = optimise.solve(ward, "highs", limits=Limits(seconds=30))
    result = solve(ward, rounds=6 if sampler in ("qaoa", "highs") else 12, sampler=sampler, columns=4)
    assert result.feasible
    assert result.bounds.dual == -math.inf
    assert best.cost - 1e-6 <= result.cost <= 1.15 * best.cost
    assert result.stats.counts["qubits"] <= 16
    if sampler == "qaoa":
        assert result.stats.counts["two-qubit gates"] > 0


def test_same_seed_same_plan(ward):
    assert solve(ward, 1, columns=3).plan == solve(ward, 1, columns=3).plan


def test_a_start_is_never_worsened(ward):
    best = optimise.solve(ward, "highs", limits=Limits(seconds=30))
    again = optimise.solve(ward, QaoaMethod(), limits=Limits(seconds=30, iterations=1), start=best.plan)
    assert again.cost == pytest.approx(best.cost)


def test_listener_can_stop(ward):
    result = optimise.solve(ward, QaoaMethod(), limits=Limits(seconds=30), listen=lambda progress: True)
    assert result.stop == optimise.Stop.INTERRUPTED


def test_wrong_options_are_named(ward):
    with pytest.raises(InputError, match="no option 'colums'"):
        solve(ward, colums=3)
    with pytest.raises(InputError, match="unknown sampler 'dice'"):
        solve(ward, sampler="dice")


def test_hospital_pieces(benchmarks):
    problem = optimise.read(benchmarks / "ihtc2024" / "test" / "test01.json", format="ihtc")
    result = solve(problem, rounds=1, people=3, columns=3)
    assert result.plan is not None
    from optimise.hospital.search import construct

    first = problem.evaluate(construct(problem, seed=1)[0])
    assert result.evaluation.hard <= first.hard
    assert result.evaluation.cost <= first.cost
    assert result.stats.counts["pieces"] > 0


def test_pieces_of_room_sets_reach_the_proven_bed_plan():
    beds = optimise.read(ROOT / "examples" / "beds6.json")
    found = solve(beds, rounds=6, sampler="exact", people=6)
    assert found.cost == optimise.solve(beds, "highs", limits=Limits(seconds=30)).cost == 28
