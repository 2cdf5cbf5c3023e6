"""A small algebra of count distributions: who is still here, who comes, and what that leaves of the beds.

Distributions are one-dimensional arrays of probabilities of 0, 1, ..., or a :class:`Net` where counts can be negative.
Any source of distributions will do, for example ``patientflow`` (:mod:`optimise.demand.patientflow`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimise.core.errors import InputError
from optimise.demand.pmf import FloatArray

__all__ = ["Net", "checked", "convolve", "net_position", "poisson_binomial", "still_present", "thin"]

_ROUNDING = 1e-6


def checked(pmf: npt.ArrayLike, item: str = "pmf") -> FloatArray:
    """``pmf`` as a distribution: one-dimensional, not negative, sum 1 (small rounding is mended)."""
    made = np.asarray(pmf, np.float64)
    if made.ndim != 1 or not made.size or not np.isfinite(made).all():
        raise InputError("expected a list of probabilities", item=item)
    if made.min() < -_ROUNDING or abs(made.sum() - 1) > 1e-3:
        raise InputError(f"probabilities must not be negative and must sum to 1, not {made.sum():g}", item=item)
    made = np.maximum(made, 0.0)
    closed: FloatArray = made / made.sum()
    return closed


def poisson_binomial(probabilities: npt.ArrayLike) -> FloatArray:
    """Number of successes of independent trials with different probabilities: array (n + 1,).

    One trial after the other, exact and stable (every step is an average); O(n^2).
    """
    chances = np.asarray(probabilities, np.float64).ravel()
    if chances.size and not (np.isfinite(chances).all() and chances.min() >= 0 and chances.max() <= 1):
        raise InputError("expected numbers from 0 to 1", item="probabilities")
    made = np.zeros(len(chances) + 1)
    made[0] = 1.0
    for n, p in enumerate(chances):
        made[1 : n + 2] = made[1 : n + 2] * (1 - p) + made[: n + 1] * p
        made[0] *= 1 - p
    return made


def convolve(parts: Iterable[npt.ArrayLike]) -> FloatArray:
    """Sum of independent counts; the sum of nothing is surely 0."""
    made = np.ones(1)
    for part in parts:
        made = np.convolve(made, checked(part))
    return made


def thin(pmf: npt.ArrayLike, keep: float) -> FloatArray:
    """How many of a random number remain when each does so with probability ``keep``, independently."""
    if not 0 <= keep <= 1:
        raise InputError("expected a number from 0 to 1", item="keep")
    from scipy.stats import binom

    source = checked(pmf)
    n = np.arange(len(source))
    made: FloatArray = source @ binom.pmf(n[None, :], n[:, None], keep)
    return checked(made)


def still_present(spent: npt.ArrayLike, stay: FloatArray, ahead: int) -> FloatArray:
    """Array (n,): probability of each patient to be in bed ``ahead`` periods after now.

    Parameters
    ----------
    spent : int array (n,)
        Periods that each patient has been in bed, at least 1; whether the stay goes on is not known.
    stay : float array (L,)
        Distribution of stays, ``stay[l]`` of ``l + 1`` periods.
    ahead : int
        0 asks for the first period from now: whoever stays longer than ``spent`` is in bed then.
    """
    # longer[k] = P(stay > k periods), k = 0 .. L
    longer = np.clip(1.0 - np.concatenate([[0.0], np.cumsum(stay)]), 0.0, 1.0)
    have = np.clip(np.asarray(spent, np.int64) - 1, 0, len(stay))
    then = np.minimum(have + 1 + ahead, len(stay))
    # Beyond the longest stay on record patients leave at the rate of a mean stay.
    tail = 1.0 - 1.0 / max(1.0, float(np.arange(1, len(stay) + 1) @ stay))
    known = longer[have] > 1e-12
    made = np.where(known, longer[then] / np.where(known, longer[have], 1.0), tail ** (ahead + 1))
    return np.asarray(np.clip(made, 0.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """A distribution over whole numbers from ``first`` on."""

    first: int
    pmf: FloatArray

    def below(self, number: int) -> float:
        """Probability of less than ``number``."""
        return float(self.pmf[: max(0, number - self.first)].sum())

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self.pmf @ (self.first + np.arange(len(self.pmf))))


def net_position(beds: int, present: npt.ArrayLike, demand: npt.ArrayLike) -> Net:
    """Beds free (or, negative, short): ``beds - present - demand`` for independent counts."""
    taken = convolve([present, demand])
    return Net(beds - (len(taken) - 1), taken[::-1].copy())
