"""The conformance kit: our own parts pass it, and a part with one fault does not."""

import numpy as np
import pytest

from quantum import plugins
from quantum.angles import START_ANGLES, Angles
from quantum.baselines import SAMPLERS, Found
from quantum.mixers import MIXERS, X, XYComplete, XYRing
from quantum.optimise_angles import OPTIMIZERS
from quantum.simulators import simulator
from quantum.testing import check_angles, check_mixer, check_optimizer, check_sampler, check_simulator

BLOCK_MIXERS = sorted(set(MIXERS) - {"x"})


@pytest.mark.parametrize("name", BLOCK_MIXERS)
def test_every_mixer_passes(name):
    check_mixer(MIXERS[name]())


@pytest.mark.parametrize("kind", ["fast", "array", "statevector"])
def test_every_exact_simulator_passes(kind):
    check_simulator(lambda ansatz: simulator(ansatz, kind))


@pytest.mark.parametrize("kind", ["aer", "primitive"])
def test_every_sampling_simulator_passes(kind):
    check_simulator(lambda ansatz: simulator(ansatz, kind), exact=False)


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_optimizer_passes(name):
    check_optimizer(OPTIMIZERS[name]())


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_every_sampler_passes(name):
    check_sampler(SAMPLERS[name])


@pytest.mark.parametrize("name", sorted(START_ANGLES))
def test_every_rule_for_angles_passes(name):
    check_angles(START_ANGLES[name])


class WrongDerivative(XYRing):
    def logarithmic_derivative(self, start, beta):
        return 2 * super().logarithmic_derivative(start, beta)


class WrongCircuit(XYRing):
    def append(self, circuit, qubits, start, beta):
        super().append(circuit, qubits[::-1], start, 1.1 * beta)


class NoParameter(XYComplete):
    def append(self, circuit, qubits, start, beta):
        super().append(circuit, qubits, start, float(beta))


@pytest.mark.parametrize(
    ("mixer", "said"), [(WrongDerivative(), "derivative"), (WrongCircuit(), "circuit and matrix differ")]
)
def test_a_wrong_mixer_is_told_what_is_wrong(mixer, said):
    with pytest.raises(AssertionError, match=said):
        check_mixer(mixer)


def test_a_mixer_without_free_parameters_is_found():
    with pytest.raises(TypeError):
        check_mixer(NoParameter())


def test_a_wrong_simulator_is_found():
    class Half:
        def __init__(self, inner):
            self.inner, self.mixers = inner, inner.mixers

        def value_and_gradient(self, angles):
            value, gradient = self.inner.value_and_gradient(angles)
            return value, Angles(gradient.gamma, gradient.beta / 2)

        def __getattr__(self, name):
            return getattr(self.inner, name)

    with pytest.raises(AssertionError, match="derivative by angle 2"):
        check_simulator(lambda ansatz: Half(simulator(ansatz)))


def test_a_wrong_sampler_and_wrong_angles_are_found():
    def twice(problem, budget, seed):
        found = SAMPLERS["random"](problem, budget, seed)
        return Found(np.repeat(found.choices, 2, axis=0), np.repeat(found.energies, 2), found.evaluations)

    with pytest.raises(AssertionError, match="listed twice"):
        check_sampler(twice)
    with pytest.raises(AssertionError, match="no better than none"):
        check_angles(lambda depth, problem, mixer=None: Angles(np.zeros(depth), np.zeros(depth)))


class Outsider(XYRing):
    """A mixer of another package."""

    name = "outsider"


class _Point:
    def __init__(self, name, part):
        self.name, self._part = name, part

    def load(self):
        return self._part


@pytest.fixture
def installed(monkeypatch):
    """Parts of a package that is not there, as entry points."""
    parts: dict[str, list] = {}
    monkeypatch.setattr(plugins, "entry_points", lambda group: parts.get(group, []))
    return lambda group, name, part: parts.setdefault(f"wardwise.{group}", []).append(_Point(name, part))


def test_parts_of_other_packages_work_in_solve(installed):
    import optimise
    from quantum.energy import EnergyProblem
    from quantum.testing import example

    seen = []

    def rule(depth, problem, mixer=None):
        seen.append(mixer.name)
        return START_ANGLES["ramp"](depth, problem, mixer)

    class Note:
        name, gradients = "note", False

        def minimise(self, judge, start, evaluations, seed):
            seen.append(evaluations)
            judge(start)

    def machine(ansatz, **options):
        seen.append("machine")
        return simulator(ansatz, "array", **options)

    installed("mixers", "outsider", Outsider)
    installed("angles", "mine", rule)
    installed("optimizers", "note", Note)
    installed("backends", "machine", machine)
    options = {"mixer": "outsider", "start": "mine", "optimiser": "note", "simulator": "machine", "depth": 2}
    result = optimise.solve(EnergyProblem("p", "test", example()), "qaoa", options=options)
    assert result.feasible
    assert seen == ["machine", "outsider", 60]


def test_an_ansatz_of_another_package_runs_on_circuits(installed):
    from optimise.core.errors import UnsupportedError
    from quantum.ansatz import Ansatz
    from quantum.protocols import Circuits
    from quantum.qaoa import QaoaOptions, qaoa, success_probability
    from quantum.testing import example

    class Doubled:
        """The alternating ansatz with every layer's mixer twice."""

        def __init__(self, problem, mixer, start):
            self.inner = Ansatz(problem, mixer, start)
            self.problem, self.mixer, self.qubo, self.mixers = problem, mixer, self.inner.qubo, self.inner.mixers

        def circuit(self, angles, measure=False):
            return self.inner.circuit(Angles(angles.gamma, 2 * angles.beta), measure)

        def parametric(self, depth, measure=False, per_mixer=False):
            return self.inner.parametric(depth, measure, per_mixer)

        def binding(self, circuit, angles):
            return self.inner.binding(circuit, Angles(angles.gamma, 2 * angles.beta))

    assert isinstance(Ansatz(example(), XYRing()), Circuits)
    installed("ansaetze", "doubled", Doubled)
    problem = example((2, 3))
    given = {"depth": 1, "optimiser": "none", "mixer": XYRing()}
    run = qaoa(problem, QaoaOptions(ansatz="doubled", simulator="statevector", **given))
    half = Angles(run.angles.gamma, 2 * run.angles.beta)
    best = problem.brute_force()[0]
    weights = simulator(Ansatz(problem, XYRing())).probabilities(half)
    assert success_probability(problem, run, best) == pytest.approx(weights[problem.diagonal() <= best + 1e-6].sum())
    with pytest.raises(UnsupportedError, match="alternating ansatz only"):
        qaoa(problem, QaoaOptions(ansatz="doubled", **given))
    assert isinstance(X(), X)
