"""Costs of changed rows and head counts are those of the evaluator."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimise.roster.increments import Increments, Moves
from optimise.roster.problem import Roster, RosterProblem
from optimise.testing.random_wards import random_ward

pytestmark = pytest.mark.quick


def changed(plan: Roster, cells: list[tuple[int, int, int]]) -> Roster:
    duties = plan.duties.copy()
    for e, d, a in cells:
        duties[e, d] = a
    return Roster(duties)


def hard(problem: RosterProblem, plan: Roster) -> dict[str, float]:
    return {r.rule: r.amount for r in problem.evaluate(plan).rules if r.hard}


@pytest.fixture(scope="module", params=range(24))
def made(request: pytest.FixtureRequest) -> tuple[RosterProblem, Roster, Random]:
    random = Random(f"increments {request.param}")
    problem = random_ward(random).problem()
    people, days, duties = problem.shape
    return problem, Roster.from_array([[random.randrange(duties) for _ in range(days)] for _ in range(people)]), random


def test_two_changed_cells_cost_what_the_evaluator_says(made: tuple[RosterProblem, Roster, Random]) -> None:
    problem, plan, random = made
    people, days, duties = problem.shape
    costs, before = Increments(problem, plan), problem.evaluate(plan)
    for _ in range(6):
        e, (d, d2) = random.randrange(people), (random.randrange(days), random.randrange(days))
        cells = [(e, d, random.randrange(duties)), (e, d2, random.randrange(duties))][: 1 + (d != d2)]
        after = changed(plan, cells)
        soft, rise = costs.rows(e, after.duties[[e]])
        moves = costs.moves(d, [e], cells[0][2])
        for _, day, duty in cells[1:]:
            moves = moves + costs.moves(day, [e], duty)
        more, harder = costs.heads(moves)
        found = problem.evaluate(after)
        assert soft[0] + more[0] == pytest.approx(found.cost - before.cost, abs=1e-6)
        assert rise[0] + harder[0] >= found.hard - before.hard - 1e-6
        if rise[0] + harder[0] == 0:
            was = hard(problem, plan)
            assert all(amount <= was[rule] + 1e-9 for rule, amount in hard(problem, after).items())


def test_everybody_at_once_is_each_alone(made: tuple[RosterProblem, Roster, Random]) -> None:
    problem, plan, random = made
    people, days, duties = problem.shape
    costs = Increments(problem, plan)
    for _ in range(4):
        day, duty = random.randrange(days), random.randrange(duties)
        soft, rise = costs.each(day, duty)
        alone = [costs.rows(e, changed(plan, [(e, day, duty)]).duties[[e]]) for e in range(people)]
        assert np.allclose(soft, [float(s[0]) for s, _ in alone])
        assert np.allclose(rise, [float(r[0]) for _, r in alone])


def test_a_breach_that_goes_away_hides_none_that_comes(made: tuple[RosterProblem, Roster, Random]) -> None:
    """Rises are counted place by place; a line that is hard and broken more is named."""
    problem, plan, _ = made
    costs = Increments(problem, plan)
    for day in range(problem.horizon.days):
        moves = costs.moves(day, [0], 0)
        harder = costs.heads(moves)[1][0]
        assert bool(costs.stopping(moves)) == (harder > 1e-9)


def test_moves_of_two_days_add_up() -> None:
    one = Moves(np.array([0, 2]), np.array([[1.0, -1.0]]))
    two = Moves(np.array([1, 2]), np.array([[1.0, 1.0], [0.0, 3.0]]))
    both = one + two
    assert both.lines.tolist() == [0, 1, 2]
    assert both.amounts.tolist() == [[1.0, 1.0, 0.0], [1.0, 0.0, 2.0]]
