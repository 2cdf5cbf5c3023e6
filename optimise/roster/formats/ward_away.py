"""Hours in which people cannot work, bank holidays and base patterns, as rules over single days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from optimise.formats.document import ItemError, UnknownName, nearest
from optimise.roster.formats.ward_hours import Credits
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_limits import Names
from optimise.roster.formats.ward_parts import minutes_of
from optimise.roster.rules import Request, Requests

__all__ = ["bank_holiday_credits", "bank_holiday_rule", "pattern_rules", "unavailable_rule"]

_DAY = 1440


def unavailable_rule(index: WardIndex, names: Names) -> Requests | None:
    """The shifts that overlap hours in which people are unavailable.

    Parameters
    ----------
    index : WardIndex
    names : Names
        Gives the rule its name.

    Returns
    -------
    Requests or None
        One cell for each person, day and price; None where everybody is available.
    """
    cells: dict[tuple[int, int, float], int] = defaultdict(int)
    for i, entry in enumerate(index.ward.unavailable):
        with index.findings:
            path = ("unavailable", i)
            employee = index.employee(entry.staff, (*path, "staff"))
            begin, end = (minutes_of(t) for t in entry.between)
            end += _DAY if end <= begin else 0
            for day in sorted(index.days_of(entry.staff, entry.days, path, cut=True)):
                for at in range(day - 2, day + 3):  # a shift may last two days
                    mask = _overlapping(index, begin + _DAY * (day - at), end + _DAY * (day - at))
                    if mask and entry.price and 0 <= at < index.horizon.days:
                        cells[employee, at, entry.price] |= mask
    if not cells:
        return None
    made = tuple(Request(e, d, mask, price) for (e, d, price), mask in sorted(cells.items()))
    return Requests(
        name=names("unavailable"), requests=made, label="works while unavailable", unit="shifts", asked=False
    )


def _overlapping(index: WardIndex, begin: int, end: int) -> int:
    """Duties whose shift is on at some time between two minutes of the day on which it starts."""
    return sum(1 << (i + 1) for i, s in enumerate(index.shifts) if any(a < end and begin < b for a, b in s.parts))


def bank_holiday_credits(index: WardIndex, leave: Mapping[tuple[int, int], int]) -> Credits:
    """Minutes that contracts count for bank holidays: a working day each, where leave does not count it already.

    Parameters
    ----------
    index : WardIndex
    leave : mapping
        Minutes credited for each ``(employee, day)`` of leave.

    Returns
    -------
    Credits
        Empty unless the ward credits bank holidays.
    """
    if not index.ward.bank_holidays.credit:
        return ()
    made = []
    for e in range(len(index.ward.staff)):
        weekly, working = index.weekly_hours(e) or 0.0, index.working_days(e)
        for day in index.bank_holidays:
            counts = index.horizon.weekday(day) in working and index.in_term(e, day)
            if weekly and counts and not leave.get((e, day)):
                made.append((e, day, round(60 * weekly / len(working))))
    return tuple(made)


def bank_holiday_rule(index: WardIndex, names: Names) -> Requests:
    """The price of each shift that is worked on a bank holiday.

    Parameters
    ----------
    index : WardIndex
    names : Names
        Gives the rule its name.

    Returns
    -------
    Requests
    """
    price, people = index.ward.bank_holidays.price, range(len(index.ward.staff))
    cells = tuple(Request(e, day, index.work, price) for e in people for day in index.bank_holidays)
    label = "works on a bank holiday"
    return Requests(name=names("bank holidays"), requests=cells, label=label, unit="shifts", asked=False)


def pattern_rules(index: WardIndex, settled: Sequence[frozenset[int]], names: Names) -> Iterator[Requests]:
    """What base patterns ask for.

    Parameters
    ----------
    index : WardIndex
        Its findings take what names nothing.
    settled : sequence of frozenset of int
        Days of each person of which leave, a pin or hours away say what is done.
    names : Names
        Gives each rule its name.

    Yields
    ------
    Requests
        One a pattern that somebody follows: for each day a price of all duties but those of the pattern.
    """
    masks: dict[str, list[int]] = {}
    for i, pattern in enumerate(index.ward.patterns):
        path = ("patterns", i)
        if pattern.id in masks:
            index.findings.add(ItemError(f"there are two patterns {pattern.id!r}", (*path, "id")))
        masks[pattern.id] = []
        for j, line in enumerate(pattern.lines):
            for k, word in enumerate(line):
                with index.findings:
                    masks[pattern.id].append(index.word(word, (*path, "lines", j, k)) or index.everything)
    for e, person in enumerate(index.ward.staff):
        if person.pattern is not None and person.pattern not in masks:
            message = f"no pattern is called {person.pattern!r}" + nearest(person.pattern, list(masks))
            index.findings.add(UnknownName(message, ("staff", e, "pattern"), person.pattern))
        lines = next((p.lines for p in index.ward.patterns if p.id == person.pattern), [])
        if lines and person.line > len(lines):
            message = f"pattern {person.pattern!r} has {len(lines)} lines, not {person.line}"
            index.findings.add(ItemError(message, ("staff", e, "line")))
        if person.pattern is None and person.line > 1:
            message = f"is {person.line}, and no pattern is named of which it might be a line"
            index.findings.add(ItemError(message, ("staff", e, "line")))
    for pattern in index.ward.patterns:
        duties, first = masks[pattern.id], 0 if pattern.start is None else (pattern.start - index.ward.start).days
        if not pattern.price or len(duties) < len(pattern.words):
            continue
        cells = [
            Request(e, day, index.everything & ~duties[(pattern.place(person.line) + day - first) % len(duties)], price)
            for price in (pattern.price,)
            for e, person in enumerate(index.ward.staff)
            if person.pattern == pattern.id
            for day in range(max(first, 0), index.horizon.days)
            if day not in settled[e]
        ]
        asked = tuple(cell for cell in cells if cell.avoid)
        if asked:
            label = f"differs from pattern {pattern.id}"
            yield Requests(name=names(f"pattern {pattern.id}"), requests=asked, label=label, unit="days", asked=False)
