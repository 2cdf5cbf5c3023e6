"""Angles trained on small instances, used on larger ones."""

import numpy as np
import pytest

from optimise.core.errors import InputError
from quantum import OneHot, QaoaOptions, Qubo, qaoa
from quantum.angles import RAMP, linear_ramp
from quantum.ansatz import Ansatz
from quantum.mixers import XYComplete
from quantum.simulators import simulator
from quantum.testing import example
from quantum.transfer import fit_ramp


def value(problem, slopes):
    angles = linear_ramp(2, problem, XYComplete(), gamma=slopes[0], beta=slopes[1])
    return simulator(Ansatz(problem, XYComplete())).value(angles)


def test_trained_slopes_are_better_where_trained_and_scale_with_the_cost():
    problems = [example((2, 3), s) for s in range(2)]
    slopes = fit_ramp(problems, 2)
    assert sum(value(p, slopes) for p in problems) < sum(value(p, RAMP) for p in problems)
    scaled = [OneHot(p.qubo.scaled(100.0), p.sizes) for p in problems]
    np.testing.assert_allclose(fit_ramp(scaled, 2), slopes, rtol=1e-3)


def test_a_run_takes_the_slopes_as_they_are():
    problem = example((3, 3))
    options = QaoaOptions(depth=2, start="ramp", ramp=(0.9, 0.3), optimiser="none")
    expected = linear_ramp(2, problem, XYComplete(), gamma=0.9, beta=0.3)
    np.testing.assert_array_equal(qaoa(problem, options).angles.vector(), expected.vector())


def test_nothing_to_train_on_is_refused():
    with pytest.raises(InputError, match="one instance at least"):
        fit_ramp([], 1)
    with pytest.raises(InputError, match="cost the same"):
        fit_ramp([Qubo(np.zeros(2), np.zeros(0, int), np.zeros(0, int), np.zeros(0))], 1)
