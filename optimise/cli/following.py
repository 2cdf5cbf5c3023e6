"""``wardwise next``: the ward of the next period, with what a plan leaves behind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from optimise.cli.arguments import Instance, load, load_plan
from optimise.core.errors import InputError

__all__ = ["following"]


def following(
    instance: Instance,
    plan: Annotated[
        Path, typer.Option("--plan", metavar="PLAN", help="Folder of the run, or the plan as it was worked.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="next.xlsx, next.json, next.yaml, or a folder for CSV files."
        ),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write the ward of the next period: dates move on, and everybody's history comes from PLAN."""
    from optimise.roster.formats.table import ward_of
    from optimise.roster.formats.ward_next import next_ward
    from optimise.roster.problem import Roster

    if output.exists() and not force:
        raise InputError("exists already; --force replaces it", file=output)
    problem, _ = load(instance, format=None, history=None, weeks=None)
    ward = ward_of(problem)
    worked = load_plan(plan, problem)
    assert isinstance(worked, Roster)  # a ward has no other plans
    made, notes = next_ward(ward, worked)
    made.problem()  # what contradicts itself is told before anything is written
    for note in notes:
        print(note, file=sys.stderr)
    print(made.save(output))
