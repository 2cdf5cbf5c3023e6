"""The part of ``wardwise solve`` that plans again from an earlier plan."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimise.core.errors import InputError, WardwiseError

if TYPE_CHECKING:
    from optimise.core.method import Method
    from optimise.core.problem import Problem
    from optimise.core.result import Result
    from optimise.core.serialise import Source
    from optimise.replan import Replanning

__all__ = ["FromPlan", "tell_changes"]


@dataclass(frozen=True, slots=True)
class FromPlan:
    """What the command line says of planning again.

    Attributes
    ----------
    plan : Path, optional
        The earlier plan; None: plan from nothing.
    freeze_until : str, optional
        Day number or date.
    """

    plan: Path | None
    freeze_until: str | None
    change_cost: float | None
    nurse_cost: float | None
    days_since: int | None

    def check(self, output: Path | None) -> None:
        """Refuse options without their plan, and a plan that the run itself would overwrite."""
        if self.plan is None:
            given = (self.freeze_until, self.change_cost, self.nurse_cost, self.days_since)
            if any(value is not None for value in given):
                raise WardwiseError("--freeze-until, --change-cost, --nurse-cost, --days-since need --from-plan PLAN")
            return
        if not self.plan.exists():
            raise InputError("there is no such plan", file=self.plan)
        place = self.plan.resolve()
        if output is not None and output.resolve() in (place, place.parent):
            raise InputError("would be overwritten by this run; give another --output", file=self.plan)

    def task(self, problem: Problem, source: Source) -> tuple[Replanning, Source]:
        """The problem with the earlier plan in it, and a source that says so."""
        from optimise.replan import replan

        assert self.plan is not None
        text = self.freeze_until or "0"
        found: dict[str, Any] = {
            "plan": str(self.plan.resolve()),
            "freeze_until": int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text,
            "change_cost": self.change_cost,
            "nurse_cost": self.nurse_cost,
            "days_since": self.days_since,
        }
        task = replan(problem, **found)
        return task, replace(source, replan={**found, "freeze_until": task.freeze_until})


def method_for(task: Replanning | None, name: str) -> str | Method:
    """The method, wrapped where parts of frozen days are to be put back."""
    return name if task is None else task.method(name)


def tell_changes(task: Replanning, result: Result, output: Path | None, *, quiet: bool) -> None:
    """Write ``changes.csv`` and say how much changes."""
    from optimise.core.atomic import write_text
    from optimise.replan import changes
    from optimise.replan.changes import changes_csv, told

    if result.plan is None:
        return
    found = changes(task.problem, task.previous, result.plan)
    if output is not None:
        write_text(output / "changes.csv", changes_csv(found))
    if not quiet:
        for note in task.previous.notes:
            print(note, file=sys.stderr)
        print(told(found) + (f" (changes.csv in {output})" if output is not None and found else ""), file=sys.stderr)
