"""Starts that learn from samples: the mixer's equations, the update by hand, and the gain on a published family."""

from itertools import combinations

import numpy as np
import pytest
from qiskit.quantum_info import SparsePauliOp
from scipy.linalg import expm

import optimise
from optimise.core.errors import InputError
from optimise.core.method import Limits
from quantum.energy import EnergyProblem
from quantum.iterated import learn_start, learned
from quantum.methods.starts import annealed_start, start_of_rounds, untrained
from quantum.mixers import Grover, X, XYComplete
from quantum.qaoa import QaoaOptions, qaoa
from quantum.simulators import Samples
from quantum.sources import inh
from quantum.testing import example


def xy_with_fields(p):
    """The operator of the module's point 2 on k qubits, restricted to one-hot states, by Qiskit's Pauli matrices."""
    k, terms = p.size, []
    for a, c in combinations(range(k), 2):
        weight = k * np.sqrt(p[a] * p[c]) / 2
        terms += [("XX", [a, c], weight), ("YY", [a, c], weight)]
    for a in range(k):  # (k p - 1) on choice a: the projector on 1 is (I - Z) / 2
        terms += [("", [], (k * p[a] - 1) / 2), ("Z", [a], -(k * p[a] - 1) / 2)]
    dense = SparsePauliOp.from_sparse_list(terms, k).to_matrix()
    one_hot = 1 << np.arange(k)
    return dense[np.ix_(one_hot, one_hot)]


@pytest.mark.parametrize("p", [np.full(3, 1 / 3), np.array([0.7, 0.2, 0.1]), np.array([0.05, 0.15, 0.3, 0.5])])
def test_the_grover_mixer_is_the_xy_mixer_whose_highest_state_is_the_start(p):
    operator, start, k = xy_with_fields(p), np.sqrt(p), p.size
    values, vectors = np.linalg.eigh(operator)
    assert values[-1] == pytest.approx(k - 1)
    assert values[-2] == pytest.approx(-1)
    assert abs(vectors[:, -1] @ start) == pytest.approx(1)
    beta = 0.37
    expected = expm(-1j * beta * operator)
    found = np.exp(1j * beta) * Grover().unitary(start.astype(complex), k * beta)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    if np.ptp(p) == 0:
        np.testing.assert_allclose(XYComplete().unitary(start.astype(complex), beta), expected, atol=1e-12)


def samples(problem, choices, counts):
    bits = problem.bits(np.array(choices))
    return Samples(bits, np.array(counts), problem.qubo.energies(bits), problem.is_feasible(bits))


def test_the_elite_moves_the_distribution_by_hand():
    problem = example((2, 3))
    drawn = samples(problem, [[0, 0], [1, 1], [1, 2]], [2, 1, 1])
    drawn = Samples(drawn.bits, drawn.counts, np.array([3.0, 1.0, 2.0]), drawn.feasible)
    before = [np.full(2, 0.5), np.full(3, 1 / 3)]
    # half of four shots: [1, 1] and [1, 2]
    after = learned(problem, before, drawn, 0.5, learning=0.5, floor=0.1)
    np.testing.assert_allclose(after[0], 0.9 * np.array([0.25, 0.75]) + 0.05)
    np.testing.assert_allclose(after[1], 0.9 * np.array([1 / 6, 5 / 12, 5 / 12]) + 0.1 / 3)
    # three quarters and a half: [0, 0] counts with a half shot of 2.5
    after = learned(problem, before, drawn, 0.625, learning=1.0, floor=0.0 + 1e-12)
    np.testing.assert_allclose(after[0], [0.2, 0.8], atol=1e-9)
    broken = Samples(drawn.bits, drawn.counts, drawn.energies, np.zeros(3, dtype=bool))
    assert learned(problem, before, broken, 0.5) is before


def test_rounds_stop_when_told_and_count_their_shots():
    problem = example((2, 3))
    calls = []

    def draw(amplitudes, number):
        calls.append(number)
        assert all(np.linalg.norm(a) == pytest.approx(1) for a in amplitudes)
        return samples(problem, [[0, 0], [1, 1]], [5, 5])

    found = learn_start(problem, draw, 3, 0.1)
    assert (calls, found.shots, len(found.means)) == ([0, 1, 2], 30, 3)
    assert learn_start(problem, draw, 3, 0.1, lambda: True).shots == 0


def solved(problem, seed, **options):
    result = optimise.solve(problem, "qaoa", limits=Limits(seconds=100), seed=seed, options=options)
    return result.stats


def test_learned_starts_raise_the_success_of_a_shot_a_hundredfold(benchmarks):
    problem = inh({"path": "quantum/inh/instances.json", "names": ["inh_n4_d9_p1"]}, benchmarks)[0]
    plain = solved(problem, 0, depth=2, optimiser="none").counts
    assert plain["success probability"] < 1e-3
    runs = [solved(problem, s, depth=2, optimiser="none", rounds=8) for s in range(4)]
    assert np.mean([r.counts["success probability"] for r in runs]) > 3e-2
    assert all(r.counts["training evaluations"] == 8 * 256 * 3 for r in runs)
    means = runs[0].series["round energy"]
    assert len(means) == 8
    assert means[-1] < means[0]


def test_the_same_seed_learns_the_same_and_the_start_is_kept():
    problem = EnergyProblem("e", "f", example((3, 3, 3))).with_optimum()
    first, again, other = (solved(problem, s, depth=1, optimiser="none", rounds=2, elite=1.0).series for s in (1, 1, 2))
    assert first["start"] == again["start"] != other["start"]
    assert len(first["start"]) == 9
    chosen = untrained(QaoaOptions(depth=1, mixer=Grover()), 64)
    found = start_of_rounds(problem, chosen, 2, 64, 0.1, 1, lambda: False)
    run = qaoa(problem.energy, chosen, seed=1, start=found.amplitudes)
    assert run.samples.feasibility == 1
    assert annealed_start(problem, Grover(), 0.0, 1) is None


def test_rounds_without_blocks_and_options_that_would_be_dropped_are_refused():
    problem = EnergyProblem("e", "f", example().qubo)
    with pytest.raises(InputError, match="they need blocks"):
        start_of_rounds(problem, QaoaOptions(mixer=X()), 1, 8, 0.1, 0, lambda: False)
    blocks = EnergyProblem("e", "f", example())
    for options, said in (
        ({"rounds": 2, "warm": 0.2}, "warm and rounds"),
        ({"elite": 0.2}, "elite is for rounds"),
        ({"ramp": [1, 1]}, "ramp gives the slopes"),
        ({"rounds": 2, "mixer": "x"}, "keeps them"),
    ):
        with pytest.raises(InputError, match=said):
            optimise.solve(blocks, "qaoa", options=options)
