"""How a dive goes on: what it fixes in a step, and when a step is taken back."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Steps", "brief_steps"]


@dataclass(frozen=True, slots=True)
class Steps:
    """How a dive goes on.

    Attributes
    ----------
    whole : bool
        Fix whole rosters: of all who have one almost fully, and of the share of the people still open, most certain
        first. Otherwise single duties: those sure enough, and the share of the open cells.
    share : float
        What one step fixes.
    sure : float
        Shares in the linear master from which single duties are fixed whatever their number.
    iterations, smoothing
        Pricing rounds between two steps, and how their duals are smoothed.
    rise : float
        A step that raises the objective by more than this fraction is taken back and only its surest tenth fixed.
    reverts : int
        Times that this may happen.
    level : float
        Share of the cells at which to stop; below 1 the dive also ends there when no step can be taken any more: what
        is fixed last costs most (exact cover), and annealing of the free cells does it better.
    near : float
        How near the bound of a step must come to its objective, as a part of the objective: steps in which all columns
        are made can be judged by what they cost.
    recover : float
        If finite, a step after one taken back is a quarter of it, and the next ones grow again by this factor; then
        ``rise`` counts by the part of the cells that are open (late steps are cheap to repeat, early ones dear), and
        not in steps of the least length; and a dive that is late takes longer steps with coarser columns.
    nodes : int
        Of branch and bound over the columns there are for what is open at ``level``.
    """

    whole: bool = True
    share: float = 0.1
    sure: float = 0.9
    iterations: int = 4
    smoothing: float = 0.5
    rise: float = 0.005
    reverts: int = 12
    level: float = 1.0
    near: float = math.inf
    recover: float = math.inf
    nodes: int = 0


def brief_steps(whole: bool, share: float, iterations: int, level: float = 1.0) -> Steps:
    """Steps that are taken back only past the cutoff, three times at most."""
    return Steps(whole, share, 0.95, iterations, rise=math.inf, reverts=3, level=level)
