"""Edits of a hospital, each of which gives a new hospital: who comes, leaves and lies where, beds that close."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Self

from optimise.core.errors import InputError
from optimise.core.horizon import Day, Horizon
from optimise.hospital.formats.hospital_compile import first_day
from optimise.hospital.formats.hospital_document import Bed, Elective, Emergencies, HospitalData, InPatient

__all__ = ["HospitalEdits"]


class HospitalEdits(HospitalData):
    """A hospital that can be edited. A day may be its number from 0, a date, or a date as text (``2026-01-05``)."""

    @property
    def horizon(self) -> Horizon:
        """The days of the plan."""
        return Horizon(self.days, first_day(self))

    def with_in_patient(self, *people: InPatient | Mapping[str, object]) -> Self:
        """Add people to the bed state.

        Parameters
        ----------
        *people : InPatient or mapping
            For example ``{"patient": "P9", "ward": "7A", "room": "Bay 1", "expected_discharge": "2026-01-08"}``.

        Returns
        -------
        Self
            A new hospital.

        Raises
        ------
        InputError
            For an entry that makes no sense, or somebody who is there already.
        """
        return self._with("bed_state", InPatient, people)._nobody_twice()

    def with_elective(self, *people: Elective | Mapping[str, object]) -> Self:
        """Add people to the waiting list.

        Parameters
        ----------
        *people : Elective or mapping
            For example ``{"patient": "W4", "earliest": "2026-01-06", "nights": 3}``.

        Returns
        -------
        Self
            A new hospital.

        Raises
        ------
        InputError
            For an entry that makes no sense, or somebody who is there already.
        """
        return self._with("electives", Elective, people)._nobody_twice()

    def with_emergencies(self, *expected: Emergencies | Mapping[str, object]) -> Self:
        """Add emergencies that are expected.

        Parameters
        ----------
        *expected : Emergencies or mapping
            For example ``{"date": "2026-01-06", "count": 3, "sex": "F", "nights": 2}``.

        Returns
        -------
        Self
            A new hospital.

        Raises
        ------
        InputError
            For an entry that makes no sense.
        """
        return self._with("emergencies", Emergencies, expected)

    def without_patient(self, *ids: str) -> Self:
        """Take people out: of the bed state (they have left), the waiting list and the phases of care.

        Parameters
        ----------
        *ids : str
            Ids of patients.

        Returns
        -------
        Self
            A new hospital.

        Raises
        ------
        InputError
            For somebody who is not there.
        """
        for who in ids:
            self._patient(who)
        made = self
        for key in ("bed_state", "electives", "care"):
            made = made._instead(key, [entry for entry in getattr(made, key) if entry.patient not in ids])
        return made

    def discharge(self, patient: str, day: Day) -> Self:
        """Say when somebody who lies here is expected to leave.

        Parameters
        ----------
        patient : str
            Id of the patient.
        day : int, date or str
            Expected day of discharge; may lie after the plan.

        Returns
        -------
        Self
            A new hospital.

        Raises
        ------
        InputError
            For somebody who does not lie here, or what is no day.
        """
        self._known(patient, [p.patient for p in self.bed_state], "patient in the bed state")
        change = {"expected_discharge": self._date(day), "nights": None}
        return self._instead(
            "bed_state", [p.model_copy(update=change) if p.patient == patient else p for p in self.bed_state]
        )

    def close_bed(self, ward: str, room: str, bed: str, until: Day | None = None) -> Self:
        """Close a bed.

        Parameters
        ----------
        ward, room, bed : str
            As the hospital calls them.
        until : int, date or str, optional
            First day on which it can be used again; not within the plan where it is left out.

        Returns
        -------
        Self
            A new hospital.

        Raises
        ------
        InputError
            For a bed that is not listed, or what is no day.
        """
        when = None if until is None else self._date(until)
        return self._bed(ward, room, bed, {"status": "closed", "until": when})

    def open_bed(self, ward: str, room: str, bed: str) -> Self:
        """Open a bed.

        Parameters
        ----------
        ward, room, bed : str
            As the hospital calls them.

        Returns
        -------
        Self
            A new hospital.

        Raises
        ------
        InputError
            For a bed that is not listed.
        """
        return self._bed(ward, room, bed, {"status": "open", "until": None})

    def _bed(self, ward: str, room: str, bed: str, change: dict[str, Any]) -> Self:
        wanted = (ward, room, bed)
        if all((b.ward, b.room, b.bed) != wanted for b in self.beds):
            listed = [b.bed for b in self.beds if (b.ward, b.room) == (ward, room)]
            self._known(bed, listed, f"listed bed of {ward} {room}")
        made: list[Bed] = [b.model_copy(update=change) if (b.ward, b.room, b.bed) == wanted else b for b in self.beds]
        return self._instead("beds", made)

    def _patient(self, who: str) -> None:
        self._known(who, [p.patient for p in (*self.bed_state, *self.electives)], "patient")

    def _nobody_twice(self) -> Self:
        seen: set[str] = set()
        for person in (*self.bed_state, *self.electives):
            if person.patient in seen:
                raise InputError("is in the hospital already", item=f"patient {person.patient}")
            seen.add(person.patient)
        return self

    def _date(self, day: Day) -> date:
        if isinstance(day, date):
            return day.date() if isinstance(day, datetime) else day
        try:
            return date.fromisoformat(str(day))
        except ValueError:
            return first_day(self) + timedelta(days=self._day(day))
