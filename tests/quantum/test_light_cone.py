"""One layer by light cones: expectations against amplitudes and Qiskit, and sizes that neither holds."""

import numpy as np
import pytest
from qiskit.quantum_info import SparsePauliOp, Statevector

from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.errors import TooLargeError
from quantum.light_cone import LightCone
from quantum.mixers import X
from quantum.qaoa import QaoaOptions
from quantum.qubo import Ising, Qubo
from quantum.readers.qoblib import read_qs, read_solution
from quantum.recursive import recursive_qaoa
from quantum.simulators import simulator


def ising(n, seed):
    rng = np.random.default_rng(seed)
    return Qubo.from_matrix(np.triu(rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.6)), 1.5).to_ising()


def test_expectations_are_those_of_qiskit():
    made, angles = ising(6, 0), Angles(np.array([0.37]), np.array([-0.61]))
    state = Statevector(Ansatz(made.to_qubo(), X()).circuit(angles))
    singles, pairs = LightCone(made).correlations(0.37, -0.61)

    def expected(*qubits):
        return state.expectation_value(SparsePauliOp.from_sparse_list([("Z" * len(qubits), list(qubits), 1.0)], 6)).real

    np.testing.assert_allclose(singles, [expected(i) for i in range(6)], atol=1e-12)
    np.testing.assert_allclose(pairs, [expected(i, j) for i, j in zip(made.rows, made.cols)], atol=1e-12)


def test_the_value_is_that_of_amplitudes():
    made = ising(9, 1)
    machine, cone = simulator(Ansatz(made.to_qubo(), X())), LightCone(made)
    for gamma, beta in ((0.2, -0.4), (1.3, 0.9)):
        assert cone.value(gamma, beta) == pytest.approx(machine.value(Angles(np.array([gamma]), np.array([beta]))))


def test_rounds_by_light_cones_fix_what_amplitudes_fix():
    problem = ising(9, 2).to_qubo()
    near, far = recursive_qaoa(problem, amplitudes=1), recursive_qaoa(problem)
    np.testing.assert_array_equal(near.bits, far.bits)
    assert near.evaluations > 0


def test_spins_without_couplings_have_only_fields():
    alone = Ising(np.array([1.0, -2.0]), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    singles, pairs = LightCone(alone).correlations(0.3, -0.2)
    np.testing.assert_allclose(singles, np.sin(-0.4) * np.sin(0.6 * np.array([1.0, -2.0])))
    assert pairs.size == 0


def test_an_independent_set_of_52_qubits_is_found(benchmarks):
    folder = benchmarks / "quantum" / "qoblib"
    problem = read_qs(folder / "aves-sparrow-social.qs")
    best = problem.energy(read_solution(folder / "aves-sparrow-social.opt.sol", problem.size))
    assert problem.size == 52
    assert recursive_qaoa(problem).energy == pytest.approx(best)


def test_what_light_cones_do_not_give_is_not_dropped():
    with pytest.raises(TooLargeError):
        recursive_qaoa(Qubo.from_matrix(np.ones((52, 52))), QaoaOptions(depth=2))
