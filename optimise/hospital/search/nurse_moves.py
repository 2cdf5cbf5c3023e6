"""Moves of nurses in the joint search, and what all moves write: steps. See :mod:`.moves`."""

# mypy: disable-error-code="no-any-return"
# (elements of arrays are untyped)

from __future__ import annotations

from optimise.core.arrays import IntArray
from optimise.core.jit import compiled
from optimise.hospital.search.choices import (
    below,
    nurse_on_duty,
    occupied_post,
)
from optimise.hospital.search.layout import (
    ADMITTED,
    DAYS,
    LIMIT,
    LOG,
    NURSE,
    PATIENTS,
    ROOM,
    ROOMS,
    SHIFTS,
    STAY,
    STEPS,
    cell,
    person,
    shift_row,
)

__all__ = ["nurse_at", "nurse_run", "nurse_stay", "nurse_swap", "one_nurse", "step"]


@compiled
def step(g: IntArray, h: IntArray, p: int, a: int, r: int, o: int) -> None:
    """Write one more step.

    Parameters
    ----------
    g, h : int arrays
        The state of the joint search (:mod:`optimise.hospital.search.layout`).
    p, a, r, o : int
        Patient, day, room and theatre; or -1 less a room, shift, nurse and 0.
    """
    at = g[LOG] + 4 * g[STEPS]
    h[at], h[at + 1], h[at + 2], h[at + 3] = p, a, r, o
    g[STEPS] += 1


@compiled
def nurse_at(g: IntArray, h: IntArray, r: int, x: int) -> int:
    """Nurse of a room in a shift."""
    k = g[SHIFTS]
    d = x // k
    return h[cell(g, r, d) + g[NURSE] + x - d * k]


@compiled
def one_nurse(g: IntArray, h: IntArray) -> None:
    """Another nurse for an occupied room in a shift."""
    r, x = occupied_post(g, h)
    if r >= 0:
        n = nurse_on_duty(g, h, x)
        if n != nurse_at(g, h, r, x):
            step(g, h, -1 - r, x, n, 0)


@compiled
def nurse_swap(g: IntArray, h: IntArray) -> None:
    """Two rooms exchange their nurses in a shift."""
    r, x = occupied_post(g, h)
    if r < 0:
        return
    r2 = below(g, g[ROOMS])
    n, n2 = nurse_at(g, h, r, x), nurse_at(g, h, r2, x)
    if n != n2:
        step(g, h, -1 - r, x, n2, 0)
        step(g, h, -1 - r2, x, n, 0)


@compiled
def _span(g: IntArray, h: IntArray, r: int, n: int, first: int, last: int) -> None:
    """Nurse n takes room r in all of his or her shifts from ``first`` to ``last - 1``."""
    for x in range(first, last):
        if h[shift_row(g, x) + g[LIMIT] + n] >= 0 and nurse_at(g, h, r, x) != n:
            step(g, h, -1 - r, x, n, 0)


@compiled
def nurse_stay(g: IntArray, h: IntArray) -> None:
    """A nurse takes a patient's room in all shifts of the stay in which she is on duty."""
    k, p = g[SHIFTS], below(g, g[PATIENTS])
    row = person(g, p)
    a = h[row + ADMITTED]
    if a >= 0:
        first, last = a * k, min(g[DAYS], a + h[row + STAY]) * k
        _span(g, h, h[row + ROOM], nurse_on_duty(g, h, first + below(g, last - first)), first, last)


@compiled
def nurse_run(g: IntArray, h: IntArray) -> None:
    """A nurse takes a room for a few days."""
    r, x = occupied_post(g, h)
    if r >= 0:
        k = g[SHIFTS]
        first = x - x % k
        last = min(g[DAYS] * k, first + k * (1 + below(g, 5)))
        _span(g, h, r, nurse_on_duty(g, h, x), first, last)
