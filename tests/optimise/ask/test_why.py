"""Why somebody has a duty, against all plans of a tiny ward."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from optimise.ask.told import why_lines, why_object
from optimise.ask.why import ASKED, Question, why
from optimise.core.errors import InputError
from optimise.roster.problem import OFF, Roster, RosterProblem
from optimise.roster.view import requests

pytestmark = pytest.mark.quick

Tried = list[tuple[float, Roster]]


def best_with(tried: Tried, who: int, day: int, duties: set[int]) -> float:
    return min((cost for cost, plan in tried if int(plan.duties[who, day]) in duties), default=math.inf)


def test_each_duty_has_the_price_that_trying_everything_finds(tiny: RosterProblem, tried: Tried) -> None:
    cost, plan = tried[0]
    asked = 0
    for who, day in ((e, d) for e in range(2) for d in range(4)):
        duty = int(plan.duties[who, day])
        refused = any(not r.granted and (r.employee, r.day) == (who, day) for r in requests(tiny, plan))
        if duty == OFF or refused:
            continue
        asked += 1
        found = why(tiny, plan, who, day, method="highs", seconds=20)
        other = best_with(tried, who, day, {0, 1, 2} - {duty})
        assert found.question is Question.DUTY
        assert found.proven
        assert found.impossible == math.isinf(other)
        if not found.impossible:
            assert found.added == pytest.approx(other - cost)
            assert found.least_added == pytest.approx(other - cost)
            assert found.plan is not None
            assert int(found.plan.duties[who, day]) != duty
            assert tiny.evaluate(found.plan) == found.after
            assert (found.changes[0].who, found.changes[0].day) == (tiny.employees[who].id, day)
    assert asked


def test_a_refused_request_has_its_price(tiny: RosterProblem, tried: Tried) -> None:
    cost, plan = tried[0]
    refused = [r for r in requests(tiny, plan) if not r.granted]
    assert refused
    for request in refused:
        found = why(tiny, plan, request.employee, request.day, method="highs", seconds=20)
        allowed = {0} if request.wish == "day off" else {0, 1}
        assert found.question is Question.REQUEST
        assert found.proven
        assert found.added == pytest.approx(best_with(tried, request.employee, request.day, allowed) - cost)
        lines = "\n".join(why_lines(found, tiny))
        assert f"why was the request of {found.who} on" in lines
        assert "proven" in lines or "costs the same" in lines


def test_what_no_rule_allows_is_proven_with_the_rule(tiny: RosterProblem, tried: Tried) -> None:
    who, day, shift = tiny.employees[1].id, tiny.horizon.date(3), tiny.shifts[0].id
    assert day is not None
    found = why(tiny, tried[0][1], who, day, shift=shift, method="highs", seconds=20)
    assert (found.question, found.impossible, found.proven, found.wanted) == (Question.SHIFT, True, True, "E")
    assert found.bound == math.inf
    told = "\n".join(why_lines(found, tiny))
    assert "this is proven" in told
    assert "leave" in told
    assert ASKED in told
    made = why_object(found, tiny)
    assert (made["lower_bound"], made["cost_wanted"], made["impossible"]) == (None, None, True)
    assert (ASKED, [who], [day.isoformat()]) in [(one["rule"], one["who"], one["days"]) for one in made["because"]]


def test_what_proved_a_bound_is_for_json_and_its_run_for_people(tiny: RosterProblem, tried: Tried) -> None:
    cost, plan = tried[0]
    who = next(e for e in range(2) if plan.duties[e, 1] == tiny.duty_index("N"))
    found = why(tiny, plan, who, 1, method="highs", seconds=20)
    after = replace(tiny.evaluate(plan), cost=cost + 5)
    shown = replace(found, after=after, bound=cost + 5, bound_source="Lagrangian bound (exact dyadic arithmetic)")
    assert "No plan with it costs less: this is proven." in why_lines(shown, tiny)
    assert why_object(shown, tiny)["lower_bound_source"] == "Lagrangian bound (exact dyadic arithmetic)"
    earlier = replace(shown, bound_source="proven by the run of 30 Nov 2026: Lagrangian bound")
    assert "No plan with it costs less: proven by the run of 30 Nov 2026." in why_lines(earlier, tiny)
    weaker = "\n".join(why_lines(replace(shown, bound=cost + 2), tiny))
    assert "known is that it costs at least 2 more: this is proven." in weaker


def test_a_plan_that_is_not_the_best_is_called_so(tiny: RosterProblem, tried: Tried) -> None:
    """The dearest plan: some other duty is cheaper, which needs no bound."""
    plan = tried[-1][1]
    who, day = next((e, d) for e in range(2) for d in range(4) if plan.duties[e, d] != OFF)
    found = why(tiny, plan, who, day, shift=tiny.duties[plan.duties[who, day]].shift, method="highs", seconds=20)
    assert found.added < 0
    assert found.proven
    assert "this plan is not the best one" in "\n".join(why_lines(found, tiny))


def test_a_known_bound_of_the_ward_holds_for_the_opposite(tiny: RosterProblem, tried: Tried) -> None:
    cost, plan = tried[0]
    who = next(e for e in range(2) if plan.duties[e, 1] == tiny.duty_index("N"))
    found = why(tiny, plan, who, 1, method="matheuristic", seconds=3, known=(cost, "a file"))
    assert found.bound >= cost
    assert not found.proven or found.added == pytest.approx(0.0)


def test_somebody_who_is_off_and_asked_nothing_has_no_why(tiny: RosterProblem, tried: Tried) -> None:
    with pytest.raises(InputError, match="is off on Thu 8 Jan and no request is refused then"):
        why(tiny, tried[0][1], 1, 3)


def test_a_plan_that_breaks_hard_rules_is_refused(tiny: RosterProblem) -> None:
    with pytest.raises(InputError, match="breaks hard rules"):
        why(tiny, Roster.from_array([[0] * 4] * 2), 0, 1)
