"""Questions about a roster: is every shift covered, who got what they asked for, is the load shared fairly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from optimise.core.result import Evaluation
from optimise.roster.compiled import LineTable
from optimise.roster.evaluate import totals
from optimise.roster.problem import OFF, Roster, RosterProblem, Shift
from optimise.roster.rules.fairness import Fairness
from optimise.roster.rules.headcount import HeadCount, head_count, line_day
from optimise.roster.rules.primitives import Line
from optimise.roster.rules.requests import DaysOff, Pins, Requests

__all__ = [
    "CoverCell",
    "CoverRow",
    "FairShare",
    "RequestOutcome",
    "Share",
    "contract_hours",
    "cover",
    "days_of_leave",
    "fair_shares",
    "is_night",
    "percentage",
    "pinned_days",
    "requests",
    "requests_met",
    "requests_told",
    "shares",
    "weekend_days",
]


#: How the rule of hours that contracts ask for is called, and minutes that stand for "no limit" in it.
CONTRACTED = "contracted hours"
_NO_HOURS = 10**9

#: One cell of the table of cover: what a rule asks for on one day, and who is there.
CoverCell = HeadCount


@dataclass(frozen=True, slots=True)
class CoverRow:
    """One line of the cover table: the same duties and people wanted on several days."""

    rule: str
    label: str
    cells: tuple[CoverCell, ...]


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """A request and whether the roster grants it."""

    employee: int
    day: int
    wish: str
    weight: float
    granted: bool
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What falls to one person.

    Attributes
    ----------
    days, nights, weekends : int
        Days worked, nights worked, weekends with at least one day of work.
    minutes : int
        Paid time.
    asked, granted : int
        Requests.
    cost : float
        Soft cost of this person's own broken rules (those that name the person).
    """

    employee: int
    days: int
    minutes: int
    nights: int
    weekends: int
    asked: int
    granted: int
    cost: float


@dataclass(frozen=True, slots=True)
class FairShare:
    """What one person has of a load that is shared fairly, in the unit of the rule (hours of minutes).

    Attributes
    ----------
    rule, noun : str
    employee : int
    before : float
        Carried over from past periods.
    have : float
        In this plan.
    share : float
        What would be fair in this plan, given what was before; may be below 0.
    """

    rule: str
    noun: str
    employee: int
    before: float
    have: float
    share: float


def is_night(shift: Shift) -> bool:
    """Whether a shift is a night: by the clock or, where the instance gives none, by its name."""
    name = (shift.name or shift.id).casefold()
    return shift.night or (shift.end is None and (name == "n" or name.startswith("night")))


def weekend_days(problem: RosterProblem) -> frozenset[int]:
    """Saturdays and Sundays of the horizon."""
    return frozenset(d for d in range(problem.horizon.days) if problem.horizon.weekday(d) >= 5)


@dataclass(frozen=True)
class _Shown:
    """The lines that a table of cover is made of, and where each stands in it: all that no plan changes."""

    lines: tuple[Line, ...]
    values: LineTable
    present: LineTable
    rows: tuple[tuple[str, str, tuple[int, ...]], ...]
    #: Cells that were told before, by line, value and people present.
    kept: dict[tuple[int, float, int], HeadCount] = field(default_factory=dict)

    def cell(self, i: int, value: float, present: int) -> HeadCount:
        """A line in people."""
        key = i, value, present
        made = self.kept.get(key)
        if made is None:
            made = self.kept[key] = head_count(self.lines[i], value, present)
        return made


#: Tables of wards that were looked at, and how many cells of each are kept.
_MOST = 20_000
_shown: WeakKeyDictionary[RosterProblem, _Shown] = WeakKeyDictionary()


def _shown_of(problem: RosterProblem) -> _Shown:
    made = _shown.get(problem)
    if made is not None:
        return made
    rows: dict[tuple[str, str], list[int]] = {}
    lines: list[Line] = []
    for rule in problem.rules:
        for line in rule.shown(problem):
            label = line.title or line.label or (_names(problem, line.terms[0].mask) if line.terms else "")
            rows.setdefault((rule.name, label), []).append(len(lines))
            lines.append(line)
    people, _, alphabet = problem.shape
    values = LineTable.of([line.terms for line in lines], people, alphabet)
    present = LineTable.of([line.present for line in lines], people, alphabet)
    split = (row for (rule, label), found in rows.items() for row in _rows(problem, lines, rule, label, found))
    _shown[problem] = made = _Shown(tuple(lines), values, present, tuple(split))
    return made


def cover(problem: RosterProblem, plan: Roster) -> tuple[CoverRow, ...]:
    """Cover against demand, in the order of the rules: one row a head count, whichever rule asks for it."""
    shown, alphabet = _shown_of(problem), problem.shape[2]
    values, present = (table.values(plan.duties, alphabet).tolist() for table in (shown.values, shown.present))
    if len(shown.kept) > _MOST:
        shown.kept.clear()
    cells = [shown.cell(i, value, int(there)) for i, (value, there) in enumerate(zip(values, present, strict=True))]
    return tuple(CoverRow(rule, label, tuple(cells[i] for i in places)) for rule, label, places in shown.rows)


def _rows(
    problem: RosterProblem, lines: Sequence[Line], rule: str, label: str, found: Sequence[int]
) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """One row where each day comes once; else one for each set of duties, and as many more as a day needs."""

    def by_day(places: Sequence[int]) -> tuple[int, ...]:
        return tuple(sorted(places, key=lambda i: line_day(lines[i])))

    if len({line_day(lines[i]) for i in found}) == len(found):
        yield rule, label, by_day(found)
        return
    split: dict[tuple[str, int], list[int]] = {}
    seen: dict[tuple[str, int], int] = {}
    for i in found:
        day, name = line_day(lines[i]), _names(problem, lines[i].terms[-1].mask)
        name = label if name == label else f"{label} on {name}"
        seen[name, day] = again = seen.get((name, day), 0) + 1
        split.setdefault((name, again), []).append(i)
    for (name, again), places in split.items():
        yield rule, name if again == 1 else f"{name} ({again})", by_day(places)


def _names(problem: RosterProblem, mask: int) -> str:
    """Duties of a mask in words: the shift ids, or "anyone at work"."""
    if mask == problem.work:
        return "anyone at work"
    return " or ".join(d.id for a, d in enumerate(problem.duties) if a != OFF and mask >> a & 1)


def requests(problem: RosterProblem, plan: Roster) -> tuple[RequestOutcome, ...]:
    """Every request with what came of it, by person and day."""
    found = []
    for rule in problem.rules:
        if not isinstance(rule, Requests) or not rule.asked:
            continue
        for r in rule.requests:
            broken = bool(r.avoid >> int(plan.duties[r.employee, r.day]) & 1)
            found.append(RequestOutcome(r.employee, r.day, _wish(problem, r.avoid), r.weight, not broken, rule.name))
    return tuple(sorted(found, key=lambda r: (r.employee, r.day)))


def requests_met(problem: RosterProblem, plan: Roster) -> int:
    """How many requests a roster grants.

    Parameters
    ----------
    problem : RosterProblem
        The ward.
    plan : Roster
        The roster.

    Returns
    -------
    int
        At most the number of requests.
    """
    return sum(r.granted for r in requests(problem, plan))


def requests_told(problem: RosterProblem, plan: Roster) -> str:
    """The share of requests that a roster grants, as a sentence.

    Parameters
    ----------
    problem : RosterProblem
        The ward.
    plan : Roster
        The roster.

    Returns
    -------
    str
        ``55 of 62 requests are met (88.7 %)``, without a full stop; empty where nobody asked for anything.
    """
    asked, met = len(requests(problem, plan)), requests_met(problem, plan)
    verb = "is" if met == 1 else "are"
    return f"{met} of {asked} request{'s' * (asked != 1)} {verb} met ({percentage(met, asked)})" if asked else ""


def percentage(part: int, whole: int) -> str:
    """A share in per cent, one decimal; 100 % only of all, and 0 % only of none.

    Parameters
    ----------
    part, whole : int
        Counts, ``whole`` above 0.

    Returns
    -------
    str
        ``98.6 %``.
    """
    if part in (0, whole):
        return "100 %" if part else "0 %"
    return f"{min(99.9, max(0.1, 100 * part / whole)):.1f} %"


def _wish(problem: RosterProblem, avoid: int) -> str:
    if avoid == problem.work:
        return "day off"
    if avoid & 1 << OFF:
        wanted = problem.everything & ~avoid
        return "work" if wanted == problem.work else _names(problem, wanted)
    return f"no {_names(problem, avoid)}"


def days_of_leave(problem: RosterProblem) -> frozenset[tuple[int, int]]:
    """``(employee, day)`` of leave and fixed days off."""
    return frozenset(cell for rule in problem.rules if isinstance(rule, DaysOff) for cell in rule.cells)


def pinned_days(problem: RosterProblem) -> frozenset[tuple[int, int]]:
    """``(employee, day)`` of duties fixed by the planner."""
    return frozenset(cell[:2] for rule in problem.rules if isinstance(rule, Pins) for cell in rule.cells)


def fair_shares(problem: RosterProblem, plan: Roster) -> tuple[FairShare, ...]:
    """Everybody's part of each load that is shared fairly, rule by rule.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    tuple of FairShare
        Empty where no rule shares anything.
    """
    made: list[FairShare] = []
    for rule in problem.rules:
        counter = next(iter(rule.counters(problem)), None) if isinstance(rule, Fairness) else None
        if counter is None:
            continue
        assert isinstance(rule, Fairness)
        unit = 60 if rule.measure == "minutes" else 1
        total = totals(counter, plan.duties, len(problem.duties))
        for e, have, before, target in zip(
            counter.employees.tolist(), total.tolist(), rule.before, rule.targets, strict=True
        ):
            parts = (before / unit, (have - before) / unit, (target - before) / unit)
            made.append(FairShare(rule.name, rule.noun, e, *parts))
    return tuple(made)


def shares(problem: RosterProblem, plan: Roster, evaluation: Evaluation | None = None) -> tuple[Share, ...]:
    """What falls to each person, in the order of the instance."""
    duties = plan.duties
    minutes = problem.paid_minutes[np.arange(problem.horizon.days), duties]
    night = np.array([d.shift >= 0 and is_night(problem.shifts[d.shift]) for d in problem.duties])
    at_work = duties != OFF
    weekends = sum(
        (at_work[:, list(group)].any(axis=1).astype(int) for group in problem.horizon.weekends()),
        start=np.zeros(len(problem.employees), dtype=int),
    )
    asked, granted = _tally(requests(problem, plan), len(problem.employees))
    cost = dict.fromkeys((e.id for e in problem.employees), 0.0)
    for violation in evaluation.violations if evaluation is not None else ():
        if len(violation.who) == 1 and violation.who[0] in cost:
            cost[violation.who[0]] += violation.cost
    return tuple(
        Share(
            employee=i,
            days=int(at_work[i].sum()),
            minutes=int(minutes[i].sum()),
            nights=int(night[duties[i]].sum()),
            weekends=int(weekends[i]),
            asked=asked[i],
            granted=granted[i],
            cost=cost[employee.id],
        )
        for i, employee in enumerate(problem.employees)
    )


def contract_hours(problem: RosterProblem, plan: Roster) -> dict[int, tuple[float, float]]:
    """Hours that count against the contract and hours that it asks for, by person.

    Paid leave and what was carried over count. Of people without contracted hours nothing is known.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    dict of int to (float, float)
        Hours of the whole plan that count, and the middle of what the rule allows, by number of the person.
    """
    found: dict[int, tuple[float, float]] = {}
    days = np.arange(problem.horizon.days)
    mine = (rule for rule in problem.rules if rule.name.startswith(CONTRACTED))
    for c in (c for rule in mine for c in rule.counters(problem)):
        values = c.values if c.values is not None else np.zeros(problem.shape[1:], dtype=np.int64)
        for k, employee in enumerate(c.employees.tolist()):
            low, high = int(c.lower[k]), int(c.upper[k])
            if max(-low, high) >= _NO_HOURS:  # one side only: no hours are asked for
                continue
            counted = int(c.offset[k]) + int(values[days, plan.duties[employee]].sum())
            have, asked = found.get(employee, (0.0, 0.0))
            found[employee] = (have + counted / 60, asked + (low + high) / 120)
    return found


def _tally(outcomes: Iterable[RequestOutcome], people: int) -> tuple[list[int], list[int]]:
    asked, granted = [0] * people, [0] * people
    for outcome in outcomes:
        asked[outcome.employee] += 1
        granted[outcome.employee] += outcome.granted
    return asked, granted
