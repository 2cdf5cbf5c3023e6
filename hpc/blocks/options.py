"""Options of column generation on block problems."""

from __future__ import annotations

from optimise.core.options import ResumableOptions, Tuning, knob

__all__ = ["BlockOptions", "BlockTuning"]


class BlockTuning(Tuning):
    """Root, dive, restricted master, whole model."""

    root: float = knob(0.6, unit="share of the time limit", source="no run on record", gt=0, le=1)
    """For the linear master."""
    whole: float = knob(0.5, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For whole numbers of its columns."""
    nodes: int = knob(2000, unit="nodes", source="no run on record", ge=1)
    """Of branch and bound over its columns."""
    tries: int = knob(5, unit="candidates", source="no run on record", ge=1)
    """Weights tried in a step of the dive where costs come in steps."""
    spare: int = knob(2000, unit="columns", source="no run on record", ge=0)
    """Columns seen in pricing that the restricted master gets at most."""
    smoothing: float = knob(0.7, unit="share of the old duals", source="Wentges 1997", ge=0, lt=1)
    """In the duals that are priced next."""


class BlockOptions(ResumableOptions):
    """Options of column generation on block problems."""

    finish: bool = True
    """Whether what is left of the gap goes to HiGHS on the whole model."""
    tuning: BlockTuning = BlockTuning()
    """Numbers that steer the phases."""
