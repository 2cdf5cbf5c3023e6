"""A made-up emergency department and its wards, in which the truth about every patient is known.

All numbers are assumed. Arrivals are Poisson by hour of the day (hours of :mod:`optimise.demand.synthetic`). Whether
somebody is admitted, and where, depends on age, triage and ambulance (:func:`chance_of_admission`, :func:`shares`).
After the first hour those admitted wait for a bed an exponential time, after the first half hour the others leave after
one: the chance of one who is still there follows by Bayes' rule (:func:`truth`). Stays are gamma, end between 09:00 and
20:00, and some go on in another service.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimise.core.atomic import make_folder, write_text
from optimise.core.csvfile import csv_text
from optimise.core.errors import InputError
from optimise.demand.department.tables import clock_hours, moment_of
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["CLOCKS", "SERVICES", "House", "chance_of_admission", "department_folder", "make_house", "shares", "truth"]

#: Clock times of the snapshots, as hours.
CLOCKS = (6.0, 9.5, 12.0, 15.5, 22.0)
#: Service: division, mean stay in days, and where those who leave it go next.
SERVICES = {
    "medical": ("medicine", 4.0, {"elderly": 0.15}),
    "elderly": ("medicine", 8.0, {"medical": 0.03}),
    "surgical": ("surgery", 3.5, {"medical": 0.08}),
    "paediatric": ("children", 1.5, {}),
}
_NAMES = tuple(SERVICES)
_BED_FROM, _BED_MEAN = 1.0, 4.5  # hours
_HOME_FROM, _HOME_MEAN = 0.5, 2.5
_HOURS = np.array([4, 3, 3, 2, 2, 2, 3, 4, 6, 8, 9, 9, 9, 8, 8, 8, 8, 9, 9, 9, 8, 7, 6, 5], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class House:
    """Everything that happened, also after ``now``.

    Attributes
    ----------
    now : float
        Clock hours.
    arrival, leaving : float arrays (n,)
        Of each visit, by time of arrival; leaving for a bed or for home.
    age, triage, ambulance, admitted, service : int arrays (n,)
        Service by position in :data:`SERVICES`.
    female : bool array (n,)
    stays : list of (start, end, service, female, next service or -1)
    """

    now: float
    arrival: FloatArray
    leaving: FloatArray
    age: IntArray
    triage: IntArray
    ambulance: IntArray
    admitted: IntArray
    service: IntArray
    female: IntArray
    stays: list[tuple[float, float, int, int, int]]

    def present(self, moment: float) -> IntArray:
        """Positions of those in the department at a moment."""
        return np.flatnonzero((self.arrival <= moment) & (self.leaving > moment))


def chance_of_admission(age: IntArray, triage: IntArray, ambulance: IntArray) -> FloatArray:
    """Chance on arrival that each is admitted."""
    score = -1.6 + 1.1 * ambulance + 0.02 * (age - 50) + 0.9 * (3 - triage)
    return np.asarray(1 / (1 + np.exp(-score)), np.float64)


def shares(age: IntArray, triage: IntArray) -> FloatArray:
    """Array (n, 4): chance of each service for those admitted."""
    weight = np.stack(
        [
            np.where(age < 16, 0.02, 1.0),
            np.where(age < 65, 0.01, 0.06 * (age - 64)),
            np.where(age < 16, 0.10, 0.7 + 0.2 * (triage < 3)),
            np.where(age < 16, 2.0, 0.0),
        ],
        axis=1,
    )
    return np.asarray(weight / weight.sum(1, keepdims=True), np.float64)


def truth(chance: FloatArray, elapsed: FloatArray, hours: int) -> tuple[FloatArray, FloatArray]:
    """What is true of patients who have been there for some time and still are.

    Parameters
    ----------
    chance : float array (n,)
        On arrival.
    elapsed : float array (n,)
        Hours since.
    hours : int
        H.

    Returns
    -------
    admitted : float array (n,)
    within : float array (n, H)
        Of a bed within 1, ..., H hours, if admitted.
    """
    bed = _left(elapsed, _BED_FROM, _BED_MEAN)
    home = _left(elapsed, _HOME_FROM, _HOME_MEAN)
    admitted = chance * bed / (chance * bed + (1 - chance) * home)
    later = _left(elapsed[:, None] + np.arange(1, hours + 1), _BED_FROM, _BED_MEAN)
    return admitted, 1.0 - later / bed[:, None]


def _left(elapsed: FloatArray, first: float, mean: float) -> FloatArray:
    return np.asarray(np.exp(-np.maximum(elapsed - first, 0.0) / mean), np.float64)


def make_house(visits: int, weeks: int, seed: int, start: datetime.date = datetime.date(2025, 3, 3)) -> House:
    """Make up visits and stays; now is 15:30 on a day two weeks before the end.

    Parameters
    ----------
    visits : int
        A day.
    weeks : int
        Before now; two more come after it.
    seed : int
    start : date

    Returns
    -------
    House
    """
    if visits < 1 or weeks < 1:
        raise InputError("expected at least one visit a day and one week")
    rng = np.random.default_rng((seed, 93))
    first = clock_hours(datetime.datetime.combine(start, datetime.time()))
    days = 7 * (weeks + 2)
    rate = visits * np.tile(_HOURS / _HOURS.sum(), days)
    hour = np.repeat(np.arange(24 * days), rng.poisson(rate))
    n = len(hour)
    arrival = np.sort(first + hour + np.round(rng.random(n) * 59) / 60)
    age = np.minimum(rng.choice([8, 30, 55, 78], n, p=[0.22, 0.3, 0.25, 0.23]) + rng.integers(-8, 13, n), 99)
    triage = rng.choice([1, 2, 3, 4, 5], n, p=[0.02, 0.16, 0.42, 0.32, 0.08])
    ambulance = (rng.random(n) < np.where(age > 65, 0.55, 0.2)).astype(np.int64)
    admitted = (rng.random(n) < chance_of_admission(age, triage, ambulance)).astype(np.int64)
    service = (rng.random(n)[:, None] > np.cumsum(shares(age, triage), 1)).sum(1)
    wait = np.where(
        admitted == 1,
        _BED_FROM + _BED_MEAN * rng.exponential(size=n),
        _HOME_FROM + _HOME_MEAN * rng.exponential(size=n),
    )
    leaving = np.ceil(60 * (arrival + wait)) / 60
    female = (rng.random(n) < 0.52).astype(np.int64)
    stays = _stays(leaving[admitted == 1], service[admitted == 1], female[admitted == 1], rng)
    return House(
        first + 24 * (7 * weeks - 1) + 15.5, arrival, leaving, age, triage, ambulance, admitted, service, female, stays
    )


def _stays(
    start: FloatArray, service: IntArray, female: IntArray, rng: np.random.Generator
) -> list[tuple[float, float, int, int, int]]:
    made = []
    for begin, where, sex in zip(start, service, female, strict=True):
        at, place = float(begin), int(where)
        while True:
            _, mean, onward = SERVICES[_NAMES[place]]
            end = at + 24 * rng.gamma(1.5, mean / 1.5)
            end = max(at + 1, 24 * np.floor(end / 24) + rng.integers(9, 20) + np.round(59 * rng.random()) / 60)
            end = float(np.round(60 * end) / 60)
            to = next((name for name, share in onward.items() if rng.random() < share), None)
            following = -1 if to is None else _NAMES.index(to)
            made.append((at, end, place, int(sex), following))
            if following < 0:
                break
            at, place = end, following
    return sorted(made)


def _text(hours: float) -> str:
    return f"{moment_of(hours):%Y-%m-%d %H:%M}"


def department_folder(output: Path, size: int | None, weeks: int | None, seed: int) -> list[Path]:
    """Write a made-up department; for ``wardwise generate``.

    Parameters
    ----------
    output : Path
        A folder: snapshots.csv, now.csv, visits.csv, stays.csv, beds.csv, planned.csv.
    size : int, optional
        Visits a day (120).
    weeks : int, optional
        Of the past (16).
    seed : int

    Returns
    -------
    list of Path
    """
    house = make_house(size or 120, weeks or 16, seed)
    make_folder(output)
    facts = ("age", "sex", "triage", "arrival_mode")

    def row(i: int, moment: float) -> list[object]:
        mode = "ambulance" if house.ambulance[i] else "walk-in"
        sex = "F" if house.female[i] else "M"
        return [f"V{i:06d}", _text(moment), _text(house.arrival[i]), int(house.age[i]), sex, int(house.triage[i]), mode]

    past: list[tuple[object, ...]] = []
    first = 24 * np.floor(house.arrival[0] / 24) + 24
    for day in np.arange(first, house.now, 24):
        for moment in (day + clock for clock in CLOCKS if day + clock < house.now):
            for i in house.present(moment):
                known = house.leaving[i] <= house.now
                bed = house.admitted[i] == 1 and known
                past.append(
                    (
                        *row(int(i), moment),
                        int(house.admitted[i]) if known else "",
                        _text(house.leaving[i]) if bed else "",
                        _NAMES[house.service[i]] if bed else "",
                    )
                )
    head = ("visit", "snapshot", "arrival", *facts)
    now = [tuple(row(int(i), house.now)) for i in house.present(house.now)]
    came = np.flatnonzero(house.arrival <= house.now)
    visits = [
        (
            _text(house.arrival[i]),
            _text(house.leaving[i]) if bed else "",
            _NAMES[house.service[i]] if bed else "",
            "F" if house.female[i] else "M",
        )
        for i in came
        for bed in (house.admitted[i] == 1 and house.leaving[i] <= house.now,)
    ]
    stays = [
        (
            _NAMES[s],
            "F" if f else "M",
            _text(a),
            _text(b) if b <= house.now else "",
            _NAMES[to] if b <= house.now and to >= 0 else "",
        )
        for a, b, s, f, to in house.stays
        if a <= house.now
    ]
    inside = [sum(s == k and a <= house.now < b for a, b, s, _, _ in house.stays) for k in range(len(_NAMES))]
    beds = [(name, SERVICES[name][0], int(np.ceil(1.06 * inside[k])) + 2) for k, name in enumerate(_NAMES)]
    planned = [(_text(house.now + 2.5), "surgical", "F", 0.9), (_text(house.now + 3.0), "surgical", "M", 1)]
    tables: dict[str, list[tuple[object, ...]]] = {
        "snapshots": [(*head, "admitted", "admission_datetime", "specialty"), *past],
        "now": [head, *now],
        "visits": [("arrival", "admission_datetime", "specialty", "sex"), *visits],
        "stays": [("service", "sex", "start", "end", "next"), *stays],
        "beds": [("service", "division", "beds"), *beds],
        "planned": [("time", "service", "sex", "chance"), *planned],
    }
    return [write_text(output / f"{name}.csv", csv_text(rows)) for name, rows in tables.items()]
