"""``wardwise cover`` and ``why``: questions about a finished roster."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Json, Weeks, load, load_plan
from optimise.cli.finished import finished_roster
from optimise.core.errors import WardwiseError

__all__ = ["cover", "why"]

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
    from_day: Annotated[
        str | None,
        typer.Option(
            "--from-day",
            metavar="D",
            help="Nobody gives up a duty before this day, but on --day. Default: today, in a plan with that date.",
        ),
    ] = None,
    as_json: Json = False,
    format: FormatOption = None,
    history: History = None,
    weeks: Weeks = None,
) -> None:
    """Who can take a shift, best first, what it costs, whom it disturbs, and which rule stops each of the others.

    People with whom a hard rule of the place stays broken come last and are told so. Exit code 0 if somebody can take
    it without that, 1 if nobody can.
    """
    from optimise.ask import cover_asked
    from optimise.ask.told import cover_lines, cover_object
    from optimise.roster.problem import roster_only

    if swap and instead_of is None:
        raise WardwiseError("--swap needs --instead-of WHO")
    if shift is None and instead_of is None:
        raise WardwiseError("--shift N or --instead-of WHO must say which shift")
    read, _ = load(instance, format=format, history=history, weeks=weeks)
    ward = roster_only(read)
    words = ("--shift", "--instead-of", "--swap")
    found = cover_asked(
        ward, load_plan(plan, ward), day, shift, instead_of, swap=swap, most=most, from_day=from_day, words=words
    )
    if as_json:
        print(json.dumps(cover_object(found, ward), indent=1))
    else:
        print("\n".join(cover_lines(found, ward)))
    raise typer.Exit(0 if found.possible else 1)


def why(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of a solve, or a plan file with WARD.")],
    ward: Annotated[
        Path | None, typer.Argument(metavar="[WARD]", help="The ward, where the folder does not lead to it.")
    ] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="WHO", help="Id or name of the person.")] = None,
    day: Annotated[str | None, typer.Option("--day", metavar="D", help=_DAY)] = None,
    shift: Annotated[
        str | None, typer.Option("--shift", metavar="N", help="Ask why WHO works this shift then, or why not.")
    ] = None,
    requests: Annotated[bool, typer.Option("--requests", help="How many requests could be met at most.")] = False,
    method: Annotated[str, typer.Option("--method", "-m", metavar="NAME", help="See 'wardwise methods'.")] = "auto",
    time_limit: Annotated[float, typer.Option("--time-limit", "-t", metavar="S", help="Seconds.")] = 8.0,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of random choices.")] = 0,
    as_json: Json = False,
) -> None:
    """Why somebody has a duty, or a request was refused: solved again with the opposite demanded.

    Exit code 0 if the answer is proven, 1 if that did not succeed within the time.
    """
    from optimise.ask import day_named, most_requests, person_named, shift_named, write_most_requests
    from optimise.ask import why as ask_why
    from optimise.ask.told import requests_lines, requests_object, why_lines, why_object
    from optimise.cli.kernel_cache import kernel_cache

    if requests == (who is not None or day is not None or shift is not None):
        raise WardwiseError("either --who WHO --day D, or --requests")
    if not requests and (who is None or day is None):
        raise WardwiseError("--who WHO and --day D belong together")
    with kernel_cache(lambda text: print(text, file=sys.stderr)):
        asked = finished_roster(out, ward)
        problem, plan, known = asked.problem, asked.plan, asked.bound
        if requests:
            most = most_requests(problem, plan, seconds=time_limit, method=method, seed=seed)
            if (out / "result.json").is_file():
                write_most_requests(most, problem, out)
            made, lines = requests_object(most, problem, plan), requests_lines(most, problem, plan)
            proven = most.exact
        else:
            person, when = person_named(who or "", problem), day_named(day or "", problem)
            about = None if shift is None else shift_named(shift, problem)
            found = ask_why(
                problem, plan, person, when, shift=about, seconds=time_limit, method=method, seed=seed, known=known
            )
            made, lines, proven = why_object(found, problem), why_lines(found, problem), found.proven
    print(json.dumps(made, indent=1) if as_json else "\n".join(lines))
    raise typer.Exit(0 if proven else 1)
