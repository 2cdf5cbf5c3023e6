"""Pauli-correlation encoding: states, means and gradients against Qiskit; the method against enumeration."""

import itertools

import numpy as np
import pytest
from qiskit.quantum_info import SparsePauliOp, Statevector

import optimise
from optimise.core.errors import InputError
from quantum.correlations import Brickwork, Correlations, fewest_qubits
from quantum.energy import EnergyProblem
from quantum.local_search import descend
from quantum.qubo import Qubo
from quantum.testing import example
from tests.quantum.test_higher import summed


@pytest.fixture(scope="module")
def machine():
    qubo = Qubo.from_matrix(np.random.default_rng(0).normal(size=(14, 14)))
    return Correlations(qubo.to_ising(), k=2, layers=5)


@pytest.fixture(scope="module")
def thetas(machine):
    return np.random.default_rng(1).uniform(-3, 3, machine.parameters)


@pytest.mark.parametrize(("bits", "k", "qubits"), [(9, 2, 3), (10, 2, 4), (144, 2, 11), (150, 3, 8)])
def test_qubits_are_the_fewest_with_enough_strings(bits, k, qubits):
    assert fewest_qubits(bits, k) == qubits


def test_state_and_means_are_those_of_qiskit(machine, thetas):
    state = Statevector(machine.brickwork.circuit(thetas))
    assert np.allclose(machine.state(thetas), state.data)
    expected = []
    for axis, qubits in machine.strings:
        operator = SparsePauliOp.from_sparse_list([(axis * len(qubits), list(qubits), 1.0)], machine.qubits)
        expected.append(state.expectation_value(operator).real)
    assert np.allclose(machine.means(machine.state(thetas)), expected)
    assert len(set(machine.strings)) == 14


def test_the_loss_is_the_published_formula_and_its_gradient_that_of_differences(machine, thetas):
    value, slope = machine.loss(thetas)
    e, t = machine.energy, np.tanh(1.5 * machine.qubits * machine.means(machine.state(thetas)))
    nu = 0.5 * (np.abs(e.field).sum() + np.abs(e.couplings).sum())
    pairs = sum(c * t[i] * t[j] for i, j, c in zip(e.rows, e.cols, e.couplings))
    assert value == pytest.approx(e.field @ t + pairs + 0.5 * nu * (t @ t / 14) ** 2)
    for g in (0, 7, machine.parameters - 1):
        move = np.zeros(thetas.size)
        move[g] = 1e-6
        difference = (machine.loss(thetas + move)[0] - machine.loss(thetas - move)[0]) / 2e-6
        assert slope[g] == pytest.approx(difference, rel=1e-5, abs=1e-6)


def test_measured_means_tend_to_the_exact_ones(machine, thetas):
    state = machine.state(thetas)
    found = machine.measured(state, 200_000, np.random.default_rng(0))
    assert np.abs(found - machine.means(state)).max() < 0.02


def test_too_few_qubits_are_refused(machine):
    with pytest.raises(InputError, match="3 qubits have 9 strings"):
        Correlations(machine.energy, k=2, qubits=3)


def test_every_gate_has_one_angle():
    work = Brickwork(5, 4)
    assert work.circuit(np.ones(len(work.gates))).size() == len(work.gates)


@pytest.mark.parametrize("problem", [example((3, 2, 4, 3)), summed(0)], ids=["pairs", "sums"])
def test_descent_ends_where_no_single_change_saves(problem):
    rng = np.random.default_rng(0)
    for _ in range(10):
        begun = np.array([rng.integers(k) for k in problem.sizes])
        found, looked = descend(problem, begun)
        assert problem.energy(found) <= problem.energy(begun) + 1e-9
        assert looked % (problem.qubo.size - problem.blocks) == 0
        for b, c in itertools.product(range(problem.blocks), range(max(problem.sizes))):
            if c < problem.sizes[b]:
                moved = found.copy()
                moved[b] = c
                assert problem.energy(moved) >= problem.energy(found) - 1e-9


@pytest.mark.parametrize("method", ["pauli-correlation", "random-signs"])
def test_methods_find_a_small_optimum_and_charge_what_they_took(method):
    problem = EnergyProblem("e", "t", example((3, 2, 4, 3))).with_optimum()
    options = {"evaluations": 10} if method == "pauli-correlation" else {}
    found = optimise.solve(problem, method=method, limits=optimise.Limits(seconds=30), seed=0, options=options)
    counts = found.stats.counts
    assert found.cost == pytest.approx(problem.optimum)
    assert counts["repetitions"] == 32
    assert counts["repetition evaluations"] > 1
    if method == "pauli-correlation":
        angles = len(Brickwork(int(counts["qubits"]), 8).gates)
        assert counts["training shots"] == 10 * (1 + 2 * angles) * 3 * 1024


def test_free_bits_need_no_penalty():
    qubo = Qubo.from_matrix(np.random.default_rng(3).normal(size=(10, 10)))
    problem = EnergyProblem("q", "t", qubo).with_optimum()
    found = optimise.solve(
        problem, method="pauli-correlation", limits=optimise.Limits(seconds=30), seed=0, options={"evaluations": 30}
    )
    assert found.cost == pytest.approx(problem.optimum)
