"""Options of the federated price decomposition."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from optimise.core.options import Options, Tuning, knob

__all__ = ["FederatedOptions", "FederatedTuning"]


class FederatedTuning(Tuning):
    """Rounds of prices, and the box that they move in."""

    every: int = knob(12, unit="rounds", source="a box of moving size needs 12 to 18", ge=1)
    """Price rounds after which whole plans are tried at the latest."""
    most: int = knob(200, unit="rounds", source="no run on record", ge=1)
    """Price rounds at most, without a work limit."""
    sharper: int = knob(6, unit="answers", source="3 trusts: gap 1.05 % to 0.39 % for 3.1 times the time", ge=1)
    """Most whole answers to prices in a row."""
    first: float = knob(0.3, unit="part of the mean price", source="no run on record", gt=0)
    """Half width of the box at first."""
    wider: float = knob(1.5, unit="factor", source="no run on record", ge=1)
    """Change of the box after a round that brings a tenth of what was hoped for."""
    narrower: float = knob(0.6, unit="factor", source="no run on record", gt=0, lt=1)
    """The same after others."""
    answer: int = knob(40, unit="rounds", source="no run on record", ge=1)
    """Rounds of cuts that a trust may take for an answer."""
    nodes: int = knob(500, unit="nodes", source="keeps answers independent of the clock", ge=1)
    """Of a trust's master in whole numbers under a work limit."""
    share: float = knob(0.5, unit="part of the way", source="as for benders", gt=0, le=1)
    """From a trust's best to its master's point, where it makes cuts."""
    stalled: float = knob(0.02, unit="part of the gap", source="no run on record", ge=0, lt=1)
    """A round that raises a trust's bound by less makes cuts nearer to the master's point."""
    kept: int = knob(40, unit="cuts per scenario", source="no run on record", ge=1)
    """Cuts beyond which a trust drops those without a dual."""
    idle: int = knob(8, unit="solves", source="no run on record", ge=1)
    """Without a dual, after which they may be dropped."""
    sharp: int = knob(40, unit="rounds", source="no run on record", ge=1)
    """Of cuts before a whole answer to prices."""
    settle: int = knob(60, unit="rounds", source="no run on record", ge=1)
    """Of cuts before a whole plan within a quota."""
    roundings: tuple[float, ...] = knob((0.0, 0.25, 0.5, 0.75), unit="parts", source="no run on record", min_length=1)
    """Parts of a bed from which plans of the relaxation are rounded up; the best one counts."""
    steps: int = knob(200, unit="steps", source="no run on record", ge=0)
    """Of one column each, most of the descent from such a plan."""
    masters: int = knob(12, unit="masters", source="no run on record", ge=1)
    """In whole numbers, most for one plan."""
    beyond: float = knob(10.0, unit="factor", source="no run on record", ge=1)
    """Price of a bed beyond the supply, in the largest cost of a trust."""


class FederatedOptions(Options):
    """Options of the federated price decomposition."""

    audit: Path | None = None
    """Folder for ``audit-rank0.jsonl`` and so on: every message that the rank sends (what, bytes, to whom)."""
    plans: Path | None = None
    """Folder into which each rank writes the plans of its own trusts."""
    suppress: int = Field(0, ge=0)
    """Hide reported uses smaller than this; 0 hides none, 5 is usual."""
    tolerance: float | None = Field(None, gt=0, lt=1)
    """Relative gap to which trusts answer prices; a fifth of the gap asked for (0.0001 to 0.001) when left out."""
    tuning: FederatedTuning = FederatedTuning()
    """Numbers that steer the rounds."""
