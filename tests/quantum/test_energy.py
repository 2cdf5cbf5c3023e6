"""Energies as problems: their faces, their methods, and what the methods tell about a run."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimise
from optimise.core.errors import InputError
from optimise.core.method import Limits
from optimise.core.result import Stop
from quantum.energy import BitPlan, EnergyProblem, random_mean, repair
from quantum.errors import TooLargeError
from quantum.linearise import solve_linearised
from quantum.onehot import OneHot
from quantum.qubo import Qubo

EXACT = ("brute-force", "highs-qubo")
SAMPLERS = (
    "qaoa",
    "random-feasible",
    "random-bits",
    "one-hot-annealing",
    "parallel-tempering",
    "dwave-annealing",
    "dwave-tabu",
)


def random_blocks(rng, sizes=(3, 2, 4)):
    pairs = {(a, b): rng.integers(-5, 6, (sizes[a], sizes[b])) for b in range(len(sizes)) for a in range(b)}
    return OneHot.from_tables([rng.integers(-5, 6, k) for k in sizes], pairs, 1.5)


def random_qubo(rng, n=7):
    return Qubo.from_matrix(np.triu(rng.integers(-5, 6, (n, n))), 2.0)


@pytest.fixture(params=["blocks", "bits"])
def problem(request):
    rng = np.random.default_rng(3)
    energy = random_blocks(rng) if request.param == "blocks" else random_qubo(rng)
    return EnergyProblem(request.param, "test", energy).with_optimum()


@pytest.mark.parametrize("name", [*EXACT, *SAMPLERS, "recursive-qaoa"])
def test_methods_find_the_optimum_of_a_small_energy(problem, name):
    result = optimise.solve(problem, name, limits=Limits(seconds=20), seed=1)
    assert result.feasible
    assert result.cost >= problem.optimum - 1e-9
    if name != "recursive-qaoa":  # a greedy method: no promise
        assert result.cost == pytest.approx(problem.optimum)
    if name in EXACT:
        assert result.stop is Stop.OPTIMAL
        assert result.bounds.dual == pytest.approx(problem.optimum)
    else:
        assert result.bounds.dual == -np.inf


@pytest.mark.parametrize("name", SAMPLERS)
def test_samplers_tell_what_a_comparison_needs(problem, name):
    counts = optimise.solve(problem, name, limits=Limits(seconds=20), seed=1).stats.counts
    assert counts["success target"] == problem.optimum
    assert 0 < counts["success probability"] <= 1
    assert problem.optimum <= counts["mean energy"]
    assert counts["random energy"] == pytest.approx(problem.blocks.diagonal().mean())
    assert counts["repetitions"] >= 1
    assert counts["repetition seconds"] > 0


def test_qaoa_success_probability_is_the_weight_of_the_optima(problem):
    from quantum.angles import Angles
    from quantum.ansatz import Ansatz
    from quantum.mixers import X, XYComplete
    from quantum.simulators import simulator

    result = optimise.solve(problem, "qaoa", limits=Limits(seconds=20), options={"depth": 1, "shots": 16})
    series = result.stats.series
    mixer = XYComplete() if isinstance(problem.energy, OneHot) else X()
    state = simulator(Ansatz(problem.energy, mixer), "statevector")
    probabilities = state.probabilities(Angles(np.array(series["gamma"]), np.array(series["beta"])))
    qubo = problem.qubo
    bits = (np.arange(1 << qubo.size)[:, None] >> np.arange(qubo.size)) & 1
    good = qubo.energies(bits) <= problem.optimum + 1e-6
    if isinstance(problem.energy, OneHot):
        good &= problem.energy.is_feasible(bits)
    assert result.stats.counts["success probability"] == pytest.approx(probabilities[good].sum(), abs=1e-9)


def test_training_shots_and_the_clock_of_a_quantum_processor():
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(5)))
    options = {"depth": 2, "optimiser": "cobyla", "evaluations": 9, "shots": 100}
    slow = {"one_qubit": 0.0, "two_qubit": 0.0, "readout": 0.5, "reset": 1.0}
    counts = optimise.solve(problem, "qaoa", limits=Limits(20), options={**options, "hardware": slow}).stats.counts
    assert counts["training shots"] == 900
    assert counts["qpu repetition seconds"] == 1.5
    assert counts["qpu seconds"] == pytest.approx(1.5 * 1000)
    fixed = optimise.solve(problem, "qaoa", limits=Limits(20), options={"optimiser": "none"}).stats.counts
    assert fixed["training shots"] == 0


def test_penalised_qaoa_repairs_broken_blocks():
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(6))).with_optimum()
    result = optimise.solve(problem, "qaoa", limits=Limits(20), options={"mixer": "x", "penalty": "vlm"})
    assert result.feasible
    assert result.stats.counts["feasible before"] < 1
    assert result.stats.counts["feasible after"] == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_repair_keeps_whole_blocks_and_settles_the_others(seed):
    rng = np.random.default_rng(seed)
    problem = random_blocks(rng)
    bits = rng.integers(0, 2, (20, problem.qubo.size)).astype(np.int8)
    made = problem.bits(repair(problem, bits))
    assert problem.is_feasible(made).all()
    for start, k in zip(problem.starts, problem.sizes):
        before, after = bits[:, start : start + k], made[:, start : start + k]
        whole = before.sum(axis=1) == 1
        assert (before[whole] == after[whole]).all()
        several = before.sum(axis=1) > 1
        assert (before[several] >= after[several]).all()  # one of the ones set


def test_random_mean_and_diagonal_are_those_of_all_states():
    problem = random_blocks(np.random.default_rng(2))
    every = problem.energies(problem.choices(np.arange(problem.states)))
    np.testing.assert_allclose(problem.diagonal(), every)
    assert random_mean(problem) == pytest.approx(every.mean())


@pytest.mark.parametrize("model", ["standard", "rlt"])
@pytest.mark.parametrize("seed", range(4))
def test_both_linear_models_prove_the_enumerated_optimum(model, seed):
    problem = random_blocks(np.random.default_rng(seed), (3, 4, 2, 3))
    found = solve_linearised(problem, model=model)
    assert found.proven
    assert problem.energy(found.choices) == pytest.approx(problem.brute_force()[0])
    assert found.bound == pytest.approx(problem.brute_force()[0])


def test_bits_as_blocks_have_the_same_energy():
    problem = EnergyProblem("p", "test", random_qubo(np.random.default_rng(1)))
    choices = np.random.default_rng(0).integers(0, 2, (10, problem.qubo.size))
    np.testing.assert_allclose(problem.blocks.energies(choices), problem.qubo.energies(problem.bits(choices)))


def test_broken_blocks_are_broken_hard_rules():
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(1)))
    assert problem.evaluate(BitPlan(np.zeros(9, dtype=np.int8))).hard == 3
    assert problem.evaluate(BitPlan(problem.bits(np.array([0, 0, 0])))).feasible


def test_too_large_an_enumeration_is_refused_and_unknown_options_are_named():
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(1)))
    with pytest.raises(TooLargeError, match="brute force over 24 states"):
        optimise.solve(problem, "brute-force", options={"most": 10})
    with pytest.raises(InputError, match="no option 'sweep' on energies; it has: reads, sweeps"):
        optimise.solve(problem, "one-hot-annealing", options={"sweep": 3})
    with pytest.raises(InputError, match="unknown penalty rule 'heavy'"):
        optimise.solve(problem, "dwave-tabu", options={"penalty": "heavy"})


def test_raw_success_of_penalised_qaoa_is_that_of_the_circuit():
    from quantum.angles import Angles
    from quantum.ansatz import Ansatz
    from quantum.simulators import simulator

    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(6))).with_optimum()
    options = {"mixer": "x", "penalty": 20.0, "depth": 1}
    result = optimise.solve(problem, "qaoa", limits=Limits(20), options=options)
    series, counts = result.stats.series, result.stats.counts
    state = simulator(Ansatz(problem.penalised(20.0)), "statevector")
    weights = state.probabilities(Angles(np.array(series["gamma"]), np.array(series["beta"])))
    bits = ((np.arange(weights.size)[:, None] >> np.arange(9)) & 1).astype(np.int8)
    whole = problem.energy.is_feasible(bits)
    best = problem.optimum + 1e-6
    assert counts["feasible before"] == pytest.approx(weights[whole].sum())
    assert counts["success probability"] == pytest.approx(weights[whole & (problem.qubo.energies(bits) <= best)].sum())
    mended = problem.energy.energies(repair(problem.energy, bits)) <= best
    assert counts["repaired success probability"] == pytest.approx(weights[mended].sum())
    assert counts["repaired success probability"] > counts["success probability"]


def test_random_bits_are_the_control_of_the_repair():
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(6))).with_optimum()
    counts = optimise.solve(problem, "random-bits", options={"shots": 4096}, seed=3).stats.counts
    share = problem.blocks.states / 2**9
    assert counts["feasible before"] == pytest.approx(share, abs=0.03)
    assert counts["success hits"] / counts["success shots"] == counts["success probability"]
    assert counts["repaired success probability"] > counts["success probability"]


def test_every_repetition_is_charged_for_its_energies_and_repair():
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(6))).with_optimum()

    def spent(name, **options):
        return optimise.solve(problem, name, options=options, seed=1).stats.counts

    assert spent("random-feasible", shots=50)["evaluations"] == 50
    assert spent("one-hot-annealing", reads=4, sweeps=10)["evaluations"] == 4 * 10 * 3
    assert spent("parallel-tempering", reads=4, sweeps=10, replicas=5)["evaluations"] == 4 * 10 * 5 * 3
    assert spent("brute-force")["evaluations"] == problem.blocks.states
    bits = spent("random-bits", shots=50)
    assert bits["evaluations"] > 50  # what the repair looked at
    fixed = spent("qaoa", optimiser="none", shots=64)
    assert (fixed["evaluations"], fixed["training evaluations"]) == (64 * 4, 0)  # 1 + p with p = 3
    trained = spent("qaoa", optimiser="cobyla", evaluations=9, shots=64)
    assert trained["evaluations"] == (64 + 9 * 64) * 4
    piloted = spent("dwave-annealing", reads=10, sweeps=20, pilot=5)
    assert piloted["training evaluations"] == 5 * 8 * 20 * 9
    assert piloted["training seconds"] > 0


def test_the_pilot_finds_a_weight_that_reaches_the_optimum():
    from quantum.methods.pilot import FACTORS, tune_penalty

    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(8), (3, 3, 3))).with_optimum()
    weights = []

    def draw(qubo, reads, seed):
        """Exact ground states of the penalised QUBO: too light a weight breaks blocks."""
        weights.append(qubo.offset)
        return np.tile(qubo.brute_force()[1], (reads, 1))

    chosen = tune_penalty(problem, draw, 2, 0)
    assert len(weights) == len(FACTORS)
    assert chosen.reads == 2 * len(FACTORS)
    bits = problem.energy.with_penalty(chosen.weight).brute_force()[1]
    assert problem.energy.is_feasible(bits)


def test_a_device_reports_the_circuit_that_ran():
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(5)))
    base = {"depth": 1, "optimiser": "none", "shots": 20}
    ideal = optimise.solve(problem, "qaoa", options=base).stats.counts
    ran = optimise.solve(problem, "qaoa", options={**base, "simulator": "aer", "device": 3}).stats.counts
    assert ran["two-qubit gates"] > ideal["two-qubit gates"]  # routed on a heavy-hex map
    assert ran["depth"] > ideal["depth"]
    assert ran["qpu repetition seconds"] > ideal["qpu repetition seconds"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"noise": {"readout": 0.1}}, "noise needs the simulator aer"),
        ({"device": 3}, "device needs the simulator aer"),
        ({"library": "cupy"}, "library needs the simulator array"),
        ({"precision": "single", "simulator": "aer"}, "precision needs"),
        ({"penalty": 3.0}, "a penalty is for mixer x"),
        ({"optimiser": "bfgs", "cvar": 0.5}, "bfgs needs exact gradients"),
        ({"simulator": "aer", "noise": {"redout": 0.1}}, "noise has no option 'redout'"),
        ({"hardware": {"reset": -1.0}}, "option reset"),
        ({"mixer": "salad"}, "unknown mixer 'salad'"),
        ({"start": "luck"}, "unknown rule for start angles 'luck'"),
        ({"depth": "deep"}, "option depth"),
        ({"shots": 0}, "option shots"),
    ],
    ids=lambda value: "",
)
def test_options_that_would_be_dropped_are_refused(options, said):
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(5)))
    with pytest.raises(InputError, match=said):
        optimise.solve(problem, "qaoa", options=options)


def test_a_start_is_never_worsened():
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(5), (4, 4, 4))).with_optimum()
    best = BitPlan(problem.bits(problem.energy.brute_force()[1]))
    found = optimise.solve(problem, "random-feasible", options={"shots": 1}, start=best)
    assert found.cost == pytest.approx(problem.optimum)


def test_recursive_qaoa_obeys_the_clock_and_refuses_shots():
    from quantum.qaoa import QaoaOptions
    from quantum.recursive import recursive_qaoa

    energy = random_qubo(np.random.default_rng(1), 12)
    stopped = recursive_qaoa(energy, stop=lambda: True)
    assert (stopped.stopped, stopped.evaluations) == (True, 0)
    with pytest.raises(InputError, match="exact correlations"):
        recursive_qaoa(energy, QaoaOptions(sampled=True))


def energy_runs(seeds=(0, 1), **options):
    """Figures of QAOA on one small energy, by seed."""
    problem = EnergyProblem("p", "test", random_blocks(np.random.default_rng(6))).with_optimum()
    given = {"depth": 1, "evaluations": 6, **options}
    return [optimise.solve(problem, "qaoa", limits=Limits(20), seed=s, options=given).stats for s in seeds]


def test_seeds_are_one_run_unless_the_first_angles_are_spread():
    alike, spread = energy_runs(), energy_runs(jitter=0.3)
    assert alike[0].series["gamma"] == alike[1].series["gamma"]
    assert alike[0].counts["success probability"] == alike[1].counts["success probability"]
    assert spread[0].series["gamma"] != spread[1].series["gamma"]
    assert spread[0].counts["success probability"] != spread[1].counts["success probability"]
    assert energy_runs((0,), jitter=0.3)[0].series == spread[0].series


def test_a_pilot_chooses_the_penalty_of_mixer_x_and_is_charged():
    (piloted,), (fixed,) = energy_runs((0,), mixer="x", pilot=16), energy_runs((0,), mixer="x", penalty="upper-lower")
    assert "penalty weight" not in fixed.counts
    assert piloted.counts["penalty weight"] > 0
    more = piloted.counts["training shots"] - piloted.counts["circuit evaluations"] * 5 * 1024
    assert more == 16 * 8  # eight weights; a gradient at depth 1 is five evaluations
    assert fixed.counts["training shots"] == fixed.counts["circuit evaluations"] * 5 * 1024
    assert piloted.counts["training evaluations"] == 2 * piloted.counts["training shots"]


def test_the_picture_of_a_landscape_is_made_when_the_clock_has_stopped(monkeypatch):
    from quantum.methods import qaoa as module

    def slow(ansatz, points):
        begun = time.process_time()
        while time.process_time() - begun < 0.4:
            pass
        return {"landscape value": (0.0,) * points}

    energy_runs((0,))  # compiled
    monkeypatch.setattr(module, "landscape", slow)
    (found,) = energy_runs((0,), landscape=3)
    assert found.series["landscape value"] == (0.0,) * 3
    assert found.counts["repetition seconds"] * found.counts["repetitions"] < 0.4
