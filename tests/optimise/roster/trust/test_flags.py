"""Red flags that a roster shows by itself, against a count minute by minute."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimise.roster.trust.flags import red_flags

NURSES = (0, 1)


def few_by_minutes(problem, plan, day, shift):
    """Whether fewer than two registered nurses are there in some minute of a shift that the plan tells about."""
    days = problem.horizon.days
    there = np.zeros(1440 * (days + 2), dtype=int)
    for e in NURSES:
        for d in range(days):
            duty = problem.duties[int(plan.duties[e, d])]
            if duty.shift >= 0:
                s = problem.shifts[duty.shift]
                there[1440 * d + s.start : 1440 * d + s.end] += 1
    first, last = max(s.end - 1440 for s in problem.shifts), 1440 * days + min(s.start for s in problem.shifts)
    begin, end = 1440 * day + problem.shifts[shift].start, 1440 * day + problem.shifts[shift].end
    return bool((there[max(begin, first) : min(end, last)] < 2).any())


@pytest.mark.parametrize("seed", range(12))
def test_shifts_with_fewer_than_two_are_those_of_a_count_by_minutes(made, data, seed):
    data["census"], data["skill_mix"] = [], []
    problem, _ = made()
    plan = problem.roster(np.array([d.id for d in problem.duties])[np.random.default_rng(seed).integers(0, 3, (4, 7))])
    wanted = {(d, problem.shifts[s].id) for d in range(7) for s in range(2) if few_by_minutes(problem, plan, d, s)}
    found = red_flags(problem, plan)
    assert {(f.day, f.shift) for f in found.flags} == wanted
    assert found.looked_at == 14


def test_a_shortfall_is_a_flag_above_8_hours_or_a_quarter(made, data):
    data["skill_mix"] = [{"name": "nurses", "who": {"skills": ["RN"]}, "minimum": 2, "shifts": ["E"]}]
    data["staff"][2]["skills"] = data["staff"][3]["skills"] = ["RN"]
    problem, plan = made()
    short = {f.day for f in red_flags(problem, plan).flags if "missing" in f.text}
    assert short == {3, 4, 5, 6}  # one of two is half; two on Monday and Wednesday; on Tuesday there are no patients


def test_days_without_patients_have_no_flags(made):
    assert 1 not in {f.day for f in red_flags(*made()).flags}


def test_what_cannot_be_told_is_said(made, data):
    data["census"], data["skill_mix"] = [], []
    assert red_flags(*made()).unknown == (
        "no census: every shift is taken to have patients",
        "no demand asks for registered staff alone, so a shortfall of their time cannot be told",
    )
    for person in data["staff"]:
        person.pop("skills", None)
    found = red_flags(*made())
    assert (found.flags, found.looked_at) == ((), 0)
    assert "who is registered" in found.unknown[0]
    problem, plan = made()
    assert red_flags(replace(problem, meta={}), plan).unknown == ("the problem comes from no ward document",)
