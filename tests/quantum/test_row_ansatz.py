"""Mixers of rows: circuits against Qiskit, and what each of them keeps."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator, Statevector

import quantum
from optimise.core.errors import InputError, UnsupportedError
from quantum.angles import Angles, linear_ramp
from quantum.ansatz import Ansatz
from quantum.mixers import DickeComplete, DickeRing, Grover, Partition, XYComplete, XYRing
from quantum.mixers.hops import Hop, in_parts, round_robin, row_width
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.row_ansatz import RowAnsatz, alternating, append_dicke_state
from quantum.rows import FixedWeight
from quantum.simulators import simulator
from quantum.testing import check_mixer, example

ANGLES = Angles([0.3, 0.2, 0.4], [-0.4, 0.15, 0.3])


def qubo(n, seed=3):
    return Qubo.from_matrix(np.random.default_rng(seed).normal(size=(n, n)), 0.2)


def indices(problem):
    bits = problem.bits(problem.choices(np.arange(problem.states)))
    return bits, bits.astype(np.int64) @ (1 << np.arange(bits.shape[1]))


@pytest.mark.parametrize(("n", "ones"), [(1, 0), (1, 1), (3, 1), (4, 2), (5, 3), (6, 3), (5, 5)])
def test_dicke_states_are_all_words_of_a_weight_alike(n, ones):
    circuit = QuantumCircuit(n)
    append_dicke_state(circuit, list(range(n)), ones)
    amplitudes = Statevector(circuit).data
    words = [i for i in range(2**n) if i.bit_count() == ones]
    assert amplitudes[words] == pytest.approx(np.full(len(words), 1 / np.sqrt(len(words))))


@pytest.mark.parametrize(
    "hop", [Hop((), (0,)), Hop((0,), (1,)), Hop((0, 2), (1, 3)), Hop((1,), (0, 2)), Hop((), (2, 0)), Hop((3, 1), (2,))]
)
def test_a_hop_is_the_exponential_of_its_move(hop):
    n, beta = 4, 0.37
    circuit = QuantumCircuit(n)
    hop.append(circuit, beta)
    expected = np.eye(2**n, dtype=complex)
    down, up = (sum(1 << q for q in part) for part in (hop.down, hop.up))
    for i in range(2**n):
        if i & down == down and i & up == 0:
            j = i ^ down ^ up
            expected[i, i] = expected[j, j] = np.cos(beta)
            expected[i, j] = expected[j, i] = -1j * np.sin(beta)
    assert np.abs(Operator(circuit).data - expected).max() < 1e-9


@pytest.mark.parametrize("mixer", [DickeRing(), DickeComplete()])
@pytest.mark.parametrize("rows", [[((0, 2, 4, 5), 2), ((1, 3, 6), 1)], [((0, 1, 2), 0), ((3, 4, 5, 6, 7), 4)]])
def test_dicke_circuits_are_qiskits_and_keep_the_weights(mixer, rows):
    problem = FixedWeight.of_rows(qubo(8), rows)
    ansatz = alternating(problem, mixer)
    fast, qiskit = simulator(ansatz), simulator(ansatz, "statevector")
    _, index = indices(problem)
    assert np.abs(fast.amplitudes(ANGLES) - qiskit.amplitudes(ANGLES)[index]).max() < 1e-9
    assert fast.value(ANGLES) == pytest.approx(qiskit.value(ANGLES))
    by_differences = qiskit.value_and_gradient(ANGLES)[1].vector()
    assert fast.value_and_gradient(ANGLES)[1].vector() == pytest.approx(by_differences, abs=1e-6)


def overlapping():
    """Three people of three choices with two head counts; bits in two rows with two totals across them."""
    counts = (np.array([1, 0, 1, 0, 1, 1, 1, 0, 0.0]), np.array([0, 1, 0, 1, 0, 1, 0, 0, 1.0]))
    bits = [[1, 0, 0, 0, 1, 0, 0, 1], [0, 1, 1, 0, 0, 1, 0, 0]]
    rows = [((0, 1, 2, 3), 2), ((4, 5, 6), 1)]
    return [
        OneHot(qubo(9), (3, 3, 3), (), counts),
        FixedWeight.of_rows(qubo(8), rows, kept=bits, present=[1, 0, 0, 1, 0, 1, 0, 0]),
    ]


@pytest.mark.parametrize("problem", overlapping(), ids=["people", "bits"])
def test_partition_circuits_are_qiskits_and_keep_all_rows(problem):
    ansatz = alternating(problem, Partition())
    fast, qiskit = simulator(ansatz), simulator(ansatz, "statevector")
    bits, index = indices(problem)
    amplitudes = fast.amplitudes(ANGLES)
    assert np.abs(amplitudes - qiskit.amplitudes(ANGLES)[index]).max() < 1e-9
    reached = bits[np.abs(amplitudes) > 1e-9]
    plan = problem.bits(np.zeros(problem.blocks, dtype=np.int64))
    alike = [b for b in bits if all(b @ row == plan @ row for row in problem.rows)]
    assert len(reached) > 1
    assert {tuple(b) for b in reached.tolist()} <= {tuple(b) for b in np.array(alike).tolist()}
    by_differences = qiskit.value_and_gradient(ANGLES)[1].vector()
    assert fast.value_and_gradient(ANGLES)[1].vector() == pytest.approx(by_differences, abs=1e-6)


def test_the_ring_on_one_hot_blocks_is_the_xy_ring():
    problem = example((3, 4, 2))
    ring, rows = simulator(Ansatz(problem, XYRing())), simulator(alternating(problem, DickeRing()))
    assert np.abs(ring.amplitudes(ANGLES) - rows.amplitudes(ANGLES)).max() < 1e-12


def test_the_unit_of_the_angle_is_that_of_a_complete_graph():
    problem = example((3, 3))
    assert row_width(problem, DickeComplete().hops(problem)) == pytest.approx(XYComplete().width(3))
    angles = [linear_ramp(3, problem, mixer).beta for mixer in (DickeComplete(), XYComplete())]
    assert angles[0] == pytest.approx(angles[1])


def test_hops_of_a_part_touch_no_qubit_twice():
    pairs = round_robin([0, 1, 2, 3, 4])
    assert sorted(tuple(sorted(p)) for p in pairs) == [(a, b) for a in range(5) for b in range(a + 1, 5)]
    hops = in_parts([Hop((0,), (1,)), Hop((1,), (2,)), Hop((2,), (3,))])
    assert [h.qubits for h in hops] == [(0, 1), (2, 3), (1, 2)]


def test_a_run_has_the_mixer_of_its_rows_and_keeps_them():
    problem = FixedWeight.of_rows(qubo(7), [((0, 2, 4), 2), ((1, 5), 1)])
    run = quantum.qaoa(problem, quantum.QaoaOptions(depth=2, evaluations=20), seed=1)
    assert run.ansatz.mixer.name == "dicke-complete"
    assert run.feasible
    assert run.samples.feasible.all()
    best = problem.brute_force()[0]
    assert run.energy == pytest.approx(best)


def test_samples_of_a_circuit_are_bits_of_the_rows():
    problem = FixedWeight.of_rows(qubo(6), [((0, 2, 4), 2), ((1, 5), 1)])
    chosen = quantum.QaoaOptions(depth=1, optimiser="none", simulator="primitive", shots=200)
    run = quantum.qaoa(problem, chosen, seed=1)
    assert run.samples.feasible.all()
    assert run.samples.energies == pytest.approx(problem.energies_of_bits(run.samples.bits))


def test_where_nothing_can_be_exchanged_it_is_told():
    problem = OneHot(qubo(4), (2, 2), (), (np.array([1.0, 0, 2, 0]),))
    with pytest.raises(UnsupportedError, match="no exchange of one or two of the 2 blocks keeps all 1 rows"):
        simulator(alternating(problem, Partition())).value(ANGLES)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: alternating(qubo(4), DickeRing()), "needs blocks or rows"),
        (lambda: alternating(FixedWeight.of_rows(qubo(4), [((0, 1), 1)]), Grover()), "fixed weight take dicke-comp"),
        (lambda: Ansatz(example((2, 2)), Partition()), "for the alternating circuits"),
        (
            lambda: RowAnsatz(example((2, 2)), DickeRing(), [np.sqrt([0.5, 0.5]), np.array([1.0, 0])]),
            "one choice a block",
        ),
    ],
)
def test_mixers_that_do_not_fit_are_refused(make, said):
    with pytest.raises(InputError, match=said):
        make()


@pytest.mark.parametrize("mixer", [DickeRing(), DickeComplete(), Partition()])
def test_the_kit_proves_them(mixer):
    check_mixer(mixer)


class Leaves:
    """Flips bits of a row: it does not keep the weight."""

    name, from_plan = "leaves", False

    def hops(self, problem):
        return (Hop((), (0,)),)


class Idle(Leaves):
    """Has nothing to move."""

    name = "idle"

    def hops(self, problem):
        return ()


class Careless(DickeComplete):
    """Keeps the weights and not the totals across rows, though it starts from the plan."""

    name, from_plan = "careless", True


@pytest.mark.parametrize(
    ("mixer", "said"), [(Leaves(), "leaves the rows"), (Idle(), "has hops"), (Careless(), "total")]
)
def test_the_kit_refuses_what_does_not_keep_rows(mixer, said):
    with pytest.raises((AssertionError, KeyError), match=said):
        check_mixer(mixer)
