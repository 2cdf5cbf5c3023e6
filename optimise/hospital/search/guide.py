"""Prices of beds, surgeons and theatres as a guide for the first part of the joint search.

By the plan's own costs, a bed freed by postponing a patient is worth nothing until somebody waiting for it fits in as a
whole, and by then others have spread into the gap. So the search freezes with too many refused, however slowly it
cools. The linear relaxation of the aggregated admission-day model (:mod:`.admissions`) knows what a bed of each day and
gender and a minute of each surgeon and theatre are worth: with these prices, a patient admitted on day a costs the
reduced cost of that column, a constant apart (Lagrangian costs; Fisher, "The Lagrangian relaxation method", Management
Science 27, 1981). The search begins under these costs and goes over to the plan's own ones as it cools.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.core.result import Stop
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.search.admissions import Admissions
from optimise.hospital.search.layout import (
    ADMISSION,
    ADMITTED,
    BEST,
    BUSY,
    CASES,
    CHARGE_WIDTH,
    CHARGES,
    COST,
    DAY,
    DAY_WIDTH,
    DAYS,
    HARD,
    MOST,
    OPENED,
    PERSON,
    PERSON_WIDTH,
    REFUSAL,
)
from optimise.hospital.search.tuning import GuideTuning
from optimise.solvers.highs import Highs

__all__ = ["Anchor", "Guide", "Steering", "reduced_costs"]


def reduced_costs(problem: HospitalProblem, *, seconds: float = math.inf) -> NDArray[np.float64] | None:
    """Reduced costs of the linear relaxation by (patient, day of admission), in ticks; last column: refusal.

    NaN where the relaxation has no such choice; None where it was not solved within ``seconds``.
    """
    made = Admissions(problem, None, edges=False)  # with them the search ended dearer, see DESIGN.md
    solver = Highs(made.model.freeze(relaxed=True), threads=1)
    columns = np.concatenate([made.x, made.refused])
    # "admitted" bounds them as well; with the bounds off, nothing of the price hides in them
    solver.set_bounds(columns, 0.0, math.inf)
    if solver.solve(seconds=seconds).stop is not Stop.OPTIMAL:
        return None
    reduced = np.asarray(solver.raw.getSolution().col_dual)
    table = np.full((len(problem.patients), problem.days + 1), np.nan)
    table[made.person, made.day] = reduced[made.x]
    table[made.out, problem.days] = reduced[made.refused]
    return table


class Steering(Protocol):
    """Changes the costs of a joint run as it goes; no plan is remembered before they are the plan's own."""

    def follow(self, part: float, heat: float) -> None:
        """Set the costs that belong to a part (0 to 1) of the run and its temperature."""
        ...


def _admissions(g: IntArray, h: IntArray, patients: int) -> tuple[IntArray, IntArray]:
    """Views of the charges by (patient, refusal or day) and of the patients' rows."""
    width = int(g[CHARGE_WIDTH])
    charges = g[g[CHARGES] : g[CHARGES] + patients * width].reshape(patients, width)
    return charges, h[g[PERSON] : g[PERSON] + patients * g[PERSON_WIDTH]].reshape(patients, -1)


def _charge(g: IntArray, charges: IntArray, new: IntArray, admitted: IntArray) -> None:
    """Put new charges in place, the cost of the present plan kept in step."""
    column, everyone = np.where(admitted >= 0, ADMISSION + admitted, REFUSAL), np.arange(len(new))
    g[COST] += int((new[everyone, column] - charges[everyone, column]).sum())
    charges[:] = new


def _left(part: float, hold: float, end: float) -> float:
    """What is left of a force in a part of the run: all until ``hold``, nothing from ``end`` on."""
    return min(1.0, max(0.0, (end - part) / (end - hold))) if hold < end else float(part < end)


class Anchor:
    """Holds patients to given days of admission while rooms, theatres and nurses are found; then lets go.

    Another day costs some times the temperature more, so that the run leaves a given day where it must and seldom
    else; what has to move finds its place while all else can still make way.

    Parameters
    ----------
    g, h : int arrays
        State of the run, see :mod:`.layout`.
    days : int array (patients,)
        Day of admission, -1 for a refusal.
    tuning : GuideTuning, optional
    """

    def __init__(self, g: IntArray, h: IntArray, days: IntArray, tuning: GuideTuning | None = None) -> None:
        self._g, self._extra, self._tuning = g, -1, tuning or GuideTuning()
        self._charges, self._where = _admissions(g, h, len(days))
        self._true = self._charges.copy()
        self._other = np.zeros_like(self._true)
        self._other[:, [REFUSAL, *range(ADMISSION, ADMISSION + int(g[DAYS]))]] = 1
        self._other[np.arange(len(days)), np.where(days >= 0, ADMISSION + days, REFUSAL)] = 0
        self._other[self._true >= HARD // 2] = 0

    def follow(self, part: float, heat: float) -> None:
        """Set the costs that belong to a part (0 to 1) of the run and its temperature."""
        t = self._tuning
        extra = round(t.firm * heat * _left(part, t.fast, t.released))
        if extra == self._extra:
            return
        self._extra = extra
        _charge(self._g, self._charges, self._true + extra * self._other, self._where[:, ADMITTED])
        self._g[BEST] = -(1 << 60) if extra > 0 else HARD * (1 << 20)


class Guide:
    """Costs of a joint run's state that follow the run from priced to true; kept in ``g``, with the plan's cost.

    Parameters
    ----------
    g, h : int arrays
        State of the run, see :mod:`.layout`.
    prices : float array (patients, days + 1)
        From :func:`reduced_costs`.
    tuning : GuideTuning, optional
    """

    def __init__(
        self, g: IntArray, h: IntArray, prices: NDArray[np.float64], tuning: GuideTuning | None = None
    ) -> None:
        days = int(g[DAYS])
        self._g, self._share, self._tuning = g, 0.0, tuning or GuideTuning()
        self._charges, self._where = _admissions(g, h, len(prices))
        self._day = h[g[DAY] : g[DAY] + days * g[DAY_WIDTH]].reshape(days, -1)
        self._true, self._opened = self._charges.copy(), int(g[OPENED])
        refusals = self._true[:, REFUSAL][self._true[:, REFUSAL] < HARD // 2]
        priced = self._true.astype(np.float64)
        table = np.concatenate([prices[:, -1:], prices[:, :-1]], axis=1)
        known = ~np.isnan(table)
        # a day that the relaxation rules out, because no surgeon or theatre has the time, is as dear as a refusal
        extra = float(np.median(refusals)) if refusals.size else 0.0
        places = np.r_[REFUSAL, ADMISSION : ADMISSION + days]
        priced[:, places] = np.where(known, np.where(known, table, 0.0), priced[:, places] + extra)
        self._priced = np.where(self._true >= HARD // 2, self._true, priced)
        self._priced[:, MOST] = self._true[:, MOST]

    def follow(self, part: float, heat: float) -> None:
        """Set the costs that belong to a part (0 to 1) of the run, whatever its temperature."""
        g, t = self._g, self._tuning
        share = t.share * _left(part, t.hold, t.end)
        if share == self._share:
            return
        self._share = share
        soft = np.round((1.0 - share) * self._true + share * self._priced).astype(np.int64)
        new = np.where(self._true >= HARD // 2, self._true, soft)
        _charge(g, self._charges, new, self._where[:, ADMITTED])
        if self._opened < HARD // 2:  # the price of opening is part of the theatres' minutes
            weight = round((1.0 - share) * self._opened)
            cases = self._day[:, g[CASES] : g[BUSY]]
            g[COST] += (weight - int(g[OPENED])) * int((cases > 0).sum())
            g[OPENED] = weight
        g[BEST] = -(1 << 60) if share > 0.0 else HARD * (1 << 20)

    @property
    def done(self) -> bool:
        """Whether the costs are the plan's own."""
        return self._share == 0.0
