"""Options of the parallel joint search."""

from __future__ import annotations

from optimise.core.options import Options, Tuning, knob
from optimise.hospital.search.tuning import JointSearchTuning

__all__ = ["HospitalOptions", "WalkerTuning"]


class WalkerTuning(Tuning):
    """Rounds of walkers."""

    rounds: tuple[float, ...] = knob(
        (0.5, 0.7, 0.85, 1.0),
        unit="shares of the time limit",
        source="not decided: a first round of 0.75 gives i24 5.5 for 6.6 %, i20 4.6 for 5.0, i10 3.2 for 2.4",
    )
    """Parts of the time at which the rounds end, of several ranks."""
    bound: float = knob(0.3, unit="share of the first round", source="no run on record", ge=0, le=1)
    """For the bound, of one walker of several."""
    bound_alone: float = knob(0.2, unit="share of the time limit", source="no run on record", ge=0, le=1)
    """The same in the run of a rank on its own."""
    walkers: int = knob(4, unit="walkers", source="keeps answers independent of the ranks", ge=1)
    """Walkers of a round under a work limit, whatever the number of ranks (up to it)."""
    steps: int = knob(3, unit="steps", source="keeps answers independent of the ranks", ge=1)
    """Of a walker in a round under a work limit: the joint search and two neighbourhoods."""


class HospitalOptions(Options):
    """Options of the parallel joint search."""

    tuning: WalkerTuning = WalkerTuning()
    """Numbers that steer the rounds."""
    joint_tuning: JointSearchTuning = JointSearchTuning()
    """Numbers that steer each walker."""
