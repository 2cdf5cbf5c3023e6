"""The dynamic version of INRC-II: week after week, each planned without knowing the weeks after it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimise.roster.formats.inrc2_problem import Inrc2History, Inrc2Week, Scenario, compose
from optimise.roster.problem import RosterProblem

__all__ = ["Stages"]


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages of an instance are made of.

    Attributes
    ----------
    scenario : Scenario
    history : History
        At the first day.
    weeks : tuple of Week
        All weeks; :meth:`problem` shows a stage only those up to its own.
    """

    scenario: Scenario
    history: Inrc2History
    weeks: tuple[Inrc2Week, ...]

    def problem(self, stage: int, fixed: NDArray[np.int16], *, ahead: int | None = None) -> RosterProblem:
        """The problem of one stage, from the weeks known by then.

        Week ``stage`` comes with its demand and requests. The weeks after it are unknown: the weeks seen so far,
        repeated in order, stand for their demand, without requests, so that totals, weekends and runs are weighed
        against what is still to come (sample-based look-ahead as in A. Legrain, J. Omer, S. Rosat, "An online
        stochastic algorithm for a dynamic nurse scheduling problem", EJOR 285 (2020) 196-210, with a single sample).

        Parameters
        ----------
        stage : int
            From 0.
        fixed : ndarray, shape (employees, 7 * stage)
            Duties of the weeks before, in the numbering of the whole problem.
        ahead : int, optional
            Number of unknown weeks to look ahead; all that are left when left out. Totals and worked weekends count
            only when all are, because the competition charges them at the end of the last week.

        Returns
        -------
        RosterProblem
            Its first seven days are the week to plan.
        """
        left = len(self.weeks) - stage - 1
        guessed = [replace(self.weeks[i % (stage + 1)], requests=[]) for i in range(left)][:ahead]
        weeks = [self.weeks[stage], *guessed]
        name = f"{self.scenario.id}, week {stage + 1} of {len(self.weeks)}"
        meta = {"scenario": self.scenario.id, "first_week": self.history.week + stage}
        return compose(name, self.scenario, self._after(stage, fixed), weeks, meta)

    def _after(self, stage: int, fixed: NDArray[np.int16]) -> Inrc2History:
        """The history that the weeks already planned leave."""
        shifts, skills = list(self.scenario.shifts), len(self.scenario.skills)
        borders = {}
        for nurse, row in zip(self.scenario.nurses, fixed, strict=True):
            worked = [shifts[(a - 1) // skills] if a else None for a in row.tolist()]
            borders[nurse] = self.history.borders[nurse].after(worked)
        return Inrc2History(self.history.week + stage, borders)

    def whole(self, name: str = "", meta: dict[str, object] | None = None) -> RosterProblem:
        """The static problem, in which all weeks are known."""
        return compose(name, self.scenario, self.history, self.weeks, meta or {})
