"""Matrix products: exact where the bond dimension suffices, and honest about what they cut off."""

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from quantum.angles import Angles, linear_ramp
from quantum.ansatz import Ansatz
from quantum.energy import EnergyProblem
from quantum.higher import of_hubo
from quantum.hubo import Hubo
from quantum.light_cone import LightCone
from quantum.mixers import Partition, XYComplete, XYRing
from quantum.qubo import Qubo
from quantum.row_ansatz import alternating
from quantum.simulators import simulator
from quantum.simulators._chain import Chain
from quantum.testing import check_simulator, example

ANGLES = Angles([0.3, 0.2], [-0.4, 0.15])


def qubo(n, seed=1):
    return Qubo.from_matrix(np.random.default_rng(seed).normal(size=(n, n)), 0.3)


def ring(n):
    every = np.arange(n)
    rows, cols = np.concatenate([every, every]), np.concatenate([(every + 1) % n, every])
    return Qubo.from_terms(n, rows, cols, np.concatenate([np.full(n, 2.0), np.full(n, -1.0)]))


def cubes():
    return of_hubo(Hubo.from_terms(4, [((0, 1, 2), 1.5), ((1, 2, 3), -2.0), ((0,), 0.3), ((1, 3), 0.7)]))


@pytest.mark.parametrize(
    "ansatz",
    [
        Ansatz(qubo(9)),
        Ansatz(example(), XYComplete()),
        Ansatz(example(), XYRing()),
        Ansatz(cubes(), XYRing()),
        alternating(example(), Partition()),
    ],
    ids=["x", "xy-complete", "xy-ring", "higher order", "partition"],
)
def test_states_and_costs_are_those_of_the_full_space(ansatz):
    chain, full = simulator(ansatz, "mps"), simulator(ansatz, "statevector")
    assert np.abs(chain.amplitudes(ANGLES) - full.amplitudes(ANGLES)).max() < 1e-10
    assert chain.value(ANGLES) == pytest.approx(full.value(ANGLES), abs=1e-9)
    assert chain.truncation_error < 1e-10
    assert chain.distance_bound < 1e-4


def test_the_kit_proves_it():
    check_simulator(lambda ansatz: simulator(ansatz, "mps"))


def test_what_is_cut_off_is_bounded():
    ansatz = Ansatz(qubo(10))
    angles = linear_ramp(3, ansatz.problem)
    full = simulator(ansatz, "statevector").amplitudes(angles)
    for bond in (4, 8, 16):
        chain = simulator(ansatz, "mps", bond=bond)
        away = np.linalg.norm(chain.amplitudes(angles) - full)
        assert 1e-6 < away <= chain.distance_bound
        assert 0 < chain.truncation_error < 1
        assert chain.widest == bond
    exact = simulator(ansatz, "mps", bond=32)
    assert np.linalg.norm(exact.amplitudes(angles) - full) < 1e-8


def test_costs_of_one_layer_are_those_of_the_light_cone_beyond_amplitudes():
    ansatz = Ansatz(ring(60))
    chain = simulator(ansatz, "mps", bond=16)
    angles = Angles([0.4], [-0.3])
    assert chain.value(angles) == pytest.approx(LightCone(ansatz.qubo.to_ising()).value(0.4, -0.3), abs=1e-8)
    assert chain.truncation_error < 1e-10


def test_aers_matrix_products_are_the_same():
    pytest.importorskip("qiskit_aer")
    from qiskit_aer import AerSimulator

    ansatz = Ansatz(ring(12))
    angles = linear_ramp(2, ansatz.problem)
    circuit = ansatz.circuit(angles)
    circuit.save_statevector()
    theirs = AerSimulator(method="matrix_product_state").run(circuit).result().get_statevector()
    assert np.abs(simulator(ansatz, "mps").amplitudes(angles) - np.asarray(theirs)).max() < 1e-8


def test_samples_have_the_probabilities():
    ansatz = Ansatz(qubo(4))
    chain = simulator(ansatz, "mps")
    samples = chain.sample(ANGLES, 20000, 3)
    expected = chain.probabilities(ANGLES)[samples.bits.astype(int) @ (1 << np.arange(4))]
    assert samples.shots == 20000
    assert samples.counts / 20000 == pytest.approx(expected, abs=0.02)
    again = chain.sample(ANGLES, 20000, 3)
    assert np.array_equal(again.counts, samples.counts)


def test_a_cut_keeps_the_norm_and_says_what_it_lost():
    chain = Chain([0, 1], bond=1, least=0.0)
    chain.turn(0, np.array([[1, 1], [1, -1]]) / np.sqrt(2))
    chain.couple(0, 1, np.eye(4)[[0, 3, 2, 1]])  # CX: a Bell pair, of which one of two equal values is cut
    assert chain.kept == pytest.approx(0.5)
    assert np.linalg.norm(chain.amplitudes()) == pytest.approx(1.0)


def test_a_run_tells_its_truncation_beside_its_figures():
    problem = EnergyProblem("ring", "test", ring(30), -15.0)
    options = {"simulator": "mps", "simulator_options": {"bond": 4}, "optimiser": "none", "depth": 2, "shots": 64}
    found = optimise.solve(problem, "qaoa", seed=1, options=options)
    counts = found.stats.counts
    assert found.feasible
    assert counts["truncation error"] > 0
    assert counts["distance bound"] > 0
    assert counts["bond dimension"] == 4


@pytest.mark.parametrize(("options", "said"), [({"bond": 0}, "bond dimension"), ({"least": 1.5}, "share of the norm")])
def test_options_that_cannot_be_are_refused(options, said):
    with pytest.raises(InputError, match=said):
        simulator(Ansatz(qubo(4)), "mps", **options)
