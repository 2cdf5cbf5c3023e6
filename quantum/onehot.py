"""Blocks of choices: exactly one variable of each block is 1, so hard rules need no penalty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.errors import InputError, UnsupportedError
from quantum._totals import add_sums
from quantum.coding import BlockCode
from quantum.errors import TooLargeError, check_memory
from quantum.qubo import Qubo
from quantum.search import enumerate_choices
from quantum.sums import SumCost


@dataclass(frozen=True, slots=True, eq=False)
class OneHot(BlockCode):
    """An energy whose variables fall into consecutive blocks of which exactly one variable each is 1.

    A feasible state is a vector of choices (m,), ``0 <= choice[b] < sizes[b]``. Its *feasible index* is the
    mixed radix number with block 0 as the fastest digit; its variables are ``starts[b] + choice[b]``.

    Parameters
    ----------
    qubo : Qubo
        Cost over all variables; only its values on one-hot states matter (pairs inside a block are ignored).
    sizes : tuple of int
        Block sizes, summing to ``qubo.size``.
    sums : tuple of SumCost
        Costs of totals over three or more blocks, which no pairs of variables give: with them `qubo` is a part of the
        energy only, and whatever needs pairs refuses it (`tables`, `with_penalty`) or takes
        `quantum.higher.quadratised`.
    rows : tuple of float64 arrays (bits,)
        Totals over blocks, such as head counts, by what each bit adds: mixers of rows keep them.
    """

    qubo: Qubo
    sizes: tuple[int, ...]
    sums: tuple[SumCost, ...] = ()
    rows: tuple[NDArray[np.float64], ...] = ()

    def __post_init__(self) -> None:
        for cost in self.sums:
            if any(not 0 <= b < len(self.sizes) or p.size != self.sizes[b] for b, p in cost.parts.items()):
                raise InputError(f"{cost.name} does not add a value for each choice of its blocks")
        if any(k < 1 for k in self.sizes) or sum(self.sizes) != self.qubo.size:
            raise InputError(f"blocks of sizes {self.sizes} do not partition {self.qubo.size} variables")

    @classmethod
    def from_tables(
        cls,
        linear: Sequence[ArrayLike],
        pairs: Mapping[tuple[int, int], ArrayLike],
        offset: float = 0.0,
        names: Sequence[str] = (),
    ) -> "OneHot":
        """Build from costs of choices and tables of costs of pairs of blocks.

        Parameters
        ----------
        linear : sequence of array_like
            Costs of the choices, one vector a block.
        pairs : mapping
            Cost table of shape (k_a, k_b) by pair of blocks a != b.
        offset : float
            Constant part of the energy.
        names : sequence of str
            One name a variable, or none.

        Returns
        -------
        OneHot
            Blocks in the order of ``linear``.

        Raises
        ------
        InputError
            For a table of another shape.
        """
        vectors = [np.asarray(v, dtype=np.float64).ravel() for v in linear]
        sizes = tuple(v.size for v in vectors)
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        rows = [np.arange(starts[-1])]
        cols = [np.arange(starts[-1])]
        values = [np.concatenate(vectors) if vectors else np.zeros(0)]
        for (a, b), table in pairs.items():
            dense = np.asarray(table, dtype=np.float64)
            if a == b or dense.shape != (sizes[a], sizes[b]):
                raise InputError(f"the cost table of blocks {a} and {b} has shape {dense.shape}")
            i, j = np.nonzero(dense)
            rows.append(starts[a] + i)
            cols.append(starts[b] + j)
            values.append(dense[i, j])
        qubo = Qubo.from_terms(
            int(starts[-1]), np.concatenate(rows), np.concatenate(cols), np.concatenate(values), offset, names
        )
        return cls(qubo, sizes)

    @classmethod
    def of_bits(cls, qubo: Qubo) -> "OneHot":
        """Free bits as blocks of the choices 0 and 1: bit i is block i, its variables are 2i and 2i + 1.

        Parameters
        ----------
        qubo : Qubo
            Of n free bits.

        Returns
        -------
        OneHot
            Of n blocks and 2n variables.
        """
        ones = 2 * np.arange(qubo.size) + 1
        rows, cols = np.concatenate([ones, ones[qubo.rows]]), np.concatenate([ones, ones[qubo.cols]])
        values = np.concatenate([qubo.linear, qubo.values])
        return cls(Qubo.from_terms(2 * qubo.size, rows, cols, values, qubo.offset), (2,) * qubo.size)

    @property
    def bit_energy(self) -> Qubo:
        """The energy by the bits that a circuit measures, `sums` apart; here the variables themselves."""
        return self.qubo

    @property
    def degree(self) -> int:
        """Blocks that one cost depends on at most: 2, or more where there are sums."""
        return max((len(cost.parts) for cost in self.sums), default=2)

    def energy(self, choices: ArrayLike) -> float:
        """Energy of one vector of choices (m,).

        Parameters
        ----------
        choices : array_like of int
            Shape (m,), one choice a block.

        Returns
        -------
        float
            In units of cost.
        """
        return float(self.energies(np.asarray(choices)[None, :])[0])

    def energies(self, choices: ArrayLike) -> NDArray[np.float64]:
        """Energies (s,) of choices (s, m).

        Parameters
        ----------
        choices : array_like of int
            Shape (s, m), one choice a block.

        Returns
        -------
        float array
            Shape (s,), in units of cost.
        """
        chosen = np.asarray(choices, dtype=np.int64) + self.starts
        linear, table, offset = self.tables(part=True)
        total = offset + linear[chosen].sum(axis=1)
        for b in range(1, self.blocks):
            for a in range(b):
                total += table[chosen[:, a], chosen[:, b]]
        for cost in self.sums:
            total += cost.at(cost.totals(chosen - self.starts))
        return np.asarray(total)

    def energies_of_bits(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Energies (s,) of bits (s, n), whole blocks or not; a total that no choice gives has the nearest price.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        float array
            Shape (s,), in units of cost.
        """
        total = self.qubo.energies(bits)
        for cost in self.sums:
            weights = np.zeros(self.qubo.size)
            for b, part in cost.parts.items():
                weights[self.starts[b] : self.starts[b] + self.sizes[b]] = part
            total += cost.at(np.asarray(bits, dtype=np.float64) @ weights)
        return total

    def tables(self, part: bool = False) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """Linear costs (n,), symmetric pair costs (n, n) with zeros inside blocks, and the offset.

        The energy of choices is ``offset + sum_b linear[v_b] + sum_{a<b} pairs[v_a, v_b]`` with v the chosen
        variables.

        Parameters
        ----------
        part : bool
            Whether the caller adds `sums` himself.

        Returns
        -------
        tuple of float64 array (n,), float64 array (n, n), float

        Raises
        ------
        UnsupportedError
            For an energy that pairs do not give, unless `part` is set.
        """
        if self.sums and not part:
            raise UnsupportedError(
                f"the energy has costs of {self.degree} blocks, and this needs pairs; reduce it "
                "(quantum.higher.quadratised), or fit it by pairs"
            )
        q, block = self.qubo, self.block_of
        between = block[q.rows] != block[q.cols]
        table = np.zeros((q.size, q.size))
        table[q.rows[between], q.cols[between]] = q.values[between]
        table[q.cols[between], q.rows[between]] = q.values[between]
        return q.linear, table, q.offset

    def with_penalty(self, weight: float | ArrayLike) -> Qubo:
        """Unconstrained QUBO: plus ``weight[b] (ones - sum of block b)**2`` for every block. It needs pairs (`tables`).

        Parameters
        ----------
        weight : float or array_like
            Price of a broken block, in units of cost; one for all or one a block.

        Returns
        -------
        Qubo
            Of the same variables.
        """
        weights = np.broadcast_to(np.asarray(weight, dtype=np.float64), (self.blocks,))
        self.tables()
        total = self.bit_energy
        for b, w in enumerate(weights.tolist()):
            if (ones := self.ones(b)) is not None:
                inside = np.array(self.places(b))
                i, j = np.triu_indices(inside.size)
                values = np.where(i == j, w * (1 - 2 * ones), 2 * w)
                total = total + Qubo.from_terms(total.size, inside[i], inside[j], values, w * ones**2)
        return total

    def diagonal(self) -> NDArray[np.float64]:
        """Energies of all feasible indices, grown block by block.

        Raises
        ------
        TooLargeError
            When they do not fit in memory.
        """
        check_memory(8 * self.states * 5 // 2, f"the energies of {self.states:.4g} one-hot states")
        linear, table, offset = self.tables(part=True)
        variables = [np.arange(s, s + k) for s, k in zip(self.starts.tolist(), self.sizes)]
        energies = np.full(1, offset)
        for b, inside in enumerate(variables):
            parts = []
            for v in inside:
                step = np.full(1, linear[v])
                for earlier in variables[:b]:
                    step = np.add.outer(table[v, earlier], step).ravel()
                parts.append(energies + step)
            energies = np.concatenate(parts)
        add_sums(energies, self.sizes, self.sums)
        return energies

    def brute_force(self, limit: int = 1 << 28) -> tuple[float, NDArray[np.int64], int]:
        """Smallest energy, the choices that attain it, and how many states do (to 1e-9).

        Parameters
        ----------
        limit : int
            Most feasible states that are enumerated.

        Returns
        -------
        tuple
            Smallest energy, choices that attain it, number of states that have it.

        Raises
        ------
        TooLargeError
            For more than `limit` feasible states.
        """
        if self.states > limit:
            raise TooLargeError(f"brute force over {self.states:.3g} states; the limit is {limit:.3g}")
        if self.sums:
            energies = self.diagonal()
            index = int(np.argmin(energies))
            return float(energies[index]), self.choices(index), int((energies <= energies[index] + 1e-9).sum())
        linear, table, offset = self.tables()
        return enumerate_choices(np.asarray(self.sizes, dtype=np.int64), self.starts, linear, table, offset)
