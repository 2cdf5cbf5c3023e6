"""Packs: the clauses of an agreement as limits, each of which ward, contract and person may say otherwise.

Agenda for Change: NHS Terms and Conditions of Service Handbook, section 27, which carries the Working Time Regulations
1998 (S.I. 1998/1833) into the contract; the regulations' numbers stand beside each clause. Resident doctors: Terms and
Conditions of Service for NHS Doctors and Dentists in Training (England) 2016, schedule 3, in the figures of NHS
Employers, "Working hours and patterns FAQs" (August 2016). Later versions have other figures: say them beside the pack.
"""

from __future__ import annotations

from optimise.roster.formats.ward_parts import (
    AverageLimit,
    DaysLimit,
    HoursLimit,
    RunRest,
    WeekendLimit,
    WeeklyRest,
    WorkLimits,
)

__all__ = ["PACKS", "stated"]

PACKS: dict[str, WorkLimits] = {
    "nhs-agenda-for-change": WorkLimits(
        max_average_weekly_hours=AverageLimit(limit=48, weeks=17, rolling=True),  # regulation 4 (3); section 27
        max_night_worker_hours=AverageLimit(limit=8, weeks=17, rolling=True),  # regulation 6 (3)
        min_rest_hours=HoursLimit(limit=11),  # regulation 10
        weekly_rest=WeeklyRest(limit=24, fortnightly=True),  # regulation 11 (1) and (2), weeks as in (4) (b) and (6)
    ),
    "nhs-resident-doctors-2016": WorkLimits(
        max_average_weekly_hours=AverageLimit(limit=48, weeks=26),
        max_opted_out_weekly_hours=AverageLimit(limit=56, weeks=26),
        max_hours_in_168_hours=HoursLimit(limit=72),
        max_shift_hours=HoursLimit(limit=13),
        min_rest_hours=HoursLimit(limit=11),
        weekly_rest=WeeklyRest(limit=24, fortnightly=True),  # the regulations hold beside the schedule
        max_consecutive_long_days=DaysLimit(limit=5),
        rest_after_long_days=RunRest(limit=48, after=5),
        max_consecutive_evenings=DaysLimit(limit=4),
        rest_after_evenings=RunRest(limit=48, after=4),
        max_consecutive_nights=DaysLimit(limit=4),
        rest_after_nights=RunRest(limit=46, after=3),
        max_consecutive_days=DaysLimit(limit=8),
        rest_after_days=RunRest(limit=48, after=8),
        max_weekends=WeekendLimit(limit=1, weeks=2),
    ),
}


def stated(rules: WorkLimits) -> WorkLimits:
    """The limits that a ward states itself, without those that hold by default.

    Parameters
    ----------
    rules : WorkLimits

    Returns
    -------
    WorkLimits
        Lists are left out; they add up anyway.
    """
    given = {name: getattr(rules, name) for name in rules.model_fields_set if name in WorkLimits.model_fields}
    return WorkLimits.model_construct(**{name: value for name, value in given.items() if not isinstance(value, list)})
