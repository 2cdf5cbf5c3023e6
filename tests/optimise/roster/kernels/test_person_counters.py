"""What a person's counters cost at their end, against the evaluation of every roster."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimise.roster.arrays import roster_arrays
from optimise.roster.kernels.person_counters import person_counters
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import Total
from optimise.testing import ward
from optimise.testing.wards import WORK


def of(rule: Total) -> RosterProblem:
    return ward("totals", [rule], people=1, days=4)


@pytest.mark.parametrize(
    "rule",
    [
        Total(name="t", of=WORK, minimum=2, maximum=2, weight_minimum=3.0, weight_maximum=7.0),
        Total(
            name="t", of=WORK, measure="minutes", minimum=1000, maximum=1500, weight_minimum=0.5, weight_maximum=0.25
        ),
        Total(name="t", of=WORK, maximum=1, weight_maximum=2.0),
        Total(name="t", of=WORK, measure="minutes", maximum=1300, weight_maximum=1.0),  # between two units
    ],
)
def test_the_end_costs_what_the_evaluation_charges(rule: Total) -> None:
    problem = of(rule)
    allowed = np.ones((4, 3), dtype=np.bool_)
    (counter,) = person_counters(roster_arrays(problem.compiled, problem.automata), 0, allowed)
    end, values = counter.end_costs(), counter.values
    assert values is not None
    for row in product(range(3), repeat=4):
        total = int(values[np.arange(4), list(row)].sum())
        told = end[min(total, counter.cap)] + counter.past_price * max(0, total - counter.cap)
        assert told == pytest.approx(problem.evaluate(Roster.from_array([list(row)])).cost)


def test_what_cannot_bind_is_dropped_and_what_alone_is_too_much_is_barred() -> None:
    free = of(Total(name="t", of=WORK, maximum=4))
    allowed = np.ones((4, 3), dtype=np.bool_)
    assert person_counters(roster_arrays(free.compiled, free.automata), 0, allowed) == []
    tight = of(Total(name="t", of=WORK, measure="minutes", maximum=500))  # a night has 600
    person_counters(roster_arrays(tight.compiled, tight.automata), 0, allowed)
    assert not allowed[:, 2].any()
    assert allowed[:, :2].all()


def test_the_hard_part_of_a_counter() -> None:
    problem = of(Total(name="t", of=WORK, minimum=1, maximum=2, weight_minimum=4.0))
    allowed = np.ones((4, 3), dtype=np.bool_)
    (counter,) = person_counters(roster_arrays(problem.compiled, problem.automata), 0, allowed)
    hard = counter.hard()
    assert hard is not None
    assert (hard.lower, hard.upper) == (None, 2)
