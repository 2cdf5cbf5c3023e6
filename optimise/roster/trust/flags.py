"""Red flags of nursing that a roster shows by itself, after NICE SG1 (2014), box on nursing red flags.

Two of the box can be seen in a roster: fewer than two registered nurses present during any shift, and a shortfall of
more than 8 hours or 25 % of the registered nurse time that a shift needs. The others (medication, pain relief,
observations, regular checks) happen on the day and stand in no roster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimise.core.quantities import clock_time, hours
from optimise.roster.formats.ward_census import census, registered
from optimise.roster.formats.ward_index import WardIndex
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.trust.accounts import ward_data
from optimise.roster.trust.demand import present, wanted_of

__all__ = ["RedFlag", "RedFlags", "red_flags"]

NICE = "NICE SG1 (2014), nursing red flags"
_DAY = 1440
#: A shortfall above either is a flag: minutes, and part of the time that is needed.
_MOST_MINUTES, _MOST_SHARE = 480, 0.25
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One flag.

    Attributes
    ----------
    day : int
        0-based.
    shift : str
        What is short.
    text : str
    """

    day: int
    shift: str
    text: str


@dataclass(frozen=True, slots=True)
class RedFlags:
    """What was found, and what could not be looked at.

    Attributes
    ----------
    flags : tuple of RedFlag
    unknown : tuple of str
        Why a flag cannot be told, where that is so.
    looked_at : int
        Shifts of single days that were looked at.
    """

    flags: tuple[RedFlag, ...]
    unknown: tuple[str, ...]
    looked_at: int


def red_flags(problem: RosterProblem, plan: Roster) -> RedFlags:
    """Red flags of a roster; days on which the census counts nobody are left out.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    RedFlags
    """
    ward = ward_data(problem)
    if ward is None:
        return RedFlags((), ("the problem comes from no ward document",), 0)
    index = WardIndex(ward)
    nurses = registered(index)
    if nurses is None:
        said = "standards.registered does not say who is registered, and no skill or group does"
        return RedFlags((), (said,), 0)
    empty = {day for day, patients in census(index).items() if not patients}
    unknown = [] if census(index) else ["no census: every shift is taken to have patients"]
    few = list(_few(problem, plan, nurses, empty))
    flags = [flag for flag, _ in few if flag is not None]
    short = list(_short(problem, plan, nurses, empty))
    if not short:
        unknown.append("no demand asks for registered staff alone, so a shortfall of their time cannot be told")
    flags += [flag for flag in short if flag is not None]
    return RedFlags(tuple(sorted(flags, key=lambda f: (f.day, f.shift))), tuple(unknown), len(few))


def _few(
    problem: RosterProblem, plan: Roster, nurses: frozenset[int], empty: set[int]
) -> Iterator[tuple[RedFlag | None, int]]:
    """Shifts during which fewer than two registered nurses are there at some time, from all shifts that are on."""
    days, shifts = problem.horizon.days, problem.shifts
    times = [(s.start, s.end) if s.start is not None and s.end is not None else None for s in shifts]
    on = np.zeros((days, len(shifts)), dtype=np.int64)
    worked = np.zeros((days, len(shifts)), dtype=np.bool_)
    for a, duty in enumerate(problem.duties):
        if duty.shift >= 0:
            on[:, duty.shift] += (plan.duties[sorted(nurses)] == a).sum(axis=0)
            worked[:, duty.shift] |= (plan.duties == a).any(axis=0)
    for demand in wanted_of(problem, None):
        for a, duty in enumerate(problem.duties):
            if demand.mask >> a & 1 and duty.shift >= 0:
                worked[demand.day, duty.shift] = True
    known = [(t, s) for s, t in enumerate(times) if t is not None]
    ward = [s.ward for s in shifts]
    first = max((end - _DAY for (_, end), _ in known), default=0)  # before, the night before the plan may be on
    last = _DAY * days + min((begin for (begin, _), _ in known), default=0)  # then the next plan begins
    for day in range(days):
        for (begin, end), s in known:
            if day in empty or not worked[day, s]:
                continue
            begin_at, end_at = max(_DAY * day + begin, first), min(_DAY * day + end, last)
            around = [
                (_DAY * other + b, _DAY * other + e, int(on[other, k]))
                for other in range(max(0, day - 2), min(days, day + 3))
                for (b, e), k in known
                if ward[k] == ward[s]
            ]
            cuts = sorted({begin_at, end_at, *(t for b, e, _ in around for t in (b, e) if begin_at < t < end_at)})
            there = [(sum(n for b, e, n in around if b <= a and z <= e), a, z) for a, z in pairwise(cuts)]
            fewest = min(there, default=(_FEWEST, 0, 0))
            if fewest[0] < _FEWEST:
                when = f"{clock_time(fewest[1])} to {clock_time(fewest[2])}"
                text = f"{fewest[0]} registered nurse{'s' * (fewest[0] != 1)} from {when}, fewer than {_FEWEST}"
                yield RedFlag(day, shifts[s].id, text), day
            else:
                yield None, day


def _short(problem: RosterProblem, plan: Roster, nurses: frozenset[int], empty: set[int]) -> Iterator[RedFlag | None]:
    """Demand for registered nurses of which more than 8 h or a quarter is missing."""
    for demand in wanted_of(problem, nurses):
        masked = [a for a in range(1, len(problem.duties)) if demand.mask >> a & 1]
        if demand.day in empty or not masked:
            continue
        each = float(np.mean([problem.paid_minutes[demand.day, a] for a in masked]))
        needed = demand.minimum * each
        missing = max(0.0, demand.minimum - present(plan, demand)) * each
        if missing > _MOST_MINUTES or missing > _MOST_SHARE * needed:
            text = f"{hours(missing)} of {hours(needed)} registered nurse time missing"
            yield RedFlag(demand.day, demand.label or problem.duties[masked[0]].id, text)
        else:
            yield None
