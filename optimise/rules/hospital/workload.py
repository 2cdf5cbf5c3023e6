"""Workload that a nurse can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["ExcessiveNurseWorkload"]


class ExcessiveNurseWorkload(HospitalRule):
    """Workload beyond a nurse's maximum, over nurses and the shifts they work."""

    name = "ExcessiveNurseWorkload"
    text = "a nurse carries at most his or her maximum workload in a shift"
    unit = "units of workload"
    layer = "nursing"

    def breaches(self, state: HospitalState) -> Breaches:
        problem, layer = state.problem, state.problem.nursing
        assert layer is not None
        load = state.nurse_load
        excess = np.where(layer.on_duty, load - layer.max_load, 0)

        def tell(index: tuple[int, ...]) -> Breach:
            n, s = index
            d, k = divmod(s, problem.shifts)
            name, most = layer.ids[n], layer.max_load[n, s]
            return Breach((name,), (d,), f"nurse {name} carries {load[n, s]} of {most} on day {d}, {layer.shifts[k]}")

        return Breaches.positive(excess, tell)
