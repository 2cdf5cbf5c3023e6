"""Simulated annealing on one-hot blocks (Numba): every move changes one block's choice, so states stay feasible."""

# mypy: disallow_untyped_defs=False, disallow_untyped_calls=False, check_untyped_defs=False

import numpy as np

from quantum._jit import Array, compiled


@compiled
def anneal(
    sizes: Array,
    starts: Array,
    linear: Array,
    table: Array,
    offset: float,
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
    m, n = sizes.size, linear.size
    choice = np.empty(m, dtype=np.int64)
    fields = linear.copy()  # cost of each variable against the present choices of the other blocks
    for b in range(m):
        choice[b] = rng.integers(0, sizes[b])
        row = table[starts[b] + choice[b]]
        for v in range(n):
            fields[v] += row[v]
    energy = offset
    for b in range(m):
        v = starts[b] + choice[b]
        energy += 0.5 * (linear[v] + fields[v])
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
            if change <= 0.0 or rng.random() < np.exp(-change / temperature):
                old_row, new_row = table[old_v], table[new_v]
                for v in range(n):
                    fields[v] += new_row[v] - old_row[v]
                choice[b] = new
                energy += change
                if energy < best - 1e-12:
                    best = energy
                    for i in range(len(choice)):  # a[:] = b takes 6 s to compile
                        best_choice[i] = choice[i]
        temperature *= cooling
    return best_choice, best
