"""A ward document as a problem to solve; whatever in it makes no sense is found here."""

from __future__ import annotations

import math
from dataclasses import replace

from optimise.formats.document import ItemError
from optimise.roster.formats.ward_away import (
    bank_holiday_credits,
    bank_holiday_rule,
    pattern_rules,
    unavailable_rule,
)
from optimise.roster.formats.ward_census import check_census
from optimise.roster.formats.ward_cover import cover_rules
from optimise.roster.formats.ward_fairness import check_fairness, fairness_rules, unsaid
from optimise.roster.formats.ward_floats import elsewhere, float_rules, floating
from optimise.roster.formats.ward_index import DATE, Path, WardIndex
from optimise.roster.formats.ward_leave import absences, check_years
from optimise.roster.formats.ward_limits import Names, limit_rules
from optimise.roster.formats.ward_model import WardData
from optimise.roster.formats.ward_named import own_rules, tried
from optimise.roster.formats.ward_parts import RESERVED
from optimise.roster.formats.ward_pay import check_pay, pay_rule
from optimise.roster.problem import Duty, Employee, RosterProblem
from optimise.roster.problem import Shift as DomainShift
from optimise.roster.rules import DaysOff, Eligibility, Pins, Request, Requests, RosterRule

__all__ = ["to_problem"]

#: Largest number of (person, day) cells; far above any hospital, it only stops slips.
_LARGEST = 5_000_000


def to_problem(ward: WardData) -> RosterProblem:
    """Convert a ward.

    Raises
    ------
    InputError
        Of every entry that contradicts another or speaks of what does not exist.
    """
    index = WardIndex(ward)
    if len(ward.staff) * index.horizon.days > _LARGEST:
        raise ItemError(f"{len(ward.staff)} people over {index.horizon.days} days are too many", ("staff",))
    names = Names()
    floats = floating(index)
    forbidden = tuple(a | b for a, b in zip(_forbidden(index), elsewhere(index, floats), strict=True))
    leave = absences(index)
    away, credits = leave.away(len(ward.staff)), leave.credits
    rules: list[RosterRule] = []
    if any(forbidden):
        rules.append(Eligibility(name=names("shifts a person may work"), forbidden=forbidden))
    if leave.kinds:
        rules.append(DaysOff(name=names("leave"), cells=tuple(sorted(leave.kinds)), begins=leave.begins))
    hours = unavailable_rule(index, names)
    if hours is not None:
        rules.append(hours)
    pins = _pins(index, away, forbidden, hours)
    if pins:
        rules.append(Pins(name=names("pinned"), cells=pins))
    limits = limit_rules(index, away, credits, names, bank_holiday_credits(index, leave.minutes))
    if ward.bank_holidays.nation is not None and not index.bank_holidays:
        index.notes.append(f"No bank holiday of {ward.bank_holidays.nation} falls into the plan.")
    if index.bank_holidays and ward.bank_holidays.price:
        limits.append(bank_holiday_rule(index, names))
    said = [*((e, day) for e, day, _ in pins), *((r.employee, r.day) for r in (hours.requests if hours else ()))]
    settled = [days.union(day for who, day in said if who == e) for e, days in enumerate(away)]
    limits += pattern_rules(index, settled, names)
    limits += float_rules(index, floats, names)
    requests = _requests(index, away, names)
    pay = pay_rule(index, names)
    cover = cover_rules(index, names)
    staff = tuple(_employee(index, i) for i in range(len(ward.staff)))
    check_fairness(index)
    check_years(index)
    check_census(index)
    check_pay(index)
    own = own_rules(index, names)
    index.findings.settle()
    made = RosterProblem(
        name=ward.name,
        family="native",
        horizon=index.horizon,
        shifts=tuple(_shift(index, i) for i in range(len(index.shifts))),
        duties=(Duty("-"), *(Duty(s.id, i) for i, s in enumerate(index.shifts))),
        employees=staff,
        rules=(*rules, *limits, *cover, *requests, *([pay] if pay else [])),
        skills=tuple(ward.skills or sorted(index.skills)),
        meta={
            "ward": ward,
            "weekend": sorted(index.weekend),
            "remarks": tuple(index.notes),
            "bank_holidays": index.bank_holidays,
        },
    )
    fair = tuple(fairness_rules(index, made, credits, names, ward.rules.fairness))
    ties = tuple(fairness_rules(index, made, credits, Names(), unsaid(index)))
    made = replace(made, rules=(*made.rules, *fair), ties=ties)
    if not own:
        return made
    kept, remarks = tried(own, made)
    return replace(made, rules=(*made.rules, *kept), meta={**made.meta, "remarks": (*made.meta["remarks"], *remarks)})


def _shift(index: WardIndex, i: int) -> DomainShift:
    s, unit = index.shifts[i], index.places.unit[i]
    ward, place = (index.ward.wards[unit].id, index.ward.wards[unit].title) if unit >= 0 else ("", "")
    working = None if s.working == s.minutes else s.working
    return DomainShift(s.id, s.minutes, s.first, s.last, s.name, ward, place, working, s.resting)


def _employee(index: WardIndex, i: int) -> Employee:
    person, contract = index.ward.staff[i], index.contracts[i]
    path: Path = ("staff", i, "history", "duties")
    past = [0] * len(person.history.duties)
    for k, word in enumerate(index.past(i)):
        with index.findings:
            past[k] = index.word(word, (*path, k))
            if word in index.places.masks and past[k].bit_count() > 1:
                example = next(s.id for a, s in enumerate(index.shifts, start=1) if past[k] >> a & 1)
                text = f"{word!r} is worked in several wards, none of which is {person.id}'s own"
                raise ItemError(f"{text}; write for example {example}", (*path, k))
    return Employee(
        id=person.id,
        name=person.name,
        contract="" if contract is None else contract.id,
        skills=tuple(person.skills),
        groups=(*person.groups, *([f"band {person.band}"] if person.band else [])),
        history=tuple(reversed(past)),
        ward=person.ward or "",
    )


def _forbidden(index: WardIndex) -> tuple[int, ...]:
    """Duties that each person may not do: shifts for others, and all but a person's own list."""
    ward = index.ward
    made = [0] * len(ward.staff)
    for i, shift in enumerate(index.shifts):
        with index.findings:
            allowed = index.who(shift.who, ("shifts", index.places.origin[i], "who"))
            for e in () if allowed is None else set(range(len(made))).difference(allowed):
                made[e] |= 1 << (i + 1)
    for e, person in enumerate(ward.staff):
        with index.findings:
            if len(ward.contracts) > 1 and person.contract is None and person.weekly_hours is None:
                raise ItemError("has no contract, and there is more than one to choose from", ("staff", e))
        with index.findings:
            if person.shifts:
                made[e] |= index.work & ~index.mask(person.shifts, ("staff", e, "shifts"))
    return tuple(made)


def _pins(
    index: WardIndex, away: list[frozenset[int]], forbidden: tuple[int, ...], hours: Requests | None
) -> tuple[tuple[int, int, int], ...]:
    barred = {(r.employee, r.day): r.avoid for r in (hours.requests if hours else ()) if math.isinf(r.weight)}
    made: dict[tuple[int, int], int] = {}
    for i, pin in enumerate(index.ward.pins):
        with index.findings:
            path: Path = ("pins", i)
            employee, day = index.employee(pin.staff, (*path, "staff")), index.day(pin.date, (*path, "date"))
            settled = index.places.settled(employee, pin.shift)
            mask = 1 if pin.shift == "off" else index.shift(settled, (*path, "shift"))
            if (employee, day) in made:
                raise ItemError(f"{pin.staff} is pinned twice on {pin.date}", path)
            if mask != 1 and day in away[employee]:
                raise ItemError(f"{pin.staff} is on leave on {pin.date} and cannot be pinned to {pin.shift}", path)
            mask &= ~barred.get((employee, day), 0)
            if not mask:
                raise ItemError(f"{pin.staff} is unavailable in hours of shift {pin.shift} on {pin.date}", path)
            mask &= ~forbidden[employee]
            if not mask:
                raise ItemError(f"{pin.staff} may not work shift {pin.shift}", (*path, "shift"))
            made[employee, day] = mask
    return tuple((e, d, mask) for (e, d), mask in made.items())


def _requests(index: WardIndex, away: list[frozenset[int]], names: Names) -> list[RosterRule]:
    cells: list[Request] = []
    seen: dict[tuple[int, int, int], int] = {}
    for i, request in enumerate(index.ward.requests):
        with index.findings:
            path: Path = ("requests", i)
            employee = index.employee(request.staff, (*path, "staff"))
            wanted, key = (request.want, "want") if request.want is not None else (request.avoid, "avoid")
            mask = _duties(index, wanted, (*path, key))
            avoid = index.everything & ~mask if key == "want" else mask
            explicit = index.days_of(request.staff, request.days, path)
            for day, rank in sorted(explicit.items()):
                if day in away[employee]:
                    if avoid & 1 and rank == DATE:
                        when = index.horizon.label(day)
                        raise ItemError(f"{request.staff} asks to work on {when}, a day of leave", path)
                    continue  # a wish for every Monday does not speak of a Monday on leave
                if (employee, day, avoid) in seen and rank == DATE:
                    raise ItemError(
                        f"says the same for {index.horizon.label(day)} as requests[{seen[employee, day, avoid]}]", path
                    )
                seen[employee, day, avoid] = i
                if request.price and avoid:
                    cells.append(Request(employee, day, avoid, request.price))
    return [Requests(name=names("requests"), requests=tuple(cells))] if cells else []


def _duties(index: WardIndex, wanted: object, path: Path) -> int:
    if wanted == "off":
        return 1
    if wanted == "work":
        return index.work
    assert isinstance(wanted, list)
    for i, word in enumerate(wanted):
        if word in RESERVED:
            raise ItemError(f"{word!r} cannot be listed with shifts; write it alone", (*path, i))
    return index.mask(wanted, path)
