"""Totals as lines: every plan costs the same, and pricing tables are as small as is said."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from optimise.roster.compiled import CompiledRoster
from optimise.roster.evaluate import roster_cost
from optimise.roster.problem import RosterProblem
from optimise.roster.rules import Total
from optimise.roster.rules.fairness import Fairness
from optimise.roster.totals import as_lines, lighter, table_cells, totals
from optimise.testing.random_hours import random_hours_ward
from optimise.testing.random_wards import random_ward

Ward = Callable[..., RosterProblem]
SHARE = Fairness(name="share", targets=(1.5, 2.0), before=(0, 1), of=6, weight=4.0)
NIGHTS = Total(name="nights", of=4, minimum=1, maximum=2, weight_minimum=3.0, weight_maximum=3.0)


@pytest.mark.parametrize("seed", range(12))
def test_every_plan_costs_the_same(seed: int) -> None:
    compiled = (random_ward if seed % 2 else random_hours_ward)(Random(seed)).problem().compiled
    changed = as_lines(compiled, [t for t in totals(compiled) if t.soft])
    random = np.random.default_rng(seed)
    for _ in range(10):
        words = random.integers(0, compiled.alphabet, (compiled.employees, compiled.days)).astype(np.int16)
        before, after = (roster_cost(form, words) for form in (compiled, changed))
        assert after == pytest.approx(before)


def test_steps_of_a_convex_price_share_a_line_and_a_dimension(ward: Ward) -> None:
    problem = ward(SHARE, histories=((), ()))
    compiled = problem.compiled
    (share,) = totals(compiled)
    assert len(share.counters) == 3
    assert table_cells(compiled, problem.automata) <= problem.automata[0].states * (compiled.days + 1)
    lines = as_lines(compiled, [share]).lines[len(compiled.lines) :]
    assert [line.terms[0].employees for line in lines] == [(0,), (1,)]
    assert [segment.price for segment in lines[0].over] == [4.0, 8.0, 12.0]


def test_bounds_of_two_rules_that_cross_are_two_lines(ward: Ward) -> None:
    low = Total(name="low", of=4, maximum=1, weight_maximum=2.0)
    high = Total(name="high", of=4, minimum=3, weight_minimum=5.0)
    compiled = ward(low, high, histories=((),)).compiled
    changed = as_lines(compiled, totals(compiled))
    assert len(changed.lines) == len(compiled.lines) + 2
    words = np.array([[2] * 2 + [0] * (compiled.days - 2)], dtype=np.int16)
    assert roster_cost(changed, words) == roster_cost(compiled, words)


def test_hard_totals_stay_in_the_table(ward: Ward) -> None:
    problem = ward(Total(name="nights", of=4, minimum=1, maximum=2), histories=((),))
    assert lighter(problem.compiled, problem.automata, 0.0) is problem.compiled


def test_totals_of_most_values_go_first_and_no_more_than_needed(ward: Ward) -> None:
    problem = ward(NIGHTS, SHARE, histories=((), ()))
    compiled, built = problem.compiled, problem.automata
    whole = table_cells(compiled, built)
    assert lighter(compiled, built, whole) is compiled
    made: CompiledRoster = lighter(compiled, built, whole - 1)
    assert {c.rule for c in made.counters} == {"nights"}
    assert table_cells(made, built) < whole
