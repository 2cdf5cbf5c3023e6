"""Colours and short labels of shifts, the same in HTML, PNG and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimise.roster.problem import RosterProblem, Shift
from optimise.roster.view import is_night

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "GENDER_COLOURS",
    "MOST_DAYS",
    "MOST_ROWS",
    "Ink",
    "duty_labels",
    "note_cut",
    "shift_inks",
    "shift_labels",
    "short_labels",
]

#: Of a picture; beyond these, labels would be dust.
MOST_ROWS, MOST_DAYS = 120, 56

#: Background and text colour.
Ink = tuple[str, str]

_DARK, _LIGHT = "#1c2430", "#ffffff"
_NIGHTS: tuple[Ink, ...] = (("#31456f", _LIGHT), ("#54407a", _LIGHT), ("#1f5a66", _LIGHT), ("#6b3a5b", _LIGHT))
#: Light tones that differ in hue and lightness; text labels carry the meaning, colours only help.
_DAYS: tuple[Ink, ...] = tuple(
    (colour, _DARK)
    for colour in (
        "#ffe08a", "#a8d5ef", "#b9e0b0", "#f6b99b", "#d7c3ec", "#f4c2d7",
        "#cfe38f", "#9fded2", "#ffd0a6", "#c4cdf5", "#e3d5b8", "#e6b3b3",
    )
)  # fmt: skip
GENDER_COLOURS: tuple[Ink, Ink] = (("#f6cf9b", _DARK), ("#a8d5ef", _DARK))


def shift_inks(shifts: Sequence[Shift]) -> list[Ink]:
    """A colour for each shift: nights dark, the others light, in order of their start."""
    order = sorted(range(len(shifts)), key=lambda i: (shifts[i].start is None, shifts[i].start or 0, i))
    inks: dict[str, Ink] = {}
    days = nights = 0
    for i in order:
        if shifts[i].base in inks:  # the same shift in another ward
            continue
        if is_night(shifts[i]):
            inks[shifts[i].base], nights = _NIGHTS[nights % len(_NIGHTS)], nights + 1
        else:
            inks[shifts[i].base], days = _DAYS[days % len(_DAYS)], days + 1
    return [inks[shift.base] for shift in shifts]


def short_labels(names: Sequence[str], longest: int = 3) -> list[str]:
    """Labels of at most ``longest`` letters that tell the names apart; ``1, 2, ..`` where that fails."""
    if all(len(name) <= longest for name in names):
        return list(names)
    for letters in range(1, longest + 1):
        cut = [name[:letters] for name in names]
        if len(set(cut)) == len(cut):
            return cut
    return [str(i + 1) for i in range(len(names))]


def shift_labels(problem: RosterProblem, home: str = "") -> list[str]:
    """Label of each shift for a narrow cell; with the ward, of several, unless it is ``home``."""
    bases = list(dict.fromkeys(s.base for s in problem.shifts))
    wards = list(dict.fromkeys(s.ward for s in problem.shifts if s.ward))
    short, where = (
        dict(zip(bases, short_labels(bases), strict=True)),
        dict(zip(wards, short_labels(wards), strict=True)),
    )
    return [short[s.base] + (f" {where[s.ward]}" if s.ward and s.ward != home else "") for s in problem.shifts]


def duty_labels(problem: RosterProblem, home: str = "") -> list[str]:
    """Label of each duty for a narrow cell: the shift, and the skill in lower case where duties name one."""
    shifts = shift_labels(problem, home)
    skills = [s.lower() for s in short_labels(problem.skills, 2)]
    return [
        "" if d.shift < 0 else shifts[d.shift] + (f" {skills[d.skill]}" if d.skill >= 0 else "") for d in problem.duties
    ]


def note_cut(axes: Axes, rows: int, what: str, days: int, when: str) -> None:
    """Say what did not fit in the picture."""
    parts = [f"{n} more {noun}" for n, noun in ((rows, what), (days, when)) if n > 0]
    if parts:
        axes.set_xlabel(f"not shown: {' and '.join(parts)} (see report.html)", fontsize=8)
