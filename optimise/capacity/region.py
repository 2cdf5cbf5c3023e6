"""Several trusts that share units: surge beds, critical care, beds lent to each other.

A :class:`RegionProblem` holds the agreement only: names, shared units and how many beds of each there are, by day.
What a trust knows of its patients and beds stays in the trust's own file, a capacity problem, which only :meth:`member`
reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.core.arrays import frozen, unique
from optimise.core.brief import brief
from optimise.core.errors import InputError
from optimise.core.result import Evaluation, RuleCost, Violation

__all__ = ["RegionPlan", "RegionProblem"]


@brief
@dataclass(frozen=True, slots=True, eq=False)
class RegionPlan:
    """Who uses how much of what, and what each trust's plan costs by its own account.

    Attributes
    ----------
    use : int64 array (trusts, units, days)
        Beds of a unit that a trust uses on balance: its draws less what it lends.
    cost : float array (trusts,)
        Cost of each trust's plan, evaluated exactly where its data lie.
    members : tuple of CapacityPlan, optional
        The trusts' own plans, where they were made in one place; a federated plan has none.
    """

    use: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float64]
    members: tuple[CapacityPlan, ...] = ()

    def __post_init__(self) -> None:
        for name, kind in (("use", np.int64), ("cost", np.float64)):
            values = np.array(getattr(self, name), dtype=kind)
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @property
    def kind(self) -> str:
        return "region"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RegionPlan):
            return NotImplemented
        return np.array_equal(self.use, other.use) and np.array_equal(self.cost, other.cost)

    __hash__ = None  # type: ignore[assignment]


@brief
@dataclass(frozen=True, eq=False)
class RegionProblem:
    """An agreement between trusts.

    Attributes
    ----------
    name : str
    trusts : tuple of str
    units : tuple of str
    supply : int64 array (units, days)
        Beds of each unit that the region has by itself; 0 for units that consist of lent beds.
    open_member : callable
        ``open_member(i)`` reads the file of trust ``i``.
    """

    name: str
    trusts: tuple[str, ...]
    units: tuple[str, ...]
    supply: npt.NDArray[np.int64]
    open_member: Callable[[int], CapacityProblem]
    family: str = "region"
    kind: str = "region"

    def __post_init__(self) -> None:
        if not self.trusts:
            raise InputError("there is no trust", item="trusts")
        unique(self.trusts, "trust")
        unique(self.units, "unit")
        days = np.asarray(self.supply).shape[-1]
        supply = frozen(self.supply, np.int64, (len(self.units), days), "units")
        if (supply < 0).any():
            raise InputError("expected numbers of 0 or more", item="units")
        object.__setattr__(self, "supply", supply)

    @property
    def days(self) -> int:
        return int(self.supply.shape[1])

    def member(self, trust: int) -> CapacityProblem:
        """Read a trust's own problem.

        Raises
        ------
        InputError
            If it is not readable, of other days, or uses a unit that the region does not know.
        """
        made = self.open_member(trust)
        item = f"trust {self.trusts[trust]}"
        if not isinstance(made, CapacityProblem):
            raise InputError("its file holds no capacity problem", item=item)
        if made.days != self.days:
            raise InputError(f"plans {made.days} days, the region {self.days}", item=item)
        odd = [u for u in made.units if u not in self.units]
        if odd:
            raise InputError(f"uses the unit {odd[0]!r}; the region has {', '.join(self.units) or 'none'}", item=item)
        return made

    def use(self, problem: CapacityProblem, plan: CapacityPlan) -> npt.NDArray[np.int64]:
        """Beds of each unit that a trust's plan uses, shape (units, days)."""
        made = np.zeros(self.supply.shape, dtype=np.int64)
        for unit, used in problem.use(plan).items():
            made[self.units.index(unit)] = used
        return made

    def evaluate(self, plan: RegionPlan) -> Evaluation:
        """Supplies and costs. Where the trusts' plans are at hand they are evaluated anew; else each trust's own exact
        evaluation counts, since nobody else may see its data.
        """
        shape = (len(self.trusts), *self.supply.shape)
        if plan.use.shape != shape or plan.cost.shape != shape[:1]:
            raise InputError(
                f"has shapes {plan.use.shape} and {plan.cost.shape}, the region needs {shape}", item="plan"
            )
        use, cost, hard = plan.use, plan.cost, 0.0
        if plan.members:
            problems = [self.member(i) for i in range(len(self.trusts))]
            use = np.stack([self.use(p, m) for p, m in zip(problems, plan.members, strict=True)])
            found = [_unbounded(p, self, use[i]).evaluate(plan.members[i]) for i, p in enumerate(problems)]
            cost = np.array([each.cost for each in found])
            hard = float(sum(each.hard for each in found))
        over = use.sum(axis=0) - self.supply
        broken = [
            Violation(
                "Shared units",
                True,
                float(over[u, d]),
                0.0,
                (self.units[u],),
                (int(d),),
                f"{self.units[u]}, day {d}: {over[u, d]} beds more than there are",
                "beds",
            )
            for u, d in np.argwhere(over > 0)
        ]
        rules = [RuleCost("Shared units", True, float(np.maximum(over, 0).sum()), 0.0, "beds")]
        rules.append(RuleCost("Limits of trusts", True, hard, 0.0))
        rules += [RuleCost(f"Trust {t}", False, 0.0, float(c)) for t, c in zip(self.trusts, cost, strict=True)]
        return Evaluation(float(cost.sum()), hard + rules[0].amount, tuple(rules), tuple(broken))

    def digest(self) -> str:
        """SHA-256 (hex) of the agreement; of the trusts' files nothing is known here."""
        made = hashlib.sha256(repr((self.trusts, self.units, self.supply.tolist())).encode())
        return made.hexdigest()


def _unbounded(problem: CapacityProblem, region: RegionProblem, use: npt.NDArray[np.int64]) -> CapacityProblem:
    """The trust's problem with just the share that it uses."""
    from dataclasses import replace

    return replace(problem, share={u: np.maximum(use[region.units.index(u)], 0) for u in problem.units})
