"""What of an earlier plan fits today, and who must give way where it does not."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.context import HospitalPlan
from optimise.hospital.repair.occupancy import Occupancy, OccupancyTables
from optimise.hospital.repair.places import days_open, night_costs
from optimise.hospital.repair.recorded import scattered, too_many_at_noon
from optimise.hospital.rules.arrays import BARRED

__all__ = ["keep_what_fits"]


def keep_what_fits(t: OccupancyTables, plan: HospitalPlan) -> tuple[Occupancy, list[int]]:
    """An occupancy with everybody whose stay breaks no hard rule, and those who must be placed anew.

    Of people who cannot lie together the smaller group goes; of too many in a room, those who are not there yet.
    """
    o, out = Occupancy(t, _nurses(t, plan)), list[int]()
    for p in range(len(t.h.stay)):
        kept = _whole(t, plan, p)
        if kept is None or not _allowed(o, p, *kept):
            if t.h.home[p] >= 0 or plan.admission[p] >= 0 or t.refusal(p) >= BARRED or t.h.mandatory[p]:
                out.append(p)
            continue
        o.put(p, *kept)
    while (p := _first_to_go(o)) >= 0:
        o.take(p)
        out.append(p)
    return o, out


def _nurses(t: OccupancyTables, plan: HospitalPlan) -> IntArray:
    """The earlier nurses, as far as they are on duty."""
    nurse = plan.nurse.astype(np.int64)
    if t.problem.hard("NursePresence") and nurse.size and len(t.h.skill):
        away = (nurse >= 0) & (t.h.duty[np.maximum(nurse, 0), np.arange(nurse.shape[1])[None, :]] < 0)
        nurse = np.where(away, -1, nurse)
    return nurse


def _whole(t: OccupancyTables, plan: HospitalPlan, p: int) -> tuple[int, IntArray, int] | None:
    """Day, rooms night by night and theatre of the earlier plan, nights of which it is silent as the night before."""
    a = int(plan.admission[p])
    if not 0 <= a < t.h.days:
        return None
    path = plan.room[p, a : a + t.nights(p, a)].astype(np.int64)
    home = int(t.h.home[p])
    for night in range(len(path)):
        if path[night] < 0:
            path[night] = path[night - 1] if night else home
    known = np.flatnonzero(path >= 0)
    if not known.size:
        return None
    path[: known[0]] = path[known[0]]
    theatre = int(plan.theatre[p])
    if (theatre >= 0) != (t.h.surgeon[p] >= 0):
        return None
    return a, path, theatre


def _allowed(o: Occupancy, p: int, a: int, path: IntArray, theatre: int) -> bool:
    """Whether a stay keeps the hard rules that concern ``p`` alone."""
    t = o.t
    if all(a != day for day, _ in days_open(o, p)) and t.h.home[p] < 0:
        return False
    home = int(t.h.home[p])
    before = np.concatenate([[home if home >= 0 else path[0]], path[:-1]])
    if t.move >= BARRED and (before != path).any():
        return False
    return bool((night_costs(o, p, a)[np.arange(len(path)), path] < BARRED).all())


def _first_to_go(o: Occupancy) -> int:
    """Who hinders the most others, -1 where nobody hinders anybody under a hard rule."""
    t, h = o.t, o.t.h
    votes = np.zeros(len(h.stay))
    count = o.count
    over = np.maximum(0, count - o.beds) if t.full >= BARRED else np.zeros_like(count)
    mixed = (o.sex.min(axis=2) > 0) & t.single[:, None] & (t.mixed >= BARRED)
    apart = (count > o.alike.max(axis=2)) & (t.isolated >= BARRED)
    for r, d in np.argwhere((over > 0) | mixed | apart):
        here = np.flatnonzero(o.room[:, d] == r)
        if over[r, d]:
            votes[here] += over[r, d] / len(here)
        if mixed[r, d]:
            votes[here] += h.gender[here] == _rarer(o, r, d)
        if apart[r, d]:
            votes[here] += t.group[here] != int(o.alike[r, d].argmax())
    if t.overtime >= BARRED or t.theatre_overtime >= BARRED:
        votes += _overtime(o)
    votes += scattered(o)
    for many, who in too_many_at_noon(o):
        votes[who] += many / max(1, len(who))
    if not votes.any():
        return -1
    # those who are not in hospital yet give way more easily, and short stays than long ones
    there = (h.home >= 0) * 0.5
    score = np.where(votes > 0, votes * (1.0 - there) - 1e-3 * np.minimum(h.stay, h.days) / h.days, -np.inf)
    return int(np.argmax(score))


def _rarer(o: Occupancy, r: int, d: int) -> int:
    """The rarer gender; of equals the one with fewer in-patients."""
    women, men = o.sex[r, d]
    if women != men:
        return int(men < women)
    here = np.flatnonzero(o.room[:, d] == r)
    inside = here[o.t.h.home[here] >= 0]
    return int((o.t.h.gender[inside] == 1).sum() < (o.t.h.gender[inside] == 0).sum())


def _overtime(o: Occupancy) -> IntArray:
    """1 for each patient whose surgeon or theatre works too long on the day."""
    t, h = o.t, o.t.h
    cut = np.flatnonzero(o.theatre >= 0)
    votes = np.zeros(len(h.stay))
    if not cut.size:
        return votes
    a = o.admission[cut]
    if t.overtime >= BARRED:
        votes[cut] += o.busy[h.surgeon[cut], a] > h.surgeon_minutes[h.surgeon[cut], a]
    if t.theatre_overtime >= BARRED:
        votes[cut] += o.cut[o.theatre[cut], a] > h.minutes[o.theatre[cut], a]
    return votes
