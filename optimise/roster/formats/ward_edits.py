"""Edits of a ward, each of which gives a new ward: people, leave, requests, settled days, by date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Self

from optimise.core.errors import InputError
from optimise.core.given import typed_call
from optimise.core.horizon import Day, Horizon
from optimise.formats.examine import Findings
from optimise.roster.formats.ward_days import Leave, Pin, Request
from optimise.roster.formats.ward_model import Staff, WardData
from optimise.roster.formats.ward_places import Places

__all__ = ["WardEdits"]

#: Lists of which each entry speaks of one person.
_PERSONAL = ("leave", "unavailable", "requests", "pins")
_ONE_DAY = timedelta(days=1)


class WardEdits(WardData):
    """A ward that can be edited. A day may be its number from 0, a date, or a date as text (``2026-01-05``)."""

    @property
    def horizon(self) -> Horizon:
        """The days of the plan."""
        return Horizon(self.length, self.start, zone=self.time_zone or "")

    # ---- people ------------------------------------------------------------------------------------------------
    def with_staff(self, *people: Staff | Mapping[str, Any]) -> Self:
        """Add people.

        Parameters
        ----------
        *people : Staff or mapping
            For example ``{"id": "Eve", "contract": "full-time", "skills": ["IV"]}``.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an entry that makes no sense, or an id that is taken.
        """
        made = self._with("staff", Staff, people)
        taken = {person.id for person in self.staff}
        for person in made.staff[len(self.staff) :]:
            if person.id in taken:
                raise InputError("is in the ward already", item=f"staff {person.id}")
            taken.add(person.id)
        return made

    def without_staff(self, *ids: str) -> Self:
        """Take people out, with their leave, hours away, requests and pins.

        Parameters
        ----------
        *ids : str
            Ids of people.

        Returns
        -------
        Self
            A new ward; pairs and groups that name them stay, and are told when the ward is solved.

        Raises
        ------
        InputError
            For somebody who is not there, or where nobody would be left.
        """
        for who in ids:
            self._person(who)
        left = [person for person in self.staff if person.id not in ids]
        if not left:
            raise InputError("nobody would be left", item="staff")
        made = self._instead("staff", left)
        for key in _PERSONAL:
            made = made._instead(key, [entry for entry in getattr(made, key) if entry.staff not in ids])
        return made

    # ---- leave -------------------------------------------------------------------------------------------------
    def with_leave(
        self,
        staff: str,
        first: Day,
        last: Day | None = None,
        *,
        kind: str = "annual",
        hours_per_day: float | None = None,
    ) -> Self:
        """Add leave of a person.

        Parameters
        ----------
        staff : str
            Id of the person.
        first, last : int, date or str
            First and last day away; one day where ``last`` is left out.
        kind : str
            ``annual``, ``study``, ``sick``, ``other`` or ``unavailable``.
        hours_per_day : float, optional
            Hours credited for every day, instead of those of the contract.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an unknown person or kind, or days outside the plan.
        """
        self._person(staff)
        days = {"first": self._date(first), "last": None if last is None else self._date(last)}
        return self._with("leave", Leave, ({"staff": staff, **days, "kind": kind, "hours_per_day": hours_per_day},))

    def without_leave(self, staff: str, first: Day, last: Day | None = None) -> Self:
        """Take days out of a person's leave; what is left of an entry stays.

        Parameters
        ----------
        staff : str
            Id of the person.
        first, last : int, date or str
            First and last day; one day where ``last`` is left out.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an unknown person, days outside the plan, or days without leave.
        """
        self._person(staff)
        begin, end = self._date(first), self._date(first if last is None else last)
        left = [part for entry in self.leave for part in _outside(entry, staff, begin, end)]
        if left == self.leave:
            raise InputError(f"has no leave from {begin} to {end}", item=f"staff {staff}")
        return self._instead("leave", left)

    # ---- requests ----------------------------------------------------------------------------------------------
    def with_request(
        self,
        staff: str,
        *days: Day,
        want: str | list[str] | None = None,
        avoid: str | list[str] | None = None,
        weight: float | None = None,
        hard: bool = False,
    ) -> Self:
        """Add a wish of a person.

        Parameters
        ----------
        staff : str
            Id of the person.
        *days : int, date or str
            Days; a text may also be what documents know, such as ``Mon``, ``weekends`` or a range. Every day where
            none is given.
        want, avoid : str or list of str
            One of the two: ``off``, ``work``, or ids of shifts.
        weight : float, optional
            Price of each day on which it is not met; 10 where it is left out.
        hard : bool
            Whether it must be met.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an unknown person, or an entry that makes no sense.
        """
        self._person(staff)
        entry: dict[str, Any] = {"staff": staff, "days": [self._selector(day) for day in days]}
        for key, wanted in (("want", want), ("avoid", avoid)):
            if wanted is not None:
                entry[key] = [wanted] if isinstance(wanted, str) and wanted not in ("off", "work") else wanted
        if weight is not None:
            entry["weight"] = weight
        return self._with("requests", Request, ({**entry, "hard": hard},))

    def without_requests(self, staff: str, *days: Day) -> Self:
        """Take wishes of a person out: all of them, or what they say of some days.

        Parameters
        ----------
        staff : str
            Id of the person.
        *days : int, date or str
            As they stand in the wishes; every wish where none is given.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an unknown person, or where there is no such wish.
        """
        self._person(staff)
        gone = {self._selector(day) for day in days}
        left: list[Request] = []
        for entry in self.requests:
            if entry.staff != staff:
                left.append(entry)
            elif gone and not gone.issuperset(entry.days or [""]):
                left.append(entry.model_copy(update={"days": [day for day in entry.days if day not in gone]}))
        if left == self.requests:
            raise InputError(f"has no wish on {', '.join(sorted(gone)) or 'any day'}", item=f"staff {staff}")
        return self._instead("requests", left)

    # ---- settled days ------------------------------------------------------------------------------------------
    @typed_call
    def pin(self, staff: str, day: Day, shift: str | None) -> Self:
        """Settle a person's day; an earlier pin of that day is replaced.

        Parameters
        ----------
        staff : str
            Id of the person.
        day : int, date or str
            The day.
        shift : str or None
            Id of the shift; ``off`` or None for a day off. Of several wards ``E@south`` names the ward, and ``E`` means
            the person's own.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an unknown person or shift, or a day outside the plan.
        """
        self._person(staff)
        when = self._date(day)
        if shift not in (None, "off"):
            self._known(str(shift), list(Places(self, Findings()).masks), "shift")
        left = [pin for pin in self.pins if (pin.staff, pin.date) != (staff, when)]
        return self._instead("pins", [*left, Pin(staff=staff, date=when, shift=shift or "off")])

    def unpin(self, staff: str, day: Day) -> Self:
        """Free a person's day that is settled.

        Parameters
        ----------
        staff : str
            Id of the person.
        day : int, date or str
            The day.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an unknown person, a day outside the plan, or one that is not pinned.
        """
        self._person(staff)
        when = self._date(day)
        return self._without("pins", lambda pin: (pin.staff, pin.date) == (staff, when), f"{staff} on {when}")

    def _person(self, who: str) -> None:
        self._known(who, [person.id for person in self.staff], "member of staff")

    def _date(self, day: Day) -> date:
        return self.start + self._day(day) * _ONE_DAY

    def _selector(self, day: Day) -> str:
        """A day as documents write it; what is no date stays, and is checked as a part of the entry."""
        try:
            return self._date(day).isoformat()
        except InputError:
            if isinstance(day, str) and not day[:4].isdecimal():
                return day
            if isinstance(day, str) and ".." in day:
                return day
            raise


def _outside(entry: Leave, staff: str, begin: date, end: date) -> Iterator[Leave]:
    """What is left of leave without the days from ``begin`` to ``end``."""
    last = entry.last or entry.first
    if entry.staff != staff or last < begin or entry.first > end:
        yield entry
        return
    if entry.first < begin:
        yield entry.model_copy(update={"last": begin - _ONE_DAY})
    if last > end:
        yield entry.model_copy(update={"first": end + _ONE_DAY, "last": last})
