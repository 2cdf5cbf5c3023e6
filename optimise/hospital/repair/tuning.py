"""Numbers that steer the repair of hospital plans, and reinsertion around what has changed."""

from __future__ import annotations

from pydantic import PositiveFloat, PositiveInt

from optimise.core.options import Tuning, knob

__all__ = ["RepairTuning"]

_NONE = "no run on record"


class RepairTuning(Tuning):
    """Insertion with ejection chains, and neighbourhoods around those who changed."""

    restarts: int = knob(6, unit="restarts", source=_NONE, ge=0)
    """Of insertion with ejection; it ends after the second one that breaks no rule."""
    steps: int = knob(150, unit="insertions", source="600 beds: 5 ms each", ge=0)
    """Of all restarts, in any case."""
    each: int = knob(8, unit="insertions per person", source="600 beds: 5 ms each", ge=0)
    """More of them for everybody to be placed, and for everybody taken out in a neighbourhood."""
    evaluations: int = knob(400, unit="plans", source="tiny hospitals against all plans: none of 350 missed", ge=0)
    """Most that are evaluated exactly where a hard rule is still broken."""
    patience: int = knob(12, unit="tries per person", source=_NONE, ge=1)
    """Without gain, after which reinsertion ends."""
    sizes: tuple[PositiveInt, ...] = knob((1, 1, 2, 3), unit="people", source=_NONE, min_length=1)
    """Taken out at once, one number drawn for each try."""
    ejecting: float = knob(0.5, unit="share of tries", source=_NONE, ge=0, le=1)
    """In which others give way."""
    prices: tuple[PositiveFloat, ...] = knob(
        (0.1, 0.5, 1.0, 2.0), unit="times the price of a change", source=_NONE, min_length=1
    )
    """Of giving way, one drawn for each such try."""
