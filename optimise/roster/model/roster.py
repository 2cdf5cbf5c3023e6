"""The compact rostering model.

Sets and data: people e, days d, duties a (0 = off); x[e,d,a] = 1 when e does a on d; ``lit(e,d,M)`` is the linear
expression that is 1 when e's duty on d lies in the set M.

* ``one_duty[e,d]``: sum over a of x[e,d,a] <= 1 (= work[e,d] where that helps sparsity; = 1 where off is forbidden)
* a hard pattern (M_0 .. M_k) of rule R at (e,d), constraint ``R[e,d,..]``: sum_i lit(e,d+i,M_i) <= k
* a soft one: sum_i lit(e,d+i,M_i) - y <= k with y >= 0 at the price of a match
* a counter of rule R: lower - u <= offset + sum values * x <= upper + o, u and o priced (absent when hard)
* worked groups (weekends): k[e,g] >= lit(e,d,M) for d in g, k[e,g] <= sum of them
* a cover line of rule R: lower <= sum terms + sum under_s - sum over_s <= upper with segments 0 <= under_s <= width_s

Any subset of the (person, day) cells can be left free while the rest is fixed by a roster; rows that the free cells
cannot touch are left out. So one builder serves the whole model and the sub-models of fix-and-optimise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.roster.model.cells import Bools, Ids
from optimise.roster.model.sequences import RosterSequences
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.primitives import Segment

__all__ = ["RosterModel"]

#: Above this many transitions the flow form is too large for a whole model.
MOST_ARCS = 60_000


class RosterModel(RosterSequences):
    """Builds the compact model of a problem and reads rosters out of its solutions.

    Parameters
    ----------
    problem : RosterProblem
    free : bool array, shape (employees, days), optional
        Cells to decide; all by default.
    roster : Roster, optional
        Duties of the other cells.
    cover_price : float, optional
        Price of each unit of hard cover broken, in place of forbidding it (searches that repair).
    elastic : bool
        Give every hard rule a slack of price ``elastic_price`` (infeasibility analysis and repair).

    Attributes
    ----------
    model : LinearModel
    x : int64 array, shape (employees, days, duties)
        Column of each duty, -1 where it is not a choice.
    slacks : list of (Pattern | Counter | Line, column ids)
        Elastic slacks, by what they relax.
    """

    def __init__(
        self,
        problem: RosterProblem,
        *,
        free: Bools | None = None,
        roster: Roster | None = None,
        elastic: bool = False,
        elastic_price: float = 1.0,
        form: str = "auto",
        cover_price: float | None = None,
    ) -> None:
        super().__init__(problem, free, roster, elastic, elastic_price)
        self.cover_price = cover_price
        self._sequences(self._choose(form))
        self._lines()
        if not elastic and cover_price is None:
            self.model.lattice = problem.compiled.grid

    def _choose(self, form: str) -> str:
        """Clauses, or a flow where its size stays moderate."""
        if form != "auto":
            return form
        if self.elastic or not self.compiled.sequences:
            return "clauses"
        try:
            made = self.problem.automata
        except UnsupportedError:
            return "clauses"
        people = np.flatnonzero(self.free.any(axis=1))
        size = sum(made[int(e)].states * made[int(e)].letters for e in people)
        return "flow" if size <= MOST_ARCS else "clauses"

    def _lines(self) -> None:
        compiled, model = self.compiled, self.model
        table = compiled.line_table
        if not table.count:
            return
        fixed_duties = np.where(self.free, -1, self.fixed)
        touched = np.zeros(table.count, dtype=np.bool_)
        base = np.zeros(table.count)
        entries: list[tuple[Ids, Ids, NDArray[np.float64]]] = []
        for g, members in enumerate(table.groups):
            who = np.flatnonzero(members)
            pick = np.flatnonzero(table.group == g)
            line, day, duty, weight = table.line[pick], table.day[pick], table.duty[pick], table.coefficient[pick]
            same: Bools = np.equal(fixed_duties[who][:, :, None], np.arange(compiled.alphabet))
            counts = same.sum(axis=0)
            np.add.at(base, line, weight * counts[day, duty])
            free_any: Bools = np.asarray(self.free[who].any(axis=0))
            touched[line[free_any[day]]] = True
            off = duty == 0
            if off.any():  # an entry on the day off: 1 less the duties worked
                open_ = self.free[who].sum(axis=0)
                np.add.at(base, line[off], weight[off] * open_[day[off]])
                for row, when, w in zip(line[off].tolist(), day[off].tolist(), weight[off].tolist(), strict=True):
                    ids = self.x[who, when, 1:].ravel()
                    entries.append((np.full(len(ids), row), ids, np.full(len(ids), -w)))
            on = ~off
            ids = self.x[who[:, None], day[on][None, :], duty[on][None, :]]
            rows = np.broadcast_to(line[on][None, :], ids.shape)
            weights = np.broadcast_to(weight[on][None, :], ids.shape)
            use = ids >= 0
            entries.append((rows[use].astype(np.int64), ids[use], weights[use]))
        if self.whole:  # says what nobody can do: its price counts, and a hard one is infeasible
            touched |= np.array(
                [not line.lower <= at <= line.upper for line, at in zip(compiled.lines, base, strict=True)]
            )
        chosen = np.flatnonzero(touched)
        position = np.full(table.count, -1, dtype=np.int64)
        for rule in dict.fromkeys(compiled.lines[i].rule for i in chosen.tolist()):
            ids = np.array([i for i in chosen.tolist() if compiled.lines[i].rule == rule])
            lower = np.array([compiled.lines[i].lower for i in ids]) - base[ids]
            upper = np.array([compiled.lines[i].upper for i in ids]) - base[ids]
            keys = self._keys(self._line_keys(ids))
            position[ids] = model.add_rows(rule, len(ids), lower=lower, upper=upper, keys=keys)
            self._segments(rule, ids, position)
        for line_ids, ids, weights in entries:
            rows = position[line_ids]
            keep = (rows >= 0) & (ids >= 0)
            model.add_entries(rows[keep], ids[keep], weights[keep])

    def _line_keys(self, ids: NDArray[np.int64]) -> Callable[[], list[Any]]:
        lines = self.compiled.lines
        return lambda: [(lines[i].day, lines[i].label, i) for i in ids.tolist()]

    def _segments(self, rule: str, ids: NDArray[np.int64], position: Ids) -> None:
        lines = self.compiled.lines
        for side, sign in (("under", 1.0), ("over", -1.0)):
            rows: list[int] = []
            widths: list[float] = []
            prices: list[float] = []
            relaxed: list[int] = []
            for i in ids.tolist():
                line = lines[i]
                segments: tuple[Segment, ...] = line.under if sign > 0 else line.over
                if not math.isfinite(line.lower if sign > 0 else line.upper):
                    continue
                for s in segments:
                    if math.isinf(s.price) and self.cover_price is None:
                        relaxed.append(i)
                        break
                    rows.append(int(position[i]))
                    widths.append(s.width)
                    prices.append(s.price if math.isfinite(s.price) else self.cover_price or 0.0)
            if rows:
                columns = self.model.add_columns(
                    f"{rule} {side}", len(rows), upper=np.array(widths), cost=np.array(prices)
                )
                self.model.add_entries(np.array(rows), columns, sign)
            if self.elastic:
                for i in relaxed:
                    self._relax(lines[i], position[[i]], sign, np.array([i]))
