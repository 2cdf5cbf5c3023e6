"""Simulated annealing on one-hot blocks (Numba): every move changes one block's choice, so states stay feasible."""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

import numpy as np

from quantum._jit import Array, compiled
from quantum.onehot import OneHot


def anneal_problem(
    problem: OneHot, sweeps: int, hot: float, cold: float, rng: np.random.Generator
) -> tuple[Array, float]:
    """One run of `anneal` on a problem, costs of sums included.

    Parameters
    ----------
    problem : OneHot
    sweeps : int
        Each tries every block once.
    hot, cold : float
        First and last temperature, in units of cost.
    rng : numpy Generator

    Returns
    -------
    choices : int64 array (m,)
        The best that was met.
    energy : float
        Of these choices.
    """
    best: tuple[Array, float] = anneal(*_flat(problem), sweeps, hot, cold, rng)
    return best


def temper_problem(problem: OneHot, temperatures: Array, sweeps: int, rng: np.random.Generator) -> tuple[Array, float]:
    """One run of `temper` on a problem, costs of sums included.

    Parameters
    ----------
    problem : OneHot
    temperatures : float64 array (r,)
        One a replica, descending, in units of cost.
    sweeps : int
        Of every replica.
    rng : numpy Generator

    Returns
    -------
    choices : int64 array (m,)
        The best that any replica met.
    energy : float
        Of these choices.
    """
    best: tuple[Array, float] = temper(*_flat(problem), temperatures, sweeps, rng)
    return best


def _flat(problem: OneHot) -> tuple[Array, Array, Array, Array, float, tuple[Array, Array, Array]]:
    """A problem as the kernels read it: sizes, starts, linear, table, offset, sums."""
    linear, table, offset = problem.tables(part=True)
    sizes = np.asarray(problem.sizes, dtype=np.int64)
    count, most = len(problem.sums), max((cost.values.size for cost in problem.sums), default=0)
    adds = np.zeros((count, linear.size))
    edges, prices = np.full((count, most), np.inf), np.zeros((count, most))
    for s, cost in enumerate(problem.sums):
        for b, part in cost.parts.items():
            adds[s, problem.starts[b] : problem.starts[b] + part.size] = part
        v = cost.values.size
        edges[s, : v - 1] = (cost.values[:-1] + cost.values[1:]) / 2
        prices[s, :v], prices[s, v:] = cost.costs, cost.costs[-1]
    return sizes, problem.starts, linear, table, offset, (adds, edges, prices)


@compiled
def anneal(
    sizes: Array,
    starts: Array,
    linear: Array,
    table: Array,
    offset: float,
    sums: tuple[Array, Array, Array],
    sweeps: int,
    hot: float,
    cold: float,
    rng: np.random.Generator,
) -> tuple[Array, float]:
    """One run (Kirkpatrick, Gelatt, Vecchi 1983) with geometric cooling from `hot` to `cold`.

    Parameters
    ----------
    sizes, starts : int64 arrays (m,)
        Choices of each block, and the number of its first variable.
    linear : float64 array (n,)
        Cost of each variable.
    table : float64 array (n, n)
        Cost of each pair; symmetric, zero within blocks.
    offset : float
        Cost of every state.
    sums : tuple of float64 arrays (s, n), (s, v), (s, v)
        Prices of the values of some sums, none or more: what each variable adds to each; what lies between its values,
        ascending, infinite from the last value on; the prices of the values.
    sweeps : int
        Each tries every block once.
    hot, cold : float
        First and last temperature, in units of cost.
    rng : numpy Generator

    Returns
    -------
    choices : int64 array (m,)
        The best that was met.
    energy : float
        Of these choices.
    """
    choice, fields, totals, energy = _begun(sizes, starts, linear, table, offset, sums, rng)
    best, best_choice = energy, choice.copy()
    cooling = (cold / hot) ** (1.0 / max(1, sweeps - 1))
    temperature = hot
    for _ in range(sweeps):
        state = (choice, fields, totals, best_choice)
        energy, best = _sweep(sizes, starts, table, sums, state, energy, best, temperature, rng)
        temperature *= cooling
    return best_choice, best


@compiled
def temper(
    sizes: Array,
    starts: Array,
    linear: Array,
    table: Array,
    offset: float,
    sums: tuple[Array, Array, Array],
    temperatures: Array,
    sweeps: int,
    rng: np.random.Generator,
) -> tuple[Array, float]:
    """One run of parallel tempering (Geyer 1991; Hukushima and Nemoto 1996, arXiv:cond-mat/9512035).

    Every replica makes a sweep at its temperature; then neighbours exchange their states with the probability
    ``min(1, exp((1 / T_a - 1 / T_b) (E_a - E_b)))``, even pairs and odd pairs by turns.

    Parameters
    ----------
    sizes, starts, linear, table, offset, sums
        As for `anneal`.
    temperatures : float64 array (r,)
        One a replica, descending, in units of cost.
    sweeps : int
        Of every replica.
    rng : numpy Generator

    Returns
    -------
    choices : int64 array (m,)
        The best that any replica met.
    energy : float
        Of these choices.
    """
    replicas, m, n, count = temperatures.size, sizes.size, linear.size, sums[0].shape[0]
    choices, fields = np.empty((replicas, m), dtype=np.int64), np.empty((replicas, n))
    totals, energies = np.empty((replicas, count)), np.empty(replicas)
    best_choice, best = np.empty(m, dtype=np.int64), np.inf
    for r in range(replicas):
        begun = _begun(sizes, starts, linear, table, offset, sums, rng)
        for i in range(m):
            choices[r, i] = begun[0][i]
        for i in range(n):
            fields[r, i] = begun[1][i]
        for s in range(count):
            totals[r, s] = begun[2][s]
        energies[r] = begun[3]
        if energies[r] < best:
            best = energies[r]
            for i in range(m):
                best_choice[i] = choices[r, i]
    holds = np.arange(replicas)  # which state has which temperature
    for number in range(sweeps):
        for t in range(replicas):
            r = holds[t]
            state = (choices[r], fields[r], totals[r], best_choice)
            energies[r], best = _sweep(sizes, starts, table, sums, state, energies[r], best, temperatures[t], rng)
        for t in range(number % 2, replicas - 1, 2):
            a, b = holds[t], holds[t + 1]
            gain = (1.0 / temperatures[t] - 1.0 / temperatures[t + 1]) * (energies[a] - energies[b])
            if gain >= 0.0 or rng.random() < np.exp(gain):
                holds[t], holds[t + 1] = b, a
    return best_choice, best


@compiled
def _begun(
    sizes: Array,
    starts: Array,
    linear: Array,
    table: Array,
    offset: float,
    sums: tuple[Array, Array, Array],
    rng: np.random.Generator,
) -> tuple[Array, Array, Array, float]:
    """A random state: choices (m,), cost of each variable against the others (n,), totals (s,), energy."""
    adds, edges, prices = sums
    m, n, count = sizes.size, linear.size, adds.shape[0]
    choice = np.empty(m, dtype=np.int64)
    fields = linear.copy()  # cost of each variable against the present choices of the other blocks
    totals = np.zeros(count)
    for b in range(m):
        choice[b] = rng.integers(0, sizes[b])
        v = starts[b] + choice[b]
        row = table[v]
        for i in range(n):
            fields[i] += row[i]
        for s in range(count):
            totals[s] += adds[s, v]
    energy = offset
    for b in range(m):
        v = starts[b] + choice[b]
        energy += 0.5 * (linear[v] + fields[v])
    for s in range(count):
        energy += prices[s, np.searchsorted(edges[s], totals[s])]
    return choice, fields, totals, energy


@compiled
def _sweep(
    sizes: Array,
    starts: Array,
    table: Array,
    sums: tuple[Array, Array, Array],
    state: tuple[Array, Array, Array, Array],
    energy: float,
    best: float,
    temperature: float,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Try a change of every block (Metropolis); the state, and the best that was met, change in place."""
    adds, edges, prices = sums
    choice, fields, totals, best_choice = state
    m, n, count = sizes.size, fields.size, adds.shape[0]
    for b in range(m):
        if sizes[b] < 2:
            continue
        new = rng.integers(0, sizes[b] - 1)
        if new >= choice[b]:
            new += 1
        old_v, new_v = starts[b] + choice[b], starts[b] + new
        change = fields[new_v] - fields[old_v]
        for s in range(count):
            step = adds[s, new_v] - adds[s, old_v]
            if step != 0.0:
                after = prices[s, np.searchsorted(edges[s], totals[s] + step)]
                change += after - prices[s, np.searchsorted(edges[s], totals[s])]
        if change <= 0.0 or rng.random() < np.exp(-change / temperature):
            old_row, new_row = table[old_v], table[new_v]
            for i in range(n):
                fields[i] += new_row[i] - old_row[i]
            for s in range(count):
                totals[s] += adds[s, new_v] - adds[s, old_v]
            choice[b] = new
            energy += change
            if energy < best - 1e-12:
                best = energy
                for i in range(m):  # a[:] = b takes 6 s to compile
                    best_choice[i] = choice[i]
    return energy, best
