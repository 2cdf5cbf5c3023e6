"""The full-space kernels against plain NumPy linear algebra."""

import numpy as np
import pytest

from quantum import Qubo, TooLargeError
from quantum.angles import Angles
from quantum.simulators.fullspace import FullSpace


def random_qubo(n, seed=0):
    rng = np.random.default_rng([n, seed])
    return Qubo.from_matrix(rng.normal(size=(n, n)), offset=1.3)


def plain_amplitudes(q, angles, start=None):
    """Layer by layer with explicit gates on a NumPy array."""
    n, energies = q.size, q.diagonal()
    ones = np.full(n, 0.5) if start is None else start
    psi = np.ones(1, dtype=complex)
    for i in range(n):
        psi = np.kron([np.sqrt(1 - ones[i]), np.sqrt(ones[i])], psi)
    for gamma, betas in zip(angles.gamma, angles.per_mixer(n)):
        psi = psi * np.exp(-1j * gamma * energies)
        for i, beta in enumerate(betas):
            pairs = psi.reshape(-1, 2, 2**i)
            c, s = np.cos(beta), -1j * np.sin(beta)
            psi = np.stack([c * pairs[:, 0] + s * pairs[:, 1], c * pairs[:, 1] + s * pairs[:, 0]], 1).ravel()
    return psi


@pytest.mark.parametrize("n", [1, 2, 7, 8, 13, 14, 15])
@pytest.mark.parametrize("p", [0, 1, 3])
@pytest.mark.parametrize("multi", [False, True])
def test_amplitudes_and_value(n, p, multi):
    q, rng = random_qubo(n), np.random.default_rng(n)
    angles = Angles(rng.normal(size=p), 2 * rng.normal(size=(p, n) if multi else p))
    expected = plain_amplitudes(q, angles)
    simulator = FullSpace(q)
    assert np.abs(simulator.amplitudes(angles) - expected).max() < 1e-12
    value = float(np.abs(expected) ** 2 @ q.diagonal())
    assert simulator.value(angles) == pytest.approx(value, abs=1e-10)
    assert np.allclose(simulator.probabilities(angles), np.abs(expected) ** 2, atol=1e-12)


@pytest.mark.parametrize("n", [3, 12, 15])
@pytest.mark.parametrize("multi", [False, True])
def test_gradient_equals_finite_differences(n, multi):
    q, rng = random_qubo(n), np.random.default_rng(n)
    angles = Angles(rng.normal(size=3), rng.normal(size=(3, n) if multi else 3))
    simulator = FullSpace(q)
    value, gradient = simulator.value_and_gradient(angles)
    assert value == pytest.approx(simulator.value(angles), abs=1e-10)
    x, step = angles.vector(), 1e-5
    for k in range(0, x.size, max(1, x.size // 8)):
        move = np.zeros(x.size)
        move[k] = step
        slope = (simulator.value(angles.like(x + move)) - simulator.value(angles.like(x - move))) / (2 * step)
        assert gradient.vector()[k] == pytest.approx(slope, abs=2e-6)


@pytest.mark.parametrize("beta", [np.pi / 2, -np.pi / 2, 3 * np.pi / 2, np.pi, 1.4])
def test_rotations_where_the_cosine_vanishes(beta):
    q = random_qubo(14)
    angles = Angles([0.2, 0.4], [beta, 0.3])
    simulator = FullSpace(q)
    assert np.abs(simulator.amplitudes(angles) - plain_amplitudes(q, angles)).max() < 1e-12
    _, gradient = simulator.value_and_gradient(angles)
    slopes = [
        (simulator.value(Angles([0.2, 0.4], [beta + h, 0.3])) for h in (1e-5, -1e-5)),
        (simulator.value(Angles([0.2 + h, 0.4], [beta, 0.3])) for h in (1e-5, -1e-5)),
    ]
    for found, (up, down) in zip((gradient.beta[0], gradient.gamma[0]), slopes):
        assert found == pytest.approx((up - down) / 2e-5, abs=1e-6)


def test_biased_start():
    q = random_qubo(9)
    start = np.linspace(0.0, 0.9, 9)
    angles = Angles([0.3], [0.7])
    found = FullSpace(q, start=start).amplitudes(angles)
    assert np.abs(found - plain_amplitudes(q, angles, start)).max() < 1e-12


@pytest.mark.parametrize("n", [9, 15])
def test_single_precision_is_close(n):
    q, angles = random_qubo(n), Angles([0.3, 0.1], [0.7, 0.2])
    expected, exact = FullSpace(q).value_and_gradient(angles)
    value, gradient = FullSpace(q, precision="single").value_and_gradient(angles)
    scale = np.abs(q.diagonal()).max()
    assert abs(value - expected) < 1e-5 * scale
    assert np.abs(gradient.vector() - exact.vector()).max() < 1e-4 * scale


def test_threads_change_nothing_but_rounding():
    q, angles = random_qubo(16), Angles([0.3, 0.1], [0.7, 0.2])
    one, two = FullSpace(q), FullSpace(q, threads=2)
    assert np.abs(one.amplitudes(angles) - two.amplitudes(angles)).max() == 0
    value, gradient = one.value_and_gradient(angles)
    value2, gradient2 = two.value_and_gradient(angles)
    assert value2 == pytest.approx(value, rel=1e-12)
    assert np.allclose(gradient2.vector(), gradient.vector(), rtol=1e-9)
    assert two.value(angles) == two.value(angles)


def test_samples_follow_the_probabilities():
    q, angles = random_qubo(6), Angles([0.3], [0.7])
    simulator = FullSpace(q)
    samples = simulator.sample(angles, 200_000, seed=3)
    assert samples.shots == 200_000
    assert np.allclose(samples.energies, q.energies(samples.bits))
    mean = samples.energies @ samples.counts / samples.shots
    spread = np.sqrt(simulator.probabilities(angles) @ (q.diagonal() - simulator.value(angles)) ** 2)
    assert abs(mean - simulator.value(angles)) < 5 * spread / np.sqrt(200_000)
    again = simulator.sample(angles, 200_000, seed=3)
    assert (again.counts == samples.counts).all()


def test_too_large_is_refused_before_allocation():
    q = Qubo.from_terms(44, [0], [1], [1.0])
    with pytest.raises(TooLargeError, match=r"44 qubits in double precision need 256.0 TiB of memory"):
        FullSpace(q)
    with pytest.raises(TooLargeError, match="EiB"):
        FullSpace(Qubo.from_terms(80, [0], [1], [1.0]))
