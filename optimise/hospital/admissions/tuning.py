"""Numbers that steer the search of admission plans."""

from __future__ import annotations

from optimise.core.options import knob
from optimise.hospital.rounds import RoundsTuning

__all__ = ["AdmissionTuning"]


class AdmissionTuning(RoundsTuning):
    """Prices, then rounds of annealing."""

    prices: float = knob(0.08, unit="share of the time limit", source="no run on record", gt=0, lt=1)
    """For prices by subgradients."""
    pairs: int = knob(64, unit="pairs", source="OR-PAS dept2_short00, dept4_short01: 32, 64 and 96 alike", ge=1)
    """Days and rooms that are kept for each patient as likely."""
    hot: float = knob(2.0, unit="empty beds", source="OR-PAS dept2_short00: 1, 2, 5 and 15 tried", gt=0)
    """First temperature."""
    cold: float = knob(0.05, unit="first temperatures", source="OR-PAS dept2_short00: 0.02 to 0.1 tried", gt=0, lt=1)
    """Last temperature."""
    first: float = knob(0.4, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For the first round."""
    later: float = knob(0.2, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For each later round."""
    warm: tuple[float, ...] = knob((0.3, 0.15, 0.5), unit="first temperatures", source="as in searches of beds")
    """First temperatures of later rounds."""
    size: int = knob(60, unit="patients", source="OR-PAS dept4_short01: 40, 100 and 160 tried", ge=2)
    """Freed at a time, at first."""
    near: int = knob(24, unit="pairs", source="OR-PAS dept4_short01: 24, 32 and 48 tried", ge=1)
    """Likely days and rooms of each freed patient."""
    seconds: float = knob(4.0, unit="s", source="OR-PAS dept4_short01: most neighbourhoods take 0.1 to 3 s", gt=0)
    """That one neighbourhood may take."""
    priced: int = knob(300, unit="steps", source="keeps answers independent of the clock", ge=1)
    """Of prices, under a work limit."""
    price: float = knob(6.0, unit="empty beds", source="no run on record", gt=0)
    """First price of a person and night too many."""
    dearest: float = knob(1e4, unit="cost", source="no run on record", gt=0)
    """The highest such price."""
    step: float = knob(1.03, unit="times the price", source="no run on record", gt=1)
    """By which it goes up or down after each part of a run."""
    rare: float = knob(0.1, unit="share of the plans met", source="no run on record", ge=0, le=1)
    """It goes up where fewer have nothing too much."""
    often: float = knob(0.3, unit="share of the plans met", source="no run on record", ge=0, le=1)
    """It goes down where more have nothing too much."""
