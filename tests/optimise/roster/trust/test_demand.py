"""Demand of whole shifts, and how much of it is met."""

from __future__ import annotations

from optimise.roster.trust.demand import met_by, present, wanted_of


def test_one_too_many_meets_nothing_elsewhere(made):
    problem, plan = made()
    found = met_by(problem, plan, None)
    assert (found.wanted, found.met, found.left_out) == (22, 12, "")
    assert found.met == sum(min(d.minimum, present(plan, d)) for d in wanted_of(problem, None))


def test_demand_between_clock_times_is_said_to_be_left_out(made, data):
    data["demand"].append({"between": ["10:00", "21:00"], "minimum": 1})
    data["skill_mix"].append({"who": {"skills": ["RN"]}, "share": 0.5})
    problem, plan = made()
    assert met_by(problem, plan, frozenset({0, 1})).wanted == 7
    assert "head counts between clock times or of shares are not in it" in met_by(problem, plan, None).left_out
