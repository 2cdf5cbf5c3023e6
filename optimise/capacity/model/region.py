r"""The pooled model of a region: every trust's two-stage model side by side, and the units that they share.

.. math:: \sum_t \mathrm{use}_{t,u,d} \le \mathrm{supply}_{u,d}

with ``use`` the beds drawn from unit u on day d less those lent to it (constraints ``supply``). Everybody's data meet
in one place here; it is the yardstick of the federated method, and for regions that may pool.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimise.capacity.model.capacity import FirstStage, extend
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.solvers.linear import LinearModel

__all__ = ["RegionModel"]

Floats = NDArray[np.float64]


class RegionModel:
    """All trusts in one model.

    Parameters
    ----------
    region : RegionProblem
    """

    valid = True

    def __init__(self, region: RegionProblem) -> None:
        self.region, self.model = region, LinearModel(region.name)
        self.problems = [region.member(t) for t in range(len(region.trusts))]
        self.stages: list[FirstStage] = []
        rows = None
        for trust, problem in zip(region.trusts, self.problems, strict=True):
            stage = FirstStage(problem, self.model, shared=False)
            self.stages.append(stage)
            if rows is None:
                keys = [(u, d) for u in region.units for d in range(region.days)]
                rows = self.model.add_rows("supply", region.supply.size, upper=region.supply.ravel(), keys=keys)
                rows = rows.reshape(region.supply.shape)
            for w, (unit, lends) in enumerate(zip(problem.wards.unit, problem.wards.lends, strict=True)):
                if unit:
                    self.model.add_entries(rows[region.units.index(unit)], stage.opened[w])
                if lends:
                    self.model.add_entries(rows[region.units.index(lends)], stage.lent[w], -1.0)
            extend(self.model, problem, stage)
            del trust

    def plan(self, values: Floats) -> RegionPlan:
        plans = tuple(stage.plan(values) for stage in self.stages)
        use = np.stack([self.region.use(p, m) for p, m in zip(self.problems, plans, strict=True)])
        cost = np.zeros(len(plans))
        made = RegionPlan(use, cost, plans)
        found = {r.rule: r.cost for r in self.region.evaluate(made).rules}
        return RegionPlan(use, np.array([found[f"Trust {t}"] for t in self.region.trusts]), plans)

    def start(self, plan: RegionPlan) -> Floats:
        made = np.full(self.model.columns, np.nan)
        for stage, member in zip(self.stages, plan.members, strict=False):
            point = stage.point(member)
            ids = np.concatenate([a[a >= 0] for a in (stage.opened, stage.lent, stage.bank, stage.accepted)])
            made[ids] = point[ids]
        return made
