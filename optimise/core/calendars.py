"""Bank holidays, from the package ``holidays``; the only module that imports it."""

from __future__ import annotations

import datetime
import warnings

from optimise.core.errors import InputError, MissingExtraError

__all__ = ["bank_holidays"]


def bank_holidays(
    region: str | None, first: datetime.date, last: datetime.date, *, extra: str = "forecast"
) -> dict[datetime.date, str]:
    """Public holidays from ``first`` to ``last`` by date.

    Parameters
    ----------
    region : str or None
        Country, or country and part: ``GB-ENG``, ``GB-SCT``, ``US``. None: no holidays at all.
    first, last : date
        Both included.
    extra : str
        The extra that is named where the package is absent.

    Returns
    -------
    dict of date to str
        Names by date, in order.

    Raises
    ------
    MissingExtraError
        If the package ``holidays`` is not installed.
    InputError
        If there is no such region.
    """
    if region is None:
        return {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # 0.5x announces a version 1.0 as it is imported
            import holidays
    except ImportError:
        raise MissingExtraError("holidays", extra) from None
    country, _, part = region.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=range(first.year, last.year + 1))
    except NotImplementedError:
        raise InputError("unknown region of bank holidays; expected for example GB-ENG", item=region) from None
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}
