"""``wardwise report``: pictures and tables of a finished run."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimise.core.errors import InputError, WardwiseError, placed

if TYPE_CHECKING:
    from optimise.core.problem import Problem
    from optimise.hospital.problem import HospitalProblem
    from optimise.runs.resultfile import StoredRun

__all__ = ["report"]

_KINDS = ("html", "png", "excel")


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder written by 'wardwise solve --output DIR'.")],
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="KIND", help="html, png or excel; repeatable. Default: all.")
    ] = None,
    instance: Annotated[
        Path | None, typer.Option("--instance", metavar="PATH", help="Where the instance lies now, if it has moved.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="PLAN", help="Show this plan, such as the run's changed by hand.")
    ] = None,
    day: Annotated[
        str, typer.Option("--day", metavar="DAY", help="Hospitals: day of the bed board, a number from 0 or a date.")
    ] = "0",
    scenarios: Annotated[
        Path | None,
        typer.Option(
            "--scenarios",
            metavar="FILE.npz",
            help="Hospitals: arrivals that the plan does not hold ('wardwise scenarios'), for levels of escalation.",
        ),
    ] = None,
    levels: Annotated[
        str,
        typer.Option(
            "--levels",
            metavar="PERCENT,..",
            help="Hospitals: shares of open beds above which a level of escalation begins.",
        ),
    ] = "92,95,98",
) -> None:
    """Write DIR/report.html (one file, works offline, prints to A4), report.png and report.xlsx."""
    wanted = only or list(_KINDS)
    unknown = [name for name in wanted if name not in _KINDS]
    if unknown:
        raise WardwiseError(f"unknown kind of report {unknown[0]!r}; known: {', '.join(_KINDS)}")

    from optimise import report as reports
    from optimise.optional import require_report
    from optimise.runs.resultfile import read_run

    require_report(wanted)
    run = read_run(folder, instance=instance, plan=plan)
    require_report(wanted, run.problem)
    known = _known(folder, run)
    for name in wanted:
        if name == "html":
            board = board_options(run.problem, day, scenarios, levels)
            file = folder / "report.html"
            print(reports.write_html(run.result, run.problem, file, changes=run.changes, known=known, **board))
        elif name == "png":
            try:
                print(reports.write_png(run.result, run.problem, folder / "report.png"))
            except WardwiseError as error:  # there is no plan, or none that can be drawn: the rest is written
                if only:
                    raise
                print(f"report.png is left out: {error}", file=sys.stderr)
        else:
            made = reports.write_excel(
                run.result, run.problem, folder / "report.xlsx", changes=run.changes, known=known
            )
            print(made)


def board_options(problem: Problem, day: str, scenarios: Path | None, levels: str) -> dict[str, Any]:
    """What the options of the bed board say, as ``write_html`` takes it.

    Parameters
    ----------
    problem : Problem
    day : str
        A number from 0, or a date.
    scenarios : Path or None
        Of arrivals that the plan does not hold.
    levels : str
        Percentages with commas between.

    Returns
    -------
    dict of str to Any

    Raises
    ------
    InputError
        If one says nothing that fits the problem.
    """
    from optimise.hospital.problem import HospitalProblem

    if not isinstance(problem, HospitalProblem):
        if day != "0" or scenarios is not None:
            raise InputError("is for plans of hospitals", item="--day" if day != "0" else "--scenarios")
        return {}
    from optimise.capacity.scenarios import Scenarios
    from optimise.report.escalation import checked_levels, unplanned

    try:
        made = checked_levels(tuple(float(part) for part in levels.split(",")))
    except ValueError:
        raise InputError(f"{levels!r} should be percentages such as 92,95,98", item="--levels") from None
    more = None
    if scenarios is not None:
        drawn = Scenarios.load(scenarios)
        with placed(scenarios):
            more = unplanned(drawn, problem.start, problem.days)
    return {"day": _day(problem, day), "unplanned": more, "levels": made}


def _day(problem: HospitalProblem, text: str) -> int:
    """Day of the plan, by number or date."""
    try:
        day = int(text)
    except ValueError:
        try:
            when = date.fromisoformat(text)
        except ValueError:
            raise InputError(
                f"{text!r} is no day: a number from 0, or a date such as 2026-01-05", item="--day"
            ) from None
        if problem.start is None:
            raise InputError("the plan has no dates; give a number from 0", item="--day") from None
        day = (when - problem.start).days
    if not 0 <= day < problem.days:
        raise InputError(f"{text} lies outside the plan of {problem.days} days", item="--day")
    return day


def _known(folder: Path, run: StoredRun) -> tuple[str, ...]:
    """What ``wardwise why DIR --requests`` has proven of the run's ward."""
    from optimise.ask import most_told, read_most_requests
    from optimise.roster.problem import RosterProblem

    if not isinstance(run.problem, RosterProblem):
        return ()
    most = read_most_requests(folder, run.problem)
    return () if most is None else (f"{most_told(most)[:-1]} (read from requests.json).",)
