"""One person's rota as a page to print and as a calendar to import."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path

from optimise.core.atomic import replacing, write_text
from optimise.core.horizon import WEEKDAYS
from optimise.core.quantities import hours
from optimise.drawing.page import MARKS, stylesheet, templates
from optimise.report.icalendar_file import calendar_text
from optimise.report.style import shift_inks
from optimise.roster.personal import RotaDay, rota_days
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.view import requests, shares

__all__ = ["file_names", "rota_page", "write_rota"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Cell:
    """A day of the page."""

    css: str
    date: str
    what: str
    more: tuple[str, ...]


def rota_page(problem: RosterProblem, plan: Roster, employee: int) -> str:
    """The rota of one person as HTML: one file, no script, a week a line, to be printed on A4.

    Parameters
    ----------
    problem : RosterProblem
        With dates.
    plan : Roster
    employee : int
        0-based.

    Returns
    -------
    str

    Raises
    ------
    UnsupportedError
        If the plan has no dates.
    MissingExtraError
        If ``jinja2`` is not installed.
    """
    days, person = rota_days(problem, plan, employee), problem.employees[employee]
    inks, place = shift_inks(problem.shifts), {d.id: d.shift for d in problem.duties}
    cells: list[_Cell | None] = [None] * days[0].day.weekday()
    cells += [_cell(day, place) for day in days]
    cells += [None] * (-len(cells) % 7)
    page: str = (
        templates(_HERE)
        .get_template("rota.html.j2")
        .render(
            css=stylesheet(),
            name=person.name or person.id,
            title=problem.name,
            subtitle=f"{_long(days[0].day)} to {_long(days[-1].day)}",
            sentences=_sentences(problem, plan, employee),
            marks=MARKS,
            weekdays=WEEKDAYS,
            weeks=[cells[i : i + 7] for i in range(0, len(cells), 7)],
            colours=[(f"s{i}", *ink) for i, ink in enumerate(inks)],
        )
    )
    return page


def _long(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {day:%b %Y}"


def _cell(day: RotaDay, place: Mapping[str, int]) -> _Cell:
    css = f"s{place[day.duty]}" if day.duty else "lv" if day.leave else "w" if day.day.weekday() > 4 else ""
    more = [f"{day.begin:%H:%M}-{day.end:%H:%M}"] if day.begin is not None and day.end is not None else []
    if day.duty and day.title != day.duty:
        more.append(day.title)
    if day.holiday:
        more.append(day.holiday)
    return _Cell(css, f"{day.day.day} {day.day:%b}", day.duty or ("Leave" if day.leave else ""), tuple(more))


def _sentences(problem: RosterProblem, plan: Roster, employee: int) -> list[tuple[str, str]]:
    share = shares(problem, plan)[employee]
    work = f"{_many(share.days, 'duty', 'duties')}, {hours(share.minutes)} paid, {_many(share.nights, 'night')}"
    made = [("fact", f"{work}, {_many(share.weekends, 'weekend')} with work.")]
    mine = [r for r in requests(problem, plan) if r.employee == employee]
    refused = [r for r in mine if not r.granted]
    if mine:
        made.append(("good" if not refused else "fact", f"{len(mine) - len(refused)} of {len(mine)} requests are met."))
    made += [("note", f"Not met: {r.wish} on {problem.horizon.label(r.day)}.") for r in refused]
    if not problem.horizon.zone:
        made.append(("fact", "Times are those of the clock on the ward."))
    else:
        made.append(("fact", f"Times are those of {problem.horizon.zone}."))
    return made


def _many(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def file_names(problem: RosterProblem) -> tuple[str, ...]:
    """A name of a file for each person: the id without what a file's name cannot hold, and no name twice.

    Parameters
    ----------
    problem : RosterProblem

    Returns
    -------
    tuple of str
    """
    made: list[str] = []
    for person in problem.employees:
        plain = re.sub(r"[^\w.-]+", "-", person.id).strip(".-") or "person"
        tried = (plain if k == 1 else f"{plain}-{k}" for k in count(1))
        taken = {name.casefold() for name in made}
        made.append(next(name for name in tried if name.casefold() not in taken))
    return tuple(made)


def write_rota(
    problem: RosterProblem,
    plan: Roster,
    employee: int,
    stem: Path,
    made: datetime,
    earlier: Sequence[RotaDay] = (),
) -> list[Path]:
    """Write ``STEM.html`` and ``STEM.ics`` of one person. Needs the extras ``report`` and ``calendar``.

    Parameters
    ----------
    problem : RosterProblem
        With dates.
    plan : Roster
    employee : int
        0-based.
    stem : Path
        Without an ending.
    made : datetime
        When the plan was made, with its time zone.
    earlier : sequence of RotaDay
        The rota that was sent before, if any.

    Returns
    -------
    list of Path
        The two files.

    Raises
    ------
    UnsupportedError
        If the plan has no dates.
    MissingExtraError
        If a library is not installed.
    """
    person = problem.employees[employee]
    calendar = calendar_text(
        problem.name,
        (person.id, person.name),
        rota_days(problem, plan, employee),
        made,
        zone=problem.horizon.zone,
        earlier={day.day: day for day in earlier},
    )
    page = stem.with_name(stem.name + ".html")
    write_text(page, rota_page(problem, plan, employee))
    file = stem.with_name(stem.name + ".ics")
    with replacing(file) as temporary:
        temporary.write_bytes(calendar)
    return [page, file]
