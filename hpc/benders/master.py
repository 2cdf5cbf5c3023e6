"""The master of the L-shaped method in HiGHS: first stage, recourse estimates, cuts that come and go."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimise.capacity.risk import Risk
from optimise.core.result import Stop
from optimise.solvers.highs import Highs
from optimise.solvers.linear import Arrays

__all__ = ["CutMaster", "Step"]

Floats = NDArray[np.float64]

#: Relative safety margin below bounds that HiGHS reports for masters in whole numbers.
_MARGIN = 1e-7


@dataclass(frozen=True, slots=True)
class Step:
    """Where the master stands.

    Attributes
    ----------
    point : float array (first-stage columns,)
    bound : float
        Certified lower bound of the problem.
    estimate : float array (clusters,)
        Recourse cost that the cuts know of at the point, weighted by the clusters' probabilities.
    stop : Stop
    """

    point: Floats
    bound: float
    estimate: Floats
    stop: Stop


class CutMaster:
    """``min c x + (1 - weight) sum theta + weight CVaR`` over the first stage and the cuts found so far.

    Recourse estimates ``theta`` are one a cluster of scenarios, weighted by probability and at least ``floor``. With a
    risk weight each cluster must be one scenario, and the tail is modelled by a threshold and excesses.

    Parameters
    ----------
    first : Arrays
        The first stage alone.
    probability : float array (clusters,)
    floor : float array (clusters,)
        Lower bounds of the weighted recourse costs.
    risk : Risk
    seed, threads : int
    """

    def __init__(
        self, first: Arrays, probability: Floats, floor: Floats, risk: Risk, *, seed: int = 0, threads: int = 1
    ) -> None:
        self.first, self.risk, self.probability = first, risk, probability
        self.columns, self.clusters = first.columns, len(probability)
        clusters, weight = self.clusters, risk.weight
        cost, lower = [first.cost, np.full(clusters, 1.0 - weight)], [first.lower, floor]
        upper = [first.upper, np.full(clusters, np.inf)]
        if weight > 0:  # threshold, then excesses
            spare = weight / (1.0 - risk.level) * probability
            cost += [np.array([weight]), spare]
            lower += [np.array([float((floor / probability).min())]), np.zeros(clusters)]
            upper += [np.array([np.inf]), np.full(clusters, np.inf)]
        count = sum(len(c) for c in cost)
        integer = np.r_[first.integer, np.zeros(count - first.columns, dtype=np.bool_)]
        self._integer = integer
        start, index, value = [first.start], [first.index], [first.value]
        row_lower, row_upper = [first.row_lower], [first.row_upper]
        if weight > 0:  # excess + threshold >= theta / probability
            theta = self.columns + np.arange(clusters)
            rows = np.c_[
                theta, np.full(clusters, self.columns + clusters), self.columns + clusters + 1 + np.arange(clusters)
            ]
            start.append(first.start[-1] + 3 * np.arange(1, clusters + 1, dtype=np.int32))
            index.append(rows.ravel().astype(np.int32))
            value.append(np.c_[-1.0 / probability, np.ones(clusters), np.ones(clusters)].ravel())
            row_lower.append(np.zeros(clusters))
            row_upper.append(np.full(clusters, np.inf))
        self.arrays = Arrays(
            np.concatenate(cost),
            np.concatenate(lower),
            np.concatenate(upper),
            np.zeros(count, dtype=np.bool_),
            np.concatenate(row_lower),
            np.concatenate(row_upper),
            np.concatenate(start).astype(np.int32),
            np.concatenate(index).astype(np.int32),
            np.concatenate(value),
            first.offset,
        )
        self._base = self.arrays.rows
        self._highs = Highs(self.arrays, seed=seed, threads=threads, options={"presolve": "off", "solver": "simplex"})
        self._seed, self._threads = seed, threads
        self._of = np.zeros(0, dtype=np.int64)  # cluster of each cut
        self._constant = np.zeros(0)
        self._slope = np.zeros((0, self.columns))
        self._idle = np.zeros(0, dtype=np.int64)  # iterations without a dual

    @property
    def cuts(self) -> int:
        return len(self._of)

    def price(self, cost: Floats) -> None:
        """Change the cost of the first stage; all cuts stay valid."""
        self.first = replace(self.first, cost=np.array(cost))
        changed = self.arrays.cost.copy()
        changed[: self.columns] = cost
        self.arrays = replace(self.arrays, cost=changed)
        self._highs.set_cost(np.arange(self.columns), cost)

    def limit(self, rows: NDArray[np.int64], upper: Floats) -> None:
        """Change upper limits of rows of the first stage."""
        raised = self.arrays.row_upper.copy()
        raised[rows] = upper
        self.arrays = replace(self.arrays, row_upper=raised)
        self.first = replace(self.first, row_upper=raised[: self.first.rows])
        for row in rows.tolist():
            self._highs.raw.changeRowBounds(row, float(self.arrays.row_lower[row]), float(raised[row]))

    def add(self, cluster: NDArray[np.int64], constant: Floats, slope: Floats) -> None:
        """Add cuts ``theta[cluster] >= constant + slope @ x``, arrays of shape (n,), (n,), (n, columns)."""
        scale = np.maximum(1.0, np.abs(slope).max(axis=1, initial=0.0))
        for k, c, s, by in zip(cluster.tolist(), constant.tolist(), slope, scale.tolist(), strict=True):
            ids = np.flatnonzero(np.abs(s) > 1e-9 * by)
            self._highs.add_row(c, math.inf, np.r_[self.columns + k, ids], np.r_[1.0, -s[ids]])
        tiny = np.abs(slope) <= 1e-9 * scale[:, None]
        slope = np.where(tiny, 0.0, slope)
        self._of = np.r_[self._of, cluster]
        self._constant = np.r_[self._constant, constant]
        self._slope = np.vstack([self._slope, slope])
        self._idle = np.r_[self._idle, np.zeros(len(cluster), dtype=np.int64)]

    def estimate(self, point: Floats) -> Floats:
        """Best known lower bound of each cluster's recourse at a point, shape (clusters,)."""
        made = self.arrays.lower[self.columns : self.columns + self.clusters].copy()
        np.maximum.at(made, self._of, self._constant + self._slope @ point)
        return made

    def value(self, point: Floats, recourse: Floats) -> float:
        """Objective of a point with these weighted recourse costs of the clusters."""
        mixed = self.risk.mixed(recourse / self.probability, self.probability)
        return float(self.first.cost @ point) + self.first.offset + mixed

    def modelled(self, point: Floats) -> float:
        """What the cuts know of a point's cost: a lower bound of it."""
        return self.value(point, self.estimate(point))

    def descend(self, point: Floats, steps: int, over: Callable[[], bool] | None = None) -> Floats:
        """Improve a whole first stage by single ``steps`` of one column, judged by the cuts, while its limits hold.

        It ends early where ``over`` says so.

        Only where costs are plain expectations; with a risk weight the point comes back as it was.
        """
        if self.risk.weight > 0 or not self.cuts:
            return point
        from scipy.sparse import csc_matrix, csr_matrix

        f = self.first
        rows = csc_matrix(csr_matrix((f.value, f.index, f.start), shape=(f.rows, f.columns)))
        dense = rows.toarray()
        point = point.copy()
        activity, level = dense @ point, self._constant + self._slope @ point
        floor = self.arrays.lower[self.columns : self.columns + self.clusters]
        order = np.argsort(self._of, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(self._of[order]) > 0])
        present = self._of[order][starts]

        def estimate(levels: Floats) -> Floats:
            made = np.broadcast_to(floor, (*levels.shape[:-1], self.clusters)).copy()
            best = np.maximum.reduceat(levels[..., order], starts, axis=-1)
            made[..., present] = np.maximum(made[..., present], best)
            return np.asarray(made.sum(axis=-1))

        now = float(self.first.cost @ point) + float(estimate(level))
        for _ in range(steps):
            if over is not None and over():
                break
            gains = np.full((2, self.columns), -np.inf)
            for i, sign in enumerate((1.0, -1.0)):
                moved = point + sign
                fits = (moved <= f.upper + 1e-9) & (moved >= f.lower - 1e-9)
                after = activity[:, None] + sign * dense
                fits &= ((after <= f.row_upper[:, None] + 1e-9) & (after >= f.row_lower[:, None] - 1e-9)).all(axis=0)
                ids = np.flatnonzero(fits)
                costs = sign * f.cost[ids] + float(f.cost @ point) + estimate(level[None] + sign * self._slope.T[ids])
                gains[i, ids] = now - costs
            best = int(np.argmax(gains))
            j, sign = best % self.columns, 1.0 if best < self.columns else -1.0
            gain = float(gains.ravel()[best])
            if gain <= 1e-7 * max(1.0, abs(now)):
                break
            point[j] += sign
            activity, level, now = activity + sign * dense[:, j], level + sign * self._slope[:, j], now - gain
        return point

    def relaxed(self) -> Step:
        """Solve the linear relaxation from the last basis."""
        raw = self._highs.raw
        solved = self._highs.solve()
        if solved.values is None:
            stop = Stop.INFEASIBLE if solved.stop is Stop.INFEASIBLE else Stop.ERROR
            return Step(np.zeros(self.columns), math.inf if stop is Stop.INFEASIBLE else -math.inf, np.zeros(0), stop)
        duals = np.array(raw.getSolution().row_dual)
        self._idle = np.where(np.abs(duals[self._base :]) > 1e-9, 0, self._idle + 1)
        point = solved.values[: self.columns]
        theta = solved.values[self.columns : self.columns + self.clusters]
        return Step(point, self._certified(duals), theta, Stop.OPTIMAL)

    def whole(
        self,
        *,
        seconds: float,
        gap: float,
        nodes: int | None,
        start: Floats | None,
        ask: Callable[[], bool] | None = None,
    ) -> Step:
        """Solve in whole numbers by branch and bound, over the cuts at hand."""
        arrays = self._with_cuts()
        # no seconds where nodes limit the work: the answer must not depend on the clock
        highs = Highs(replace(arrays, integer=self._integer), seed=self._seed, threads=self._threads)
        given = None
        if start is not None:
            given = np.full(arrays.columns, np.nan)
            given[: self.columns] = start
        tick = None if ask is None else (lambda primal, dual, count: ask())
        solved = highs.solve(seconds=seconds, gap=gap, nodes=nodes, start=given, on_tick=tick)
        if solved.values is None:
            bound = math.inf if solved.stop is Stop.INFEASIBLE else -math.inf
            return Step(np.zeros(self.columns), bound, np.zeros(0), solved.stop)
        bound = solved.bound - _MARGIN * max(1.0, abs(solved.bound))
        theta = solved.values[self.columns : self.columns + self.clusters]
        return Step(np.rint(solved.values[: self.columns]), bound, theta, solved.stop)

    def prune(self, most: int, idle: int) -> int:
        """Drop cuts that had no dual for ``idle`` solves while there are more than ``most``; returns how many."""
        if self.cuts <= most:
            return 0
        drop = np.flatnonzero(self._idle >= idle)
        if not len(drop):
            return 0
        raw = self._highs.raw
        basis = raw.getBasis()
        rows = (self._base + drop).astype(np.int32)
        kept = np.delete(np.array(basis.row_status, dtype=object), rows)
        raw.deleteRows(len(rows), rows)
        basis.row_status = kept.tolist()
        raw.setBasis(basis)
        self._of, self._idle = np.delete(self._of, drop), np.delete(self._idle, drop)
        self._constant, self._slope = np.delete(self._constant, drop), np.delete(self._slope, drop, axis=0)
        return len(drop)

    def state(self) -> tuple[NDArray[np.int64], Floats, Floats]:
        """The cuts: clusters, constants, slopes."""
        return self._of, self._constant, self._slope

    def _with_cuts(self) -> Arrays:
        """The whole master as arrays."""
        a, count = self.arrays, self.cuts
        if not count:
            return a
        body = np.c_[np.ones(count), -self._slope]
        ids = np.c_[self.columns + self._of, np.broadcast_to(np.arange(self.columns), self._slope.shape)]
        mask = body != 0.0
        lengths = mask.sum(axis=1)
        return replace(
            a,
            row_lower=np.r_[a.row_lower, self._constant],
            row_upper=np.r_[a.row_upper, np.full(count, np.inf)],
            start=np.r_[a.start, a.start[-1] + np.cumsum(lengths)].astype(np.int32),
            index=np.r_[a.index, ids[mask]].astype(np.int32),
            value=np.r_[a.value, body[mask]],
        )

    def _certified(self, duals: Floats) -> float:
        """A bound from duals that needs no trust in the solver's tolerances (Neumaier, Shcherbina 2004)."""
        from scipy.sparse import csr_matrix

        a = self._with_cuts()
        low, up = np.isfinite(a.row_lower), np.isfinite(a.row_upper)
        y = np.where(low, duals, np.minimum(duals, 0.0))
        y = np.where(up, y, np.maximum(y, 0.0))
        y = self._tamed(y)
        matrix = csr_matrix((a.value, a.index, a.start), shape=(a.rows, a.columns))
        reduced = a.cost - matrix.T @ y
        # exact arithmetic would give 0 or more here: columns without an upper bound, after the scaling above
        reduced = np.where(np.isfinite(a.upper), reduced, np.maximum(reduced, 0.0))
        rows = np.where(y > 0, a.row_lower, np.where(y < 0, a.row_upper, 0.0))
        columns = np.where(reduced > 0, a.lower, np.where(reduced < 0, a.upper, 0.0))
        bound = float(y @ np.where(y != 0, rows, 0.0)) + float(reduced @ columns) + a.offset
        return bound - 1e-12 * (abs(bound) + float(np.abs(y) @ np.abs(np.where(y != 0, rows, 0.0))))

    def _tamed(self, y: Floats) -> Floats:
        """Duals scaled down until columns without an upper bound have no reduced cost below 0."""
        y, first = y.copy(), len(self.first.row_lower)
        room = np.full(self.clusters, 1.0 - self.risk.weight)
        if self.risk.weight > 0:
            tail = slice(first, first + self.clusters)
            y[tail] = np.minimum(y[tail], self.risk.weight / (1.0 - self.risk.level) * self.probability)
            y[tail] *= min(1.0, self.risk.weight / max(float(y[tail].sum()), 1e-300))
            room = room + y[tail] / self.probability
        cuts = y[self._base :]
        used = np.bincount(self._of, weights=cuts, minlength=self.clusters)
        y[self._base :] = cuts * np.minimum(1.0, room / np.maximum(used, 1e-300))[self._of]
        return y
