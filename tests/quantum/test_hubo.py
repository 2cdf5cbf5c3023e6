"""Polynomials over bits: energies, operators, gates and Rosenberg's reduction, against enumeration and Qiskit."""

import itertools

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator

from optimise.core.errors import InputError
from quantum.hubo import Hubo, append_phases
from quantum.qubo import Qubo


def random_hubo(size, degree, seed):
    rng = np.random.default_rng(seed)
    subsets = [t for r in range(1, degree + 1) for t in itertools.combinations(range(size), r)]
    chosen = [subsets[i] for i in rng.choice(len(subsets), size=min(12, len(subsets)), replace=False)]
    return Hubo.from_terms(size, [(t, rng.normal()) for t in chosen], 0.3)


def every_state(size):
    return np.array(list(itertools.product((0, 1), repeat=size)))[:, ::-1]


def by_hand(hubo, bits):
    return hubo.offset + sum(v * np.prod([bits[i] for i in t]) for t, v in zip(hubo.terms, hubo.values))


@pytest.mark.parametrize("degree", [1, 3, 5])
def test_energies_and_the_diagonal_are_those_of_the_formula(degree):
    hubo = random_hubo(5, degree, degree)
    states = every_state(5)
    expected = [by_hand(hubo, bits) for bits in states]
    assert np.allclose(hubo.energies(states), expected)
    assert np.allclose(hubo.diagonal(), expected)
    assert hubo.degree == max(map(len, hubo.terms))


def test_the_operator_of_qiskit_has_the_energies_on_its_diagonal():
    hubo = random_hubo(4, 4, 1)
    matrix = hubo.to_operator().to_matrix()
    assert np.allclose(matrix, np.diag(hubo.diagonal()))


def test_phase_gadgets_are_the_exponential_of_the_cost():
    hubo = random_hubo(4, 4, 2)
    circuit = QuantumCircuit(4)
    append_phases(circuit, hubo, 0.37)
    assert np.allclose(Operator(circuit).data, np.diag(np.exp(-0.37j * hubo.diagonal())))


@pytest.mark.parametrize("seed", range(6))
def test_the_reduction_has_the_energy_as_its_least_over_auxiliary_bits(seed):
    hubo = random_hubo(5, 5, seed)
    made = hubo.quadratised()
    assert made.auxiliaries > 0
    energies = made.qubo.diagonal().reshape(2**made.auxiliaries, 32)
    assert np.allclose(energies.min(axis=0), hubo.diagonal())
    states = every_state(5)
    assert np.allclose(made.qubo.energies(made.complete(states)), hubo.energies(states))


def test_pairs_need_no_auxiliary_bit():
    qubo = Qubo.from_matrix(np.random.default_rng(0).normal(size=(4, 4)), 1.5)
    made = Hubo.from_qubo(qubo).quadratised()
    assert made.auxiliaries == 0
    assert np.allclose(made.qubo.diagonal(), qubo.diagonal())


def test_a_product_of_a_variable_that_there_is_not_is_refused():
    with pytest.raises(InputError, match=r"\(0, 3\).*0\.\.2"):
        Hubo.from_terms(3, [((0, 3), 1.0)])
