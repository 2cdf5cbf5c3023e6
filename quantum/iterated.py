"""Warm starts that learn from samples: each circuit starts where the samples of the one before were good
(Bucher et al. 2026, arXiv:2604.02083, "iterative warm-starting").

With ``p_b`` a distribution over the k choices of block b, a round is

1. the start ``|s_b> = sum_a sqrt(p_b(a)) |a>`` of every block;
2. the mixer ``exp(-i beta (|s_b><s_b|))`` of every block (`quantum.mixers.Grover`). On one-hot states
   ``k |s><s| - I`` is ``sum_{a<c} k sqrt(p_a p_c) (X_a X_c + Y_a Y_c) / 2`` with a field ``k p_a - 1`` on each choice:
   the XY mixer whose highest state is the start. At equal p it is the complete XY mixer;
3. samples, of which the share `elite` with the least energies gives the frequencies ``q_b``;
4. ``p_b <- (1 - floor) ((1 - learning) p_b + learning q_b) + floor / k``.

Step 4 is the smoothed update of the cross-entropy method (De Boer, Kroese, Mannor, Rubinstein 2005,
doi:10.1007/s10479-005-5724-z); the paper's own weights may differ. At depth 0 the scheme *is* the cross-entropy method,
without any circuit worth the name: that is the control which tells what the circuit adds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quantum.onehot import OneHot
from quantum.simulators import Samples
from quantum.tuning import TUNING

__all__ = ["LearnedStart", "learn_start", "learned"]

Amplitudes = list[NDArray[np.complex128]]


@dataclass(frozen=True, slots=True, eq=False)
class LearnedStart:
    """A start and what it took.

    Attributes
    ----------
    amplitudes : list of complex arrays (k,)
        By block.
    shots : int
        Of all rounds.
    means : tuple of float
        Mean energy of the samples of each round.
    """

    amplitudes: Amplitudes
    shots: int
    means: tuple[float, ...]


def learned(
    problem: OneHot,
    probabilities: list[NDArray[np.float64]],
    samples: Samples,
    elite: float,
    *,
    learning: float = TUNING.warm_learning,
    floor: float = TUNING.warm_floor,
) -> list[NDArray[np.float64]]:
    """Distributions after one round: step 4 of the module's scheme.

    Parameters
    ----------
    problem : OneHot
        Of m blocks.
    probabilities : list of float arrays
        One (k,) a block, the distributions that the samples were drawn with.
    samples : Samples
        Those that break a block are left out.
    elite : float
        Share of the samples that counts, above 0, at most 1; one sample at least.
    learning, floor : float
        Weights of the update, between 0 and 1.

    Returns
    -------
    list of float arrays
        One (k,) a block, each summing to 1; the old ones where no sample keeps all blocks.
    """
    kept = np.flatnonzero(samples.feasible)
    if kept.size == 0:
        return probabilities
    order = kept[np.argsort(samples.energies[kept], kind="stable")]
    counts = samples.counts[order].astype(np.float64)
    # the last of the elite counts with what is left of the share
    wanted = max(1.0, elite * counts.sum())
    weights = np.clip(wanted - np.concatenate([[0.0], np.cumsum(counts)[:-1]]), 0.0, counts)
    chosen = weights @ samples.bits[order].astype(np.float64) / weights.sum()
    made = []
    for start, p in zip(problem.starts.tolist(), probabilities):
        q = chosen[start : start + p.size]
        made.append((1 - floor) * ((1 - learning) * p + learning * q) + floor / p.size)
    return made


def learn_start(
    problem: OneHot,
    draw: Callable[[Amplitudes, int], Samples],
    rounds: int,
    elite: float,
    stop: Callable[[], bool] | None = None,
) -> LearnedStart:
    """Amplitudes after some rounds of circuits, from the uniform start.

    Parameters
    ----------
    problem : OneHot
        What is to be solved.
    draw : callable
        Samples of the circuit with a start (amplitudes by block), and the number of the round.
    rounds : int
        Circuits that are measured.
    elite : float
        Share of the samples that a start learns from.
    stop : callable, optional
        Asked before every round; True ends with the start so far.

    Returns
    -------
    LearnedStart
        The start, and the shots that it took.
    """
    probabilities = [np.full(k, 1.0 / k) for k in problem.sizes]
    shots, means = 0, []
    for number in range(rounds):
        if stop is not None and stop():
            break
        samples = draw(_amplitudes(probabilities), number)
        shots += samples.shots
        means.append(float(samples.energies @ samples.counts / samples.counts.sum()))
        probabilities = learned(problem, probabilities, samples, elite)
    return LearnedStart(_amplitudes(probabilities), shots, tuple(means))


def _amplitudes(probabilities: list[NDArray[np.float64]]) -> Amplitudes:
    return [np.sqrt(p / p.sum()).astype(np.complex128) for p in probabilities]
