"""The list by which a roster is approved: no tick over a breach, nothing unknown passes."""

from __future__ import annotations

import pytest

from optimise.roster.trust.checklist import checklist

GOOD = [["E", "E", "E", "-", "-", "-", "-"]] * 2 + [["-", "-", "-", "E", "E", "E", "-"]] * 2


def verdicts(problem, plan):
    return {c.question: c.verdict for c in checklist(problem, plan, problem.evaluate(plan))}


def test_a_bad_plan_fails_where_it_is_bad(made):
    assert verdicts(*made()) == {
        "Rules that must be kept": "fail",
        "Every demand is met": "fail",
        "Skills and supervision on every shift": "fail",
        "11 hours of rest between shifts": "pass",
        "24 hours of rest in 7 days, or 48 in 14": "unknown",
        "Average week": "fail",
        "Everybody within one shift of the contract": "fail",
        "Annual leave": "pass",
        "Headroom used": "pass",
        "Lead time to publication": "fail",
        "Additional duties": "fact",
        "No red flag in the roster": "fail",
        "Loads are shared fairly": "unknown",
        "Requests": "unknown",
    }


def test_rules_that_are_kept_pass(made, data):
    data["rules"] = {"weekly_rest": 24, "fairness": [{"of": "nights"}]}
    data["demand"], data["skill_mix"], data["leave"] = [{"shifts": ["E"], "minimum": 2, "days": ["Mon"]}], [], []
    data["standards"]["published"] = "2025-11-01"
    found = verdicts(*made(GOOD))
    assert {q for q, v in found.items() if v == "pass"} == {
        "Rules that must be kept",
        "Every demand is met",
        "11 hours of rest between shifts",
        "24 hours of rest in 7 days, or 48 in 14",
        "Average week",
        "Everybody within one shift of the contract",
        "Headroom used",
        "Lead time to publication",
    }


def test_a_rule_that_does_not_bind_everybody_passes_for_nobody(made, data):
    data["staff"][2]["limits"] = {"min_rest_hours": "none", "max_average_weekly_hours": 60}
    problem, plan = made(GOOD)
    (rest,) = [c for c in checklist(problem, plan, problem.evaluate(plan)) if c.question.startswith("11 hours")]
    assert (rest.verdict, rest.text) == ("unknown", "kept by those it binds; it does not bind Chi")


@pytest.mark.parametrize("hours", [9, 10])
def test_a_rule_below_the_law_says_nothing_of_the_law(made, data, hours):
    data["rules"] = {"min_rest_hours": hours}
    assert verdicts(*made(GOOD))["11 hours of rest between shifts"] == "unknown"


def test_a_ward_that_says_nothing_has_a_list_all_the_same(made, data):
    for key in ("standards", "census", "skill_mix", "leave", "demand"):
        del data[key]
    data["staff"] = [{"id": person["id"]} for person in data["staff"]]
    found = verdicts(*made(GOOD))
    assert len(found) == 14
    assert {q for q, v in found.items() if v == "pass"} == {
        "Rules that must be kept",
        "11 hours of rest between shifts",
        "Average week",
    }
