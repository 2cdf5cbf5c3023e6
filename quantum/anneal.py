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
    best: tuple[Array, float] = anneal(
        sizes, problem.starts, linear, table, offset, (adds, edges, prices), sweeps, hot, cold, rng
    )
    return best


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
    best, best_choice = energy, choice.copy()
    cooling = (cold / hot) ** (1.0 / max(1, sweeps - 1))
    temperature = hot
    for _ in range(sweeps):
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
        temperature *= cooling
    return best_choice, best
