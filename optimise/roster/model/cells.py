"""Columns of the rostering model: who may do what, and what a set of duties on a day means as an expression."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.compiled import member_table
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.primitives import Counter, Line, Pattern
from optimise.solvers.linear import LinearModel

__all__ = ["Bools", "Ids", "Literals", "RosterCells"]

Bools = NDArray[np.bool_]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Literals:
    """``lit`` at n places: constant + coefficient * (sum of the columns of a row); -1 = no column."""

    constant: NDArray[np.float64]
    columns: Ids  # (n, k)
    sign: NDArray[np.float64]  # (k,)
    possible: Bools  # whether the literal can be true


class RosterCells:
    """Duty columns of the free cells, and the literals ``lit(e, d, M)`` over them."""

    def __init__(
        self, problem: RosterProblem, free: Bools | None, roster: Roster | None, elastic: bool, price: float
    ) -> None:
        self.problem, self.compiled = problem, problem.compiled
        people, days, duties = problem.shape
        self.free: Bools = np.ones((people, days), dtype=np.bool_) if free is None else free
        if roster is None and not self.free.all():
            raise ValueError("fixed cells need a roster")
        self.fixed = np.zeros((people, days), dtype=np.int16) if roster is None else roster.duties
        self.whole = bool(self.free.all())
        self.elastic, self.elastic_price = elastic, price
        self.slacks: list[tuple[Pattern | Counter | Line, Ids, Any]] = []
        self.model = LinearModel(problem.name)
        self.x: Ids = np.full((people, days, duties), -1, dtype=np.int64)
        self.work: Ids = np.full((people, days), -1, dtype=np.int64)
        self._groups: dict[tuple[tuple[tuple[int, ...], ...], int], Ids] = {}
        self._duties()

    def plan(self, values: NDArray[np.float64]) -> Roster:
        """Roster of a solution vector of shape (columns,)."""
        duties = np.array(self.fixed, dtype=np.int16)
        chosen = np.append(values, 0.0)[self.x]  # -1, no column, is nought
        best = chosen.argmax(axis=2)
        on = np.take_along_axis(chosen, best[:, :, None], axis=2)[:, :, 0] > 0.5
        duties[self.free] = np.where(on, best, 0)[self.free]
        return Roster(duties)

    def start(self, roster: Roster) -> NDArray[np.float64]:
        """Starting point for the duty columns (NaN elsewhere), shape (columns,)."""
        values = np.full(self.model.columns, np.nan)
        e, d, a = np.nonzero(self.x >= 0)
        values[self.x[e, d, a]] = roster.duties[e, d] == a
        return values

    def _duties(self) -> None:
        problem, compiled, model = self.problem, self.compiled, self.model
        choice = self.free[:, :, None] & (compiled.allowed | self.elastic)
        choice[:, :, 0] = False
        e, d, a = np.nonzero(choice)
        # the day off's own price is a constant; each duty carries the difference
        base = np.where(self.free, compiled.unit_cost[:, :, 0], 0.0)
        model.offset += float(base.sum())
        price = compiled.unit_cost[e, d, a] - compiled.unit_cost[e, d, 0]
        ids = model.add_columns(
            "x",
            len(e),
            upper=1.0,
            cost=price,
            integer=True,
            keys=self._keys(
                lambda: [
                    (problem.employees[i].id, j, problem.duties[k].id)
                    for i, j, k in zip(e.tolist(), d.tolist(), a.tolist(), strict=True)
                ]
            ),
        )
        self.x[e, d, a] = ids
        count = choice.sum(axis=2)
        must = self.free & ~compiled.allowed[:, :, 0] & (not self.elastic)
        needs_row = self.free & ((count > 1) | must)
        with_work = self.free & (count > 2)
        rows_e, rows_d = np.nonzero(needs_row)
        keys = self._keys(
            lambda: [(problem.employees[i].id, j) for i, j in zip(rows_e.tolist(), rows_d.tolist(), strict=True)]
        )
        has_work = with_work[rows_e, rows_d]
        lower = np.where(has_work, 0.0, np.where(must[rows_e, rows_d], 1.0, -math.inf))
        upper = np.where(has_work, 0.0, 1.0)
        rows = model.add_rows("one_duty", len(rows_e), lower=lower, upper=upper, keys=keys)
        model.add_entries(rows[:, None], self.x[rows_e, rows_d])
        we, wd = rows_e[has_work], rows_d[has_work]
        work = model.add_columns(
            "work",
            len(we),
            lower=must[we, wd].astype(np.float64),
            upper=1.0,
            keys=self._keys(
                lambda: [(problem.employees[i].id, j) for i, j in zip(we.tolist(), wd.tolist(), strict=True)]
            ),
        )
        self.work[we, wd] = work
        model.add_entries(rows[has_work], work, -1.0)

    def _keys(self, make: Callable[[], list[object]]) -> Callable[[], list[Any]] | None:
        return make if self.whole else None

    def _literals(self, e: NDArray[np.int32], d: NDArray[np.int32], mask: int) -> Literals:
        """``lit(e, d, mask)`` at parallel places."""
        alphabet = self.compiled.alphabet
        member = member_table((mask,), alphabet)[0]
        inside = np.flatnonzero(member[1:]) + 1
        outside = np.flatnonzero(~member[1:]) + 1
        free = self.free[e, d]
        held = member[self.fixed[e, d]]
        work = self.work[e, d]
        if not member[0]:
            columns = self.x[np.ix_(range(len(e)), [])] if not len(e) else self.x[e[:, None], d[:, None], inside]
            sign = np.ones(len(inside))
            if len(outside) < len(inside) - 1:  # work less the few that are not meant, where work exists
                columns, sign = self._by_work(e, d, work, columns, sign, outside, 1.0)
            constant = np.where(free, 0.0, held)
            possible = np.where(free, (self.x[e[:, None], d[:, None], inside] >= 0).any(axis=1), held)
            return Literals(constant, columns, sign, possible.astype(np.bool_))
        columns, sign = self.x[e[:, None], d[:, None], outside], -np.ones(len(outside))
        if len(inside) < len(outside) - 1:
            columns, sign = self._by_work(e, d, work, columns, sign, inside, -1.0)
        constant = np.where(free, 1.0, held)
        return Literals(constant, columns, sign, (free | held).astype(np.bool_))

    def _by_work(
        self,
        e: NDArray[np.int32],
        d: NDArray[np.int32],
        work: Ids,
        columns: Ids,
        sign: NDArray[np.float64],
        others: NDArray[np.int64],
        direction: float,
    ) -> tuple[Ids, NDArray[np.float64]]:
        """Write a sum over many duties as ``work`` less the others, at the places that have a work column."""
        has = work >= 0
        rest = np.where(has[:, None], self.x[e[:, None], d[:, None], others], -1)
        direct = np.where(has[:, None], -1, columns)
        out = np.concatenate([work[:, None], rest, direct], axis=1)
        signs = np.concatenate([[direction], np.full(len(others), -direction), sign])
        return out, signs

    def _group_columns(self, groups: tuple[tuple[int, ...], ...], mask: int) -> Ids:
        """Columns k[e,g] (any day of g has a duty in the mask), -1 where fixed cells decide it; made once."""
        key = (groups, mask)
        if key in self._groups:
            return self._groups[key]
        people = len(self.problem.employees)
        member = member_table((mask,), self.compiled.alphabet)[0]
        out: Ids = np.full((people, len(groups)), -1, dtype=np.int64)
        for g, days in enumerate(groups):
            open_ = self.free[:, list(days)].any(axis=1)
            held = (~self.free[:, list(days)] & member[self.fixed[:, list(days)]]).any(axis=1)
            who = np.flatnonzero(open_ & ~held).astype(np.int32)
            if not len(who):
                continue
            ids = self.model.add_columns("worked group", len(who), upper=1.0)
            out[who, g] = ids
            some = self.model.add_rows("worked group needs work", len(who), upper=0.0)
            self.model.add_entries(some, ids)
            for day in days:
                part = self._literals(who, np.full(len(who), day, dtype=np.int32), mask)
                rows = self.model.add_rows("worked group", len(who), upper=-part.constant)
                self.model.add_entries(rows[:, None], part.columns, part.sign[None, :])
                self.model.add_entries(rows, ids, -1.0)
                self.model.add_entries(some[:, None], part.columns, -part.sign[None, :])
        self._groups[key] = out
        return out

    def _relax(self, what: Pattern | Counter | Line, rows: Ids, sign: float, places: object) -> None:
        columns = self.model.add_columns("elastic", len(rows), cost=self.elastic_price)
        self.model.add_entries(rows, columns, sign)
        self.slacks.append((what, columns, places))
