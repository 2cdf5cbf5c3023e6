"""``wardwise bed-demand``: from who is in the emergency department now to the beds needed and free tonight."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimise.cli.arguments import Json
from optimise.core.errors import InputError, WardwiseError

if TYPE_CHECKING:
    from optimise.demand.counts import Net
    from optimise.demand.department.assess import Assessment
    from optimise.demand.department.outlook import DepartmentUnit, Outlook

__all__ = ["bed_demand"]


def bed_demand(
    now: Annotated[Path, typer.Argument(metavar="NOW.csv", help="Patients in the emergency department now.")],
    past: Annotated[Path, typer.Option("--past", metavar="FILE.csv", help="Snapshots of the past, with outcomes.")],
    visits: Annotated[
        Path | None, typer.Option("--visits", metavar="FILE.csv", help="Past visits, for those yet to arrive.")
    ] = None,
    stays: Annotated[
        Path | None,
        typer.Option("--stays", metavar="FILE.csv", help="Stays on the wards, for those who leave and move."),
    ] = None,
    beds: Annotated[
        Path | None, typer.Option("--beds", metavar="FILE.csv", help="Beds by service, sex and the levels above.")
    ] = None,
    planned: Annotated[
        Path | None, typer.Option("--planned", metavar="FILE.csv", help="Planned admissions of the hours ahead.")
    ] = None,
    at: Annotated[str | None, typer.Option("--now", metavar="TIME", help="Now, where NOW.csv does not say.")] = None,
    hours: Annotated[int, typer.Option("--hours", metavar="H", help="Hours ahead, 1 to 48.")] = 12,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for tables, report.")
    ] = None,
    holidays: Annotated[str, typer.Option("--holidays", metavar="REGION|none", help="Bank holidays.")] = "none",
    assess: Annotated[bool, typer.Option("--assess/--no-assess", help="Score on the last quarter of the past.")] = True,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same answer.")] = 1,
    as_json: Json = False,
) -> None:
    """From who is in the emergency department now to beds needed and free, hour by hour, as distributions.

    Chances of admission, of each service and of a bed within so many hours are learned from past snapshots. Without
    --visits nobody else arrives, without --stays nobody leaves, without --beds free beds are not told.
    """
    from optimise.demand.department import reading
    from optimise.demand.department.admission import learn_admissions
    from optimise.demand.department.arrivals import learn_incoming
    from optimise.demand.department.assess import assess as score
    from optimise.demand.department.outlook import make_outlook
    from optimise.demand.department.output import write_outlook
    from optimise.demand.department.tables import moment_of
    from optimise.demand.department.wards import find_inpatients
    from optimise.optional import require

    if not 1 <= hours <= 48:
        raise WardwiseError(f"--hours {hours}: expected 1 to 48")
    region = None if holidays.lower() == "none" else holidays
    require("forecast", "sklearn", *(("holidays",) if region is not None else ()))
    if output is not None:
        require("forecast", "jinja2", "matplotlib")
    here = reading.read_snapshots(now, past=False, now=_time(at))
    moments = sorted(set(here.moment.tolist()))
    if len(moments) != 1:
        raise InputError(f"holds {len(moments)} moments, expected one", file=now)
    when = moment_of(moments[0])
    before = reading.read_snapshots(past, past=True)
    before = before.take((before.moment < moments[0]).nonzero()[0])
    facts = tuple(name for name in before.facts if name in here.facts)
    unused = sorted(set(before.facts) ^ set(here.facts))
    notes = list(before.notes) + (
        [f"only in one of the two tables, so not used: {', '.join(unused)}"] if unused else []
    )
    chances = learn_admissions(before, seed, facts).predict(here, hours)
    history = None if visits is None else reading.read_visits(visits)
    coming = None if history is None else learn_incoming(history, when, hours, region=region, seed=seed)
    made = make_outlook(
        when,
        here,
        chances,
        hours,
        incoming=None if coming is None else coming.at(when, hours, seed),
        inpatients=None if stays is None else find_inpatients(reading.read_stay_table(stays), when, hours),
        planned=None if planned is None else reading.read_planned(planned),
        beds=None if beds is None else reading.read_beds(beds),
    )
    found = score(before, hours, visits=history, facts=facts, region=region, seed=seed) if assess else None
    written = [] if output is None else write_outlook(output, made, found, title=now.name, notes=notes)
    if as_json:
        print(json.dumps(_object(made, found, notes), indent=1))
        return
    _tell(made, found, notes)
    for path in written:
        print(path)


def _time(text: str | None) -> datetime.datetime | None:
    if text is None:
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise WardwiseError(f"--now {text}: expected a time such as 2025-12-31T15:30") from None
    if found.tzinfo is not None:
        raise WardwiseError(f"--now {text}: expected local time without offset")
    return found


def _tell(made: Outlook, found: Assessment | None, notes: list[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    from optimise.demand.department.output import BED_HEAD, SCORE_HEAD, bed_rows, score_rows

    steps = sorted({h for h in (4,) if h < made.hours} | {made.hours})
    # The sex is empty in every row.
    beds: list[tuple[str, ...]] = [(row[0], *row[2:]) for row in bed_rows(made, steps)]
    tables: list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]] = [("Beds", (BED_HEAD[0], *BED_HEAD[2:]), beds)]
    if found is not None:
        tables.append(("Scores of the part held back", SCORE_HEAD, score_rows(found)))
    expected = float(made.chances.admitted.sum())
    print(f"{made.now:%Y-%m-%d %H:%M}: {len(made.patients)} in the department, {expected:.1f} of them to be admitted")
    for title, head, rows in tables:
        table = Table(title=title, title_justify="left")
        for k, name in enumerate(head):
            table.add_column(name, justify="left" if k == 0 else "right", no_wrap=True)
        for row in rows:
            table.add_row(*row)
        Console().print(table)
    if found is not None:
        print(
            f"admission: Brier {found.brier:.3f}, AUC {found.auc:.3f}, largest MADCAP gap "
            f"{100 * found.admission.largest:.1f} % of admissions"
        )
        for doubt in found.doubts():
            print(f"warning: {doubt}")
    for note in notes:
        print(f"note: {note}")


def _object(made: Outlook, found: Assessment | None, notes: list[str]) -> dict[str, Any]:
    def nets(of: Mapping[DepartmentUnit, Sequence[Net]]) -> list[dict[str, Any]]:
        return [
            {
                "level": u.level,
                "unit": u.name,
                "sex": u.sex,
                "first": [n.first for n in each],
                "pmf": [n.pmf.round(8).tolist() for n in each],
            }
            for u, each in of.items()
        ]

    scores = None
    if found is not None:
        scores = {
            "brier": found.brier,
            "auc": found.auc,
            "madcap": found.admission.largest,
            "crps": {str(h): s.crps for h, s in found.by_lead.items()},
            "coverage80": {str(h): s.coverage80 for h, s in found.by_lead.items()},
            "epudd": {str(h): g.largest for h, g in found.discrete.items()},
            "pit": {str(h): s.pit.tolist() for h, s in found.by_lead.items()},
            "warnings": found.doubts(),
        }
    return {
        "now": made.now.isoformat(),
        "hours": made.hours,
        "services": list(made.chances.services),
        "patients": [
            {
                "visit": made.patients.visit[i],
                "admitted": float(made.chances.admitted[i]),
                "service": made.chances.service[i].tolist(),
                "within": made.chances.within[i].tolist(),
            }
            for i in range(len(made.patients))
        ],
        "needed": nets(made.needed),
        "leaving": nets(made.leaving),
        "free": nets(made.free),
        "scores": scores,
        "notes": notes,
    }
