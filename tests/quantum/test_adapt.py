"""ADAPT-QAOA: slopes against differences, circuits against Qiskit, choice by the steepest slope."""

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

import optimise
from optimise.core.errors import InputError
from quantum.adapt import AdaptAnsatz, grow, pool_of, slopes
from quantum.angles import Angles
from quantum.energy import EnergyProblem
from quantum.mixers import X, XYComplete
from quantum.qubo import Qubo
from quantum.simulators import simulator
from quantum.simulators.arrays import ArraySpace
from quantum.testing import example
from tests.quantum.test_higher import summed

OPERATORS = ("mixer", "rotation", "mixer 1", "rotation 0")
ANGLES = Angles(np.array([0.3, 0.2, 0.1, 0.25]), np.array([-0.4, 0.05, 0.3, 0.07]))


def free(n=4):
    return Qubo.from_matrix(np.random.default_rng(2).normal(size=(n, n)), 0.2)


def test_the_pool_has_both_kinds_on_all_blocks_and_on_each():
    assert pool_of(AdaptAnsatz(example((3, 2)), XYComplete())) == [
        "mixer", "rotation", "mixer 0", "mixer 1", "rotation 0", "rotation 1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("problem", "mixer"), [(example((3, 2, 3)), XYComplete()), (summed(), XYComplete()), (free(), X())],
    ids=["pairs", "sums", "bits"],
)  # fmt: skip
def test_state_and_gradient_are_those_of_the_circuit(problem, mixer):
    ansatz = AdaptAnsatz(problem, mixer, None, OPERATORS)
    machine, state = simulator(ansatz), Statevector(ansatz.circuit(ANGLES)).data
    if not isinstance(mixer, X):
        choices = problem.choices(np.arange(problem.states))
        state = state[(1 << (choices + problem.starts)).sum(axis=1)]
    assert np.allclose(machine.amplitudes(ANGLES), state)
    slope, x = machine.value_and_gradient(ANGLES)[1].vector(), ANGLES.vector()
    for k, move in enumerate(np.eye(x.size) * 1e-6):
        difference = (machine.value(ANGLES.like(x + move)) - machine.value(ANGLES.like(x - move))) / 2e-6
        assert slope[k] == pytest.approx(difference, abs=1e-6)


def test_slopes_are_derivatives_of_one_more_layer():
    problem, pool = example((3, 2, 3)), pool_of(AdaptAnsatz(example((3, 2, 3)), XYComplete()))
    short = Angles(ANGLES.gamma[:2], ANGLES.beta[:2])
    machine = ArraySpace(AdaptAnsatz(problem, XYComplete(), None, OPERATORS[:2]))
    longer = Angles(np.append(short.gamma, 0.02), np.append(short.beta, 0.0))
    for name, slope in zip(pool, slopes(machine, longer, pool)):
        one = simulator(AdaptAnsatz(problem, XYComplete(), None, (*OPERATORS[:2], name)))
        up, down = (one.value(Angles(longer.gamma, np.append(short.beta, b))) for b in (1e-6, -1e-6))
        assert slope == pytest.approx((up - down) / 2e-6, abs=1e-6)


def test_each_layer_has_the_steepest_operator_and_never_costs_more():
    problem = example((3, 2, 4))
    values = []
    for depth in (1, 2, 3):
        found = grow(problem, XYComplete(), depth, evaluations=15)
        values.append(found.value)
        pool = pool_of(found.ansatz)
        steepest = [pool[int(np.argmax(np.abs(row)))] for row in found.gradients]
        assert list(found.ansatz.operators) == steepest
        assert found.value == pytest.approx(simulator(found.ansatz).value(found.angles))
    assert values == sorted(values, reverse=True)


def test_the_method_charges_slopes_and_gradients():
    problem = EnergyProblem("e", "t", example((3, 2, 4))).with_optimum()
    found = optimise.solve(problem, "adapt-qaoa", options={"depth": 2, "evaluations": 5, "shots": 100})
    counts = found.stats.counts
    assert found.cost == pytest.approx(problem.optimum)
    assert counts["layers"] == 2
    pool = 2 + 2 * 3
    assert counts["training shots"] >= 100 * 2 * (2 * pool)
    assert counts["training shots"] <= 100 * (2 * 2 * pool + 5 * 5 + 5 * 9)
    assert counts["two-qubit gates"] > 0


def test_mixer_x_on_blocks_is_refused():
    with pytest.raises(InputError, match="leaves the blocks"):
        optimise.solve(EnergyProblem("e", "t", example((3, 2))), "adapt-qaoa", options={"mixer": "x"})
