"""Counterdiabatic layers: generator against the commutator, state and gradient against Qiskit and differences."""

import itertools

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

import optimise
from optimise.core.errors import InputError
from quantum.angles import Angles, linear_ramp
from quantum.ansatz import Ansatz
from quantum.counterdiabatic import Counterdiabatic, conditional_costs, rotations_of
from quantum.energy import EnergyProblem
from quantum.mixers import Grover, X, XYComplete, XYRing
from quantum.qubo import Qubo
from quantum.simulators import simulator
from quantum.testing import example
from tests.quantum.test_higher import summed

ANGLES = Angles(np.array([0.3, 0.2]), np.array([[-0.4, 0.05], [-0.2, 0.11]]))


def qubo(n=4, seed=0):
    return Qubo.from_matrix(np.random.default_rng(seed).normal(size=(n, n)), 0.2)


CASES = {
    "x": lambda: Counterdiabatic(qubo(), X()),
    "xy-complete": lambda: Counterdiabatic(example((3, 2, 3)), XYComplete()),
    "xy-ring": lambda: Counterdiabatic(example((3, 2, 4)), XYRing()),
    "grover": lambda: Counterdiabatic(example((3, 2, 3)), Grover()),
    "sums": lambda: Counterdiabatic(summed(), XYComplete()),
}


@pytest.mark.parametrize("problem", [example((3, 2, 3)), summed()], ids=["pairs", "sums"])
def test_conditional_costs_are_means_over_the_other_blocks(problem):
    rng = np.random.default_rng(0)
    weights = [rng.dirichlet(np.ones(k)) for k in problem.sizes]
    every = problem.choices(np.arange(problem.states))
    energies = problem.energies(every)
    for b, found in enumerate(conditional_costs(problem, weights)):
        others = np.prod([weights[a][every[:, a]] for a in range(problem.blocks) if a != b], axis=0)
        means = [(energies * others)[every[:, b] == c].sum() for c in range(problem.sizes[b])]
        assert np.allclose(np.diff(found), np.diff(means))


def test_rotations_are_the_commutator_of_mixer_and_mean_cost():
    ansatz = Counterdiabatic(example((4, 3)), XYComplete())
    costs = conditional_costs(ansatz.problem, [np.full(k, 1 / k) for k in ansatz.problem.sizes])
    for c, rotations in zip(costs, rotations_of(ansatz)):
        hops = np.ones((c.size, c.size)) - np.eye(c.size)
        commutator = 1j * (hops @ np.diag(c) - np.diag(c) @ hops)
        _, slope = rotations.matrices(0.0)
        assert np.allclose(slope, -1j * commutator)


def test_on_a_qubit_it_is_a_rotation_about_y_by_the_field():
    energy = qubo()
    for h, rotations in zip(energy.to_ising().field, rotations_of(Counterdiabatic(energy, X()))):
        turn, _ = rotations.matrices(0.3)
        angle = 2 * 0.3 * h  # exp(-i alpha 2 h Y)
        assert np.allclose(turn, [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize("case", CASES)
def test_our_simulator_gives_the_state_of_the_circuit(case):
    ansatz = CASES[case]()
    state = Statevector(ansatz.circuit(ANGLES)).data
    free = ansatz.parametric(2)
    assert np.allclose(Statevector(free.assign_parameters(ansatz.binding(free, ANGLES))).data, state)
    if case != "x":
        choices = ansatz.problem.choices(np.arange(ansatz.problem.states))
        state = state[(1 << (choices + ansatz.problem.starts)).sum(axis=1)]
    assert np.allclose(simulator(ansatz).amplitudes(ANGLES), state)


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_that_of_differences(case):
    machine, x = simulator(CASES[case]()), ANGLES.vector()
    slope = machine.value_and_gradient(ANGLES)[1].vector()
    for k, move in enumerate(np.eye(x.size) * 1e-6):
        difference = (machine.value(ANGLES.like(x + move)) - machine.value(ANGLES.like(x - move))) / 2e-6
        assert slope[k] == pytest.approx(difference, abs=1e-6)


def test_without_rotations_it_is_the_alternating_ansatz():
    problem = example((3, 2, 3))
    plain = simulator(Ansatz(problem, XYComplete())).value(Angles(ANGLES.gamma, ANGLES.beta[:, 0]))
    none = Angles(ANGLES.gamma, np.stack([ANGLES.beta[:, 0], np.zeros(2)], axis=1))
    assert simulator(Counterdiabatic(problem, XYComplete())).value(none) == pytest.approx(plain)


def test_one_qubit_follows_its_ground_state_where_the_alternating_ansatz_lags():
    """For one qubit the first order is the whole gauge potential, so that the schedule tends to the ground state."""
    energy = Qubo.from_terms(1, [0], [0], [2.0])
    for depth in (8, 32):
        ramp = Angles(np.arange(1, depth + 1) / depth * 0.02, -(1 - np.arange(depth) / depth) * 0.02)
        ansatz = Counterdiabatic(energy, X())
        with_it = simulator(ansatz).value(ansatz.extended(ramp))
        without = simulator(Ansatz(energy, X())).value(ramp)
        assert with_it < 0.35 * without


@pytest.mark.parametrize("seed", range(4))
def test_its_schedule_is_better_without_training(seed):
    problem, mixer = example((3, 2, 4, 3), seed), XYComplete()
    ramp = linear_ramp(3, problem, mixer)
    ansatz = Counterdiabatic(problem, mixer)
    assert simulator(ansatz).value(ansatz.extended(ramp)) < simulator(Ansatz(problem, mixer)).value(ramp)


def test_it_is_solved_by_name_and_needs_both_angles():
    problem = EnergyProblem("e", "t", example((3, 2, 4))).with_optimum()
    found = optimise.solve(problem, "qaoa", options={"ansatz": "counterdiabatic", "depth": 2, "evaluations": 10})
    assert found.cost == pytest.approx(problem.optimum)
    assert found.stats.counts["success probability"] > 1 / problem.energy.states
    with pytest.raises(InputError, match="two angles beside gamma"):
        CASES["x"]().circuit(Angles(np.zeros(1), np.zeros(1)))
    assert len(list(itertools.chain(found.stats.series["beta"]))) == 4
