"""Made-up trusts for two-stage bed planning.

Rates and sizes follow published aggregates: beds are about 92 % occupied at the mean (NHS England, UEC daily
situation reports 2022-2025, general and acute), adult general medicine and surgery hold most of them, stays of
emergency patients average one to ten days by specialty (NHS England, Hospital Admitted Patient Care Activity 2023-24,
mean length of stay by treatment specialty, rounded), and arrivals peak between noon and the evening. Only the shape is
taken from there; every number in a made file is drawn.
"""

from __future__ import annotations

import datetime

import numpy as np
from numpy.typing import NDArray

from optimise.capacity.problem import CapacityProblem, Electives, Staffing, Wards
from optimise.capacity.risk import Risk
from optimise.capacity.scenarios import Scenarios

__all__ = ["capacity"]

Floats = NDArray[np.float64]

#: Name, share of emergency need, mean stay in days, share of need that is elective.
_SPECIALTIES = (
    ("General medicine", 0.30, 5.0, 0.00),
    ("General surgery", 0.14, 4.0, 0.25),
    ("Geriatrics", 0.20, 10.0, 0.00),
    ("Orthopaedics", 0.10, 5.0, 0.40),
    ("Cardiology", 0.09, 4.0, 0.15),
    ("Respiratory", 0.09, 6.0, 0.05),
    ("Urology", 0.05, 2.5, 0.40),
    ("Gynaecology", 0.03, 1.5, 0.50),
)
#: Arrivals by hour of the day, relative.
_HOURS = np.array([5, 4, 3, 3, 3, 3, 3, 4, 6, 9, 12, 13, 13, 13, 13, 13, 13, 12, 12, 11, 10, 9, 8, 6], dtype=np.float64)
_WEEK = np.array([1.08, 1.03, 1.0, 1.0, 1.02, 0.93, 0.94])
_START = datetime.datetime(2027, 1, 4)  # a Monday


def capacity(
    scenarios: int = 50,
    days: int = 7,
    specialties: int = 8,
    wards: int = 12,
    seed: int = 1,
    *,
    beds: int = 300,
    step: int = 24,
    risk: Risk | None = None,
    units: tuple[str, ...] = (),
) -> CapacityProblem:
    """A trust whose demand may exceed its beds.

    Parameters
    ----------
    scenarios, days, specialties, wards : int
        Sizes; 1 to 8 specialties, at least as many wards.
    seed : int
    beds : int
        About how many patients are in bed at the mean.
    step : int
        Hours that a placement lasts.
    risk : Risk, optional
        Risk-neutral when left out.
    units : tuple of str
        Shared units of a region: ``critical care`` gets a ward of its own to draw from, ``transfers`` lets the
        trust lend and draw ordinary beds, any other name is surge space.

    Returns
    -------
    CapacityProblem
        The same for the same arguments.

    Raises
    ------
    ValueError
        For specialties beyond 1 to 8, or fewer wards than specialties.
    """
    if not 1 <= specialties <= len(_SPECIALTIES) or wards < specialties:
        raise ValueError(f"expected 1 to {len(_SPECIALTIES)} specialties and at least as many wards")
    random = np.random.default_rng([seed, 7])
    chosen = _SPECIALTIES[:specialties]
    names = tuple(each[0] for each in chosen)
    share = np.array([each[1] for each in chosen])
    load = beds * share / share.sum()
    stay = _stays(np.array([each[2] for each in chosen]))
    mean_hours = stay @ np.arange(1, stay.shape[1] + 1)
    elective = np.array([each[3] for each in chosen])
    demand = _demand(random, scenarios, days, names, stay, load * (1 - elective) / mean_hours, load)

    requests = random.poisson((1.3 * elective * load / mean_hours * 24)[:, None] * _elective_days(days))
    home, top = _wards(random, load, wards, days)
    outlying = np.full((specialties, wards), np.inf)
    for w in range(wards):
        others = np.argsort(np.abs(np.arange(specialties) - home[w]), kind="stable")[:4]
        outlying[others, w] = 2.0 + np.abs(others - home[w])
        outlying[home[w], w] = 0.0
    ids = [f"Ward {1 + w}" for w in range(wards)]
    lowest = np.floor(0.7 * top).astype(np.int64)
    price = np.round(random.uniform(70.0, 110.0, wards), 0)
    unit, lends = [""] * wards, [""] * wards
    for name in units:
        reach = np.full(specialties, np.inf)
        if name == "transfers":
            lends[int(np.argmax(top[:, 0]))] = name
            reach[:] = 9.0
        elif name == "critical care":
            reach[: max(1, specialties // 2)] = 0.5
        else:
            reach[:] = 4.0
        ids.append(name[:1].upper() + name[1:])
        outlying = np.c_[outlying, reach]
        unit.append(name)
        lends.append("")
        lowest = np.r_[lowest, np.zeros((1, days), np.int64)]
        top = np.r_[top, np.full((1, days), max(4, beds // 12))]
        price = np.append(price, 150.0)
    occupied = np.zeros(outlying.shape)
    for g in range(specialties):
        mine = np.flatnonzero(outlying[g] == 0)
        weights = top[mine, 0] / top[mine, 0].sum()
        occupied[g, mine] = np.floor(0.9 * demand.remaining[:, 0, g].mean() * weights)
    staffed = int(0.9 * beds)
    return CapacityProblem(
        name=f"trust-{beds}-{scenarios}-{seed}",
        scenarios=demand,
        wards=Wards(tuple(ids), lowest, top, price, tuple(unit), tuple(lends)),
        staffing=Staffing(
            np.full(days, staffed), 6, np.full(days, 900.0), np.full(days, max(6, -(-int(0.4 * beds) // 6)))
        ),
        electives=Electives(requests, np.full(specialties, 700.0), np.full(specialties, 1500.0)),
        outlying=outlying,
        boarding=np.full(specialties, 60.0),
        transfer=np.full(specialties, 150.0),
        occupied=occupied,
        step=step,
        risk=risk or Risk(),
    )


def _elective_days(days: int) -> Floats:
    return np.array([1.0 if d % 7 < 5 else 0.15 for d in range(days)])[None, :]


def _stays(mean_days: Floats) -> Floats:
    """Lognormal stays by the hour, at most four weeks, shape (specialties, hours)."""
    hours = np.arange(1, 24 * 28 + 1)
    spread = 0.9
    centre = np.log(24.0 * mean_days) - spread**2 / 2
    density = np.exp(-((np.log(hours)[None, :] - centre[:, None]) ** 2) / (2 * spread**2)) / hours[None, :]
    return np.asarray(density / density.sum(axis=1, keepdims=True))


def _demand(
    random: np.random.Generator,
    count: int,
    days: int,
    names: tuple[str, ...],
    stay: Floats,
    rate: Floats,
    load: Floats,
) -> Scenarios:
    """Overdispersed arrivals that move together over days and specialties, and in-patients who leave at random."""
    groups, hours = len(names), 24 * days
    profile = np.tile(_HOURS / _HOURS.mean(), days) * np.repeat([_WEEK[d % 7] for d in range(days)], 24)
    common = np.zeros((count, days))
    own = np.zeros((count, days, groups))
    for d in range(days):  # first-order autoregression: a bad day is followed by another
        before, before_own = (common[:, d - 1], own[:, d - 1]) if d else (0.0, 0.0)
        common[:, d] = 0.7 * before + random.normal(0.0, 0.12, count)
        own[:, d] = 0.5 * before_own + random.normal(0.0, 0.10, (count, groups))
    level = np.exp(common[:, :, None] + own - 0.03)
    mean = rate[None, None, :] * profile[None, :, None] * np.repeat(level, 24, axis=1)
    arrivals = random.poisson(mean)
    survival = 1.0 - np.cumsum(stay, axis=1) + stay
    ends = survival / survival.sum(axis=1, keepdims=True)  # equilibrium residual stay
    remaining = np.zeros((count, hours, groups), dtype=np.int64)
    present = random.poisson(0.97 * load, (count, groups))
    for g in range(groups):
        for s in range(count):
            left = random.multinomial(present[s, g], ends[g])
            gone = np.cumsum(left)[:hours]
            remaining[s, : len(gone), g] = present[s, g] - gone
    probabilities = np.full(count, 1.0 / count)
    return Scenarios(arrivals, probabilities, names, "hour", _START, stay, remaining)


def _wards(
    random: np.random.Generator, load: Floats, wards: int, days: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Home specialty and most beds of each ward: a ward for each specialty, the others where the load is."""
    home = list(range(len(load)))
    while len(home) < wards:
        home.append(int(np.argmax(load / np.bincount(home, minlength=len(load)))))
    homes = np.sort(np.array(home))
    per_ward = (load / np.bincount(homes, minlength=len(load)))[homes]
    top = np.maximum(2, np.rint(per_ward * random.uniform(0.98, 1.12, wards))).astype(np.int64)
    return homes, np.repeat(top[:, None], days, axis=1)
