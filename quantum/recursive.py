"""Recursive QAOA: correlations of a shallow QAOA state fix one variable after another
(Bravyi, Kliesch, Koenig, Tang 2020, arXiv:1910.08980)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from quantum.angles import Angles
from quantum.light_cone import LightCone
from quantum.mixers import X
from quantum.onehot import OneHot
from quantum.qaoa import QaoaOptions, QaoaRun, qaoa
from quantum.qubo import Ising, Qubo
from quantum.success import exact_simulator


@dataclass(frozen=True, slots=True, eq=False)
class RecursiveRun:
    """Bits found, their energy, the number of QAOA rounds, and what they took.

    Attributes
    ----------
    evaluations : int
        Objective calls of all rounds.
    enumerated : int
        States of the rest that was enumerated.
    stopped : bool
        Whether it was told to stop: the rest was then settled by the correlations of untrained circuits.
    angles : tuple of Angles
        Of every round's circuit.
    """

    bits: NDArray[np.int8]
    energy: float
    rounds: int
    evaluations: int = 0
    enumerated: int = 0
    stopped: bool = False
    angles: tuple[Angles, ...] = ()


def recursive_qaoa(
    problem: Qubo | OneHot,
    options: QaoaOptions | None = None,
    *,
    seed: int = 0,
    cutoff: int = 6,
    amplitudes: int = 20,
    stop: Callable[[], bool] | None = None,
) -> RecursiveRun:
    """Run it until `cutoff` qubits (or ``2**cutoff`` one-hot states) are left, which are enumerated.

    For a QUBO each round replaces ``z_i`` by ``+-z_j`` or ``+-1``, whichever expectation is largest in size. For
    one-hot blocks, where such a relation would break blocks, each round fixes the most probable choice of a block.

    Parameters
    ----------
    options : of each round; default depth 1. Correlations are exact, so the shots of the last measurement do not
        matter, and angles judged by shots are refused.
    amplitudes : most qubits whose amplitudes are kept. A round of more free bits takes its correlations from the light
        cones of one layer (`quantum.light_cone`), which are exact too; only mixer X at depth 1 has them.
    stop : asked now and then; True trains no further circuit.

    Raises
    ------
    InputError
        For options that this method could not obey.
    """
    given = options or QaoaOptions(depth=1)
    if given.by_shots:
        raise InputError("recursive QAOA reads exact correlations; it does not run on shots")
    if isinstance(problem, OneHot) and isinstance(given.mixer, X):
        raise InputError("mixer x leaves one-hot blocks; give problem.with_penalty(weight), or a block mixer")
    chosen = replace(given, shots=1)
    if isinstance(problem, OneHot):
        problem.tables()  # refuses what pairs do not give
        return _recursive_blocks(problem, chosen, seed, cutoff, stop)
    ising, rounds, evaluations = problem.to_ising(), 0, 0
    angles: list[Angles] = []
    names = np.arange(problem.size)  # original number of each remaining spin
    relations: list[tuple[int, int, int]] = []  # (spin, parent or -1, sign), in the order of elimination
    while ising.size > cutoff:
        if ising.size > amplitudes and _one_plain_layer(chosen):
            cone = LightCone(ising)
            spread = np.exp(chosen.jitter * np.random.default_rng([seed, rounds]).normal(size=2))
            found, calls = cone.trained(1 if stop is not None and stop() else chosen.evaluations, spread)
            singles, pairs = cone.correlations(float(found.gamma[0]), float(found.beta[0]))
        else:
            run = _round(ising.to_qubo(), chosen, seed + rounds, stop)
            found, calls = run.angles, run.evaluations
            expected = correlations(exact_simulator(run.ansatz, found).probabilities(found))
            pairs = expected[(1 << ising.rows) + (1 << ising.cols)]
            singles = expected[1 << np.arange(ising.size)]
        evaluations += calls
        angles.append(found)
        i, j, sign = _strongest(ising, singles, pairs)
        relations.append((int(names[i]), int(names[j]) if j >= 0 else -1, sign))
        ising = _eliminate(ising, i, j, sign)
        names = np.delete(names, i)
        rounds += 1
    _, rest, _ = ising.to_qubo().brute_force()
    spins = np.zeros(problem.size, dtype=np.int64)
    spins[names] = 1 - 2 * rest.astype(np.int64)
    for spin, parent, sign in reversed(relations):
        spins[spin] = sign * (spins[parent] if parent >= 0 else 1)
    bits = ((1 - spins) // 2).astype(np.int8)
    stopped = stop is not None and stop()
    return RecursiveRun(bits, problem.energy(bits), rounds, evaluations, 1 << ising.size, stopped, tuple(angles))


def _one_plain_layer(options: QaoaOptions) -> bool:
    """Whether light cones give what these options ask for."""
    usual = QaoaOptions(depth=1)
    names = ("depth", "ansatz", "start", "grown", "optimiser", "cvar", "multi_angle", "simulator", "simulator_options")
    plain = all(getattr(options, name) == getattr(usual, name) for name in names)
    return plain and isinstance(options.mixer or X(), X)


def _round(problem: Qubo | OneHot, options: QaoaOptions, seed: int, stop: Callable[[], bool] | None) -> QaoaRun:
    """One QAOA; after a stop with the angles of the rule, untrained."""
    if stop is not None and stop():
        options = replace(options, optimiser="none", multi_angle=False)
    return qaoa(problem, options, seed=seed, stop=stop)


def correlations(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expectation of every product of Z operators, indexed by the set's bits: a Walsh-Hadamard transform."""
    values = np.array(probabilities, dtype=np.float64)
    half = 1
    while half < values.size:
        pairs = values.reshape(-1, 2, half)
        values = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).ravel()
        half *= 2
    return values


def _strongest(ising: Ising, singles: NDArray[np.float64], pairs: NDArray[np.float64]) -> tuple[int, int, int]:
    """The coupled pair (or single spin, second index -1) with the largest expectation in size, and its sign."""
    singles = np.where(ising.field != 0, singles, 0.0)
    if pairs.size and np.abs(pairs).max() >= np.abs(singles).max(initial=0.0):
        t = int(np.argmax(np.abs(pairs)))
        return int(ising.cols[t]), int(ising.rows[t]), 1 if pairs[t] >= 0 else -1
    i = int(np.argmax(np.abs(singles)))
    return i, -1, 1 if singles[i] >= 0 else -1


def _eliminate(ising: Ising, i: int, j: int, sign: int) -> Ising:
    """Replace spin i by ``sign`` (times spin j when j >= 0)."""
    n = ising.size
    coupling = np.zeros((n, n))
    coupling[ising.rows, ising.cols] = ising.couplings
    coupling += coupling.T
    fields, offset = ising.field.copy(), ising.offset
    if j >= 0:
        offset += sign * coupling[i, j]
        row = sign * coupling[i]
        row[[i, j]] = 0.0
        coupling[j] += row
        coupling[:, j] += row
        fields[j] += sign * fields[i]
    else:
        offset += sign * fields[i]
        fields += sign * coupling[i]
    keep = np.delete(np.arange(n), i)
    coupling = np.triu(coupling[np.ix_(keep, keep)], 1)
    rows, cols = np.nonzero(coupling)
    return Ising(fields[keep], rows, cols, coupling[rows, cols], offset)


def _recursive_blocks(
    problem: OneHot, options: QaoaOptions, seed: int, cutoff: int, stop: Callable[[], bool] | None
) -> RecursiveRun:
    current, fixed, rounds, evaluations = problem, dict[int, int](), 0, 0
    left = list(range(problem.blocks))
    angles: list[Angles] = []
    while current.states > 2**cutoff and current.blocks > 1:
        run = _round(current, options, seed + rounds, stop)
        evaluations += run.evaluations
        angles.append(run.angles)
        probabilities = exact_simulator(run.ansatz, run.angles).probabilities(run.angles)
        block, choice = _most_certain(current, probabilities)
        fixed[left[block]] = choice
        current = fix_block(current, block, choice)
        del left[block]
        rounds += 1
    _, choices, _ = current.brute_force()
    fixed.update(zip(left, choices.tolist()))
    bits = problem.bits(np.array([fixed[b] for b in range(problem.blocks)]))
    stopped = stop is not None and stop()
    return RecursiveRun(bits, problem.qubo.energy(bits), rounds, evaluations, current.states, stopped, tuple(angles))


def _most_certain(problem: OneHot, probabilities: NDArray[np.float64]) -> tuple[int, int]:
    """Block and choice whose marginal most exceeds the uniform one."""
    best, run = (-np.inf, 0, 0), 1
    for b, k in enumerate(problem.sizes):
        marginal = probabilities.reshape(-1, k, run).sum(axis=(0, 2))
        x = int(np.argmax(marginal))
        best = max(best, (float(marginal[x] - 1 / k), b, x))
        run *= k
    return best[1], best[2]


def fix_block(problem: OneHot, block: int, choice: int) -> OneHot:
    """The problem that is left when one block has chosen."""
    linear, table, offset = problem.tables()
    chosen = int(problem.starts[block]) + choice
    keep = np.flatnonzero(problem.block_of != block)
    upper = np.triu(table[np.ix_(keep, keep)], 1)
    rows, cols = np.nonzero(upper)
    every = np.arange(keep.size)
    names = tuple(problem.qubo.names[v] for v in keep) if problem.qubo.names else ()
    qubo = Qubo.from_terms(
        keep.size,
        np.concatenate([every, rows]),
        np.concatenate([every, cols]),
        np.concatenate([linear[keep] + table[chosen, keep], upper[rows, cols]]),
        offset + float(linear[chosen]),
        names,
    )
    return OneHot(qubo, tuple(k for b, k in enumerate(problem.sizes) if b != block))
