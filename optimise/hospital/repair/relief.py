"""A hospital that is too full: who has no bed, and what would free one."""

from __future__ import annotations

from collections import Counter

import numpy as np

from optimise.core.method import Deadline
from optimise.hospital.context import HospitalContext, HospitalPlan
from optimise.hospital.repair.conflicts import keep_what_fits
from optimise.hospital.repair.occupancy import Occupancy, OccupancyTables
from optimise.hospital.repair.places import Place, best_place, days_open, places_in_full_rooms
from optimise.hospital.rules.base import plural

__all__ = ["lacks_beds", "left_out", "relief"]


def left_out(problem: HospitalContext, plan: HospitalPlan) -> tuple[int, ...]:
    """Mandatory patients without a place."""
    return tuple(np.flatnonzero(problem.patients.mandatory & (plan.admission < 0)).tolist())


def lacks_beds(problem: HospitalContext, plan: HospitalPlan) -> bool:
    """Whether one more bed would do for each patient left out, so that it is beds that are missing."""
    o, _ = keep_what_fits(OccupancyTables(problem), plan)
    return all(_one_more_bed(o, p)[1] for p in left_out(problem, plan))


def relief(
    problem: HospitalContext, plan: HospitalPlan, *, seconds: float = 2.0, most: int = 12, earlier: int = 3
) -> tuple[str, ...]:
    """Sentences on everybody who must come and has no place: the price, and what would free a bed.

    Each remedy is for one patient, while all others stay as planned: an earlier discharge, one more bed, an elective
    patient who is not admitted. Nobody is discharged or cancelled for two of them.

    Parameters
    ----------
    seconds : float
        In all; what is not looked at in time is not mentioned.
    most : int
        Patients told of one by one.
    earlier : int
        Nights by which a discharge is brought forward at most.
    """
    out = left_out(problem, plan)
    if not out:
        return ()
    clock, told = Deadline(seconds), list[str]()
    used, more = set[int](), Counter[str]()  # a discharge makes place once, a bed too
    weight = problem.weight("MandatoryUnscheduledPatients")
    price = "" if weight is None else f", at a price of {weight / problem.scale:g}"
    t = OccupancyTables(problem)
    o, _ = keep_what_fits(t, plan)
    for p in out[:most]:
        name, first, last = problem.patients.ids[p], problem.patients.release[p], problem.patients.due[p]
        when = _span(problem, first, last)
        if problem.patients.operation[p]:
            told.append(f"no theatre time for {name} {when}{price}")
            continue
        one_more = _one_more_bed(o, p)
        what = "no bed" if one_more[1] else "no place (not for want of a bed)"
        told.append(f"{what} for patient {name}, who must come {when}{_who(problem, p)}{price}")
        sooner, instead = _discharge(o, p, earlier, clock, used), _cancelled(o, p, clock, used)
        ways = [way for way in (sooner, one_more[1], instead) if way]
        told += [f"a bed for patient {name}: {way}" for way in ways]
        more.update([one_more[0]] if one_more[0] else [])
    told += [
        f"each of these beds is for one patient: {count} of them would need {count} more beds in room {room}"
        for room, count in more.items()
        if count > 1
    ]
    if len(out) > most:
        told.append(f"and {plural(len(out) - most, 'patient')} more without a bed")
    return tuple(told)


def _discharge(o: Occupancy, p: int, earlier: int, clock: Deadline, used: set[int]) -> str:
    """The shortest earlier discharge of one patient that makes place for ``p``."""
    problem = o.t.problem
    for nights in range(1, earlier + 1):
        for q in _beside(o, p):
            if clock.over:
                return ""
            a = int(o.admission[q])
            path = o.room[q, a : a + o.t.nights(q, a)].copy()
            # whoever stays beyond the horizon does not go home within it
            if q in used or len(path) <= nights or a + int(o.t.h.stay[q]) > o.t.h.days:
                continue
            o.lie(q, a + len(path) - nights, path[-nights:], -1)
            found = best_place(o, p)
            o.lie(q, a + len(path) - nights, path[-nights:], 1)
            if found is not None:
                used.add(q)
                when = problem.dated(a + len(path) - nights)
                return f"patient {problem.patients.ids[q]} goes home {plural(nights, 'day')} earlier, on {when}"
    return ""


def _beside(o: Occupancy, p: int) -> list[int]:
    """Patients in hospital on days on which ``p`` could be, those who leave first first."""
    h = o.t.h
    days = np.zeros(h.days, dtype=np.bool_)
    for a, _ in days_open(o, p):
        days[a : a + o.t.nights(p, a)] = True
    there = np.flatnonzero((o.room[:, days] >= 0).any(axis=1))
    return sorted(there.tolist(), key=lambda q: int(o.admission[q] + h.stay[q]))


def _who(problem: HospitalContext, p: int) -> str:
    """`` (F, 3 nights)``, by which a bed is sought for somebody without a name."""
    people = problem.patients
    return f" ({problem.beds.genders[people.gender[p]]}, {plural(int(people.stay[p]), 'night')})"


def _one_more_bed(o: Occupancy, p: int) -> tuple[str, str]:
    """The room in which one more bed, on the fewest nights, would do: its name, and a sentence; empty for none."""
    found: Place | None = places_in_full_rooms(o, p)
    if found is None or not len(found.path):  # an operation needs no bed
        return "", ""
    when = found.admission + np.arange(len(found.path))
    full = o.count[found.path, when] >= o.beds[found.path, when]
    room, days = int(found.path[np.argmax(full)]), when[full]
    if not days.size:
        return "", ""
    problem = o.t.problem
    beds = problem.rooms.beds[room]
    closed = " (one there is closed)" if (beds[days] < beds.max()).all() else ""
    others = " (free on the other nights of the stay)" if days.size < len(found.path) else ""
    name = problem.rooms.ids[room]
    return name, f"one more bed in room {name}{closed} {_span(problem, days[0], days[-1])}{others}"


def _span(problem: HospitalContext, first: int, last: int) -> str:
    """``on day 3`` or ``from day 3 to day 5``, as dates where they are known."""
    begin, end = problem.dated(first), problem.dated(last)
    return f"on {begin}" if first == last else f"from {begin} to {end}"


def _cancelled(o: Occupancy, p: int, clock: Deadline, used: set[int]) -> str:
    """The optional patient whose admission, once cancelled, makes place for ``p`` at the least price."""
    problem = o.t.problem
    optional = [q for q in _beside(o, p) if not problem.patients.mandatory[q] and q not in used]
    for q in sorted(optional, key=o.t.refusal):
        if clock.over:
            return ""
        a, theatre, row = int(o.admission[q]), int(o.theatre[q]), o.room[q].copy()
        o.take(q)
        found = best_place(o, p)
        o.put(q, a, row[row >= 0], theatre)
        if found is not None:
            used.add(q)
            return f"patient {problem.patients.ids[q]} is not admitted (a price of {o.t.refusal(q) / problem.scale:g})"
    return ""
