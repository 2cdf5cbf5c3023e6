"""How well a plan holds where stays may last longer: exact chances, apart from the scenarios it was planned with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimise.hospital.context import HospitalContext, HospitalPlan
from optimise.hospital.uncertain import MILLION, leavers

__all__ = ["Held", "held", "held_told"]

Chances = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Chances of a plan under the distribution of stays itself.

    Attributes
    ----------
    chance : float array (rooms, days)
        Probability that everybody in the room has a bed on the night.
    people : float array (rooms, days)
        Expected number without one.
    """

    chance: Chances
    people: Chances


def held(problem: HospitalContext, plan: HospitalPlan) -> Held | None:
    """Exact chances by convolution: each patient stays longer independently of the others.

    Parameters
    ----------
    problem : HospitalContext
    plan : HospitalPlan

    Returns
    -------
    Held or None
        None where no stay is uncertain.
    """
    people, beds = problem.patients, problem.rooms.beds
    uncertain = people.uncertain
    if uncertain is None:
        return None
    who, day, room = leavers(plan.admission, plan.room, people.stay, people.home)
    count = np.stack([(plan.room == r).sum(axis=0) for r in range(len(beds))])
    made = Held(np.ones(beds.shape), np.zeros(beds.shape))
    for r in range(beds.shape[0]):
        for d in range(beds.shape[1]):
            late = d - day
            mine = (room == r) & (late >= 0) & (late < uncertain.overstay.shape[1])
            number = np.ones(1)  # probability by number of those who are still there
            for p in uncertain.overstay[who[mine], late[mine]] / MILLION:
                number = np.convolve(number, [1.0 - p, p])
            without = np.maximum(0, count[r, d] + np.arange(len(number)) - beds[r, d])
            made.chance[r, d] = number[without == 0].sum()
            made.people[r, d] = number @ without
    return made


def held_told(problem: HospitalContext, plan: HospitalPlan) -> tuple[str, ...]:
    """Sentences on how well a plan holds; none where no stay is uncertain."""
    found, uncertain = held(problem, plan), problem.patients.uncertain
    if found is None or uncertain is None:
        return ()
    r, d = (int(i) for i in np.unravel_index(int(found.chance.argmin()), found.chance.shape))
    asked, least = uncertain.holds / MILLION, float(found.chance[r, d])
    below = int((found.chance < asked - 1e-9).sum())
    asked_in = f"asked were {asked:g} in {uncertain.scenarios} scenarios of seed {uncertain.seed}"
    where = f"room {problem.rooms.ids[r]} on {problem.dated(d)}"
    chance = f"each room has a bed for everybody on each night with a chance of at least {least:.3f} ({where})"
    told = [
        f"stays may be longer than said: {chance}; {asked_in}; exact, not by these scenarios",
        f"{float(found.people.sum()):.2f} person-nights without a bed are to be expected",
    ]
    if below:
        nights = "1 night of a room" if below == 1 else f"{below} nights of rooms"
        told.append(f"on {nights} the chance is below what was asked; more scenarios bring them nearer")
    return tuple(told)
