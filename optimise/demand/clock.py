"""Local clock time: daylight saving, weekdays.

Periods are counted on the local clock, because wards and rosters are: every day has 24 hourly periods. Where clocks
change, the hour that does not exist has exposure 0 and the hour that comes twice has exposure 2; days have exposure
23/24 and 25/24. Rates are per unit of exposure.
"""

from __future__ import annotations

import datetime
import itertools
import zoneinfo

import numpy as np
import numpy.typing as npt

from optimise.capacity.scenarios import HOURS, Period
from optimise.core.errors import InputError

__all__ = ["exists", "exposure", "get_zone", "is_repeated", "naive"]

_HOUR = datetime.timedelta(hours=1)


def get_zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone called ``name``, for example ``Europe/London``."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError("unknown time zone; expected a name such as Europe/London", item=name) from None


def exists(moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether a clock in ``zone`` ever shows the local time ``moment``."""
    there = moment.replace(tzinfo=zone)
    return there.astimezone(datetime.UTC).astimezone(zone).replace(tzinfo=None) == moment


def is_repeated(moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> bool:
    """Whether a clock in ``zone`` shows the local time ``moment`` twice."""
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    return exists(moment, zone) and first.utcoffset() != second.utcoffset()


def naive(moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """Local clock time in ``zone`` of a moment that carries an offset."""
    return moment.astimezone(zone).replace(tzinfo=None)


def exposure(start: datetime.datetime, count: int, period: Period, zone: str | None) -> npt.NDArray[np.float64]:
    """Real length of each period in units of its clock length; ones without a zone.

    Returns
    -------
    float array (count,)
        Hours: 0, 1 or 2. Days: 23/24, 1 or 25/24.
    """
    made = np.ones(count)
    if zone is None:
        return made
    place = get_zone(zone)
    step = datetime.timedelta(hours=HOURS[period])
    if period == "day":
        edges = [(start + t * step).replace(tzinfo=place).astimezone(datetime.UTC) for t in range(count + 1)]
        return np.array([(b - a) / step for a, b in itertools.pairwise(edges)])
    # Only days on which the offset changes need a look hour by hour.
    day = start.replace(hour=0, minute=0)
    while day < start + count * step:
        after = day + datetime.timedelta(days=1)
        if day.replace(tzinfo=place).utcoffset() != after.replace(tzinfo=place).utcoffset():
            for hour in range(24):
                moment = day + hour * _HOUR
                t = round((moment - start) / step)
                if 0 <= t < count:
                    made[t] = 0.0 if not exists(moment, place) else 2.0 if is_repeated(moment, place) else 1.0
        day = after
    return made
