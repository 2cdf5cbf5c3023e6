"""One person's rules in the rostering model: sequences as clauses, as tight runs or as a flow, and totals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.roster.compiled import member_table
from optimise.roster.model.cells import Bools, Ids, Literals, RosterCells
from optimise.roster.model.flow import PersonFlow, add_flow
from optimise.roster.rules.primitives import Counter, Pattern, Regular

__all__ = ["RosterSequences"]


class RosterSequences(RosterCells):
    """Adds patterns and counters."""

    form = "clauses"

    def _sequences(self, form: str) -> None:
        self._starts: dict[tuple[int, int], Ids] = {}
        self.flows: dict[int, PersonFlow] = {}
        self.form = form
        if form == "flow":
            self._flow()
        else:
            for pattern in self._tight_runs():
                self._pattern(pattern)
        if self.elastic:
            for pattern in self.compiled.patterns:
                if len(pattern.masks) == 1 and pattern.hard and pattern.groups is None:
                    self._pattern(pattern)
        for counter in self.compiled.counters:
            self._counter(counter)

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
            if p.hard and p.groups is None and p.regular is None and s > 0 and p.masks == shape and full:
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
            keys = self._keys(self._run_keys(person, ts, inside))
            rows = model.add_rows(rule, len(ts), upper=part.constant, keys=keys)
            model.add_entries(rows[:, None], part.columns, -part.sign[None, :])
            window = ts[:, None] - np.arange(low)
            columns = np.where(window >= 1, starts[np.maximum(window, 0)], -1)
            model.add_entries(rows[:, None], columns)

    def _run_keys(self, person: int, days: NDArray[np.int32], inside: int) -> Callable[[], list[Any]]:
        name = self.problem.employees[person].id
        return lambda: [(name, day, "run", inside) for day in days.tolist()]

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

    def _pattern(self, pattern: Pattern) -> None:
        """One clause per place that the free cells can still make match."""
        if not pattern.cost or not len(pattern.starts):
            return
        if pattern.regular is not None:
            self._regular(pattern, pattern.regular)
            return
        where = pattern.employees.astype(np.int64)
        parts: list[Literals] = []
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
        if not parts:  # every day matches whatever is done
            if pattern.hard and not self.elastic:
                self.model.add_rows(pattern.rule, 1, upper=-1.0)
            elif not pattern.hard:
                self.model.offset += pattern.cost * len(where)
            return
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

    def _regular(self, pattern: Pattern, regular: Regular) -> None:
        """The states that a row reaches, place by place: ``reached[t] >= reached[s] + lit(duties from s to t) - 1``."""
        cells = pattern.starts[:, None] + np.arange(regular.days)
        keep = np.flatnonzero(self.free[pattern.employees[:, None], cells].any(axis=1))
        who, first, count = pattern.employees[keep], pattern.starts[keep], len(keep)
        if not count:
            return
        model, problem, number = self.model, self.problem, self.model.rows
        before: list[Ids] | None = None
        for day, layer in enumerate(regular.moves):
            ways: dict[tuple[int, int], int] = {}
            for state, row in enumerate(layer):
                for duty, to in enumerate(row):
                    if to >= 0:
                        ways[state, to] = ways.get((state, to), 0) | 1 << duty
            last = day + 1 == regular.days
            cost = pattern.cost if last and not pattern.hard else 0.0
            reached = [
                model.add_columns(f"{pattern.rule} reached", count, upper=1.0, cost=cost)
                for _ in range(1 + max(to for _, to in ways))
            ]
            for (state, to), mask in ways.items():
                part = self._literals(who, first + day, mask)
                rows = model.add_rows(pattern.rule, count, upper=(before is not None) - part.constant)
                model.add_entries(rows[:, None], part.columns, part.sign[None, :])
                model.add_entries(rows, reached[to], -1.0)
                if before is not None:
                    model.add_entries(rows, before[state])
            before = reached
        if pattern.hard:
            assert before is not None
            keys = self._keys(
                lambda: [
                    (problem.employees[e].id, d, number) for e, d in zip(who.tolist(), first.tolist(), strict=True)
                ]
            )
            rows = model.add_rows(pattern.rule, count, upper=0.0, keys=keys)
            model.add_entries(rows, before[0])
            if self.elastic:
                self._relax(pattern, rows, -1.0, keep)

    def _group_literals(self, pattern: Pattern, position: int, mask: int) -> tuple[Literals, Bools]:
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
        return Literals(constant.astype(np.float64), ids[:, None], sign, possible), ids >= 0

    def _counter(self, counter: Counter) -> None:
        crossed = counter.lower > counter.upper  # two limits that no total keeps are two rows: one range would be empty
        if crossed.any() and not crossed.all():
            for part in (~crossed, crossed):
                self._counter(_some(counter, np.flatnonzero(part)))
            return
        if crossed.any() and counter.weight_lower != 0 and counter.weight_upper != 0:
            self._counter(replace(counter, weight_upper=0.0))
            self._counter(replace(counter, weight_lower=0.0))
            return
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
                held = (
                    ~self.free[np.ix_(who, np.asarray(chosen))] & member[self.fixed[np.ix_(who, np.asarray(chosen))]]
                ).any(axis=1)
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


def _some(counter: Counter, which: Ids) -> Counter:
    """The counter for some of its people."""
    return replace(
        counter,
        employees=counter.employees[which],
        lower=counter.lower[which],
        upper=counter.upper[which],
        offset=counter.offset[which],
    )
