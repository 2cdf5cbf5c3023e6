"""Folded circuits, extrapolation and twirled readout, against exact states and channels."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.primitives import StatevectorSampler
from qiskit.quantum_info import DensityMatrix, Operator, SparsePauliOp

import optimise
from optimise.core.errors import InputError, UnsupportedError
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.energy import EnergyProblem
from quantum.mixers import X
from quantum.qaoa import QaoaOptions, qaoa
from quantum.qubo import Qubo
from quantum.simulators import simulator
from quantum.simulators.mitigated import Mitigated, extrapolate, fold, twirl_readout
from quantum.simulators.primitive import PrimitiveBackend

ANGLES = Angles(np.array([0.35, 0.6]), np.array([-0.7, -0.3]))


@pytest.fixture
def ansatz():
    rng = np.random.default_rng(3)
    return Ansatz(Qubo.from_matrix(rng.integers(-3, 4, (4, 4)).astype(float)), X())


class Misread:
    """A perfect sampler whose bits are misread: 1 as 0 more often than 0 as 1, and neighbours together."""

    def __init__(self, seed):
        self._rng = np.random.default_rng(seed)
        self._sampler = StatevectorSampler(seed=self._rng)

    def run(self, pubs, *, shots):
        result = self._sampler.run(pubs, shots=shots).result()
        for item in result:
            item.data.meas.get_counts = self._misread(item.data.meas.get_counts())
        return type("Job", (), {"result": staticmethod(lambda: result)})()

    def _misread(self, counts):
        made = {}
        for word, count in counts.items():
            for _ in range(count):
                bits = np.array([int(letter) for letter in word])
                wrong = self._rng.random(bits.size) < np.where(bits == 1, 0.2, 0.02)
                if self._rng.random() < 0.1:
                    wrong[:2] = True
                key = "".join(map(str, bits ^ wrong))
                made[key] = made.get(key, 0) + 1
        return lambda: made


def noisy(circuit, observable, rate):
    """Exact mean after depolarising noise on the two qubits of each of its two-qubit gates."""
    state = DensityMatrix.from_label("0" * circuit.num_qubits)
    for step in circuit.data:
        if step.operation.name in ("barrier", "measure"):
            continue
        where = [circuit.find_bit(q).index for q in step.qubits]
        state = state.evolve(step.operation, where)
        if len(where) == 2:
            mixed = np.zeros_like(state.data)
            for a in "IXYZ":
                for b in "IXYZ":
                    mixed += state.evolve(Operator.from_label(a + b), where).data / 16
            state = DensityMatrix((1 - rate) * state.data + rate * mixed)
    return state.expectation_value(observable).real


@pytest.mark.parametrize("scale", [1, 3, 5])
def test_a_folded_circuit_is_the_same_unitary_with_more_gates(scale):
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.rzz(0.3, 1, 2)
    circuit.rx(0.4, 2)
    circuit.ecr(2, 0)
    made = fold(circuit, scale)
    assert Operator(made).equiv(Operator(circuit))
    gates = made.count_ops()
    assert (gates["cx"], gates["rzz"], gates["ecr"]) == (scale,) * 3
    assert (gates["h"], gates["rx"]) == (1, 1)


def test_free_parameters_and_measurements_stay(ansatz):
    free = ansatz.parametric(2, measure=True)
    made = fold(free.decompose(reps=2), 3)
    assert set(made.parameters) == set(free.parameters)
    assert made.count_ops()["measure"] == 4


def test_extrapolation_is_exact_for_polynomials():
    scales = (1, 3, 5)
    for degree, polynomial in ((2, [2.0, -1.5, 0.25]), (1, [7.0, 3.0])):
        values = np.polynomial.polynomial.polyval(np.array(scales, dtype=float), polynomial)
        assert extrapolate(scales, degree) @ values == pytest.approx(polynomial[0])
    np.testing.assert_allclose(extrapolate((1, 3), 1), [1.5, -0.5])
    assert extrapolate(scales, 0) == pytest.approx([1 / 3] * 3)


def test_each_scale_more_takes_one_order_of_the_noise_away():
    """The error of the exact means is of the order of rate**(degree + 1)."""
    circuit = QuantumCircuit(3)
    circuit.h([0, 1, 2])
    for a, b in ((0, 1), (1, 2), (0, 2)):
        circuit.cx(a, b)
        circuit.rz(0.7, b)
        circuit.cx(a, b)
    circuit.rx(0.5, [0, 1, 2])
    observable = SparsePauliOp(["IZZ", "ZZI"], [1.0, -0.4])
    true = noisy(circuit, observable, 0.0)
    for scales in ((1,), (1, 3), (1, 3, 5)):
        weights = extrapolate(scales, len(scales) - 1)
        errors = []
        for rate in (0.004, 0.002):
            found = sum(w * noisy(fold(circuit, s), observable, rate) for w, s in zip(weights, scales, strict=True))
            errors.append(abs(found - true))
        assert np.log2(errors[0] / errors[1]) == pytest.approx(len(scales), abs=0.2)


def test_flipped_bits_are_flipped_back():
    circuit = QuantumCircuit(2)
    circuit.x(0)
    circuit.measure_all()
    made = twirl_readout(circuit, np.array([True, True]))
    assert StatevectorSampler(seed=0).run([made], shots=8).result()[0].data.meas.get_counts() == {"10": 8}


def test_any_readout_error_is_divided_out(ansatz):
    """Misread bits that depend on the state and on one another; the exact mean is a simulator's."""
    true = simulator(ansatz, "statevector").value(ANGLES)
    plain = PrimitiveBackend(ansatz, sampler=Misread(1)).estimate(ANGLES, 40_000, 1)
    mended = Mitigated(ansatz, sampler=Misread(1), twirls=200, scales=(1,), degree=0, gates=False)
    found = mended.estimate(ANGLES, 80_000, 1)
    assert abs(plain - true) > 0.4
    assert abs(found - true) < 0.15


def test_without_noise_nothing_changes_but_statistics(ansatz):
    true = simulator(ansatz, "statevector").value(ANGLES)
    found = Mitigated(ansatz, twirls=4).estimate(ANGLES, 48_000, 2)
    assert found == pytest.approx(true, abs=0.12)


def test_noise_of_gates_and_readout_on_aer(ansatz):
    aer = pytest.importorskip("qiskit_aer.primitives")
    noise = pytest.importorskip("qiskit_aer.noise")
    model = noise.NoiseModel()
    model.add_all_qubit_quantum_error(noise.depolarizing_error(0.02, 2), ["cx", "rzz"])
    model.add_all_qubit_readout_error(noise.ReadoutError([[0.97, 0.03], [0.12, 0.88]]))
    true = simulator(ansatz, "statevector").value(ANGLES)

    def sampler():
        return aer.SamplerV2(seed=5, options={"backend_options": {"noise_model": model}})

    plain = PrimitiveBackend(ansatz, sampler=sampler()).estimate(ANGLES, 40_000, 5)
    mended = Mitigated(ansatz, sampler=sampler(), twirls=10).estimate(ANGLES, 120_000, 5)
    assert abs(mended - true) < 0.4 * abs(plain - true)


def test_it_trains_angles_and_leaves_samples_alone(ansatz):
    options = QaoaOptions(
        simulator="mitigated", simulator_options={"twirls": 2}, depth=1, optimiser="spsa", evaluations=6, shots=64
    )
    run = qaoa(ansatz.problem, options, seed=1)
    assert run.samples.shots == 64


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"scales": (1, 2)}, "an odd scale, 1 or more, got 2"),
        ({"scales": (1, 1)}, "needs 2 distinct scales"),
        ({"scales": (1,)}, "degree 1 needs 2"),
        ({"twirls": 0}, "1 or more, got 0"),
    ],
)
def test_what_cannot_be_is_refused(ansatz, options, said):
    with pytest.raises(InputError, match=said):
        Mitigated(ansatz, **options)


def test_too_few_shots_and_a_readout_of_noise_are_refused(ansatz):
    with pytest.raises(InputError, match="10 shots for 24 circuits"):
        Mitigated(ansatz).estimate(ANGLES, 10, 0)

    class Blind(Misread):
        def _misread(self, counts):
            total = sum(counts.values())
            return lambda: {"0000": total - total // 2, "1111": total // 2}

    with pytest.raises(UnsupportedError, match="next to nothing"):
        Mitigated(ansatz, sampler=Blind(1)).estimate(ANGLES, 2400, 0)


def test_a_study_names_errors_that_are_mitigated():
    pytest.importorskip("qiskit_aer")
    problem = EnergyProblem("e", "t", Qubo.from_matrix([[-1, 2], [0, -1]])).with_optimum()
    options = {
        "depth": 1, "simulator": "mitigated", "simulator_options": {"twirls": 2, "scales": [1]}, "shots": 64,
        "evaluations": 5, "noise": {"two_qubit": 0.01, "readout": 0.05},
    }  # fmt: skip
    with pytest.raises(InputError, match="degree"):
        optimise.solve(problem, "qaoa", options=options)
    options["simulator_options"] = {"twirls": 2, "scales": [1, 3]}
    assert optimise.solve(problem, "qaoa", options=options).cost == pytest.approx(-1.0)
    with pytest.raises(InputError, match="not both"):
        optimise.solve(problem, "qaoa", options={**options, "device": 3})
