"""Sums of patients against enumeration of all that can happen."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from optimise.demand.counts import Net, poisson_binomial
from optimise.demand.department.flows import Sum, difference, quantile_of


def enumerated(chances):
    """Probability of each number of successes, over all outcomes."""
    made = np.zeros(len(chances) + 1)
    for outcome in itertools.product((0, 1), repeat=len(chances)):
        made[sum(outcome)] += np.prod([p if came else 1 - p for p, came in zip(chances, outcome, strict=True)])
    return made


def full(net, length):
    made = np.zeros(length)
    made[net.first : net.first + len(net.pmf)] = net.pmf
    return made


def test_a_sum_of_patients_is_that_of_all_outcomes():
    chances = np.random.default_rng(1).random((7, 3))
    made = Sum(3, 7)
    made.add(chances[:4])
    made.add(chances[4:])
    for h, net in enumerate(made.result()):
        assert np.allclose(full(net, 8), enumerated(chances[:, h]), atol=1e-11)


def test_many_patients_are_exact():
    chances = np.random.default_rng(2).random((600, 1)) * 0.1
    made = Sum(1, 600)
    made.add(chances)
    assert np.allclose(full(made.result()[0], 601), poisson_binomial(chances[:, 0]), atol=1e-11)


def test_arrivals_are_thinned_course_by_course():
    courses = np.array([[0, 3], [2, 1], [4, 0], [1, 1]])
    kept = np.array([[0.5, 0.9], [0.0, 0.4]])
    made = Sum(2, 6 + 1)
    made.add(np.array([[0.3, 0.6]]))
    made.add_courses(courses, kept)
    for h, net in enumerate(made.result()):
        mixture = np.zeros(8)
        for one in courses:
            part = np.ones(1)
            for n, k in zip(one, kept[:, h], strict=True):
                part = np.convolve(part, binom.pmf(np.arange(n + 1), n, k))
            mixture[: len(part)] += part / len(courses)
        both = np.convolve(mixture, [0.7, 0.3] if h == 0 else [0.4, 0.6])[:8]
        assert np.allclose(full(net, 8), both, atol=1e-11)


def test_nobody_is_surely_nobody():
    (net,) = Sum(1, 0).result()
    assert (net.first, net.pmf.tolist()) == (0, [1.0])


def test_a_difference_is_that_of_all_pairs():
    less, more = Net(1, np.array([0.2, 0.8])), Net(0, np.array([0.5, 0.1, 0.4]))
    found = difference(5, less, more)
    pairs = {}
    for i, p in enumerate(less.pmf):
        for j, q in enumerate(more.pmf):
            value = 5 - (1 + i) + j
            pairs[value] = pairs.get(value, 0) + p * q
    assert {found.first + k: pytest.approx(p) for k, p in enumerate(found.pmf)} == pairs
    assert found.mean == pytest.approx(5 - 1.8 + 0.9)
    assert quantile_of(found, 0.02) == found.first
    assert quantile_of(found, 1.0) == found.first + len(found.pmf) - 1
