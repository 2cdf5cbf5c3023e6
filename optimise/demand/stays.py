"""How long patients stay: distributions from stays that have ended and stays that have not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Stays", "hazards", "leaving_factors", "stay_pmf"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_LONGEST_DAYS = 120


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


def hazards(stay: FloatArray) -> FloatArray:
    """Array (G, L): probability of a stay of exactly ``l + 1`` periods, given that it lasts that long."""
    alive = np.cumsum(stay[:, ::-1], axis=1)[:, ::-1]
    return np.divide(stay, alive, out=np.ones_like(stay), where=alive > 1e-12)


def leaving_factors(stays: Stays, stay: FloatArray, slots: IntArray, season: int) -> FloatArray:
    """How much more, or less, patients leave in each slot of the week than their time in bed says.

    Departures seen over departures expected from the hazards; few leave at night and at weekends.

    Parameters
    ----------
    slots : int array (length,)
        Slot of the week of each period.

    Returns
    -------
    float array (season,)
        Drawn to 1 where little is known.
    """
    risk = hazards(stay)
    ended = stays.end >= 0
    last = np.minimum(np.where(ended, stays.end, stays.length - 1), stays.length - 1)
    number = np.maximum(last - stays.first, 0)  # periods in which each patient might have left
    whose = np.repeat(np.arange(len(number)), number)
    spent = np.arange(len(whose)) - np.repeat(np.cumsum(number) - number, number) + 1
    expected = np.bincount(
        slots[stays.first[whose] + spent],
        weights=risk[stays.group[whose], np.minimum(spent, risk.shape[1]) - 1],
        minlength=season,
    )
    seen = np.bincount(slots[stays.end[ended & (stays.end < stays.length)]], minlength=season)
    return np.asarray((seen + 5.0) / (expected + 5.0), np.float64)
