"""The algebra of counts against enumeration."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.errors import InputError, WardwiseError
from optimise.demand.counts import convolve, net_position, poisson_binomial, still_present, thin

chances = st.lists(st.floats(0, 1), max_size=7)
weights = st.lists(st.floats(0.01, 1), min_size=1, max_size=5).map(lambda w: np.array(w) / sum(w))


@settings(max_examples=60, deadline=None)
@given(chances)
def test_poisson_binomial_by_all_outcomes(p):
    wanted = np.zeros(len(p) + 1)
    for outcome in itertools.product((0, 1), repeat=len(p)):
        wanted[sum(outcome)] += np.prod([q if o else 1 - q for q, o in zip(p, outcome, strict=True)])
    assert np.allclose(poisson_binomial(p), wanted, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(weights, max_size=3))
def test_convolution_by_all_sums(parts):
    wanted = np.zeros(1 + sum(len(p) - 1 for p in parts))
    for values in itertools.product(*(range(len(p)) for p in parts)):
        wanted[sum(values)] += np.prod([p[v] for p, v in zip(parts, values, strict=True)])
    assert np.allclose(convolve(parts), wanted)


@settings(max_examples=60, deadline=None)
@given(weights, st.floats(0, 1))
def test_thinning_is_a_poisson_binomial_of_equals(pmf, keep):
    wanted = sum(w * np.pad(poisson_binomial([keep] * n), (0, len(pmf) - 1 - n)) for n, w in enumerate(pmf))
    assert np.allclose(thin(pmf, keep), wanted)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9), weights, weights)
def test_net_position_by_all_pairs(beds, present, demand):
    net = net_position(beds, present, demand)
    short = sum(p * q for i, p in enumerate(present) for j, q in enumerate(demand) if beds - i - j < 0)
    assert net.below(0) == pytest.approx(short, abs=1e-12)
    wanted = beds - present @ np.arange(len(present)) - demand @ np.arange(len(demand))
    assert net.mean == pytest.approx(wanted)


def test_still_present_by_conditioning():
    stay = np.array([0.1, 0.2, 0.3, 0.4])
    found = still_present([1, 2, 3], stay, 1)  # in bed in the second period from now
    wanted = [stay[k + 1 :].sum() / stay[k - 1 :].sum() for k in (1, 2, 3)]
    assert np.allclose(found, wanted)
    assert np.allclose(still_present([1], stay, 0), [0.9])


def test_a_patient_beyond_all_records_may_leave():
    chance = [float(still_present([9], np.array([0.5, 0.5]), t)[0]) for t in range(3)]
    assert 1 > chance[0] > chance[1] > chance[2] > 0


@pytest.mark.parametrize("pmf", [[], [0.5, 0.4], [1.5, -0.5], [float("nan")], [[1.0]]])
def test_what_is_no_distribution_is_refused(pmf):
    with pytest.raises(InputError):
        convolve([pmf])


def test_predictions_of_patientflow_plug_in():
    types = pytest.importorskip("patientflow.predict.types")
    from optimise.demand.patientflow import pmf_of, prediction_net

    made = types.DemandPrediction("medical", "service", np.array([0.25, 0.5, 0.25]), 0.0, 0, {50: 0}, offset=-1)
    net = prediction_net(made)
    assert (net.first, net.mean, net.below(0)) == (-1, pytest.approx(0.0), pytest.approx(0.25))
    with pytest.raises(InputError, match="net flow"):
        pmf_of(made)
    with pytest.raises(InputError, match="DemandPrediction"):
        prediction_net([0.5, 0.5])


def test_without_patientflow_the_command_to_get_it_is_told(monkeypatch):
    from optimise.demand.patientflow import prediction_net

    monkeypatch.setitem(sys.modules, "patientflow.predict.types", None)
    with pytest.raises(WardwiseError, match="--no-deps patientflow=="):
        prediction_net(None)
