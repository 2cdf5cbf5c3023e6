"""A roster under improvement: words by person, personal costs and line values, kept in step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.subproblem import Subproblem
from optimise.core.method import now
from optimise.roster.kernels import COARSE, Pricer, on_grid
from optimise.roster.kernels.cover import CoverRows

__all__ = ["Incumbent", "construct", "descend", "repair"]

Floats = NDArray[np.float64]


class Incumbent:
    """A whole roster with its cost.

    Attributes
    ----------
    words : int16 array, shape (employees, days)
    personal : float array, shape (employees,)
        Cost of each person's own rules.
    values : float array, shape (lines,)
    """

    def __init__(self, cover: CoverRows, words: NDArray[np.int16], personal: Floats, penalty: float) -> None:
        self.cover, self.penalty = cover, penalty
        self.words, self.personal = words.copy(), personal.copy()
        self.values = cover.counts(self.words)

    def copy(self) -> Incumbent:
        other = object.__new__(Incumbent)
        other.cover, other.penalty = self.cover, self.penalty
        other.words, other.personal, other.values = self.words.copy(), self.personal.copy(), self.values.copy()
        return other

    @property
    def cost(self) -> float:
        """Personal costs plus cover; each hard unit counts ``penalty``."""
        return float(self.personal.sum()) + float(self.cover.line_costs(self.values, self.penalty).sum())

    @property
    def feasible(self) -> bool:
        return bool(np.isfinite(self.personal).all()) and self.cover.hard_amount(self.values) == 0.0

    def without(self, people: Iterable[int]) -> Floats:
        """Line values of everybody else."""
        out = self.values.copy()
        for e in people:
            row, value = self.cover.column(e, self.words[e])
            out[row] -= value
        return out

    def subproblem(
        self, people: list[int], days: tuple[int, int] | None = None, *, lattice: float, grid: float = COARSE
    ) -> Subproblem:
        """To plan ``people`` anew on the days of a half-open window (or on all), more cheaply than now.

        The cutoff is a step of the lattice below the present cost, but for rounding.
        """
        cover = self.cover
        lines: NDArray[np.bool_] | None = None
        shut: dict[int, NDArray[np.bool_]] = {}
        if days is not None and days != (0, cover.days):
            lines = cover.lines_of(*days)
            for e in people:
                cells = np.arange(cover.alphabet)[None, :] != self.words[e][:, None]
                cells[days[0] : days[1]] = False
                shut[e] = cells
        each = cover.line_costs(self.values, self.penalty)
        cost = float(self.personal[people].sum()) + float(each.sum() if lines is None else each[lines].sum())
        cutoff = cost - (lattice if lattice > 0 else 1e-6 * max(1.0, abs(cost))) + 1e-6
        window = (0, cover.days) if days is None else days
        return Subproblem(
            cover, tuple(people), window, self.without(people), lines, shut, cost, cutoff, lattice=lattice, grid=grid
        )

    def put(self, columns: Iterable[Column]) -> None:
        """Give people new rosters."""
        for c in columns:
            row, value = self.cover.column(c.employee, self.words[c.employee])
            self.values[row] -= value
            self.values[c.rows] += c.values
            self.words[c.employee] = c.word
            self.personal[c.employee] = c.cost

    def changes(self, since: Incumbent) -> list[Column]:
        """Rosters of those who have another one than in an earlier plan."""
        changed = np.flatnonzero((self.words != since.words).any(axis=1)).tolist()
        return [Column.of(self.cover, e, self.words[e], float(self.personal[e])) for e in changed]


def descend(
    incumbent: Incumbent, pricer: Pricer, order: Iterable[int], over: Callable[[], bool] = lambda: False
) -> bool:
    """Re-optimise people one at a time, exactly, while the others stay; True if the cost fell.

    The price of a duty is the change of cover cost that it makes; where a line spans several days this is only an
    estimate, so a change is kept only when the true cost falls.
    """
    better = False
    days = np.arange(incumbent.cover.days)
    cost = incumbent.cost
    for e in order:
        if over():
            break
        others = incumbent.without([e])
        prices = on_grid(incumbent.cover.marginal(others, incumbent.penalty)[incumbent.cover.kind[e]])
        now = float(incumbent.personal[e]) + float(prices[days, incumbent.words[e]].sum())
        priced = pricer.price(e, prices)
        if not len(priced.values) or (math.isfinite(now) and priced.values[0] >= now - 1e-9):
            continue
        word = priced.words[0]
        before = incumbent.words[e].copy(), float(incumbent.personal[e])
        incumbent.put([Column.of(incumbent.cover, e, word, pricer.cost(e, word))])
        now_cost = incumbent.cost
        if now_cost < cost - 1e-9:
            better, cost = True, now_cost
        else:
            incumbent.put([Column.of(incumbent.cover, e, *before)])
    return better


def repair(incumbent: Incumbent, pricer: Pricer) -> bool:
    """Give everybody who breaks a personal rule the best roster against the others; False if someone has none."""
    for e in np.flatnonzero(~np.isfinite(incumbent.personal)).tolist():
        others = incumbent.without([e])
        kind = int(incumbent.cover.kind[e])
        priced = pricer.price(e, on_grid(incumbent.cover.marginal(others, incumbent.penalty, kind)[kind]))
        if not len(priced.values):
            return False
        word = priced.words[0]
        incumbent.put([Column.of(incumbent.cover, e, word, pricer.cost(e, word))])
    return True


def construct(
    cover: CoverRows,
    pricer: Pricer,
    order: list[int],
    penalty: float,
    over: Callable[[], bool] = lambda: False,
    late: Callable[[], bool] = lambda: False,
    grace: float = 0.0,
) -> Incumbent | None:
    """Build a roster person by person, each optimal against the cover that is still missing.

    Those whose turn comes late, or after the time, get a good roster by hard limits alone.

    None when some person has no roster that obeys the personal rules, or the time has been over for a while.

    Parameters
    ----------
    cover : CoverRows
        What is asked for, line by line.
    pricer : Pricer
    order : list of int
        People in the order of their turns.
    penalty : float
        Price of a hard unit of cover that is missing.
    over : callable
        Whether the time is over.
    late : callable
        Whether the turns from now on come late.
    grace : float
        Seconds past the time in which the plan is brought to its end.

    Returns
    -------
    Incumbent or None
    """
    people = len(cover.kind)
    words = np.zeros((people, cover.days), dtype=np.int16)
    personal = np.zeros(people)
    values = np.zeros(cover.lines)
    late_since: tuple[float, float] | None = None
    for e in order:
        kind = int(cover.kind[e])
        if over():
            late_since = late_since or (now(), time.thread_time())
            # on the wall and of the processor: a busy machine would cost the plan, and so would compiling
            if min(now() - late_since[0], time.thread_time() - late_since[1]) > grace:
                return None
        prices = on_grid(cover.marginal(values, penalty, kind)[kind])
        priced = pricer.lenient(e, prices) if late_since or late() else pricer.price(e, prices)
        if not len(priced.values):
            return None
        words[e] = priced.words[0]
        personal[e] = pricer.cost(e, words[e])
        row, value = cover.column(e, words[e])
        values[row] += value
    return Incumbent(cover, words, personal, penalty)
