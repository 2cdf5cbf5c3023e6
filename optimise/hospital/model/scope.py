"""What a hospital model may decide: everything, or a neighbourhood of a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.context import HospitalContext, HospitalPlan

__all__ = ["Scope"]


@dataclass(slots=True, eq=False)
class Scope:
    """Choices left open, by patient and by post (room and shift). Masks may be narrowed in place.

    Attributes
    ----------
    days : bool array (patients, days)
        Admission days to choose from; windows and hard rules narrow them further.
    refuse : bool array (patients,)
        Whether the patient may stay out.
    rooms : bool array (patients, rooms)
    theatres : bool array (patients, theatres)
    nurse : int array (rooms, shifts)
        Nurse kept on each post; -1 where any nurse on duty may be chosen.
    """

    days: IntArray
    refuse: IntArray
    rooms: IntArray
    theatres: IntArray
    nurse: IntArray

    @staticmethod
    def whole(problem: HospitalContext) -> Scope:
        """Everything is open."""
        patients, (rooms, days) = len(problem.patients), problem.rooms.beds.shape
        theatres = 0 if problem.theatres is None else len(problem.theatres.ids)
        return Scope(
            days=np.ones((patients, days), dtype=np.bool_),
            refuse=np.ones(patients, dtype=np.bool_),
            rooms=np.ones((patients, rooms), dtype=np.bool_),
            theatres=np.ones((patients, theatres), dtype=np.bool_),
            nurse=np.full((rooms, days * problem.shifts), -1),
        )

    @staticmethod
    def around(problem: HospitalContext, plan: HospitalPlan, free: IntArray) -> Scope:
        """The patients in the mask ``free`` are open, all else stays as planned, nurses included."""
        scope = Scope.whole(problem)
        kept = np.flatnonzero(~free)
        scope.days[kept] = False
        scope.rooms[kept] = False
        scope.theatres[kept] = False
        stays = kept[plan.admission[kept] >= 0]
        scope.refuse[stays] = False
        scope.days[stays, plan.admission[stays]] = True
        p, d = np.nonzero(plan.room >= 0)
        scope.rooms[p, plan.room[p, d]] = True
        operated = kept[plan.theatre[kept] >= 0]
        scope.theatres[operated, plan.theatre[operated]] = True
        scope.nurse[:] = plan.nurse
        return scope

    def columns(self, problem: HospitalContext) -> int:
        """About how many stay, theatre and nurse columns the model of this scope has, without moves."""
        people = problem.patients
        inside = np.arange(problem.days) >= people.release[:, None]
        inside &= np.arange(problem.days) <= people.due[:, None]
        visits = (self.days & (inside | (not problem.hard("AdmissionDay")))).sum(axis=1)
        made = int((visits * (self.rooms.sum(axis=1) + self.theatres.sum(axis=1))).sum())
        if problem.nursing is not None and problem.nursing.ids:
            lain = np.zeros(self.nurse.shape[0], dtype=np.bool_)
            lain[np.flatnonzero(self.rooms[visits > 0].any(axis=0))] = True
            open_posts = ((self.nurse < 0) & lain[:, None]).sum(axis=0)
            made += int((open_posts * problem.nursing.on_duty.sum(axis=0)).sum())
        return made
