"""How much of a stretch of time has passed, and which part of it to plan for."""

from __future__ import annotations

__all__ = ["passed", "stage_end"]


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


def stage_end(elapsed: float, seconds: float, first: float) -> float:
    """When the stage ends that a moment belongs to.

    A search whose steps take shares of the time left finds little by a given second under a long limit. So it plans
    for a stage at a time: the first lasts ``first`` seconds, and each later one ends after twice the time. The last
    takes what is left, where no other would fit behind it.

    Parameters
    ----------
    elapsed, seconds : float
        Seconds since the search began, and those that it has.
    first : float
        Seconds of the first stage; infinite for one stage.

    Returns
    -------
    float
        Seconds from the beginning, at most ``seconds``; the last twentieth of a stage already belongs to the next.
    """
    end = first
    while end <= seconds and elapsed >= 0.95 * end:
        end *= 2.0
    return end if 2.0 * end <= seconds else seconds
