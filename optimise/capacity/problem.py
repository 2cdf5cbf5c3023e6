"""The two-stage bed capacity problem; what it means stands in :mod:`optimise.capacity.context`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimise.capacity.context import CapacityContext, CapacityPlan, Electives, Floats, Staffing, Wards, prices
from optimise.capacity.evaluate import evaluate
from optimise.capacity.risk import Risk
from optimise.capacity.scenarios import HOURS, Scenarios
from optimise.core.arrays import assign, frozen
from optimise.core.brief import brief
from optimise.core.errors import InputError
from optimise.core.result import Evaluation

__all__ = ["CapacityPlan", "CapacityProblem", "Electives", "Staffing", "Wards"]


@brief
@dataclass(frozen=True, eq=False)
class CapacityProblem(CapacityContext):
    """A two-stage bed planning problem; see the module for what is decided when.

    Attributes
    ----------
    name, family : str
    scenarios : Scenarios
        Over whole days; its groups are the specialties.
    wards : Wards
    staffing : Staffing
    electives : Electives
    outlying : float array (specialties, wards)
        Price of an hour of a patient of the specialty in the ward: 0 at home, ``inf`` where it is not allowed.
    boarding : float array (specialties,)
        Price of an hour without a bed.
    transfer : float array (specialties,)
        Price of moving a patient out of a ward before the stay ends.
    occupied : float array (specialties, wards)
        Patients in each ward before the first period.
    step : int
        Periods that a placement lasts; divides a day's periods.
    risk : Risk
    share : mapping of str to int64 array (days,)
        Beds of each shared unit that the trust may use on balance (its draws less what it lends) when it is planned
        alone; 0 for units that are not named.
    """

    name: str
    scenarios: Scenarios
    wards: Wards
    staffing: Staffing
    electives: Electives
    outlying: Floats
    boarding: Floats
    transfer: Floats
    occupied: Floats = None  # type: ignore[assignment]  # zeros
    step: int = 24
    risk: Risk = field(default_factory=Risk)
    share: Any = None
    family: str = "capacity"
    kind: str = "capacity"

    def __post_init__(self) -> None:
        groups, count, days = len(self.specialties), len(self.wards.ids), self.days
        per_day = 24 // HOURS[self.scenarios.period]
        if self.scenarios.horizon % per_day:
            raise InputError(f"{self.scenarios.horizon} periods are no whole number of days", item="scenarios")
        if self.scenarios.start.hour:
            text = f"the first period must begin at midnight, not at {self.scenarios.start:%H:%M}"
            raise InputError(f"{text}; 'wardwise scenarios --whole-days' draws such scenarios", item="scenarios.start")
        if self.step < 1 or per_day % self.step:
            raise InputError(f"is {self.step}, which does not divide the {per_day} periods of a day", item="step")
        for values, shape, item in (
            (self.wards.minimum, (count, days), "wards.minimum"),
            (self.staffing.beds, (days,), "staff.beds"),
            (self.staffing.bank_maximum, (days,), "staff.bank_maximum"),
            (self.electives.requests, (groups, days), "electives.requests"),
        ):
            if values.shape != shape:
                raise InputError(f"has shape {values.shape}, expected {shape}", item=item)
        outlying = np.array(self.outlying, dtype=np.float64)
        if outlying.shape != (groups, count) or np.isnan(outlying).any() or (outlying < 0).any():
            raise InputError(f"expected {groups} x {count} prices of 0 or more", item="outlying")
        outlying.setflags(write=False)
        assign(self, outlying=outlying)
        for name in ("boarding", "transfer"):
            assign(self, **{name: prices(getattr(self, name), (groups,), name)})
        if (self.boarding <= 0).any():
            raise InputError("must cost something, or nobody would ever be placed", item="boarding")
        occupied = np.zeros((groups, count)) if self.occupied is None else self.occupied
        assign(self, occupied=prices(occupied, (groups, count), "occupied"))
        bad = (self.occupied > 0) & ~np.isfinite(self.outlying)
        if bad.any():
            g, w = np.argwhere(bad)[0]
            raise InputError(f"{self.specialties[g]} is not allowed in ward {self.wards.ids[w]}", item="occupied")
        shares = {u: frozen(v, np.int64, (days,), f"share {u}") for u, v in (self.share or {}).items()}
        for unit in shares:
            if unit not in self.units:
                raise InputError("is the unit of no ward", item=f"share {unit}")
        assign(self, share={u: shares.get(u, np.zeros(days, np.int64)) for u in self.units})
        short = self.wards.minimum[self.own].sum(axis=0) > (
            self.staffing.beds + self.staffing.bank_beds * self.staffing.bank_maximum
        )
        if short.any():
            raise InputError("the fewest open beds need more staff than there are", item=f"day {int(short.argmax())}")

    def evaluate(self, plan: CapacityPlan) -> Evaluation:
        """Exact cost by component over all scenarios; see :mod:`optimise.capacity.evaluate`."""
        return evaluate(self, plan)

    def digest(self) -> str:
        """SHA-256 (hex) of the content: everything except name and family."""
        made = hashlib.sha256()
        demand, wards, staff, asked = self.scenarios, self.wards, self.staffing, self.electives
        words: list[Any] = [self.step, self.risk.weight, self.risk.level, *self.specialties, demand.period, wards.ids]
        words += [wards.unit, wards.lends, staff.bank_beds, asked.hour, demand.start.isoformat(), self.units]
        made.update(repr(words).encode())
        for array in (
            demand.arrivals,
            demand.probabilities,
            demand.stay,
            demand.remaining,
            *(() if demand.kept is None else (demand.kept,)),
            *(() if demand.present is None else (demand.present,)),
            wards.minimum,
            wards.maximum,
            wards.price,
            staff.beds,
            staff.bank_price,
            staff.bank_maximum,
            asked.requests,
            asked.refusal,
            asked.cancellation,
            self.outlying,
            self.boarding,
            self.transfer,
            self.occupied,
            *self.share.values(),
        ):
            made.update(repr((array.shape, array.dtype.str)).encode())
            made.update(np.ascontiguousarray(array).tobytes())
        return made.hexdigest()
