"""A small ward of which a trust wants to know everything, with a plan that is not good."""

from __future__ import annotations

import pytest

from optimise.roster.formats.ward import Ward

PLAN = [
    ["E", "E", "E", "-", "-", "-", "-"],
    ["-", "N", "N", "-", "-", "E", "E"],
    ["-", "-", "E", "E", "E", "-", "-"],
    ["E", "-", "-", "-", "-", "N", "-"],
]


@pytest.fixture
def data():
    """The ward as plain values, to be changed by a test."""
    return {
        "start": "2026-01-05",
        "weeks": 1,
        "shifts": [
            {"id": "E", "start": "07:00", "end": "19:30", "break_minutes": 60},
            {"id": "N", "start": "19:00", "end": "07:30", "break_minutes": 60},
        ],
        "staff": [
            {"id": "Ann", "weekly_hours": 34.5, "skills": ["RN"], "history": {"balance_hours": 2}},
            {"id": "Ben", "weekly_hours": 34.5, "skills": ["RN"]},
            {"id": "Chi", "weekly_hours": 34.5},
            {"id": "Dee"},
        ],
        "demand": [
            {"shifts": ["E"], "minimum": 2},
            {"shifts": ["E"], "minimum": 3, "days": ["2026-01-07"]},
            {"shifts": ["N"], "minimum": 1},
        ],
        "skill_mix": [{"name": "registered", "who": {"skills": ["RN"]}, "minimum": 1, "shifts": ["E"]}],
        "leave": [
            {"staff": "Chi", "first": "2026-01-05", "last": "2026-01-06"},
            {"staff": "Ben", "first": "2026-01-09", "kind": "study"},
        ],
        "standards": {"published": "2025-12-01", "headroom": 0.2},
        "census": [{"date": "2026-01-05", "occupied": 10}, {"date": "2026-01-06", "occupied": 0}],
    }


@pytest.fixture
def made(data):
    """Ward and plan, as the test has left the values."""

    def make(rows=PLAN):
        problem = Ward.model_validate(data).problem()
        return problem, problem.roster(rows)

    return make
