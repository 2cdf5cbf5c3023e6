"""From solution vectors of the hospital model to plans and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.hospital.context import HospitalPlan
from optimise.hospital.model.columns import HospitalColumns

__all__ = ["read_plan", "starting_point"]


def read_plan(built: HospitalColumns, values: NDArray[np.float64]) -> HospitalPlan:
    """Round the decision columns to a plan."""
    problem = built.problem
    start = problem.empty_plan()
    admission = np.full(len(problem.patients), -1)
    room, theatre, nurse = np.full_like(start.room, -1), start.theatre.copy(), start.nurse.copy()
    on = values[built.admission_column] > 0.5
    admission[built.admission_person[on]] = built.admission_day[on]
    inside = built.presence
    there = values[inside.column] > 0.5
    room[inside.person[there], inside.day[there]] = inside.room[there]
    cut = values[built.surgery_column] > 0.5
    theatre[built.admission_person[built.surgery_visit[cut]]] = built.surgery_theatre[cut]
    if built.nursing:
        given = values[built.nurse_column] > 0.5
        post = built.nurse_post[given]
        nurse[built.post_room[post], built.post_shift[post]] = built.nurse_who[given]
    elif nurse.size:
        nurse = np.where(built.scope.nurse >= 0, built.scope.nurse, -1)
    return HospitalPlan(admission, room, theatre, nurse)


def starting_point(built: HospitalColumns, plan: HospitalPlan) -> NDArray[np.float64]:
    """1 and 0 for the decisions of a plan; columns that follow from them are left open (NaN)."""
    values = np.full(built.model.columns, np.nan)
    person, day = built.admission_person, built.admission_day
    values[built.admission_column] = plan.admission[person] == day
    out = built.out_column
    values[out[out >= 0]] = plan.admission[out >= 0] < 0
    visit = built.stay_visit
    here = plan.admission[built.stay_person] == day[visit]
    first = np.minimum(day[visit] + built.stay_first, built.problem.days - 1)
    values[built.stay_column] = here & (plan.room[built.stay_person, first] == built.stay_room)
    visit = built.surgery_visit
    here = plan.admission[person[visit]] == day[visit]
    values[built.surgery_column] = here & (plan.theatre[person[visit]] == built.surgery_theatre)
    if built.nursing:
        kept = plan.nurse[built.post_room[built.nurse_post], built.post_shift[built.nurse_post]]
        given = kept == built.nurse_who
        values[built.nurse_column] = given
        # a post that the plan leaves empty may take anybody
        values[built.nurse_column[kept < 0]] = np.nan
    return values
