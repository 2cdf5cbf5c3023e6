"""Numbers from environment variables, refused with the variable's name where they are none."""

from __future__ import annotations

import math
import os

from optimise.core.errors import InputError

__all__ = ["number_from"]


def number_from(name: str, otherwise: float, *, least: float = 0.0, whole: bool = False) -> float:
    """The number that an environment variable holds.

    Parameters
    ----------
    name : str
        Of the variable.
    otherwise : float
        Where it is not set, or empty.
    least : float
        The smallest that makes sense.
    whole : bool
        Whether it must be a whole number.

    Returns
    -------
    float

    Raises
    ------
    InputError
        Where it holds something else.
    """
    said = os.environ.get(name, "").strip()
    if not said:
        return otherwise
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not (least <= value < math.inf) or (whole and not value.is_integer()):
        kind = "whole number" if whole else "number"
        raise InputError(f"is {said!r:.60}: a {kind} of at least {least:g} is asked for", item=f"environment {name}")
    return value
