"""From arrivals to beds: draw how long each patient stays and count who is there and who leaves."""

from __future__ import annotations

import numpy as np

from optimise.demand.counts import still_present
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["draw_remaining", "simulate"]


def draw_remaining(
    spent: list[IntArray],
    stay: FloatArray,
    horizon: int,
    count: int,
    rng: np.random.Generator,
    factors: FloatArray | None = None,
) -> IntArray:
    """Array (count, horizon, G): patients who are in bed now and still are in each period, drawn one by one.

    Parameters
    ----------
    spent : list of int arrays
        Periods that the patients of each group have been in bed.
    stay : float array (G, L)
    factors : float array (horizon,), optional
        How much more or less patients leave in each period than their time in bed says (weekends, nights).
    """
    made = np.zeros((count, horizon, len(spent)), np.int64)
    for g, mine in enumerate(spent):
        if not len(mine):
            continue
        # kept[t, i]: patient i is in bed in period t; it falls with t, so one uniform tells the whole course.
        kept = np.stack([np.ones(len(mine)), *(still_present(mine, stay[g], t) for t in range(horizon))])
        if factors is not None:
            leave = 1.0 - np.divide(kept[1:], kept[:-1], out=np.zeros_like(kept[1:]), where=kept[:-1] > 1e-12)
            kept[1:] = np.cumprod(1.0 - np.minimum(leave * factors[:, None], 1.0), axis=0)
        uniforms = rng.random((count, len(mine)))
        for t in range(horizon):
            made[:, t, g] = (uniforms < kept[t + 1]).sum(1)
    return made


def simulate(
    arrivals: IntArray, remaining: IntArray, stay: FloatArray, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Draw a stay for every arrival.

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
        length = np.searchsorted(np.cumsum(stay[g])[:-1], rng.random(len(where)), side="right") + 1
        scenario, first = where // horizon, where % horizon
        end = first + length
        change = np.zeros((count, horizon + 1), np.int64)
        np.add.at(change, (scenario, first), 1)
        np.add.at(change, (scenario, np.minimum(end, horizon)), -1)
        occupancy[:, :, g] += np.cumsum(change, axis=1)[:, :horizon]
        inside = end < horizon
        np.add.at(departures[:, :, g], (scenario[inside], end[inside]), 1)
    return occupancy, departures
