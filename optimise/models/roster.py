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
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.domain.roster import Roster, RosterProblem
from optimise.errors import UnsupportedError
from optimise.models.flow import PersonFlow, add_flow
from optimise.models.linear import LinearModel
from optimise.rules.compiled import member_table
from optimise.rules.primitives import Counter, Line, Pattern, Segment

__all__ = ["RosterModel"]

#: Above this many transitions the flow form is too large for a whole model.
MOST_ARCS = 60_000

Bools = NDArray[np.bool_]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Literals:
    """``lit`` at n places: constant + coefficient * (sum of the columns of a row); -1 = no column."""

    constant: NDArray[np.float64]
    columns: Ids  # (n, k)
    sign: NDArray[np.float64]  # (k,)
    possible: Bools  # whether the literal can be true


class RosterModel:
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
        self.problem, self.compiled = problem, problem.compiled
        people, days, duties = problem.shape
        self.free: Bools = np.ones((people, days), dtype=np.bool_) if free is None else free
        if roster is None and not self.free.all():
            raise ValueError("fixed cells need a roster")
        self.fixed = np.zeros((people, days), dtype=np.int16) if roster is None else roster.duties
        self.whole = bool(self.free.all())
        self.elastic, self.elastic_price, self.cover_price = elastic, elastic_price, cover_price
        self.slacks: list[tuple[Pattern | Counter | Line, Ids, Any]] = []
        self.model = LinearModel(problem.name)
        self.x: Ids = np.full((people, days, duties), -1, dtype=np.int64)
        self.work: Ids = np.full((people, days), -1, dtype=np.int64)
        self._starts: dict[tuple[int, int], Ids] = {}
        self._groups: dict[tuple[tuple[tuple[int, ...], ...], int], Ids] = {}
        self.flows: dict[int, PersonFlow] = {}
        self._duties()
        self.form = self._choose(form)
        if self.form == "flow":
            self._flow()
        else:
            for pattern in self._tight_runs():
                self._pattern(pattern)
        if elastic:
            for pattern in self.compiled.patterns:
                if len(pattern.masks) == 1 and pattern.hard and pattern.groups is None:
                    self._pattern(pattern)
        for counter in self.compiled.counters:
            self._counter(counter)
        self._lines()
        self.model.lattice = self._lattice()

    # ---- reading back ------------------------------------------------------------------------------------------
    def plan(self, values: NDArray[np.float64]) -> Roster:
        """Roster of a solution vector of shape (columns,)."""
        duties = np.array(self.fixed, dtype=np.int16)
        chosen = np.where(self.x >= 0, values[np.maximum(self.x, 0)], 0.0)
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

    # ---- columns -----------------------------------------------------------------------------------------------
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

    def _keys(self, make: Callable[[], list[Any]]) -> Callable[[], list[Any]] | None:
        return make if self.whole else None

    # ---- literals ----------------------------------------------------------------------------------------------
    def _literals(self, e: NDArray[np.int32], d: NDArray[np.int32], mask: int) -> _Literals:
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
            return _Literals(constant, columns, sign, possible.astype(np.bool_))
        columns, sign = self.x[e[:, None], d[:, None], outside], -np.ones(len(outside))
        if len(inside) < len(outside) - 1:
            columns, sign = self._by_work(e, d, work, columns, sign, inside, -1.0)
        constant = np.where(free, 1.0, held)
        return _Literals(constant, columns, sign, (free | held).astype(np.bool_))

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

    # ---- rules -------------------------------------------------------------------------------------------------
    def _pattern(self, pattern: Pattern) -> None:
        """One clause per place that the free cells can still make match."""
        if not pattern.cost or not len(pattern.starts):
            return
        where = pattern.employees.astype(np.int64)
        parts: list[_Literals] = []
        touched = np.zeros(len(where), dtype=np.bool_)
        possible = np.ones(len(where), dtype=np.bool_)
        for i, mask in enumerate(pattern.masks):
            if pattern.groups is None:
                if mask == self.problem.everything:
                    continue
                day = pattern.starts + i
                part = self._literals(pattern.employees, day, mask)
                touched |= self.free[pattern.employees, day]
            else:
                if mask == 3:
                    continue
                part, hit = self._group_literals(pattern, i, mask)
                touched |= hit
            possible &= part.possible
            parts.append(part)
        keep = np.flatnonzero(touched & possible)
        if not len(keep):
            return
        model, problem, number = self.model, self.problem, self.model.rows
        constant = sum((p.constant[keep] for p in parts), np.zeros(len(keep)))
        rows = model.add_rows(
            pattern.rule,
            len(keep),
            upper=len(parts) - 1 - constant,
            keys=self._keys(
                lambda: [(problem.employees[int(where[k])].id, int(pattern.starts[k]), number) for k in keep]
            ),
        )
        for part in parts:
            model.add_entries(rows[:, None], part.columns[keep], part.sign[None, :])
        if not pattern.hard:
            slack = model.add_columns(f"{pattern.rule} broken", len(keep), upper=1.0, cost=pattern.cost)
            model.add_entries(rows, slack, -1.0)
        elif self.elastic:
            self._relax(pattern, rows, -1.0, keep)

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

    def _flow(self) -> None:
        made, compiled = self.problem.automata, self.compiled
        for e in np.flatnonzero(self.free.any(axis=1)).tolist():
            automaton = made[e]
            self.flows[e] = add_flow(
                self.model,
                automaton,
                compiled.allowed[e],
                self.x[e],
                self.free[e],
                self.fixed[e],
                self.problem.employees[e].id,
                self._keys,
            )

    def _tight_runs(self) -> list[Pattern]:
        """Add hard minimum runs in their tight form; return the sequences that remain to be added as clauses.

        Where the sequences (not S, s days of S, not S) are forbidden for all s < lo, the run that starts on day d
        (``start[e,d] >= lit(S,d) - lit(S,d-1)``) covers the next lo days: sum of start over the lo days up to t <=
        lit(S,t). With starts and ends of S tied by an equality this is the convex hull of minimum up and down times
        (Rajan, Takriti 2005), which the clauses are far from.
        """
        if self.elastic:
            return list(self.compiled.sequences)
        everything, days = self.problem.everything, self.compiled.days
        found: dict[tuple[str, int, bytes], dict[int, Pattern]] = {}
        rest: list[Pattern] = []
        for p in self.compiled.sequences:
            inside, s = p.masks[1] if len(p.masks) > 1 else 0, len(p.masks) - 2
            shape = (everything & ~inside, *[inside] * s, everything & ~inside)
            full = len(p.starts) and int(p.starts.min()) == 0 and int(p.starts.max()) == days - s - 2
            if p.hard and p.groups is None and s > 0 and p.masks == shape and full:
                people = np.unique(p.employees)
                if len(p.starts) == len(people) * (days - s - 1):
                    found.setdefault((p.rule, inside, people.tobytes()), {})[s] = p
                    continue
            rest.append(p)
        for (rule, inside, _), by_length in found.items():
            low = max(by_length) + 1
            if len(by_length) < low - 1:  # a gap in the lengths: not a plain minimum
                rest.extend(by_length.values())
            else:
                self._minimum_run(rule, inside, low, np.unique(by_length[1].employees))
        return rest

    def _minimum_run(self, rule: str, inside: int, low: int, people: NDArray[np.int32]) -> None:
        days, model = self.compiled.days, self.model
        for person in people.tolist():
            free = self.free[person]
            if not free.any():
                continue
            starts = self._run_starts(person, inside)
            last = np.flatnonzero(free)
            ts = np.arange(max(1, int(last[0]) - low), min(days, int(last[-1]) + low + 1), dtype=np.int32)
            part = self._literals(np.full(len(ts), person, dtype=np.int32), ts, inside)
            keys = self._keys(
                lambda person=person, ts=ts: [
                    (self.problem.employees[person].id, t, "run", inside) for t in ts.tolist()
                ]
            )
            rows = model.add_rows(rule, len(ts), upper=part.constant, keys=keys)
            model.add_entries(rows[:, None], part.columns, -part.sign[None, :])
            window = ts[:, None] - np.arange(low)
            columns = np.where(window >= 1, starts[np.maximum(window, 0)], -1)
            model.add_entries(rows[:, None], columns)

    def _run_starts(self, person: int, inside: int) -> Ids:
        """Columns that are 1 where a run of ``inside`` starts on day d, shape (days,), -1 on day 0."""
        key = (person, inside)
        if key not in self._starts:
            days, model = self.compiled.days, self.model
            ids, ends = np.full(days, -1, dtype=np.int64), np.full(days, -1, dtype=np.int64)
            ids[1:] = model.add_columns("run start", days - 1, upper=1.0)
            ends[1:] = model.add_columns("run start", days - 1, upper=1.0)
            later = np.arange(1, days, dtype=np.int32)
            who = np.full(days - 1, person, dtype=np.int32)
            now, before = self._literals(who, later, inside), self._literals(who, later - 1, inside)
            change = before.constant - now.constant
            rows = model.add_rows("run starts and ends", days - 1, lower=change, upper=change)
            model.add_entries(rows[:, None], now.columns, now.sign[None, :])
            model.add_entries(rows[:, None], before.columns, -before.sign[None, :])
            model.add_entries(rows, ids[1:], -1.0)
            model.add_entries(rows, ends[1:], 1.0)
            self._starts[key] = ids
            self._starts[person, self.problem.everything & ~inside] = ends
        return self._starts[key]

    def _group_literals(self, pattern: Pattern, position: int, mask: int) -> tuple[_Literals, Bools]:
        assert pattern.groups is not None
        columns = self._group_columns(pattern.groups, self.problem.work)
        group = pattern.starts + position
        ids = columns[pattern.employees, group]
        fixed_worked = np.array(
            [
                any(self.fixed[e, d] != 0 for d in pattern.groups[g] if not self.free[e, d])
                for e, g in zip(pattern.employees.tolist(), group.tolist(), strict=True)
            ]
        )
        worked = mask == 2
        constant = np.where(ids >= 0, 0.0 if worked else 1.0, fixed_worked if worked else ~fixed_worked)
        possible = np.where(ids >= 0, True, fixed_worked if worked else ~fixed_worked)
        sign = np.array([1.0 if worked else -1.0])
        return _Literals(constant.astype(np.float64), ids[:, None], sign, possible), ids >= 0

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

    def _counter(self, counter: Counter) -> None:
        people = counter.employees
        touched = self.free[people].any(axis=1)
        limits = (counter.lower > -(2**39)) | (counter.upper < 2**39)
        keep = np.flatnonzero(touched & limits)
        if not len(keep):
            return
        who = people[keep]
        base = counter.offset[keep].astype(np.float64)
        columns: list[tuple[Ids, NDArray[np.float64]]] = []
        flow_entries: tuple[Ids, Ids] | None = None
        fixed = np.where(self.free[who], 0, self.fixed[who])
        if counter.values is not None:
            base += np.where(self.free[who], 0, counter.values[np.arange(counter.values.shape[0]), fixed]).sum(axis=1)
            # a value of the day off itself is a constant, the duties carry the difference
            off = counter.values[:, 0]
            base += np.where(self.free[who], off, 0).sum(axis=1)
            weights = np.broadcast_to((counter.values - off[:, None])[None], self.x[who].shape)
            columns.append((self.x[who].reshape(len(who), -1), weights.reshape(len(who), -1).astype(np.float64)))
        if counter.groups is not None and self.form == "flow":
            calendar = (counter.groups, counter.mask)
            rows_of, ids_of = [], []
            for i, e in enumerate(who.tolist()):
                flow = self.flows[e]
                hit = flow.columns[flow.hits[:, self.problem.automata[e].calendars.index(calendar)] > 0]
                rows_of.append(np.full(len(hit), i))
                ids_of.append(hit)
            flow_entries = (np.concatenate(rows_of), np.concatenate(ids_of))
        elif counter.groups is not None:
            ids = self._group_columns(counter.groups, counter.mask)[who]
            member = member_table((counter.mask,), self.compiled.alphabet)[0]
            for g, days in enumerate(counter.groups):
                chosen = list(days)
                held = (~self.free[np.ix_(who, chosen)] & member[self.fixed[np.ix_(who, chosen)]]).any(axis=1)
                base += held & (ids[:, g] < 0)
            columns.append((ids, np.ones(ids.shape)))
        lower = np.where(counter.lower[keep] > -(2**39), counter.lower[keep], -math.inf)
        upper = np.where(counter.upper[keep] < 2**39, counter.upper[keep], math.inf)
        if counter.weight_lower == 0:
            lower = np.full(len(keep), -math.inf)
        if counter.weight_upper == 0:
            upper = np.full(len(keep), math.inf)
        problem = self.problem
        number = self.model.rows
        rows = self.model.add_rows(
            counter.rule,
            len(keep),
            lower=lower - base,
            upper=upper - base,
            keys=self._keys(lambda: [(problem.employees[int(e)].id, number) for e in who]),
        )
        if flow_entries is not None:
            self.model.add_entries(rows[flow_entries[0]], flow_entries[1])
        for ids, weights in columns:
            nonzero = weights != 0
            self.model.add_entries(rows[:, None], np.where(nonzero, ids, -1), weights)
        for bound, weight, sign in ((lower, counter.weight_lower, 1.0), (upper, counter.weight_upper, -1.0)):
            bounded = np.flatnonzero(np.isfinite(bound))
            if not len(bounded):
                continue
            if not math.isinf(weight):
                side = "below" if sign > 0 else "above"
                slack = self.model.add_columns(f"{counter.rule} {side}", len(bounded), cost=weight)
                self.model.add_entries(rows[bounded], slack, sign)
            elif self.elastic:
                self._relax(counter, rows[bounded], sign, keep[bounded])

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
            counts = (fixed_duties[who][:, :, None] == np.arange(compiled.alphabet)).sum(axis=0)
            np.add.at(base, line, weight * counts[day, duty])
            free_any = self.free[who].any(axis=0)
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
        chosen = np.flatnonzero(touched)
        position = np.full(table.count, -1, dtype=np.int64)
        for rule in dict.fromkeys(compiled.lines[i].rule for i in chosen.tolist()):
            ids = np.array([i for i in chosen.tolist() if compiled.lines[i].rule == rule])
            lower = np.array([compiled.lines[i].lower for i in ids]) - base[ids]
            upper = np.array([compiled.lines[i].upper for i in ids]) - base[ids]
            keys = self._keys(lambda ids=ids: [(compiled.lines[i].day, compiled.lines[i].label, int(i)) for i in ids])
            position[ids] = model.add_rows(rule, len(ids), lower=lower, upper=upper, keys=keys)
            self._segments(rule, ids, position)
        for line_ids, ids, weights in entries:
            rows = position[line_ids]
            keep = (rows >= 0) & (ids >= 0)
            model.add_entries(rows[keep], ids[keep], weights[keep])

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

    def _relax(self, what: Pattern | Counter | Line, rows: Ids, sign: float, places: Any) -> None:
        columns = self.model.add_columns("elastic", len(rows), cost=self.elastic_price)
        self.model.add_entries(rows, columns, sign)
        self.slacks.append((what, columns, places))

    def _lattice(self) -> float:
        """Step of the possible costs: the gcd of all prices when they are whole numbers and all counts are."""
        prices: list[float] = [p.cost for p in self.compiled.patterns if not p.hard]
        for c in self.compiled.counters:
            prices += [w for w in (c.weight_lower, c.weight_upper) if not math.isinf(w)]
        for line in self.compiled.lines:
            if any(t.coefficient != round(t.coefficient) for t in line.terms):
                return 0.0
            for segments, bound in ((line.under, line.lower), (line.over, line.upper)):
                if not math.isfinite(bound):
                    continue
                if bound != round(bound) or any(math.isfinite(s.width) and s.width != round(s.width) for s in segments):
                    return 0.0
                prices += [s.price for s in segments if not math.isinf(s.price)]
        if any(p != round(p) for p in prices) or self.elastic:
            return 0.0
        return float(math.gcd(*(int(p) for p in prices))) if prices else 0.0
