"""Angle rules, objectives, optimisers, and QAOA end to end."""

import numpy as np
import pytest

from quantum import OneHot, Qubo
from quantum.angles import Angles, interpolate, linear_ramp, local_field, rescaled, transferred
from quantum.ansatz import Ansatz
from quantum.mixers import Grover, XYRing
from quantum.objective import CVaR, Mean
from quantum.optimise_angles import optimise_angles
from quantum.qaoa import QaoaOptions, qaoa, shots_to_99, success_probability
from quantum.recursive import correlations, recursive_qaoa
from quantum.simulators import simulator
from quantum.states import warm_start


def qubo(n=8, seed=0):
    return Qubo.from_matrix(np.random.default_rng([n, seed]).normal(size=(n, n)))


def onehot(sizes=(3, 4, 3), seed=0):
    return OneHot(qubo(sum(sizes), seed), sizes)


def test_interp_follows_its_formula():
    angles = interpolate(Angles([0.2, 0.4, 0.6], [-0.6, -0.4, -0.2]))
    assert angles.gamma == pytest.approx([0.2, 1 / 3 * 0.2 + 2 / 3 * 0.4, 2 / 3 * 0.4 + 1 / 3 * 0.6, 0.6])
    assert angles.beta.shape == (4,)
    assert interpolate(Angles([0.1], [[1.0, 2.0]])).beta.shape == (2, 2)


@pytest.mark.parametrize("rule", [linear_ramp, transferred])
@pytest.mark.parametrize("problem", [qubo(), qubo().scaled(1000), onehot()], ids=["qubo", "scaled", "onehot"])
def test_published_angles_beat_the_random_guess_and_scale(rule, problem):
    machine = simulator(Ansatz(problem, XYRing()) if isinstance(problem, OneHot) else Ansatz(problem))
    zero = machine.value(Angles([0.0], [0.0]))
    values = [machine.value(rule(p, problem, XYRing())) for p in (1, 3, 7)]
    assert all(v < zero for v in values)
    assert values[2] < values[0]


def test_local_field_scales_with_the_cost():
    assert local_field(qubo().scaled(5)) == pytest.approx(5 * local_field(qubo()))
    scaled = OneHot(onehot().qubo.scaled(5), onehot().sizes)
    assert local_field(scaled) == pytest.approx(5 * local_field(onehot()))
    angles = rescaled(Angles([0.5], [0.1]), qubo(), qubo().scaled(5))
    assert angles.gamma == pytest.approx([0.1])


def test_local_field_of_blocks_is_the_variance_seen_by_a_block():
    problem = onehot((2, 3))
    every = problem.choices(np.arange(problem.states))
    energies = problem.energies(every)
    total = 0.0
    for b in range(2):
        conditional = [energies[every[:, 1 - b] == x] for x in range(problem.sizes[1 - b])]
        total += np.mean([part.var() for part in conditional])
    assert local_field(problem) ** 2 == pytest.approx(total / 2)


def test_cvar_takes_the_tail():
    energies, weights = np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25])
    assert CVaR(0.25).of(energies, weights) == pytest.approx(1)
    assert CVaR(0.5).of(energies, weights) == pytest.approx(1.5)
    assert CVaR(0.375).of(energies, weights) == pytest.approx((0.25 * 1 + 0.125 * 2) / 0.375)
    assert CVaR(1.0).of(energies, weights) == pytest.approx(Mean().of(energies, weights))
    with pytest.raises(ValueError, match="share"):
        CVaR(0)


@pytest.mark.parametrize(
    ("method", "shots"), [("bfgs", 0), ("cobyla", 0), ("spsa", 0), ("cobyla", 2000), ("spsa", 2000)]
)
def test_every_optimiser_improves(method, shots):
    machine, start = simulator(Ansatz(qubo())), Angles([0.05, 0.05], [-0.1, -0.1])
    found = optimise_angles(machine, start, method=method, evaluations=80, shots=shots, seed=1)
    assert machine.value(found.angles) < machine.value(start) - 0.5
    assert found.evaluations <= 80
    assert found.shots == shots * found.evaluations
    assert (np.diff(found.history) <= 0).all()


def test_stop_is_obeyed():
    calls = []
    machine = simulator(Ansatz(qubo()))
    found = optimise_angles(machine, Angles([0.1], [-0.1]), stop=lambda: len(calls) > 3 or calls.append(1))
    assert found.evaluations <= 6


@pytest.mark.parametrize(
    "options",
    [
        QaoaOptions(depth=3),
        QaoaOptions(depth=3, start="ramp", grown=True),
        QaoaOptions(depth=2, multi_angle=True),
        QaoaOptions(depth=2, cvar=0.2),
        QaoaOptions(depth=2, sampled=True, optimiser="spsa"),
        QaoaOptions(depth=4, optimiser="none"),
        QaoaOptions(depth=1, simulator="aer", optimiser="cobyla", evaluations=8),
    ],
    ids=lambda o: f"p{o.depth}-{o.optimiser}-{o.simulator}",
)
@pytest.mark.parametrize("problem", [qubo(6), onehot((3, 3))], ids=["qubo", "onehot"])
def test_qaoa_finds_the_optimum_of_small_problems(problem, options):
    run = qaoa(problem, options, seed=1)
    best = problem.brute_force()[0]
    assert run.feasible
    assert run.energy == pytest.approx(best, abs=1e-9)
    q = problem.qubo if isinstance(problem, OneHot) else problem
    assert q.energy(run.bits) == pytest.approx(run.energy)
    assert run.shots >= run.samples.shots
    again = qaoa(problem, options, seed=1)
    assert again.energy == run.energy
    assert again.value == pytest.approx(run.value)


def test_multi_angle_is_at_least_as_good():
    common = qaoa(qubo(), QaoaOptions(depth=1))
    split = qaoa(qubo(), QaoaOptions(depth=1, multi_angle=True))
    assert split.value <= common.value + 1e-9


def test_deeper_is_better_and_beats_random_guessing():
    problem = onehot((4, 4, 4, 4))
    best = problem.brute_force()[0]
    found = [success_probability(problem, qaoa(problem, QaoaOptions(depth=p)), best) for p in (1, 4)]
    assert 1 / problem.states < found[0] < found[1]
    assert shots_to_99(found[1]) < shots_to_99(1 / problem.states)
    assert shots_to_99(0) == np.inf
    assert shots_to_99(1) == 1


def test_warm_start_keeps_the_good_state_likely():
    problem = onehot()
    _, choices, _ = problem.brute_force()
    options = QaoaOptions(depth=2, mixer=Grover())
    warm = qaoa(problem, options, start=warm_start(problem, choices, 0.3))
    cold = qaoa(problem, options)
    assert warm.value < cold.value


def test_correlations_are_expectations_of_products():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(8))
    spins = 1 - 2 * ((np.arange(8)[:, None] >> np.arange(3)) & 1)
    found = correlations(probabilities)
    assert found[0] == pytest.approx(1)
    assert found[0b101] == pytest.approx(probabilities @ (spins[:, 0] * spins[:, 2]))
    assert found[0b010] == pytest.approx(probabilities @ spins[:, 1])


@pytest.mark.parametrize("problem", [qubo(10, 3), onehot((3, 3, 3, 3), 2)], ids=["qubo", "onehot"])
def test_recursive_qaoa_reports_a_consistent_state_near_the_optimum(problem):
    run = recursive_qaoa(problem, cutoff=4)
    q = problem.qubo if isinstance(problem, OneHot) else problem
    assert run.rounds > 0
    assert q.energy(run.bits) == pytest.approx(run.energy)
    best = problem.brute_force()[0]
    every = q.diagonal() if isinstance(problem, Qubo) else problem.energies(problem.choices(np.arange(problem.states)))
    assert (every < run.energy - 1e-9).mean() < 0.05
    assert run.energy >= best - 1e-9


def test_spsa_returns_its_last_iterate_not_its_luckiest_measurement():
    """Against an independent loop over Spall's recursion with the same random signs."""
    machine, start = simulator(Ansatz(qubo())), Angles([0.05], [-0.1])
    found = optimise_angles(machine, start, method="spsa", evaluations=40, seed=1)
    assert found.value == pytest.approx(machine.value(found.angles))
    assert found.evaluations == 40 or found.evaluations == 39
    calls = []

    class Noted:
        mixers = machine.mixers

        def value(self, angles):
            calls.append(angles.vector())
            return machine.value(angles)

    again = optimise_angles(Noted(), start, method="spsa", evaluations=40, seed=1)
    last_pair = (calls[-3] + calls[-2]) / 2  # the iterate before the last step
    assert again.angles.vector() == pytest.approx(found.angles.vector())
    assert not any(np.allclose(again.angles.vector(), c) for c in calls[:-1])
    assert np.abs(again.angles.vector() - last_pair).max() < 0.2


def test_values_trained_on_shots_are_measured_again():
    """The reported value has no bias of selection: over seeds it is at the exact value of its angles."""
    machine, start = simulator(Ansatz(qubo())), Angles([0.3], [-0.4])
    gaps, lucky = [], []
    for seed in range(30):
        found = optimise_angles(machine, start, method="cobyla", evaluations=25, shots=40, seed=seed)
        exact = machine.value(found.angles)
        gaps.append(found.value - exact)
        lucky.append(found.history[-1] - exact)
    error = np.std(gaps) / np.sqrt(len(gaps))
    assert abs(np.mean(gaps)) < 3 * error
    assert np.mean(lucky) < -3 * error  # what stood there before


def test_the_last_measurement_shares_no_shots_with_training():
    run = qaoa(qubo(), QaoaOptions(depth=1, sampled=True, optimiser="cobyla", evaluations=12, shots=64), seed=4)
    alike = qaoa(qubo(), QaoaOptions(depth=1, sampled=True, optimiser="cobyla", evaluations=12, shots=64), seed=4)
    assert (run.samples.counts == alike.samples.counts).all()
    first = run.simulator.sample(run.angles, 64, 4)
    assert first.counts.tolist() != run.samples.counts.tolist() or first.bits.tolist() != run.samples.bits.tolist()
