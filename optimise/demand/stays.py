"""How long patients stay: distributions from stays that have ended and stays that have not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Stays", "leaving", "stay_pmf", "staying_on"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_LONGEST_DAYS = 120
_SWEEPS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays of single patients on the grid of a :class:`~optimise.demand.demand.Demand`, one entry a patient.

    A patient is in bed in the periods ``first .. end - 1``, at least one.

    Attributes
    ----------
    group : int array
    first : int array
        Period of the arrival.
    end : int array
        First period after the stay, in which the patient leaves; -1 where that is not in the data.
    length : int
        Number of periods observed.
    """

    group: IntArray
    first: IntArray
    end: IntArray
    length: int

    def until(self, length: int) -> Stays:
        """What was known at the start of period ``length``."""
        known = self.first < length
        end = np.where((self.end >= length) | (self.end < 0), -1, self.end)
        return Stays(self.group[known], self.first[known], end[known], length)

    def present(self, groups: int) -> list[IntArray]:
        """Periods already spent by the patients in bed at the end of the data, group by group."""
        here = self.end < 0
        return [self.length - self.first[here & (self.group == g)] for g in range(groups)]

    def occupancy(self, groups: int) -> IntArray:
        """Array (length, groups): patients in bed in each period."""
        change = np.zeros((self.length + 1, groups), dtype=np.int64)
        np.add.at(change, (self.first, self.group), 1)
        ended = self.end >= 0
        np.add.at(change, (np.minimum(self.end[ended], self.length), self.group[ended]), -1)
        return np.cumsum(change[:-1], axis=0)


def stay_pmf(stays: Stays, groups: int, period_hours: int) -> FloatArray:
    """Distribution of the length of stay by group, from ended and running stays alike.

    The product-limit estimator (Kaplan, Meier 1958): the hazard of leaving after ``k`` periods is the number who left
    then over the number known to have been there then; stays that are still running count as long as they are seen.

    Returns
    -------
    float array (G, L)
        As :attr:`optimise.demand.Scenarios.stay`; the last column holds whatever is longer.
    """
    ended = stays.end >= 0
    spent = np.where(ended, stays.end, stays.length) - stays.first
    longest = int(min(max(1, spent.max(initial=1)), _LONGEST_DAYS * 24 // period_hours))
    pmf = np.zeros((groups, longest))
    for g in range(groups):
        mine = stays.group == g
        left = np.bincount(np.minimum(spent[mine & ended], longest), minlength=longest + 1)[1:]
        # Whoever left after k or later was at risk of leaving after k, and whoever is seen for more than k periods.
        known = np.where(ended, spent, spent - 1)[mine]
        seen = np.bincount(np.minimum(known, longest), minlength=longest + 1)[1:]
        at_risk = np.cumsum(seen[::-1])[::-1]
        hazard = np.divide(left, at_risk, out=np.zeros(longest), where=at_risk > 0)
        hazard[-1] = 1.0
        alive = np.concatenate([[1.0], np.cumprod(1.0 - hazard)[:-1]])
        pmf[g] = alive * hazard
    return pmf


def leaving(
    stays: Stays, groups: int, slots: IntArray, season: int, period_hours: int
) -> tuple[FloatArray, FloatArray]:
    """Chance to leave in a period: by time in bed and group, times how much more or less the slot of the week sees.

    Few leave at night and at weekends. Patients of one hour of arrival come to each slot after other times in bed, so
    the two are fitted together: log-linear Poisson rates with exposures (Holford 1980), by iterative proportional
    fitting, which makes expected departures of every slot, and after every time in bed, equal those seen.

    Parameters
    ----------
    slots : int array (length,)
        Slot of the week of each period.

    Returns
    -------
    risk : float array (G, L)
        For ``l + 1`` periods in bed. Beyond the longest stay on record a mean rate holds.
    factors : float array (season,)
        Drawn to a product of weekday and hour where little is known.
    """
    ended = (stays.end >= 0) & (stays.end < stays.length)
    last = np.where(ended, stays.end, stays.length - 1)
    number = np.maximum(last - stays.first, 0)  # periods in which each patient might have left
    longest = int(min(max(1, number.max(initial=1)), _LONGEST_DAYS * 24 // period_hours))
    whose = np.repeat(np.arange(len(number)), number)
    spent = np.arange(len(whose)) - np.repeat(np.cumsum(number) - number, number) + 1
    shape = (groups * longest, season)

    def table(group: IntArray, spent: IntArray, at: IntArray) -> FloatArray:
        rows = group * longest + np.minimum(spent, longest) - 1
        found = np.bincount(rows * season + slots[at], minlength=shape[0] * season)
        return found.reshape(shape).astype(np.float64)

    there = table(stays.group[whose], spent, stays.first[whose] + spent)
    left = table(stays.group[ended], (stays.end - stays.first)[ended], stays.end[ended])
    by_spent, by_slot = left.sum(axis=1), left.sum(axis=0)
    factors, risk = np.ones(season), np.zeros(len(by_spent))
    for _ in range(_SWEEPS):
        expected = there @ factors
        risk = np.divide(by_spent, expected, out=np.zeros_like(risk), where=expected > 0)
        factors = _smoothed(by_slot, risk @ there)
    return risk.reshape(groups, longest), factors


def _smoothed(seen: FloatArray, expected: FloatArray) -> FloatArray:
    """Seen over expected by slot of the week, drawn to hour times weekday, and those to their mean."""
    table, size = seen.reshape(7, -1), expected.reshape(7, -1)
    overall = (seen.sum() + 1.0) / (expected.sum() + 1.0)
    hour = (table.sum(axis=0) + overall) / (size.sum(axis=0) + 1.0)
    weekday = (table.sum(axis=1) + 1.0) / (size @ hour + 1.0)
    product = np.outer(weekday, hour)
    return np.asarray(((table + product) / (size + 1.0)).ravel(), np.float64)


def staying_on(spent: IntArray, risk: FloatArray, factors: FloatArray, rate: float) -> FloatArray:
    """Array (periods, n): chance of each patient to be in bed still in each period from now.

    Parameters
    ----------
    spent : int array (n,)
        Periods in bed so far, 0 for one who arrives in the first of the periods.
    risk : float array (L,)
    factors : float array (periods,)
    rate : float
        Chance to leave in a period beyond the longest stay on record.
    """
    after = spent[None, :] + np.arange(len(factors))[:, None]
    known = np.r_[0.0, risk, rate]
    chance = known[np.minimum(after, len(risk) + 1)] * factors[:, None]
    return np.asarray(np.cumprod(1.0 - np.minimum(chance, 1.0), axis=0))
