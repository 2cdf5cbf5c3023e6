"""The peer: rostering written for CP-SAT (OR-tools) straight from the compiled rules, and any array model row by row.

Roster: one literal for each person, day and allowed duty (off included), exactly one a day; a hard pattern is one
clause "some day differs", a soft one the same clause with a priced literal; totals and head counts are linear with
integer slacks. That is how CP-SAT likes it: clauses, exactly-ones and short sums.

OR-tools brings a libhighs of its own with the name of highspy's, so the two cannot be imported by one process.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.primitives import Counter, Line, Pattern, Segment
from optimise.solvers.linear import Arrays

FAR = 2**39  # beyond: no limit


@dataclass
class Found:
    """Outcome of one CP-SAT run; ``values`` belong to the model's own variables."""

    stop: str
    plan: Any
    cost: float
    bound: float
    seconds: float
    trace: list[tuple[float, float]] = field(default_factory=list)  # seconds and cost of each better plan


class _Heard(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
    """Keeps when which cost was found."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale, self.trace = scale, []

    def on_solution_callback(self) -> None:
        self.trace.append((self.wall_time, self.objective_value / self.scale))


def run(model: cp_model.CpModel, scale: float, seconds: float, threads: int, seed: int) -> tuple[Any, Found]:
    """Solve; cost and bound in the problem's units."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seed
    begin = time.perf_counter()
    heard = _Heard(scale)
    status = solver.solve(model, heard)
    spent = time.perf_counter() - begin
    has = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    stop = {cp_model.OPTIMAL: "optimal", cp_model.INFEASIBLE: "infeasible"}.get(status, "time")
    cost = solver.objective_value / scale if has else math.inf
    return solver, Found(stop, None, cost, solver.best_objective_bound / scale, spent, heard.trace)


def whole(values: Any) -> int:
    """Smallest factor that makes all values whole numbers."""
    factor = math.lcm(*(Fraction(float(v)).limit_denominator(10**6).denominator for v in values if math.isfinite(v)))
    if factor > 10**6:
        raise ValueError("prices are not multiples of a common unit")
    return factor


class RosterCp:
    """CP-SAT model of a rostering problem."""

    def __init__(self, problem: RosterProblem) -> None:
        self.problem, self.compiled = problem, problem.compiled
        self.model = cp_model.CpModel()
        self.terms: list[tuple[Any, float]] = []
        self.groups: dict[tuple[int, tuple[int, ...], int], Any] = {}
        people, days, _ = problem.shape
        self.x: dict[tuple[int, int, int], Any] = {}
        for e in range(people):
            for d in range(days):
                open_ = np.flatnonzero(self.compiled.allowed[e, d]).tolist()
                for a in open_:
                    literal = self.model.new_bool_var(f"x[{e},{d},{a}]")
                    self.x[e, d, a] = literal
                    if price := float(self.compiled.unit_cost[e, d, a]):
                        self.terms.append((literal, price))
                self.model.add_exactly_one([self.x[e, d, a] for a in open_])
        for pattern in self.compiled.sequences:
            self._pattern(pattern)
        for counter in self.compiled.counters:
            self._counter(counter)
        for line in self.compiled.lines:
            self._line(line)
        self.scale = whole(price for _, price in self.terms) if self.terms else 1
        self.model.minimize(sum(round(price * self.scale) * v for v, price in self.terms))

    def _outside(self, e: int, d: int, mask: int) -> list[Any]:
        return [
            v for a in range(self.problem.shape[2]) if not mask >> a & 1 and (v := self.x.get((e, d, a))) is not None
        ]

    def _inside(self, e: int, d: int, mask: int) -> list[Any]:
        return self._outside(e, d, ~mask)

    def _worked(self, e: int, days: tuple[int, ...], mask: int) -> Any:
        """Literal: some duty of these days lies in the mask."""
        key = (e, days, mask)
        if key not in self.groups:
            literal = self.model.new_bool_var(f"worked{key}")
            parts = [v for d in days for v in self._inside(e, d, mask)]
            for part in parts:
                self.model.add_implication(part, literal)
            self.model.add_bool_or([*parts, literal.negated()])
            self.groups[key] = literal
        return self.groups[key]

    def _pattern(self, pattern: Pattern) -> None:
        if not pattern.amount or not pattern.weight:
            return
        for e, start in zip(pattern.employees.tolist(), pattern.starts.tolist(), strict=True):
            differs: list[Any] = []
            for i, mask in enumerate(pattern.masks):
                if pattern.groups is None:
                    differs += self._outside(e, start + i, mask)
                elif mask != 3:
                    worked = self._worked(e, pattern.groups[start + i], self.problem.work)
                    differs.append(worked if mask == 1 else worked.negated())
            if not pattern.hard:
                broken = self.model.new_bool_var("")
                self.terms.append((broken, pattern.cost))
                differs.append(broken)
            self.model.add_bool_or(differs)

    def _counter(self, counter: Counter) -> None:
        for i, e in enumerate(counter.employees.tolist()):
            low, up, total = int(counter.lower[i]), int(counter.upper[i]), [int(counter.offset[i])]
            if counter.values is not None:
                for d, a in np.argwhere(counter.values != 0).tolist():
                    if (e, d, a) in self.x:
                        total.append(int(counter.values[d, a]) * self.x[e, d, a])
            for group in counter.groups or ():
                total.append(self._worked(e, group, counter.mask))
            for bound, weight, sign in ((low, counter.weight_lower, 1), (up, counter.weight_upper, -1)):
                if abs(bound) >= FAR or weight == 0:
                    continue
                parts = list(total)
                if math.isfinite(weight):
                    slack = self.model.new_int_var(0, 10**7, "")
                    self.terms.append((slack, weight))
                    parts.append(sign * slack)
                self.model.add(sum(parts) >= bound) if sign > 0 else self.model.add(sum(parts) <= bound)

    def _line(self, line: Line) -> None:
        factor = whole([*(t.coefficient for t in line.terms), line.lower, line.upper])
        value: list[Any] = []
        for term in line.terms:
            everyone = range(len(self.problem.employees)) if term.employees is None else term.employees
            weight = round(term.coefficient * factor)
            value += [weight * v for e in everyone for v in self._inside(e, term.day, term.mask)]
        for segments, bound, sign in ((line.under, line.lower, 1), (line.over, line.upper, -1)):
            if not math.isfinite(bound) or not segments:
                continue
            parts = [*value, *(sign * s for s in self._segments(segments, factor))]
            limit = round(bound * factor)
            self.model.add(sum(parts) >= limit) if sign > 0 else self.model.add(sum(parts) <= limit)

    def _segments(self, segments: tuple[Segment, ...], factor: int) -> list[Any]:
        out = []
        for s in segments:
            if math.isinf(s.price):
                break
            slack = self.model.new_int_var(0, 10**6 if math.isinf(s.width) else round(s.width * factor), "")
            if s.price:
                self.terms.append((slack, s.price / factor))
            out.append(slack)
        return out

    def solve(self, seconds: float, threads: int, seed: int) -> Found:
        solver, found = run(self.model, self.scale, seconds, threads, seed)
        if math.isfinite(found.cost):
            duties = np.zeros(self.problem.shape[:2], dtype=np.int16)
            for (e, d, a), literal in self.x.items():
                if solver.boolean_value(literal):
                    duties[e, d] = a
            found.plan = Roster(duties)
        return found


class RowsCp:
    """Any array model given to CP-SAT row by row, continuous columns taken as whole numbers.

    A restriction in general, so its bound holds for whole-numbered rows only and is unknown for others; used for
    hospitals, for which no CP-SAT model of its own is written.
    """

    def __init__(self, arrays: Arrays) -> None:
        model = self.model = cp_model.CpModel()
        big = 10**6
        low, up = np.ceil(np.maximum(arrays.lower, -big)), np.floor(np.minimum(arrays.upper, big))
        self.columns = [model.new_int_var(int(a), int(b), "") for a, b in zip(low.tolist(), up.tolist(), strict=True)]
        for r in range(arrays.rows):
            part = slice(int(arrays.start[r]), int(arrays.start[r + 1]))
            values, bounds = arrays.value[part], (float(arrays.row_lower[r]), float(arrays.row_upper[r]))
            factor = whole([*values.tolist(), *bounds])
            body = cp_model.LinearExpr.weighted_sum(
                [self.columns[c] for c in arrays.index[part].tolist()], np.rint(values * factor).astype(int).tolist()
            )
            lower = -(2**50) if bounds[0] == -math.inf else round(bounds[0] * factor)
            upper = 2**50 if bounds[1] == math.inf else round(bounds[1] * factor)
            model.add_linear_constraint(body, lower, upper)
        self.exact = bool(np.all(arrays.value == np.rint(arrays.value)))
        self.scale, self.offset = whole(arrays.cost.tolist()), arrays.offset
        priced = np.flatnonzero(arrays.cost)
        model.minimize(
            cp_model.LinearExpr.weighted_sum(
                [self.columns[c] for c in priced.tolist()],
                np.rint(arrays.cost[priced] * self.scale).astype(int).tolist(),
            )
        )

    def solve(self, seconds: float, threads: int, seed: int) -> Found:
        solver, found = run(self.model, self.scale, seconds, threads, seed)
        found.cost = found.cost + self.offset
        found.bound = found.bound + self.offset if self.exact else -math.inf
        found.trace = [(seconds, cost + self.offset) for seconds, cost in found.trace]
        if math.isfinite(found.cost):
            found.plan = np.array([solver.value(c) for c in self.columns], dtype=float)
        return found
