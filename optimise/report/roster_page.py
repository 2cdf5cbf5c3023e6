"""What the roster part of a report shows, ready for the template."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from optimise.core.horizon import WEEKDAYS
from optimise.core.quantities import clock_time, number, quantity
from optimise.core.result import Evaluation
from optimise.report.style import duty_labels, shift_inks, shift_labels, short_labels
from optimise.report.svg import bar
from optimise.roster.problem import OFF, Roster, RosterProblem
from optimise.roster.view import (
    CoverCell,
    FairShare,
    Share,
    contract_hours,
    cover,
    days_of_leave,
    fair_shares,
    pinned_days,
    requests,
    shares,
    weekend_days,
)

__all__ = ["RosterCell", "RosterPage", "cover_cell", "roster_page", "shift_meaning"]

_BLOCK_DAYS = 28  # what an A4 page in landscape can hold


@dataclass(frozen=True, slots=True)
class RosterCell:
    """One cell of a table: its text, its CSS classes, and what the mouse tells."""

    text: str
    css: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """At most four weeks of the grid and of the cover table."""

    title: str
    days: list[RosterCell]
    rows: list[tuple[str, str, list[RosterCell]]]
    cover: list[tuple[str, str, list[RosterCell]]]


@dataclass(frozen=True, slots=True)
class RosterPage:
    legend: list[tuple[str, str, str]]  # class, label, meaning
    skills: list[tuple[str, str]]
    blocks: list[Block]
    fairness: list[list[str]]
    fairness_head: list[str]
    colours: list[tuple[str, str, str]]  # class, background, text
    has_requests: bool
    has_leave: bool
    has_pins: bool
    has_breaches: bool


def roster_page(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> RosterPage:
    """Collect everything that the roster template shows."""
    days = problem.horizon.days
    size = days if days <= 35 else _BLOCK_DAYS
    grid, demand = _grid(problem, plan, evaluation), _cover(problem, plan)
    weekend = weekend_days(problem)
    blocks = []
    for first in range(0, days, size):
        span = range(first, min(days, first + size))
        title = f"{problem.horizon.label(span[0])} to {problem.horizon.label(span[-1])}"
        heads = [_head(problem, d, weekend) for d in span]
        rows = [(name, detail, [cells[d] for d in span]) for name, detail, cells in grid]
        lines = [(line, rule, [by_day.get(d, RosterCell("", "")) for d in span]) for line, rule, by_day in demand]
        blocks.append(Block(title, heads, rows, lines))
    inks = shift_inks(problem.shifts)
    labels = shift_labels(problem)
    worked = {problem.duties[a].shift for a in set(plan.duties.ravel().tolist())}
    head, table = _fairness(problem, plan, evaluation)
    return RosterPage(
        legend=[(f"s{i}", labels[i], shift_meaning(problem, i)) for i in range(len(problem.shifts)) if i in worked],
        skills=[(a.lower(), b) for a, b in zip(short_labels(problem.skills, 2), problem.skills, strict=True)]
        if any(d.skill >= 0 for d in problem.duties)
        else [],
        blocks=blocks,
        fairness=table,
        fairness_head=head,
        colours=[(f"s{i}", *ink) for i, ink in enumerate(inks)],
        has_requests=bool(requests(problem, plan)),
        has_leave=bool(days_of_leave(problem)),
        has_pins=bool(pinned_days(problem)),
        has_breaches=bool(_breaches(problem, evaluation)),
    )


def shift_meaning(problem: RosterProblem, i: int) -> str:
    """Name and hours of a shift.

    Parameters
    ----------
    problem : RosterProblem
    i : int
        Position of the shift.

    Returns
    -------
    str
        ``Long day 07:00-19:30``.
    """
    shift = problem.shifts[i]
    parts = [shift.name or shift.id]
    if shift.start is not None and shift.end is not None:
        parts.append(f"{clock_time(shift.start)}-{clock_time(shift.end)}")
    elif shift.minutes:
        parts.append(f"{number(shift.minutes / 60)} h")
    return " ".join(parts)


def _head(problem: RosterProblem, day: int, weekend: frozenset[int]) -> RosterCell:
    date = problem.horizon.date(day)
    name = WEEKDAYS[problem.horizon.weekday(day)][:2]
    below = str(date.day) if date is not None else str(day)
    free = problem.meta.get("bank_holidays", {}).get(day)
    title = problem.horizon.label(day) + (f", {free}" if free else "")
    return RosterCell(f"{name}\n{below}", "w" if day in weekend or free else "", title)


def _breaches(problem: RosterProblem, evaluation: Evaluation) -> dict[tuple[int, int], list[str]]:
    """What is broken that must be kept, by person and day."""
    people = {e.id: i for i, e in enumerate(problem.employees)}
    found: dict[tuple[int, int], list[str]] = {}
    for v in evaluation.violations:
        if v.hard:
            for cell in ((people[who], d) for who in v.who if who in people for d in v.days):
                found.setdefault(cell, []).append(f"{v.rule} is broken")
    return found


def _grid(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> list[tuple[str, str, list[RosterCell]]]:
    """Name, contract or skills, and a cell a day for each person."""
    breaches = _breaches(problem, evaluation)
    weekend = weekend_days(problem)
    labels = {home: duty_labels(problem, home) for home in {e.ward for e in problem.employees}}
    leave, pins = days_of_leave(problem), pinned_days(problem)
    wishes: dict[tuple[int, int], list[tuple[str, bool]]] = {}
    for w in requests(problem, plan):
        wishes.setdefault((w.employee, w.day), []).append((w.wish, w.granted))
    rows = []
    for i, employee in enumerate(problem.employees):
        cells = []
        for d in range(problem.horizon.days):
            duty = int(plan.duties[i, d])
            css = ["c"]
            if duty != OFF:
                css.append(f"s{problem.duties[duty].shift}")
            elif (i, d) in leave:
                css.append("lv")
            elif d in weekend:
                css.append("w")
            told = [problem.duties[duty].id] if duty != OFF else []
            if (i, d) in leave:
                told.append("leave")
            if (i, d) in pins:
                css.append("pin")
                told.append("pinned")
            asked = wishes.get((i, d), [])
            if asked:
                css.append("ok" if all(granted for _, granted in asked) else "no")
                told += [f"asked for: {wish} ({'granted' if granted else 'refused'})" for wish, granted in asked]
            if (i, d) in breaches:
                css.append("brk")
                told += breaches[i, d]
            title = f"{employee.name or employee.id}, {problem.horizon.label(d)}: {', '.join(told)}" if told else ""
            cells.append(
                RosterCell(labels[employee.ward][duty], " ".join(css), title if len(told) > (duty != OFF) else "")
            )
        detail = ", ".join(filter(None, (employee.ward, employee.contract or ", ".join(employee.skills))))
        rows.append((employee.name or employee.id, detail, cells))
    return rows


def _cover(problem: RosterProblem, plan: Roster) -> list[tuple[str, str, dict[int, RosterCell]]]:
    return [
        (
            row.label,
            "" if row.label in row.rule else row.rule,
            {c.day: cover_cell(c) for c in row.cells},
        )
        for row in cover(problem, plan)
    ]


def cover_cell(c: CoverCell) -> RosterCell:
    """Present and wanted, and how that looks."""
    if c.short > 0:
        return RosterCell(
            f"{c.present}/{number(c.minimum)}", "bad" if c.broken else "short", f"{quantity(c.short, 'people')} short"
        )
    if c.over > 0:
        return RosterCell(
            f"{c.present}/{number(c.maximum)}", "bad" if c.broken else "over", f"{quantity(c.over, 'people')} too many"
        )
    return RosterCell(f"{c.present}/{number(c.minimum)}" if c.minimum else str(c.present), "fine")


def _against(s: FairShare) -> str:
    """What somebody has against the fair share, with what was carried over."""
    before = f", {number(s.before)} before" if s.before else ""
    return f"{number(s.have)} of {s.share:.1f}{before}"


def _of_contract(counted: float, asked: float) -> str:
    """Hours that count, of those that the contract asks for, and the difference."""
    more = round(counted - asked, 1)
    return f"{counted:.1f} of {asked:.1f}" + (f" ({more:+.1f})" if more else "")


def _granted(s: Share) -> str:
    """A bar, green only where everything is granted."""
    return bar(s.granted, s.asked, tone="good" if s.granted == s.asked else "")


def _fairness(problem: RosterProblem, plan: Roster, evaluation: Evaluation) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the fairness table, with bars; columns that say nothing are left out."""
    each = shares(problem, plan, evaluation)
    columns: list[tuple[str, list[float]]] = [
        ("hours", [s.minutes / 60 for s in each]),
        ("days worked", [s.days for s in each]),
        ("nights", [s.nights for s in each]),
        ("weekends worked", [s.weekends for s in each]),
    ]
    columns = [(name, values) for name, values in columns if any(values)]
    heads = [name for name, _ in columns]
    rows = [[f"{number(v[i])} {bar(v[i], max(v))}" for _, v in columns] for i in range(len(each))]
    if hours := contract_hours(problem, plan):
        heads.append("hours of contract")
        for i, row in enumerate(rows):
            row.append(_of_contract(*hours[i]) if i in hours else "")
    for rule, mine in groupby(fair_shares(problem, plan), key=lambda s: s.rule):
        of = {s.employee: s for s in mine}
        heads.append(rule)
        for i, row in enumerate(rows):
            row.append(_against(of[i]) if i in of else "")
    if any(s.asked for s in each):
        heads.append("requests granted")
        for row, s in zip(rows, each, strict=True):
            row.append(f"{s.granted} of {s.asked} {_granted(s)}" if s.asked else "")
    if any(s.cost for s in each):
        heads.append("cost of own rules")
        most = max(s.cost for s in each)
        for row, s in zip(rows, each, strict=True):
            row.append(f"{number(s.cost)} {bar(s.cost, most, tone='bad')}")
    return heads, rows
