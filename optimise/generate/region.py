"""Made-up regions: trusts of different size under different pressure that share units."""

from __future__ import annotations

import numpy as np

from optimise.capacity.problem import CapacityProblem
from optimise.capacity.region import RegionProblem
from optimise.generate.capacity import capacity

__all__ = ["region"]


def region(
    trusts: int = 6,
    scenarios: int = 20,
    days: int = 7,
    specialties: int = 4,
    wards: int = 5,
    seed: int = 1,
    *,
    beds: int = 120,
) -> tuple[RegionProblem, dict[str, CapacityProblem]]:
    """A region with a scarce critical care unit and beds that trusts may lend to each other.

    Parameters
    ----------
    trusts, scenarios, days, specialties, wards : int
        Sizes; scenarios, specialties and wards of each trust.
    seed : int
    beds : int
        About how many patients a trust has in bed; trusts differ by a third.

    Returns
    -------
    RegionProblem, dict of str to CapacityProblem
        The agreement, and each trust's own problem by name.
    """
    random = np.random.default_rng([seed, 9])
    names = [f"Trust {chr(ord('A') + t)}" if trusts <= 26 else f"Trust {t + 1}" for t in range(trusts)]
    sizes = np.rint(beds * random.uniform(0.67, 1.33, trusts)).astype(int)
    made = {
        name: capacity(
            scenarios,
            days,
            specialties,
            wards,
            1000 * seed + t,
            beds=int(sizes[t]),
            units=("critical care", "transfers"),
        )
        for t, name in enumerate(names)
    }
    scarce = max(1, int(0.02 * sizes.sum()))
    supply = np.stack([np.full(days, scarce), np.zeros(days, dtype=np.int64)])
    problems = tuple(made.values())
    return RegionProblem(
        f"region-{trusts}-{seed}", tuple(names), ("critical care", "transfers"), supply, problems.__getitem__
    ), made
