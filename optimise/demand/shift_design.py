"""Shift times and lengths from how many people each part of a week needs.

Choose at most so many shift types (a start and a length), and how many people begin each of them on each day, so that
at every moment enough people are at work and not on a break, for the fewest paid hours. Set covering over a week that
repeats (Dantzig, 1954; with breaks placed for each person, Aykin, 1996), solved by HiGHS with its bound:

* ``x[type, break, day]``: people who begin a type on a day with their break at a place; integer, and the same on days
  that need the same
* ``cover``: sum of ``x`` of those at work in a part >= need of the part
* ``chosen[type]``: ``x[type, break, day] <= most needed while it lasts * chosen[type]``; ``sum of chosen <= most``.
  More people alike are never of use: they are at work at the same times. At each moment that needs somebody, some
  type that is on then is chosen.

All times are whole parts of ``step`` minutes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import WardwiseError
from optimise.core.grid import round_up
from optimise.core.result import Stop
from optimise.solvers.highs import Highs
from optimise.solvers.linear import LinearModel

__all__ = ["Design", "ShiftChoice", "Work", "design_shifts"]

_DAY = 1440


@dataclass(frozen=True, slots=True)
class Work:
    """What shifts may look like.

    Attributes
    ----------
    lengths : tuple of int
        Minutes from begin to end.
    most_types : int
        Different shifts (begin and length) at most.
    every : int
        Shifts begin every so many minutes from midnight.
    break_minutes : int
        Unpaid break of a shift longer than ``break_after``; 0 for none.
    break_after : int
        Minutes; the Working Time Regulations ask for a break after 6 h.
    edge : int
        No break in the first and last so many minutes of a shift.
    break_places : int
        Times at which the break of a shift may begin, spread evenly over what lies between the edges.
    """

    lengths: tuple[int, ...] = (480, 690, 750)
    most_types: int = 4
    every: int = 60
    break_minutes: int = 30
    break_after: int = 360
    edge: int = 120
    break_places: int = 4

    def paid(self, length: int) -> int:
        """Paid minutes of a shift.

        Parameters
        ----------
        length : int
            Minutes from begin to end.

        Returns
        -------
        int
        """
        return length - self.break_of(length)

    def break_of(self, length: int) -> int:
        """Minutes of the break of a shift.

        Parameters
        ----------
        length : int
            Minutes from begin to end.

        Returns
        -------
        int
        """
        return self.break_minutes if length > self.break_after else 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A shift with its break: begin, length and begin of the break (-1 = none), in parts."""

    begin: int
    length: int
    pause: int


@dataclass(frozen=True, slots=True)
class ShiftChoice:
    """A shift type that was chosen.

    Attributes
    ----------
    begin, length : int
        Minutes from midnight, and from begin to end.
    people : tuple of int
        How many begin it on each day.
    """

    begin: int
    length: int
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Design:
    """What was found.

    Attributes
    ----------
    shifts : tuple of ShiftChoice
        By begin and length.
    paid_minutes : float
        Of all people over all days; infinite where nothing covers the need.
    bound : float
        No choice of so many types pays fewer minutes where days that need the same have the same people.
    stop : Stop
    spare : float
        People at work beyond what is needed, in minutes.
    """

    shifts: tuple[ShiftChoice, ...]
    paid_minutes: float
    bound: float
    stop: Stop
    spare: float


def design_shifts(need: NDArray[np.int64], work: Work, *, step: int = 30, seconds: float = 30.0) -> Design:
    """Find shift times and lengths.

    Parameters
    ----------
    need : int array
        Shape (days, parts of a day): people needed; after the last day comes the first.
    work : Work
    step : int
        Minutes of a part.
    seconds : float
        Limit.

    Returns
    -------
    Design

    Raises
    ------
    WardwiseError
        Where times are no whole parts, or a shift outlasts the week.
    """
    days, parts = need.shape
    _check(work, step, days, parts)
    patterns = _patterns(work, step, parts)
    types = sorted({(p.begin, p.length) for p in patterns})
    _, like = np.unique(need, axis=0, return_inverse=True)  # days of the same need
    like = like.reshape(days)
    alike = np.bincount(like)
    model = LinearModel("shift design")
    cover = model.add_rows("cover", days * parts, lower=need.ravel())
    chosen = model.add_columns("chosen", len(types), upper=1.0, integer=True)
    model.add_entries(model.add_rows("types", 1, upper=work.most_types)[0], chosen)
    x = np.full((len(patterns), len(alike)), -1, dtype=np.int64)
    reach: dict[int, set[int]] = {}
    for i, p in enumerate(patterns):
        of, on = types.index((p.begin, p.length)), _at_work(p, work.break_of(p.length * step) // step)
        at = (np.arange(days)[:, None] * parts + on) % (days * parts)  # parts of the week, by day of the begin
        top = np.zeros(len(alike))
        np.maximum.at(top, like, need.ravel()[at].max(axis=1))
        x[i] = model.add_columns("x", len(alike), upper=top, cost=work.paid(p.length * step) * alike, integer=True)
        model.add_entries(cover[at], x[i, like][:, None])
        rows = model.add_rows("chosen", len(alike), upper=0.0)
        model.add_entries(rows, x[i])
        model.add_entries(rows, np.full(len(alike), chosen[of]), -top)
        for part in np.unique(at).tolist():
            reach.setdefault(part, set()).add(of)
    some = sorted({tuple(sorted(reach.get(part, ()))) for part in np.flatnonzero(need.ravel()).tolist()})
    for types_there in some:  # somebody is there, so some type is
        row = model.add_rows("some type", 1, lower=1.0)
        model.add_entries(row[0], chosen[list(types_there)])
    solved = Highs(model.freeze()).solve(seconds=seconds)
    if solved.values is None:
        return Design((), math.inf, solved.bound, solved.stop, 0.0)
    people = np.rint(solved.values[x]).astype(np.int64)[:, like]
    made = []
    for begin, length in types:
        each = sum(
            (people[i] for i, p in enumerate(patterns) if (p.begin, p.length) == (begin, length)),
            np.zeros(days, dtype=np.int64),
        )
        if each.any():
            made.append(ShiftChoice(begin * step, length * step, tuple(each.tolist())))
    paid = float(sum(work.paid(s.length) * sum(s.people) for s in made))
    present = paid - float(need.sum()) * step
    bound = max(solved.bound, float(need.sum()) * step)  # nobody is at work unpaid
    return Design(tuple(made), paid, min(_rounded(bound, work), paid), solved.stop, present)


def _rounded(bound: float, work: Work) -> float:
    """The bound on the grid of possible minutes."""
    grid = math.gcd(*(work.paid(length) for length in work.lengths))
    return round_up(bound, grid)


def _check(work: Work, step: int, days: int, parts: int) -> None:
    if step * parts != _DAY:
        raise WardwiseError(f"{parts} parts of {step} minutes are no day")
    times = {"lengths": work.lengths, "every": (work.every,), "break": (work.break_minutes,)}
    if work.break_minutes:
        times["edge"] = (work.edge,)
    for name, values in times.items():
        for value in values:
            if value % step:
                raise WardwiseError(f"{name} {value}: expected a multiple of {step} minutes")
    if work.break_places < 1 or work.every <= 0 or not work.lengths or min(work.lengths) <= 0 or work.most_types < 1:
        raise WardwiseError("expected shifts of some length, one type or more, and a step between their beginnings")
    longest = max(work.lengths)
    if longest > min(days * _DAY, _DAY):
        raise WardwiseError(f"lengths {longest}: expected at most {_DAY} minutes")


def _patterns(work: Work, step: int, parts: int) -> Sequence[Pattern]:
    made = []
    for begin in range(0, parts, work.every // step):
        for minutes in sorted(set(work.lengths)):
            length, pause = minutes // step, work.break_of(minutes) // step
            edge = work.edge // step
            last = length - edge - pause
            places = _spread(edge, last, work.break_places) if pause and last >= edge else ()
            if pause and not places:
                raise WardwiseError(
                    f"a shift of {minutes} min has no place for its break {work.edge} min from its ends"
                )
            made += [Pattern(begin, length, at) for at in places] or [Pattern(begin, length, -1)]
    return made


def _spread(first: int, last: int, most: int) -> tuple[int, ...]:
    """So many places from the first to the last, as evenly as whole parts allow."""
    if last - first + 1 <= most:
        return tuple(range(first, last + 1))
    return tuple(dict.fromkeys(round(first + i * (last - first) / max(most - 1, 1)) for i in range(most)))


def _at_work(pattern: Pattern, pause: int) -> NDArray[np.int64]:
    """Parts in which somebody is at work, counted from midnight of the day on which the shift begins."""
    inside = np.arange(pattern.length)
    if pattern.pause >= 0:
        inside = inside[(inside < pattern.pause) | (inside >= pattern.pause + pause)]
    return (pattern.begin + inside).astype(np.int64)
