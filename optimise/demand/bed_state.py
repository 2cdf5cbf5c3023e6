"""Who lies in now, from a bed state, and until when: by expected discharges and how far these were off in the past."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimise.capacity.scenarios import HOURS, Period, residual
from optimise.core.errors import InputError
from optimise.demand.pmf import FloatArray, IntArray
from optimise.formats.document import nearest
from optimise.hospital.formats.hospital_compile import first_day
from optimise.hospital.formats.hospital_document import HospitalData, InPatient

__all__ = ["InBed", "in_bed", "position", "specialty_of"]

_LEAVES = datetime.time(12)  # where nobody says at which hour of the day


@dataclass(frozen=True, slots=True, eq=False)
class InBed:
    """Patients of a bed state on a grid of periods, one entry each.

    Attributes
    ----------
    group : int array (n,)
        Specialty.
    ward : tuple of str
        Where each lies.
    end : int array (n,)
        First period in which the patient has left, if the expected discharge holds; -1 where it is missing or past.
    start : datetime.datetime
        Of the first period.
    period : {"hour", "day"}
    """

    group: IntArray
    ward: tuple[str, ...]
    end: IntArray
    start: datetime.datetime
    period: Period

    def draw(self, stay: FloatArray, horizon: int, delays: IntArray, count: int, rng: np.random.Generator) -> IntArray:
        """Array (count, horizon, G): patients still in bed in each period, drawn one by one.

        Parameters
        ----------
        stay : float array (G, L)
            As :attr:`optimise.capacity.scenarios.Scenarios.stay`; says how long those stay whose discharge is unknown
            (what is left of a stay found under way).
        horizon : int
            Periods.
        delays : int array (D,)
            Days by which past discharges came after the expected day; none: expected days hold. Those that would have
            let somebody go who is still here are left out for that patient.
        count : int
            Draws.
        rng : numpy Generator
        """
        rest = residual(np.clip(1.0 - (np.cumsum(stay, axis=1) - stay), 0.0, 1.0), horizon)
        known, late = self.end >= 0, np.sort(delays)
        uniforms = rng.random((count, len(self.end)))
        made = np.zeros((count, horizon, len(stay)), np.int64)
        per_day = 24 // HOURS[self.period]
        earliest = 1 if self.period == "hour" else 0  # whoever is here stays for the hour, not for the night
        for i, (g, end) in enumerate(zip(self.group.tolist(), self.end.tolist(), strict=True)):
            if not known[i]:
                last = np.searchsorted(-rest[g], -uniforms[:, i], side="left")
            else:
                possible = late[end + per_day * late >= earliest]
                chosen = (uniforms[:, i] * len(possible)).astype(np.int64)
                last = end + per_day * possible[chosen] if len(possible) else np.full(count, max(end, earliest))
            made[:, :, g] += np.arange(horizon)[None, :] < last[:, None]
        return made

    def at(self, moment: datetime.datetime) -> npt.NDArray[np.bool_]:
        """Bool array (n,): who is in bed then, if every expected discharge holds and nobody else leaves."""
        step = (moment - self.start) // datetime.timedelta(hours=HOURS[self.period])
        return (self.end > step) | (self.end < 0)


def in_bed(hospital: HospitalData, groups: Sequence[str], start: datetime.datetime, period: Period) -> InBed:
    """The patients of a bed state on periods that begin with ``start``.

    Parameters
    ----------
    hospital : HospitalData
    groups : sequence of str
        Specialties of the forecast.
    start : datetime.datetime
        On the day of the bed state.
    period : {"hour", "day"}

    Returns
    -------
    InBed
        Patients of wards that treat none of ``groups`` are left out.

    Raises
    ------
    InputError
        If the bed state is of another day, or a patient's specialty is none of ``groups``.
    """
    day = first_day(hospital)
    if start.date() != day:
        text = f"the bed state is of {day}, the forecast begins on {start:%Y-%m-%d %H:%M}; they need the same day"
        raise InputError(f"{text} ('wardwise forecast --until {day}')", item="start")
    treats = {ward.id: ward.specialties for ward in hospital.wards}
    group, wards, ends = [], [], []
    for p in hospital.bed_state:
        mine = treats.get(p.ward, [])
        if mine and not any(position(name, groups) >= 0 for name in mine):
            continue
        group.append(specialty_of(p.specialty, mine, groups, f"bed-state, patient {p.patient}"))
        wards.append(p.ward)
        ends.append(_end(p, day, start, period))
    return InBed(np.array(group, np.int64), tuple(wards), np.array(ends, np.int64), start, period)


def _end(p: InPatient, day: datetime.date, start: datetime.datetime, period: Period) -> int:
    """First period in which a patient has left, -1 if nobody knows."""
    leaves = p.expected_discharge if p.nights is None else day + datetime.timedelta(days=p.nights)
    if leaves is None or leaves < day:
        return -1
    if period == "day":
        return (leaves - day).days
    hour = datetime.time.fromisoformat(p.leaves_at) if p.leaves_at else _LEAVES
    left = (datetime.datetime.combine(leaves, hour) - start) / datetime.timedelta(hours=1)
    return max(1, int(np.ceil(left)))


def position(name: str, groups: Sequence[str]) -> int:
    """Position of a specialty among ``groups``, whatever the case of its letters; -1 if it is none of them.

    Parameters
    ----------
    name : str
    groups : sequence of str

    Returns
    -------
    int
    """
    wanted = name.strip().casefold()
    return next((g for g, known in enumerate(groups) if known.strip().casefold() == wanted), -1)


def specialty_of(name: str | None, treats: Sequence[str], groups: Sequence[str], item: str) -> int:
    """Position of somebody's specialty among those of the forecast.

    Parameters
    ----------
    name : str or None
        As the document says; None where it says nothing.
    treats : sequence of str
        Specialties of the ward, which tell where there is one.
    groups : sequence of str
    item : str
        Whose it is, for messages.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If nobody knows, or it is none of ``groups``.
    """
    only = [g for g in {position(each, groups) for each in treats} if g >= 0] if treats else list(range(len(groups)))
    if name is None:
        if len(only) == 1:
            return only[0]
        raise InputError("has no specialty, and the ward does not tell it", item=item)
    found = position(name, groups)
    if found < 0:
        text = f"the forecast has no specialty {name!r}{nearest(name, list(groups))}"
        raise InputError(
            text if len(groups) > 1 else f"{text}; 'wardwise forecast --group' tells them apart", item=item
        )
    return found
