"""How much of a stretch of time has passed."""

from __future__ import annotations

__all__ = ["passed"]


def passed(elapsed: float, seconds: float) -> float:
    """Which part of a stretch of time has passed; all of one that has no length, as where a stop was asked for.

    Parameters
    ----------
    elapsed, seconds : float
        Seconds since its beginning, and its length.

    Returns
    -------
    float
        0 or more.
    """
    return elapsed / seconds if seconds > 0 else 1.0
