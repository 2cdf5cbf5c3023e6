"""Contracts of a year: terms outside which nobody works, and annualised hours as a week of what is left of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from optimise.roster.formats.ward_model import Contract
from optimise.roster.formats.ward_parts import selector_dates

__all__ = ["annual_week", "in_term", "year_end"]


def in_term(contract: Contract | None, day: date) -> bool:
    """Whether a contract runs on a day.

    Parameters
    ----------
    contract : Contract or None
    day : date

    Returns
    -------
    bool
        True everywhere for a contract without terms.
    """
    if contract is None or not contract.terms:
        return True
    spans = (selector_dates(text) for text in contract.terms)
    return any(span is not None and span[0] <= day <= span[1] for span in spans)


def year_end(contract: Contract) -> date:
    """First day after the year of annualised hours.

    Parameters
    ----------
    contract : Contract
        With ``annual_hours``.

    Returns
    -------
    date
    """
    begin = contract.year_start
    assert begin is not None
    leap = begin.month == 2 and begin.day == 29
    return date(begin.year + 1, 3, 1) if leap else begin.replace(year=begin.year + 1)


def annual_week(contract: Contract, worked: float, start: date, working: Collection[int]) -> float:
    """Hours a week that use up what is left of a year evenly.

    Parameters
    ----------
    contract : Contract
        With ``annual_hours``.
    worked : float
        Hours paid since the year began.
    start : date
        First day of the plan.
    working : collection of int
        Weekdays of the contract, 0 = Monday.

    Returns
    -------
    float
        Never below 0.
    """
    assert contract.annual_hours is not None
    end = year_end(contract)
    days = (start + timedelta(days=d) for d in range(max((end - start).days, 0)))
    left = sum(day.weekday() in working and in_term(contract, day) for day in days) / len(working)
    return max(contract.annual_hours - worked, 0.0) / left if left else 0.0
