"""Neighbourhoods of a hospital plan: what a sub-model may change, as a :class:`Scope`.

Each takes the problem, the plan, a random generator and a size (about how many patients are freed) and returns the
scope; None when the neighbourhood does not exist for the problem. A new kind is one function in :data:`KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.model.scope import Scope
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import arrays_of

__all__ = ["KINDS", "MOVING", "Kind", "nurses_only"]

Random = np.random.Generator
Kind = Callable[[HospitalProblem, HospitalPlan, Random, int], Scope | None]


def _free_posts(problem: HospitalProblem, scope: Scope, rooms: IntArray, first: int, last: int) -> None:
    """Open the nurses of some rooms on days first .. last - 1."""
    k = problem.shifts
    if k:
        scope.nurse[rooms, first * k : last * k] = -1


def _first_rooms(plan: HospitalPlan) -> IntArray:
    """Room on the first day of each patient, -1 when out."""
    return plan.room[np.arange(len(plan.admission)), np.maximum(plan.admission, 0)] * (plan.admission >= 0) - (
        plan.admission < 0
    )


def _movable(problem: HospitalProblem) -> IntArray:
    made: IntArray = ~problem.patients.inpatient
    return made


def _waiting(problem: HospitalProblem, plan: HospitalPlan, rng: Random, count: int, days: tuple[int, int]) -> IntArray:
    """Some patients who are not admitted but could be in the days."""
    people = problem.patients
    out = (plan.admission < 0) & (people.release < days[1]) & (people.due >= days[0])
    who = np.flatnonzero(out)
    return rng.permutation(who)[:count]


def _narrow_days(scope: Scope, who: IntArray, first: int, last: int) -> None:
    """Freed patients may be admitted from ``first`` to ``last - 1`` only."""
    scope.days[who] = False
    scope.days[who, max(0, first) : last] = True


def some_rooms(
    problem: HospitalProblem, plan: HospitalPlan, rng: Random, size: int, nurses: bool = False, everybody: bool = False
) -> Scope | None:
    """All patients of a few rooms, exchanged among these rooms and with patients who wait, in a window of days.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
    rng : Generator
        Draws rooms and days.
    size : int
        About how many patients are freed.
    nurses : bool
        Free the nurses whom that touches, too.
    everybody : bool
        In-patients may go elsewhere too, where moves are allowed.

    Returns
    -------
    Scope or None
        None where there is nobody to free.
    """
    home = _first_rooms(plan)
    rooms = len(problem.rooms.ids)
    per_room = max(1.0, (home >= 0).sum() / rooms)
    count = int(np.clip(round(size / per_room), 2, rooms))
    chosen = rng.choice(rooms, size=min(count, rooms), replace=False)
    days = problem.days
    long = int(np.clip(np.ceil(days * size / max(1.0, per_room * len(chosen))), 3, days))
    first = int(rng.integers(0, days - long + 1))
    inside = (plan.admission >= first) & (plan.admission < first + long) & np.isin(home, chosen)
    settled = np.isin(home, chosen) & ~_movable(problem) & everybody
    who = np.flatnonzero((inside & _movable(problem)) | settled)
    who = np.concatenate([who, _waiting(problem, plan, rng, max(2, size // 3), (first, first + long))])
    return _open(problem, plan, who, chosen, (first, first + long), nurses, everybody)


def rooms_and_nurses(problem: HospitalProblem, plan: HospitalPlan, rng: Random, size: int) -> Scope | None:
    """As :func:`some_rooms`, nurses included."""
    return some_rooms(problem, plan, rng, size, nurses=True)


def window(problem: HospitalProblem, plan: HospitalPlan, rng: Random, size: int) -> Scope | None:
    """Patients admitted in a few consecutive days, to any room."""
    days = problem.days
    movable = _movable(problem)
    per_day = max(1.0, (plan.admission[movable] >= 0).sum() / days)
    long = int(np.clip(round(size / per_day), 1, days))
    first = int(rng.integers(0, days - long + 1))
    who = np.flatnonzero((plan.admission >= first) & (plan.admission < first + long) & movable)
    who = rng.permutation(who)[:size]
    who = np.concatenate([who, _waiting(problem, plan, rng, max(2, size // 4), (first, first + long))])
    return _open(problem, plan, who, np.arange(len(problem.rooms.ids)), (first - 2, first + long + 2))


def anywhere(problem: HospitalProblem, plan: HospitalPlan, rng: Random, size: int) -> Scope | None:
    """Random patients, any day, any room; only for problems with little choice of days per patient."""
    who = rng.permutation(np.flatnonzero(_movable(problem)))[:size]
    return _open(problem, plan, who, np.arange(len(problem.rooms.ids)), (0, problem.days))


def dearest(
    problem: HospitalProblem, plan: HospitalPlan, rng: Random, size: int, everybody: bool = False
) -> Scope | None:
    """Patients whose nights cost most, with others who lie in rooms that would suit them.

    ``everybody``: in-patients may go elsewhere too, where moves are allowed.
    """
    h = arrays_of(problem)
    p, d = np.nonzero(plan.room >= 0)
    night = h.night_row[p, d - plan.admission[p]]
    cost = h.night_cost[night, plan.room[p, d]] - h.night_cost[night].min(axis=1)
    regret = np.bincount(p, weights=np.maximum(0, cost), minlength=len(plan.admission))
    if not regret.any():
        return None
    pick = rng.choice(
        len(regret), size=min(max(1, size // 4), int((regret > 0).sum())), replace=False, p=regret / regret.sum()
    )
    wanted: set[int] = set()
    for q in pick:
        rows = h.night_row[q][h.night_row[q] >= 0]
        wanted.update(np.argsort(h.night_cost[rows].sum(axis=0) + rng.random(h.night_cost.shape[1]))[:4].tolist())
    near = np.zeros(len(regret), dtype=np.bool_)
    span = plan.room[pick] >= 0
    busy = np.asarray(span.any(axis=0))
    near[p[np.isin(plan.room[p, d], list(wanted)) & busy[d]]] = True
    if not everybody:
        near &= _movable(problem)
    rest = rng.permutation(np.flatnonzero(near))[: max(0, size - len(pick))]
    who = np.union1d(pick, rest)
    return _open(problem, plan, who, np.arange(len(problem.rooms.ids)), (0, problem.days), everybody=everybody)


def _open(
    problem: HospitalProblem,
    plan: HospitalPlan,
    who: IntArray,
    rooms: IntArray,
    days: tuple[int, int],
    nurses: bool = False,
    everybody: bool = False,
) -> Scope | None:
    """Open the patients ``who`` within rooms and days, with ``nurses`` also the nurses whom that touches.

    With nurses kept, skill, continuity and workload are linear in who lies where, and sub-models are far easier;
    posts that were empty are open in any case.
    """
    if not len(who):
        return None
    free = np.zeros(len(plan.admission), dtype=np.bool_)
    free[who] = True
    if not everybody:
        free &= _movable(problem)
    who = np.flatnonzero(free)
    scope = Scope.around(problem, plan, free)
    mask = np.zeros(len(problem.rooms.ids), dtype=np.bool_)
    mask[rooms] = True
    scope.rooms[who] &= mask[None, :]
    now = _first_rooms(plan)[who]
    scope.rooms[who[now >= 0], now[now >= 0]] = True
    first, last = max(0, days[0]), min(problem.days, days[1])
    _narrow_days(scope, who, first, last)
    there = plan.admission[who]
    scope.days[who[there >= 0], there[there >= 0]] = True
    if nurses:
        longest = int(problem.patients.stay[who].max())
        _free_posts(problem, scope, rooms, first, min(problem.days, last + longest))
    return scope


def theatres_only(problem: HospitalProblem, plan: HospitalPlan, rng: Random, size: int) -> Scope | None:
    """Admissions and rooms stay; theatres are given anew on all days (the days do not interact)."""
    if problem.theatres is None or len(problem.theatres.ids) < 2:
        return None
    scope = Scope.around(problem, plan, np.zeros(len(plan.admission), dtype=np.bool_))
    days = rng.permutation(problem.days)[: max(1, size // 4)]
    scope.theatres[np.isin(plan.admission, days)] = True
    return scope


def nurses_only(problem: HospitalProblem, plan: HospitalPlan, rng: Random, size: int) -> Scope | None:
    """All nurses in a window of days; the patients stay as they are."""
    if problem.nursing is None:
        return None
    scope = Scope.around(problem, plan, np.zeros(len(plan.admission), dtype=np.bool_))
    rooms = len(problem.rooms.ids)
    long = int(np.clip(round(6 * size / max(1, rooms)), 2, problem.days))
    first = int(rng.integers(0, problem.days - long + 1))
    _free_posts(problem, scope, np.arange(rooms), first, first + long)
    return scope


#: Kinds for problems with theatres or nurses, and for plain bed problems, with the size at which each starts.
KINDS: dict[str, dict[str, tuple[Kind, int]]] = {
    "hospital": {
        "window": (window, 8),
        "some_rooms": (some_rooms, 12),
        "rooms_and_nurses": (rooms_and_nurses, 5),
        "theatres": (theatres_only, 40),
        "nurses": (nurses_only, 10),
    },
    "beds": {
        "some_rooms": (some_rooms, 80),
        "window": (window, 60),
        "anywhere": (anywhere, 40),
        "dearest": (dearest, 60),
    },
}
#: Those in which patients may also move between rooms during their stay, in-patients too, used where moves are allowed.
MOVING: dict[str, tuple[Kind, int]] = {
    "moves": (partial(dearest, everybody=True), 30),
    "moves_of_rooms": (partial(some_rooms, everybody=True), 30),
}
