"""Sums of independent patients as whole distributions, hour by hour.

Patient ``i`` counts with probability ``u_i``: the sum has the generating function ``prod over i of (1 - u_i + u_i z)``.
At the roots of unity that is a discrete Fourier transform, which turned back gives the probabilities, exact but for
rounding (Hong 2013). Those who have yet to arrive multiply it by the mean over drawn courses of
``prod over t of (1 - k_t + k_t z) ** n_t``: each of ``n_t`` arrivals is kept with ``k_t``.
"""

from __future__ import annotations

import numpy as np

from optimise.demand.counts import Net
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["Sum", "difference", "quantile_of"]

_TAIL = 1e-12


class Sum:
    """The distribution of a sum of independent contributions at each of H hours.

    Parameters
    ----------
    hours : int
        H.
    most : int
        The sum is at most so large.
    """

    def __init__(self, hours: int, most: int) -> None:
        self.most = most
        self.size = 1 << max(1, most).bit_length()
        self._root = np.exp(-2j * np.pi * np.arange(self.size) / self.size)[:, None]
        self._spectrum = np.ones((self.size, hours), np.complex128)

    def add(self, chances: FloatArray) -> None:
        """Add patients: array (n, H), the chance of each to count by the end of each hour."""
        for u in chances:
            self._spectrum *= 1.0 - u + u * self._root

    def add_courses(self, courses: IntArray, kept: FloatArray) -> None:
        """Add those of drawn arrivals that are kept.

        Parameters
        ----------
        courses : int array (K, T)
            Arrivals in T periods, K equally likely courses.
        kept : float array (T, H)
            Chance of one who arrives in the period to count by the end of each hour.
        """
        for h in range(kept.shape[1]):
            mine = np.flatnonzero(kept[:, h] > 0)
            base = 1.0 - kept[mine, h] + kept[mine, h] * self._root  # (size, T)
            # A factor of 0 is far down instead, so that its logarithm is one.
            log = np.log(np.maximum(np.abs(base), 1e-300)) + 1j * np.angle(base)
            self._spectrum[:, h] *= np.exp(log @ courses[:, mine].T).mean(1)

    def result(self) -> list[Net]:
        """The distribution at each hour, without tails of less than 1e-12."""
        values = np.real(np.fft.ifft(self._spectrum, axis=0))[: self.most + 1]
        return [_trimmed(0, values[:, h]) for h in range(values.shape[1])]


def difference(start: int, less: Net, more: Net) -> Net:
    """``start`` less one count plus another, independent of each other."""
    pmf = np.convolve(less.pmf[::-1], more.pmf)
    return _trimmed(start - (less.first + len(less.pmf) - 1) + more.first, pmf)


def _trimmed(first: int, pmf: FloatArray) -> Net:
    pmf = np.maximum(pmf, 0.0)
    heavy = np.flatnonzero(pmf > _TAIL)
    cut = pmf[heavy[0] : heavy[-1] + 1]
    return Net(first + int(heavy[0]), cut / cut.sum())


def quantile_of(found: Net, level: float) -> int:
    """Smallest value whose cumulative probability reaches ``level``."""
    at = int(np.searchsorted(np.cumsum(found.pmf), level - 1e-12))
    return found.first + min(at, len(found.pmf) - 1)
