"""Numbers that steer the search of rooms for people whose days are given."""

from __future__ import annotations

from optimise.core.options import knob
from optimise.hospital.repair.tuning import RepairTuning
from optimise.hospital.rounds import RoundsTuning

__all__ = ["BedSearchTuning"]

_NONE = "no run on record"


class BedSearchTuning(RoundsTuning):
    """Rounds of annealing, moves between rooms, a bound beside them."""

    first: float = knob(0.7, unit="share of the time left", source=_NONE, gt=0, le=1)
    """For the first round."""
    alone: float = knob(0.85, unit="share of the time left", source=_NONE, gt=0, le=1)
    """The same where no bound is to be worked out after it."""
    later: float = knob(0.5, unit="share of the time left", source=_NONE, gt=0, le=1)
    """For each later round."""
    bound: float = knob(0.6, unit="share of a round", source=_NONE, ge=0, lt=1)
    """For the bound, in the round that makes it."""
    warm: tuple[float, ...] = knob((0.3, 0.15, 0.5), unit="first temperatures", source=_NONE)
    """First temperatures of later rounds."""
    span: float = knob(10.0, unit="last temperatures", source=_NONE, gt=1)
    """First temperature of a run."""
    clean: float = knob(0.7, unit="share of a run", source=_NONE, gt=0, le=1)
    """After which nobody shall be too many in a room."""
    repair: RepairTuning = RepairTuning()
    """How a start that breaks rules is repaired."""
