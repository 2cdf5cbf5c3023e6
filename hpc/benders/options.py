"""Options of the L-shaped method."""

from __future__ import annotations

from pydantic import Field

from optimise.core.options import ResumableOptions, Tuning, knob

__all__ = ["BendersOptions", "BendersTuning"]


class BendersTuning(Tuning):
    """Relaxation, rounding, master in whole numbers."""

    share: float = knob(0.5, unit="part of the way", source="200 scenarios: 6 to 8 rounds to 1 %", gt=0, le=1)
    """From the best to the master's point, where cuts are made; the option share goes before it."""
    search: float = knob(0.85, unit="share of the time limit", source="no run on record", gt=0, le=1)
    """After which the search gives way to the values of the scenarios."""
    near: float = knob(0.03, unit="part of the cost", source="no run on record", ge=0)
    """Gap of the relaxation below which a first plan is made of it."""
    early: float = knob(0.4, unit="share of the search", source="no run on record", ge=0, le=1)
    """After which a first plan is made of it all the same."""
    nodes: int = knob(2000, unit="nodes", source="keeps answers independent of the clock", ge=1)
    """Of one master in whole numbers under a work limit."""
    kept: int = knob(40, unit="cuts per cluster", source="no run on record", ge=1)
    """Cuts beyond which those without a dual are dropped."""
    idle: int = knob(8, unit="solves", source="no run on record", ge=1)
    """Without a dual, after which cuts may be dropped."""
    roundings: tuple[float, ...] = knob((0.0, 0.25, 0.5, 0.75), unit="parts", source="no run on record", min_length=1)
    """Parts of a unit from which plans of the relaxation are rounded up; the best one counts."""
    steps: int = knob(200, unit="steps", source="no run on record", ge=0)
    """Of one column each, most of the descent from such a plan."""
    stalled: float = knob(0.02, unit="part of the gap", source="no run on record", ge=0, lt=1)
    """A round that raises the bound by less makes cuts nearer to the master's point."""


class BendersOptions(ResumableOptions):
    """Options of the L-shaped method."""

    clusters: int = Field(64, ge=1)
    """Cuts an iteration at most (groups of scenarios that share a cut); with a risk weight one for each scenario."""
    share: float | None = Field(None, gt=0, le=1)
    """Where between the best and the master's point cuts are made; 1 is the plain method; a half when left out."""
    values: bool = True
    """Whether to report the values of the stochastic solution and of perfect information."""
    tuning: BendersTuning = BendersTuning()
    """Numbers that steer the search."""
