"""Costs of sums over blocks: every engine gives the energy that is defined, or refuses it."""

import itertools

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

import optimise
from optimise import read
from optimise.core.errors import InputError, UnsupportedError
from optimise.core.kinds import kind_of
from quantum import encode
from quantum.angles import Angles, local_field
from quantum.anneal import anneal_problem
from quantum.ansatz import Ansatz
from quantum.energy import EnergyProblem, random_mean
from quantum.higher import of_hubo, quadratised, to_hubo
from quantum.linearise import solve_linearised
from quantum.mixers import Grover, X, XYComplete
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.repair import repair
from quantum.simulators import simulator
from quantum.sums import SumCost
from tests.conftest import ROOT
from tests.quantum.test_hubo import every_state, random_hubo


def summed(seed=0, sizes=(3, 2, 3, 2), convex=False):
    """A random one-hot energy with two costs of sums."""
    rng, n = np.random.default_rng(seed), sum(sizes)
    sums = []
    for blocks in ((0, 1, 2), (0, 1, 2, 3)):
        parts = {b: rng.integers(0, 3, sizes[b]).astype(float) for b in blocks}
        totals = sorted({sum(c) for c in itertools.product(*parts.values())})
        costs = np.abs(np.array(totals) - 3.0) if convex else rng.normal(size=len(totals))
        sums.append(SumCost(parts, np.array(totals), costs, f"sum {blocks}"))
    return OneHot(Qubo.from_matrix(rng.normal(size=(n, n)), 0.4), sizes, tuple(sums))


def by_hand(problem, choices):
    """The energy of one state, term by term."""
    linear, table, offset = problem.tables(part=True)
    v = [s + c for s, c in zip(problem.starts, choices)]
    total = offset + sum(linear[i] for i in v) + sum(table[i, j] for i, j in itertools.combinations(v, 2))
    for cost in problem.sums:
        value = sum(part[choices[b]] for b, part in cost.parts.items())
        total += cost.costs[list(cost.values).index(value)]
    return total


def expected(problem):
    return np.array([by_hand(problem, c) for c in problem.choices(np.arange(problem.states)).tolist()])


@pytest.mark.parametrize("seed", range(3))
def test_energies_diagonal_and_mean_are_those_of_the_definition(seed):
    problem = summed(seed)
    costs, choices = expected(problem), problem.choices(np.arange(problem.states))
    assert np.allclose(problem.energies(choices), costs)
    assert np.allclose(problem.diagonal(), costs)
    assert np.allclose(problem.energies_of_bits(problem.bits(choices)), costs)
    assert random_mean(problem) == pytest.approx(costs.mean())
    assert problem.brute_force()[0] == pytest.approx(costs.min())
    assert problem.degree == 4


def test_the_polynomial_and_its_reduction_have_the_same_energies():
    problem = summed(3, sizes=(3, 2, 2, 2))
    choices = problem.choices(np.arange(problem.states))
    assert np.allclose(to_hubo(problem).energies(problem.bits(choices)), expected(problem))
    pairs = quadratised(problem)
    hubo = to_hubo(problem).quadratised()
    bits = hubo.complete(problem.bits(choices))
    n = problem.qubo.size
    full = np.concatenate([choices, bits[:, n:]], axis=1)
    assert pairs.degree == 2
    assert np.allclose(pairs.energies(full), expected(problem))
    assert pairs.blocks == problem.blocks + hubo.auxiliaries


@pytest.mark.parametrize("mixer", [XYComplete(), Grover()], ids=["xy", "grover"])
def test_our_simulator_gives_the_state_of_the_circuit(mixer):
    problem = summed(1)
    ansatz = Ansatz(problem, mixer)
    angles = Angles(np.array([0.3, 0.2]), np.array([-0.4, -0.7]))
    state = Statevector(ansatz.circuit(angles)).data
    choices = problem.choices(np.arange(problem.states))
    index = (1 << (choices + problem.starts)).sum(axis=1)
    ours = simulator(ansatz).amplitudes(angles)
    assert np.allclose(ours, state[index])
    assert simulator(ansatz).value(angles) == pytest.approx(simulator(ansatz, "statevector").value(angles))
    bound = ansatz.parametric(2)
    assert np.allclose(Statevector(bound.assign_parameters(ansatz.binding(bound, angles))).data, state)


def test_the_gradient_is_that_of_differences():
    machine = simulator(Ansatz(summed(2), XYComplete()))
    angles = Angles(np.array([0.3, 0.2]), np.array([-0.4, -0.7]))
    slope, step = machine.value_and_gradient(angles)[1].vector(), 1e-6
    for k in range(4):
        move = np.eye(4)[k] * step
        up, down = (machine.value(angles.like(angles.vector() + s * move)) for s in (1, -1))
        assert slope[k] == pytest.approx((up - down) / (2 * step), abs=1e-6)


@pytest.mark.parametrize("convex", [True, False])
def test_highs_proves_the_optimum(convex):
    problem = summed(4, convex=convex)
    found = solve_linearised(problem)
    assert found.proven
    assert problem.energy(found.choices) == pytest.approx(expected(problem).min())
    assert found.bound == pytest.approx(expected(problem).min())


def test_annealing_says_the_energy_of_what_it_found():
    problem = summed(5)
    found = [anneal_problem(problem, 50, 3.0, 0.05, np.random.default_rng(seed)) for seed in range(5)]
    for choices, energy in found:
        assert energy == pytest.approx(by_hand(problem, choices.tolist()))
    assert min(e for _, e in found) == pytest.approx(expected(problem).min())


def test_a_broken_block_is_settled_by_its_cheapest_choice():
    problem = summed(6)
    bits = problem.bits(np.array([[0, 0, 0, 0], [2, 1, 0, 1]]))
    bits[:, problem.starts[3] :] = 0  # the last block has no choice
    for settled in repair(problem, bits):
        others = [by_hand(problem, [*settled[:3], c]) for c in range(problem.sizes[3])]
        assert by_hand(problem, settled.tolist()) == pytest.approx(min(others))


def test_what_needs_pairs_refuses_a_sum():
    problem = summed()
    for ask in (problem.tables, lambda: problem.with_penalty(1.0), lambda: EnergyProblem("s", "t", problem).qubo):
        with pytest.raises(UnsupportedError, match="costs of 4 blocks"):
            ask()
    for write in (encode(problem).to_lp, encode(problem).to_qs, encode(problem).to_bqm):
        with pytest.raises(UnsupportedError, match="costs of 4 blocks"):
            write()
    with pytest.raises(InputError, match="mixer x leaves the blocks"):
        Ansatz(problem, X())


def test_the_unit_of_angles_is_the_spread_over_a_blocks_choices():
    problem = summed(7)
    energies = problem.diagonal().reshape(problem.sizes[::-1])
    exact = np.sqrt(sum(energies.var(axis=a).mean() for a in range(problem.blocks)) / problem.blocks)
    assert local_field(problem) == pytest.approx(exact, rel=0.1)
    assert local_field(OneHot(problem.qubo, problem.sizes)) != pytest.approx(local_field(problem), rel=1e-3)


def test_free_bits_keep_their_products():
    hubo = random_hubo(4, 4, 3)
    assert np.allclose(of_hubo(hubo).energies(every_state(4)), hubo.diagonal())


def test_a_roster_with_cover_as_it_stands_costs_what_the_evaluation_says():
    ward = read(ROOT / "examples" / "ward30.json")
    made = encode(ward, people=4, days=[4, 5], cover="hubo")
    assert made.exact
    assert made.degree > 2
    assert f"degree {made.degree}" in repr(made)
    rng = np.random.default_rng(0)
    for _ in range(20):
        choices = np.array([rng.integers(0, k) for k in made.energy.sizes])
        assert made.energy.energy(choices) == pytest.approx(made.true_cost(choices))


def test_an_encoding_by_pairs_decodes_to_the_same_plan():
    ward = read(ROOT / "examples" / "ward30.json")
    made = encode(ward, people=4, days=[4, 5], cover="hubo")
    pairs = made.quadratised()
    assert pairs.degree == 2
    choices = np.zeros(pairs.energy.blocks, dtype=np.int64)
    assert (pairs.decode(pairs.energy.bits(choices)).duties == made.decoder(choices[: made.energy.blocks]).duties).all()


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("qaoa", {"depth": 2, "evaluations": 5}),
        ("qaoa", {"ansatz": "counterdiabatic", "depth": 2, "optimiser": "none", "start": "ramp"}),
        ("qaoa", {"rounds": 2, "optimiser": "none", "depth": 1}),
        ("qaoa", {"depth": 1, "optimiser": "none", "simulator": "statevector"}),
        ("qaoa", {"depth": 1, "optimiser": "none", "simulator": "primitive"}),
        ("adapt-qaoa", {"depth": 1, "evaluations": 3}),
        ("grover-search", {"runs": 10}),
        ("random-feasible", {}),
        ("random-bits", {}),
        ("random-signs", {}),
        ("one-hot-annealing", {}),
        ("parallel-tempering", {}),
        ("brute-force", {}),
        ("highs-qubo", {}),
    ],
)
def test_every_method_solves_sums_by_name(method, options):
    problem = EnergyProblem("s", "t", summed()).with_optimum()
    found = optimise.solve(problem, method, limits=optimise.Limits(seconds=30), options=options)
    assert found.cost == pytest.approx(problem.optimum)
    assert kind_of(problem).measures(problem)["size"] == 10


@pytest.mark.parametrize("method", ["pauli-correlation", "recursive-qaoa"])
def test_a_method_that_needs_pairs_says_so(method):
    with pytest.raises(UnsupportedError, match="costs of 4 blocks"):
        optimise.solve(EnergyProblem("s", "t", summed()), method)
