"""Stays that may last longer than said: chances by patient, and what they come to in drawn scenarios."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray, assign, frozen
from optimise.core.errors import InputError

__all__ = ["MILLION", "UncertainStays", "drawn", "leavers", "shortages"]

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class UncertainStays:
    """How much longer patients may stay than said.

    Attributes
    ----------
    overstay : int array (patients, nights)
        Chance, in millionths, of staying at least 1, 2, ... nights longer than said; never rising along a row.
    nights : int array (patients, scenarios)
        Nights longer in each scenario, drawn from ``overstay``.
    holds : int
        Chance, in millionths, with which a room shall have a bed for everybody on a night.
    seed : int
        Of the draws. Each patient has a stream of his or her own, so that others' draws stay when one goes home.
    """

    overstay: IntArray
    nights: IntArray
    holds: int
    seed: int

    def __post_init__(self) -> None:
        chance, nights = np.asarray(self.overstay), np.asarray(self.nights)
        assign(self, overstay=frozen(chance, np.int64, chance.shape, "overstay"))
        assign(self, nights=frozen(nights, np.int64, (len(chance), nights.shape[-1]), "overstay"))
        if not 0 < self.holds < MILLION:
            raise InputError("expected a chance above 0 and below 1", item="holds_with")
        if chance.size and (chance.min() < 0 or chance.max() > MILLION or (np.diff(chance, axis=1) > 0).any()):
            raise InputError("chances of longer stays lie between 0 and 1 and never rise", item="overstay")

    @property
    def scenarios(self) -> int:
        """Number of scenarios."""
        return int(self.nights.shape[1])

    @property
    def allowed(self) -> int:
        """Scenarios in which a room may have too few beds on a night."""
        return (MILLION - self.holds) * self.scenarios // MILLION


def drawn(
    ids: Sequence[str], chances: Sequence[Sequence[float]], *, holds: float, scenarios: int, seed: int
) -> UncertainStays:
    """Draw scenarios of longer stays.

    Parameters
    ----------
    ids : sequence of str
        Of the patients.
    chances : sequence of sequences of float
        By patient, the chance of staying at least 1, 2, ... nights longer; empty for who leaves as said.
    holds : float
        Chance with which a room shall have a bed for everybody.
    scenarios, seed : int

    Returns
    -------
    UncertainStays
    """
    width = max(map(len, chances), default=0)
    overstay = np.zeros((len(ids), width), dtype=np.int64)
    nights = np.zeros((len(ids), scenarios), dtype=np.int64)
    for p, row in enumerate(chances):
        if len(row):
            overstay[p, : len(row)] = np.round(np.asarray(row) * MILLION)
            draws = np.random.default_rng((seed, zlib.crc32(ids[p].encode()))).integers(0, MILLION, scenarios)
            nights[p] = (draws[:, None] < overstay[p, None, :]).sum(axis=1)
    return UncertainStays(overstay, nights, round(holds * MILLION), seed)


def leavers(admission: IntArray, room: IntArray, stay: IntArray, home: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Who leaves within the horizon, on which day, and from which room.

    Parameters
    ----------
    admission, stay, home : int arrays (patients,)
    room : int array (patients, days)

    Returns
    -------
    patient, day, room : int arrays (leavers,)
    """
    days = room.shape[1]
    end = np.where(admission >= 0, admission + stay, np.where((home >= 0) & (stay == 0), 0, days))
    who = np.flatnonzero(end < days)
    last = np.where(stay[who] == 0, home[who], room[who, np.maximum(0, end[who] - 1)])
    there = last >= 0
    return who[there], end[who[there]], last[there].astype(np.int64)


def shortages(
    uncertain: UncertainStays, beds: IntArray, count: IntArray, leaving: tuple[IntArray, IntArray, IntArray]
) -> IntArray:
    """People without a bed by (room, day, scenario), if everybody stays as long as the scenario says.

    Parameters
    ----------
    uncertain : UncertainStays
    beds, count : int arrays (rooms, days)
        Open beds, and people as planned.
    leaving : tuple of int arrays (leavers,)
        As of :func:`leavers`.

    Returns
    -------
    int array (rooms, days, scenarios)
    """
    who, day, room = leaving
    days, nights = beds.shape[1], uncertain.nights
    there = np.repeat(count[:, :, None], uncertain.scenarios, axis=2)
    for more in range(min(days, int(nights.max(initial=0)))):
        still = day + more < days
        np.add.at(there, (room[still], day[still] + more), nights[who[still]] > more)
    made: IntArray = np.maximum(0, there - beds[:, :, None])
    return made
