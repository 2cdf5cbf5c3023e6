"""Amplitude amplification over one-hot states, with exact counts of its queries.

Let ``|s>`` be the product of the blocks' W states: N states of amplitude ``1 / sqrt(N)``. With M of them below a
threshold and ``sin(theta)^2 = M / N``, j rounds of *flip the sign of states below the threshold, then reflect about
|s>* leave them with probability ``sin((2 j + 1) theta)^2`` (Boyer, Brassard, Hoyer, Tapp 1998,
arXiv:quant-ph/9605034). The reflection is the Grover mixer over all blocks at angle pi (Baertschi and Eidenbenz 2020,
arXiv:2006.00354).

The minimum is found by lowering the threshold (Durr and Hoyer 1996, arXiv:quant-ph/9607014): j is drawn below a limit
that grows by 6/5 after every failure, up to ``sqrt(N)``; a better state becomes the threshold. After
``22.5 sqrt(N) + 1.4 log2(N)^2`` queries the minimum is held with probability 1/2 at least.

Only the rank of a state matters for that, so that runs are drawn exactly from the sorted energies, without amplitudes.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quantum.onehot import OneHot
from quantum.tuning import TUNING

__all__ = ["energy_toffoli", "find_minimum", "most_queries", "oracle_toffoli", "success_after"]


@dataclass(frozen=True, slots=True)
class Search:
    """One run of the search.

    Attributes
    ----------
    place : int
        Place of the state found among the energies given.
    queries : int
        Rounds of amplification; each computes the energy and takes it back.
    measurements : int
        States measured, each evaluated once.
    """

    place: int
    queries: int
    measurements: int


def success_after(share: float, rounds: int) -> float:
    """Probability of a marked state after some rounds.

    Parameters
    ----------
    share : float
        Share M / N of the states that are marked, from 0 to 1.
    rounds : int
        Queries j, 0 or more.

    Returns
    -------
    float
        ``sin((2 j + 1) theta)^2``.
    """
    return math.sin((2 * rounds + 1) * math.asin(math.sqrt(share))) ** 2


def most_queries(states: int) -> int:
    """Queries after which the minimum is held with probability 1/2 at least.

    Parameters
    ----------
    states : int
        N, 1 or more.

    Returns
    -------
    int
        ``22.5 sqrt(N) + 1.4 log2(N)^2``, rounded up.
    """
    return math.ceil(22.5 * math.sqrt(states) + 1.4 * math.log2(states) ** 2) if states > 1 else 0


def find_minimum(energies: NDArray[np.float64], queries: int, rng: np.random.Generator) -> Search:
    """One run over states with these energies, as a quantum computer would make it.

    Parameters
    ----------
    energies : float array (N,)
        In ascending order.
    queries : int
        The run ends before its queries would exceed these.
    rng : numpy.random.Generator
        Draws the rounds and the outcomes of measurements.

    Returns
    -------
    Search
        The state held at the end, and what it took.
    """
    states = energies.size
    place = int(rng.integers(states))
    used, measurements, limit = 0, 1, 1.0
    while states > 1 and used < queries:
        marked = int(np.searchsorted(energies, energies[place], side="left"))
        rounds = int(rng.integers(math.ceil(limit)))
        if used + rounds > queries:
            break
        used, measurements = used + rounds, measurements + 1
        if rng.random() < success_after(marked / states, rounds):
            place, limit = int(rng.integers(marked)), 1.0
        else:
            limit = min(TUNING.search_growth * limit, math.sqrt(states))
    return Search(place, used, measurements)


def energy_toffoli(problem: OneHot, bits: int = 20) -> tuple[float, int]:
    """Toffoli gates to add up the energy and take it back, and logical qubits, of a plain circuit.

    The choice of a block is unary already, so that its costs are copied into a register by CX gates. A pair table of
    blocks a and b needs one AND for each of its entries that is not 0, whose undoing is a measurement (Gidney 2018,
    arXiv:1709.06648). Every block and every pair table is added to a sum of `bits` bits by an adder of ``bits`` Toffoli
    gates; all that happens twice, to compute and to take back. A cost of a sum is counted up in a register of its own
    and looked up: one Toffoli for each of its bits and blocks, and one for each value (Babbush et al. 2018,
    arXiv:1805.03662).

    Parameters
    ----------
    problem : OneHot
        Of m blocks.
    bits : int
        Of the register that holds an energy.

    Returns
    -------
    tuple of float and int
        Toffoli gates; logical qubits.
    """
    _, table, _ = problem.tables(part=True)
    starts, sizes = problem.starts.tolist(), problem.sizes
    ands, pairs, largest = 0, 0, 0
    for b in range(1, problem.blocks):
        for a in range(b):
            part = table[starts[a] : starts[a] + sizes[a], starts[b] : starts[b] + sizes[b]]
            filled = int(np.count_nonzero(part))
            ands, pairs, largest = ands + filled, pairs + bool(filled), max(largest, filled)
    additions = problem.blocks + pairs + len(problem.sums)
    counting = 0
    for cost in problem.sums:
        register = max(1, math.ceil(math.log2(cost.values.size)))
        counting += len(cost.parts) * register + cost.values.size
    return 2.0 * (ands + counting + additions * bits), problem.qubo.size + 3 * bits + largest


def oracle_toffoli(problem: OneHot, bits: int = 20) -> tuple[float, int]:
    """Toffoli gates of one query, and logical qubits: the energy (`energy_toffoli`), a comparison, a reflection.

    The comparison with the threshold takes `bits`, and the reflection about the start one Toffoli gate for each block
    but one.

    Parameters
    ----------
    problem : OneHot
        Of m blocks.
    bits : int
        Of the register that holds an energy.

    Returns
    -------
    tuple of float and int
        Toffoli gates of one query; logical qubits.
    """
    toffoli, qubits = energy_toffoli(problem, bits)
    others = max(0, problem.blocks - 1)
    return toffoli + bits + others, qubits + others
