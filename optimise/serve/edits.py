"""Changes of a document that a board asks for: who is sick, which days are settled, which beds are closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from optimise.roster.formats.ward import Ward, ward_of
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
    if any(change.what == "close" for change in changes):
        raise InputError("is for beds of a room; a ward has people", item="close")
    edits = [partial(_one, change, problem, f"changes[{n}]") for n, change in enumerate(changes)]
    return ward_of(problem).edited(edits).save(target)


def _one(change: Change, problem: RosterProblem, place: str, ward: Ward) -> Ward:
    """The ward with one change; who is away keeps no settled days."""
    try:
        who = problem.employees[person_named(change.who, problem)].id
    except InputError as error:
        raise InputError(f"{change.who!r} {error.message}", item=f"{place}.who") from None
    first, last = _span(change, partial(day_named, problem=problem))
    if change.what == "pin":
        for day in range(first, last + 1):
            ward = ward.pin(who, day, change.shift)
        return ward
    settled = [pin.date for pin in ward.pins if pin.staff == who and first <= ward.horizon.index(pin.date) <= last]
    if change.what == "unpin" and not settled:
        raise InputError(f"{change.first}: no day is pinned then", item=change.who)
    for date in settled:
        ward = ward.unpin(who, date)
    return (
        ward
        if change.what == "unpin"
        else ward.with_leave(who, first, last, kind="sick" if change.what == "sick" else "annual")
    )


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
