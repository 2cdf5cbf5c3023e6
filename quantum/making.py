"""What masters are cut from, made where it is not there yet: columns of a roster, a plan of a hospital.

The key ``make`` of a study's instance says how; so one command makes a study from its benchmarks alone. What is there
is never made anew. Several processes may make the same at once: who ends first is kept, and all read that.
"""

import logging
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimise.core.atomic import make_folder
from optimise.core.errors import InputError
from optimise.core.method import Limits
from optimise.driver import solve
from optimise.formats.base import native_format, read_plan
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.roster.columns import PricedColumns, read_columns
from optimise.roster.problem import RosterProblem
from optimise.runs.resultfile import read_result, write_result
from quantum.options import checked, option, read_options

__all__ = ["Make", "columns_of", "plan_of"]

#: What takes long before a study begins is told here (INFO); the command shows it.
log = logging.getLogger("wardwise.sources")


@checked
class Make:
    """How to make what is not there."""

    time_limit: float = option(default=60.0, doc="seconds of the solve", gt=0)
    iterations: int | None = option(default=None, doc="its limit of work, which gives the same on any machine", ge=1)
    seed: int = option(default=0, doc="its seed", ge=0)

    @property
    def limits(self) -> Limits:
        """Limits of the solve."""
        return Limits(self.time_limit, iterations=self.iterations)


def columns_of(problem: RosterProblem, file: Path, make: object = None) -> PricedColumns:
    """Columns of a roster from their file, which is made first where it is not there and `make` says how.

    Parameters
    ----------
    problem : RosterProblem
        Whose rosters they are.
    file : path
        Of the columns (`optimise.roster.columns`).
    make : mapping, optional
        Values of `Make`; without them a file that is not there is an error.

    Returns
    -------
    PricedColumns
        As the file holds them.

    Raises
    ------
    InputError
        For a `make` that cannot be, a run that leaves no columns, or a file that is not of this problem.
    """
    how = _read(make)
    if how is not None and not file.exists():
        stage = _beside(file)
        try:
            made = stage / file.name
            _say(problem, "columns", file, how)
            options = {"columns": str(made), "long": False}
            solve(problem, "column-generation", limits=how.limits, seed=how.seed, options=options)
            if not made.exists():
                raise InputError(
                    f"no columns of {problem.name} after {how.time_limit:g} s: the linear master was not solved, or "
                    "there is no plan; give it more time",
                    item="make.time_limit",
                )
            _first(made, file, file)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return read_columns(file, problem)


def plan_of(problem: HospitalProblem, file: Path, make: object = None) -> tuple[HospitalPlan, float]:
    """A plan of a hospital and the bound of its run, which is made first where it is not there and `make` says how.

    Parameters
    ----------
    problem : HospitalProblem
        Whose plan it is.
    file : path
        A plan in a format of the problem. What is made is a run in its folder, as ``solve --output`` leaves it.
    make : mapping, optional
        Values of `Make`; without them a file that is not there is an error.

    Returns
    -------
    plan : HospitalPlan
        As the file holds it.
    bound : float
        No plan costs less: from the ``result.json`` of the run; minus infinity where the plan is of no run.

    Raises
    ------
    InputError
        For a `make` that cannot be, a run that finds no plan, or a file that is not of this problem.
    """
    how = _read(make)
    if how is not None and not file.exists():
        name = "plan.json" if problem.family == native_format(problem) else "native-plan.json"
        if file.name != name:
            raise InputError(f"expected {name}, as a run calls its plan, got {file.name!r}", item="plan")
        stage = _beside(file.parent)
        try:
            _say(problem, "plan", file, how)
            result = solve(problem, "auto", limits=how.limits, seed=how.seed)
            if not result.feasible:
                raise InputError(
                    f"no plan of {problem.name} after {how.time_limit:g} s; give it more time", item="make.time_limit"
                )
            write_result(result, problem, stage / "run")
            _first(stage / "run", file.parent, file)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    plan: HospitalPlan = read_plan(file, problem, format=native_format(problem) if file.suffix == ".json" else None)
    return plan, _bound(problem, plan, file)


def _read(make: object) -> Make | None:
    if make is None:
        return None
    if not isinstance(make, Mapping):
        raise InputError(f"expected a table of time_limit, iterations and seed, got {make!r}", item="make")
    given: Mapping[str, Any] = make
    return read_options(Make, given, "make")


def _say(problem: RosterProblem | HospitalProblem, what: str, file: Path, how: Make) -> None:
    log.info("%s of %s: made now, for up to %g s, into %s", what, problem.name, how.time_limit, file)


def _beside(target: Path) -> Path:
    """A folder of our own on the file system of the target."""
    try:
        return Path(tempfile.mkdtemp(prefix=".wardwise-", dir=make_folder(target.parent)))
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", file=target.parent) from None


def _first(made: Path, target: Path, wanted: Path) -> None:
    """Put a file or folder into its place, unless another process was first and `wanted` is there."""
    try:
        if made.is_dir():
            os.rename(made, target)  # refused where the target holds anything
        else:
            os.link(made, target)
    except OSError as error:
        if not wanted.exists():
            raise InputError(f"cannot be put into place ({error.strerror})", file=target) from None


def _bound(problem: HospitalProblem, plan: HospitalPlan, file: Path) -> float:
    """The bound of the run that a plan is of: its result lies beside, with the cost of this plan."""
    if not (file.parent / "result.json").exists():
        return -math.inf
    result = read_result(file.parent)
    return result.bounds.dual if math.isclose(result.cost, problem.evaluate(plan).cost, abs_tol=1e-6) else -math.inf
