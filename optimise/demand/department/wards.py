"""Who is on the wards now, and the chance of each to go home or to another service within so many hours."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from optimise.core.errors import InputError
from optimise.demand.department.tables import StayTable, clock_hours
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.stays import Stays, leaving, stay_pmf, staying_on

__all__ = ["Inpatients", "find_inpatients"]

_WEEK = 168


@dataclass(frozen=True, slots=True, eq=False)
class Inpatients:
    """Patients on the wards now.

    Attributes
    ----------
    services : tuple of str
        Of the whole table.
    service : tuple of str
        One entry a patient.
    sex : tuple of str
    gone : float array (n, H)
        Chance to have left the service by the end of each hour.
    moves : dict of str to dict of str to float
        Of those who leave a service: the share that goes to each other one; the rest goes home.
    """

    services: tuple[str, ...]
    service: tuple[str, ...]
    sex: tuple[str, ...]
    gone: FloatArray
    moves: dict[str, dict[str, float]]

    def flows(self, services: frozenset[str], sex: str) -> tuple[FloatArray, FloatArray]:
        """Chances to move into some services from outside, and to leave them.

        Parameters
        ----------
        services : frozenset of str
            A unit: moves within it change nothing.
        sex : str
            Empty for all.

        Returns
        -------
        moving_in : float array (n_in, H)
            Only patients who may.
        moving_out : float array (n_out, H)
            Every patient of the unit.
        """
        into, out = [], []
        for i, mine in enumerate(self.service):
            if sex and self.sex[i] != sex:
                continue
            inside = sum(share for name, share in self.moves.get(mine, {}).items() if name in services)
            if mine in services:
                out.append((1.0 - inside) * self.gone[i])
            elif inside:
                into.append(inside * self.gone[i])
        width = self.gone.shape[1]
        return np.array(into).reshape(-1, width), np.array(out).reshape(-1, width)


def find_inpatients(table: StayTable, now: datetime.datetime, hours: int) -> Inpatients:
    """Learn from stays, and say who is there now.

    The chance to leave depends on the time in the service, and on the hour of the week (:func:`stays.leaving`). A
    second move within the hours ahead is left out.

    Parameters
    ----------
    table : StayTable
        Stays that end after ``now`` are running; those that begin after it are left out.
    now : datetime
    hours : int
        H.

    Returns
    -------
    Inpatients

    Raises
    ------
    InputError
        If there is no stay before now.
    """
    here = clock_hours(now)
    known = np.flatnonzero(table.start <= here)
    if not len(known):
        raise InputError(f"no stay began before {now:%Y-%m-%d %H:%M}", item="stays")
    services = tuple(sorted(set(table.service)))
    start, end = table.start[known], table.end[known]
    group = np.array([services.index(table.service[i]) for i in known], np.int64)
    running = np.isnan(end) | (end > here)
    # Hours count back from now, so that the last one ends now.
    length = int(np.ceil(here - start.min())) + 1
    first = np.clip(length - np.ceil(here - start).astype(np.int64), 0, length - 1)
    last = np.where(running, -1, length - np.ceil(here - np.where(running, here, end)).astype(np.int64))
    last = np.where(last >= 0, np.clip(last, first + 1, length), -1)
    last = np.where(last >= length, length - 1, last)
    first = np.where((last >= 0) & (first >= last), last - 1, first)
    stays = Stays(group, first, last, length)
    slots = (int(here) - length + np.arange(length + hours, dtype=np.int64)) % _WEEK
    risk, factors = leaving(stays, len(services), slots[:length], _WEEK, 1)
    lengths = stay_pmf(stays, len(services), 1)
    now_in = np.flatnonzero(running)
    gone = np.zeros((len(now_in), hours))
    for g in range(len(services)):
        mine = np.flatnonzero(group[now_in] == g)
        spent = length - first[now_in[mine]]
        rate = 1.0 / max(1.0, float(np.arange(1, lengths.shape[1] + 1) @ lengths[g]))
        gone[mine] = 1.0 - staying_on(spent, risk[g], factors[slots[length:]], rate).T
    at = known[now_in]
    return Inpatients(
        services,
        tuple(table.service[i] for i in at),
        tuple(table.sex[i] for i in at),
        gone,
        _moves(table, known[~running], services),
    )


def _moves(table: StayTable, ended: IntArray, services: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Shares of those who left each service that went to each other one."""
    total: dict[str, int] = {}
    count: dict[str, dict[str, int]] = {}
    for i in ended:
        mine, to = table.service[i], table.following[i]
        total[mine] = total.get(mine, 0) + 1
        if to and to != mine and to in services:
            count.setdefault(mine, {})
            count[mine][to] = count[mine].get(to, 0) + 1
    return {mine: {to: n / total[mine] for to, n in sorted(each.items())} for mine, each in sorted(count.items())}
