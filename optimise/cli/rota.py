"""``wardwise rota``: everybody's own rota, to print and to import into a calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimise.cli.finished import finished_roster
from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.roster.problem import Roster, RosterProblem

__all__ = ["rota"]


def rota(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of a solve, or a plan file with WARD.")],
    ward: Annotated[
        Path | None, typer.Argument(metavar="[WARD]", help="The ward, where the folder does not lead to it.")
    ] = None,
    who: Annotated[
        list[str] | None, typer.Option("--who", metavar="WHO", help="Id or name of a person; repeatable.")
    ] = None,
    everybody: Annotated[
        Path | None, typer.Option("--all", metavar="DIR", help="Of everybody, into this folder.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for --who; OUT by default.")
    ] = None,
    earlier: Annotated[
        Path | None,
        typer.Option(
            "--earlier",
            metavar="OUT",
            help="The plan that was sent out before: duties of it that fell away are cancelled in the calendars.",
        ),
    ] = None,
) -> None:
    """Write a page to print (.html) and a calendar (.ics) for each person."""
    from optimise.optional import require
    from optimise.report.rota import file_names, write_rota
    from optimise.roster.names import person_named
    from optimise.roster.personal import rota_days

    if (everybody is None) == (not who):
        raise WardwiseError("either --who WHO or --all DIR")
    require("report", "jinja2")
    require("calendar", "icalendar")
    found = finished_roster(out, ward)
    problem, plan = found.problem, found.plan
    before = None if earlier is None else _earlier(earlier, problem)
    people = [person_named(name, problem) for name in who or ()] or list(range(len(problem.employees)))
    folder = everybody or output or (out if out.is_dir() else out.parent)
    made = found.made or datetime.fromtimestamp(out.stat().st_mtime, UTC)
    names = file_names(problem)
    for person in dict.fromkeys(people):
        stem = folder / (names[person] if everybody is not None else f"rota-{names[person]}")
        days = () if before is None else rota_days(problem, before, person)
        for file in write_rota(problem, plan, person, stem, made, days):
            print(file)


def _earlier(path: Path, problem: RosterProblem) -> Roster:
    from optimise.cli.arguments import load_plan

    return load_plan(path, problem)
