"""Options and tuning of the methods of this room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from optimise.core.options import NoOptions, Options, ResumableOptions, Tuning, knob
from optimise.hospital.admissions.tuning import AdmissionTuning
from optimise.hospital.assignment.tuning import AssignmentTuning
from optimise.hospital.beds_search.tuning import BedSearchTuning
from optimise.hospital.search.tuning import JointSearchTuning
from optimise.roster.search.tuning import ChooserTuning, ConstructionTuning, ReinsertionTuning

__all__ = [
    "AdmissionOptions",
    "AssignmentOptions",
    "AutoOptions",
    "AutoTuning",
    "Customise",
    "HospitalSearchOptions",
    "MatheuristicOptions",
    "MatheuristicTuning",
    "NoOptions",
    "StageOptions",
    "WholeModelOptions",
    "WholeRosterOptions",
]


#: What may change a Pyomo model before it is solved.
Customise = Callable[[Any], Any]


class WholeModelOptions(Options):
    """Options of the whole model by HiGHS."""

    customise: Customise | None = None
    """Function that receives the Pyomo model before it is solved and may add constraints and objective terms. With a
    changed objective the proven bound holds for the changed problem only and is not reported."""


class WholeRosterOptions(WholeModelOptions):
    """Options of the whole model of a roster."""

    form: Literal["auto", "clauses", "flow"] = "auto"
    """Form of the sequence rules; auto chooses by size."""


class MatheuristicTuning(Tuning):
    """Fix-and-optimise on rosters."""

    seconds: float = knob(4.0, unit="s", source="no run on record", gt=0)
    """That one neighbourhood may take at most."""
    pieces: float = knob(0.4, unit="share of the time limit", source="no run on record", gt=0, le=1)
    """For construction in pieces."""
    first: float = knob(0.5, unit="share of the time limit", source="no run on record", gt=0, le=1)
    """Until which the whole model may look for a first plan, and descent goes on."""
    quick: float = knob(0.5, unit="part of the seconds of a neighbourhood", source="no run on record", gt=0, le=1)
    """Proofs quicker than this make neighbourhoods grow."""
    trials: int = knob(1000, unit="neighbourhoods", source="keeps answers independent of the clock", ge=1)
    """Of a round of ruin and recreate under a work limit."""
    construction: ConstructionTuning = ConstructionTuning()
    neighbourhood: ChooserTuning = ChooserTuning()
    reinsertion: ReinsertionTuning = ReinsertionTuning()


class MatheuristicOptions(Options):
    """Options of fix-and-optimise on rosters."""

    tuning: MatheuristicTuning = MatheuristicTuning()
    """Numbers that steer the search."""


class HospitalSearchOptions(Options):
    """Options of fix-and-optimise on hospitals."""

    tuning: JointSearchTuning = JointSearchTuning()
    """Numbers that steer the joint search and the sub-models around it."""
    room_tuning: BedSearchTuning = BedSearchTuning()
    """Numbers that steer the search of rooms, where all stays are given."""


class AdmissionOptions(ResumableOptions):
    """Options of the search of admission plans."""

    tuning: AdmissionTuning = AdmissionTuning()
    """Numbers that steer the search."""


class AssignmentOptions(ResumableOptions):
    """Options of the search of rooms and nurses."""

    tuning: AssignmentTuning = AssignmentTuning()
    """Numbers that steer the search."""


class AutoTuning(Tuning):
    """How methods are chosen."""

    first_share: float = knob(0.35, unit="share of the time left", source="no run on record", gt=0, le=1)
    """For finding a good plan before the method that starts from it."""
    try_seconds: float = knob(5.0, unit="s", source="random wards of 10 to 110 decisions: proven in 0.1 s", gt=0)
    """Most time of the try of the whole model on tiny rosters."""
    patience: float = knob(0.5, unit="share of the time left", source="no run on record", gt=0, le=1)
    """After which a method without a plan gives way to another."""


class AutoOptions(ResumableOptions):
    """What auto itself takes; all other options go to the methods that it chooses."""

    choice: AutoTuning = AutoTuning()
    """Numbers by which methods are chosen."""


class StageOptions(Options):
    """What stage-by-stage itself takes; all other options go to the inner method."""

    inner: str = "auto"
    """Method that plans each stage."""
    ahead: int | None = Field(None, ge=0)
    """Unknown weeks to look ahead; all when left out."""
