"""Observed demand: counts of arrivals by period and group, with what is known about how long people stay."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from optimise.capacity.scenarios import HOURS, Period
from optimise.core.errors import InputError
from optimise.demand.clock import exposure
from optimise.demand.stays import Stays

__all__ = ["Demand", "Series"]

#: People who came in a period, or beds in use at its start.
Series = Literal["arrivals", "occupancy"]


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Arrivals over T periods and G groups. Arrays are read-only.

    Attributes
    ----------
    counts : int64 array (T, G)
        Arrivals; 0 where not observed.
    observed : bool array (T, G)
        False where nothing is known: missing days, and hours that the clock leaves out in spring.
    groups : tuple of str
    period : {"hour", "day"}
    start : datetime.datetime
        Start of the first period on the local clock.
    zone : str or None
        Time zone whose daylight saving counts; None: every day has 24 equal hours.
    exposure : float array (T,)
        Real length of each period in units of its clock length, see :mod:`optimise.demand.clock`.
    stays : Stays or None
        Stays of single patients, where the data have them (times only, nothing else of a person).
    notes : tuple of str
        What the reader did that a planner should know.
    series : {"arrivals", "occupancy"}
        Whether counts are people who came in the period, or beds in use at its start.
    """

    counts: npt.NDArray[np.int64]
    observed: npt.NDArray[np.bool_]
    groups: tuple[str, ...]
    period: Period
    start: datetime.datetime
    zone: str | None = None
    exposure: npt.NDArray[np.float64] = None  # type: ignore[assignment]  # by zone
    stays: Stays | None = None
    notes: tuple[str, ...] = ()
    series: Series = "arrivals"

    def __post_init__(self) -> None:
        counts, observed = np.array(self.counts, dtype=np.int64), np.array(self.observed, dtype=bool)
        if counts.ndim != 2 or counts.shape[1] != len(self.groups) or observed.shape != counts.shape:
            raise InputError(f"has shape {counts.shape}, expected (periods, {len(self.groups)})", item="counts")
        if counts.size and counts.min() < 0:
            raise InputError("a count is negative", item="counts")
        size = exposure(self.start, len(counts), self.period, self.zone) if self.exposure is None else self.exposure
        size = np.array(size, dtype=np.float64)
        if self.series == "occupancy":
            size = (size > 0).astype(np.float64)  # a level does not grow with the length of a day
        observed &= size[:, None] > 0
        counts[~observed] = 0
        for name, array in (("counts", counts), ("observed", observed), ("exposure", size)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def length(self) -> int:
        """Number of periods T."""
        return int(self.counts.shape[0])

    @property
    def step(self) -> datetime.timedelta:
        """Clock length of a period."""
        return datetime.timedelta(hours=HOURS[self.period])

    @property
    def season(self) -> int:
        """Periods in a week."""
        return 7 * 24 // HOURS[self.period]

    def time(self, position: int) -> datetime.datetime:
        """Start of the period at ``position``, which may lie beyond the data."""
        return self.start + position * self.step

    def head(self, length: int) -> Demand:
        """The first ``length`` periods; stays that end later are cut off (still running)."""
        return dataclasses.replace(
            self,
            counts=self.counts[:length],
            observed=self.observed[:length],
            exposure=self.exposure[:length],
            stays=None if self.stays is None else self.stays.until(length),
        )

    def ordered(self, groups: tuple[str, ...]) -> Demand:
        """The same with groups in another order; ``groups`` must name the same ones."""
        if sorted(groups) != sorted(self.groups):
            raise InputError(f"expected {', '.join(self.groups)}", item="groups")
        columns = [self.groups.index(name) for name in groups]
        stays = self.stays
        if stays is not None:
            place = np.argsort(columns)
            stays = dataclasses.replace(stays, group=place[stays.group])
        return dataclasses.replace(
            self, counts=self.counts[:, columns], observed=self.observed[:, columns], groups=groups, stays=stays
        )

    def by_day(self) -> Demand:
        """The same by day: arrivals of whole days, observed where every hour is; of a census, that of 00:00."""
        if self.period == "day":
            return self
        skip = -self.start.hour % 24
        days = (self.length - skip) // 24
        if days < 1:
            raise InputError("the data do not span a single whole day")

        def split(array: npt.NDArray[np.generic]) -> npt.NDArray[Any]:
            return array[skip : skip + 24 * days].reshape(days, 24, *array.shape[1:])

        start = self.time(skip)
        if self.series == "occupancy":
            counts, seen = split(self.counts)[:, 0], split(self.observed)[:, 0]
            notes, series = self.notes, self.series
            return Demand(counts, seen, self.groups, "day", start, self.zone, notes=notes, series=series)
        known = split(self.observed) | (split(self.exposure) == 0)[:, :, None]
        size = exposure(start, days, "day", self.zone)
        return Demand(
            split(self.counts).sum(1), known.all(1), self.groups, "day", start, self.zone, size, None, self.notes
        )
