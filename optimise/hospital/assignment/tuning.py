"""Numbers that steer the search of rooms and nurses."""

from __future__ import annotations

from optimise.core.options import knob
from optimise.hospital.rounds import RoundsTuning

__all__ = ["AssignmentTuning"]


class AssignmentTuning(RoundsTuning):
    """Rounds of annealing."""

    hot: float = knob(3.0, unit="cost", source="IPRNPA 11: 1.2, 4 and 8 tried; frozen below 0.8", gt=0)
    """First temperature."""
    cold: float = knob(0.5, unit="cost", source="IPRNPA 11: 0.12, 0.5 and 0.8 tried", gt=0)
    """Last temperature."""
    first: float = knob(0.7, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For the first round."""
    later: float = knob(0.5, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For each later round."""
    warm: tuple[float, ...] = knob(
        (0.5, 0.4, 0.6), unit="first temperatures", source="IPRNPA 11: what is lost above 1 comes back"
    )
    """First temperatures of later rounds."""
    moves: tuple[int, ...] = knob(
        (100, 200, 60, 250, 50, 140, 200), unit="of 1000 moves", source="IPRNPA 11: another one tried, 0.3 % above"
    )
    """One nurse, two patients, a room given, rooms exchanged, two nurses, several shifts of a stay, rooms of a stay."""
    chain: int = knob(6, unit="people", source="no run on record", ge=1, le=10)
    """That a chain of rooms may move."""
    hope: float = knob(0.5, unit="cost per patient and day", source="no run on record", ge=0)
    """What new nurses may save beside those of rooms that are left empty: chains whose rooms cost more are given up
    before nurses are looked for."""
    bound: float = knob(0.08, unit="share of the time limit", source="no run on record", ge=0, lt=1)
    """For the lower bound."""
    work: int = knob(200_000, unit="moves of a run", source="keeps answers independent of the clock", ge=1)
    """Under a work limit."""
    longest: float = knob(1.0, unit="s", source="a listener must be heard", gt=0)
    """For a part of a run, after which the temperature is set anew."""
