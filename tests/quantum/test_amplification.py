"""Amplitude amplification: success and queries against Qiskit's operator and the published bound."""

import math

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit.library import DiagonalGate, grover_operator
from qiskit.quantum_info import Statevector

import optimise
from optimise.core.method import Limits
from quantum.amplification import find_minimum, most_queries, oracle_toffoli, success_after
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.energy import EnergyProblem
from quantum.errors import TooLargeError
from quantum.methods.search import GroverSearch, GroverSearchOptions
from quantum.mixers import Grover
from quantum.testing import example


@pytest.mark.parametrize(("sizes", "marked"), [((2, 3), 1), ((3, 3), 2), ((2, 2, 2), 3)])
def test_rounds_succeed_as_often_as_in_qiskit(sizes, marked):
    problem = example(sizes)
    threshold = np.sort(problem.diagonal())[marked - 1] + 1e-9
    n = problem.qubo.size
    bits = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
    good = problem.is_feasible(bits) & (problem.qubo.energies(bits) <= threshold)
    oracle = QuantumCircuit(n)
    oracle.append(DiagonalGate(np.where(good, -1.0, 1.0).tolist()), range(n))
    prepare = Ansatz(problem, Grover()).circuit(Angles(np.zeros(0), np.zeros(0)))
    step = grover_operator(oracle, prepare)
    state = Statevector(prepare)
    for rounds in range(5):
        assert state.probabilities()[good].sum() == pytest.approx(success_after(marked / problem.states, rounds))
        state = state.evolve(step)


def test_a_search_holds_the_minimum_every_second_time_within_the_bound():
    rng = np.random.default_rng(0)
    for states in (16, 300):
        energies = np.sort(rng.normal(size=states))
        runs = [find_minimum(energies, most_queries(states), np.random.default_rng([1, s])) for s in range(200)]
        assert np.mean([r.place == 0 for r in runs]) > 0.5
        assert max(r.queries for r in runs) <= most_queries(states)
        assert find_minimum(energies, 50, np.random.default_rng(3)) == find_minimum(
            energies, 50, np.random.default_rng(3)
        )
    assert most_queries(1) == 0
    assert find_minimum(np.zeros(1), 10, rng).queries == 0
    assert most_queries(256) == math.ceil(22.5 * 16 + 1.4 * 64)


def test_the_first_measurements_are_those_of_amplified_states():
    """One round below the median of 8 states: 4 of 8 marked, sin(3 pi / 4)^2 = 1/2 after one round as after none."""
    energies = np.arange(8.0)
    share = [(energies < t).mean() for t in energies]
    one = [0.5 * (success_after(s, 0) + success_after(s, 1)) for s in share]
    assert success_after(0.5, 1) == pytest.approx(0.5)
    # every search with 1 query at most: the exact chance to hold the minimum after all, by enumeration of the chain
    hits = [find_minimum(energies, 1, np.random.default_rng([2, s])).place == 0 for s in range(4000)]
    assert 0.125 < np.mean(hits) < 0.125 + max(one)


def test_the_method_counts_two_evaluations_a_query():
    problem = EnergyProblem("e", "f", example((3, 3, 3))).with_optimum()
    result = optimise.solve(problem, GroverSearch(), limits=Limits(seconds=60), seed=1, options={"runs": 50})
    c = result.stats.counts
    assert result.cost == pytest.approx(problem.optimum)
    assert c["success shots"] == 50
    assert c["repetition evaluations"] > 2 * c["queries"]
    assert c["t gates"] >= 4 * c["toffoli gates"]
    assert c["ft repetition seconds"] > 0
    with pytest.raises(TooLargeError, match="searches over 27 states; the limit is 9"):
        GroverSearch().draw(problem, Limits(seconds=1), 0, GroverSearchOptions(most=9))


def test_toffoli_gates_of_a_query_by_hand():
    problem = example((2, 3))
    _, table, _ = problem.tables()
    filled = np.count_nonzero(table[:2, 2:])
    toffoli, qubits = oracle_toffoli(problem, bits=8)
    assert toffoli == 2 * (filled + 3 * 8) + 8 + 1
    assert qubits == 5 + 24 + filled + 1
