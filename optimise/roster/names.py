"""Days, shifts and people as somebody at the ward says them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from difflib import get_close_matches

from optimise.core.errors import InputError
from optimise.core.horizon import WEEKDAYS
from optimise.roster.problem import OFF, RosterProblem

__all__ = ["OFF_WORDS", "day_named", "day_spellings", "duty_named", "index_named", "person_named", "shift_named"]

#: What hand-made rosters write for a day without work, where no shift has that name: leave, sickness, days off.
OFF_WORDS = frozenset(
    (
        *("al", "a/l", "annual leave", "leave", "hol", "holiday", "sl", "study", "study leave", "toil"),
        *("sick", "s/l", "sickness", "sick leave", "ml", "maternity", "maternity leave", "pl", "parental leave"),
        *("paternity leave", "cl", "carers leave", "compassionate leave", "unpaid leave"),
        *("x", "o", "off", "do", "d/o", "day off", "rd", "r/d", "rest", "rest day", "free", ".", "–", "—"),
    )
)

_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def day_named(text: str, problem: RosterProblem) -> int:
    """A day by its date, its number or its name.

    Parameters
    ----------
    text : str
        ``2026-01-08``, ``8 Jan``, ``Thu 8 Jan``, ``10`` (0 is the first day), or ``Thursday`` where the plan has one.
    problem : RosterProblem
        Whose days.

    Returns
    -------
    int
        0-based day.

    Raises
    ------
    InputError
        If it is no day of the plan, or several.
    """
    horizon, word = problem.horizon, " ".join(text.split()).casefold()
    days = range(horizon.days)
    if word.isascii() and word.isdecimal() and len(word) < 10:
        found = [int(word)] if int(word) in days else []
    elif len(word) >= 3 and any(name.startswith(word) for name in _LONG):
        wanted = next(i for i, name in enumerate(_LONG) if name.startswith(word))
        found = [d for d in days if horizon.weekday(d) == wanted]
    else:
        found = [d for d in days if word in day_spellings(problem, d)]
    if len(found) > 1:
        told = ", ".join(str(horizon.date(d) or d) for d in found)
        raise InputError(f"is {len(found)} days of this plan; say which: {told}", item=f"day {text!r}")
    if not found:
        first, last = (str(horizon.date(d) or d) for d in (0, horizon.days - 1))
        raise InputError(f"is not a day of this plan, {first} to {last}", item=f"day {text!r}")
    return found[0]


def day_spellings(problem: RosterProblem, day: int) -> frozenset[str]:
    """How a day may be written, in lower case: date, label, day and month; a bare weekday in a plan of one week.

    Parameters
    ----------
    problem : RosterProblem
        Whose days.
    day : int
        0-based day.

    Returns
    -------
    frozenset of str
        With single spaces.
    """
    when: date | None = problem.horizon.date(day)
    names = {problem.horizon.label(day).casefold()}
    if when is not None:
        short, long = WEEKDAYS[when.weekday()].casefold(), _LONG[when.weekday()]
        plain = [f"{when.day} {when:%b}".casefold(), f"{when.day} {when:%B}".casefold()]
        names |= {when.isoformat(), *plain, *(f"{name} {p}" for name in (short, long) for p in plain)}
        names |= {f"{p} {when.year}" for p in plain}
        for short_date in ((str(when.day), str(when.month)), (f"{when:%d}", f"{when:%m}")):
            names |= {f"{mark.join(short_date)}{mark}{when.year}" for mark in "/."} | {".".join((*short_date, ""))}
        if problem.horizon.days <= len(_LONG):
            names |= {short, long}
    return frozenset(names)


def index_named(said: int | str | date, problem: RosterProblem, named: Callable[[str, RosterProblem], int]) -> int:
    """An index as it is, or that of what a name or a date says.

    Parameters
    ----------
    said : int, str or date
    problem : RosterProblem
        Whose days, people or shifts.
    named : callable
        :func:`day_named`, :func:`person_named` or :func:`shift_named`.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If the plan has none of that name or index.
    """
    if isinstance(said, date):
        return named(said.isoformat(), problem)
    if isinstance(said, str):
        return named(said, problem)
    counts: dict[object, tuple[str, int]] = {
        day_named: ("day", problem.horizon.days),
        person_named: ("person", len(problem.employees)),
        shift_named: ("shift", len(problem.shifts)),
    }
    what, there = counts[named]
    if not 0 <= said < there:
        raise InputError(f"is not in this plan; indices run from 0 to {there - 1}", item=f"{what} {said}")
    return said


def shift_named(text: str, problem: RosterProblem) -> int:
    """A shift by its id or its name, whatever the case.

    Parameters
    ----------
    text : str
        ``N`` or ``night``.
    problem : RosterProblem
        Whose shifts.

    Returns
    -------
    int
        Index into ``problem.shifts``.

    Raises
    ------
    InputError
        If there is no such shift, or several have that name.
    """
    return _one("shift", text, [s.spellings for s in problem.shifts])


def duty_named(text: str, problem: RosterProblem, ward: str = "") -> int | None:
    """A duty as people write it in a roster.

    Parameters
    ----------
    text : str
        Id of a duty, or id or name of a shift, whatever the case; or a word for a day without work (:data:`OFF_WORDS`).
    problem : RosterProblem
        Whose duties.
    ward : str
        Of several wards, the one where a shift that names none is worked.

    Returns
    -------
    int or None
        Index of the duty, 0 for off; None where no duty is meant, or it cannot be told which.
    """
    word = " ".join(text.split()).casefold()
    if not word:
        return OFF
    found = {a for a, d in enumerate(problem.duties) if a != OFF and d.id.casefold() == word}
    if not found:
        names = [{n.casefold() for n in s.spellings} for s in problem.shifts]
        shifts = {i for i, some in enumerate(names) if word in some}
        shifts = {i for i in shifts if problem.shifts[i].ward == ward} or shifts
        found = {a for a, d in enumerate(problem.duties) if d.shift in shifts}
    if not found and word in OFF_WORDS:
        return OFF
    return found.pop() if len(found) == 1 else None


def person_named(text: str, problem: RosterProblem) -> int:
    """A person by id or name, whatever the case.

    Parameters
    ----------
    text : str
        Id or display name.
    problem : RosterProblem
        Whose people.

    Returns
    -------
    int
        Index into ``problem.employees``.

    Raises
    ------
    InputError
        If there is nobody of that name, or several.
    """
    return _one("person", text, [(e.id, e.name) for e in problem.employees])


def _one(what: str, text: str, known: Sequence[tuple[str, ...]]) -> int:
    """The one entry whose id is the text, else whose id or name is but for case and spaces."""
    for i, names in enumerate(known):
        if names[0] == text:
            return i
    word = " ".join(text.split()).casefold()
    found = [i for i, names in enumerate(known) if word in {" ".join(n.split()).casefold() for n in names if n}]
    if len(found) == 1:
        return found[0]
    item = f"{what} {text!r}"
    if found:
        raise InputError(f"could be {' or '.join(known[i][0] for i in found)}; give the id", item=item)
    close = get_close_matches(word, [n.casefold() for names in known for n in names if n], 1)
    meant = next((i for i, names in enumerate(known) if close and close[0] in {n.casefold() for n in names}), None)
    hint = f"; did you mean {known[meant][0]!r}?" if meant is not None else ""
    if not hint and what == "shift":
        hint = f"; known: {', '.join(names[0] for names in known)}"
    raise InputError(f"is not in this plan{hint}", item=item)
