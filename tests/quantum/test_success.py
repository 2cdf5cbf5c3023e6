"""Success of one shot: exact figures against Qiskit's state vector, for every kind of circuit."""

import numpy as np
import pytest

from optimise.compare.figures import repetitions_99
from optimise.core.errors import InputError, UnsupportedError
from quantum import OneHot, Qubo
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.mixers import Grover, X, XYComplete, XYRing
from quantum.qaoa import QaoaOptions, qaoa, shots_to_99, success_probability
from quantum.repair import repair
from quantum.simulators import simulator
from quantum.states import relaxed_start, warm_start
from quantum.success import exact_success


def qubo(n=6, seed=0):
    return Qubo.from_matrix(np.random.default_rng([n, seed]).normal(size=(n, n)))


def blocks(sizes=(3, 2, 3), seed=0):
    return OneHot(qubo(sum(sizes), seed), sizes)


def by_qiskit(problem, ansatz, angles, target):
    """Raw, feasible and repaired weight of the full state vector, state by state."""
    probabilities = simulator(ansatz, "statevector").probabilities(angles)
    n = ansatz.qubo.size
    bits = ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1).astype(np.int8)
    if isinstance(problem, Qubo):
        raw = probabilities[problem.energies(bits) <= target].sum()
        return raw, 1.0, raw
    whole = problem.is_feasible(bits)
    good = whole & (problem.qubo.energies(bits) <= target)
    mended = problem.energies(repair(problem, bits)) <= target
    return probabilities[good].sum(), probabilities[whole].sum(), probabilities[mended].sum()


def cases():
    p, q = blocks(), qubo()
    rng = np.random.default_rng(4)
    terms = p.qubo.size + p.qubo.values.size
    yield "xy", p, Ansatz(p, XYComplete()), Angles([0.3, 0.2], [-0.4, -0.1])
    yield "ring warm", p, Ansatz(p, XYRing(), warm_start(p, [1, 0, 2], 0.3)), Angles([0.3], [-0.4])
    yield "grover warm", p, Ansatz(p, Grover(), warm_start(p, [1, 0, 2], 0.3)), Angles([0.3], [-0.4])
    yield "per term", p, Ansatz(p, XYComplete()), Angles(rng.normal(size=(2, terms)), rng.normal(size=(2, 3)))
    yield "x", q, Ansatz(q, X()), Angles([0.3, 0.2], [-0.4, -0.1])
    yield "x warm", q, Ansatz(q, X(), relaxed_start(np.array([0, 1, 0.5, 0, 1, 1]), 0.2)), Angles([0.3], [-0.4])
    yield "x on penalties", p, Ansatz(p.with_penalty(5.0), X()), Angles([0.1, 0.2], [-0.4, -0.1])


@pytest.mark.parametrize(("problem", "ansatz", "angles"), [pytest.param(*c[1:], id=c[0]) for c in cases()])
def test_exact_success_is_the_weight_of_good_states(problem, ansatz, angles):
    target = problem.brute_force()[0] + 0.3
    found = exact_success(problem, ansatz, angles, target)
    assert (found.raw, found.feasible, found.repaired) == pytest.approx(by_qiskit(problem, ansatz, angles, target))


def test_a_start_counts_in_the_success_probability():
    p = blocks()
    best, choices, _ = p.brute_force()
    options = QaoaOptions(depth=1, mixer=Grover())
    run = qaoa(p, options, start=warm_start(p, choices, 0.1))
    weight = run.simulator.probabilities(run.angles)[p.diagonal() <= best + 1e-6].sum()
    assert success_probability(p, run, best, options) == pytest.approx(weight)
    assert weight > 0.5


def test_an_angle_per_term_counts_in_the_success_probability():
    q = qubo(5)
    run = qaoa(q, QaoaOptions(depth=1, multi_angle="terms", simulator="array"))
    best = q.brute_force()[0]
    weight = run.simulator.probabilities(run.angles)[q.diagonal() <= best + 1e-6].sum()
    assert run.angles.gamma.ndim == 2
    assert success_probability(q, run, best) == pytest.approx(weight)


def test_a_run_on_penalties_is_judged_by_the_blocks():
    p = blocks()
    best = p.brute_force()[0]
    run = qaoa(p.with_penalty(10.0), QaoaOptions(depth=1))
    assert success_probability(p, run, best) == pytest.approx(by_qiskit(p, run.ansatz, run.angles, best + 1e-6)[0])


def test_options_of_another_run_are_refused():
    p = blocks()
    run = qaoa(p, QaoaOptions(depth=1))
    with pytest.raises(InputError, match="xy-complete"):
        success_probability(p, run, 0.0, QaoaOptions(mixer=Grover()))


def test_there_is_one_rule_for_repetitions():
    assert shots_to_99 is repetitions_99


def test_mixer_x_on_blocks_without_penalty_is_refused():
    with pytest.raises(InputError, match="with_penalty"):
        qaoa(blocks(), QaoaOptions(mixer=X()))


@pytest.mark.parametrize(
    "options",
    [
        {"optimiser": "bfgs", "cvar": 0.5},
        {"optimiser": "bfgs", "sampled": True},
        {"optimiser": "bfgs", "simulator": "aer"},
        {"optimiser": "none", "multi_angle": True},
        {"multi_angle": "terms"},
        {"depth": -1},
        {"cvar": 0.0},
        {"shots": 0},
        {"mixer": "x"},
        {"speed": 3},
    ],
    ids=str,
)
def test_options_that_would_be_dropped_are_refused(options):
    with pytest.raises(ValueError, match="QaoaOptions"):
        QaoaOptions(**options)


@pytest.mark.parametrize(
    "start", [[np.ones(3), np.ones(2), np.ones(3)], [np.array([1.0, 0, 0])], [np.array([1j, 0, 0])] * 3], ids=str
)
def test_a_start_that_is_no_state_is_refused(start):
    with pytest.raises(InputError, match="start"):
        Ansatz(blocks(), XYComplete(), start)


def test_mitigation_reaches_training_and_is_refused_where_it_could_not():
    from quantum.simulators.aer import Noise

    options = {"noise": Noise(readout=0.1), "mitigate": True}
    given = {"depth": 1, "simulator": "aer", "optimiser": "spsa", "evaluations": 12, "shots": 2000}
    run = qaoa(qubo(4), QaoaOptions(**given, simulator_options=options), seed=3)
    plain = float(run.samples.energies @ run.samples.counts / run.samples.shots)
    exact = simulator(run.ansatz).value(run.angles)
    assert abs(run.value - exact) < abs(plain - exact)
    with pytest.raises(UnsupportedError, match="CVaR"):
        qaoa(qubo(4), QaoaOptions(**given, cvar=0.5, simulator_options=options))
