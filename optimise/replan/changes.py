"""What a new plan does otherwise than the earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from optimise.core.csvfile import csv_text
from optimise.core.given import typed_call
from optimise.core.kinds import fitted, kind_of
from optimise.core.problem import Plannable, Problem, stated
from optimise.core.result import Plan
from optimise.replan.base import Change, Previous, subject_of

__all__ = ["COLUMNS", "Change", "change_row", "changes", "changes_csv", "told"]

L = TypeVar("L", bound=Plan)

#: Columns of ``changes.csv`` and of the tables of changes in reports.
COLUMNS = ("who", "name", "what", "day", "date", "was", "now")
_KINDS = {"duty": "duties", "admission": "admissions", "room": "rooms", "theatre": "theatres", "nurse": "nurses"}


@typed_call
def changes(problem: Problem[L] | Plannable[L], previous: Previous[L], plan: L) -> tuple[Change, ...]:
    """Everything that ``plan`` does otherwise than the earlier plan, in order of people and days.

    People and patients who came or went are told with all that they do or were to do, then every decision that differs.

    Parameters
    ----------
    problem : Problem or Plannable
        Today's, or a document of it.
    previous : Previous
        The earlier plan, as :func:`read_previous` gives it.
    plan : Plan
        Of today's problem.

    Returns
    -------
    tuple of Change
        With dates where the problem has them.
    """
    problem = stated(problem)
    found = subject_of(problem).changes(problem, previous, fitted(problem, plan))
    period = kind_of(problem).period(problem)
    start = None if period is None else period.start
    if start is None:
        return tuple(found)
    return tuple(replace(c, date=(start + timedelta(days=c.day)).isoformat()) for c in found)


def told(found: Sequence[Change]) -> str:
    """One line: how many changes of which kind."""
    if not found:
        return "nothing changes against the earlier plan"
    kinds: dict[str, int] = {}
    for change in found:
        kinds[change.what] = kinds.get(change.what, 0) + 1
    people = len({change.who for change in found if change.what != "nurse"})
    parts = ", ".join(f"{count} {kind if count == 1 else _KINDS.get(kind, kind)}" for kind, count in kinds.items())
    return f"changes against the earlier plan: {parts}" + (
        f", for {people} {'person' if people == 1 else 'people'}" if people else ""
    )


def change_row(change: Change) -> tuple[str | int, ...]:
    """The cells of a change under :data:`COLUMNS`."""
    return tuple(getattr(change, column) for column in COLUMNS)


def changes_csv(found: Sequence[Change]) -> str:
    """A header and one row for each change."""
    return csv_text([COLUMNS, *map(change_row, found)])
