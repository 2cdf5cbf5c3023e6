"""Numbers whose sums are exact: multiples of one power of two.

Every bound of a pricing problem or a relaxation is a sum of prices and costs. Rounded down to such a grid first, the
sums are exact in double precision, and the bound needs no rounding argument.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["COARSE", "GRID", "on_grid"]

#: Prices and costs inside the kernels are multiples of this power of two, so that sums are exact.
GRID = 2.0**-20
#: Where prices and costs are multiples of this, and path costs small, sums are exact in single precision too.
COARSE = 2.0**-8


def on_grid(values: NDArray[np.float64], grid: float = GRID) -> NDArray[np.float64]:
    """Round down to the grid (infinite values stay)."""
    return np.floor(np.asarray(values) / grid) * grid
