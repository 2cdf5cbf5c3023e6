"""``wardwise cover``: questions about a finished roster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Json, Weeks, load, load_plan
from optimise.core.errors import UnsupportedError, WardwiseError

if TYPE_CHECKING:
    from optimise.core.problem import Problem
    from optimise.roster.problem import RosterProblem

__all__ = ["cover"]

_DAY = "A date, a day number (0 is the first) or a day name where the plan has it once."


def cover(
    instance: Instance,
    plan: Annotated[
        Path, typer.Option("--plan", "-p", metavar="OUT", help="Folder of a solve, or any plan file that check reads.")
    ],
    day: Annotated[str, typer.Option("--day", metavar="D", help=_DAY)],
    shift: Annotated[
        str | None,
        typer.Option("--shift", metavar="N", help="Id or name; may be left out with --instead-of."),
    ] = None,
    instead_of: Annotated[
        str | None, typer.Option("--instead-of", metavar="WHO", help="Who drops out. Without it somebody is added.")
    ] = None,
    swap: Annotated[
        bool, typer.Option("--swap", help="Only swaps with WHO, who works a duty of the other one in return.")
    ] = False,
    most: Annotated[int, typer.Option("--most", min=1, metavar="K", help="Answers of each kind.")] = 5,
    as_json: Json = False,
    format: FormatOption = None,
    history: History = None,
    weeks: Weeks = None,
) -> None:
    """Who can take a shift, best first, what it costs, whom it disturbs, and which rule stops each of the others.

    Exit code 0 if somebody can, 1 if nobody can.
    """
    from optimise.ask import day_named, person_named, shift_named, who_can_cover
    from optimise.ask.told import cover_lines, cover_object

    if swap and instead_of is None:
        raise WardwiseError("--swap needs --instead-of WHO")
    if shift is None and instead_of is None:
        raise WardwiseError("--shift N or --instead-of WHO must say which shift")
    read, _ = load(instance, format=format, history=history, weeks=weeks)
    ward = _roster(read)
    made = load_plan(plan, ward)
    when = day_named(day, ward)
    who = None if instead_of is None else person_named(instead_of, ward)
    if shift is not None:
        wanted = shift_named(shift, ward)
    else:
        assert who is not None
        wanted = ward.duties[int(made.duties[who, when])].shift
        if wanted < 0:
            raise WardwiseError(f"--instead-of {instead_of}: is off on {ward.horizon.label(when)}")
    found = who_can_cover(ward, made, when, wanted, instead_of=who, exchange=swap, most=most)
    if as_json:
        print(json.dumps(cover_object(found, ward), indent=1))
    else:
        print("\n".join(cover_lines(found, ward)))
    raise typer.Exit(0 if found.possible else 1)


def _roster(problem: Problem) -> RosterProblem:
    from optimise.roster.problem import RosterProblem

    if not isinstance(problem, RosterProblem):
        raise UnsupportedError(f"{problem.name} is no roster; the question is about shifts of people")
    return problem
