"""Two-stage bed capacity: what to open, staff, book and accept before demand is known, and what each scenario costs.

A capacity problem has specialties (the groups of its :class:`~optimise.capacity.scenarios.Scenarios`), wards,
and days. First the planner chooses, for each day, how many beds of each ward to open, how many of them to lend to
another trust, how many bank shifts to book and how many elective requests of each specialty to accept: a
:class:`CapacityPlan`. Then a scenario of arrivals happens: patients are placed in wards for some hours at a time,
outside their specialty's wards at a price, wait for a bed, are moved, or see their admission cancelled. The plan costs
its own prices plus the expected recourse, mixed with its conditional value at risk where the problem asks for that.

Days and periods are 0-based. A period is an hour or a day, as in the scenarios; placements last :attr:`step` periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from optimise.capacity.risk import Risk
from optimise.capacity.scenarios import HOURS, Scenarios, residual
from optimise.core.arrays import assign, frozen, unique
from optimise.core.brief import brief
from optimise.core.errors import InputError

__all__ = ["CapacityContext", "CapacityPlan", "Electives", "Floats", "Ints", "Staffing", "Wards", "prices"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MOST_BEDS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Wards:
    """Wards, one entry each.

    Attributes
    ----------
    ids : tuple of str
    minimum, maximum : int64 array (wards, days)
        Fewest and most beds that may be open.
    price : float array (wards,)
        Of one open bed for one day.
    unit : tuple of str
        Shared unit of the region whose beds these are; empty for the trust's own wards. Such beds come with staff.
    lends : tuple of str
        Shared unit into which open beds of this ward may be lent; empty for none.
    """

    ids: tuple[str, ...]
    minimum: Ints
    maximum: Ints
    price: Floats
    unit: tuple[str, ...] = ()
    lends: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.ids)
        if not count:
            raise InputError("there is no ward", item="wards")
        unique(self.ids, "ward")
        days = np.asarray(self.minimum).shape[-1]
        assign(self, minimum=frozen(self.minimum, np.int64, (count, days), "wards.minimum"))
        assign(self, maximum=frozen(self.maximum, np.int64, (count, days), "wards.maximum"))
        assign(self, price=prices(self.price, (count,), "wards.price"))
        for name in ("unit", "lends"):
            values = getattr(self, name) or ("",) * count
            if len(values) != count:
                raise InputError(f"has {len(values)} entries, expected {count}", item=f"wards.{name}")
            assign(self, **{name: tuple(values)})
        for i, ward in enumerate(self.ids):
            low, high = self.minimum[i], self.maximum[i]
            if (low < 0).any() or (high > _MOST_BEDS).any() or (low > high).any():
                raise InputError(f"expected 0 <= minimum <= maximum <= {_MOST_BEDS} beds", item=f"ward {ward}")
            if self.unit[i] and self.lends[i]:
                raise InputError("beds of a shared unit cannot be lent on", item=f"ward {ward}")


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """Who runs the beds.

    Attributes
    ----------
    beds : int64 array (days,)
        Beds that the trust's own staff can run.
    bank_beds : int
        Further beds that one booked bank shift (a day's cover) can run.
    bank_price : float array (days,)
        Of one bank shift.
    bank_maximum : int64 array (days,)
        Most bank shifts to be had.
    """

    beds: Ints
    bank_beds: int
    bank_price: Floats
    bank_maximum: Ints

    def __post_init__(self) -> None:
        days = np.asarray(self.beds).shape
        for name in ("beds", "bank_maximum"):
            made = frozen(getattr(self, name), np.int64, days, f"staff.{name}")
            if (made < 0).any() or (made > 100 * _MOST_BEDS).any():
                raise InputError("expected numbers of 0 or more", item=f"staff.{name}")
            assign(self, **{name: made})
        assign(self, bank_price=prices(self.bank_price, days, "staff.bank_price"))
        if not 1 <= self.bank_beds <= _MOST_BEDS:
            raise InputError(f"is {self.bank_beds}, expected 1 or more", item="staff.bank_beds")


@dataclass(frozen=True, slots=True, eq=False)
class Electives:
    """Requests for planned admissions.

    Attributes
    ----------
    requests : int64 array (specialties, days)
    refusal : float array (specialties,)
        Price of a request that is not accepted.
    cancellation : float array (specialties,)
        Price of an accepted admission that is cancelled on the day.
    hour : int
        Clock hour at which they come in.
    """

    requests: Ints
    refusal: Floats
    cancellation: Floats
    hour: int = 9

    def __post_init__(self) -> None:
        shape = np.asarray(self.requests).shape
        made = frozen(self.requests, np.int64, shape, "electives.requests")
        if (made < 0).any() or (made > _MOST_BEDS).any():
            raise InputError(f"expected numbers from 0 to {_MOST_BEDS}", item="electives.requests")
        assign(self, requests=made)
        for name in ("refusal", "cancellation"):
            assign(self, **{name: prices(getattr(self, name), shape[:1], f"electives.{name}")})
        if not 0 <= self.hour <= 23:
            raise InputError(f"is {self.hour}, expected 0 to 23", item="electives.hour")


@brief
@dataclass(frozen=True, slots=True, eq=False)
class CapacityPlan:
    """A first stage.

    Attributes
    ----------
    opened, lent : int64 array (wards, days)
        Beds open, and those of them that are lent to the region.
    bank : int64 array (days,)
        Bank shifts booked.
    accepted : int64 array (specialties, days)
        Elective requests accepted.
    """

    opened: Ints
    bank: Ints
    accepted: Ints
    lent: Ints = None  # type: ignore[assignment]  # zeros

    def __post_init__(self) -> None:
        for name in ("opened", "bank", "accepted"):
            values = np.array(getattr(self, name), dtype=np.int64)
            values.setflags(write=False)
            assign(self, **{name: values})
        lent = np.zeros_like(self.opened) if self.lent is None else np.array(self.lent, dtype=np.int64)
        lent.setflags(write=False)
        assign(self, lent=lent)

    @property
    def kind(self) -> str:
        return "capacity"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CapacityPlan):
            return NotImplemented
        return all(np.array_equal(getattr(self, n), getattr(other, n)) for n in ("opened", "bank", "accepted", "lent"))

    __hash__ = None  # type: ignore[assignment]


class CapacityContext:
    """The data of a two-stage problem with what follows from it; a capacity problem is one.

    Attributes are those of :class:`~optimise.capacity.problem.CapacityProblem`.
    """

    name: str
    scenarios: Scenarios
    wards: Wards
    staffing: Staffing
    electives: Electives
    outlying: Floats
    boarding: Floats
    transfer: Floats
    occupied: Floats
    step: int
    risk: Risk
    share: Any

    @property
    def specialties(self) -> tuple[str, ...]:
        return self.scenarios.groups

    @property
    def days(self) -> int:
        return self.scenarios.horizon * HOURS[self.scenarios.period] // 24

    @property
    def periods_per_day(self) -> int:
        return 24 // HOURS[self.scenarios.period]

    @property
    def hours(self) -> int:
        """Hours of one period."""
        return HOURS[self.scenarios.period]

    @cached_property
    def own(self) -> npt.NDArray[np.bool_]:
        """Wards that the trust itself staffs, shape (wards,)."""
        return np.array([not unit for unit in self.wards.unit])

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Shared units that some ward belongs or lends to, in order of the wards."""
        return tuple(dict.fromkeys(u for pair in zip(self.wards.unit, self.wards.lends) for u in pair if u))

    @cached_property
    def survival(self) -> Floats:
        """Share of patients still in bed so many periods after arrival, shape (specialties, periods)."""
        given, horizon = self.scenarios.survival, self.scenarios.horizon
        made = np.zeros((len(self.specialties), horizon))
        made[:, : min(horizon, given.shape[1])] = given[:, :horizon]
        made.setflags(write=False)
        return made

    @cached_property
    def need(self) -> Floats:
        """Beds wanted without electives, shape (scenarios, specialties, periods): arrivals and in-patients.

        In-patients are those of the scenarios; where these say nothing, :attr:`occupied` decays by the stays'
        equilibrium residual (renewal theory).
        """
        made = np.ascontiguousarray(self.scenarios.occupancy().transpose(0, 2, 1))
        if not self.scenarios.remaining.any() and self.occupied.any():
            made += (self.occupied.sum(axis=1)[:, None] * self.residual)[None, :, :]
        made.setflags(write=False)
        return made

    @cached_property
    def residual(self) -> Floats:
        """Share of the patients found in bed at time 0 who are there in each period, shape (specialties, periods)."""
        made = residual(self.scenarios.survival, self.scenarios.horizon)
        made.setflags(write=False)
        return made

    @cached_property
    def staying(self) -> Floats:
        """Share of a ward's patients who are still in hospital one placement later, shape (specialties,)."""
        survival = self.scenarios.survival
        return np.asarray(survival[:, self.step :].sum(axis=1) / survival.sum(axis=1))

    @property
    def rounds(self) -> int:
        """Number of placements, one after the other."""
        return self.scenarios.horizon // self.step

    @cached_property
    def elective_need(self) -> Floats:
        """Beds that an elective patient admitted on a day wants, shape (specialties, placements, days).

        The bed is kept from the beginning of the placement in which the patient comes in; later placements need it as
        far as the patient is still there when they begin.
        """
        made = np.zeros((len(self.specialties), self.rounds, self.days))
        for day in range(self.days):
            came = day * self.periods_per_day + self.electives.hour // self.hours
            first = came // self.step
            made[:, first, day] = 1.0
            later = np.arange(first + 1, self.rounds)
            kept = self.scenarios.kept
            if kept is None:
                made[:, later, day] = self.survival[:, later * self.step - came]
            else:
                made[:, later, day] = kept[came, later * self.step].T
        made.setflags(write=False)
        return made

    def use(self, plan: CapacityPlan) -> dict[str, Ints]:
        """Beds of each shared unit that a plan uses on balance, by day: its draws less what it lends."""
        made = {}
        for unit in self.units:
            drawn = plan.opened[np.array([u == unit for u in self.wards.unit])].sum(axis=0)
            made[unit] = drawn - plan.lent[np.array([u == unit for u in self.wards.lends])].sum(axis=0)
        return made


def prices(values: npt.ArrayLike, shape: tuple[int, ...], item: str) -> Floats:
    made = frozen(values, np.float64, shape, item)
    if not np.isfinite(made).all() or (made < 0).any() or (made > 1e9).any():
        raise InputError("expected numbers of 0 or more", item=item)
    return made
