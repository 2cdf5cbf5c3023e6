"""A conformance kit: prove a mixer, simulator, optimiser, sampler or rule for start angles in a few lines.

    from quantum.testing import check_mixer
    check_mixer(MyMixer())

Every check raises `AssertionError` with the promise that is broken; the oracle is Qiskit's state vector.
"""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import Operator

from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.baselines import Found
from quantum.mixers import BlockMixer, RowMixer, X, XYComplete, keeps_rows
from quantum.onehot import OneHot
from quantum.optimise_angles import Optimizer, optimise_angles
from quantum.qubo import Qubo
from quantum.row_ansatz import alternating
from quantum.rows import FixedWeight
from quantum.simulators import Simulator, simulator
from quantum.simulators.statevector import QiskitStatevector
from quantum.states import w_state, warm_start
from quantum.transpiling import transpiled

__all__ = ["check_angles", "check_mixer", "check_optimizer", "check_sampler", "check_simulator", "example"]

_TOLERANCE = 1e-9


def example(sizes: Sequence[int] = (3, 2, 4), seed: int = 0) -> OneHot:
    """A one-hot problem with random costs.

    Parameters
    ----------
    sizes : sequence of int
        Choices of each block.
    seed : int
        Of the random costs.

    Returns
    -------
    OneHot
        With ``sum(sizes)`` variables.
    """
    n = sum(sizes)
    return OneHot(Qubo.from_matrix(np.random.default_rng(seed).normal(size=(n, n)), 0.4), tuple(sizes))


def check_mixer(mixer: BlockMixer | RowMixer, sizes: Sequence[int] = (2, 3, 4)) -> None:
    """A block mixer is unitary on the choices, its derivative is right, its circuit is the same and takes a parameter,
    it mixes, and circuits with it run on our simulators as on Qiskit's.

    The hops of a mixer of rows keep every row and every total that is to be kept, and move something; circuits with
    them, which take parameters, give Qiskit's states and true derivatives.

    Parameters
    ----------
    mixer : BlockMixer or RowMixer
        The mixer to be proven.
    sizes : sequence of int
        Choices of the blocks that it is tried on.
    """
    assert isinstance(mixer.name, str), "a mixer has a name"
    assert mixer.name, "a mixer has a name"
    if keeps_rows(mixer):
        for problem in _with_rows():
            _check_rows(mixer, problem)
    else:
        _check_blocks(cast(BlockMixer, mixer), sizes)


def _check_blocks(mixer: BlockMixer, sizes: Sequence[int]) -> None:
    for k in sizes:
        problem = example((k,))
        for start in (w_state(problem)[0], warm_start(problem, [k - 1], 0.3)[0]):
            for beta in (0.0, 0.37, -1.2):
                _check_block(mixer, start, beta)
        assert mixer.width(k) > 0, "the width of a mixer (largest minus smallest eigenvalue) is positive"
    problem = example()
    ansatz = Ansatz(problem, mixer)
    angles = Angles(np.array([0.3, 0.2]), np.array([-0.4, -0.1]))
    _same_states(simulator(ansatz), ansatz, angles, "our simulator and Qiskit's circuit differ")
    probabilities = np.asarray(QiskitStatevector(ansatz).probabilities(angles))
    index = (1 << (problem.choices(np.arange(problem.states)) + problem.starts)).sum(axis=1)
    assert abs(probabilities[index].sum() - 1) < _TOLERANCE, "the circuit leaves one-hot states"


def _with_rows() -> list[OneHot]:
    """Energies with rows: of fixed weight, with a total across them, and one-hot blocks with a total."""
    matrix = np.random.default_rng(4).normal(size=(7, 7))
    across, present = [1, 1, 0, 0, 1, 0, 0], [1, 0, 1, 0, 0, 1, 0]
    rows = [((0, 1, 2, 3), 2), ((4, 5, 6), 1)]
    fixed = FixedWeight.of_rows(Qubo.from_matrix(matrix, 0.4), rows, kept=[across], present=present)
    blocks = OneHot(Qubo.from_matrix(matrix), (3, 2, 2), (), (np.array([1.0, 0, 0, 1, 0, 0, 1]),))
    return [fixed, blocks]


def _check_rows(mixer: RowMixer, problem: OneHot) -> None:
    hops = mixer.hops(problem)
    assert hops, "a mixer of rows has hops"
    ansatz = alternating(problem, mixer)
    angles = Angles(np.array([0.3, 0.2]), np.array([-0.4, -0.1]))
    machine, bits = simulator(ansatz), problem.bits(problem.choices(np.arange(problem.states)))
    whole = np.asarray(QiskitStatevector(ansatz).probabilities(angles))
    inside = whole[bits.astype(np.int64) @ (1 << np.arange(bits.shape[1]))]
    assert abs(inside.sum() - 1) < _TOLERANCE, "the circuit leaves the rows"
    found = np.asarray(machine.probabilities(angles))
    assert np.abs(found - inside).max() < 1e-8, "our simulator and Qiskit's circuit differ"
    assert (found > _TOLERANCE).sum() > 1, "nothing is mixed"
    if mixer.from_plan:
        for row in problem.rows:
            assert np.ptp(bits[found > _TOLERANCE] @ row) < _TOLERANCE, "a total that is to be kept changes"
    _check_gradient(machine, angles)
    transpiled(ansatz.parametric(1), basis_gates=["cx", "rz", "sx", "x"], optimization_level=0)


def _check_block(mixer: BlockMixer, start: NDArray[np.complex128], beta: float) -> None:
    k = start.size
    unitary = mixer.unitary(start, beta)
    assert unitary.shape == (k, k), f"the unitary of a block of {k} has shape {unitary.shape}"
    assert np.abs(unitary @ unitary.conj().T - np.eye(k)).max() < _TOLERANCE, "the matrix is not unitary"
    step = 1e-6
    slope = (mixer.unitary(start, beta + step) - mixer.unitary(start, beta - step)) / (2 * step)
    told = mixer.logarithmic_derivative(start, beta) @ unitary
    assert np.abs(slope - told).max() < 1e-6, "the logarithmic derivative is not that of the unitary"
    form = mixer.reflection(start, beta)
    if form is not None:
        factor, kappa, v, _ = form
        made = factor * (np.eye(k) + kappa * np.outer(v, np.conj(v)))
        assert np.abs(made - unitary).max() < _TOLERANCE, "the reflection is not the unitary"
    free = Parameter("beta")
    circuit = QuantumCircuit(k)
    mixer.append(circuit, list(range(k)), start, free)
    bound = circuit.assign_parameters({free: beta})
    places = [1 << a for a in range(k)]
    inside = np.asarray(Operator(bound).data)[np.ix_(places, places)]
    assert np.abs(inside - unitary).max() < 1e-8, "circuit and matrix differ on one-hot states (global phase included)"
    transpiled(circuit, basis_gates=["cx", "rz", "sx", "x"], optimization_level=0)


def check_simulator(make: Callable[[Ansatz], Simulator], *, exact: bool = True, blocks: bool = True) -> None:
    """A simulator gives Qiskit's values, gradients and probabilities (or, not exact, samples within five standard
    errors), the same samples for the same seed, and energies and feasibility that are true.

    Parameters
    ----------
    make : callable
        Makes a simulator of an ansatz.
    exact : bool
        Whether values, gradients and probabilities must agree to rounding.
    blocks : bool
        Whether it is tried on one-hot problems too.
    """
    problem = example()
    cases = [Ansatz(problem.qubo, X())]
    if blocks:
        cases.append(Ansatz(problem, XYComplete()))
    angles = Angles(np.array([0.3, 0.2]), np.array([-0.4, -0.1]))
    for ansatz in cases:
        machine, oracle = make(ansatz), QiskitStatevector(ansatz)
        assert machine.mixers == ansatz.mixers, "mixers is the number of qubits (X) or blocks"
        value = oracle.value(angles)
        samples = machine.sample(angles, 4000, 5)
        assert samples.shots == 4000, f"asked for 4000 shots, got {samples.shots}"
        assert len(np.unique(samples.bits, axis=0)) == len(samples.bits), "every state is listed once"
        assert np.allclose(samples.energies, ansatz.qubo.energies(samples.bits)), "an energy is not that of its bits"
        mean = float(samples.energies @ samples.counts / samples.shots)
        spread = float(np.sqrt(((samples.energies - mean) ** 2) @ samples.counts / samples.shots))
        assert abs(mean - value) <= 5 * spread / np.sqrt(4000) + 1e-9, "the samples do not have the expected cost"
        if exact:
            assert abs(machine.value(angles) - value) < 1e-8, "the expected cost is not Qiskit's"
            _same_states(machine, ansatz, angles, "the probabilities are not Qiskit's")
            _check_gradient(machine, angles)
            again = machine.sample(angles, 4000, 5)
            assert np.array_equal(again.counts, samples.counts), "the same seed gives other samples"


def _check_gradient(machine: Simulator, angles: Angles) -> None:
    _, gradient = machine.value_and_gradient(angles)
    x, found = angles.vector(), gradient.vector()
    for i in range(x.size):
        move = np.zeros(x.size)
        move[i] = 1e-5
        slope = (machine.value(angles.like(x + move)) - machine.value(angles.like(x - move))) / 2e-5
        assert abs(slope - found[i]) < 1e-5 * max(1.0, abs(slope)), f"the derivative by angle {i} is wrong"


def _same_states(machine: Simulator, ansatz: Ansatz, angles: Angles, said: str) -> None:
    full = QiskitStatevector(ansatz).probabilities(angles)
    found = np.asarray(machine.probabilities(angles))
    problem = ansatz.problem
    if isinstance(problem, OneHot) and found.size != full.size:
        full = full[(1 << (problem.choices(np.arange(problem.states)) + problem.starts)).sum(axis=1)]
    assert found.shape == full.shape, f"{said}: {found.size} states, expected {full.size}"
    assert np.abs(found - full).max() < 1e-8, said


def check_optimizer(optimizer: Optimizer) -> None:
    """An optimiser improves a poor start, stays within its budget, and gives the same answer for the same seed.

    Parameters
    ----------
    optimizer : Optimizer
        The optimiser to be proven.
    """
    machine, start = simulator(Ansatz(example().qubo)), Angles(np.full(2, 0.05), np.full(2, -0.1))
    runs = [optimise_angles(machine, start, method=optimizer, evaluations=60, seed=1) for _ in range(2)]
    assert runs[0].evaluations <= 60, f"{runs[0].evaluations} evaluations of 60 allowed"
    assert machine.value(runs[0].angles) < machine.value(start), "the start was not improved"
    same = np.array_equal(runs[0].angles.vector(), runs[1].angles.vector())
    assert same, "the same seed gives other angles"


def check_sampler(sampler: Callable[[OneHot, int, int], Found]) -> None:
    """A sampler returns distinct states in the order of their true energies, the same for the same seed.

    Parameters
    ----------
    sampler : callable
        Gets a one-hot problem, a number of shots and a seed.
    """
    for seed in range(3):
        problem = example(seed=seed)
        found, again = sampler(problem, 500, seed), sampler(problem, 500, seed)
        assert found.choices.ndim == 2, "choices have a row per state"
        assert found.choices.shape[1] == problem.blocks, "choices have a column per block"
        assert np.allclose(problem.energies(found.choices), found.energies), "an energy is not that of its choices"
        assert (np.diff(found.energies) >= 0).all(), "the states are not in the order of their energies"
        assert len(np.unique(found.choices, axis=0)) == len(found.choices), "a state is listed twice"
        assert np.array_equal(found.choices, again.choices), "the same seed gives other states"


def check_angles(rule: Callable[..., Angles]) -> None:
    """A rule for start angles gives p layers, beats the uniform state, and scales with the cost.

    Parameters
    ----------
    rule : callable
        Gets depth, problem and mixer and returns angles.
    """
    problem: Qubo | OneHot
    mixer: X | XYComplete
    for problem, mixer in ((example().qubo, X()), (example(), XYComplete())):
        machine = simulator(Ansatz(problem, mixer))
        nothing = machine.value(Angles(np.zeros(1), np.zeros(1)))
        for depth in (1, 3):
            angles = rule(depth, problem, mixer)
            assert angles.depth == depth, f"{angles.depth} layers where {depth} were asked for"
            assert machine.value(angles) < nothing, "the angles are no better than none"
    once, ten = (rule(2, example().qubo.scaled(factor), X()).gamma for factor in (1.0, 10.0))
    assert np.allclose(10 * ten, once), "cost angles are in the inverse unit of the cost: ten times the cost, a tenth"
