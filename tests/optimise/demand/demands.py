"""Made-up demand with known truth."""

from __future__ import annotations

import datetime

import numpy as np

from optimise.demand.demand import Demand

WEEKDAY = np.array([1.3, 1.1, 1.0, 1.0, 1.1, 0.8, 0.7])


def daily(days: int = 420, seed: int = 1, rates: tuple[float, ...] = (12.0, 4.0), drift: float = 0.0) -> Demand:
    """Poisson counts with a weekly course, and a level that jumps by ``drift`` half way."""
    rng = np.random.default_rng(seed)
    start = datetime.datetime(2024, 1, 1)
    level = 1 + drift * (np.arange(days) > days // 2)
    expected = np.array(rates) * (WEEKDAY[np.arange(days) % 7] * level)[:, None]
    return Demand(
        rng.poisson(expected), np.ones((days, len(rates)), bool), tuple("abcdefgh"[: len(rates)]), "day", start
    )
