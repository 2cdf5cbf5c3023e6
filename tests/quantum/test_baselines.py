"""Classical samplers of one-hot energies."""

import numpy as np
import pytest

from quantum import OneHot, Qubo
from quantum.baselines import SAMPLERS, QaoaSampler


def problem(sizes=(3, 4, 2, 3), seed=0):
    n = sum(sizes)
    return OneHot(Qubo.from_matrix(np.random.default_rng(seed).normal(size=(n, n))), sizes)


@pytest.mark.parametrize("name", [*SAMPLERS, "qaoa"])
def test_every_sampler_returns_sorted_distinct_states_and_finds_small_optima(name):
    sampler = SAMPLERS.get(name) or QaoaSampler()
    for seed in range(3):
        p = problem(seed=seed)
        found = sampler(p, 2000, seed)
        assert np.allclose(p.energies(found.choices), found.energies)
        assert (np.diff(found.energies) >= 0).all()
        assert len(np.unique(found.choices, axis=0)) == len(found.choices)
        assert found.energies[0] == pytest.approx(p.brute_force()[0], abs=1e-9)
        assert (sampler(p, 2000, seed).choices == found.choices).all()


def test_annealing_beats_random_sampling_on_the_same_budget():
    p = problem((4,) * 15, 1)
    annealed, drawn = (SAMPLERS[name](p, 6000, 0) for name in ("annealing", "random"))
    assert annealed.evaluations <= 6000
    assert annealed.energies[0] < drawn.energies[0]


def test_annealing_finds_inh_optima(benchmarks):
    from quantum.readers import read_inh

    instances = read_inh(benchmarks / "quantum" / "inh" / "instances.json")
    for name in ("inh_n4_d9_p1", "inh_n4_d9_p2", "inh_n5_d8_p3"):
        found = SAMPLERS["annealing"](instances[name].onehot(), 100_000, 0)
        assert found.energies[0] == pytest.approx(instances[name].optimum, abs=1e-9)
