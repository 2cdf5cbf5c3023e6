"""Figures of a roster: right numbers, and unknown where it is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimise.roster.trust.figures import per_cent, roster_figures

RIGHT = {
    "Unused contracted hours": (0.0, "fact"),
    "Net balance carried forward": (2 + 18.4 + 13.8, "fact"),
    "Headroom used": (20.0, "pass"),
    "Annual leave": (13.3, "pass"),
    "Additional duties": (1.0, "fact"),
    "Lead time to publication": (35.0, "fail"),
    "Demand met": (54.5, "fact"),
    "Demand for registered staff met": (71.4, "fact"),
    "Hours by registered staff": (58.3, "fact"),
    "Care hours per patient day": (2.3, "fact"),
}


def figures(problem, plan):
    return {f.name: f for f in roster_figures(problem, plan)}


def test_every_figure_is_right_and_names_its_source(made):
    found = figures(*made())
    assert {name: (pytest.approx(f.value), f.verdict) for name, f in found.items()} == RIGHT
    assert all(f.source for f in found.values())
    assert "not counted: Dee" in found["Unused contracted hours"].text
    assert found["Additional duties"].text == "Wed 7 Jan: 1 E"
    assert "registered 1.1" in found["Care hours per patient day"].text


@pytest.mark.parametrize(("leave", "verdict"), [(0.11, "pass"), (0.1333, "pass"), (0.14, "fail")])
def test_annual_leave_stands_against_the_range_of_the_ward(made, data, leave, verdict):
    data["standards"] |= {"annual_leave_least": leave}
    assert figures(*made())["Annual leave"].verdict == verdict


def test_what_nobody_says_is_unknown_and_never_good(made, data):
    del data["standards"], data["census"], data["skill_mix"]
    for person in data["staff"]:
        person.pop("skills", None)
        person.pop("weekly_hours", None)
    found = figures(*made())
    unknown = {name for name, f in found.items() if f.verdict == "unknown"}
    assert unknown == {
        "Unused contracted hours",
        "Net balance carried forward",
        "Headroom used",
        "Annual leave",
        "Lead time to publication",
        "Demand for registered staff met",
        "Care hours per patient day",
    }
    assert all(found[name].value is None for name in unknown)


def test_without_headroom_the_share_is_told_and_not_judged(made, data):
    del data["standards"]["headroom"]
    found = figures(*made())["Headroom used"]
    assert (found.value, found.verdict) == (20.0, "unknown")


def test_demand_inside_demand_counts_once(made, data):
    data["demand"].append({"name": "nurses", "shifts": ["E"], "minimum": 2, "who": {"skills": ["RN"]}})
    found = figures(*made())
    assert found["Demand met"].text == "12 of 22 duties that are asked for; 7 head counts".partition(";")[0]
    assert found["Demand for registered staff met"].text.startswith("10 of 21 duties")


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(1, 3, 33.3), (0, 5, 0.0), (5, 5, 100.0), (1, 10000, 0.1), (9999, 10000, 99.9)]
)
def test_a_share_is_never_rounded_to_none_or_all(part, whole, shown):
    assert per_cent(part, whole) == shown


def test_other_problems_have_no_figures(made):
    problem, plan = made()
    assert roster_figures(replace(problem, meta={}), plan) == ()
