"""Several wards in one plan: who works where, and how much of each ward's demand is met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.trust.demand import present, wanted_of

__all__ = ["WardFigures", "ward_figures"]


@dataclass(frozen=True, slots=True)
class WardFigures:
    """One ward of a plan; counts of duties unless said otherwise.

    Attributes
    ----------
    ward : str
    people : int
        Whose own ward it is.
    worked : int
        In this ward.
    lent, borrowed : int
        Of its people in other wards; of others here.
    wanted, met : float
        Asked for on whole shifts of this ward alone, and done.
    """

    ward: str
    people: int
    worked: int
    lent: int
    borrowed: int
    wanted: float
    met: float


def ward_figures(problem: RosterProblem, plan: Roster) -> tuple[WardFigures, ...]:
    """Each ward of a plan, in the order of the shifts.

    Parameters
    ----------
    problem : RosterProblem
    plan : Roster

    Returns
    -------
    tuple of WardFigures
        Empty where there is one ward only.
    """
    duty = np.array([problem.shifts[d.shift].ward if d.shift >= 0 else "" for d in problem.duties])
    where, home = duty[plan.duties], np.array([e.ward for e in problem.employees])
    made = []
    for ward in dict.fromkeys(s.ward for s in problem.shifts if s.ward):
        own = int((where[home == ward] == ward).sum())
        inside = sum(1 << a for a in range(len(duty)) if duty[a] == ward)
        demands = list(wanted_of(problem, None, inside))
        made.append(
            WardFigures(
                ward=ward,
                people=int((home == ward).sum()),
                worked=int((where == ward).sum()),
                lent=int((where[home == ward] != "").sum()) - own,
                borrowed=int((where == ward).sum()) - own,
                wanted=sum(d.minimum for d in demands),
                met=sum(min(d.minimum, present(plan, d)) for d in demands),
            )
        )
    return tuple(made)
