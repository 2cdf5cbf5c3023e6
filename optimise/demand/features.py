"""What a forecast may look at: calendar of the target, recent levels at the origin. Nothing at or after the origin.

``origin`` is the first period that is not known; the target ``origin + lead - 1`` has lead 1, 2, ....
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from optimise.core.calendars import bank_holidays
from optimise.demand import clock
from optimise.demand.demand import Demand
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["Features", "features"]

_SMOOTH = 12.0  # weeks of the additive profile that a slot's own history must outweigh
_YEAR = 365.2425


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Calendar and history of one group, prepared once for many rows.

    Attributes
    ----------
    slot : int array (T + ahead,)
        Hour of the week (0 = Monday 00:00) or day of the week.
    profile : float array (season,)
        Expected count of each slot per unit of exposure, from the training periods only.
    """

    slot: IntArray
    profile: FloatArray
    expected: FloatArray
    exposure: FloatArray
    calendar: FloatArray
    known: FloatArray  # running sums: observed counts, and what the profile expected in the same periods
    usual: FloatArray
    windows: tuple[int, ...]
    season: int
    per_day: int

    def levels(self, origins: IntArray) -> FloatArray:
        """Array (n, windows): log of observed over expected in the windows before each origin, shrunk to 0."""
        made = np.empty((len(origins), len(self.windows)))
        some = max(self.profile.mean() * self.per_day, 1.0)
        for j, width in enumerate(self.windows):
            since = np.maximum(origins - width, 0)
            seen, usual = self.known[origins] - self.known[since], self.usual[origins] - self.usual[since]
            made[:, j] = np.log((seen + some) / (usual + some))
        return made

    def same_slot(self, origins: IntArray, targets: IntArray) -> FloatArray:
        """Array (n,): the same over the last eight periods of the target's slot before the origin."""
        weeks = (targets - origins) // self.season + 1
        seen, usual = np.zeros(len(targets)), np.zeros(len(targets))
        for back in range(8):
            then = targets - self.season * (weeks + back)
            valid = then >= 0
            at = np.maximum(then, 0)
            seen += np.where(valid, self.known[at + 1] - self.known[at], 0.0)
            usual += np.where(valid, self.usual[at + 1] - self.usual[at], 0.0)
        some = max(float(self.profile.mean()) * 4.0, 1.0)
        made: FloatArray = np.log((seen + some) / (usual + some))
        return made

    def linear(self, origins: IntArray, targets: IntArray) -> FloatArray:
        """Array (n, F) for a log-linear model: slots one by one, calendar, levels by how far the target is."""
        n = len(targets)
        slots = np.zeros((n, self.season))
        slots[np.arange(n), self.slot[targets]] = 1.0
        lead = ((targets - origins) // self.per_day)[:, None]
        levels = self.levels(origins)
        far = [levels * (lead < 1), levels * ((lead >= 1) & (lead < 3)), levels * (lead >= 3)]
        # Columns that stand for a factor of about one are stretched, so that one penalty suits all.
        return np.hstack(
            [
                slots,
                5.0 * np.log(self.profile[self.slot[targets]])[:, None],
                self.calendar[targets],
                *(3.0 * part for part in far),
                3.0 * self.same_slot(origins, targets)[:, None],
            ]
        )

    def trees(self, origins: IntArray, targets: IntArray) -> FloatArray:
        """Array (n, F) for trees: few columns, each with a meaning of its own."""
        slot = self.slot[targets]
        return np.column_stack(
            [
                slot,
                slot % self.per_day,
                slot // self.per_day,
                self.profile[slot],
                targets - origins + 1,
                self.calendar[targets],
                self.levels(origins),
                self.same_slot(origins, targets),
            ]
        )


def features(demand: Demand, group: int, end: int, ahead: int, region: str | None) -> Features:
    """Prepare the features of one group; the profile is learned from the periods before ``end``."""
    per_day = demand.season // 7
    total = demand.length + ahead
    slot = _slots(demand, total)
    size = np.concatenate(
        [demand.exposure, clock.exposure(demand.time(demand.length), ahead, demand.period, demand.zone)]
    )
    seen = demand.observed[:, group]
    profile = _profile(demand.counts[:end, group], size[:end] * seen[:end], slot[:end], per_day)
    expected = profile[slot] * size
    known = np.concatenate([[0.0], np.cumsum(demand.counts[:, group] * seen)]).astype(np.float64)
    usual = np.concatenate([[0.0], np.cumsum(expected[: demand.length] * seen)])
    windows = tuple(per_day * days for days in (1, 7, 28, 91, 364) if per_day * days * 2 <= end) or (per_day,)
    calendar = _calendar(demand, total, end, region, per_day)
    return Features(slot, profile, expected, size, calendar, known, usual, windows, demand.season, per_day)


def _slots(demand: Demand, total: int) -> IntArray:
    first = demand.start.weekday() * (demand.season // 7) + (demand.start.hour if demand.period == "hour" else 0)
    return (first + np.arange(total, dtype=np.int64)) % demand.season


def _profile(counts: IntArray, size: FloatArray, slot: IntArray, per_day: int) -> FloatArray:
    """Rate of each slot of the week, drawn to hour-of-day times weekday where it has little history."""
    season = 7 * per_day
    number = np.bincount(slot, weights=counts * (size > 0), minlength=season)
    weight = np.bincount(slot, weights=size, minlength=season)
    overall = (number.sum() + 0.5) / (weight.sum() + 1.0)
    table, parts = number.reshape(7, per_day), weight.reshape(7, per_day)
    by_hour = (table.sum(0) + overall) / (parts.sum(0) + 1.0)
    by_weekday = (table.sum(1) + overall) / (parts @ by_hour + 1.0)
    product = np.maximum(np.outer(by_weekday, by_hour).ravel(), 1e-3 * overall)
    made: FloatArray = (number + _SMOOTH * product) / (weight + _SMOOTH)
    return made


def _calendar(demand: Demand, total: int, end: int, region: str | None, per_day: int) -> FloatArray:
    """Columns: bank holiday by part of the day, day before, day after, Christmas, season of the year."""
    first = demand.start.date()
    at = (np.arange(total) + (demand.start.hour if demand.period == "hour" else 0)) // per_day
    days = [first + datetime.timedelta(days=int(d)) for d in range(int(at[-1]) + 2)]
    free = bank_holidays(region, first - datetime.timedelta(days=2), days[-1] + datetime.timedelta(days=1))
    one = datetime.timedelta(days=1)
    flags = np.array(
        [
            [d in free, d + one in free, d - one in free, (d.month, d.day) in {(12, 24), (12, 25), (12, 26), (1, 1)}]
            for d in days
        ],
        dtype=np.float64,
    )
    if region is None:
        flags[:] = 0.0
    columns = [flags[at]]
    if per_day > 1:
        part = (np.arange(total) + demand.start.hour) % 24 // 6
        columns.append(flags[at, :1] * (part[:, None] == np.arange(3)))
    if end >= 400 * per_day:  # a year and more: its seasons can be told from drift
        angle = 2 * np.pi * np.array([d.timetuple().tm_yday for d in days])[at] / _YEAR
        columns += [np.column_stack([f(k * angle) for k in (1, 2) for f in (np.sin, np.cos)])]
    return np.hstack(columns)
