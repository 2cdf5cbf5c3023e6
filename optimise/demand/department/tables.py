"""Tables about an emergency department and the wards behind it.

* **Snapshots**: one entry for each patient who was there at a moment, with what was known then and what became of them.
* **Visits**: those who were admitted, for the ones who have yet to arrive.
* **Stays**: one entry for each stay in a service of the wards, with where the patient went next.
* **Beds**: by service (and sex, where beds are kept for one), with the levels above.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["Beds", "Planned", "Snapshots", "StayTable", "Visits", "clock_hours", "moment_of"]

_EPOCH = datetime.datetime(1970, 1, 1)


def clock_hours(moment: datetime.datetime) -> float:
    """Hours on the local clock since 1970."""
    return (moment - _EPOCH) / datetime.timedelta(hours=1)


def moment_of(hours: float) -> datetime.datetime:
    """The local time so many hours after the start of 1970, to the minute."""
    return _EPOCH + datetime.timedelta(minutes=round(60 * hours))


@dataclass(frozen=True, slots=True, eq=False)
class Snapshots:
    """Patients in the department at some moments, one entry a patient and moment.

    Attributes
    ----------
    visit : tuple of str
        Who; empty texts where the file does not say.
    moment, elapsed : float arrays (n,)
        Clock hours of the snapshot, and hours since arrival then.
    sex : tuple of str
        Empty where not known.
    facts : dict of str to tuple of str
        Other columns as written.
    admitted : int array (n,)
        1, 0, or -1 where not known (yet).
    wait : float array (n,)
        Hours from the snapshot to the bed; NaN where not admitted or not known.
    service : tuple of str
        Of those admitted; empty where not known.
    notes : tuple of str
    """

    visit: tuple[str, ...]
    moment: FloatArray
    elapsed: FloatArray
    sex: tuple[str, ...]
    facts: dict[str, tuple[str, ...]]
    admitted: IntArray
    wait: FloatArray
    service: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.moment)

    def take(self, at: IntArray) -> Snapshots:
        """Some of the entries, by position."""

        def pick(values: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(values[i] for i in at)

        facts = {name: pick(values) for name, values in self.facts.items()}
        return Snapshots(
            pick(self.visit),
            self.moment[at],
            self.elapsed[at],
            pick(self.sex),
            facts,
            self.admitted[at],
            self.wait[at],
            pick(self.service),
            self.notes,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Visits that ended with an admission: clock hours of arrival and of the bed (NaN), service and sex.

    ``first`` and ``last`` are the clock hours between which arrivals of all visits are on record.
    """

    arrival: FloatArray
    admission: FloatArray
    service: tuple[str, ...]
    sex: tuple[str, ...]
    first: float
    last: float


@dataclass(frozen=True, slots=True, eq=False)
class StayTable:
    """Stays in services: clock hours from and to (NaN while running), service, sex, and the service that came next."""

    start: FloatArray
    end: FloatArray
    service: tuple[str, ...]
    sex: tuple[str, ...]
    following: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Beds:
    """Staffed beds of (service, sex or ""), and the levels above each service: level name -> service -> unit."""

    beds: dict[tuple[str, str], int]
    levels: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """Admissions that are planned: clock hour, service, sex, and the chance that each comes."""

    time: FloatArray
    service: tuple[str, ...]
    sex: tuple[str, ...]
    chance: FloatArray
