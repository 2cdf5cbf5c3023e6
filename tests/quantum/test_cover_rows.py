"""Rosters by cover rows: energies are the evaluator's, head counts hold, and mixers run from a study's table."""

from pathlib import Path

import numpy as np
import pytest

import optimise
import quantum
from optimise.core.errors import InputError, UnsupportedError
from quantum.encode.cover_rows import MOST_BITS
from quantum.sources import encoded

WARD = Path("examples/ward4x7.json").resolve()


@pytest.fixture(scope="module")
def ward():
    return optimise.read(WARD)


@pytest.fixture(scope="module")
def cut(ward):
    return quantum.encode(ward, blocks="cover", days=[4, 5])


def every(energy):
    return energy.choices(np.arange(energy.states))


def test_energies_are_costs_where_nobody_has_two_duties(ward, cut):
    choices = every(cut.energy)
    whole = [not cut.mended(c) for c in choices]
    assert 0 < sum(whole) < len(whole)
    costs = [cut.true_cost(c) for c in choices[whole]]
    assert cut.energy.energies(choices[whole]) == pytest.approx(costs)


def test_two_duties_on_a_day_cost_a_hard_rule_and_are_told(ward, cut):
    choices = every(cut.energy)
    twice = next(c for c in choices if cut.mended(c))
    assert "has 2 duties on day" in cut.mended(twice)[0]
    whole = [c for c in choices if not cut.mended(c) and not cut.hard(c)]
    assert cut.energy.energy(twice) > max(cut.energy.energy(c) for c in whole)
    with pytest.raises(InputError, match="has 2 duties on day"):
        cut.decode(cut.energy.bits(twice), repair=False)


def test_every_state_has_the_head_counts_of_the_plan(ward, cut):
    plan = cut.decode(cut.energy.bits(np.zeros(cut.energy.blocks, dtype=np.int64)))
    for chosen in every(cut.energy):
        if not cut.mended(chosen):
            duties = cut.decode(cut.energy.bits(chosen)).duties
            assert np.array_equal(np.sort(duties[:, [4, 5]], axis=0), np.sort(plan.duties[:, [4, 5]], axis=0))


def test_what_cannot_be_opened_is_told(ward):
    with pytest.raises(InputError, match="hold in every state"):
        quantum.encode(ward, blocks="cover", cover="exact")
    with pytest.raises(UnsupportedError, match=f"bits, of which {MOST_BITS}"):
        quantum.encode(ward, blocks="cover")


@pytest.mark.parametrize("mixer", ["dicke-complete", "dicke-ring", "partition"])
def test_a_study_takes_the_mixers_by_name(mixer):
    table = {"path": str(WARD), "days": [4, 5], "blocks": "cover"}
    (problem,) = encoded(table, Path())
    options = {"mixer": mixer, "optimiser": "none", "depth": 3, "start": "ramp"}
    found = optimise.solve(problem, "qaoa", seed=1, options=options)
    assert found.feasible
    assert found.cost >= problem.optimum - 1e-6
    assert found.stats.counts["feasible before"] == pytest.approx(1.0)
    assert found.stats.counts["two-qubit gates"] > 0
