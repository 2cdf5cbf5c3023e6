"""A finished roster that a command asks about: of a run's folder, or of a plan file with its ward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from optimise.cli.arguments import load, load_plan
from optimise.core.errors import InputError

if TYPE_CHECKING:
    from optimise.roster.problem import Roster, RosterProblem
    from optimise.runs.resultfile import StoredRun

__all__ = ["Finished", "finished_roster"]


@dataclass(frozen=True)
class Finished:
    """A ward with its plan.

    Attributes
    ----------
    problem : RosterProblem
    plan : Roster
    bound : tuple of float and str
        Lower bound that the run states, and where it comes from; minus infinity where nothing is known.
    made : datetime or None
        When the run began, with its time zone; None where there is only a plan.
    run : StoredRun or None
    """

    problem: RosterProblem
    plan: Roster
    bound: tuple[float, str] = (-math.inf, "")
    made: datetime | None = None
    run: StoredRun | None = None


def finished_roster(out: Path, ward: Path | None) -> Finished:
    """The ward and the plan of a run or of two files.

    Parameters
    ----------
    out : path
        Folder of a run, or a plan file.
    ward : path or None
        The ward, where the folder does not lead to it.

    Returns
    -------
    Finished

    Raises
    ------
    InputError
        If there is no plan, or no ward.
    """
    from optimise.roster.problem import roster_only
    from optimise.runs.resultfile import read_run

    if (out / "result.json").is_file():
        run = read_run(out, instance=ward)
        problem, plan, bounds = roster_only(run.problem), run.result.plan, run.result.bounds
        if plan is None:
            raise InputError("the run has no plan", file=out)
        return Finished(problem, plan, (bounds.dual, bounds.dual_source), _when(run), run)
    if ward is None:
        raise InputError("is no folder of a run; a plan file needs its WARD after it", file=out)
    read, _ = load(ward, format=None, history=None, weeks=None)
    problem = roster_only(read)
    return Finished(problem, load_plan(out, problem))


def _when(run: StoredRun) -> datetime | None:
    try:
        made = datetime.fromisoformat(run.result.provenance.started)
    except ValueError:
        return None
    return made if made.tzinfo is not None else made.astimezone()
