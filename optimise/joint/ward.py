"""A ward's rostering problem from a hospital's nurses, for hospitals that come with shifts but without rules."""

from __future__ import annotations

from datetime import date

import numpy as np

from optimise.core.errors import InputError
from optimise.core.horizon import Horizon
from optimise.hospital.problem import HospitalProblem
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules.runs import Runs
from optimise.roster.rules.succession import Succession
from optimise.roster.rules.totals import Total
from optimise.roster.rules.weekends import CompleteWeekends

__all__ = ["ward_of"]

#: Prices of a ward made from a hospital: a shift too many or too few, a run too long or too short, half a weekend.
SHIFT, RUN, WEEKEND = 20.0, 10.0, 5.0


def ward_of(hospital: HospitalProblem, *, start: date | None = None, most_days: int = 5) -> RosterProblem:
    """The nurses of a hospital as a ward to roster, with common rules.

    Everybody works as many shifts as the hospital's own duties say (a shift more or less costs :data:`SHIFT`), at most
    ``most_days`` days in a row and at least two days off together (:data:`RUN`), no earlier shift on the day after a
    later one (hard), and weekends on or off as a whole (:data:`WEEKEND`).

    Parameters
    ----------
    hospital : HospitalProblem
        With nurses.
    start : date, optional
        Date of day 0.
    most_days : int
        In a row.

    Returns
    -------
    RosterProblem

    Raises
    ------
    InputError
        If the hospital has no nurses.
    """
    layer = hospital.nursing
    if layer is None or not layer.ids:
        raise InputError("has no nurses to roster", item=f"hospital {hospital.name}")
    k, days = len(layer.shifts), hospital.days
    shifts = tuple(Shift(name, minutes=480, start=(7 * 60 + i * 1440 // k)) for i, name in enumerate(layer.shifts))
    duties = (Duty("-"), *(Duty(name, i) for i, name in enumerate(layer.shifts)))
    worked = layer.on_duty.reshape(len(layer.ids), days, k).any(axis=2).sum(axis=1)
    counts = tuple(int(c) for c in worked)
    work = (1 << (k + 1)) - 2
    later = tuple((1 << a, sum(1 << b for b in range(1, a))) for a in range(2, k + 1))
    horizon = Horizon(days, start)
    rules = (
        Succession(name="rest between shifts", pairs=later),
        Total(
            name="shifts", of=work, minimum=counts, maximum=counts, weight_minimum=SHIFT, weight_maximum=SHIFT,
            noun="shifts",
        ),
        Runs(
            name="days in a row", of=work, maximum=most_days, weight_maximum=RUN,
            noun="working days", start="open", end="open",
        ),
        Runs(
            name="days off in a row", of=1, minimum=2, weight_minimum=RUN, noun="days off", start="open", end="open",
        ),
        CompleteWeekends(name="whole weekends", weekends=horizon.weekends(), weight=WEEKEND),
    )  # fmt: skip
    staff = tuple(
        Employee(name, skills=tuple(f"level {s}" for s in range(1, int(level) + 1)))
        for name, level in zip(layer.ids, layer.skill, strict=True)
    )
    skills = tuple(f"level {s}" for s in range(1, int(np.max(layer.skill, initial=0)) + 1))
    return RosterProblem(f"Ward of {hospital.name}", "native", horizon, shifts, duties, staff, rules, skills)
