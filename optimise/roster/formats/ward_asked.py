"""Edits of what a ward asks for: how many people, and rules of other packages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from optimise.core.horizon import Day
from optimise.formats.editable import entry_of
from optimise.roster.formats.ward_edits import WardEdits
from optimise.roster.formats.ward_model import Demand
from optimise.roster.formats.ward_own import OwnRule

__all__ = ["AskedEdits"]


class AskedEdits(WardEdits):
    """A ward of which also demand and rules can be edited."""

    # ---- demand ------------------------------------------------------------------------------------------------
    def with_demand(self, *entries: Demand | Mapping[str, Any]) -> Self:
        """Ask for people. An entry that speaks of the same ward, shifts, people and days as an earlier one replaces it.

        Parameters
        ----------
        *entries : Demand or mapping
            For example ``{"shifts": ["N"], "days": ["2026-01-10"], "minimum": 3}``, which on that day holds instead of
            what is said of weekdays or of every day.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an entry that makes no sense.
        """
        made = self._with("demand", Demand, entries)
        last = {_speaks_of(entry): entry for entry in made.demand}
        return made._instead("demand", list(last.values()))

    def without_demand(self, day: Day, *shifts: str) -> Self:
        """Take out what is asked for one day alone, so that what holds for days like it holds again.

        Parameters
        ----------
        day : int, date or str
            The day.
        *shifts : str
            Only what speaks of exactly these shifts; everything where none is given.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            Where nothing is asked for that day alone.
        """
        days = [self._selector(day)]
        return self._without(
            "demand",
            lambda entry: entry.days == days and (not shifts or set(entry.shifts) == set(shifts)),
            f"for {days[0]} alone" + (f", shifts {', '.join(shifts)}" if shifts else ""),
        )

    # ---- rules of other packages -------------------------------------------------------------------------------
    def with_own_rule(
        self,
        rule: str,
        *,
        name: str = "",
        weight: float | None = None,
        hard: bool = False,
        who: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Self:
        """Ask for a rule of another package.

        Parameters
        ----------
        rule : str
            As ``wardwise rules`` lists it.
        name : str
            In evaluations and reports; by default that of the rule.
        weight : float, optional
            Price of each unit; the rule's own where it is left out and the rule is not hard.
        hard : bool
            Whether it must be kept.
        who : mapping, optional
            For whom it holds, for example ``{"bands": ["5"]}``; everybody where it is left out.
        parameters : mapping, optional
            As ``wardwise rules NAME`` tells them.

        Returns
        -------
        Self
            A new ward.

        Raises
        ------
        InputError
            For an entry that makes no sense; unknown rules and parameters are told when the ward is solved.
        """
        entry = {"rule": rule, "name": name, "weight": weight, "hard": hard, "who": who or {}}
        own = self.rules.own
        made = entry_of(OwnRule, {**entry, "parameters": dict(parameters or {})}, "own", len(own))
        return self.model_copy(update={"rules": self.rules.model_copy(update={"own": [*own, made]})}, deep=True)


def _speaks_of(entry: Demand) -> tuple[object, ...]:
    """What two entries must have in common to speak of the same."""
    return (
        entry.name,
        entry.ward,
        frozenset(entry.shifts),
        tuple(entry.between or ()),
        entry.who.model_dump_json(),
        frozenset(entry.days),
    )
