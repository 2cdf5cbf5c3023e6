"""Theatres opened, and surgeons who change theatre within a day."""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule
from optimise.hospital.rules.state import HospitalState

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
    default = 10
    engines = frozenset({Engine.JOINT})

    def breaches(self, state: HospitalState) -> Breaches:
        layer = state.problem.theatres
        assert layer is not None

        def tell(index: tuple[int, ...]) -> Breach:
            o, d = index
            return Breach((layer.ids[o],), (d,), f"theatre {layer.ids[o]} is opened on day {d}")

        opened = np.minimum(_together(state).sum(axis=0), 1)
        return Breaches.positive(np.asarray(opened), tell)

    def add(self, model: HospitalColumns) -> None:
        """``OpenOperatingTheater[p,a,o]``: surgery[p,a,o] <= open[o,a]; where overtime is hard also
        ``open_minutes[o,a]``: minutes of surgery <= opening minutes * open[o,a], which is stronger in sum.
        """
        layer, price = model.problem.theatres, model.price(self.name)
        assert layer is not None
        if price == 0 or not len(model.surgery_column):
            return
        day = model.admission_day[model.surgery_visit]
        days = model.problem.days
        used, place = np.unique(model.surgery_theatre * days + day, return_inverse=True)
        is_open = model.model.add_columns(
            self.name,
            len(used),
            upper=1.0 if price is not None else 0.0,
            cost=price or 0.0,
            keys=lambda: [(layer.ids[u // days], int(u % days)) for u in used],
        )
        rows = model.model.add_rows(self.name, len(place), upper=0.0)
        model.model.add_entries(rows, model.surgery_column)
        model.model.add_entries(rows, is_open[place], -1.0)
        if model.problem.hard("OperatingTheaterOvertime"):
            sums = model.model.add_rows("open_minutes", len(used), upper=0.0)
            need = layer.duration[model.admission_person[model.surgery_visit]]
            model.model.add_entries(sums[place], model.surgery_column, need)
            model.model.add_entries(sums, is_open, -layer.minutes[used // days, used % days])


class SurgeonTransfer(HospitalRule):
    """Theatres beyond the first that a surgeon uses on a day."""

    name = "SurgeonTransfer"
    text = "a surgeon works in one theatre a day"
    unit = "moves"
    layer = "theatres"
    default = 5
    engines = frozenset({Engine.JOINT})

    def breaches(self, state: HospitalState) -> Breaches:
        layer = state.problem.theatres
        assert layer is not None
        used = _together(state).sum(axis=1)

        def tell(index: tuple[int, ...]) -> Breach:
            k, d = index
            name = layer.surgeon_ids[k]
            return Breach((name,), (d,), f"surgeon {name} works in {used[k, d]} theatres on day {d}")

        return Breaches.positive(used - 1, tell)

    def add(self, model: HospitalColumns) -> None:
        """``works[k,o,a]`` >= surgery[p,a,o] of the surgeon's patients;
        ``SurgeonTransfer[k,a]``: sum_o works[k,o,a] - moves[k,a] <= 1.
        """
        layer, price = model.problem.theatres, model.price(self.name)
        assert layer is not None
        if price == 0 or not len(model.surgery_column):
            return
        days, theatres = model.problem.days, len(layer.ids)
        surgeon = layer.surgeon[model.admission_person[model.surgery_visit]]
        day = model.admission_day[model.surgery_visit]
        used, place = np.unique((surgeon * days + day) * theatres + model.surgery_theatre, return_inverse=True)
        works = model.model.add_columns("works", len(used), upper=1.0)
        rows = model.model.add_rows("works", len(place), upper=0.0)
        model.model.add_entries(rows, model.surgery_column)
        model.model.add_entries(rows, works[place], -1.0)
        pairs, which = np.unique(used // theatres, return_inverse=True)
        sums = model.model.add_rows(
            self.name,
            len(pairs),
            upper=1.0,
            keys=lambda: [(layer.surgeon_ids[u // days], int(u % days)) for u in pairs],
        )
        model.model.add_entries(sums[which], works)
        model.excess(self.name, sums)
