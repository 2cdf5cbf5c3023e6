"""Made-up emergency admissions whose sizes and rates come from published aggregates.

* Beds of each specialty: average occupied beds, April 2023 - April 2024, Public Health Scotland, "Beds by NHS Board of
  treatment and specialty" (Open Government Licence v3.0), eight large acute specialties.
* Beds of a trust: median over English trusts of adult general and acute beds occupied in 2024 is 600; NHS England,
  urgent and emergency care daily situation reports (Open Government Licence v3.0).
* Stays: mean 4.94 days, variance 13.1, ``LOS_model`` of NHSRdatasets 0.3.3 (CC0); arrivals follow by Little's law.
* Hours of arrival: synthetic in-patient arrivals of UCL-CORU/patientflow (MIT).
* Weekday and hour of discharge: five English trusts, April 2022 - May 2023, NHS England acute discharge situation
  report (OGL v3.0): 61 % leave by 17:00; Sundays see 0.61 of an average day.

Assumed, not published: how stays differ between specialties around that mean, a winter 6 % above the year's mean, and
a level that wanders from day to day (8 %, correlation 0.8), shared by all specialties.

Contains public sector information licensed under the Open Government Licence v3.0.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np

from optimise.core.atomic import write_text
from optimise.core.csvfile import csv_text
from optimise.core.errors import InputError
from optimise.demand import clock

__all__ = ["ELECTIVES", "SPECIALTIES", "WARDS", "demand_file", "rows", "write"]

#: Specialty: average occupied beds in Scotland, and assumed mean stay relative to that of all patients.
SPECIALTIES = {
    "general medicine": (3504, 0.9),
    "geriatric medicine": (2886, 2.0),
    "general surgery": (1363, 0.8),
    "trauma and orthopaedics": (954, 1.4),
    "respiratory medicine": (471, 1.2),
    "cardiology": (427, 0.9),
    "paediatrics": (395, 0.4),
    "gastroenterology": (350, 1.0),
}
#: Wards of a made-up trust with the specialties at home in each, and its elective requests a working day.
WARDS = {
    "Medical A": ("general medicine",),
    "Medical B": ("geriatric medicine",),
    "Specialist": ("cardiology", "respiratory medicine", "gastroenterology"),
    "Surgical": ("general surgery",),
    "Trauma": ("trauma and orthopaedics",),
    "Children": ("paediatrics",),
}
ELECTIVES = {"general surgery": 1, "trauma and orthopaedics": 1}
_STAY_MEAN, _STAY_VARIANCE = 4.94, 13.1
_HOURS = np.array(
    [
        *(1.7, 1.7, 1.6, 1.2, 1.8, 1.0, 1.5, 2.7, 3.5, 5.4, 6.3, 6.6),
        *(7.2, 7.5, 7.4, 6.4, 6.2, 6.0, 5.8, 5.6, 5.3, 3.2, 2.3, 2.0),
    ]
)
_LEAVING = (0.876, 1.114, 1.157, 1.184, 1.268, 0.796, 0.605)  # Monday to Sunday
_BY_FIVE = 0.61
_ZONE = "Europe/London"


def rows(beds: int, days: int, seed: int, start: datetime.date) -> list[tuple[str, str, str]]:
    """Arrival, departure (empty while still there at the end) and specialty of each patient, by time of arrival.

    Parameters
    ----------
    beds : int
        Beds that the emergency patients of the hospital fill on average.
    """
    if beds < 1 or days < 1:
        raise InputError("expected at least one bed and one day")
    rng = np.random.default_rng((seed, 76))
    zone = clock.get_zone(_ZONE)
    share = sum(b for b, _ in SPECIALTIES.values())
    hours = _HOURS / _HOURS.sum()
    level = np.empty(days)
    level[0] = 0.08 * rng.standard_normal()
    for d in range(1, days):
        level[d] = 0.8 * level[d - 1] + 0.08 * 0.6 * rng.standard_normal()
    end = datetime.datetime.combine(start, datetime.time()) + datetime.timedelta(days=days)
    made = []
    for name, (occupied, factor) in SPECIALTIES.items():
        rate = beds * occupied / share / (_STAY_MEAN * factor)
        for d in range(days):
            day = datetime.datetime.combine(start + datetime.timedelta(days=d), datetime.time())
            winter = 1 + 0.06 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 15) / 365.25)
            for _ in range(int(rng.poisson(rate * winter * np.exp(level[d] - 0.0032)))):
                minute = int(rng.choice(24, p=hours)) * 60 + int(rng.integers(60))
                arrival = day + datetime.timedelta(minutes=minute)
                left = _leave(arrival, factor, rng)
                if clock.exists(arrival, zone):
                    departure = f"{left:%Y-%m-%d %H:%M}" if left < end else ""
                    made.append((f"{arrival:%Y-%m-%d %H:%M}", departure, name))
    return sorted(made)


def _leave(arrival: datetime.datetime, factor: float, rng: np.random.Generator) -> datetime.datetime:
    """A gamma stay, ended at an hour and on a weekday at which patients do leave."""
    shape = _STAY_MEAN**2 / _STAY_VARIANCE
    stay = rng.gamma(shape, factor * (_STAY_MEAN - 0.4) / shape)  # 0.4 days: what waiting for a weekday adds
    left = arrival + datetime.timedelta(days=float(stay))
    while rng.random() > _LEAVING[left.weekday()] / max(_LEAVING):
        left += datetime.timedelta(days=1)
        if rng.random() < 0.5:
            break
    hour = rng.integers(9, 17) if rng.random() < _BY_FIVE else rng.integers(17, 24)
    left = left.replace(hour=int(hour), minute=int(rng.integers(60)), second=0, microsecond=0)
    return left if left > arrival else arrival + datetime.timedelta(hours=2 + 6 * float(rng.random()))


def write(
    output: Path, *, beds: int = 600, weeks: int = 52, seed: int = 1, start: datetime.date = datetime.date(2025, 9, 1)
) -> Path:
    """Write made-up admissions as CSV; the same seed makes the same file."""
    head = ("arrival_datetime", "departure_datetime", "specialty")
    write_text(output, csv_text([head, *rows(beds, 7 * weeks, seed, start)]))
    return output


def demand_file(output: Path, size: int | None, weeks: int | None, seed: int) -> list[Path]:
    """A file of stays that fill ``size`` beds (600) over ``weeks`` (52); for ``wardwise generate``."""
    return [write(output, beds=size or 600, weeks=weeks or 52, seed=seed)]
