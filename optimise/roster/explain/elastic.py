"""The hard rules as one model whose every fact can be opened.

* elastic model: each row of a hard fact p gets slack s >= 0; ``min sum_p price_p * s_p``. An optimum above 0 proves
  that no roster keeps all facts; its roster shows the cheapest way out (Chinneck 2008, elastic filter).
* closed facts have ``s = 0``, open ones ``s`` free: with no objective, a set of facts is consistent if and only if the
  model with just these closed has a solution. Only bounds change between two tests.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimise.core.method import Deadline
from optimise.core.result import Stop
from optimise.roster.explain.pieces import Piece, only
from optimise.roster.explain.prices import Prices
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.primitives import Pattern
from optimise.solvers.highs import Highs, Solved

__all__ = ["Elastic"]

#: HiGHS' strategy "elasticity filter on the linear relaxation".
_IIS_FROM_LP = 2


class Elastic:
    """Model of some hard facts, each with its own slacks.

    Parameters
    ----------
    problem : RosterProblem
    some : sequence of Piece
    prices : Prices
    threads, seed : int
    """

    def __init__(
        self,
        problem: RosterProblem,
        some: Sequence[Piece],
        *,
        prices: Prices,
        threads: int = 1,
        seed: int = 0,
    ) -> None:
        self.pieces = tuple(some)
        self.built = RosterModel(only(problem, some), elastic=True)
        self.arrays = self.built.model.freeze()
        self.threads, self.seed = threads, seed
        owner = {id(form): i for i, piece in enumerate(some) for form in piece.forms}
        columns: dict[int, list[NDArray[np.int64]]] = defaultdict(list)
        cost = np.zeros(self.arrays.columns)
        self.step = math.inf  # price of the cheapest unit
        for form, ids, _ in self.built.slacks:
            i = owner[id(form)]
            columns[i].append(ids)
            cost[ids] = prices.unit(form) * (form.amount if isinstance(form, Pattern) else 1)
            self.step = min(self.step, float(cost[ids].min(initial=math.inf)))
        self.columns = {i: np.concatenate(ids) for i, ids in columns.items()}
        self.cost = cost
        self.slack = np.concatenate([*self.columns.values(), np.zeros(0, dtype=np.int64)])
        self._test: Highs | None = None
        self._closed: frozenset[int] = frozenset()

    # ---- the cheapest way out -----------------------------------------------------------------------------------
    def relax(self, seconds: float) -> tuple[Solved, Roster | None]:
        """Minimise the price of what is broken."""
        highs = Highs(replace(self.arrays, cost=self.cost, offset=0.0), threads=self.threads, seed=self.seed)
        solved = highs.solve(seconds=seconds, start=self.built.start(self._idle()))
        return solved, None if solved.values is None else self.built.plan(solved.values)

    def shows_infeasible(self, bound: float) -> bool:
        """Whether a lower bound of the price cannot be rounding error."""
        return bound > 1e-4 * self.step

    def _idle(self) -> Roster:
        return Roster(np.zeros(self.built.x.shape[:2], dtype=np.int16))

    # ---- consistency --------------------------------------------------------------------------------------------
    def conflicting(self, some: Iterable[int], clock: Deadline, most: float = math.inf) -> bool | None:
        """Whether facts (indices into ``pieces``) cannot hold together; None when time ran out first."""
        if clock.over:
            return None
        if self._test is None:
            bare = replace(self.arrays, cost=np.zeros(self.arrays.columns), offset=0.0)
            self._test = Highs(bare, options={"mip_max_improving_sols": 1}, threads=self.threads, seed=self.seed)
        closed = frozenset(some)
        self._bound(self._test, closed - self._closed, 0.0)
        self._bound(self._test, self._closed - closed, math.inf)
        self._closed = closed
        solved = self._test.solve(seconds=min(most, clock.left))
        if solved.stop is Stop.INFEASIBLE or (solved.unbounded and solved.values is None):
            return True  # without an objective "unbounded or infeasible" means infeasible
        return False if solved.values is not None else None

    def _bound(self, highs: Highs, facts: Iterable[int], upper: float) -> None:
        ids = [self.columns[i] for i in sorted(facts) if i in self.columns]
        if ids:
            highs.set_bounds(np.concatenate(ids), 0.0, upper)

    # ---- a core of the linear relaxation ------------------------------------------------------------------------
    def linear_core(self, clock: Deadline, among: Sequence[int]) -> list[int] | None:
        """Facts in an infeasible subset of the linear relaxation; None when that is feasible or time runs out."""
        a = self.arrays
        upper = a.upper.copy()
        for i in among:
            if i in self.columns:
                upper[self.columns[i]] = 0.0
        linear = replace(
            a, cost=np.zeros(a.columns), offset=0.0, integer=np.zeros(a.columns, dtype=np.bool_), upper=upper
        )
        highs = Highs(linear, threads=self.threads, seed=self.seed)
        if highs.solve(seconds=clock.left).stop is not Stop.INFEASIBLE or clock.over:
            return None
        raw = highs.raw
        raw.setOptionValue("iis_strategy", _IIS_FROM_LP)
        raw.setOptionValue("iis_time_limit", clock.left)
        _, core = raw.getIis()
        if not core.valid_:
            return None
        owner = self._row_owner()
        found = {int(owner[row]) for row in core.row_index_} - {-1}
        wanted = set(among)
        return sorted(found & wanted) or None

    def _row_owner(self) -> NDArray[np.int64]:
        """Fact that each row belongs to, -1 for none, shape (rows,)."""
        a = self.arrays
        of_column = np.full(a.columns, -1, dtype=np.int64)
        for i, ids in self.columns.items():
            of_column[ids] = i
        row = np.repeat(np.arange(a.rows), np.diff(a.start))
        mine = of_column[a.index]
        out = np.full(a.rows, -1, dtype=np.int64)
        out[row[mine >= 0]] = mine[mine >= 0]
        return out
