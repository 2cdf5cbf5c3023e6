"""Limits on one person's work as rules: the person's own before the contract's before the ward's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from optimise.formats.document import ItemError
from optimise.roster.formats.ward_hours import (
    Credits,
    average_rule,
    hours_rules,
    rolling_hours,
    shift_limit_rule,
)
from optimise.roster.formats.ward_index import Path, WardIndex
from optimise.roster.formats.ward_model import Rules
from optimise.roster.formats.ward_packs import PACKS, stated
from optimise.roster.formats.ward_parts import (
    AverageLimit,
    Hours,
    Limit,
    Priced,
    ShiftLimit,
    Toggle,
    WeekendLimit,
    WorkLimits,
)
from optimise.roster.formats.ward_parts import Sequence as Unwelcome
from optimise.roster.formats.ward_rest import REST_BUILDERS, special_averages
from optimise.roster.rules import (
    CompleteWeekends,
    Request,
    Requests,
    Rest,
    RestAfter,
    RosterRule,
    Runs,
    Unwanted,
    WorkedWeekends,
)
from optimise.roster.rules.compound import Compound

__all__ = ["Names", "limit_rules"]

_PAIRS = (
    ("min_consecutive_days", "max_consecutive_days"),
    ("min_consecutive_days_off", "max_consecutive_days_off"),
    ("min_consecutive_nights", "max_consecutive_nights"),
)


class Names:
    """Gives every rule a name of its own."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def __call__(self, name: str) -> str:
        made, count = name, 1
        while made in self._used:
            count += 1
            made = f"{name} ({count})"
        self._used.add(made)
        return made


class _Scoped:
    """The limits that hold for each person, with the place in the document that they come from."""

    def __init__(self, index: WardIndex) -> None:
        self.index = index
        ward = index.ward
        place = {id(c): i for i, c in enumerate(ward.contracts)}
        self.sources: list[list[tuple[WorkLimits, Path]]] = []
        for i, person in enumerate(ward.staff):
            chain: list[tuple[WorkLimits, Path]] = []
            if person.limits is not None:
                chain.append((person.limits, ("staff", i, "limits")))
            contract = index.contracts[i]
            if contract is not None:
                chain.append((contract, ("contracts", place[id(contract)])))
            if ward.rules.pack is not None:  # what the ward says itself comes before its pack
                chain += [(stated(ward.rules), ("rules",)), (PACKS[ward.rules.pack], ("rules", "pack"))]
            chain.append((ward.rules, ("rules",)))
            self.sources.append(chain)

    def one(self, employee: int, field: str) -> tuple[Limit | Toggle, Path] | None:
        """The limit that holds for a person, None when there is none or it is switched off."""
        for source, path in self.sources[employee]:
            value = getattr(source, field)
            if value is not None:
                off = value.limit is None if isinstance(value, Limit) else not value.on
                return None if off or value.price == 0 else (value, (*path, field))
        return None

    def groups(
        self, field: str, holds: Callable[[int, Path], bool] | None = None
    ) -> list[tuple[Limit | Toggle, tuple[int, ...]]]:
        """Different values of a limit, each with the people it holds for (those of whom ``holds`` is true)."""
        made: dict[str, tuple[Limit | Toggle, list[int]]] = {}
        keys: dict[int, str] = {}  # the text of each limit once: many people share a few
        for employee in range(len(self.sources)):
            found = self.one(employee, field)
            if found is not None and (holds is None or holds(employee, found[1])):
                key = keys.setdefault(id(found[0]), "") or repr(found[0])
                keys[id(found[0])] = key
                made.setdefault(key, (found[0], []))[1].append(employee)
        return [(limit, tuple(people)) for limit, people in made.values()]

    def lists(self, field: str) -> list[tuple[Priced, tuple[int, ...], Path]]:
        """Entries of a list of limits, each with its people; those of ward, contract and person add up."""
        made: dict[str, tuple[Priced, list[int], Path]] = {}
        keys: dict[int, str] = {}
        for employee, chain in enumerate(self.sources):
            for source, path in reversed(chain):
                for i, entry in enumerate(getattr(source, field)):
                    key = keys.setdefault(id(entry), "") or repr(entry)
                    keys[id(entry)] = key
                    found = made.setdefault(key, (entry, [], (*path, field, i)))
                    if employee not in found[1][-1:]:
                        found[1].append(employee)
        return [(entry, tuple(people), path) for entry, people, path in made.values() if entry.price]


def limit_rules(
    index: WardIndex, away: Sequence[frozenset[int]], credits: Credits, names: Names, free: Credits = ()
) -> list[RosterRule]:
    """Rules of the limits of ward, contracts and people.

    Parameters
    ----------
    away : sequence of frozenset of int
        Days of leave of each person.
    credits : Credits
        Minutes credited for leave.
    free : Credits
        Minutes that contracts count besides, for bank holidays.
    """
    scoped = _Scoped(index)
    for employee in range(len(scoped.sources)):
        for low, high in _PAIRS:
            a, b = scoped.one(employee, low), scoped.one(employee, high)
            if a and b and _number(a[0]) > _number(b[0]):
                message = f"{_number(a[0]):g} is above {high}, which is {_number(b[0]):g}"
                index.findings.add(ItemError(message, a[1]))
    made: list[RosterRule] = []
    for field, build in _BUILDERS.items():
        for limit, people in scoped.groups(field):
            for rule in build(index, limit, people, away):
                made.append(replace(rule, name=names(rule.name)))
    for sequence, people, path in scoped.lists("forbidden_sequences"):
        assert isinstance(sequence, Unwelcome)
        with index.findings:
            masks = tuple(index.word(w, (*path, "sequence", i)) for i, w in enumerate(sequence.sequence))
            label = " ".join(sequence.sequence)
            name, what = names(f"not {label}"), f"sequence {label}"
            unwanted = Unwanted(name=name, employees=people, masks=masks, weight=sequence.price, label=what)
            made.append(replace(unwanted, told="sequence {all}"))
    for entry, people, path in scoped.lists("shift_limits"):
        assert isinstance(entry, ShiftLimit)
        with index.findings:
            mask = index.mask(entry.shifts, (*path, "shifts"))
            which = "/".join(entry.shifts)
            made.append(shift_limit_rule(index, entry, mask, people, names(f"shifts of {which}"), f"works {which}:"))
    hours = [(e, p) for e, p, _ in scoped.lists("hours") if isinstance(e, Hours)]
    rules, caps = hours_rules(index, hours, credits, names, free)
    made.extend(rules)
    averages = [
        (a, p) for a, p in scoped.groups("max_average_weekly_hours", index.bound) if isinstance(a, AverageLimit)
    ]
    made.extend(average_rule(index, a, p, credits, caps, names) for a, p in averages)
    made.extend(special_averages(index, scoped.groups, credits, caps, names))
    return made


def _number(limit: Limit | Toggle) -> float:
    return float(limit.limit or 0) if isinstance(limit, Limit) else 0.0


def _days(limit: Limit | Toggle) -> int:
    return int(_number(limit))


Built = Iterable[RosterRule]
Away = Sequence[frozenset[int]]
People = tuple[int, ...]


def _rest(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
    hours = _number(limit)
    yield Rest(name=f"{hours:g} h rest between shifts", employees=people, minutes=round(60 * hours), weight=limit.price)


def _seven_days(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
    yield rolling_hours(index, _number(limit), limit.price, people)


def _run(of: str, side: str, noun: str) -> Callable[[WardIndex, Limit | Toggle, People, Away], Built]:
    def build(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
        mask = index.nights if of == "nights" else index.work
        k = _days(limit)
        if mask and side == "maximum":
            name = f"at most {k} {noun} in a row"
            yield Runs(name=name, employees=people, of=mask, maximum=k, weight_maximum=limit.price, noun=noun)
        elif mask and k > 1:
            name = f"at least {k} {noun} in a row"
            yield Runs(name=name, employees=people, of=mask, minimum=k, weight_minimum=limit.price, noun=noun)

    return build


def _max_off(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
    """Runs of days off that hold no leave."""
    k, days = _days(limit), index.horizon.days
    parts: list[RosterRule] = []
    usual = tuple(e for e in people if not away[e])
    label = f"more than {k} days off in a row"
    if usual:
        parts.append(Runs(name="", employees=usual, of=1, maximum=k, weight_maximum=limit.price, noun="days off"))
    for e in people:
        if away[e]:
            starts = tuple(d for d in range(-k, days - k) if away[e].isdisjoint(range(d, d + k + 1)))
            masks = (1,) * (k + 1)
            parts.append(
                Unwanted(
                    name="",
                    employees=(e,),
                    masks=masks,
                    starts=starts,
                    weight=limit.price,
                    label=label,
                    unit="days off",
                )
            )
    yield Compound(name=f"at most {k} days off in a row", parts=tuple(parts))


def _min_off(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
    k = _days(limit)
    if k > 1:
        name = f"at least {k} days off in a row"
        yield Runs(name=name, employees=people, of=1, minimum=k, weight_minimum=limit.price, noun="days off")


def _after_nights(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
    k = _days(limit)
    if index.nights and k > 0:
        label = f"fewer than {k} days off after a run of nights"
        yield RestAfter(
            name=f"{k} days off after nights",
            employees=people,
            of=index.nights,
            days=k,
            weight=limit.price,
            label=label,
        )


def _weekends(off: bool) -> Callable[[WardIndex, Limit | Toggle, People, Away], Built]:
    def build(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
        assert isinstance(limit, WeekendLimit)
        groups, k = index.weekends, _days(limit)
        window = limit.weeks or len(groups)
        cap = max(0, window - k) if off else k
        what = f"at least {k} weekends off" if off else f"at most {k} weekends worked"
        name = what + (f" in any {limit.weeks}" if limit.weeks else "")
        if groups and cap < window:
            parts = _weekend_windows(index, groups, window if limit.weeks else None, cap, limit.price, people)
            yield Compound(name=name, parts=tuple(parts))

    return build


def _weekend_windows(
    index: WardIndex,
    groups: list[tuple[int, ...]],
    window: int | None,
    cap: int,
    price: float,
    people: People,
) -> Iterable[RosterRule]:
    """One part for each window of weekends; past weekends count as far as each person's history tells."""
    if window is None:
        yield from _one_window(index, groups, cap, price, [(e, 0) for e in people])
        return
    starts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for e in people:
        history = index.ward.staff[e].history.weekends[1 - window :] if window > 1 else []
        # every window that is known whole; failing that, the one of all that is known
        for first in range(-len(history), len(groups) - window + 1) or [-len(history)]:
            starts[first].append((e, sum(history[first:]) if first < 0 else 0))
    for first, some in sorted(starts.items()):
        yield from _one_window(index, groups[max(first, 0) : first + window], cap, price, some)


def _one_window(
    index: WardIndex, groups: list[tuple[int, ...]], cap: int, price: float, people: list[tuple[int, int]]
) -> Iterable[RosterRule]:
    # a weekend of which history already worked a day counts, whatever the rest of it brings
    begun = [e for e, _ in people if groups[0] == index.weekends[0] and _begun(index, e, groups[0])]
    for some, weekends, extra in (
        ([p for p in people if p[0] not in begun], groups, 0),
        ([p for p in people if p[0] in begun], groups[1:], 1),
    ):
        if some:
            yield WorkedWeekends(
                name="",
                employees=tuple(e for e, _ in some),
                weekends=tuple(weekends),
                maximum=cap,
                worked_before=tuple(before + extra for _, before in some),
                weight=price,
            )


def _begun(index: WardIndex, employee: int, weekend: tuple[int, ...]) -> bool:
    """Whether history worked an earlier day of the weekend with which the horizon opens."""
    if weekend[0] != 0:
        return False
    duties = index.ward.staff[employee].history.duties
    for back in range(1, len(index.weekend)):
        if index.horizon.weekday(-back) not in index.weekend or back > len(duties):
            return False
        if duties[-back] not in ("off", "-", "?"):
            return True
    return False


def _full(index: WardIndex) -> tuple[tuple[int, ...], ...]:
    """Weekends that lie in the plan whole: as many days as follow each other in any week."""
    length = max(k for k in range(8) if any(all((day + i) % 7 in index.weekend for i in range(k)) for day in range(7)))
    return tuple(g for g in index.weekends if len(g) == length)


def _complete(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
    yield CompleteWeekends(name="complete weekends", employees=people, weekends=_full(index), weight=limit.price)


def _night_before_weekend(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
    full = _full(index)
    if index.nights and full:
        masks = (index.nights, *[1] * len(full[0]))
        starts = tuple(g[0] - 1 for g in full)
        name = "no night before a weekend off"
        yield Unwanted(
            name=name,
            employees=people,
            masks=masks,
            starts=starts,
            weight=limit.price,
            label="night before a weekend off",
        )


def _night_before_leave(index: WardIndex, limit: Limit | Toggle, people: People, away: Away) -> Built:
    # nobody could have kept a sickness from following a night
    sick = {
        (index.employee(leave.staff, ("leave", i, "staff")), (leave.first - index.ward.start).days)
        for i, leave in enumerate(index.ward.leave)
        if leave.sickness
    }
    cells = tuple(
        Request(e, d - 1, index.nights, limit.price)
        for e in people
        for d in sorted(away[e])
        if d > 0 and d - 1 not in away[e] and (e, d) not in sick
    )
    if index.nights and cells:
        yield Requests(
            name="no night before leave", requests=cells, label="night before leave", unit="nights", asked=False
        )


_BUILDERS: dict[str, Callable[[WardIndex, Limit | Toggle, People, Away], Built]] = {
    "min_rest_hours": _rest,
    "max_consecutive_days": _run("work", "maximum", "working days"),
    "min_consecutive_days": _run("work", "minimum", "working days"),
    "max_consecutive_days_off": _max_off,
    "min_consecutive_days_off": _min_off,
    "max_consecutive_nights": _run("nights", "maximum", "nights"),
    "min_consecutive_nights": _run("nights", "minimum", "nights"),
    "days_off_after_nights": _after_nights,
    "max_weekends": _weekends(off=False),
    "min_weekends_off": _weekends(off=True),
    "complete_weekends": _complete,
    "no_night_before_weekend_off": _night_before_weekend,
    "no_night_before_leave": _night_before_leave,
    "max_hours_in_7_days": _seven_days,
    **REST_BUILDERS,
}
assert set(_BUILDERS) <= set(Rules.model_fields)
