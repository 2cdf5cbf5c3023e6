"""The partition mixer for rows that overlap, such as one roster a person and so many people a shift.

A hop within one row breaks the others. Those that keep all of them are exchanges of a choice of one block, or of one
choice each of two blocks whose changes of every total cancel: two nurses swap their duties of a day (the ordering swap
of Hadfield et al. 2019, arXiv:1709.03489). The hops are partitioned into parts that touch no qubit twice, and applied
part after part, ``prod_parts prod_hops exp(-i beta (T + T^+))``. So every state keeps the totals of the start, which is
the plan: the first choice of every block, a basis state.

What takes an exchange of three blocks at once is not reached.
"""

from collections import defaultdict

import numpy as np

from optimise.core.errors import UnsupportedError
from quantum.mixers.hops import Hop, in_parts
from quantum.onehot import OneHot

__all__ = ["MOST_HOPS", "NothingToMixError", "Partition"]

MOST_HOPS = 1 << 14  # hops of one layer


class NothingToMixError(UnsupportedError):
    """No exchange keeps the rows, so that the start is the only state."""


class Partition:
    """Hops over one or two blocks that keep every row of the energy (`OneHot.rows`)."""

    name = "partition"
    from_plan = True

    def hops(self, problem: OneHot) -> tuple[Hop, ...]:
        """Exchanges of one block first, then those of two.

        Raises
        ------
        NothingToMixError
            Where no exchange keeps the rows.
        UnsupportedError
            For more than `MOST_HOPS`.
        """
        rows = np.array(problem.rows).reshape(len(problem.rows), problem.bit_energy.size)
        single: list[Hop] = []
        changing: list[tuple[int, Hop, tuple[float, ...]]] = []
        for b in range(problem.blocks):
            for hop in _exchanges(problem, b):
                change = np.round(rows[:, hop.up].sum(axis=1) - rows[:, hop.down].sum(axis=1), 9) + 0.0
                if change.any():
                    changing.append((b, hop, tuple(change.tolist())))
                else:
                    single.append(hop)
        double = []
        seen: dict[tuple[float, ...], list[tuple[int, Hop]]] = defaultdict(list)
        for b, hop, change in changing:
            back = tuple(-v + 0.0 for v in change)
            double += [Hop(o.down + hop.down, o.up + hop.up) for a, o in seen[back] if a != b]
            double += [Hop(o.down + hop.up, o.up + hop.down) for a, o in seen[change] if a != b]
            seen[change].append((b, hop))
            if len(single) + len(double) > MOST_HOPS:
                raise UnsupportedError(f"more than {MOST_HOPS} exchanges keep the rows; open less")
        if not single and not double:
            raise NothingToMixError(
                f"no exchange of one or two of the {problem.blocks} blocks keeps all {len(rows)} rows, so that mixer "
                "partition has nothing to do; open more, or take a mixer that leaves them"
            )
        return in_parts([*single, *double])


def _exchanges(problem: OneHot, block: int) -> list[Hop]:
    """What can change within a block: a one moves between two of its bits; a free bit turns to 1."""
    qubits = problem.places(block)
    if problem.ones(block) is None:
        return [Hop((), (q,)) for q in qubits]
    return [Hop((i,), (j,)) for place, i in enumerate(qubits) for j in qubits[place + 1 :]]
