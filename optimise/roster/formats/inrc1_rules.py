"""The rules of INRC-I, from the XML elements that state them.

A rule counts only when it is on (or true) and its weight is above 0; a limit of 0 is a real limit.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from optimise.core.horizon import Horizon
from optimise.formats.text import integer, look_up, placed
from optimise.formats.xmltree import Node
from optimise.roster.rules.cover import Cover, Demand
from optimise.roster.rules.primitives import HARD, RosterRule, Segment
from optimise.roster.rules.requests import Eligibility, Request, Requests
from optimise.roster.rules.runs import Runs, WeekendRuns
from optimise.roster.rules.sequences import Unwanted
from optimise.roster.rules.totals import Total
from optimise.roster.rules.weekends import CompleteWeekends, IdenticalWeekends

__all__ = ["FULL_DAYS", "Context", "day_of", "rules"]

FULL_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: Units of an incomplete weekend by shape (worked or not), for weekends of two and three days.
_SHAPES = {
    2: (((True, False), 1), ((False, True), 1)),
    3: (
        ((True, False, True), 4),
        ((True, True, False), 1),
        ((False, True, True), 1),
        ((True, False, False), 2),
        ((False, True, False), 2),
        ((False, False, True), 2),
    ),
}

_ANYONE_MORE = (Segment(math.inf, HARD),)


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules refer to.

    Attributes
    ----------
    masks : dict
        Duty mask by shift id.
    required : list of frozenset
        Skills that each shift needs, in the order of ``masks``.
    people : dict
        Index by employee id; ``contract_of`` and ``skills_of`` are by index.
    """

    root: Node
    horizon: Horizon
    masks: dict[str, int]
    required: list[frozenset[str]]
    people: dict[str, int]
    contract_of: list[str]
    skills_of: list[frozenset[str]]
    contracts: dict[str, Node]

    @property
    def everything(self) -> int:
        return (1 << len(self.masks) + 1) - 1

    @property
    def work(self) -> int:
        return self.everything - 1


def rules(context: Context) -> Iterator[RosterRule]:
    """All rules, the hard one first."""
    yield _cover(context)
    for identity, node in context.contracts.items():
        who = tuple(i for i, c in enumerate(context.contract_of) if c == identity)
        yield from _contract(context, node, _label(context, identity), who)
    yield from _patterns(context)
    yield from _requests(context)


def day_of(node: Node, horizon: Horizon) -> int:
    """Day index of a date inside the horizon."""
    assert horizon.start is not None
    day = (date_of(node) - horizon.start).days
    if not 0 <= day < horizon.days:
        raise node.error(f"{node.text} is outside the horizon")
    return day


def date_of(node: Node) -> date:
    try:
        return date.fromisoformat(node.text)
    except ValueError:
        raise node.error(f"a date such as 2010-01-31 was expected, not {node.text[:40]!r}") from None


# ---- cover -------------------------------------------------------------------------------------------------------
def _cover(context: Context) -> RosterRule:
    """Exactly the preferred number, and nobody where no number is given; dates overrule weekdays."""
    weekly: dict[tuple[int, str], int] = {}
    dated: dict[tuple[int, str], int] = {}
    required = context.root.one("CoverRequirements")
    for node in required.all("DayOfWeekCover"):
        day = node.one("Day")
        with placed(day.file, day.line):
            weekday = look_up({d: i for i, d in enumerate(FULL_DAYS)}, day.text, "day")
        _numbers(context, node, weekday, weekly)
    for node in required.all("DateSpecificCover"):
        _numbers(context, node, day_of(node.one("Date"), context.horizon), dated)
    demands = []
    for d in range(context.horizon.days):
        for shift, mask in context.masks.items():
            wanted = dated.get((d, shift), weekly.get((context.horizon.weekday(d), shift), 0))
            demands.append(Demand(d, mask, wanted, wanted, over=_ANYONE_MORE, label=shift))
    return Cover(name="cover", demands=tuple(demands))


def _numbers(context: Context, node: Node, day: int, table: dict[tuple[int, str], int]) -> None:
    for cover in node.all("Cover"):
        shift = cover.one("Shift")
        with placed(shift.file, shift.line):
            look_up(context.masks, shift.text, "shift")
        if (day, shift.text) in table:
            raise cover.error("a second number for this day and shift", f"cover of {shift.text}")
        table[day, shift.text] = cover.one("Preferred").integer()


# ---- contracts ---------------------------------------------------------------------------------------------------
def _label(context: Context, identity: str) -> str:
    """A contract in words: its description, with the id where that is not unique."""
    described = {i: n.maybe("Description") for i, n in context.contracts.items()}
    words = {i: "" if d is None else d.text for i, d in described.items()}
    mine = words[identity]
    return (
        mine if mine and list(words.values()).count(mine) == 1 and mine not in words else f"{mine} {identity}".strip()
    )


def _limit(node: Node, tag: str) -> tuple[int | None, int]:
    """(limit, weight) of a rule with a number; (None, 0) when it does not count."""
    found = node.maybe(tag)
    if found is None:
        return None, 0
    limit, weight = found.integer(), found.weight()
    with placed(found.file, found.line):
        on = _truth(found.attributes.get("on", "1"), found)
    return (limit, weight) if on and weight else (None, 0)


def _switch(node: Node, tag: str) -> int:
    """Weight of a rule with a boolean; 0 when it does not count."""
    found = node.maybe(tag)
    if found is None:
        return 0
    return found.weight() if _truth(found.text, found) else 0


def _truth(text: str, node: Node) -> bool:
    if text.strip() not in ("true", "false", "1", "0"):
        raise node.error(f"true or false was expected, not {text[:40]!r}")
    return text.strip() in ("true", "1")


def _contract(context: Context, node: Node, label: str, who: tuple[int, ...]) -> Iterator[RosterRule]:
    work = context.work
    low, low_weight = _limit(node, "MinNumAssignments")
    high, high_weight = _limit(node, "MaxNumAssignments")
    weekends = _weekends(context, node)
    whole = tuple(w for w in weekends if len(w) == _weekend_length(node))
    found: list[RosterRule] = []
    if low is not None or high is not None:
        found.append(
            Total(
                name=f"assignments: {label}",
                employees=who,
                of=work,
                minimum=low,
                maximum=high,
                weight_minimum=low_weight,
                weight_maximum=high_weight,
                noun="assignments",
            )
        )
    for tag, name, noun, of in (
        ("WorkingDays", "working days in a row", "working days", work),
        ("FreeDays", "free days in a row", "free days", 1),
        ("WorkingWeekends", "working weekends in a row", "worked weekends", 0),
    ):
        low, low_weight = _limit(node, f"MinConsecutive{tag}")
        high, high_weight = _limit(node, f"MaxConsecutive{tag}")
        if low is None and high is None:
            continue
        limits: dict[str, Any] = {
            "minimum": low,
            "maximum": high,
            "weight_minimum": low_weight,
            "weight_maximum": high_weight,
            "start": "closed",
            "end": "closed",
            "noun": noun,
        }
        if of:
            found.append(Runs(name=f"{name}: {label}", employees=who, of=of, **limits))
        else:
            found.append(WeekendRuns(name=f"{name}: {label}", employees=who, weekends=weekends, **limits))
    weight = _switch(node, "CompleteWeekends")
    if weight:
        length = _weekend_length(node)
        if length not in _SHAPES:
            raise node.one("WeekendDefinition").error(f"complete weekends of {length} days have no published costs")
        found.append(
            CompleteWeekends(
                name=f"complete weekends: {label}", employees=who, weekends=whole, weight=weight, costs=_SHAPES[length]
            )
        )
    weight = _switch(node, "IdenticalShiftTypesDuringWeekend")
    if weight:
        name = f"identical weekends: {label}"
        found.append(IdenticalWeekends(name=name, employees=who, weekends=whole, weight=weight, partly=1))
    weight = _switch(node, "AlternativeSkillCategory")
    if weight:
        lacking = tuple(
            sum(m for m, needs in zip(context.masks.values(), context.required) if needs - context.skills_of[e])
            for e in who
        )
        found.append(Eligibility(name=f"alternative skill: {label}", employees=who, forbidden=lacking, weight=weight))
    if who:
        yield from found


def _weekend_days(node: Node) -> list[str]:
    found = node.maybe("WeekendDefinition")
    if found is None:
        return ["Saturday", "Sunday"]
    rest = found.text
    days: list[str] = []
    while rest:
        day = next((d for d in FULL_DAYS if rest.startswith(d)), None)
        follows = not days or (day is not None and FULL_DAYS.index(day) == (FULL_DAYS.index(days[-1]) + 1) % 7)
        if day is None or not follows or len(days) == 7:
            raise found.error(f"weekdays in a row were expected, such as SaturdaySunday, not {found.text[:60]!r}")
        days.append(day)
        rest = rest.removeprefix(day)
    if not days:
        raise found.error("is empty")
    return days


def _weekend_length(node: Node) -> int:
    return len(_weekend_days(node))


def _weekends(context: Context, node: Node) -> tuple[tuple[int, ...], ...]:
    """Weekends that begin inside the horizon (the last may be cut)."""
    days, horizon = _weekend_days(node), context.horizon
    first = FULL_DAYS.index(days[0])
    starts = [d for d in range(horizon.days) if horizon.weekday(d) == first]
    return tuple(tuple(d for d in range(s, s + len(days)) if d < horizon.days) for s in starts)


# ---- patterns and requests ---------------------------------------------------------------------------------------
def _patterns(context: Context) -> Iterator[RosterRule]:
    users: dict[str, list[int]] = defaultdict(list)
    nodes: dict[str, Node] = {}
    for node in context.root.inside("Patterns", "Pattern"):
        name = node.attribute("ID").strip()
        if name in nodes:
            raise node.error("ids are unique", f"pattern {name}")
        nodes[name] = node
    for identity, contract in context.contracts.items():
        for use in contract.inside("UnwantedPatterns", "Pattern"):
            with placed(use.file, use.line, f"contract {identity}"):
                look_up(nodes, use.text, "pattern")
            people = [i for i, c in enumerate(context.contract_of) if c == identity]
            if set(people) & set(users[use.text]):
                raise use.error(f"pattern {use.text} is listed twice", f"contract {identity}")
            users[use.text] += people
    for name, node in nodes.items():
        masks, starts, words = _pattern(context, node, name)
        weight = node.weight()
        if weight and users[name]:
            who = tuple(sorted(users[name]))
            yield Unwanted(
                name=f"unwanted pattern {name}", employees=who, masks=masks, starts=starts, weight=weight, label=words
            )


def _pattern(context: Context, node: Node, name: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """Masks, start days and words of an unwanted pattern."""
    entries: dict[int, Node] = {}
    for entry in node.inside("PatternEntries", "PatternEntry"):
        with placed(entry.file, entry.line):
            index = integer(entry.attribute("index"), "<PatternEntry index>", 0, 1000)
        if index in entries:
            raise entry.error(f"index {index} occurs twice", f"pattern {name}")
        entries[index] = entry
    if sorted(entries) != list(range(len(entries))) or not entries:
        raise node.error("entries 0, 1, 2, ... were expected", f"pattern {name}")
    masks, weekdays, words = [], [], []
    known = {**context.masks, "Any": context.work, "None": 1}
    for _, entry in sorted(entries.items()):
        shift, day = entry.one("ShiftType"), entry.one("Day")
        with placed(shift.file, shift.line):
            masks.append(look_up(known, shift.text, "shift"))
        with placed(day.file, day.line):
            weekdays.append(look_up({"Any": -1} | {d: i for i, d in enumerate(FULL_DAYS)}, day.text, "day"))
        said = {"Any": "work", "None": "a free day"}.get(shift.text, shift.text)
        words.append(said if day.text == "Any" else f"{said} on {day.text}")
    fits = [first for first in range(7) if all(w in (-1, (first + i) % 7) for i, w in enumerate(weekdays))]
    if not fits:
        raise node.error("its weekdays do not follow each other", f"pattern {name}")
    last = context.horizon.days - len(masks)
    starts = tuple(d for d in range(last + 1) if context.horizon.weekday(d) in fits)
    return tuple(masks), starts, ", then ".join(words)


def _requests(context: Context) -> Iterator[RosterRule]:
    for group, tag, name, words in (
        ("DayOffRequests", "DayOff", "day-off requests", "works on a day asked off"),
        ("DayOnRequests", "DayOn", "day-on requests", "free on a day asked for"),
        ("ShiftOffRequests", "ShiftOff", "shift-off requests", "works a shift asked off"),
        ("ShiftOnRequests", "ShiftOn", "shift-on requests", "requested shift not given"),
    ):
        requests = []
        for node in context.root.inside(group, tag):
            who = node.one("EmployeeID")
            with placed(who.file, who.line):
                person = look_up(context.people, who.text, "employee")
            mask = context.work
            if tag.startswith("Shift"):
                shift = node.one("ShiftTypeID")
                with placed(shift.file, shift.line):
                    mask = look_up(context.masks, shift.text, "shift")
            avoid = mask if tag.endswith("Off") else context.everything & ~mask
            requests.append(Request(person, day_of(node.one("Date"), context.horizon), avoid, node.weight()))
        if requests:
            yield Requests(name=name, requests=tuple(requests), label=words)
