"""Questions about a roster: is every shift covered, who got what they asked for, is the load shared fairly."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from optimise.core.result import Evaluation
from optimise.roster.problem import OFF, Roster, RosterProblem, Shift
from optimise.roster.rules.cover import Cover, Demand
from optimise.roster.rules.primitives import Segment
from optimise.roster.rules.requests import DaysOff, Pins, Requests

__all__ = [
    "CoverCell",
    "CoverRow",
    "RequestOutcome",
    "Share",
    "cover",
    "days_of_leave",
    "is_night",
    "pinned_days",
    "requests",
    "shares",
    "weekend_days",
]


@dataclass(frozen=True, slots=True)
class CoverCell:
    """People present and wanted on one day.

    ``maximum`` is infinite where any number is welcome; ``broken`` tells that the deviation is more than any price
    allows.
    """

    day: int
    present: int
    minimum: float
    maximum: float
    short: float
    over: float
    broken: bool


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


def is_night(shift: Shift) -> bool:
    """Whether a shift is a night: by the clock or, where the instance gives none, by its name."""
    name = (shift.name or shift.id).casefold()
    return shift.night or (shift.end is None and (name == "n" or name.startswith("night")))


def weekend_days(problem: RosterProblem) -> frozenset[int]:
    """Saturdays and Sundays of the horizon."""
    return frozenset(d for d in range(problem.horizon.days) if problem.horizon.weekday(d) >= 5)


def _in_mask(duties: NDArray[np.int16], mask: int) -> NDArray[np.bool_]:
    """Which cells hold a duty of the mask (masks may be wider than 64 bits)."""
    table = np.array([mask >> a & 1 for a in range(max(1, mask.bit_length()))], dtype=np.bool_)
    known = duties < len(table)
    found: NDArray[np.bool_] = known & table[np.where(known, duties, 0)]
    return found


def cover(problem: RosterProblem, plan: Roster) -> tuple[CoverRow, ...]:
    """Cover against demand, in the order of the rules."""
    rows: dict[tuple[str, str, int, tuple[int, ...] | None], list[CoverCell]] = {}

    @cache
    def present(mask: int, people: tuple[int, ...] | None) -> NDArray[np.int64]:
        duties = plan.duties if people is None else plan.duties[list(people)]
        count: NDArray[np.int64] = _in_mask(duties, mask).sum(axis=0)
        return count

    for rule in problem.rules:
        if not isinstance(rule, Cover):
            continue
        for demand in rule.demands:
            key = (rule.name, demand.label or _names(problem, demand.mask), demand.mask, demand.employees)
            count = int(present(demand.mask, demand.employees)[demand.day])
            rows.setdefault(key, []).append(_cell(demand, count))
    return tuple(CoverRow(key[0], key[1], tuple(sorted(cells, key=lambda c: c.day))) for key, cells in rows.items())


def _cell(demand: Demand, count: int) -> CoverCell:
    lower = demand.minimum if demand.under else 0.0
    upper = demand.maximum if demand.over else math.inf
    short, over = max(0.0, lower - count), max(0.0, count - upper)
    broken = _beyond_price(demand.under, short) or _beyond_price(demand.over, over)
    return CoverCell(demand.day, count, lower, upper, short, over, broken)


def _beyond_price(segments: tuple[Segment, ...], amount: float) -> bool:
    """Whether some unit of a deviation falls where it is forbidden."""
    before = 0.0
    for segment in segments:
        if math.isinf(segment.price):
            return amount > before
        before += segment.width
    return False


def _names(problem: RosterProblem, mask: int) -> str:
    """Duties of a mask in words: the shift ids, or "anyone at work"."""
    if mask == problem.work:
        return "anyone at work"
    return " or ".join(d.id for a, d in enumerate(problem.duties) if a != OFF and mask >> a & 1)


def requests(problem: RosterProblem, plan: Roster) -> tuple[RequestOutcome, ...]:
    """Every request with what came of it, by person and day."""
    found = []
    for rule in problem.rules:
        if not isinstance(rule, Requests):
            continue
        for r in rule.requests:
            broken = bool(r.avoid >> int(plan.duties[r.employee, r.day]) & 1)
            found.append(RequestOutcome(r.employee, r.day, _wish(problem, r.avoid), r.weight, not broken))
    return tuple(sorted(found, key=lambda r: (r.employee, r.day)))


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


def shares(problem: RosterProblem, plan: Roster, evaluation: Evaluation | None = None) -> tuple[Share, ...]:
    """What falls to each person, in the order of the instance."""
    duties = plan.duties
    minutes = np.array([0 if d.shift < 0 else problem.shifts[d.shift].minutes for d in problem.duties])
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
            minutes=int(minutes[duties[i]].sum()),
            nights=int(night[duties[i]].sum()),
            weekends=int(weekends[i]),
            asked=asked[i],
            granted=granted[i],
            cost=cost[employee.id],
        )
        for i, employee in enumerate(problem.employees)
    )


def _tally(outcomes: Iterable[RequestOutcome], people: int) -> tuple[list[int], list[int]]:
    asked, granted = [0] * people, [0] * people
    for outcome in outcomes:
        asked[outcome.employee] += 1
        granted[outcome.employee] += outcome.granted
    return asked, granted
