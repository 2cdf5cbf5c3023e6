"""From arrivals to beds: draw how long each patient stays and count who is there and who leaves."""

from __future__ import annotations

import numpy as np

from optimise.demand.counts import still_present
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.stays import staying_on

__all__ = ["draw_remaining", "keep", "simulate"]


def draw_remaining(
    spent: list[IntArray],
    stay: FloatArray,
    horizon: int,
    count: int,
    rng: np.random.Generator,
    risk: FloatArray | None = None,
    factors: FloatArray | None = None,
) -> IntArray:
    """Array (count, horizon, G): patients who are in bed now and still are in each period, drawn one by one.

    Parameters
    ----------
    spent : list of int arrays
        Periods that the patients of each group have been in bed.
    stay : float array (G, L)
    horizon : int
        Periods.
    count : int
        Draws.
    rng : numpy Generator
    risk, factors : float arrays (G, L), (horizon,), optional
        As :func:`optimise.demand.stays.leaving` finds them, factors by period from now; without them ``stay`` says
        when patients leave, whatever the day.

    Returns
    -------
    int64 array (count, horizon, G)
        Patients still in bed.
    """
    made = np.zeros((count, horizon, len(spent)), np.int64)
    for g, mine in enumerate(spent):
        if not len(mine):
            continue
        # kept[t, i]: patient i is in bed in period t; it falls with t, so one uniform tells the whole course.
        if risk is None or factors is None:
            kept = np.stack([still_present(mine, stay[g], t) for t in range(horizon)])
        else:
            kept = staying_on(mine, risk[g], factors, _rate(stay[g]))
        uniforms = rng.random((count, len(mine)))
        for t in range(horizon):
            made[:, t, g] = (uniforms < kept[t]).sum(1)
    return made


def keep(stay: FloatArray, risk: FloatArray, factors: FloatArray) -> FloatArray:
    """Array (H, H, G): chance of one who arrives in the first period to be in bed in the second.

    Arguments as for :func:`draw_remaining`; see :attr:`optimise.capacity.scenarios.Scenarios.kept`.
    """
    horizon, groups = len(factors), len(risk)
    made = np.zeros((horizon, horizon, groups))
    for g in range(groups):
        rate = _rate(stay[g])
        for first in range(horizon):
            made[first, first:, g] = staying_on(np.zeros(1, np.int64), risk[g], factors[first:], rate)[:, 0]
    return made


def _rate(stay: FloatArray) -> float:
    """Chance to leave in a period beyond the longest stay on record: that of a mean stay."""
    return 1.0 / max(1.0, float(np.arange(1, len(stay) + 1) @ stay))


def simulate(
    arrivals: IntArray,
    remaining: IntArray,
    stay: FloatArray,
    rng: np.random.Generator,
    kept: FloatArray | None = None,
) -> tuple[IntArray, IntArray]:
    """Draw a stay for every arrival, by ``kept`` (H, H, G) where it is given, else by ``stay`` (G, L).

    Returns
    -------
    occupancy, departures : int64 arrays (S, H, G)
        Patients in bed in each period; patients whose stay ended with the period before.
    """
    count, horizon, groups = arrivals.shape
    occupancy, departures = remaining.copy(), np.zeros_like(arrivals)
    departures[:, 1:] -= np.diff(remaining, axis=1)
    for g in range(groups):
        number = arrivals[:, :, g].ravel()
        where = np.repeat(np.arange(len(number)), number)
        scenario, first = where // horizon, where % horizon
        uniforms = rng.random(len(where))
        if kept is None:
            end = first + np.searchsorted(np.cumsum(stay[g])[:-1], uniforms, side="right") + 1
        else:
            end = np.empty_like(first)
            for begin in range(horizon):  # what is kept falls with the period
                mine = first == begin
                falling = -kept[begin, begin + 1 :, g]
                end[mine] = begin + 1 + np.searchsorted(falling, -uniforms[mine], side="left")
        change = np.zeros((count, horizon + 1), np.int64)
        np.add.at(change, (scenario, first), 1)
        np.add.at(change, (scenario, np.minimum(end, horizon)), -1)
        occupancy[:, :, g] += np.cumsum(change, axis=1)[:, :horizon]
        inside = end < horizon
        np.add.at(departures[:, :, g], (scenario[inside], end[inside]), 1)
    return occupancy, departures
