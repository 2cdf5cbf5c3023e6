"""Which cells to set free next: neighbourhoods of large-neighbourhood search on rosters, chosen by what they gained.

Ropke and Pisinger (2006) for the adaptive choice; the shapes (people, people by days, all by days) are those of
fix-and-optimise for rostering (Della Croce, Salassa 2014).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.tuning import ChooserTuning

__all__ = ["Chooser"]


#: People (any or the costly ones) over weeks, people over days, everybody over days; and a few people whose rosters
#: are made anew by dynamic programming.
SHAPES = ("people", "costly", "window", "days", "recreate")


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Free cells, and the shape that made them."""

    shape: str
    free: NDArray[np.bool_]


@dataclass(slots=True)
class _Arm:
    gain: float = 1.0  # smoothed relative gain per second
    size: float = 1.0  # of the target size, adapted to what the solver closes in its time
    tries: int = 0


@dataclass(slots=True)
class Chooser:
    """Draws neighbourhoods and learns from them.

    Attributes
    ----------
    problem : RosterProblem
    rng : Generator
    tuning : ChooserTuning
    """

    problem: RosterProblem
    rng: np.random.Generator
    tuning: ChooserTuning
    arms: dict[str, _Arm] = field(default_factory=lambda: {s: _Arm() for s in SHAPES})

    def draw(self, roster: Roster, trouble: NDArray[np.float64]) -> Neighbourhood:
        """Free some cells.

        Parameters
        ----------
        roster : Roster
            The incumbent.
        trouble : float array, shape (employees, days)
            Cost that each cell takes part in.
        """
        names, t = list(self.arms), self.tuning
        weight = np.array([a.gain for a in self.arms.values()])
        weight = np.maximum(weight / weight.max(), t.least)
        shape = str(self.rng.choice(names, p=weight / weight.sum()))
        people, days, _ = self.problem.shape
        budget = t.cells * self.arms[shape].size  # cells
        free = np.zeros((people, days), dtype=np.bool_)
        by_person = trouble.sum(axis=1) + trouble.mean() + 1e-9
        if shape == "recreate":
            count = min(people, int(self.rng.integers(t.recreated[0], t.recreated[1] + 1)))
            who = self.rng.choice(people, size=count, replace=False, p=by_person / by_person.sum())
            free[who] = True
        elif shape in ("people", "costly"):
            span = min(days, t.span)
            count = int(np.clip(budget / span, 2, people))
            odds = by_person / by_person.sum() if shape == "costly" else None
            who = self.rng.choice(people, size=count, replace=False, p=odds)
            first = int(self.rng.integers(0, days - span + 1))
            free[np.ix_(who, np.arange(first, first + span))] = True
        elif shape == "window":
            span = int(self.rng.integers(t.shortest, t.longest + 1))
            count = int(np.clip(2 * budget / span, 2, people))
            first = self._day(trouble, days, span)
            local = trouble[:, first : first + span].sum(axis=1) + 0.2 * by_person.mean()
            who = self.rng.choice(people, size=count, replace=False, p=local / local.sum())
            free[np.ix_(who, np.arange(first, min(days, first + span)))] = True
        else:
            span = int(np.clip(2 * budget / people, 2, min(days, t.longest)))
            first = self._day(trouble, days, span)
            free[:, first : first + span] = True
        return Neighbourhood(shape, free)

    def _day(self, trouble: NDArray[np.float64], days: int, span: int) -> int:
        daily = trouble.sum(axis=0) + trouble.mean() + 1e-9
        centre = int(self.rng.choice(days, p=daily / daily.sum()))
        return int(np.clip(centre - self.rng.integers(0, span), 0, max(0, days - span)))

    def learn(self, shape: str, gain: float, seconds: float, closed: bool, quick: bool) -> None:
        """Take in what a neighbourhood brought: relative gain, time, whether it was solved to the end, and quickly."""
        arm, t = self.arms[shape], self.tuning
        arm.tries += 1
        arm.gain = (1.0 - t.fresh) * arm.gain + t.fresh * (gain / max(seconds, 1e-3))
        if quick:
            arm.size = min(arm.size * t.longer, t.largest)
        elif not closed:
            arm.size = max(arm.size * t.shorter, t.smallest)
