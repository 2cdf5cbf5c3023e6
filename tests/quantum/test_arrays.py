"""Array simulator against Qiskit: every mixer, warm starts, an angle per term, gradients; and its doors to CuPy."""

import types

import numpy as np
import pytest

from optimise.core.errors import MissingExtraError, UnsupportedError
from quantum import OneHot, Qubo
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.mixers import Grover, X, XYComplete, XYRing
from quantum.qaoa import QaoaOptions, qaoa
from quantum.simulators import simulator
from quantum.states import relaxed_start, warm_start

SIZES = (3, 2, 4)


def blocks(seed=0):
    n = sum(SIZES)
    return OneHot(Qubo.from_matrix(np.random.default_rng(seed).normal(size=(n, n)), 0.4), SIZES)


def qubo(seed=0, n=6):
    return Qubo.from_matrix(np.random.default_rng(seed).normal(size=(n, n)), -0.7)


def ansaetze():
    for mixer in (XYRing(), XYComplete(), Grover()):
        yield pytest.param(Ansatz(blocks(), mixer), id=mixer.name)
        yield pytest.param(Ansatz(blocks(), mixer, warm_start(blocks(), [1, 0, 2], 0.3)), id=f"{mixer.name} warm")
    yield pytest.param(Ansatz(qubo()), id="x")
    yield pytest.param(Ansatz(qubo(), X(), relaxed_start(np.array([0, 1, 0.5, 0, 1, 1]), 0.2)), id="x warm")


def angles_of(ansatz, per_term, depth=2):
    rng = np.random.default_rng(7)
    terms = ansatz.qubo.size + ansatz.qubo.values.size
    return Angles(rng.normal(size=(depth, terms) if per_term else depth), rng.normal(size=(depth, ansatz.mixers)))


@pytest.mark.parametrize("per_term", [False, True], ids=["common", "per term"])
@pytest.mark.parametrize("ansatz", list(ansaetze()))
def test_amplitudes_equal_qiskit(ansatz, per_term):
    angles = angles_of(ansatz, per_term)
    full = simulator(ansatz, "statevector").amplitudes(angles)
    found = simulator(ansatz, "array").amplitudes(angles)
    if not isinstance(ansatz.mixer, X):
        index = ansatz.problem.bits(ansatz.problem.choices(np.arange(ansatz.problem.states))).astype(np.int64)
        full = full[index @ (1 << np.arange(ansatz.qubo.size))]
    assert np.abs(found - full).max() < 1e-10


@pytest.mark.parametrize("per_term", [False, True], ids=["common", "per term"])
@pytest.mark.parametrize("ansatz", list(ansaetze()))
def test_gradient_equals_differences(ansatz, per_term):
    machine, angles = simulator(ansatz, "array"), angles_of(ansatz, per_term)
    value, gradient = machine.value_and_gradient(angles)
    assert value == pytest.approx(machine.value(angles), abs=1e-10)
    x, slopes = angles.vector(), gradient.vector()
    for k in range(0, x.size, 3):
        move = np.zeros(x.size)
        move[k] = 1e-5
        difference = (machine.value(angles.like(x + move)) - machine.value(angles.like(x - move))) / 2e-5
        assert slopes[k] == pytest.approx(difference, abs=1e-7)


@pytest.mark.parametrize("ansatz", list(ansaetze()))
def test_equals_the_fast_simulator(ansatz):
    angles = angles_of(ansatz, False)
    fast, array = simulator(ansatz, "fast"), simulator(ansatz, "array")
    assert np.abs(fast.amplitudes(angles) - array.amplitudes(angles)).max() < 1e-10
    np.testing.assert_allclose(
        fast.value_and_gradient(angles)[1].vector(), array.value_and_gradient(angles)[1].vector(), atol=1e-9
    )


def test_an_angle_per_term_is_at_least_as_good():
    common = qaoa(qubo(3), QaoaOptions(depth=1, simulator="array"))
    every = qaoa(qubo(3), QaoaOptions(depth=1, simulator="array", multi_angle="terms", evaluations=150))
    assert every.value < common.value - 0.1
    assert every.angles.gamma.shape == (1, 6 + 15)


def test_fast_simulators_refuse_an_angle_per_term():
    for ansatz in (Ansatz(qubo()), Ansatz(blocks(), XYComplete())):
        with pytest.raises(UnsupportedError, match="one cost angle a layer"):
            simulator(ansatz, "fast").value(angles_of(ansatz, True))


class OtherArray(np.ndarray):
    """Arrays of another library: NumPy's own functions refuse them, as they refuse CuPy's."""

    def __array_function__(self, function, kinds, arguments, named):
        if not _inside[-1]:
            raise TypeError(f"numpy.{function.__name__} was called on an array of the other library")
        return super().__array_function__(function, kinds, arguments, named)


_inside = [False]


def other_library():
    """NumPy under the face of CuPy: its functions take and give `OtherArray` only, and `asnumpy` leads back."""

    def wrap(function):
        def call(*arguments, **named):
            _inside.append(True)
            try:
                made = function(*arguments, **named)
            finally:
                _inside.pop()
            return made.view(OtherArray) if isinstance(made, np.ndarray) else np.asarray(made).view(OtherArray)

        return call

    names = ("ones", "exp", "matmul", "ravel", "sum", "abs", "vdot", "real", "imag", "conj")
    made = types.SimpleNamespace(**{name: wrap(getattr(np, name)) for name in names})
    made.asarray = lambda values: np.asarray(values).view(OtherArray)
    made.asnumpy = lambda values: np.asarray(values).view(np.ndarray)
    made.multiply = types.SimpleNamespace(outer=wrap(np.multiply.outer))
    return made


@pytest.mark.parametrize("per_term", [False, True], ids=["common", "per term"])
@pytest.mark.parametrize("ansatz", [Ansatz(qubo()), Ansatz(blocks(), XYRing())], ids=["x", "xy-ring"])
def test_runs_on_another_array_library(ansatz, per_term):
    angles = angles_of(ansatz, per_term)
    there, here = simulator(ansatz, "array", library=other_library()), simulator(ansatz, "array")
    np.testing.assert_allclose(there.amplitudes(angles), here.amplitudes(angles))
    assert there.value_and_gradient(angles)[0] == pytest.approx(here.value_and_gradient(angles)[0])
    np.testing.assert_allclose(
        there.value_and_gradient(angles)[1].vector(), here.value_and_gradient(angles)[1].vector(), atol=1e-12
    )


def test_without_cupy_the_extra_is_named():
    try:
        import cupy  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtraError, match="gpu"):
            simulator(Ansatz(qubo()), "array", library="cupy")
