"""What the names in a ward stand for: people, shifts, days. Every look-up that fails names the item at fault."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property

from optimise.core.calendars import bank_holidays
from optimise.core.horizon import WEEKDAYS, Horizon
from optimise.formats.document import ItemError, UnknownName, item_path, nearest
from optimise.formats.examine import Findings
from optimise.roster.formats.ward_model import Contract, ShiftType, Staff, WardData
from optimise.roster.formats.ward_parts import Who, selector_dates
from optimise.roster.formats.ward_places import Places
from optimise.roster.formats.ward_year import annual_week, in_term

__all__ = ["DATE", "WardIndex"]

Path = tuple[str | int, ...]
_log = logging.getLogger(__name__)
#: How particular a selector of dates is; the largest rank.
DATE = 4
_REGIONS = {
    "england": "GB-ENG",
    "wales": "GB-WLS",
    "england-and-wales": "GB-ENG",
    "scotland": "GB-SCT",
    "northern-ireland": "GB-NIR",
}


class WardIndex:
    """Names of a ward resolved to indices.

    Attributes
    ----------
    horizon : Horizon
    places : Places
        Shifts of each ward, and where people are at home.
    shifts : list of ShiftType
        Those of the plan; in a document of several wards one for each ward where a shift is worked.
    everything, work, nights, long_days, evenings : int
        Masks of duties; duty ``i + 1`` is shift ``i``.
    contracts : list of Contract or None
        The contract of each person.
    notes : list of str
        What was left out, for people.
    findings : Findings
        What contradicts itself; whoever is done with the ward settles them.
    """

    def __init__(self, ward: WardData) -> None:
        self.ward = ward
        self.notes: list[str] = []
        self.findings = Findings()
        if ward.weeks is not None and ward.days is not None and ward.days != 7 * ward.weeks:
            weeks = f"{ward.weeks} weeks are {7 * ward.weeks} days"
            message = f"{weeks}, but days says {ward.days}; give weeks or days, not both"
            self.findings.add(ItemError(message, ("days",)))
        try:
            ward.start + timedelta(days=ward.length)
        except OverflowError:
            raise ItemError("the calendar ends before the plan does", ("start",)) from None
        self.horizon = Horizon(ward.length, ward.start, zone=ward.time_zone or "")
        _unique([s.id for s in ward.shifts], "shifts", self.findings)
        self.places = Places(ward, self.findings)
        self.shifts = self.places.shifts
        self._staff = _unique([s.id for s in ward.staff], "staff", self.findings)
        self._contracts = _unique([c.id for c in ward.contracts], "contracts", self.findings)
        self.everything = (1 << (len(self.shifts) + 1)) - 1
        self.work = self.everything & ~1
        self.nights = sum(1 << (i + 1) for i, s in enumerate(self.shifts) if s.is_night)
        self.long_days = sum(1 << (i + 1) for i, s in enumerate(self.shifts) if s.is_long)
        self.evenings = sum(1 << (i + 1) for i, s in enumerate(self.shifts) if s.is_evening)
        self.skills = _declared(ward.skills, [(s.skills, i) for i, s in enumerate(ward.staff)], "skill", self.findings)
        self.groups = _declared(ward.groups, [(s.groups, i) for i, s in enumerate(ward.staff)], "group", self.findings)
        self.bands = {s.band for s in ward.staff if s.band is not None}
        self.contracts: list[Contract | None] = [self._contract(s, i) for i, s in enumerate(ward.staff)]
        self._who: dict[tuple[tuple[str, ...], ...], tuple[int, ...] | None] = {}
        self.weekend = {WEEKDAYS.index(d) for d in ward.weekend_days}

    # ---- people ----------------------------------------------------------------------------------------------
    def employee(self, name: str, path: Path) -> int:
        try:
            return self._staff[name]
        except KeyError:
            named = [each.id for each in self.ward.staff if each.name == name]  # people go by their id, not their name
            hint = f"; did you mean {named[0]!r}?" if len(named) == 1 else nearest(name, list(self._staff))
            raise UnknownName(f"nobody is called {name!r}" + hint, path, name) from None

    def weekly_hours(self, employee: int) -> float | None:
        """Contracted hours a week, the person's own before those of the contract."""
        person, contract = self.ward.staff[employee], self.contracts[employee]
        if person.weekly_hours is not None:
            return person.weekly_hours
        if contract is None or contract.annual_hours is None:
            return None if contract is None else contract.weekly_hours
        return annual_week(contract, person.history.year_hours, self.ward.start, self.working_days(employee))

    def bound(self, employee: int, path: Path) -> bool:
        """Whether the average week said at ``path`` binds a person: an opt-out lifts all but the person's own."""
        return path[0] == "staff" or not self.ward.staff[employee].working_time_opt_out

    def working_days(self, employee: int) -> frozenset[int]:
        """Weekdays on which the contract is counted (0 = Monday), the person's own before those of the contract."""
        person, contract = self.ward.staff[employee], self.contracts[employee]
        given = person.working_days or (None if contract is None else contract.working_days)
        return frozenset(range(5)) if given is None else frozenset(WEEKDAYS.index(d) for d in given)

    def contract_weeks(self, employee: int, first: int, last: int) -> float:
        """Weeks of the contract in the days ``first .. last - 1``: its working days over those of a week."""
        days = self.working_days(employee)
        inside = (d for d in range(first, last) if self.in_term(employee, d))
        return sum(self.horizon.weekday(d) in days for d in inside) / len(days)

    def in_term(self, employee: int, day: int) -> bool:
        """Whether the person's contract runs on a day; True where it has no terms."""
        return in_term(self.contracts[employee], self.ward.start + timedelta(days=day))

    def who(self, chosen: Who, path: Path) -> tuple[int, ...] | None:
        """Indices of the people selected, None for everybody."""
        key = tuple(tuple(getattr(chosen, part)) for part in self._holders)
        if key not in self._who:
            self._who[key] = self._resolve(chosen, path)
        return self._who[key]

    def _resolve(self, chosen: Who, path: Path) -> tuple[int, ...] | None:
        made: set[int] | None = None
        for part, holders in self._holders.items():
            some: set[int] = set()
            names = getattr(chosen, part)
            for i, name in enumerate(names):
                if name not in holders and part == "bands":  # no list says which bands there are
                    _log.info("%s: nobody is in band %r in this plan", item_path((*path, part, i)), name)
                    continue
                if name not in holders:
                    noun = "person" if part == "staff" else part[:-1]
                    message = f"no {noun} is called {name!r}" + nearest(name, sorted(holders))
                    if part in ("skills", "groups") and not getattr(self.ward, part):
                        message += f" (one that nobody holds in this plan must stand in the ward's list of {part})"
                    raise UnknownName(message, (*path, part, i), name)
                some |= holders[name]
            if names:
                made = some if made is None else made & some
        return None if made is None else tuple(sorted(made))

    @cached_property
    def _holders(self) -> dict[str, dict[str, set[int]]]:
        """Who has each name that people can be selected by."""
        made: dict[str, dict[str, set[int]]] = {
            "staff": {name: {i} for name, i in self._staff.items()},
            "skills": {name: set() for name in self.skills},
            "groups": {name: set() for name in self.groups},
            "bands": {name: set() for name in self.bands},
            "contracts": {name: set() for name in self._contracts},
            "wards": {unit.id: set() for unit in self.ward.wards},
        }
        for i, person in enumerate(self.ward.staff):
            contract = self.contracts[i]
            for part, names in (
                ("skills", person.skills),
                ("groups", person.groups),
                ("bands", [person.band] if person.band is not None else []),
                ("contracts", [contract.id] if contract is not None else []),
                ("wards", [self.ward.wards[home].id] if (home := self.places.home[i]) >= 0 else []),
            ):
                for name in names:
                    made[part][name].add(i)
        return made

    def _contract(self, person: Staff, i: int) -> Contract | None:
        if person.contract is None:
            # with one contract there is nothing to choose
            return self.ward.contracts[0] if len(self.ward.contracts) == 1 else None
        if person.contract not in self._contracts:
            message = f"no contract is called {person.contract!r}" + nearest(person.contract, list(self._contracts))
            self.findings.add(UnknownName(message, ("staff", i, "contract"), person.contract))
            return None
        return self.ward.contracts[self._contracts[person.contract]]

    # ---- shifts ----------------------------------------------------------------------------------------------
    def shift(self, name: str, path: Path) -> int:
        """Mask of the duties of a shift: of ``E`` those in any ward, of ``E@north`` those in one."""
        try:
            return self.places.masks[name]
        except KeyError:
            message = f"no shift is called {name!r}" + nearest(name, list(self.places.masks))
            raise UnknownName(message, path, name) from None

    def mask(self, names: Sequence[str], path: Path, ward: str | None = None) -> int:
        """Mask of the duties of some shifts, in one ward where it is named."""
        made, inside = 0, self.inside_ward(ward)
        for i, name in enumerate(names):
            bits = self.shift(name, (*path, i)) & inside
            if not bits and ward is not None:
                raise ItemError(f"shift {name!r} is not worked in ward {ward}", (*path, i))
            if made & bits:
                raise ItemError(f"shift {name!r} is listed twice", (*path, i))
            made |= bits
        return made

    def inside_ward(self, ward: str | None) -> int:
        """Mask of the duties in a ward; None means any, and so does one that is not there, which is noted elsewhere."""
        known = [i for i, unit in enumerate(self.ward.wards) if unit.id == ward]
        return self.places.duties(known[0]) if known else self.everything

    def word(self, text: str, path: Path) -> int:
        """Mask of a word of a sequence or history: ``off``, ``work``, ``night``, ``any``, ``?``, ``E``, ``E|L``."""
        words = {"off": 1, "-": 1, "work": self.work, "night": self.nights, "any": self.everything, "?": 0}
        made = 0
        for each in text.split("|"):
            made |= words[each] if each in words else self.shift(each.strip(), path)
        return made

    def past(self, employee: int) -> list[str]:
        """Words of a person's history, oldest first; a shift that names no ward was worked in the person's own."""
        return [
            "|".join(self.places.settled(employee, each.strip()) for each in word.split("|"))
            for word in self.ward.staff[employee].history.duties
        ]

    def paid(self, shift: ShiftType, day: int) -> int:
        """Paid minutes of a shift on a day; clocks that change are counted."""
        return shift.minutes + (self._longer(shift, day) if shift.minutes else 0)

    def worked(self, shift: ShiftType, day: int) -> int:
        """Minutes of working time of a shift on a day; clocks that change are counted."""
        return shift.working + (self._longer(shift, day) if shift.working else 0)

    def _longer(self, shift: ShiftType, day: int) -> int:
        first, last = 1440 * day + shift.first, 1440 * day + shift.last
        return self.horizon.elapsed(first, last) - (last - first)

    # ---- days ------------------------------------------------------------------------------------------------
    def day(self, when: date, path: Path) -> int:
        """Index of a date inside the horizon."""
        day = (when - self.ward.start).days
        if not 0 <= day < self.horizon.days:
            last = self.ward.start + timedelta(days=self.horizon.days - 1)
            raise ItemError(f"{when} is outside the plan, {self.ward.start} to {last}", path)
        return day

    def days(self, selectors: Sequence[str], path: Path, *, cut: bool = False) -> dict[int, int]:
        """Days selected, each with how particular its selector is.

        That is :data:`DATE` for a date, 3 for bank holidays, 2 for a weekday, 1 for a kind of days, 0 for every day.

        With ``cut``, dates outside the plan are left out with a note, and not refused.
        """
        if not selectors:
            return dict.fromkeys(range(self.horizon.days), 0)
        made: dict[int, int] = {}
        for i, selector in enumerate(selectors):
            rank, chosen = self._selected(selector, (*path, i), cut)
            for day in chosen:
                made[day] = max(made.get(day, 0), rank)
        return made

    def days_of(self, staff: str, selectors: Sequence[str], entry: Path, *, cut: bool = False) -> dict[int, int]:
        """Days selected of an entry that is about one person; that it chooses none is noted with the person's name."""
        chosen = self.days(selectors, (*entry, "days"), cut=cut)
        if not chosen and all(selector_dates(s) is None for s in selectors):
            words = ", ".join(selectors)
            self.notes.append(f"{item_path(entry)} of {staff} is left out: the plan has no such day ({words}).")
        return chosen

    def _selected(self, selector: str, path: Path, cut: bool) -> tuple[int, Iterable[int]]:
        try:
            span = selector_dates(selector)
        except ValueError as error:
            raise ItemError(str(error), path) from None
        if span is not None:
            return DATE, self.inside(*span, path) if cut else range(*self.clipped(*span, path))
        weekday, days = self.horizon.weekday, range(self.horizon.days)
        if selector in WEEKDAYS:
            return 2, [d for d in days if weekday(d) == WEEKDAYS.index(selector)]
        if selector == "bank-holidays":
            chosen = self.ward.bank_holidays
            if chosen.nation is None and not chosen.dates:
                raise ItemError("the ward says no bank_holidays", path)
            return 3, self.bank_holidays
        free = selector == "weekends"
        return 1, [d for d in days if (weekday(d) in self.weekend) == free]

    @cached_property
    def bank_holidays(self) -> dict[int, str]:
        """Names of the bank holidays of the plan by day."""
        chosen, last = self.ward.bank_holidays, self.horizon.days - 1
        begin = self.ward.start
        named = dict.fromkeys(chosen.dates, "bank holiday")
        if chosen.nation is not None:
            named |= bank_holidays(_REGIONS[chosen.nation], begin, begin + timedelta(days=last), extra="calendar")
        return {(day - begin).days: name for day, name in sorted(named.items()) if 0 <= (day - begin).days <= last}

    def inside(self, first: date, last: date, path: Path, who: str = "") -> range:
        """Days of a span of dates that lie in the plan; what does not is noted, with the name of whom it is about."""
        told = f"{item_path(path)} of {who}" if who else item_path(path)
        begin, end = (first - self.ward.start).days, (last - self.ward.start).days + 1
        days = range(max(begin, 0), min(end, self.horizon.days))
        if not days:
            self.notes.append(f"{told} lies outside the plan and is left out.")
        elif len(days) < end - begin:
            until = self.ward.start + timedelta(days=days[-1])
            since = self.ward.start + timedelta(days=days[0])
            self.notes.append(f"{told} reaches outside the plan: {since} to {until} count.")
        return days

    def clipped(self, first: date, last: date, path: Path) -> tuple[int, int]:
        """Half-open range of the days of a span of dates, cut to the horizon, of which it must touch some day."""
        begin, end = (first - self.ward.start).days, (last - self.ward.start).days
        if end < 0 or begin >= self.horizon.days:
            until = self.ward.start + timedelta(days=self.horizon.days - 1)
            span = f"{first}" if first == last else f"{first} to {last}"
            raise ItemError(f"{span} is outside the plan, {self.ward.start} to {until}", path)
        return max(begin, 0), min(end + 1, self.horizon.days)

    @cached_property
    def weekends(self) -> list[tuple[int, ...]]:
        """Days of each weekend inside the horizon; days of ``weekend_days`` that follow each other are one."""
        made: list[list[int]] = []
        for day in range(self.horizon.days):
            if self.horizon.weekday(day) in self.weekend:
                if made and made[-1][-1] == day - 1 and len(made[-1]) < len(self.weekend):
                    made[-1].append(day)
                else:
                    made.append([day])
        return [tuple(each) for each in made]


def _unique(ids: list[str], key: str, findings: Findings) -> dict[str, int]:
    made: dict[str, int] = {}
    for i, each in enumerate(ids):
        if each in made:
            findings.add(ItemError(f"{each!r} is also the id of {key}[{made[each]}]", (key, i, "id")))
        made.setdefault(each, i)
    return made


def _declared(declared: list[str], held: list[tuple[list[str], int]], noun: str, findings: Findings) -> set[str]:
    for i, word in enumerate(declared):
        if word in declared[:i]:
            findings.add(ItemError(f"{word!r} is listed twice", (f"{noun}s", i)))
    known = set(declared)
    for names, i in held:
        for j, name in enumerate(names):
            path: Path = ("staff", i, f"{noun}s", j)
            if declared and name not in known:
                message = f"no {noun} is called {name!r}" + nearest(name, declared)
                findings.add(UnknownName(message, path, name))
            if name in names[:j]:
                findings.add(ItemError(f"{noun} {name!r} is listed twice", path))
    return known | {name for names, _ in held for name in names}
