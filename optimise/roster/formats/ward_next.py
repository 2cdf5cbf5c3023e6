"""The ward of the next period: what a plan leaves behind becomes history, and dates move on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np

from optimise.core.errors import UnsupportedError
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_away import bank_holiday_credits
from optimise.roster.formats.ward_fairness import counted
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_leave import absences
from optimise.roster.formats.ward_parts import selector_dates
from optimise.roster.problem import OFF, Roster

__all__ = ["next_ward"]

#: Days of history that are kept; longer ones are told by hours, weekends and counts.
_PAST = 14
#: Lists of which entries may speak of single dates.
_DATED = ("demand", "skill_mix", "unavailable", "requests", "pairs")


def next_ward(ward: Ward, plan: Roster) -> tuple[Ward, list[str]]:
    """The ward of the period that follows a plan.

    Everybody's last duties, weekly hours, weekends, counts of what is shared and balance of hours are carried over.
    Entries of days that are past are taken out; wishes and demand for kinds of days stay.

    Parameters
    ----------
    ward : Ward
        Of the period that is planned.
    plan : Roster
        Its plan, as it was worked.

    Returns
    -------
    ward : Ward
        It begins on the day after the plan and is as long.
    notes : list of str
        What was left out or changed beside the history, for people.
    """
    index = WardIndex(ward)
    data: dict[str, Any] = ward.data()
    start, end = ward.start, ward.start + timedelta(days=ward.length)
    notes = [f"begins on {end}, {ward.length} days after {start}"]
    if end + timedelta(days=ward.length) <= end:
        raise UnsupportedError("the calendar ends before the next period does")
    data["start"] = end.isoformat()
    histories = _histories(index, plan, notes)
    for person, history in zip(data["staff"], histories, strict=True):
        person["history"] = history
    for pattern in data.get("patterns", []):
        pattern.setdefault("start", start.isoformat())  # its lines go on from where they began
    for key in _DATED:
        if key in data:
            kept = list(_of_days(data[key], ward, key, notes))
            data[key] = kept
    data["leave"] = [
        {**entry, "first": max(entry["first"], end.isoformat())}
        for entry in data.get("leave", [])
        if (entry.get("last") or entry["first"]) >= end.isoformat()
    ]
    for key in ("pins", "census"):
        data[key] = [entry for entry in data.get(key, []) if entry["date"] >= end.isoformat()]
    if data.get("standards", {}).pop("published", None):
        notes.append("the day of publication is left out; it was that of the last roster")
    return Ward.from_dict(data), notes


def _of_days(entries: list[dict[str, Any]], ward: Ward, key: str, notes: list[str]) -> Iterator[dict[str, Any]]:
    """Entries with the days that the next period has; of those for dates only, those that have one left."""
    begin = ward.start + timedelta(days=ward.length)
    last = begin + timedelta(days=ward.length - 1)
    gone = 0
    for entry in entries:
        days = [str(day) for day in entry.get("days", [])]
        kept = []
        for day in days:
            span = selector_dates(day)
            if span is None:
                kept.append(day)
            elif span[0] <= last and span[1] >= begin:
                first = max(span[0], begin)
                kept.append(day if first == span[0] else f"{first}..{span[1]}" if first < span[1] else f"{first}")
        if days and not kept:
            gone += 1
            continue
        yield {**entry, "days": kept} if days else entry
    if gone:
        notes.append(f"{key}: {gone} {'entry' if gone == 1 else 'entries'} for dates outside the period left out")


def _histories(index: WardIndex, plan: Roster, notes: list[str]) -> list[dict[str, Any]]:
    """Everybody's history up to the last day of the plan."""
    ward, days, people = index.ward, index.horizon.days, range(len(index.ward.staff))
    leave = absences(index)
    credited = np.zeros((len(people), days))
    for e, day, minutes in (*leave.credits, *bank_holiday_credits(index, leave.minutes)):
        credited[e, day] += minutes
    paid, working = np.zeros_like(credited), np.zeros_like(credited)
    for e, day in np.argwhere(plan.duties != OFF):
        shift = index.shifts[int(plan.duties[e, day]) - 1]
        paid[e, day], working[e, day] = index.paid(shift, int(day)), index.worked(shift, int(day))
    counts = _counts(index, plan)
    if days % 7:
        notes.append("past weekly hours are left out: the plan is no whole number of weeks")
    weekends = [g for g in index.weekends if g[-1] < days - 1 or index.horizon.weekday(days) not in index.weekend]
    made = []
    for e in people:
        old = ward.staff[e].history
        words = [index.shifts[int(duty) - 1].id if duty != OFF else "off" for duty in plan.duties[e]]
        history: dict[str, Any] = {"duties": [*old.duties, *words][-_PAST:]}
        weekly = (working[e] + credited[e]).reshape(-1, 7).sum(axis=1) / 60 if days % 7 == 0 else []
        history["weekly_hours"] = [*old.weekly_hours, *(round(float(min(h, 168.0)), 2) for h in weekly)][-52:]
        if days % 7:
            history["weekly_hours"] = []
        history["weekends"] = [*old.weekends, *(bool(plan.duties[e, list(g)].any()) for g in weekends)][-26:]
        history["counts"] = {**old.counts, **{title: int(values[e]) for title, values in counts.items()}}
        hours, own = float(paid[e].sum() + credited[e].sum()) / 60, index.contracts[e]
        contract = index.weekly_hours(e)
        if own is not None and own.annual_hours is not None and ward.staff[e].weekly_hours is None:
            history["year_hours"] = round(old.year_hours + hours, 2)
        elif contract is not None:
            over = hours - contract * index.contract_weeks(e, 0, days)
            history["balance_hours"] = round(old.balance_hours + over, 2)
        made.append(history)
    return made


def _counts(index: WardIndex, plan: Roster) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """What everybody has had of each load that is shared, past periods with it.

    Somebody new owes nothing: the past is taken as the mean of those who have one, by contracted hours.
    """
    staff = index.ward.staff
    hours = np.array([index.weekly_hours(e) or 0.0 for e in range(len(staff))])
    hours = hours if hours.any() else np.ones(len(staff))
    made = {}
    for i, entry in enumerate(index.ward.rules.fairness):
        if entry.of == "hours":
            continue  # the balance says it
        mask, days, groups = counted(index, entry, ("rules", "fairness", i))
        hit = np.array([[bool(mask >> int(duty) & 1) for duty in row] for row in plan.duties])
        units = [list(group) for group in groups] if groups else [[day] for day in days]
        now = np.array([sum(bool(row[unit].any()) for unit in units) for row in hit], dtype=np.float64)
        past = [person.history.counts.get(entry.title) for person in staff]
        known = np.array([count is not None for count in past])
        base = float(sum(count or 0 for count in past)) / max(float(hours[known].sum()), 1e-9)
        before = np.array([base * h if count is None else count for count, h in zip(past, hours, strict=True)])
        made[entry.title] = np.rint(now + (before if known.any() else 0))
    return made
