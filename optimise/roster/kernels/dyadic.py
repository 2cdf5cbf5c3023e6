"""Grids of multiples of a power of two, on which sums of prices and costs are exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["COARSE", "GRID", "on_grid"]

#: Prices and costs inside the kernels are multiples of this power of two, so that sums are exact.
GRID = 2.0**-20
#: Where prices and costs are multiples of this, and path costs small, sums are exact in single precision too.
COARSE = 2.0**-8

Floats = NDArray[np.float64]


def on_grid(values: Floats, grid: float = GRID) -> Floats:
    """Round down to the grid (infinite values stay)."""
    return np.floor(np.asarray(values) / grid) * grid
