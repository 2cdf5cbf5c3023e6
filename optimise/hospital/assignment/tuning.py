"""Numbers that steer the search of rooms and nurses."""

from __future__ import annotations

from optimise.core.options import Tuning, knob

__all__ = ["AssignmentTuning"]


class AssignmentTuning(Tuning):
    """Rounds of annealing."""

    hot: float = knob(2.0, unit="cost", source="IPRNPA UMD_01, 11: 1, 2 and 3 tried", gt=0)
    """First temperature."""
    cold: float = knob(0.1, unit="cost", source="IPRNPA UMD_01, 11: 0.05 to 0.2 tried", gt=0)
    """Last temperature."""
    first: float = knob(0.6, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For the first round."""
    later: float = knob(0.4, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For each later round."""
    warm: tuple[float, ...] = knob((0.3, 0.2, 0.4), unit="first temperatures", source="as in searches of beds")
    """First temperatures of later rounds."""
    moves: tuple[int, ...] = knob(
        (200, 120, 150, 150, 40, 100, 240), unit="of 1000 moves", source="IPRNPA UMD_01, 11: few shares tried"
    )
    """One nurse, two patients, a room given, rooms exchanged, two nurses, several shifts of a stay, rooms of a stay."""
    bound: float = knob(0.08, unit="share of the time limit", source="no run on record", ge=0, lt=1)
    """For the lower bound."""
