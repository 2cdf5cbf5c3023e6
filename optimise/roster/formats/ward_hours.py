"""Hours as rules: contracts, averages over a reference period with the past weeks, any seven days."""

from __future__ import annotations

import math
from collections import defaultdict

from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_model import WardData
from optimise.roster.formats.ward_parts import AverageLimit, Hours, ShiftLimit
from optimise.roster.formats.ward_units import Floating
from optimise.roster.rules import RosterRule, Total
from optimise.roster.rules.compound import Compound

__all__ = ["Credits", "average_rule", "hours_rules", "rolling_hours", "shift_limit_rule"]

#: Minutes credited for leave: (employee, day, minutes).
Credits = tuple[tuple[int, int, int], ...]
People = tuple[int, ...]
#: A half-open range of days, the past weeks counted with it, and whether the whole of it lies in the plan.
Window = tuple[int, int, int, bool]


def _windows(days: int, weeks: int | None) -> list[Window]:
    """The horizon with past weeks, or blocks of weeks inside it."""
    if weeks is None:
        return [(0, days, 0, True)]
    if 7 * weeks >= days:
        return [(0, days, (7 * weeks - days) // 7, True)]
    return [(first, min(first + 7 * weeks, days), 0, first + 7 * weeks <= days) for first in range(0, days, 7 * weeks)]


def _past(ward: WardData, employee: int, weeks: int) -> list[float]:
    """Hours of the latest past weeks that count, as far as they are known."""
    return ward.staff[employee].history.weekly_hours[-weeks:] if weeks else []


def hours_rules(
    index: WardIndex, given: list[tuple[Hours, People]], credits: Credits, names: object, free: Credits = ()
) -> tuple[list[RosterRule], dict[int, float]]:
    """Rules of all hours; and what each person may work over the horizon at most where that is hard, in minutes."""
    assert callable(names)
    covered = {e for _, people in given for e in people}
    usual = tuple(e for e in range(len(index.ward.staff)) if e not in covered and index.weekly_hours(e) is not None)
    entries = [*given, *([(Hours(), usual)] if usual else [])]
    rules: list[RosterRule] = []
    caps: dict[int, float] = {}
    for entry, people in entries:
        if entry.contracted:
            people = tuple(e for e in people if index.weekly_hours(e) is not None)
        if not people:
            continue
        parts: list[RosterRule] = []
        counts = (*credits, *free) if entry.contracted else credits
        credited = _sums(counts)
        for first, last, past, whole in _windows(index.horizon.days, entry.weeks):
            low, high, before = [], [], []
            for e in people:
                weekly = index.weekly_hours(e) if entry.contracted else entry.weekly
                bottom, top = (entry.minimum, entry.maximum) if weekly is None else (weekly, weekly)
                counted = _past(index.ward, e, past)
                weeks = index.contract_weeks(e, first, last) + len(counted) if whole else float(entry.weeks or 0)
                # a ceiling is not lowered by a plan without working days
                weeks_above = max(weeks, (last - first) / 7 + len(counted)) if weekly is None else weeks
                carried = sum(counted) if past else (index.ward.staff[e].history.balance_hours if first == 0 else 0)
                slack = entry.tolerance
                least = -(10**9) if bottom is None or not whole else math.ceil(60 * (bottom * weeks - slack) - 1e-6)
                most = 10**9 if top is None else math.floor(60 * (top * weeks_above + slack) + 1e-6)
                # a target that is no whole number of minutes is met by the whole minutes around it
                low.append(min(least, most))
                high.append(max(least, most))
                before.append(round(60 * carried))
                if math.isinf(entry.price) and (first, last) == (0, index.horizon.days):
                    cap = high[-1] - before[-1] - credited.get(e, 0)
                    caps[e] = min(caps.get(e, math.inf), cap)
            parts.append(_total(index, people, (first, last), low, high, before, entry.price / 60, counts))
        name = "contracted hours" if entry.contracted else "weekly hours"
        rules.append(_joined(names(name), parts))
    return rules, caps


def average_rule(
    index: WardIndex,
    limit: AverageLimit,
    people: People,
    credits: Credits,
    caps: dict[int, float],
    names: object,
    title: str = "",
) -> RosterRule:
    """Average weekly hours at most; people whose hard hours keep them below anyway need no counter of their own.

    A week of which the plan holds a part counts as a week: what the rest of it brings is not known, and an average is
    no limit on single days.

    Parameters
    ----------
    index : WardIndex
    limit : AverageLimit
        Hours and weeks.
    people : People
        Those whom the limit is for.
    credits : Credits
        Minutes of leave, as (person, day, minutes).
    caps : dict
        Most minutes by person that hard hours allow.
    names : callable
        Makes the rule's name.
    title : str
        What the rule is called; made from the limit by default.

    Returns
    -------
    RosterRule
    """
    assert callable(names)
    credited = _sums(credits)
    if any(s.working > s.minutes for s in index.shifts):
        caps = {}  # contract hours are paid ones, and bound no working time
    parts: list[RosterRule] = []
    for (first, last, past, whole), some in _periods(index, limit, people).items():
        bound: list[tuple[int, int, int]] = []
        for e in some:
            counted = _past(index.ward, e, past)
            weeks = math.ceil((last - first) / 7) + len(counted) if whole else limit.weeks
            top, before = math.floor(60 * float(limit.limit or 0) * weeks + 1e-6), round(60 * sum(counted))
            if (first, last) != (0, index.horizon.days) or caps.get(e, math.inf) > top - before - credited.get(e, 0):
                bound.append((e, top, before))
        if bound:
            who = tuple(e for e, _, _ in bound)
            low, high = [-(10**9)] * len(bound), [t for _, t, _ in bound]
            before_each = [b for _, _, b in bound]
            parts.append(
                _total(index, who, (first, last), low, high, before_each, limit.price / 60, credits, working=True)
            )
    plain = f"at most {limit.limit:g} h a week on average"
    return _joined(names(title or plain), parts)


def _periods(index: WardIndex, limit: AverageLimit, people: People) -> dict[Window, list[int]]:
    """Reference periods with their people: one set for all, or each person's own where they roll.

    A period that rolls ends with a week of the plan and is known whole: history gives the weeks before the plan. Of
    whom no period is known whole, all that is known is one.
    """
    days = index.horizon.days
    if not limit.rolling:
        return {window: list(people) for window in _windows(days, limit.weeks)}
    made: dict[Window, list[int]] = defaultdict(list)
    for e in people:
        known = len(index.ward.staff[e].history.weekly_hours)
        mine: list[Window] = []
        for last in [*range(7, days + 1, 7), *([days] if days % 7 else [])]:
            weeks = math.ceil(last / 7)
            past = max(limit.weeks - weeks, 0)
            if past <= known:
                mine.append((7 * max(weeks - limit.weeks, 0), last, past, True))
        for window in mine or [(0, days, known, True)]:
            made[window].append(e)
    return made


def _total(
    index: WardIndex,
    people: People,
    period: tuple[int, int],
    low: list[int],
    high: list[int],
    before: list[int],
    weight: float,
    credits: Credits,
    *,
    working: bool = False,
) -> Total:
    inside = set(people)
    working = working and any(s.working != s.minutes for s in index.shifts)
    return Total(
        name="hours",
        employees=people,
        of=index.work,
        measure="working" if working else "minutes",
        minimum=tuple(low) if any(v > -(10**9) for v in low) else None,
        maximum=tuple(high) if any(v < 10**9 for v in high) else None,
        before=tuple(before),
        weight_minimum=weight,
        weight_maximum=weight,
        period=period,
        credit=tuple(c for c in credits if c[0] in inside),
        noun="working time" if working else "paid time",
    )


def _joined(name: str, parts: list[RosterRule]) -> RosterRule:
    return Compound(name=name, parts=tuple(parts))


def _sums(credits: Credits) -> dict[int, int]:
    made: dict[int, int] = defaultdict(int)
    for employee, _, minutes in credits:
        made[employee] += minutes
    return made


def rolling_hours(index: WardIndex, hours: float, price: float, people: People) -> RosterRule:
    """Hours in any seven days in a row that end in the plan, with what history knows of those before it.

    What history alone has above the limit cannot be undone and is not counted: nothing more may be worked then.
    """
    days, limit = index.horizon.days, math.floor(60 * hours + 1e-6)
    parts: list[RosterRule] = []
    for first in range(-6, days - 6):
        before = {e: _worked_before(index, e, -first) if first < 0 else 0 for e in people}
        who = tuple(e for e in people if before[e] or first >= min(0, days - 7))
        if who:
            past = [before[e] for e in who]
            low, high = [-(10**9)] * len(who), [max(limit, minutes) for minutes in past]
            period = (max(first, 0), min(first + 7, days))
            parts.append(_total(index, who, period, low, high, past, price / 60, (), working=True))
    return _joined(f"at most {hours:g} h in 7 days", parts)


def _worked_before(index: WardIndex, employee: int, days: int) -> int:
    """Minutes of working time of the last days of history, as far as the shifts are known."""
    shifts = {s.id: s for s in index.shifts}
    past = index.past(employee)[-days:]
    return sum(index.worked(shifts[d], day) for day, d in enumerate(past, start=-len(past)) if d in shifts)


def shift_limit_rule(
    index: WardIndex, entry: ShiftLimit | Floating, mask: int, people: People, name: str, noun: str
) -> RosterRule:
    """Number of some shifts over the horizon or each block of weeks (a part of a block keeps only the maximum).

    Parameters
    ----------
    index : WardIndex
    entry : ShiftLimit or Floating
        Gives bounds, weeks and price.
    mask : int
        Duties that count.
    people : tuple of int
    name, noun : str
        Of the rule, and what is counted.

    Returns
    -------
    RosterRule
    """
    days = index.horizon.days
    weeks = entry.weeks if entry.weeks is not None and 7 * entry.weeks < days else None
    least = entry.minimum if isinstance(entry, ShiftLimit) else None
    parts: list[RosterRule] = [
        Total(
            name=name,
            employees=people,
            of=mask,
            minimum=least if whole else None,
            maximum=entry.maximum,
            weight_minimum=entry.price,
            weight_maximum=entry.price,
            period=(first, last),
            noun=noun,
        )
        for first, last, _, whole in _windows(days, weeks)
    ]
    return _joined(name, parts)
