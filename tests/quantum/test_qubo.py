"""QUBO, Ising and Qiskit operator are one energy, bit order included."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError
from quantum import Ising, OneHot, Qubo, TooLargeError
from quantum.qubo import bits_of, index_of


def random_qubo(n: int, seed: int) -> Qubo:
    rng = np.random.default_rng(seed)
    return Qubo.from_matrix(rng.normal(size=(n, n)), offset=rng.normal())


def plain_energy(q: Qubo, bits) -> float:
    total = q.offset
    for i in range(q.size):
        total += q.linear[i] * bits[i]
    for i, j, v in zip(q.rows, q.cols, q.values):
        total += v * bits[i] * bits[j]
    return total


@given(st.integers(1, 7), st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_diagonal_energies_and_plain_sum_agree(n, seed):
    q = random_qubo(n, seed)
    diagonal = q.diagonal()
    for index, bits in enumerate(itertools.product((0, 1), repeat=n)):
        bits = bits[::-1]  # product varies the last entry fastest; bit 0 is the fastest here
        assert index_of(bits) == index
        assert list(bits_of(index, n)) == list(bits)
        assert diagonal[index] == pytest.approx(plain_energy(q, bits), abs=1e-12)
        assert q.energy(bits) == pytest.approx(plain_energy(q, bits), abs=1e-12)


@given(st.integers(1, 6), st.integers(0, 10**6))
@settings(deadline=None, max_examples=20)
def test_ising_and_operator_give_the_same_energies(n, seed):
    q = random_qubo(n, seed)
    ising = q.to_ising()
    operator = ising.to_operator()
    assert np.allclose(np.diag(operator.to_matrix()).real, q.diagonal(), atol=1e-12)
    assert np.allclose(ising.to_qubo().diagonal(), q.diagonal(), atol=1e-12)
    assert np.allclose(Ising.from_operator(operator).to_qubo().diagonal(), q.diagonal(), atol=1e-12)
    for index in range(2**n):
        spins = 1 - 2 * bits_of(index, n).astype(float)
        assert ising.energy(spins) == pytest.approx(q.diagonal()[index], abs=1e-12)


def test_operator_with_x_is_refused():
    from qiskit.quantum_info import SparsePauliOp

    with pytest.raises(ValueError, match="not a real product of Z"):
        Ising.from_operator(SparsePauliOp(["XZ"], [1.0]))
    with pytest.raises(ValueError, match="more than two"):
        Ising.from_operator(SparsePauliOp(["ZZZ"], [1.0]))


@pytest.mark.parametrize("n", [3, 15, 17])
def test_brute_force_finds_the_minimum_of_the_diagonal(n):
    q = random_qubo(n, n)
    best, bits, ties = q.brute_force()
    assert best == pytest.approx(q.diagonal().min(), abs=1e-9)
    assert q.energy(bits) == pytest.approx(best, abs=1e-9)
    assert ties == 1


def test_brute_force_counts_ties():
    q = Qubo.from_terms(16, [0], [15], [0.0])
    assert q.brute_force() == (0.0, pytest.approx(np.zeros(16)), 2**16)


def test_wrong_qubos_are_refused():
    with pytest.raises(InputError, match="square"):
        Qubo.from_matrix(np.zeros((2, 3)))
    with pytest.raises(InputError, match="outside"):
        Qubo.from_terms(2, [0], [2], [1.0])
    with pytest.raises(InputError, match="finite"):
        Qubo.from_terms(1, [0], [0], [np.nan])
    with pytest.raises(TooLargeError, match=r"need .*iB of memory"):
        Qubo.from_terms(50, [], [], []).diagonal()


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(0, 10**6))
@settings(deadline=None, max_examples=25)
def test_onehot_energies_equal_the_qubo_on_its_bits(sizes, seed):
    n = sum(sizes)
    problem = OneHot(random_qubo(n, seed), tuple(sizes))
    every = problem.choices(np.arange(problem.states))
    assert (problem.index(every) == np.arange(problem.states)).all()
    bits = problem.bits(every)
    assert problem.is_feasible(bits).all()
    assert np.allclose(problem.energies(every), problem.qubo.energies(bits), atol=1e-10)
    assert np.allclose(problem.with_penalty(7.0).energies(bits), problem.qubo.energies(bits), atol=1e-10)
    best, choices, ties = problem.brute_force()
    assert best == pytest.approx(problem.energies(every).min(), abs=1e-9)
    assert problem.energy(choices) == pytest.approx(best, abs=1e-9)
    assert ties == (problem.energies(every) <= best + 1e-9).sum()


def test_penalty_counts_the_square_of_the_missing_ones():
    problem = OneHot(Qubo.from_terms(4, [], [], []), (2, 2))
    q = problem.with_penalty([3.0, 5.0])
    assert q.energy([0, 0, 1, 1]) == pytest.approx(3 + 5)
    assert q.energy([1, 1, 1, 0]) == pytest.approx(3)
    assert q.energy([0, 1, 1, 0]) == pytest.approx(0)
