"""From beds to nurses: the cover of a ward's roster from the beds that a plan opens there."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.core.errors import InputError

__all__ = ["Ratios", "cover", "ward_document"]


@dataclass(frozen=True, slots=True)
class Ratios:
    """Beds that one registered nurse looks after.

    By day at most eight, the level beyond which NICE guideline SG1 (2014), Safe staffing for nursing in adult inpatient
    wards in acute hospitals, reports increased risk of harm; by night ten (assumed).
    """

    day: int = 8
    night: int = 10
    least: int = 2

    def nurses(self, beds: int, shift: str) -> int:
        """Nurses that ``beds`` need on shift E, L or N; none for a closed ward."""
        return 0 if beds <= 0 else max(self.least, math.ceil(beds / (self.night if shift == "N" else self.day)))


def cover(
    problem: CapacityProblem, plan: CapacityPlan, ward: str, ratios: Ratios | None = None
) -> list[dict[str, Any]]:
    """Demand entries of a native ward document: nurses by day and shift."""
    if ward not in problem.wards.ids:
        raise InputError(f"unknown ward; known: {', '.join(problem.wards.ids)}", item=ward)
    rule, beds = ratios or Ratios(), plan.opened[problem.wards.ids.index(ward)]
    first = problem.scenarios.start.date()
    made = []
    for day, count in enumerate(beds.tolist()):
        date = (first + datetime.timedelta(days=day)).isoformat()
        for shift in ("E", "L", "N"):
            made.append({"shifts": [shift], "days": [date], "minimum": rule.nurses(count, shift)})
    return made


def ward_document(
    problem: CapacityProblem,
    plan: CapacityPlan,
    ward: str,
    staff: Sequence[dict[str, object]] | None = None,
    ratios: Ratios | None = None,
) -> dict[str, Any]:
    """A native ward document (:mod:`optimise.roster.formats.native`) whose demand follows the beds that the plan opens.

    Parameters
    ----------
    staff : sequence of dict, optional
        Entries of the ward's people. Default: made-up nurses on 37.5 and 30 hours whose contracts fill 97 % of the
        cover; bank and agency fill gaps at a price.
    """
    entries = cover(problem, plan, ward, ratios)
    if staff is None:
        hours = {"E": 7.5, "L": 7.5, "N": 10.0}
        needed = 0.97 * sum(hours[e["shifts"][0]] * e["minimum"] for e in entries) * 7 / problem.days
        staff = []
        while needed > 0:
            weekly = 37.5 if len(staff) % 3 < 2 else 30.0
            staff.append({"id": f"RN{len(staff) + 1:02d}", "weekly_hours": weekly})
            needed -= weekly
    return {
        "schema_version": 1,
        "name": f"{ward}, {problem.name}",
        "start": problem.scenarios.start.date().isoformat(),
        "days": problem.days,
        "shifts": [
            {"id": "E", "name": "Early", "start": "07:00", "end": "15:00", "break_minutes": 30},
            {"id": "L", "name": "Late", "start": "13:00", "end": "21:00", "break_minutes": 30},
            {"id": "N", "name": "Night", "start": "20:30", "end": "07:30", "break_minutes": 60, "night": True},
        ],
        "rules": {"max_consecutive_nights": 4, "min_consecutive_days_off": {"limit": 2, "weight": 5}},
        "cover_tiers": [
            {"name": "bank", "up_to": 2, "weight": 60},
            {"name": "agency", "up_to": 2, "weight": 120},
            {"name": "unfilled", "weight": 300},
        ],
        "demand": entries,
        "staff": list(staff),
    }
