"""Leave of a ward: who is away when, for what, and how many minutes count for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from optimise.formats.document import ItemError
from optimise.roster.formats.ward_hours import Credits
from optimise.roster.formats.ward_index import WardIndex

__all__ = ["Absences", "absences"]

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
                    made.minutes[cell] = round(60 * weekly / len(working)) if credited else 0
    made.begins = tuple(sorted(begins))
    return made
