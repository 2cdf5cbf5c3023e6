"""Numbers that steer the search on whole hospitals: the joint search and the operators around it."""

from __future__ import annotations

from optimise.core.options import Tuning, knob
from optimise.hospital.repair.tuning import RepairTuning

__all__ = ["DaysTuning", "GuideTuning", "JointSearchTuning"]

_NONE = "no run on record"
_STAGE = "i24 under 240 s: 40510 -> 34535 by 30 s, 34844 -> 34006 by 60 s, 33146 -> 33292 at the end"
_COLD = "30 s, i05, i08, i10, i16, i20, i24: 1.3-1.6 % cheaper than ending at 0.7 least prices for all moves"


class GuideTuning(Tuning):
    """How a run is led by the prices of a relaxation, or held to given days, before it is left alone."""

    share: float = knob(0.9, ge=0.0, le=1.0, unit="share of the prices", source=_NONE)
    """In the costs at first."""
    hold: float = knob(0.35, ge=0.0, le=1.0, unit="part of a run", source=_NONE)
    """From here on that share falls."""
    end: float = knob(0.65, ge=0.0, le=1.0, unit="part of a run", source=_NONE)
    """Here it is gone."""
    firm: float = knob(5.0, ge=0.0, unit="temperatures", source=_NONE)
    """What another day than the given one costs."""
    fast: float = knob(0.5, ge=0.0, le=1.0, unit="part of a run", source=_NONE)
    """From here on it costs less."""
    released: float = knob(0.8, ge=0.0, le=1.0, unit="part of a run", source=_NONE)
    """From here on it costs nothing."""


class DaysTuning(Tuning):
    """Sub-models of the aggregated model, for better days of admission."""

    size: float = knob(40.0, gt=0.0, unit="patients", source=_NONE)
    """Freed at first."""
    share: float = knob(0.15, gt=0.0, le=1.0, unit="share of the time for days", source=_NONE)
    """Of one sub-model."""
    nodes: int = knob(1000, ge=1, unit="nodes", source=_NONE)
    """Of one sub-model."""
    vain: int = knob(9, ge=1, unit="sub-models", source=_NONE)
    """In vain until the days are left as they are."""
    parts: int = knob(6, ge=1, unit="sub-models", source="keeps answers independent of the clock")
    """Under a work limit."""
    few: int = knob(20, ge=1, unit="nodes", source="keeps answers independent of the clock")
    """Of one sub-model under a work limit."""
    grow: float = knob(1.15, ge=1.0, unit="times the patients", source=_NONE)
    """Next time, where less than half of the time was needed."""
    shrink: float = knob(0.75, gt=0.0, le=1.0, unit="times the patients", source=_NONE)
    """Next time, where a sub-model was not solved."""


class JointSearchTuning(Tuning):
    """What steers ``hospital`` and, on hospitals, ``matheuristic``."""

    odds: tuple[int, ...] = knob(
        (30, 4, 8, 6, 4, 1, 6, 4, 30, 5, 10, 4), unit="odds by kind of move (moves.KINDS)", source=_NONE
    )
    """How often each kind of move is tried; about half of the time goes to patients."""
    slice_seconds: float = knob(0.2, gt=0.0, unit="s", source="a listener must be heard five times a second")
    """Length of a slice of the joint search; between slices the clock and the listener are asked."""
    slice_moves: int = knob(20_000, ge=1, unit="moves", source="as long as a slice by the clock")
    """The same under a work limit."""
    recheck: float = knob(0.1, gt=0.0, le=1.0, unit="slices", source="a check takes less time than such a slice")
    """Length of a slice where plans must be checked again for rules that the search does not know."""
    turns: float = knob(15.0, gt=0.0, unit="powers of e", source=_NONE)
    """How far the price of hard rules can turn in a run."""
    broken: float = knob(
        0.5,
        ge=0.0,
        le=1.0,
        unit="share of plans",
        source="priced hard rules against barred ones: i20 9-10 % above best against 11",
    )
    """Share of the plans met that shall break a hard rule."""
    cold: float = knob(0.5, gt=0.0, unit="least prices", source=_COLD)
    """Temperature of patient moves at the end of a run."""
    nurse_heat: float = knob(0.15, gt=0.0, unit="temperatures of patient moves", source=_COLD)
    """Temperature of nurse moves. What nurses cost is a sum of many small prices, and twenty million moves that ended
    at 0.7 of the least one left the nurses of i24 at 34787 in all, at 0.1 at 33876."""
    mend: float = knob(
        0.85,
        ge=0.0,
        le=1.0,
        unit="part of a run",
        source="i24, 20 s: broken rules met by chance leave no plan on two of three seeds, sought 35278-35622",
    )
    """From here on plans are mended."""
    menders: float = knob(0.3, ge=0.0, unit="share of all moves", source="as for mend")
    """So many more moves then aim at what is broken."""
    nodes: int = knob(60, ge=1, unit="nodes", source="about as long as a sub-model's seconds on small instances")
    """Limit of a sub-model under a work limit."""
    columns: int = knob(150_000, ge=1, unit="columns", source="a hospital of 603 beds: presolve alone takes 3 s beyond")
    """Sub-models with more are not built: the solver does not look at the clock before it has reduced them."""
    pace: float = knob(40_000.0, gt=0.0, unit="columns a second", source="a hospital of 603 beds, one core")
    """Building and first reduction of a sub-model; one that would not end in the time left is not begun."""
    seconds: float = knob(4.0, gt=0.0, unit="s", source=_NONE)
    """Limit of a sub-model."""
    moves: int = knob(400_000, ge=1, unit="moves", source="about a second")
    """Length of a joint run under a work limit."""
    stage: float = knob(60.0, gt=0.0, unit="s", source=_STAGE)
    """The search plans for so long at first, and for twice as long each time after; steps take shares of that."""
    first: float = knob(
        0.35,
        gt=0.0,
        le=1.0,
        unit="share of the time left",
        source="0.72 of the time: 2.5, 5.2, 13.8, 6.0, 7.1, 6.9 % above best instead of 1.9, 3.5, 14.4, 6.3, 6.2, 6.7",
    )
    """Length of the first joint run."""
    rewarm: float = knob(0.3, gt=0.0, le=1.0, unit="first temperatures", source=_STAGE)
    """Temperature of the joint run that begins a later stage; it is as long as the first."""
    again: float = knob(0.25, gt=0.0, le=1.0, unit="share of the time left", source=_NONE)
    """Length of each further joint run."""
    reheat: tuple[float, ...] = knob(
        (0.02, 0.05, 0.1, 0.2),
        unit="first temperatures",
        source="0.1: i24 from 35258 to 35127, i10 from 21450 to 21290",
    )
    """Temperatures of further joint runs, one drawn for each."""
    brief: float = knob(5.0, ge=0.0, unit="s", source="sub-models may run past their limit by as much")
    """Least time for which better days of admission are looked for."""
    days_seconds: float = knob(30.0, gt=0.0, unit="s", source=_NONE)
    """Most time for better days of admission."""
    anchored: float = knob(0.5, gt=0.0, unit="first temperatures", source=_NONE)
    """Temperature of the first run around given days."""
    cool: tuple[float, ...] = knob(
        (0.05, 0.1, 0.2), unit="first temperatures", source="i24 from 35258: 34700, 34746, 34776"
    )
    """Temperatures of later ones, one drawn for each."""
    guide: GuideTuning = GuideTuning()
    """How a run is led at first."""
    days: DaysTuning = DaysTuning()
    """How better days of admission are looked for."""
    repair: RepairTuning = RepairTuning()
    """How plans that break rules are repaired, and how those who changed are inserted anew."""
