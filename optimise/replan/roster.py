"""Planning rosters again: an earlier roster read by name and date, frozen and priced cells, changed duties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from optimise.core.errors import InputError
from optimise.core.method import Method
from optimise.formats.base import read_text
from optimise.formats.document import Document
from optimise.replan.base import Change, ChangePrices, Previous, agreed, listed
from optimise.roster.problem import OFF, Employee, Roster, RosterProblem
from optimise.roster.rules.requests import Pins, Request, Requests

__all__ = ["RosterReplan"]

# Names of the rules that planning again adds.
FROZEN, CHANGED = "frozen days", "changes to the earlier plan"
#: Price of a changed duty where none is given.
CHANGE = 10.0


class RosterReplan:
    """Rosters: cells stay as pins, later ones change at the price of a refused request."""

    def fitting(self, plan: Roster, problem: RosterProblem) -> Previous[Roster]:
        return Previous(plan, np.ones(plan.duties.shape, dtype=np.bool_))

    def read(self, path: Path, problem: RosterProblem, days_since: int | None) -> Previous[Roster]:
        return _earlier(path, problem, days_since)

    def prices(self, change: float | None, nurse: float | None) -> ChangePrices:
        return ChangePrices(CHANGE if change is None else change)

    def problem(
        self, problem: RosterProblem, previous: Previous[Roster], freeze_until: int, prices: ChangePrices
    ) -> RosterProblem:
        return _bound(problem, previous, freeze_until, prices.change)

    def start(
        self, problem: RosterProblem, previous: Previous[Roster], prices: ChangePrices
    ) -> tuple[RosterProblem, Roster | None]:
        from optimise.roster.search.construct import mended  # loads kernels

        return problem, mended(problem, previous.plan)

    def overlooked(self, problem: RosterProblem, made: RosterProblem, previous: Previous[Roster]) -> tuple[str, ...]:
        counted = {v.message for v in made.evaluate(previous.plan).violations if v.hard}
        broken = [v.message for v in problem.evaluate(previous.plan).violations if v.hard]
        return tuple(message for message in broken if message not in counted)

    def changes(self, problem: RosterProblem, previous: Previous[Roster], plan: Roster) -> Iterator[Change]:
        return _duties(problem, previous, plan)

    def method(self, inner: Method, previous: Previous[Roster], freeze_until: int) -> Method:
        return inner  # pins keep everything


def _earlier(path: Path, problem: RosterProblem, days_since: int | None) -> Previous[Roster]:
    document = Document.parse(read_text(path), path)
    rows = document.data.get("roster")
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise InputError("has no roster by person and day", file=path)
    length = document.data.get("days", problem.horizon.days)
    if isinstance(length, bool) or not isinstance(length, int):
        raise InputError(f"is {length!r}, expected a number of days", file=path, item="days")
    day_of = _Days(path, problem, rows, document.data.get("start"), days_since)
    known = np.zeros((len(problem.employees), problem.horizon.days), dtype=np.bool_)
    duties = np.full(known.shape, OFF, dtype=np.int16)
    last = day_of.first + length - 1
    people = {e.id: i for i, e in enumerate(problem.employees)}
    ids = {d.id: a for a, d in enumerate(problem.duties)}
    notes, lost, earlier = [], {}, {}
    left: dict[str, tuple[tuple[int, str], ...]] = {}
    for name, row in rows.items():
        if name not in people:
            duties_of = sorted((day_of.days[key], str(word)) for key, word in row.items())
            left[name] = tuple((d, word) for d, word in duties_of if 0 <= d < problem.horizon.days)
            continue
        i = people[name]
        known[i, max(0, day_of.first) : max(0, last + 1)] = True
        for key, word in row.items():
            d = day_of.days[key]
            if str(word) not in ids:
                lost[i, d] = str(word)
                if 0 <= d < problem.horizon.days:
                    known[i, d] = False
            elif d < 0:
                earlier[i, d] = ids[str(word)]
            elif d <= min(last, problem.horizon.days - 1):
                duties[i, d] = ids[str(word)]
    fresh = [n for n in people if n not in rows]
    if left:
        notes.append(f"no longer among the staff: {listed(list(left))}")
    if fresh:
        notes.append(f"new among the staff: {listed(fresh)}")
    if lost:
        notes.append(f"shifts that no longer exist, planned anew: {listed(sorted(set(lost.values())))}")
    if last + 1 < problem.horizon.days:
        notes.append(f"the earlier plan ends on day {last}; the days after it are planned anew")
    reach = day_of.first
    before = tuple(
        tuple(earlier.get((i, d), OFF) for d in range(-1, reach - 1, -1)) if e.id in rows else ()
        for i, e in enumerate(problem.employees)
    )
    within = {cell: word for cell, word in lost.items() if 0 <= cell[1] < problem.horizon.days}
    joined = tuple(people[n] for n in fresh)
    return Previous(Roster(duties), known, before if reach < 0 else (), tuple(notes), joined, left, within)


class _Days:
    """Turns the day names of an earlier plan (dates or numbers) into today's days, negative before them."""

    def __init__(
        self,
        path: Path,
        problem: RosterProblem,
        rows: Mapping[str, Iterable[object]],
        start: object,
        days_since: int | None,
    ) -> None:
        self.path, self.start = path, problem.horizon.start
        keys = {str(key) for row in rows.values() for key in row}
        self.dated = self.start is not None and (start is not None or any("-" in key for key in keys))
        #: Today's number of the earlier plan's first day (0 or negative when it began earlier).
        self.first = -(days_since or 0)
        if self.dated:
            days = [self._date(key) for key in ([str(start)] if start is not None else sorted(keys))]
            self.first = min(days, default=0)
            if start is not None:
                agreed(self.first, days_since, path)
        self.days = {key: self._date(key) if self.dated else self._number(key) for key in keys}

    def _date(self, key: str) -> int:
        assert self.start is not None
        try:
            return (date.fromisoformat(key) - self.start).days
        except ValueError:
            raise InputError(f"{key!r} is not a date, as the days of this problem are", file=self.path) from None

    def _number(self, key: str) -> int:
        if not (key.isascii() and key.isdecimal() and len(key) < 10):
            raise InputError(f"{key[:40]!r} is not a day number, and the problem has no dates", file=self.path)
        return int(key) + self.first


def _bound(problem: RosterProblem, previous: Previous[Roster], until: int, price: float) -> RosterProblem:
    assert isinstance(previous.plan, Roster)
    cells = [(int(i), int(d), int(previous.plan.duties[i, d])) for i, d in np.argwhere(previous.known)]
    frozen = tuple((i, d, 1 << a) for i, d, a in cells if d < until)
    later = tuple(Request(i, d, problem.everything & ~(1 << a), price) for i, d, a in cells if d >= until)
    if previous.before:
        staff = tuple(_remember(e, seen) for e, seen in zip(problem.employees, previous.before, strict=True))
        problem = replace(problem, employees=staff)
    rules: list[Any] = [Pins(name=FROZEN, cells=frozen, worked=True)] if frozen else []
    if later and price:
        label = "differs from the earlier plan"
        rules.append(Requests(name=CHANGED, requests=later, label=label, unit="changes", asked=False))
    return problem.with_rules(*rules)


def _remember(employee: Employee, seen: tuple[int, ...]) -> Employee:
    """A person whose last days are known from the earlier plan, unless the problem itself says what they were."""
    if employee.history or not seen:
        return employee
    return replace(employee, history=tuple(1 << a for a in seen))


def _duties(problem: RosterProblem, previous: Previous[Roster], plan: Roster) -> Iterator[Change]:
    ids = ["-"] + [d.id for d in problem.duties[1:]]
    old = previous.plan.duties
    for i, employee in enumerate(problem.employees):
        who, name, new = employee.id, employee.name, i in previous.joined
        worked = np.flatnonzero(plan.duties[i]).tolist()
        if new:
            first = worked[0] if worked else 0
            yield Change(who, "joined", first, "-", _counted(len(worked), "duty", "duties"), name)
        for d in range(problem.horizon.days):
            now = ids[plan.duties[i, d]]
            if (i, d) in previous.lost:
                yield Change(who, "duty", d, previous.lost[i, d], now, name)
            elif previous.known[i, d] and old[i, d] != plan.duties[i, d]:
                yield Change(who, "duty", d, ids[old[i, d]], now, name)
            elif new and d in worked:
                yield Change(who, "duty", d, "-", now, name)
    for who, had in previous.left.items():
        yield Change(who, "left", had[0][0] if had else 0, _counted(len(had), "duty", "duties"), "-")
        for d, word in had:
            yield Change(who, "duty", d, word, "-")


def _counted(count: int, noun: str, plural: str) -> str:
    return f"{count} {noun if count == 1 else plural}"
