"""``wardwise shifts``: shift times and lengths from how many people each hour needs."""

from __future__ import annotations

import datetime
import json
import math
from pathlib import Path
from typing import Annotated

import typer

from optimise.cli.arguments import Json
from optimise.core.errors import WardwiseError
from optimise.core.quantities import finite_or_none

__all__ = ["shifts"]

_STEP = 30


def shifts(
    need: Annotated[
        Path, typer.Argument(metavar="NEED.csv", help="People or patients by hour: time, or weekday, hour.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="WARD", help="Ward to fill in: .yaml, .json, .xlsx, folder."),
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", metavar="NAME", help="Of the numbers; the last one.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", metavar="COLUMN=VALUE", help="Only these rows; repeatable.")
    ] = None,
    per_person: Annotated[
        float, typer.Option("--per-person", metavar="N", help="How many of them one person looks after.")
    ] = 1.0,
    least: Annotated[int, typer.Option("--least", metavar="N", help="People needed at any time.")] = 0,
    lengths: Annotated[
        str, typer.Option("--lengths", metavar="HOURS,..", help="From begin to end of a shift, breaks included.")
    ] = "8,11.5,12.5",
    types: Annotated[int, typer.Option("--types", metavar="N", help="Most different shifts.")] = 3,
    every: Annotated[int, typer.Option("--every", metavar="MIN", help="Shifts begin every 30, 60, .. minutes.")] = 60,
    pause: Annotated[int, typer.Option("--break", metavar="MIN", help="Unpaid, of a shift above 6 h; 0 = none.")] = 30,
    edge: Annotated[int, typer.Option("--edge", metavar="MIN", help="No break so near to begin and end.")] = 120,
    weekly_hours: Annotated[float, typer.Option("--weekly-hours", metavar="H", help="Contracts in WARD.")] = 37.5,
    start: Annotated[
        str | None, typer.Option("--start", metavar="DATE", help="First day of WARD; next Monday.")
    ] = None,
    time_limit: Annotated[float, typer.Option("--time-limit", "-t", metavar="S", help="Seconds.")] = 60.0,
    as_json: Json = False,
) -> None:
    """Propose shift times and lengths that cover every half hour of a week for the fewest paid hours.

    The need of a weekday and hour is the most that NEED.csv has for it. Who is on a break is not counted. Exit code 0
    if there are such shifts, 1 if none was found within the time, 3 if none exist.
    """
    from optimise.core.result import Stop
    from optimise.demand.shift_design import Work, design_shifts
    from optimise.demand.shift_need import DAYS, read_need, ward_of_shifts
    from optimise.roster.formats.ward import Ward

    if not 0 < per_person < math.inf or not 0 < weekly_hours <= 168 or least < 0:
        raise WardwiseError("--per-person and --weekly-hours are above 0, --least is 0 or more")
    rows = dict(one.split("=", 1) for one in where or () if "=" in one)
    if len(rows) != len(where or ()):
        raise WardwiseError(f"--where {' '.join(where or ())}: expected COLUMN=VALUE, each column once")
    work = Work(_minutes(lengths), types, every, pause, 360, edge)
    asked = read_need(need, column, rows, per_person=per_person, least=least, step=_STEP)
    begin = _monday(start)
    found = design_shifts(asked, work, step=_STEP, seconds=time_limit)
    paid, bound = found.paid_minutes / 60, found.bound / 60
    table = [{"start": _clock(s.begin), "end": _clock(s.begin + s.length), "paid_hours": work.paid(s.length) / 60,
              "people": dict(zip(DAYS, s.people, strict=True))} for s in found.shifts]  # fmt: skip
    if found.shifts and output is not None:
        Ward.model_validate(ward_of_shifts(found.shifts, work, begin, weekly_hours)).save(output)
    if as_json:
        made = {
            "shifts": table,
            "paid_hours": finite_or_none(paid),
            "least_paid_hours": finite_or_none(bound),
            "stop": str(found.stop),
        }
        print(json.dumps({**made, "spare_hours": found.spare / 60}, indent=2))
    elif found.shifts:
        print("start  end    paid    " + " ".join(f"{day:>4}" for day in DAYS))
        for one, shift in zip(table, found.shifts, strict=True):
            people = " ".join(f"{n:4d}" for n in shift.people)
            print(f"{one['start']}  {one['end']}  {one['paid_hours']:4g} h  {people}")
        share = f"; no choice of {types} or fewer pays less than {bound:g} h"
        print(f"{paid:g} paid hours a week, {found.spare / 60:g} more than the need" + share)
        if output is not None:
            print(output)
    else:
        print("no such shifts exist" if found.stop is Stop.INFEASIBLE else "none was found within the time")
    if not found.shifts:
        raise typer.Exit(3 if found.stop is Stop.INFEASIBLE else 1)


def _minutes(text: str) -> tuple[int, ...]:
    try:
        hours = [float(part) for part in text.split(",")]
    except ValueError:
        raise WardwiseError(f"--lengths {text}: expected hours with commas between, such as 8,12.5") from None
    if any(not 0 < h <= 24 or 60 * h % _STEP for h in hours):
        raise WardwiseError(f"--lengths {text}: expected half hours up to 24")
    return tuple(round(60 * h) for h in hours)


def _monday(text: str | None) -> datetime.date:
    if text is None:
        today = datetime.date.today()
        return today + datetime.timedelta(days=7 - today.weekday())
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise WardwiseError(f"--start {text}: expected a date such as 2026-01-05") from None


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
