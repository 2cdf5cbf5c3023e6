"""Leave of a ward: who is away when, for what, and how many minutes count for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from optimise.formats.document import ItemError
from optimise.roster.formats.ward_hours import Credits
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.formats.ward_year import year_end

__all__ = ["Absences", "absences", "check_years"]

Cell = tuple[int, int]


@dataclass
class Absences:
    """Leave by ``(employee, day)``.

    Attributes
    ----------
    kinds : dict
        Kind of leave.
    minutes : dict
        Minutes credited; 0 on days that are no working days of the contract.
    begins : tuple of (int, int)
        First cell of each entry.
    """

    kinds: dict[Cell, str] = field(default_factory=dict)
    minutes: dict[Cell, int] = field(default_factory=dict)
    begins: tuple[Cell, ...] = ()

    @property
    def credits(self) -> Credits:
        """Minutes credited, as ``(employee, day, minutes)``."""
        return tuple((e, d, minutes) for (e, d), minutes in self.minutes.items() if minutes)

    def away(self, people: int) -> list[frozenset[int]]:
        """Days away of each person.

        Parameters
        ----------
        people : int
            How many there are.

        Returns
        -------
        list of frozenset of int
        """
        days: dict[int, set[int]] = defaultdict(set)
        for employee, day in self.kinds:
            days[employee].add(day)
        return [frozenset(days[e]) for e in range(people)]


def absences(index: WardIndex) -> Absences:
    """The leave of a ward; its findings take what contradicts itself.

    Parameters
    ----------
    index : WardIndex

    Returns
    -------
    Absences
    """
    made = Absences()
    source: dict[Cell, int] = {}
    begins: list[Cell] = []
    for i, leave in enumerate(index.ward.leave):
        with index.findings:
            employee = index.employee(leave.staff, ("leave", i, "staff"))
            inside = index.inside(leave.first, leave.last or leave.first, ("leave", i), leave.staff)
            if inside:
                begins.append((employee, inside[0]))
            weekly, working = index.weekly_hours(employee) or 0.0, index.working_days(employee)
            for day in inside:
                cell = employee, day
                if cell in source:
                    message = f"{leave.staff} is away on {index.horizon.label(day)} already by leave[{source[cell]}]"
                    raise ItemError(message, ("leave", i))
                source[cell], made.kinds[cell] = i, leave.kind
                if leave.hours_per_day is not None:
                    made.minutes[cell] = round(60 * leave.hours_per_day)
                else:
                    credited = leave.kind != "unavailable" and index.horizon.weekday(day) in working
                    credited = credited and index.in_term(employee, day)
                    made.minutes[cell] = round(60 * weekly / len(working)) if credited else 0
    for employee, contract in enumerate(index.contracts):
        if contract is not None and contract.terms:
            for day in range(index.horizon.days):
                if not index.in_term(employee, day):
                    made.kinds.setdefault((employee, day), "unavailable")
    made.begins = tuple(sorted(begins))
    return made


def check_years(index: WardIndex) -> None:
    """Note plans outside a year of annualised hours, accounts that are kept twice, and weeks that nobody can work.

    Parameters
    ----------
    index : WardIndex
        Its findings take what is wrong.
    """
    ward, add = index.ward, index.findings.add
    for i, contract in enumerate(ward.contracts):
        if contract.annual_hours is not None and contract.year_start is not None:
            last = year_end(contract) - timedelta(days=1)
            if not contract.year_start <= ward.start <= last:
                message = f"the year {contract.year_start} to {last} does not hold the plan's first day, {ward.start}"
                add(ItemError(message, ("contracts", i, "year_start")))
    for i, (person, own) in enumerate(zip(ward.staff, index.contracts, strict=True)):
        annual = own is not None and own.annual_hours is not None and person.weekly_hours is None
        if person.history.year_hours and not annual:
            message = "is said, and the person has no contract with annual_hours"
            add(ItemError(message, ("staff", i, "history", "year_hours")))
        if annual and person.history.balance_hours:
            message = "goes with weekly hours; annual hours are counted by year_hours"
            add(ItemError(message, ("staff", i, "history", "balance_hours")))
        if annual and (index.weekly_hours(i) or 0.0) > 168.0:
            message = f"leaves {index.weekly_hours(i):.0f} h a week to the end of the year; do terms list all of it?"
            add(ItemError(message, ("staff", i, "history", "year_hours")))
