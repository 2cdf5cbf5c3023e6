"""One-hot states with stored energies: state, value and gradient against array expressions."""

import numpy as np
import pytest

from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.mixers import MIXERS, XYComplete
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.simulators import simulator
from quantum.simulators.arrays import ArraySpace
from quantum.simulators.stored import StoredSpace
from quantum.sums import SumCost


def problem(sizes, step):
    """Costs on a grid of `step` (0: none), with two sums."""
    rng = np.random.default_rng(5)
    whole = (lambda *shape: step * rng.integers(-4, 5, shape)) if step else (lambda *shape: rng.normal(size=shape))
    n, sums = sum(sizes), []
    for blocks in (range(len(sizes)), (0, 2)):
        parts = {b: rng.integers(0, 2, sizes[b]).astype(float) for b in blocks}
        values = np.arange(len(parts) + 1.0)
        sums.append(SumCost(parts, values, whole(values.size).astype(float)))
    return OneHot(Qubo.from_matrix(whole(n, n).astype(float)), sizes, tuple(sums))


#: Mixers of cover rows, which have an ansatz of their own.
ROWS = {"dicke-complete", "dicke-ring", "partition"}
ANGLES = Angles(np.array([0.3, -0.2]), np.array([-0.7, 0.4]))


@pytest.mark.parametrize("step", [1.0, 0.1, 0.0])
@pytest.mark.parametrize("name", sorted(set(MIXERS) - ROWS - {"x"}))
def test_state_value_and_gradient_are_those_of_array_expressions(name, step):
    ansatz = Ansatz(problem((3, 2, 4), step), MIXERS[name]())
    ours, plain = simulator(ansatz), ArraySpace(ansatz)
    assert isinstance(ours, StoredSpace)
    np.testing.assert_allclose(ours.amplitudes(ANGLES), plain.amplitudes(ANGLES), atol=1e-12)
    np.testing.assert_allclose(ours.probabilities(ANGLES), plain.probabilities(ANGLES), atol=1e-12)
    (value, slope), (right, turned) = ours.value_and_gradient(ANGLES), plain.value_and_gradient(ANGLES)
    assert ours.value(ANGLES) == pytest.approx(right)
    assert value == pytest.approx(right)
    np.testing.assert_allclose(slope.gamma, turned.gamma, atol=1e-10)
    np.testing.assert_allclose(slope.beta, turned.beta, atol=1e-10)


def test_a_state_of_several_tiles_an_angle_a_block_and_threads():
    made = problem((4,) * 7, 1.0)
    start = [np.sqrt(np.array([0.4, 0.3, 0.2, 0.1])) + 0j for _ in range(7)]
    ansatz = Ansatz(made, XYComplete(), start)
    angles = Angles(np.array([0.02, 0.01]), np.random.default_rng(0).normal(size=(2, 7)))
    ours, plain = simulator(ansatz, threads=2), ArraySpace(ansatz)
    np.testing.assert_allclose(ours.amplitudes(angles), plain.amplitudes(angles), atol=1e-12)
    found, right = ours.value_and_gradient(angles)[1], plain.value_and_gradient(angles)[1]
    np.testing.assert_allclose(found.beta, right.beta, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(found.gamma, right.gamma, rtol=1e-8)
    samples = ours.sample(angles, 50, seed=1)
    assert samples.shots == 50
    np.testing.assert_allclose(samples.energies, made.energies(samples.bits.reshape(-1, 7, 4).argmax(axis=2)))


def test_single_precision_is_near():
    ansatz = Ansatz(problem((3, 2, 4), 1.0), XYComplete())
    assert simulator(ansatz, precision="single").value(ANGLES) == pytest.approx(
        simulator(ansatz).value(ANGLES), rel=1e-5
    )


def test_energies_of_all_states_are_those_of_each():
    for step in (1.0, 0.0):
        made = problem((3, 2, 4, 2), step)
        every = made.choices(np.arange(made.states))
        np.testing.assert_allclose(made.diagonal(), made.energies(every), atol=1e-12)
    uneven = SumCost({0: np.array([0.0, 1.0, 4.0]), 1: np.array([0.0, 0.5])}, np.array([0, 0.5, 1, 1.5, 4, 4.5]),
                     np.arange(6.0) ** 2)  # fmt: skip
    made = OneHot(Qubo.from_matrix(np.zeros((5, 5))), (3, 2), (uneven,))
    np.testing.assert_allclose(made.diagonal(), made.energies(made.choices(np.arange(6))))
