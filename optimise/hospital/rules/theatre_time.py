"""Minutes of surgeons and of operating theatres."""

from __future__ import annotations

import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, Engine, HospitalRule, divisor
from optimise.hospital.rules.state import HospitalState

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


def _knapsacks(
    model: HospitalColumns, name: str, who: IntArray, visit: IntArray, column: IntArray, need: IntArray, limit: str
) -> None:
    """Rows by (surgeon or theatre, day): sum of minutes - excess <= ``limit`` of the theatre layer."""
    layer = model.problem.theatres
    assert layer is not None
    minutes = getattr(layer, limit)
    names = layer.surgeon_ids if limit == "surgeon_minutes" else layer.ids
    days = model.problem.days
    used, place = np.unique(who * days + model.admission_day[visit], return_inverse=True)
    rows = model.model.add_rows(
        name,
        len(used),
        upper=minutes[used // days, used % days] if len(used) else 0.0,
        keys=lambda: [(names[u // days], int(u % days)) for u in used],
    )
    model.model.add_entries(rows[place], column, need)
    model.excess(name, rows)


class SurgeonOvertime(HospitalRule):
    """Minutes beyond a surgeon's time, by (surgeon, day)."""

    name = "SurgeonOvertime"
    text = "a surgeon operates at most as long as he or she is available that day"
    unit = "minutes"
    layer = "theatres"
    default = "hard"
    engines = frozenset({Engine.JOINT})
    relaxation = 1

    def step(self, problem: HospitalContext) -> int:
        """Greatest common divisor of minutes needed and offered."""
        layer = problem.theatres
        assert layer is not None
        return math.gcd(divisor(layer.duration), divisor(layer.surgeon_minutes))

    def breaches(self, state: HospitalState) -> Breaches:
        layer = state.problem.theatres
        assert layer is not None
        used = _minutes(state, layer.surgeon, len(layer.surgeon_ids))

        def tell(index: tuple[int, ...]) -> Breach:
            k, d = index
            name, free = layer.surgeon_ids[k], layer.surgeon_minutes[k, d]
            return Breach((name,), (d,), f"surgeon {name} operates {used[k, d]} of {free} minutes on day {d}")

        return Breaches.positive(used - layer.surgeon_minutes.reshape(used.shape), tell)

    def add(self, model: HospitalColumns) -> None:
        """``SurgeonOvertime[k,d]``: minutes of the surgeon's admissions that day - excess <= minutes available."""
        layer = model.problem.theatres
        assert layer is not None
        surgeon = layer.surgeon[model.admission_person]
        visits = np.flatnonzero((surgeon >= 0) & (layer.duration[model.admission_person] > 0))
        need = layer.duration[model.admission_person[visits]]
        _knapsacks(model, self.name, surgeon[visits], visits, model.admission_column[visits], need, "surgeon_minutes")


class OperatingTheaterOvertime(HospitalRule):
    """Minutes beyond a theatre's opening time, by (theatre, day)."""

    name = "OperatingTheaterOvertime"
    text = "surgery in a theatre fits into its opening time that day"
    unit = "minutes"
    layer = "theatres"
    default = "hard"
    engines = frozenset({Engine.JOINT})
    relaxation = 1

    def step(self, problem: HospitalContext) -> int:
        """Greatest common divisor of minutes needed and offered."""
        layer = problem.theatres
        assert layer is not None
        return math.gcd(divisor(layer.duration), divisor(layer.minutes))

    def breaches(self, state: HospitalState) -> Breaches:
        layer = state.problem.theatres
        assert layer is not None
        used = _minutes(state, state.plan.theatre, len(layer.ids))

        def tell(index: tuple[int, ...]) -> Breach:
            o, d = index
            name, free = layer.ids[o], layer.minutes[o, d]
            return Breach((name,), (d,), f"theatre {name} is used for {used[o, d]} of {free} minutes on day {d}")

        return Breaches.positive(used - layer.minutes.reshape(used.shape), tell)

    def add(self, model: HospitalColumns) -> None:
        """``OperatingTheaterOvertime[o,d]``: minutes of surgery there - excess <= opening minutes."""
        layer = model.problem.theatres
        assert layer is not None
        need = layer.duration[model.admission_person[model.surgery_visit]]
        _knapsacks(model, self.name, model.surgery_theatre, model.surgery_visit, model.surgery_column, need, "minutes")
