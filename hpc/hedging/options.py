"""Options of progressive hedging."""

from __future__ import annotations

from pydantic import Field

from optimise.core.options import Options, Tuning, knob

__all__ = ["HedgingOptions", "HedgingTuning"]


class HedgingTuning(Tuning):
    """Shares of the time and roundings."""

    scenario: float = knob(0.5, unit="share of the time left per scenario", source="no run on record", gt=0, le=1)
    """For one scenario problem; one that takes longer still gives a valid bound."""
    rounding: float = knob(0.5, unit="part", source="no run on record", ge=0, le=1)
    """From which the mean of the scenarios' first stages is rounded up."""


class HedgingOptions(Options):
    """Options of progressive hedging."""

    rho: float = Field(0.5, gt=0)
    """Penalty, as a multiple of each variable's cost (Watson, Woodruff 2011)."""
    relaxed: bool = False
    """Whether to hedge on the relaxation of the first stage; plans are rounded either way."""
    subproblem_gap: float = Field(5e-3, ge=0, lt=1)
    """Relative gap of scenario problems."""
    bound_every: int = Field(5, ge=1)
    """Iterations between two Lagrangian bounds."""
    values: bool = True
    """Whether to report the values of the stochastic solution and of perfect information."""
    tuning: HedgingTuning = HedgingTuning()
    """Numbers that steer the search."""
