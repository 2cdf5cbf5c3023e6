"""Totals over a few days, followed by the automaton, by labels or by neither, against enumeration of all words."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from optimise.core.horizon import Horizon
from optimise.roster.kernels import Pricer, on_grid, pricing_table
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift
from optimise.roster.rules import HARD, RosterRule, Runs, Total


def make(days: int, rules: list[RosterRule]) -> RosterProblem:
    shifts = (Shift("D", 450), Shift("N", 675))
    duties = (Duty("off"), Duty("D", 0), Duty("N", 1))
    return RosterProblem("tiny", "test", Horizon(days), shifts, duties, (Employee("A"),), tuple(rules))


@st.composite
def rolling(draw: st.DrawFn) -> RosterProblem:
    """A rolling limit on hours, perhaps limits of each week, perhaps a total, perhaps runs."""
    days = draw(st.integers(5, 6))
    length = draw(st.integers(2, 4))
    top, weight = draw(st.integers(1, 10)) * 225 + draw(st.sampled_from([0, 100])), draw(st.sampled_from([HARD, 0.5]))
    rules: list[RosterRule] = [
        Total(
            name=f"window{first}",
            of=6,
            measure="minutes",
            maximum=top,
            weight_maximum=weight,
            period=(first, first + length),
        )
        for first in range(-1, days - length + 1)
    ]
    if draw(st.booleans()):
        low = draw(st.integers(1, 4)) * 225
        price = draw(st.sampled_from([HARD, 0.25]))
        rules.append(
            Total(name="week", of=6, measure="minutes", minimum=low, weight_minimum=price, period=(1, 1 + length))
        )
    if draw(st.booleans()):
        rules.append(Total(name="whole", of=6, minimum=2, maximum=4, weight_minimum=1.0, weight_maximum=HARD))
    if draw(st.booleans()):
        rules.append(Runs(name="runs", of=6, maximum=3, weight_maximum=HARD, minimum=2, weight_minimum=2.0))
    return make(days, rules)


def enumerated(problem: RosterProblem, prices: NDArray[np.float64]) -> dict[bytes, float]:
    days = problem.horizon.days
    out = {}
    for letters in product(range(3), repeat=days):
        word = np.array(letters, dtype=np.int16)
        found = problem.evaluate(Roster(word[None, :]))
        if found.feasible:
            out[word.tobytes()] = found.cost + float(prices[np.arange(days), word].sum())
    return out


@pytest.mark.parametrize("way", ["as it comes", "folded", "when they bind", "labels", "neither"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(problem=rolling(), seed=st.integers(0, 2**32 - 1))
def test_rolling_limits_are_priced_exactly(
    way: str, monkeypatch: pytest.MonkeyPatch, problem: RosterProblem, seed: int
) -> None:
    with monkeypatch.context() as patch:
        if way == "folded":
            patch.setattr(pricing_table, "_GROWTH", math.inf)
            patch.setattr(pricing_table, "_RAW", 10_000)
        elif way == "when they bind":
            patch.setattr(pricing_table, "_GROWTH", 0.0)
            patch.setattr(pricing_table, "_TRY", 1)
        elif way in ("labels", "neither"):
            patch.setattr(pricing_table, "folded", lambda *given: None)
            patch.setattr(pricing_table, "_EAGER_CELLS", 0)
        if way == "neither":
            patch.setattr(pricing_table, "_LABEL_BITS", 0)
            patch.setattr(pricing_table, "_MOST_CELLS", 0)
        prices = on_grid(np.random.default_rng(seed).normal(-1, 200, (problem.horizon.days, 3)))
        expected = enumerated(problem, prices)
        pricer = Pricer(problem.compiled)
        answer = pricer.price(0, prices, columns=2)
        if not expected:
            assert not len(answer.values)
            return
        least = min(expected.values())
        assert answer.bound <= least + 1e-6
        for value, word in zip(answer.values, answer.words, strict=True):
            assert value == pytest.approx(expected[word.tobytes()], abs=1e-4)
            assert pricer.cost(0, word) + prices[np.arange(len(word)), word].sum() == pytest.approx(value, abs=1e-4)
        if way != "neither":
            assert answer.exact
            assert answer.values[0] == pytest.approx(least, abs=1e-4)
        elif answer.bound < math.inf:
            assert len(answer.values), "hard limits alone leave a roster"


def test_six_weeks_of_a_rolling_limit_are_priced_exactly() -> None:
    """What pricing met before: every day worth a long shift, and a limit of 60 h in any seven days."""
    days = 42
    rules: list[RosterRule] = [
        Total(name=f"w{d}", of=6, measure="minutes", maximum=3600, period=(d, d + 7)) for d in range(-6, days - 6)
    ]
    problem = make(days, rules)
    prices = np.zeros((days, 3))
    prices[:, 1:] = -1000.0, -1500.0
    answer = Pricer(problem.compiled).price(0, on_grid(prices))
    assert answer.exact
    # a unit of 3.75 h is worth 500 either way, and a week holds at most 16 of them
    assert answer.values[0] == pytest.approx(-500.0 * 16 * 6)
