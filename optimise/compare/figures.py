"""What a comparison measures, and the definitions of its figures.

Names in ``Stats.counts``
-------------------------
A method tells these where they apply; `optimise.compare` reads them and knows nothing else of the method.

``repetitions``, ``repetition seconds``
    Independent draws of the run (shots, reads) and the processor seconds of one: drawing, energies and repair. Without
    them the whole run is what repeats. ``repetition wall seconds`` is an extra.
``success probability``, ``success target``
    Probability that one repetition, *before any repair*, keeps all hard rules and costs at most the target (exact where
    it is known), and the target. It counts only where the target is the reference of the comparison; else it is 0.
``success hits``, ``success shots``
    Where the probability was counted: how many repetitions out of how many.
``near probability``, ``near target``
    The same for a cost within a hundredth of a certified lower bound on the problem that the instance was cut from,
    and that cost. Absent where no bound is known, or where the energy is a fit of another cost.
``certified bound``
    That lower bound.
``repaired success probability``, ``repaired success hits``, ``repaired success shots``
    The same after repair.
``training seconds``, ``training shots``, ``training evaluations``
    What was spent before the repetitions: processor seconds, shots (those that hardware would need where a simulator
    judged exactly), energy evaluations.
``repetition evaluations``, ``evaluations``
    Energy evaluations (or energy changes looked at) of one repetition, repair included, and of the run; a shot of a
    circuit of depth p counts as 1 + p (every layer applies the cost once). Absent where a method does not know them.
``mean energy``, ``random energy``
    Mean cost of the repetitions after repair; mean cost of uniformly random feasible states.
``raw energy``
    Best cost of a repetition that kept all hard rules by itself; absent where none did.
``feasible before``, ``feasible after``
    Share of repetitions that keep all hard rules, before and after repair.
``qubits``, ``depth``, ``two-qubit gates``
    The transpiled circuit that ran; a run that tells ``two-qubit gates`` or ``t gates`` counts as quantum.
``t gates``, ``code distance``, ``physical qubits``, ``ft repetition seconds``, ``ft training seconds``
    The same repetition on an error-corrected machine (`quantum.fault_tolerance`).
``kernel seconds``
    Processor seconds of an exact method inside its solver alone; the rest of its seconds is the making of the model.
``qpu seconds``, ``qpu repetition seconds``, ``qpu training seconds``
    Simulated time on a quantum processor; ``gpu seconds``: real time on a GPU.
``true cost``
    Where the energy is a fit of another cost: that cost of the best state found.

Definitions
-----------
reference
    The known optimum, else the best cost that any run of the study found, else the best lower bound if equal to it.
gap
    ``(objective - bound) / max(|objective|, 1e-9)``, unknown without a bound.
approximation ratio
    ``(m - v) / (m - r)`` with v the mean cost of the run's repetitions after repair (its objective where it has none),
    r the reference and m the mean cost of random feasible states: 1 is always optimal, 0 is no better than guessing,
    below 0 is worse. Where m is unknown and r > 0 it is r / v. Set it beside that of random bits with the same repair.
raw success p
    Probability that one repetition is optimal and keeps all hard rules before any repair; where the whole run repeats,
    the share of a contender's seeds that reached the reference. The verdict uses this one.
repaired success
    The same after a classical repair; beside it stands what the same repair makes of uniform random bits.
p near
    Probability that one repetition, before any repair, costs at most a hundredth more than a certified lower bound on
    the problem that the instance was cut from. Where the whole run repeats, the share of a contender's seeds.
gap closed
    ``(m - v) / (m - b)`` with b the certified lower bound on the problem that the instance was cut from, m and v as for
    the approximation ratio: how much of the way from a random state to the bound a mean repetition goes. It
    stays below 1 where the optimum of the instance is above the bound.
R99
    ``ceil(ln 0.01 / ln(1 - p))``: repetitions after which the reference was seen with probability 0.99.
TTS99
    ``training seconds + R99 * repetition seconds`` in seconds of the processor: nothing is free. For a run that repeats
    as a whole the repetition lasts until the reference was first reached (all of the run where it was not).
evaluations 99
    The same in energy evaluations, which no machine's speed changes.
95 % interval
    The wider of a bootstrap over seeds (Efron 1979) and the exact interval of the counted successes (Clopper and
    Pearson 1934). It is left out where there is one independent run and nothing was counted: nothing is known of its
    width. Processor time that differs between runs of the same work is no uncertainty of a method and is not in it:
    seconds of a run are its known work times the mean seconds of such work.
one run
    Runs with the same angles and the same exact success are copies of one run, whatever their seeds: training is
    deterministic unless ``jitter``, ``sampled`` or ``warm`` make it random. They count once and give no interval.
exact p
    Where a simulator knows every amplitude, or every state was looked at, raw success is no estimate: one run (or
    runs that agree, or a proof) then has no interval, and that is told by the word exact.
typical factor
    The exponential of the median of the logarithms of ratios, one an instance: it is the same whichever side one
    divides by.
independent problems
    Instances that are cut from one problem overlap. In a sign test each problem counts once, for the side that won
    more of its instances. With n problems decided the least value possible is ``2**(1 - n)``: 0.05 needs 6.
TTS99 FT
    The same as TTS99 with the seconds of a shot on an error-corrected machine: T gates, code distance and the machine
    of the study, without decoding and routing. A floor.
TTS99 on the QPU
    The same with simulated seconds of a quantum processor, training shots included.
overhead
    Processor seconds hold all that a method does when it is called, building its model and starting its solver too. On
    energies of a few thousand states this is most of what HiGHS and enumeration take, while a simulated circuit of few
    qubits is cheap: compare evaluations there, not seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

__all__ = [
    "approximation_ratio",
    "bootstrap",
    "clopper_pearson",
    "performance_profile",
    "reached",
    "repetitions_99",
    "sign_test",
    "tts_99",
    "typical_ratio",
]


def reached(cost: float, reference: float, tolerance: float) -> bool:
    """Whether a cost is the reference within ``tolerance * max(1, |reference|)``."""
    return cost <= reference + tolerance * max(1.0, abs(reference))


def repetitions_99(probability: float) -> float:
    """Repetitions until one succeeded with probability 0.99; infinite for probability 0."""
    if probability <= 0:
        return math.inf
    if probability >= 0.99:
        return 1.0
    return float(math.ceil(math.log(0.01) / math.log1p(-probability)))


def tts_99(probability: float, repetition_seconds: float, training_seconds: float = 0.0) -> float:
    """Seconds to a solution with probability 0.99, training included."""
    return training_seconds + repetitions_99(probability) * repetition_seconds if probability > 0 else math.inf


def approximation_ratio(value: float, reference: float, random: float | None) -> float | None:
    """As the module says; None where it is not defined."""
    if not math.isfinite(value):
        return None
    if random is not None:
        return (random - value) / (random - reference) if random > reference else None
    return reference / value if reference > 0 and value > 0 else None


def bootstrap(
    rows: Sequence[Sequence[float]],
    statistic: Callable[[NDArray[np.float64]], float],
    *,
    seed: int = 0,
    draws: int = 1000,
    level: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of a statistic of rows (n, k), drawn n at a time with repetition (Efron 1979).

    The order of rows must not matter to the statistic.

    Infinite values are kept: an interval may end in infinity. Where all rows are alike both ends are the
    statistic itself.
    """
    data = np.asarray(rows, dtype=np.float64)
    rng = np.random.default_rng(seed)
    alike = bool((data == data[0]).all())
    picks = np.sort(rng.integers(0, len(data), (1 if alike else draws, len(data))), axis=1)
    picks, times = np.unique(picks, axis=0, return_counts=True)  # few runs have few samples
    values = np.sort(np.repeat([statistic(data[pick]) for pick in picks], times))
    low = values[math.floor((1 - level) / 2 * (values.size - 1))]
    high = values[math.ceil((1 + level) / 2 * (values.size - 1))]
    return float(low), float(high)


def clopper_pearson(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a probability from `hits` successes in `trials` (Clopper and Pearson 1934)."""
    if not 0 <= hits <= trials or trials < 1:
        raise ValueError(f"{hits} hits in {trials} trials")
    rest = (1 - level) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(rest, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.ppf(1 - rest, hits + 1, trials - hits))
    return low, high


def performance_profile(times: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Performance profile of Dolan and More (2002), doi:10.1007/s101070100263.

    Parameters
    ----------
    times : float64 (instances, contenders)
        Smaller is better; infinity is a failure, NaN not run (counted as a failure).

    Returns
    -------
    ratios : float64 (points,)
        Factors over the best contender, ascending, where something changes.
    shares : float64 (points, contenders)
        Share of the instances that some contender solved on which each is within the factor.
    """
    known = np.where(np.isnan(times), np.inf, np.maximum(times, 1e-9))
    solved = known[np.isfinite(known).any(axis=1)]
    if solved.size == 0:
        return np.ones(1), np.zeros((1, times.shape[1]))
    factors = solved / solved.min(axis=1, keepdims=True)
    ratios = np.unique(factors[np.isfinite(factors)])
    shares = (factors[None, :, :] <= ratios[:, None, None]).mean(axis=1)
    return ratios, np.asarray(shares)


def typical_ratio(ratios: Sequence[float]) -> float:
    """``exp(median(log r))`` of ratios of at least 0: swapping the sides gives exactly the reciprocal.

    Parameters
    ----------
    ratios : sequence of float
        At least one; 0 counts as the smallest.

    Returns
    -------
    float
    """
    logs = sorted(math.log(r) if r > 0 else -math.inf for r in ratios)
    return math.exp((logs[(len(logs) - 1) // 2] + logs[len(logs) // 2]) / 2)


def sign_test(wins: int, losses: int) -> float:
    """Two-sided sign test: probability of so uneven a split if neither side were better; ties are left out."""
    n = wins + losses
    tail = sum(math.comb(n, k) for k in range(min(wins, losses) + 1)) / 2**n
    return float(min(1.0, 2 * tail))
