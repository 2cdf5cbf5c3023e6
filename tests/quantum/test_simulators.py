"""Every simulator prepares the state of the Qiskit circuit, bit order and global phase included."""

import numpy as np
import pytest

from optimise.core.errors import UnsupportedError
from quantum import OneHot, Qubo, TooLargeError
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.mixers import Grover, X, XYComplete, XYRing
from quantum.simulators import Simulator, simulator
from quantum.simulators.aer import Aer, Noise, heavy_hex_device
from quantum.states import relaxed_start, w_state, warm_start


def onehot(sizes, seed=0):
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    return OneHot(Qubo.from_matrix(rng.normal(size=(n, n)), 0.7), sizes)


def feasible_indices(problem):
    bits = problem.bits(problem.choices(np.arange(problem.states))).astype(np.int64)
    return bits @ (1 << np.arange(problem.qubo.size))


@pytest.mark.parametrize("n", [1, 5, 9])
@pytest.mark.parametrize("biased", [False, True])
def test_full_space_equals_qiskit(n, biased):
    rng = np.random.default_rng(n)
    q = Qubo.from_matrix(rng.normal(size=(n, n)), 0.3)
    start = relaxed_start(np.linspace(0, 1, n)) if biased else None
    ansatz = Ansatz(q, X(), start)
    for angles in (
        Angles(rng.normal(size=2), rng.normal(size=2)),
        Angles(rng.normal(size=1), rng.normal(size=(1, n))),
    ):
        fast, reference = simulator(ansatz), simulator(ansatz, "statevector")
        assert np.abs(fast.amplitudes(angles) - reference.amplitudes(angles)).max() < 1e-10
        assert fast.value(angles) == pytest.approx(reference.value(angles), abs=1e-10)
        found, expected = fast.value_and_gradient(angles)[1], reference.value_and_gradient(angles)[1]
        assert np.allclose(found.vector(), expected.vector(), atol=1e-6)


@pytest.mark.parametrize("mixer", [XYRing(), XYComplete(), Grover()], ids=lambda m: m.name)
@pytest.mark.parametrize("sizes", [(3,), (1, 2), (2, 3, 4), (4, 4, 2), (5, 2, 3)])
@pytest.mark.parametrize("warm", [False, True])
def test_one_hot_space_equals_qiskit(mixer, sizes, warm):
    problem, rng = onehot(sizes), np.random.default_rng(3)
    start = warm_start(problem, [k - 1 for k in sizes], 0.3) if warm else None
    ansatz = Ansatz(problem, mixer, start)
    where = feasible_indices(problem)
    for angles in (
        Angles(rng.normal(size=2), rng.normal(size=2)),
        Angles(rng.normal(size=1), rng.normal(size=(1, len(sizes)))),
    ):
        fast, reference = simulator(ansatz), simulator(ansatz, "statevector")
        expected = reference.amplitudes(angles)
        assert np.abs(fast.amplitudes(angles) - expected[where]).max() < 1e-10
        assert np.abs(np.delete(expected, where)).max(initial=0) < 1e-10  # nothing leaves the one-hot states
        assert fast.value(angles) == pytest.approx(reference.value(angles), abs=1e-10)


@pytest.mark.parametrize("mixer", [XYRing(), XYComplete(), Grover()], ids=lambda m: m.name)
@pytest.mark.parametrize("sizes", [(2, 3, 4), (4,) * 7, (5, 3, 4, 2, 6, 3, 2, 3), (40, 30, 9)])
def test_one_hot_space_tiles_and_gradients(mixer, sizes):
    """Larger than one tile: against einsum, and finite differences."""
    problem, rng = onehot(sizes), np.random.default_rng(1)
    start = w_state(problem)
    angles = Angles(0.3 * rng.normal(size=2), rng.normal(size=(2, len(sizes))))
    energies = problem.energies(problem.choices(np.arange(problem.states)))
    psi = np.ones(1, dtype=complex)
    for amplitudes in start:
        psi = np.kron(amplitudes, psi)
    for gamma, betas in zip(angles.gamma, angles.beta):
        psi = psi * np.exp(-1j * gamma * energies)
        run = 1
        for b, k in enumerate(sizes):
            unitary = mixer.unitary(start[b], betas[b])
            psi = np.einsum("yx,oxr->oyr", unitary, psi.reshape(-1, k, run)).ravel()
            run *= k
    fast = simulator(Ansatz(problem, mixer))
    assert np.abs(fast.amplitudes(angles) - psi).max() < 1e-12
    value, gradient = fast.value_and_gradient(angles)
    assert value == pytest.approx(float(np.abs(psi) ** 2 @ energies), abs=1e-9)
    x = angles.vector()
    for k in (0, 1, 2, x.size - 1):
        move = np.zeros(x.size)
        move[k] = 1e-5
        slope = (fast.value(angles.like(x + move)) - fast.value(angles.like(x - move))) / 2e-5
        assert gradient.vector()[k] == pytest.approx(slope, abs=1e-5)


@pytest.mark.parametrize("mixer", [XYRing(), XYComplete(), Grover()], ids=lambda m: m.name)
def test_logarithmic_derivative_of_each_mixer(mixer):
    start = warm_start(onehot((5,)), [2])[0]
    for beta in (0.0, 0.7, -2.0):
        unitary = mixer.unitary(start, beta)
        slope = (mixer.unitary(start, beta + 1e-6) - mixer.unitary(start, beta - 1e-6)) / 2e-6
        assert np.abs(unitary @ unitary.conj().T - np.eye(5)).max() < 1e-12
        assert np.abs(slope - mixer.logarithmic_derivative(start, beta) @ unitary).max() < 1e-8


def test_xy_complete_is_the_exponential_of_its_hamiltonian():
    from scipy.linalg import expm

    start = w_state(onehot((4,)))[0]
    adjacency = np.ones((4, 4)) - np.eye(4)
    assert np.abs(XYComplete().unitary(start, 0.37) - expm(-0.37j * adjacency)).max() < 1e-12


def test_single_precision_one_hot():
    problem = onehot((4,) * 7)
    angles = Angles([0.2, 0.1], [0.3, 0.5])
    double, single = (simulator(Ansatz(problem, XYComplete()), precision=p) for p in ("double", "single"))
    value, gradient = double.value_and_gradient(angles)
    value1, gradient1 = single.value_and_gradient(angles)
    assert value1 == pytest.approx(value, abs=1e-4)
    assert np.allclose(gradient1.vector(), gradient.vector(), atol=1e-3)


def test_samples_are_feasible_and_repeatable():
    problem = onehot((4, 3, 2))
    fast = simulator(Ansatz(problem, XYRing()))
    samples = fast.sample(Angles([0.2], [0.3]), 5000, seed=1)
    assert samples.shots == 5000
    assert samples.feasibility == 1
    assert np.allclose(samples.energies, problem.qubo.energies(samples.bits))
    assert (fast.sample(Angles([0.2], [0.3]), 5000, seed=1).counts == samples.counts).all()


def test_too_large_one_hot_space_is_refused_before_allocation():
    with pytest.raises(TooLargeError, match=r"one-hot states in double precision need .*iB of memory"):
        simulator(Ansatz(onehot((4,) * 40), XYComplete()))


def test_aer_shots_agree_with_the_exact_value():
    problem = onehot((3, 3))
    ansatz, angles = Ansatz(problem, XYComplete()), Angles([0.4], [0.5])
    exact = simulator(ansatz)
    aer = Aer(ansatz, shots=20_000, seed=5)
    assert isinstance(aer, Simulator)
    spread = np.sqrt(
        exact.probabilities(angles)
        @ (problem.energies(problem.choices(np.arange(problem.states))) - exact.value(angles)) ** 2
    )
    assert abs(aer.value(angles) - exact.value(angles)) < 5 * spread / np.sqrt(20_000)
    assert aer.sample(angles, 1000, 1).feasibility == 1
    with pytest.raises(UnsupportedError, match="no exact gradient"):
        aer.value_and_gradient(angles)


def test_readout_noise_and_its_mitigation():
    q = Qubo.from_matrix(np.random.default_rng(2).normal(size=(4, 4)))
    ansatz, angles = Ansatz(q), Angles([0.4], [0.5])
    exact = simulator(ansatz).value(angles)
    noise = Noise(readout=0.15)
    raw = Aer(ansatz, shots=100_000, noise=noise, seed=1).value(angles)
    corrected = Aer(ansatz, shots=100_000, noise=noise, mitigate=True, seed=1).value(angles)
    assert abs(corrected - exact) < 0.03 < abs(raw - exact)


def test_gate_noise_leaves_the_one_hot_states():
    ansatz, angles = Ansatz(onehot((3, 3)), XYComplete()), Angles([0.4], [0.5])
    noisy = Aer(ansatz, noise=Noise(one_qubit=0.01, two_qubit=0.05)).sample(angles, 2000, 1)
    assert 0.1 < noisy.feasibility < 0.95


def test_heavy_hex_device_runs_and_costs_more_gates():
    device = heavy_hex_device(3)
    ansatz, angles = Ansatz(onehot((2, 2)), XYRing()), Angles([0.4], [0.5])
    samples = Aer(ansatz, device=device).sample(angles, 500, 1)
    assert samples.shots == 500
    ideal, placed = ansatz.resources(angles), ansatz.resources(angles, device)
    assert ideal.qubits == 4
    assert 0 < ideal.two_qubit_gates <= placed.two_qubit_gates
    assert 0 < ideal.two_qubit_depth <= ideal.depth


def test_block_mixer_without_blocks_is_refused():
    with pytest.raises(ValueError, match="needs one-hot blocks"):
        Ansatz(Qubo.from_terms(3, [], [], []), Grover())
