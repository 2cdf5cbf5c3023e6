"""An earlier plan that breaks a rule today is repaired: all that fits stays, the rest is placed anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.core.errors import InputError
from optimise.core.method import Deadline
from optimise.hospital.context import HospitalContext, HospitalPlan
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.repair.conflicts import keep_what_fits
from optimise.hospital.repair.insert import first_fit, insert_directly, insert_with_ejection, put
from optimise.hospital.repair.mend import mend
from optimise.hospital.repair.nurses import give_missing
from optimise.hospital.repair.occupancy import Occupancy, OccupancyTables
from optimise.hospital.repair.places import Place
from optimise.hospital.repair.tuning import RepairTuning
from optimise.hospital.rules.arrays import BARRED

__all__ = ["Repaired", "chain_price", "repair"]


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """A repaired plan.

    Attributes
    ----------
    plan : HospitalPlan
        Keeps as many hard rules as could be kept.
    hard : int
        Total amount of broken hard rules.
    ticks : int
        Cost.
    displaced : tuple of int
        Patients whose earlier stay did not fit, and those who had none and must be placed.
    left_out : tuple of int
        Mandatory patients without a place.
    """

    plan: HospitalPlan
    hard: int
    ticks: int
    displaced: tuple[int, ...]
    left_out: tuple[int, ...]


def repair(
    problem: HospitalContext,
    plan: HospitalPlan,
    *,
    seconds: float = 20.0,
    seed: int = 0,
    tables: OccupancyTables | None = None,
    tuning: RepairTuning = RepairTuning(),  # noqa: B008
) -> Repaired:
    """Keep of ``plan`` all that fits today and place the rest by cheapest insertion with ejection chains.

    A plan that keeps every hard rule and leaves no mandatory patient out comes back as it is.

    Parameters
    ----------
    problem : HospitalContext
        Prices of change, where there are any, are rules of it.
    plan : HospitalPlan
        Of today's patients, rooms and days; rooms, theatres and nurses that are gone are -1.
    seconds : float
        A guard. Work is limited by insertions, so that the same plan is repaired alike on every machine.
    seed : int
        Of ties between equal prices.
    tables : OccupancyTables, optional
        Of the problem; made here when left out.
    tuning : RepairTuning
        Restarts, insertions and evaluations.

    Returns
    -------
    Repaired
        The plan, what it breaks, and who had to be placed anew.

    Notes
    -----
    In-patients may move where ``Transfer`` has a price. Where everybody fits without others giving way, the cheapest
    of direct insertion and insertion with ejection is kept; a plain first fit is tried last, so a plan that it finds
    is never missed. Hard rules that are broken even so are mended under the exact evaluation (:func:`.mend.mend`), so
    rules that repair does not know by increments are kept as well where that can be done.
    """
    clock = Deadline(seconds)
    try:
        hard, ticks = hard_and_cost(problem, plan)
        if hard == 0 and not (problem.patients.mandatory & (plan.admission < 0)).any():
            return Repaired(plan, 0, ticks, (), ())
    except InputError:  # stays that are broken off, a theatre that is gone
        pass
    t = tables or OccupancyTables(problem)
    kept, out = keep_what_fits(t, plan)
    order = _hardest_first(t, out)
    rng = np.random.default_rng([seed, 0xBED])
    o = kept.copy()
    best = _measured(o, insert_directly(o, order, Deadline(np.inf)))
    price = chain_price(t)
    steps = tuning.steps + tuning.each * len(order)
    for turn in range(tuning.restarts):
        if steps <= 0 or clock.over:
            break
        o = kept.copy()
        left, used = insert_with_ejection(o, order, price, clock, rng, steps=steps)
        best, steps = min(best, _measured(o, left), key=_key), steps - used
        if _key(best)[0] == 0 and turn >= 1:
            break
    if best[2]:
        o = kept.copy()
        best = min(best, _measured(o, first_fit(o, sorted(out))), key=_key)
    (hard, ticks), made, left = best
    if hard:
        made = mend(_occupied(kept, made), evaluations=tuning.evaluations)
        hard, ticks = hard_and_cost(problem, made)
        left = [p for p in left if made.admission[p] < 0]
    return Repaired(made, hard, ticks, tuple(out), tuple(left))


def _occupied(kept: Occupancy, plan: HospitalPlan) -> Occupancy:
    """Everybody of a plan in an occupancy, whatever rules that breaks."""
    o = Occupancy(kept.t, plan.nurse)
    for p in np.flatnonzero(plan.admission >= 0):
        a = int(plan.admission[p])
        o.put(int(p), a, plan.room[p, a : a + kept.t.nights(int(p), a)].astype(np.int64), int(plan.theatre[p]))
    return o


def _hardest_first(t: OccupancyTables, out: list[int]) -> list[int]:
    """In-patients, then those with few days to come and isolation of their own, long stays before short ones."""
    h, group = t.h, t.group
    size = np.bincount(group, minlength=t.groups)
    width = h.due - h.release
    return sorted(
        out,
        key=lambda p: (
            h.home[p] < 0, h.mandatory[p] == 0, -int(group[p] > 0), int(width[p]), int(size[group[p]]), -int(h.stay[p])
        ),
    )  # fmt: skip


_Found = tuple[tuple[int, int], HospitalPlan, list[int]]


def _key(found: _Found) -> tuple[int, int]:
    return found[0]


def _measured(o: Occupancy, left: list[int]) -> _Found:
    """The plan of an occupancy, in-patients without a place where they lie, with its exact hard amount and ticks."""
    h = o.t.h
    for p in left:
        if h.home[p] >= 0:
            put(o, p, Place(BARRED, 0, np.full(o.t.nights(p, 0), h.home[p]), -1))
    give_missing(o)
    made = o.plan()
    return hard_and_cost(o.t.problem, made), made, [p for p in left if h.home[p] < 0]


def chain_price(t: OccupancyTables) -> int:
    """Ticks at which somebody else gives way: what a change costs, at least what ordinary rules cost."""
    problem = t.problem
    changes = [problem.weight(rule) or 0 for rule in ("ChangedAdmission", "ChangedRoom")]
    soft = [s.weight for s in problem.rules if s.weight and s.rule not in ("MandatoryUnscheduledPatients",)]
    return max(*changes, 10 * int(np.median(soft)) if soft else 1, 1)
