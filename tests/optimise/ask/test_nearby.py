"""Plans near another one, against all plans of a tiny ward."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.ask.nearby import fewer_changes, ways_to_leave, ways_to_take, within_days
from optimise.ask.ways import WaySearch, changed
from optimise.roster.problem import OFF, Roster, RosterProblem
from optimise.roster.rules.requests import Pins

pytestmark = pytest.mark.quick

Tried = list[tuple[float, Roster]]


def test_plans_in_which_somebody_leaves_or_takes_a_duty_do_so(tiny: RosterProblem, tried: Tried) -> None:
    _, plan = tried[0]
    for who, day in np.argwhere(plan.duties != OFF).tolist():
        left = ways_to_leave(tiny, plan, day, who)
        assert all(each.duties[who, day] == OFF for each in left if not (each.duties == plan.duties).all())
        other = 3 - int(plan.duties[who, day])
        for each in ways_to_take(tiny, plan, day, who, [other]):
            assert int(each.duties[who, day]) == other
            assert tiny.evaluate(each).feasible
    assert ways_to_take(tiny, plan, 0, 0, []) == []


def test_around_a_day_the_best_plan_is_found_and_few_cells_change(tiny: RosterProblem, tried: Tried) -> None:
    """The window holds all of the tiny ward, so the best of all plans comes out, and of equal ones a near one."""
    cost, plan = tried[0]
    assert within_days(tiny, plan, 1, 0, seconds=20, seed=0) == plan
    who, day = np.argwhere(plan.duties != OFF).tolist()[0]
    demanded = tiny.with_rules(Pins(name="off", cells=((who, day, 1),)))
    found = within_days(demanded, plan, day, who, seconds=20, seed=0)
    allowed = [(c, p) for c, p in tried if p.duties[who, day] == OFF]
    if not allowed:
        assert found is None
        return
    assert found is not None
    best = allowed[0][0]
    assert tiny.evaluate(found).cost == pytest.approx(best)
    equal = [p for c, p in allowed if c <= best + 1e-9]
    least = min(int((p.duties != plan.duties).sum()) for p in equal)
    assert int((found.duties != plan.duties).sum()) <= least + 1
    assert best >= cost


def test_changes_that_gain_nothing_are_taken_back(tiny: RosterProblem, tried: Tried) -> None:
    """Of all plans whose cells are each as in one of two plans: one that costs no more, with the fewest changes."""
    cost, plan = tried[0]
    dearer = [(c, p) for c, p in tried if c > cost + 1e-9]
    for c, other in dearer[:: max(1, len(dearer) // 5)]:
        made = fewer_changes(tiny, plan, other, seconds=20, seed=0)
        assert ((made.duties == plan.duties) | (made.duties == other.duties)).all()
        assert tiny.evaluate(made).cost <= c + 1e-9
        assert made == plan  # which is one of them


def test_a_way_costs_what_its_plan_costs(tiny: RosterProblem, tried: Tried) -> None:
    cost, plan = tried[len(tried) // 2]
    seen = 0
    for day in range(4):
        search = WaySearch(tiny, plan, day, [1], None)
        for way in (*search.alone(), *search.swaps()):
            seen += 1
            assert tiny.evaluate(changed(plan, way.cells)).cost - cost == pytest.approx(way.cost)
    assert seen
