"""How full a hospital may become: the probability of each level of escalation by night, from scenarios of demand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date

import numpy as np

from optimise.capacity.scenarios import HOURS, Scenarios
from optimise.core.arrays import IntArray
from optimise.core.errors import InputError
from optimise.demand.courses import simulate
from optimise.demand.pmf import FloatArray

__all__ = ["LEVELS", "Unplanned", "checked_levels", "level_of", "level_probabilities", "unplanned"]

#: Share of the open beds (per cent) above which the second, third and fourth level begin. A setting of the hospital.
LEVELS = (92.0, 95.0, 98.0)
_COURSES = 2000  # drawn courses at least


@dataclass(frozen=True, slots=True, eq=False)
class Unplanned:
    """Beds that patients take who are not in the plan.

    Attributes
    ----------
    beds : int array (courses, nights)
        Nights from the first of the plan; at most as many as the plan has.
    probabilities : float array (courses,)
        Sum 1.
    """

    beds: IntArray
    probabilities: FloatArray


def checked_levels(levels: tuple[float, ...]) -> tuple[float, ...]:
    """Levels as they are, where they are shares of beds that rise.

    Raises
    ------
    InputError
        Else.
    """
    rising = all(a < b for a, b in itertools.pairwise(levels))
    if not levels or not rising or levels[0] <= 0 or levels[-1] > 1000:
        told = ",".join(f"{level:g}" for level in levels)
        raise InputError(f"{told!r} should be rising percentages of the open beds, such as 92,95,98", item="levels")
    return levels


def unplanned(scenarios: Scenarios, start: date | None, days: int, seed: int = 1) -> Unplanned:
    """Beds in each night that arrivals of the scenarios take.

    Those in bed before the scenarios begin are left to the plan, which knows them.

    Parameters
    ----------
    scenarios : Scenarios
        Of arrivals that the plan does not hold.
    start : date or None
        First day of the plan.
    days : int
        Nights of the plan.
    seed : int
        Of the stays.

    Returns
    -------
    Unplanned
        For the nights that the scenarios reach in full.

    Raises
    ------
    InputError
        If the plan has no dates, the scenarios begin on another day, or end before the first night.
    """
    first = scenarios.start
    if start is None:
        raise InputError("the plan has no dates, so nobody knows which day the scenarios speak of; give it a start")
    if first.date() != start:
        raise InputError(f"the scenarios begin on {first:%Y-%m-%d %H:%M}, the plan on {start}; they need the same day")
    hours = HOURS[scenarios.period]
    if hours == 24 and first.hour:
        raise InputError(f"days of the scenarios begin at {first:%H:%M}, not at midnight, and do not match nights")
    to_midnight = 24 // hours - first.hour // hours
    last = np.arange(to_midnight - 1, scenarios.horizon, 24 // hours)[:days]
    if last.size == 0:
        raise InputError("the scenarios end before the first midnight")
    times = -(-_COURSES // scenarios.count)
    arrivals = np.repeat(scenarios.arrivals, times, axis=0)
    taken, _ = simulate(
        arrivals, np.zeros_like(arrivals), scenarios.stay, np.random.default_rng((seed, 91)), scenarios.kept
    )
    return Unplanned(taken[:, last].sum(axis=2), np.repeat(scenarios.probabilities / times, times))


def level_of(taken: IntArray, beds: IntArray | int, levels: tuple[float, ...]) -> IntArray:
    """Level of escalation, from 1; where no bed is open, the first with nobody there, else the last."""
    taken, beds = np.asarray(taken), np.asarray(beds)
    share = np.where(beds > 0, 100.0 * taken / np.maximum(1, beds), np.where(taken > 0, np.inf, 0.0))
    made: IntArray = 1 + (share[..., None] > np.array(levels) + 1e-9).sum(axis=-1)
    return made


def level_probabilities(known: IntArray, beds: IntArray, more: Unplanned, levels: tuple[float, ...]) -> FloatArray:
    """Probability of each level by night.

    Parameters
    ----------
    known : int array (days,)
        Beds that the plan's own people take.
    beds : int array (days,)
        Open beds.
    more : Unplanned
    levels : tuple of float
        As :data:`LEVELS`.

    Returns
    -------
    float array (nights of ``more``, levels + 1)
        Rows sum to 1.
    """
    nights = more.beds.shape[1]
    found = level_of(known[:nights] + more.beds, beds[:nights], levels)
    made = [np.bincount(found[:, d], more.probabilities, len(levels) + 2)[1:] for d in range(nights)]
    return np.array(made, dtype=np.float64).reshape(nights, len(levels) + 1)
