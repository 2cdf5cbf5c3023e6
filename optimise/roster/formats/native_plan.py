"""The plan that every rostering problem can be written to and read from: who works which shift on which date.

JSON has one line for each person::

    {"schema": "wardwise-plan/1", "problem": "Ward 7",
     "roster": {
      "Ann": {"2026-01-05": "E", "2026-01-06": "E"},
      "Bob": {}
     }}

Days off are left out; problems without dates number the days from 0. CSV has one row for each person and one column
for each day. Either is accepted when a plan is read, and workbooks, our own report among them. Rosters made by hand are
read as people write them: names instead of ids, any case, dates with day names, and words such as ``AL`` or ``X`` for
days without work, which are told.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections import Counter
from pathlib import Path

import numpy as np

from optimise.core.atomic import write_text
from optimise.core.csvfile import csv_text, unguarded
from optimise.core.errors import InputError
from optimise.formats.base import read_text
from optimise.formats.document import Document, ItemError, nearest
from optimise.formats.examine import Findings
from optimise.formats.json_document import load_json
from optimise.formats.text import beside, is_file, placed, refuse_cut, separator, whole
from optimise.formats.workbook import load
from optimise.roster.names import day_spellings, duty_named, person_named, shift_named
from optimise.roster.problem import OFF, Roster, RosterProblem

__all__ = [
    "day_keys",
    "is_native_plan",
    "plan_csv",
    "plan_rows",
    "plan_text",
    "read_native_plan",
    "read_plan_rows",
    "roster_from",
    "write_native_plan",
]

log = logging.getLogger(__name__)

SCHEMA = "wardwise-plan/1"
#: Suffixes of workbooks, and names of the sheet that holds a plan there: ours, and that of our report.
BOOKS = frozenset({".xlsx", ".xlsm"})
_SHEETS = ("plan", "roster", "rota")
_OFF = frozenset({"", "-", "off"})


def day_keys(problem: RosterProblem) -> list[str]:
    """The name of each day: its date, or its number when the problem has no dates."""
    dates = [problem.horizon.date(d) for d in range(problem.horizon.days)]
    return [str(d) if when is None else when.isoformat() for d, when in enumerate(dates)]


def is_native_plan(path: Path) -> bool:
    """Whether a file is one of our native JSON plans, of rosters or hospitals (by what it says of itself)."""
    if path.suffix != ".json" or not is_file(path):
        return False
    try:
        made = load_json(path)
    except InputError:
        return False
    if not isinstance(made, dict):
        return False
    return made.get("kind") == "hospital-plan" or str(made.get("schema", "")).startswith("wardwise-plan/")


def plan_text(plan: Roster, problem: RosterProblem) -> str:
    """The JSON form of a plan."""
    keys, ids = day_keys(problem), [d.id for d in problem.duties]
    rows = []
    for person, row in zip(problem.employees, plan.duties, strict=True):
        worked = {keys[d]: ids[a] for d, a in enumerate(row) if a != OFF}
        rows.append(f"  {json.dumps(person.id, ensure_ascii=False)}: {json.dumps(worked, ensure_ascii=False)}")
    top = {"schema": SCHEMA, "problem": problem.name, "family": problem.family, "days": problem.horizon.days}
    if problem.horizon.start is not None:
        top["start"] = problem.horizon.start.isoformat()
    head = json.dumps(top, ensure_ascii=False)[:-1]
    return head + ',\n "roster": {\n' + ",\n".join(rows) + "\n }}\n"


def plan_rows(plan: Roster, problem: RosterProblem) -> list[list[str]]:
    """A header with the days and one row for each person."""
    people = zip(problem.employees, problem.table(plan), strict=True)
    return [["staff", *day_keys(problem)], *([person.id, *row] for person, row in people)]


def plan_csv(plan: Roster, problem: RosterProblem) -> str:
    """The CSV form of a plan."""
    return csv_text(plan_rows(plan, problem))


def write_native_plan(plan: Roster, problem: RosterProblem, stem: Path) -> list[Path]:
    """Write ``STEM.json``."""
    return [write_text(beside(stem, ".json"), plan_text(plan, problem))]


def read_native_plan(path: Path, problem: RosterProblem) -> Roster:
    """Read a plan from JSON, YAML, CSV or a workbook.

    Raises
    ------
    InputError
        For people, days and shifts that the problem does not have, each with its line, all of them at once.
    """
    if path.suffix.lower() in BOOKS:
        return _read_book(path, problem)
    text = read_text(path)
    if path.suffix.lower() == ".csv":
        return _read_csv(text, path, problem)
    document = Document.parse(text, path)
    try:
        return roster_from(document.data, problem)
    except InputError as error:
        raise document.locate(error) from None


def roster_from(data: object, problem: RosterProblem) -> Roster:
    """A plan from the object of its JSON form.

    Parameters
    ----------
    data : object
        As a JSON file holds it.
    problem : RosterProblem

    Returns
    -------
    Roster
        It may break rules.

    Raises
    ------
    InputError
        For people, days or shifts that the problem does not have.
    """
    if not isinstance(data, dict) or not isinstance(data.get("roster"), dict):
        raise ItemError("a plan with a roster for each person was expected", ())
    made = np.zeros((len(problem.employees), problem.horizon.days), dtype=np.int16)
    days = {key: d for d, key in enumerate(day_keys(problem))}
    ids = {one.id: a for a, one in enumerate(problem.duties) if one.id not in _OFF}
    words: Counter[str] = Counter()
    named, faults = _Named(problem), Findings()
    for name, row in data["roster"].items():
        path = ("roster", name)
        with faults:
            employee = named.add(name, path)
            for key, duty in _by_day(row, days, path).items():
                known = ids.get(duty) if isinstance(duty, str) else None
                if known is not None and key in days:
                    made[employee, days[key]] = known
                    continue
                with faults:
                    if key not in days:
                        first, last = next(iter(days)), list(days)[-1]
                        raise ItemError(f"{key!r} is not a day of the problem, {first} to {last}", (*path, key))
                    made[employee, days[key]] = _duty(problem, employee, duty, (*path, key), words)
    with faults:
        named.everybody(("roster",))
    faults.settle()
    _tell(words)
    return Roster(made)


def _by_day(row: object, days: dict[str, int], path: tuple[str, ...]) -> dict[str, object]:
    """The duties of one person by day, which may be given as a list of all days."""
    if isinstance(row, list):
        if len(row) != len(days):
            raise ItemError(f"has {len(row)} days, the problem {len(days)}", path)
        return dict(zip(days, row, strict=True))
    if not isinstance(row, dict):
        raise ItemError("a mapping of dates to shifts was expected", path)
    return row


def _tell(words: Counter[str]) -> None:
    """Say which words were taken for days off: the ward alone says who is on leave and what is credited for it."""
    if words:
        told = ", ".join(f"{word} ({count})" for word, count in sorted(words.items()))
        log.warning("read as days off: %s; leave and its hours count as the ward says", told)


class _Named:
    """Who has a row in a plan."""

    def __init__(self, problem: RosterProblem) -> None:
        self.problem, self.rows, self.unknown = problem, set[int](), False

    def add(self, name: str, path: tuple[str, ...]) -> int:
        """Index of the person of a row; an error where there is none, or a row of the person already."""
        try:
            employee = _employee(self.problem, name, path)
        except InputError:
            self.unknown = True
            raise
        if employee in self.rows:
            raise ItemError("has two rows", path)
        self.rows.add(employee)
        return employee

    def everybody(self, path: tuple[str, ...]) -> None:
        """Refuse a plan that leaves people out: it was made for another problem, or cut short.

        A row of somebody unknown may be one of theirs, misspelt, which is told already.
        """
        missing = [e.id for i, e in enumerate(self.problem.employees) if i not in self.rows]
        if missing and not self.unknown:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise ItemError(f"says nothing of {missing[0]}{more}; who is off throughout has an empty row", path)


def _employee(problem: RosterProblem, name: str, path: tuple[str, ...]) -> int:
    try:
        return problem.employee_index(name)
    except InputError:
        pass
    try:
        return person_named(name, problem)
    except InputError as error:
        if "could be" in error.message:
            raise ItemError(error.message, path) from None
        known, meant = [e.id for e in problem.employees], error.message.partition("; did you mean ")
        hint = "".join(meant[1:]) or nearest(name, known)
        raise ItemError(f"the problem has nobody called {name!r}{hint}", path) from None


def _duty(problem: RosterProblem, employee: int, duty: object, path: tuple[str, ...], words: Counter[str]) -> int:
    if duty is None or (isinstance(duty, str) and duty.strip() in _OFF):
        return OFF
    word = str(duty).strip()
    try:
        return problem.duty_index(word)
    except InputError:
        made = duty_named(word, problem, problem.employees[employee].ward)
        if made == OFF:
            words[word] += 1
        if made is not None:
            return made
        hint = ""
        try:
            shift_named(word, problem)
        except InputError as error:
            hint = "".join(error.message.partition("; did you mean ")[1:])
        known = [d.id for d in problem.duties[1:]]
        hint = hint or nearest(word, known)
        raise ItemError(f"the problem has no shift called {word!r}{hint}", path) from None


def _read_csv(text: str, path: Path, problem: RosterProblem) -> Roster:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))
    try:
        rows = [(reader.line_num, list(map(unguarded, row))) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", file=path, line=reader.line_num) from None
    plan = read_plan_rows(rows, path, problem)
    if not whole(text):
        line, row = rows[-1]
        with placed(path, line):
            refuse_cut(row[-1].strip(), [d.id for d in problem.duties[1:]], row[0])
    return plan


def read_plan_rows(rows: list[tuple[int, list[str]]], path: Path, problem: RosterProblem) -> Roster:
    """A roster from numbered rows of text, a header with the days first."""
    if not rows:
        raise InputError("is empty", file=path)
    made = np.zeros((len(problem.employees), problem.horizon.days), dtype=np.int16)
    header = [cell.strip() for cell in rows[0][1]]
    faults, words, named = Findings(), Counter[str](), _Named(problem)
    columns = _columns(problem, header, path, rows[0][0], faults)
    for line, row in rows[1:]:
        with faults, placed(path, line):
            name = row[0].strip()
            employee = named.add(name, (name,))
            if len(row) - 1 != len(columns):
                raise ItemError(f"{len(row) - 1} days, the header has {len(columns)}", (name,))
            for column, cell, title in zip(columns, row[1:], header[1:], strict=True):
                if column is not None:
                    with faults, placed(path, line):
                        made[employee, column] = _duty(problem, employee, cell, (name, title), words)
    with faults, placed(path):
        named.everybody(())
    faults.settle()
    _tell(words)
    return Roster(made)


def _columns(problem: RosterProblem, header: list[str], path: Path, line: int, faults: Findings) -> list[int | None]:
    """The day of each column after the first; None of one that is no day, such as a contract, which is told."""
    days = {key: d for d, key in enumerate(day_keys(problem))}
    for d in range(problem.horizon.days):
        for key in day_spellings(problem, d):
            days.setdefault(key, d)
    columns: list[int | None] = []
    for cell in header[1:]:
        day = days.get(cell, days.get(" ".join(cell.split()).casefold()))
        if day in columns if day is not None else any(c.isdigit() for c in cell):
            faults.add(InputError(f"{cell!r} is not a day of the problem, or given twice", file=path, line=line))
            day = None
        elif day is None and cell:
            log.warning("%s: column %r is no day and is not read", path, cell)
        columns.append(day)
    return columns


def _read_book(path: Path, problem: RosterProblem) -> Roster:
    """A plan from the sheet of a workbook that is called so, or else from the first one."""
    sheets = load(path)
    by_name = {name.strip().casefold(): rows for name, rows in sheets.items()}
    rows = next((by_name[name] for name in _SHEETS if name in by_name), next(iter(sheets.values()), []))
    width = max((len(row) for _, row in rows[:1]), default=0)
    while width > 1 and not rows[0][1][width - 1].strip():
        width -= 1
    return read_plan_rows([(n, (row + [""] * width)[:width]) for n, row in rows], path, problem)
