"""An earlier plan seen from today's problem: people and days that both know, by name and date."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from optimise.core.errors import InputError
from optimise.core.given import typed_call
from optimise.core.problem import Plannable, Problem, stated
from optimise.core.result import Plan
from optimise.formats.base import read_plan
from optimise.replan.base import Previous, subject_of
from optimise.roster.formats.native_plan import is_native_plan

__all__ = ["Previous", "read_previous"]

L = TypeVar("L", bound=Plan)


@typed_call
def read_previous(
    path: str | Path, problem: Problem[L] | Plannable[L], *, days_since: int | None = None
) -> Previous[L]:
    """Read an earlier plan of a problem that has changed since.

    Parameters
    ----------
    path : path
        A native plan (``native-plan.json`` of an earlier run, or its folder): people, patients and days may have come
        or gone. A plan in any other format must fit the problem as it is now.
    problem : Problem or Plannable
        Today's roster or hospital problem, or a document of it.
    days_since : int, optional
        Day of the earlier plan that is today's day 0, for plans without dates; 0 where nothing is said. Dates tell it.

    Returns
    -------
    Previous
        What the earlier plan says about today's people, patients and days.

    Raises
    ------
    InputError
        For files that are no plan, naming line and item, and a day that the dates contradict.
    """
    path, problem = Path(path), stated(problem)
    if path.is_dir():
        found = [path / n for n in ("native-plan.json", "plan.json") if is_native_plan(path / n)]
        if not found:
            raise InputError("holds no plan of an earlier run (native-plan.json)", file=path)
        path = found[0]
    if days_since is not None and days_since < 0:
        raise InputError(f"the earlier plan cannot begin {-days_since} days after today's", item="days since")
    subject = subject_of(problem)
    if is_native_plan(path):
        return subject.read(path, problem, days_since)
    if days_since:
        raise InputError("only a native plan (native-plan.json) can be read at other days", file=path)
    return subject.fitting(read_plan(path, problem), problem)
