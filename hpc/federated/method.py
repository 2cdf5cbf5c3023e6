"""``federated``: trusts plan together by prices of the units that they share; nobody's data leave home.

Dantzig-Wolfe decomposition over trusts (Dantzig, Wolfe 1960) with prices held in a moving box (Marsten, Hogan,
Blankenship 1975). Rank ``t mod ranks``
owns trust t and reads its file; rank 0 also coordinates. What crosses is, a round: prices by unit and day to all; a
bound, a cost and the aggregate use by unit and day from each trust. In the end each trust gets its quota and tells cost
and use of its whole plan.

The bound needs the trusts' bounds only: ``sum_t value_t(prices) - prices . supply`` is below every joint plan's cost.
So rounding or suppressing reported uses can cost quality, never validity.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.federated.audit import RecordingComm
from hpc.federated.master import PriceMaster, quotas
from hpc.federated.member import Member
from hpc.federated.options import FederatedOptions
from hpc.runtime.session import Session
from optimise.capacity.formats.capacity import CapacityFormat
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.core.atomic import make_folder
from optimise.core.lanes import Lanes
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.options import documented
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stop

__all__ = ["FederatedMethod", "suppressed"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

SOURCE = "prices of shared units (Lagrangian bound over trusts)"
_PRICES = "prices by unit and day (float32)"
_ANSWER = "bound, cost and use by unit and day of each trust of the rank"
_SETTLED = "cost of each trust's whole plan, its use by unit and day"
_LEAST_USE = "least use by unit and day of each trust of the rank"
_STOP, _PRICE, _LEAST, _SETTLE, _SHARP, _FIRST = range(6)


def suppressed(use: Floats, below: int) -> Floats:
    """Uses with small numbers hidden: 0 < use < ``below`` is told as ``below``, -``below`` < use < 0 as 0.

    Told uses are never less than true ones, so that a plan that keeps them keeps the supply too.
    """
    small = (np.abs(use) < below) & (use != 0)
    return np.where(small, np.where(use > 0, float(below), 0.0), use)


@documented
class FederatedMethod:
    """Price decomposition over trusts; each trust's rank reads its own file only."""

    name = "federated"
    options = FederatedOptions

    def supports(self, problem: Problem) -> bool:
        return isinstance(problem, RegionProblem)

    def lanes(self, problem: RegionProblem, options: Mapping[str, object] | None = None) -> Lanes:
        """Trusts: each lies on one rank.

        Parameters
        ----------
        problem : RegionProblem
        options : mapping, optional
            The method's own.

        Returns
        -------
        Lanes
        """
        return Lanes(len(problem.trusts), "trusts")

    def solve(
        self,
        problem: RegionProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome[RegionPlan]:
        return Federation(problem, limits, seed, comm, listen, FederatedOptions.of(options)).solve()


class Federation(Session[RegionPlan]):
    """One solve. Rank 0 coordinates; all ranks, also that, answer for their trusts."""

    def __init__(
        self,
        region: RegionProblem,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        options: FederatedOptions,
    ) -> None:
        audit = options.audit
        recording = RecordingComm(comm, audit / f"audit-rank{comm.rank}.jsonl" if audit else None)
        super().__init__(limits, seed, recording, listen, name="federated", source=SOURCE)
        self.comm: RecordingComm = recording
        self.region, self.options, self.tuning = region, options, options.tuning
        count = len(region.trusts)
        self.owned = [t for t in range(count) if t % comm.size == comm.rank]
        with self.timers("building"):
            self.members = {t: Member(region, t, seed=seed, tuning=self.tuning) for t in self.owned}
        self.tolerance = options.tolerance or min(1e-3, max(1e-4, 0.2 * limits.gap))
        self.hide = options.suppress

    def plan(self) -> RegionPlan | None:
        return self.best

    def solve(self) -> Outcome:
        reasons: tuple[str, ...] = ()
        if self.comm.rank == 0:
            try:
                reasons = self._impossible()
                if not reasons:
                    self._coordinate()
            finally:
                self._tell(_STOP, np.zeros(0))
        else:
            self._serve()
        self._write_plans()
        with self.comm.about("seconds by phase and message counts of the rank"):
            stats = self.timers.stats(self.comm, {"rounds": float(self.done)})
        with self.comm.about("bytes that the rank has sent"):
            crossed = self.comm.allgather(self.comm.crossed)
        stats = type(stats)(stats.seconds, stats.phases, {**stats.counts, "bytes crossed": float(sum(crossed))})
        if reasons:
            bounds = Bounds(dual=math.inf, dual_source="least uses of the trusts exceed the supply")
            return Outcome(None, Stop.INFEASIBLE, bounds, stats, reasons)
        outcome = self.outcome(stats=stats)
        # what the driver (optimise.solve) sends after this, so that the log is complete
        self.comm.foretell("seconds that the rank took (by the driver)", "gather", self.clock.elapsed, (0,))
        if self.comm.rank == 0:
            others = tuple(range(1, self.comm.size))
            what = "the result: costs, agreed quotas in use, bounds, trace, settings of the run (by the driver)"
            self.comm.foretell(what, "bcast", outcome, others)
        return outcome

    # ---- coordination (rank 0) -----------------------------------------------------------------------------------
    def _impossible(self) -> tuple[str, ...]:
        """Units and days whose supply is below what the trusts must use at least."""
        least = np.sum(self._asked(_LEAST, np.zeros(0)), axis=0)[2:].reshape(self.region.supply.shape)
        return tuple(
            f"{self.region.units[u]}, day {d}: the trusts must use {least[u, d]:.0f} beds, there are "
            f"{self.region.supply[u, d]}"
            for u, d in np.argwhere(least > self.region.supply)
        )[:5]

    def _coordinate(self) -> None:
        """Price rounds, then quotas; again with sharper answers while the gap is open."""
        shape, supply = self.region.supply.shape, self.region.supply.astype(float)
        master = PriceMaster(supply, len(self.region.trusts), self.tuning.beyond)
        centre, prices, radius = np.zeros(shape), np.zeros(shape), 0.0
        tried: set[bytes] = set()
        aim = max(0.5 * self.limits.gap, 1.5 * self.tolerance)
        hoped = math.inf  # of the bound at the prices asked
        sharp = b""
        while not self.finished():
            prices = prices.astype(np.float32).astype(np.float64)  # what is sent is what counts
            answers = self._asked(_PRICE, prices)
            self.done += 1
            uses = answers[:, 2:].reshape(-1, *shape)
            bound = float(answers[:, 0].sum()) - float((prices * supply).sum())
            bound -= 1e-9 * abs(bound)
            if self.done == 1:  # an average price to begin with
                radius = self.tuning.first * float(np.abs(answers[:, 1]).sum()) / max(1.0, float(np.abs(uses).sum()))
            elif hoped == math.inf:
                pass
            elif bound > self.bound + 0.1 * (hoped - self.bound):
                radius *= self.tuning.wider
            else:
                radius *= self.tuning.narrower
            if self.rise(bound):
                centre = prices
            master.add(answers[:, 1], uses)
            with self.timers("prices"):
                solved, boxed = master.solve(), master.solve(centre, radius)
            gap = (solved.objective - self.bound) / max(1.0, abs(solved.objective))
            self.report("prices")
            if self.best is None and solved.artificial < 1e-6 and not self.finished():  # one that can be kept on disk
                self._settle(quotas(solved.use, self.region.supply), _FIRST)
            log.debug(
                "round %d: bound %.1f, best %.1f, master %.1f, radius %.1f",
                self.done, bound, self.bound, solved.objective, radius,
            )  # fmt: skip
            if solved.artificial < 1e-6 and (
                gap <= aim or self.done % self.tuning.every == 0 or self._late() or self._last()
            ):
                quota = quotas(solved.use, self.region.supply)
                fresh = quota.tobytes() not in tried
                tried.add(quota.tobytes())
                if fresh and not (self._over() and self.feasible):  # a plan that is there need not wait for another
                    self._settle(quota)
                if not self.finished() and sharp != centre.tobytes():
                    self._sharpen(centre, master)
                    sharp = centre.tobytes()
                elif not fresh and gap <= aim:
                    return  # neither the quotas nor the prices change any more
                aim *= 0.5
            prices, hoped = boxed.prices, boxed.objective
            if self.done == 1 and solved.artificial > 0:  # answers that use little, so that a mixture keeps the supply
                prices, hoped = np.full(shape, 10.0 * radius), math.inf
            if gap <= 0.5 * aim:
                prices = solved.prices

    def _sharpen(self, prices: Floats, master: PriceMaster) -> None:
        """A bound that knows that beds are whole: at the best prices, then at prices moved by what whole plans use.

        Subgradient steps of Polyak (1969) towards the best plan's cost, halved where the bound does not rise.
        """
        shape, supply = self.region.supply.shape, self.region.supply.astype(float)
        best, length, at, slope = -math.inf, 1.0, prices, np.zeros(shape)
        for _ in range(self.tuning.sharper):
            asked = np.maximum(0.0, at + slope).astype(np.float32).astype(np.float64)
            answers = self._asked(_SHARP, asked)
            uses = answers[:, 2:].reshape(-1, *shape)
            bound = float(answers[:, 0].sum()) - float((asked * supply).sum())
            master.add(answers[:, 1], uses)
            if bound > best:
                best, at, excess = bound, asked, uses.sum(axis=0) - supply
            else:
                length *= 0.5
            self.rise(bound - 1e-9 * abs(bound))
            self.report("whole bound")
            log.debug("whole bound %.1f, best %.1f", bound, self.bound)
            size = float((excess**2).sum())
            if size == 0.0 or self.cost == math.inf or self.finished() or self._late():
                return
            slope = length * (self.cost - best) / size * excess

    def _settle(self, quota: NDArray[np.int64], task: int = _SETTLE) -> None:
        """Let every trust make its whole plan within its quota, or only its first (``_FIRST``)."""
        self._tell(task, np.zeros(0))
        parts = [quota[rank :: self.comm.size] for rank in range(self.comm.size)]
        with self.comm.about("quota of shared units for each trust of the rank, by unit and day (int16)"):
            mine = self.comm.scatter([part.astype(np.int16).tobytes() for part in parts])
        answers = self._gathered(self._settled(mine, task), _SETTLED)
        cost, use = answers[:, 1], np.rint(answers[:, 2:]).reshape(-1, *self.region.supply.shape)
        total = float(cost.sum())
        if (use.sum(axis=0) <= self.region.supply).all():
            self.take(RegionPlan(use.astype(np.int64), cost), total)
        self.report("quotas")

    def _tell(self, task: int, prices: Floats) -> bytes:
        """What to do next, with prices, to all ranks."""
        head = np.array([task, self.tolerance if not self._late() else 5 * self.tolerance], dtype=np.float32)
        whole = "call for whole plans"
        names = ("end", _PRICES, "question for least uses", whole, f"{_PRICES}, whole plans asked", f"{whole}, quick")
        with self.comm.about(names[task]):
            sent: bytes = self.comm.bcast(head.tobytes() + prices.astype(np.float32).tobytes())
        return sent

    def _asked(self, task: int, prices: Floats) -> Floats:
        """Answers of all trusts, shape (trusts, 2 + units * days): value, cost, use."""
        sent = self._tell(task, prices)
        return self._gathered(self._answer(sent), _LEAST_USE if task == _LEAST else _ANSWER)

    # ---- answers (all ranks) -------------------------------------------------------------------------------------
    def _serve(self) -> None:
        while True:
            with self.timers("idle"):
                sent = self.comm.bcast(None)
            task = int(np.frombuffer(sent[:4], np.float32)[0])
            if task == _STOP:
                return
            if task in (_SETTLE, _FIRST):
                self._gathered(self._settled(self.comm.scatter(None), task), _SETTLED)
                continue
            self._gathered(self._answer(sent), _LEAST_USE if task == _LEAST else _ANSWER)

    def _answer(self, sent: bytes) -> bytes:
        numbers = np.frombuffer(sent, np.float32).astype(np.float64)
        shape = self.region.supply.shape
        made = []
        for member in self.members.values():
            with self.timers("trusts"):
                if int(numbers[0]) == _LEAST:
                    least = member.least()
                    hidden = np.floor(least / self.hide) * self.hide if self.hide else least  # told lower: still valid
                    made.append(_packed(0.0, 0.0, hidden))
                    continue
                prices = numbers[2:].reshape(shape)
                if int(numbers[0]) == _SHARP:
                    reply = member.sharpen(prices, **{**self._limits(), "gap": max(0.1 * self.limits.gap, 5e-4)})
                else:
                    reply = member.respond(
                        prices, tolerance=float(numbers[1]), rounds=self.tuning.answer, over=self._over
                    )
                made.append(_packed(reply.value, reply.cost, suppressed(reply.use, self.hide)))
        return b"".join(made)

    def _settled(self, sent: bytes, task: int) -> bytes:
        quota = np.frombuffer(sent, np.int16).astype(np.int64).reshape(-1, *self.region.supply.shape)
        made = []
        for member, own in zip(self.members.values(), quota, strict=True):
            with self.timers("trusts"):
                cost, use = member.settle(own, quick=task == _FIRST, **self._limits())
                made.append(_packed(0.0, cost, use.astype(np.float64)))
        return b"".join(made)

    def _limits(self) -> dict[str, Any]:
        """Of the search for a whole plan."""
        fixed = self.limits.iterations is not None
        share = max(0.5, 0.25 * self.clock.left / max(1, len(self.members)))
        return {
            "gap": max(0.3 * self.limits.gap, 1e-3),
            "seconds": lambda: min(share, self.clock.left),
            "fixed": fixed,
            "over": self._over,
        }

    def _gathered(self, mine: bytes, what: str) -> Floats:
        """Rank 0: one row a trust, in order; elsewhere an empty array."""
        with self.timers("idle"), self.comm.about(what):
            found = self.comm.gather(mine)
        if found is None:
            return np.zeros((0, 0))
        size = self.region.supply.size
        rows: dict[int, Floats] = {}
        for rank, packed in enumerate(found):
            each = 16 + 4 * size
            for i in range(len(packed) // each):
                part = packed[i * each : (i + 1) * each]
                head, use = np.frombuffer(part[:16], np.float64), np.frombuffer(part[16:], np.float32)
                rows[rank + i * self.comm.size] = np.r_[head, use.astype(np.float64)]
        return np.stack([rows[t] for t in range(len(self.region.trusts))])

    # ---- the end -------------------------------------------------------------------------------------------------
    def _over(self) -> bool:
        """Whether answers must come at once: time is over, or somebody has asked to stop."""
        return self.stopping or (self.limits.iterations is None and self.clock.over)

    def _last(self) -> bool:
        return self.done >= (self.tuning.most if self.limits.iterations is None else self.limits.iterations)

    def _late(self) -> bool:
        return self.limits.iterations is None and self.clock.elapsed > 0.5 * self.clock.seconds

    @property
    def worked(self) -> bool:
        return self._last()

    def _write_plans(self) -> None:
        folder = self.options.plans
        if folder is None:
            return
        make_folder(folder)
        for t, member in self.members.items():
            if member.plan is not None:
                CapacityFormat().write_plan(member.plan, member.problem, folder / f"plan-{self.region.trusts[t]}")


def _packed(value: float, cost: float, use: Floats) -> bytes:
    """Two numbers in full and the aggregate uses in single precision; a bound is told a little lower."""
    return np.array([value - 1e-9 * abs(value), cost]).tobytes() + use.astype(np.float32).tobytes()
