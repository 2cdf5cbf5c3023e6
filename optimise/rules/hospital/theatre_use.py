"""Theatres opened, and surgeons who change theatre within a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimise.domain.beds import IntArray
from optimise.rules.hospital.base import Breach, Breaches, HospitalRule
from optimise.rules.hospital.state import HospitalState

if TYPE_CHECKING:
    pass

__all__ = ["OpenOperatingTheater", "SurgeonTransfer"]


def _together(state: HospitalState) -> IntArray:
    """Bool (surgeons, theatres, days): the surgeon operates there that day."""
    layer = state.problem.theatres
    assert layer is not None
    used = np.zeros((len(layer.surgeon_ids), len(layer.ids), state.problem.days), dtype=np.bool_)
    cut = np.flatnonzero(state.plan.theatre >= 0)
    used[layer.surgeon[cut], state.plan.theatre[cut], state.plan.admission[cut]] = True
    return used


class OpenOperatingTheater(HospitalRule):
    """(Theatre, day) pairs with surgery."""

    name = "OpenOperatingTheater"
    text = "few theatres are opened"
    unit = "theatre-days"
    layer = "theatres"

    def breaches(self, state: HospitalState) -> Breaches:
        layer = state.problem.theatres
        assert layer is not None

        def tell(index: tuple[int, ...]) -> Breach:
            o, d = index
            return Breach((layer.ids[o],), (d,), f"theatre {layer.ids[o]} is opened on day {d}")

        return Breaches.positive(_together(state).any(axis=0).astype(np.int64), tell)


class SurgeonTransfer(HospitalRule):
    """Theatres beyond the first that a surgeon uses on a day."""

    name = "SurgeonTransfer"
    text = "a surgeon works in one theatre a day"
    unit = "moves"
    layer = "theatres"

    def breaches(self, state: HospitalState) -> Breaches:
        layer = state.problem.theatres
        assert layer is not None
        used = _together(state).sum(axis=1)

        def tell(index: tuple[int, ...]) -> Breach:
            k, d = index
            name = layer.surgeon_ids[k]
            return Breach((name,), (d,), f"surgeon {name} works in {used[k, d]} theatres on day {d}")

        return Breaches.positive(used - 1, tell)
