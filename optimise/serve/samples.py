"""A small ward and a plan of it: what the description of each call shows as an example, and a test sends."""

from __future__ import annotations

from typing import Any

__all__ = ["PLAN", "WARD", "shown"]

#: Two people, one week, one shift a day from Monday to Friday.
WARD: dict[str, Any] = {
    "schema_version": 1,
    "name": "Ward 7",
    "start": "2026-01-05",
    "weeks": 1,
    "shifts": [{"id": "E", "name": "Early", "start": "07:00", "end": "15:00"}],
    "contracts": [{"id": "half", "weekly_hours": 20}],
    "staff": [
        {"id": "Ann", "contract": "half", "shifts": ["E"]},
        {"id": "Bob", "contract": "half", "shifts": ["E"]},
    ],
    "demand": [{"name": "early", "shifts": ["E"], "days": ["Mon", "Tue", "Wed", "Thu", "Fri"], "minimum": 1}],
    "requests": [{"staff": "Ann", "days": ["2026-01-07"], "want": "off", "weight": 5}],
}

#: Ann works on Monday and Tuesday, Bob on the other days.
PLAN: dict[str, Any] = {
    "schema": "wardwise-plan/1",
    "problem": "Ward 7",
    "roster": {
        "Ann": {"2026-01-05": "E", "2026-01-06": "E"},
        "Bob": {"2026-01-07": "E", "2026-01-08": "E", "2026-01-09": "E"},
    },
}


def shown(**sent: Any) -> dict[str, Any]:
    """The argument ``json_schema_extra`` of a model with one example.

    Parameters
    ----------
    **sent
        Keys of the body.

    Returns
    -------
    dict
    """
    return {"examples": [sent]}
