"""How a simulated annealing cools, as one argument of its kernel."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Cooling"]


class Cooling(NamedTuple):
    """A number of moves and the temperatures of the first and of the last, in units of cost.

    The kernel reads the types of its arguments: ``steps`` is an int, the others are floats.
    """

    steps: int
    hot: float
    cold: float
