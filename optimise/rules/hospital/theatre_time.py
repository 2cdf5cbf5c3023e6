"""Minutes of surgeons and of operating theatres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.domain.beds import IntArray
from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["OperatingTheaterOvertime", "SurgeonOvertime"]


def _minutes(state: HospitalState, who: IntArray, count: int) -> IntArray:
    """Minutes of surgery by (surgeon or theatre, day)."""
    layer = state.problem.theatres
    assert layer is not None
    cut = (layer.surgeon >= 0) & state.admitted & (who >= 0)
    flat = who[cut].astype(np.int64) * state.problem.days + state.plan.admission[cut]
    made = np.zeros(count * state.problem.days, dtype=np.int64)
    np.add.at(made, flat, layer.duration[cut])
    return made.reshape(count, state.problem.days)


class SurgeonOvertime(HospitalRule):
    """Minutes beyond a surgeon's time, by (surgeon, day)."""

    name = "SurgeonOvertime"
    text = "a surgeon operates at most as long as he or she is available that day"
    unit = "minutes"
    layer = "theatres"

    def breaches(self, state: HospitalState) -> Breaches:
        layer = state.problem.theatres
        assert layer is not None
        used = _minutes(state, layer.surgeon, len(layer.surgeon_ids))

        def tell(index: tuple[int, ...]) -> Breach:
            k, d = index
            name, free = layer.surgeon_ids[k], layer.surgeon_minutes[k, d]
            return Breach((name,), (d,), f"surgeon {name} operates {used[k, d]} of {free} minutes on day {d}")

        return Breaches.positive(used - layer.surgeon_minutes.reshape(used.shape), tell)


class OperatingTheaterOvertime(HospitalRule):
    """Minutes beyond a theatre's opening time, by (theatre, day)."""

    name = "OperatingTheaterOvertime"
    text = "surgery in a theatre fits into its opening time that day"
    unit = "minutes"
    layer = "theatres"

    def breaches(self, state: HospitalState) -> Breaches:
        layer = state.problem.theatres
        assert layer is not None
        used = _minutes(state, state.plan.theatre, len(layer.ids))

        def tell(index: tuple[int, ...]) -> Breach:
            o, d = index
            name, free = layer.ids[o], layer.minutes[o, d]
            return Breach((name,), (d,), f"theatre {name} is used for {used[o, d]} of {free} minutes on day {d}")

        return Breaches.positive(used - layer.minutes.reshape(used.shape), tell)
