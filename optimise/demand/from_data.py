"""A capacity problem from a hospital's own bed state and a forecast: wards, beds by day, electives, who lies in now."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimise.capacity.problem import CapacityProblem, Electives, Staffing, Wards
from optimise.capacity.scenarios import HOURS, Scenarios
from optimise.core.errors import InputError
from optimise.demand.bed_state import InBed, in_bed, position, specialty_of
from optimise.demand.fans import fan
from optimise.demand.forecast import Forecast
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.reduction import reduce
from optimise.demand.trust import TrustPrices
from optimise.hospital.formats.hospital_compile import first_day, to_problem
from optimise.hospital.formats.hospital_document import HospitalData, Ward

__all__ = ["FromData", "capacity_problem", "from_forecast", "from_scenarios"]

_ADULT = 18
_CERTAIN = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class FromData:
    """A capacity problem, and what a planner should know of how it was made.

    Attributes
    ----------
    problem : CapacityProblem
    notes : tuple of str
    """

    problem: CapacityProblem
    notes: tuple[str, ...]


def from_forecast(
    hospital: HospitalData,
    forecast: Forecast,
    *,
    count: int = 30,
    sample: int = 400,
    seed: int = 1,
    stay: FloatArray | None = None,
    delays: IntArray | None = None,
    prices: TrustPrices | None = None,
    staffed: int | None = None,
) -> FromData:
    """The problem of the whole days of a forecast that begins on the day of the bed state.

    Parameters
    ----------
    hospital : HospitalData
        Those in its bed state take the place of those whom the forecast knows to be in bed.
    forecast : Forecast
        Of arrivals. One that begins during the day is planned from the next midnight; whoever comes before and is
        still there counts among those in bed.
    count, sample : int
        Scenarios kept by reduction, and drawn.
    seed : int
    stay : float array (G, L), optional
        Where the forecast knows no stays.
    delays : int array, optional
        Days by which past discharges came later than expected; without them expected days hold.
    prices : TrustPrices, optional
    staffed : int, optional
        Beds that there is staff for; default: all that are open.

    Returns
    -------
    FromData

    Raises
    ------
    InputError
        If days or specialties do not match, or nothing is known of stays.
    """
    lengths = forecast.stay if stay is None else stay
    inside = in_bed(hospital, forecast.groups, forecast.start, forecast.period)
    late = _CERTAIN if delays is None else delays

    def lying(times: int, rng: np.random.Generator) -> IntArray:
        assert lengths is not None  # fan has asked
        return inside.draw(lengths, forecast.horizon, late, times, rng)

    drawn = fan(forecast, sample, seed=seed, stay=stay, lying=lying, from_midnight=True)
    reduction = reduce(drawn, count)
    made = capacity_problem(hospital, reduction.scenarios, inside, prices=prices, staffed=staffed)
    size = f"{sample} scenarios drawn, reduced to {count}: Wasserstein distance {reduction.error:.2f} beds"
    return replace(made, notes=(size, *_told(inside, delays), *made.notes))


def from_scenarios(
    hospital: HospitalData,
    scenarios: Scenarios,
    *,
    seed: int = 1,
    delays: IntArray | None = None,
    prices: TrustPrices | None = None,
    staffed: int | None = None,
) -> FromData:
    """The problem of scenarios of one's own, whole days from the day of the bed state.

    Parameters
    ----------
    hospital : HospitalData
    scenarios : Scenarios
        What they say of those in bed before gives way to the bed state.
    seed : int
        Of the stays of those in bed.
    delays : int array, optional
    prices : TrustPrices, optional
    staffed : int, optional
        As for :func:`from_forecast`.

    Returns
    -------
    FromData

    Raises
    ------
    InputError
        If they begin at another time than the midnight before the bed state, or end within a day.
    """
    if scenarios.start.time() != datetime.time():
        text = f"the scenarios begin at {scenarios.start:%Y-%m-%d %H:%M}, not at midnight"
        raise InputError(f"{text}; give the forecast itself, which is planned from the next midnight", item="start")
    inside = in_bed(hospital, scenarios.groups, scenarios.start, scenarios.period)
    late = _CERTAIN if delays is None else delays
    rng = np.random.default_rng((seed, 75))
    remaining = inside.draw(scenarios.stay, scenarios.horizon, late, scenarios.count, rng)
    made = capacity_problem(hospital, replace(scenarios, remaining=remaining), inside, prices=prices, staffed=staffed)
    return replace(made, notes=(*_told(inside, delays), *made.notes))


def _told(inside: InBed, delays: IntArray | None) -> list[str]:
    unknown = int((inside.end < 0).sum())
    said = [f"{len(inside.end)} patients of the bed state are in bed"]
    if unknown:
        said.append(f"{unknown} of them have no expected discharge that is to come: the rest of their stays is drawn")
    if delays is None and unknown < len(inside.end):
        said.append("expected discharges are taken to hold; a file of past ones (--discharges) says how far they do")
    return said


def capacity_problem(
    hospital: HospitalData,
    scenarios: Scenarios,
    inside: InBed,
    *,
    prices: TrustPrices | None = None,
    staffed: int | None = None,
) -> FromData:
    """Wards, beds, electives and prices around scenarios that hold those in bed already.

    Beds that may open are those that the document has open on each day. A ward closed to admissions has the beds of
    those who lie there; a ward of children serves nobody else; other wards take other specialties at a price.

    Parameters
    ----------
    hospital : HospitalData
    scenarios : Scenarios
        Whole days that begin on the day of the bed state or the next.
    inside : InBed
        Who lies in which ward when they begin.
    prices : TrustPrices, optional
    staffed : int, optional
        Beds that there is staff for; default: all that may open.

    Returns
    -------
    FromData

    Raises
    ------
    InputError
        If a specialty of the scenarios has no ward, or an elective patient none of the specialties.
    """
    cost = prices or TrustPrices()
    groups = scenarios.groups
    wards, notes = _wards(hospital, scenarios, inside)
    days = wards.beds.shape[1]
    outlying = _outlying(groups, wards, cost.outlying)
    occupied = np.zeros_like(outlying)
    for g, ward, there in zip(inside.group.tolist(), inside.ward, inside.at(scenarios.start).tolist(), strict=True):
        if there:
            w = wards.names.index(ward)
            occupied[g, w] += 1
            outlying[g, w] = min(outlying[g, w], cost.outlying)  # also where nobody else may go
    requests, told = _requests(hospital, groups, scenarios.start.date(), days)
    notes += told
    if hospital.emergencies:
        notes.append("emergencies of the document are left out: the scenarios hold those who come")
    count = len(groups)
    made = CapacityProblem(
        name=f"{hospital.name} {scenarios.start:%Y-%m-%d}",
        scenarios=scenarios,
        wards=Wards(wards.names, np.zeros_like(wards.beds), wards.beds, np.full(len(wards.names), cost.bed)),
        staffing=Staffing(
            wards.beds.sum(axis=0) if staffed is None else np.full(days, staffed),
            1,
            np.zeros(days),
            np.zeros(days, np.int64),
        ),
        electives=Electives(requests, np.full(count, cost.refusal), np.full(count, cost.cancellation)),
        outlying=outlying,
        boarding=np.full(count, cost.boarding),
        transfer=np.full(count, cost.transfer),
        occupied=occupied,
        step=24 // HOURS[scenarios.period],
    )
    return FromData(made, tuple(notes))


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    """Wards that treat specialties of the scenarios: which they are, ``beds`` (W, days), and which are for children."""

    names: tuple[str, ...]
    homes: tuple[frozenset[int], ...]
    beds: IntArray
    apart: tuple[bool, ...]


def _wards(hospital: HospitalData, scenarios: Scenarios, inside: InBed) -> tuple[_Open, list[str]]:
    """The wards with their open beds on each day, and what to tell of them."""
    groups, days = scenarios.groups, scenarios.horizon * HOURS[scenarios.period] // 24
    mornings = [scenarios.start + datetime.timedelta(days=d) for d in range(days)]
    first = (mornings[0].date() - first_day(hospital)).days
    rooms = to_problem(hospital.model_copy(update={"days": max(hospital.days, first + days)})).rooms
    described = {ward.id: ward for ward in hospital.wards}
    names, homes, beds, apart = [], [], [], []
    notes = []
    for w, name in enumerate(rooms.wards):
        ward = described.get(name, Ward(id=name))
        mine = {position(each, groups) for each in ward.specialties} - {-1}
        if ward.specialties and not mine:
            notes.append(f"{name} ({', '.join(ward.specialties)}) is left out: the forecast has no specialty of it")
            continue
        most = rooms.beds[rooms.ward == w, first : first + days].sum(axis=0)
        if ward.closed_to_admissions:
            here = np.array([where == name for where in inside.ward], np.bool_)
            most = np.minimum(most, [(here & inside.at(morning)).sum() for morning in mornings])
            notes.append(f"{name} is closed to admissions: it has the beds of those who lie there")
        names.append(name)
        homes.append(frozenset(mine or range(len(groups))))
        beds.append(most)
        apart.append(ward.maximum_age < _ADULT)
    return _Open(tuple(names), tuple(homes), np.array(beds, np.int64).reshape(len(names), days), tuple(apart)), notes


def _outlying(groups: Sequence[str], wards: _Open, price: float) -> FloatArray:
    """Array (G, W): 0 at home, the price elsewhere, infinite where wards or specialties are apart."""
    made = np.full((len(groups), len(wards.names)), price)
    for g, group in enumerate(groups):
        home = np.array([g in each for each in wards.homes], np.bool_)
        if not home.any():
            text = f"no ward of the hospital treats {group!r} of the forecast"
            raise InputError(f"{text}; 'wardwise forecast --group' tells specialties apart", item="wards")
        apart = np.array(wards.apart, np.bool_)
        made[g, ~home & (apart | apart[home].all())] = np.inf
        made[g, home] = 0.0
    return made


def _requests(
    hospital: HospitalData, groups: Sequence[str], start: datetime.date, days: int
) -> tuple[IntArray, list[str]]:
    """Electives by specialty and first possible day, array (G, days), and what to tell of the others."""
    made = np.zeros((len(groups), days), np.int64)
    past = beyond = certain = 0
    for p in hospital.electives:
        g = specialty_of(p.specialty, (), groups, f"electives, patient {p.patient}")
        day = max(0, (p.earliest - start).days)
        if p.latest is not None and p.latest < start:
            past += 1
        elif day < days:
            made[g, day] += 1
            certain += p.must_come
        else:
            beyond += 1
    told = (
        (past, "elective patients are left out: their last day is before the first of the scenarios"),
        (beyond, "elective patients are left out: their first day is after the last of the scenarios"),
        (certain, "elective patients must come: a capacity plan may refuse them as any others, at their price"),
    )
    return made, [f"{count} {text}" for count, text in told if count]
