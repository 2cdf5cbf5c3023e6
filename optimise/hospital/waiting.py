"""People without a bed, night by night."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.problem import HospitalPlan, HospitalProblem

__all__ = ["cancelled", "without_bed"]


def cancelled(problem: HospitalProblem, plan: HospitalPlan) -> IntArray:
    """Patients who need not come, whose last possible day lies before the plan's last, and who are not admitted.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan

    Returns
    -------
    int array
        Their positions. Who may still come after the plan is none of them.
    """
    people = problem.patients
    out = (plan.admission < 0) & ~people.operation & ~people.mandatory & (people.due < problem.days - 1)
    made: IntArray = np.flatnonzero(out)
    return made


def without_bed(problem: HospitalProblem, plan: HospitalPlan, those: IntArray | None = None) -> IntArray:
    """People by night who should lie in a bed and have none.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
    those : bool array (patients,), optional
        Only of these.

    Returns
    -------
    int array (days,)
        From the last possible day of admission of those who must come and of the cancelled, for all of their stay.
    """
    people = problem.patients
    must = np.flatnonzero((plan.admission < 0) & ~people.operation & people.mandatory)
    made = np.zeros(problem.days, dtype=np.int64)
    for p in (*must.tolist(), *cancelled(problem, plan).tolist()):
        if those is None or those[p]:
            made[people.due[p] : people.due[p] + people.stay[p]] += 1
    return made
