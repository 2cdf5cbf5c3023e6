"""Changes of a document that a board asks for: who is sick, which days are settled, which beds are closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from optimise.ask import day_named, person_named
from optimise.core.errors import InputError, UnsupportedError
from optimise.core.kinds import kind_of
from optimise.core.problem import Problem
from optimise.formats.json_document import write_json
from optimise.hospital.formats.hospital_write import document
from optimise.hospital.problem import HospitalProblem
from optimise.roster.formats.ward import Leave, Pin, Ward, ward_of
from optimise.roster.problem import RosterProblem
from optimise.serve.bodies import Change

__all__ = ["write_edited"]


def write_edited(problem: Problem, changes: Sequence[Change], target: Path) -> Path:
    """Write the document of a problem with changes made in it.

    Parameters
    ----------
    problem : Problem
        As its document states it.
    changes : sequence of Change
    target : Path
        The file, ``.json``.

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    InputError
        For a person, room or day that the problem does not have, and for a change of another kind of problem.
    """
    kind = kind_of(problem)
    if kind.name not in _EDITORS:
        raise UnsupportedError(f"a document of a {kind.title} problem cannot be changed here")
    return _EDITORS[kind.name](problem, changes, target)


def _ward(problem: RosterProblem, changes: Sequence[Change], target: Path) -> Path:
    ward = ward_of(problem)
    for change in changes:
        if change.what == "close":
            raise InputError("is for beds of a room; a ward has people", item="close")
        who = problem.employees[person_named(change.who, problem)].id
        first, last = _span(change, partial(day_named, problem=problem))
        begins, ends = _dated(problem, first), _dated(problem, last)
        settled = [pin for pin in ward.pins if pin.staff != who or not begins <= pin.date <= ends]
        if change.what == "pin":
            days = [_dated(problem, day) for day in range(first, last + 1)]
            settled += [Pin(staff=who, date=day, shift=change.shift or "off") for day in days]
            ward = ward.model_copy(update={"pins": settled})
        else:
            away = Leave(staff=who, first=begins, last=ends, kind="sick" if change.what == "sick" else "annual")
            ward = ward.model_copy(update={"pins": settled, "leave": [*ward.leave, away]})
    return Ward.save(ward, target)


def _dated(problem: RosterProblem, day: int) -> date:
    made = problem.horizon.date(day)
    if made is None:
        raise InputError("has no dates", item="ward")
    return made


def _hospital(problem: HospitalProblem, changes: Sequence[Change], target: Path) -> Path:
    for change in changes:
        if change.what != "close":
            raise InputError("is for people of a ward; beds of a hospital are closed", item=change.what)
        first, last = _span(change, partial(_hospital_day, problem=problem))
        problem = problem.close_beds(change.who, range(first, last + 1), change.beds)
    return write_json(target, document(problem))


def _hospital_day(text: str, problem: HospitalProblem) -> int:
    try:
        return problem.horizon.index(int(text[:10]) if text.isascii() and text.isdecimal() else text)
    except InputError:
        raise InputError(f"is no day of the plan: days run from 0 to {problem.days - 1}", item=text) from None


def _span(change: Change, day: Callable[[str], int]) -> tuple[int, int]:
    first = day(change.first)
    last = first if change.last is None else day(change.last)
    if last < first:
        raise InputError(f"ends on {change.last}, before it begins on {change.first}", item=change.who)
    return first, last


_EDITORS: dict[str, Callable[[Any, Sequence[Change], Path], Path]] = {"roster": _ward, "hospital": _hospital}
