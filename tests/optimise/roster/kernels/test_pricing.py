"""Exact pricing against enumeration of all words, with every kind of counter and sequence rule."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from optimise.core.horizon import Horizon
from optimise.roster.kernels import COARSE, GRID, Pricer, on_grid, pricing_table
from optimise.roster.problem import Duty, Employee, Roster, RosterProblem, Shift
from optimise.roster.rules import (
    HARD,
    DaysOff,
    Request,
    Requests,
    RosterRule,
    Runs,
    Succession,
    Total,
    WorkedWeekends,
)


def make(days: int, rules: tuple[RosterRule, ...]) -> RosterProblem:
    return RosterProblem(
        "tiny",
        "test",
        Horizon(days, first_weekday=4),
        (Shift("D", 480), Shift("N", 720)),
        (Duty("off"), Duty("D", 0), Duty("N", 1)),
        (Employee("A"),),
        rules,
    )


weights = st.sampled_from([HARD, 2.0, 0.5])


@st.composite
def problems(draw: st.DrawFn) -> RosterProblem:
    days = draw(st.integers(3, 6))
    rules: list[RosterRule] = [
        Runs(
            name="work",
            of=6,
            minimum=draw(st.none() | st.integers(2, 3)),
            maximum=draw(st.none() | st.integers(1, 4)),
            weight_minimum=draw(weights),
            weight_maximum=draw(weights),
        ),
        Succession(name="succession", pairs=((4, 2),), weight=draw(weights)),
        Requests(
            name="wishes",
            requests=tuple(
                Request(0, draw(st.integers(0, days - 1)), draw(st.integers(1, 6)), draw(st.sampled_from([1.0, 4.0])))
                for _ in range(draw(st.integers(0, 3)))
            ),
        ),
        DaysOff(name="leave", cells=((0, draw(st.integers(0, days - 1))),)),
    ]
    for i, (of, measure) in enumerate((((2), "duties"), (4, "duties"), (6, "minutes"), (6, "duties"))):
        if draw(st.booleans()):
            scale = 240 if measure == "minutes" else 1
            lower = draw(st.none() | st.integers(0, 8 if scale > 1 else 3))
            upper = draw(st.none() | st.integers(1, 9 if scale > 1 else 3))
            rules.append(
                Total(
                    name=f"total{i}",
                    of=of,
                    measure=measure,
                    minimum=None if lower is None else lower * scale,
                    maximum=None if upper is None else upper * scale,
                    weight_minimum=draw(st.sampled_from([HARD, 0.25, 1.0])),
                    weight_maximum=draw(st.sampled_from([HARD, 0.25, 1.0])),
                )
            )
    if draw(st.booleans()):
        weekends = Horizon(days, first_weekday=4).weekends()
        rules.append(WorkedWeekends(name="weekends", weekends=weekends, maximum=0, weight=draw(weights)))
    return make(days, tuple(rules))


def personal(problem: RosterProblem, word: NDArray[np.int16]) -> float:
    found = problem.evaluate(Roster(word[None, :]))
    return found.cost if found.feasible else math.inf


def enumerated(problem: RosterProblem, prices: NDArray[np.float64]) -> list[float]:
    days = problem.horizon.days
    out = []
    for letters in product(range(3), repeat=days):
        word = np.array(letters, dtype=np.int16)
        cost = personal(problem, word)
        if math.isfinite(cost):
            out.append(cost + float(prices[np.arange(days), word].sum()))
    return sorted(out)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_cheapest_roster_is_exact(problem: RosterProblem, seed: int) -> None:
    prices = on_grid(np.random.default_rng(seed).normal(0, 3, (problem.horizon.days, 3)))
    expected = enumerated(problem, prices)
    answer = Pricer(problem.compiled).price(0, prices, columns=3)
    if not expected:
        assert not len(answer.values)
        assert math.isinf(answer.bound)
        return
    assert answer.exact
    assert answer.values[0] == expected[0] == answer.bound
    for value, word in zip(answer.values, answer.words, strict=True):
        own = personal(problem, word)
        assert value == own + prices[np.arange(len(word)), word].sum()
        assert Pricer(problem.compiled).cost(0, word) == own


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_single_precision_is_exact_on_the_coarse_grid(problem: RosterProblem, seed: int) -> None:
    prices = on_grid(np.random.default_rng(seed).normal(0, 300, (problem.horizon.days, 3)), COARSE)
    expected = enumerated(problem, prices)
    pricer = Pricer(problem.compiled)
    answer = pricer.price(0, prices, columns=3)
    assert hasattr(pricer._local, "single")
    assert answer.bound == (expected[0] if expected else math.inf)
    if expected:
        assert answer.values[0] == expected[0]


def test_prices_too_large_for_single_precision_are_summed_in_double() -> None:
    problem = make(4, ())
    pricer = Pricer(problem.compiled)
    prices = np.zeros((4, 3))
    prices[:, 1], prices[:, 2] = 2.0**20 + COARSE, 2.0**21
    prices[:, 0] = 2.0**20 + 2 * COARSE
    answer = pricer.price(0, prices)
    assert not hasattr(pricer._local, "single")
    assert answer.bound == 4 * (2.0**20 + COARSE)


@settings(max_examples=30, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_lazy_counters_change_nothing(problem: RosterProblem, seed: int) -> None:
    """All upper limits carried by the search instead of the table."""
    prices = on_grid(np.random.default_rng(seed).normal(0, 3, (problem.horizon.days, 3)))
    eager = Pricer(problem.compiled).price(0, prices)
    kept, pricing_table._EAGER_CELLS = pricing_table._EAGER_CELLS, 0
    try:
        lazy = Pricer(problem.compiled).price(0, prices)
    finally:
        pricing_table._EAGER_CELLS = kept
    assert lazy.values.tolist() == eager.values.tolist()
    assert lazy.bound == eager.bound


@settings(max_examples=30, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1), st.floats(0, 4))
def test_every_roster_below_a_limit_is_listed(problem: RosterProblem, seed: int, gap: float) -> None:
    prices = on_grid(np.random.default_rng(seed).normal(0, 3, (problem.horizon.days, 3)))
    expected = enumerated(problem, prices)
    if not expected:
        return
    limit = expected[0] + gap
    answer = Pricer(problem.compiled).price(0, prices, limit=limit, columns=2000, every=True)
    assert len({w.tobytes() for w in answer.words}) == len(answer.words)
    # per class of duties that no rule tells apart only the cheapest is listed; here all duties differ in minutes
    assert set(answer.values.tolist()) <= set(expected)
    assert answer.values[0] == expected[0]


def test_a_list_says_whether_it_holds_every_roster() -> None:
    problem = make(5, (Total(name="few", of=4, maximum=1),))
    prices = np.zeros((5, 3))
    whole = Pricer(problem.compiled).price(0, prices, columns=1000, every=True)
    assert whole.complete
    few = Pricer(problem.compiled).price(0, prices, columns=len(whole.words) - 1, every=True)
    assert not few.complete
    cut = Pricer(problem.compiled, nodes=10).price(0, prices, columns=1000, every=True)
    assert not cut.complete
    none = Pricer(problem.compiled).price(0, prices, limit=-1.0, columns=1000, every=True)
    assert none.complete
    assert not len(none.words)


def test_hard_limits_alone_give_a_roster_at_its_full_cost() -> None:
    problem = make(8, (Total(name="few", of=4, maximum=1), Total(name="some", of=2, maximum=2, weight_maximum=3.0)))
    prices = np.zeros((8, 3))
    prices[:, 1:] = -2.0
    found = Pricer(problem.compiled).lenient(0, prices)
    assert found.bound == -math.inf
    word = found.words[0]
    assert found.values[0] == personal(problem, word) + float(prices[np.arange(8), word].sum())
    assert found.values[0] >= Pricer(problem.compiled).price(0, prices).values[0]


def test_a_search_cut_short_still_gives_a_valid_bound() -> None:
    rules = (Total(name="few", of=4, maximum=1), Total(name="some", of=2, maximum=2))
    problem = make(10, rules)
    prices = np.zeros((10, 3))
    prices[:, 1:] = -on_grid(np.random.default_rng(0).uniform(1, 2, (10, 2)))
    exact = Pricer(problem.compiled).price(0, prices).values[0]
    kept = pricing_table._EAGER_CELLS, pricing_table._MOST_CELLS
    pricing_table._EAGER_CELLS = pricing_table._MOST_CELLS = 0
    try:
        short = Pricer(problem.compiled, nodes=40).price(0, prices)
    finally:
        pricing_table._EAGER_CELLS, pricing_table._MOST_CELLS = kept
    assert not short.exact
    assert short.bound <= exact
    for value, word in zip(short.values, short.words, strict=True):
        assert value >= exact
        assert math.isfinite(personal(problem, word))


def test_forbidden_cells_are_respected() -> None:
    problem = make(5, (Runs(name="work", of=6, maximum=3),))
    shut = np.zeros((5, 3), dtype=np.bool_)
    shut[2, 1:] = True
    answer = Pricer(problem.compiled).price(0, np.full((5, 3), -1.0) * [0, 1, 1], forbidden=shut)
    assert answer.words[0, 2] == 0


def test_reset_forgets_promotions() -> None:
    rules = (Total(name="few", of=4, maximum=3), Total(name="minutes", of=6, measure="minutes", minimum=4800))
    problem = make(12, rules)
    kept, pricing_table._EAGER_CELLS = pricing_table._EAGER_CELLS, 0
    try:
        pricer = Pricer(problem.compiled, nodes=100)
        prices = np.zeros((12, 3))
        prices[:, 2] = -on_grid(np.random.default_rng(0).uniform(4, 5, 12))
        first = pricer.price(0, prices)
        assert pricer.promoted()
        pricer.reset()
        assert not pricer.promoted()
        assert pricer.price(0, prices).values.tolist() == first.values.tolist()
    finally:
        pricing_table._EAGER_CELLS = kept


def test_grid_rounds_down_and_keeps_integers() -> None:
    values = np.array([3.0, 1 / 3, -1 / 3, np.inf])
    rounded = on_grid(values)
    assert (rounded <= values).all()
    assert rounded[0] == 3.0
    assert np.isinf(rounded[3])
    assert np.abs(rounded[:3] - values[:3]).max() < GRID
