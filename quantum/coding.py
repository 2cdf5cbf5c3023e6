"""How the choices of blocks are coded in bits: one bit a choice; `quantum.rows` codes them otherwise."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["BlockCode"]


class BlockCode:
    """Blocks of choices, and their bits. A feasible index is a mixed radix number with block 0 as the fastest digit."""

    __slots__ = ()

    sizes: tuple[int, ...]

    @property
    def blocks(self) -> int:
        """Number of blocks m."""
        return len(self.sizes)

    @property
    def states(self) -> int:
        """Number of feasible states, the product of the block sizes (exact)."""
        product = 1
        for k in self.sizes:
            product *= k
        return product

    @property
    def starts(self) -> NDArray[np.int64]:
        """First variable of each block (m,)."""
        return np.asarray(np.cumsum(self.sizes) - np.asarray(self.sizes), dtype=np.int64)

    def places(self, block: int) -> list[int]:
        """Bits of a block, in order.

        Parameters
        ----------
        block : int

        Returns
        -------
        list of int
        """
        first = int(self.starts[block])
        return list(range(first, first + self.sizes[block]))

    def words(self, block: int) -> NDArray[np.int8]:
        """Bits of each choice of a block.

        Parameters
        ----------
        block : int

        Returns
        -------
        int8 array (k, places)
        """
        return np.eye(self.sizes[block], dtype=np.int8)

    def ones(self, block: int) -> int | None:
        """How many bits of a block are 1 in every choice; None where any bits are a choice.

        Parameters
        ----------
        block : int

        Returns
        -------
        int or None
        """
        return 1

    @property
    def block_of(self) -> NDArray[np.int64]:
        """Block of each variable (n,)."""
        return np.asarray(np.repeat(np.arange(self.blocks), self.sizes), dtype=np.int64)

    def bits(self, choices: ArrayLike) -> NDArray[np.int8]:
        """One-hot bits (..., n) of choices (..., m).

        Parameters
        ----------
        choices : array_like of int
            Shape (..., m), one choice a block.

        Returns
        -------
        int8 array
            Zeros and ones, shape (..., n).
        """
        chosen = np.asarray(choices, dtype=np.int64)
        bits = np.zeros((*chosen.shape[:-1], sum(self.sizes)), dtype=np.int8)
        np.put_along_axis(bits, chosen + self.starts, 1, axis=-1)
        return bits

    def choices(self, index: ArrayLike) -> NDArray[np.int64]:
        """Choices (..., m) of feasible indices (...).

        Parameters
        ----------
        index : array_like of int
            Feasible indices, any shape.

        Returns
        -------
        int64 array
            Shape (..., m), one choice a block.
        """
        rest = np.asarray(index, dtype=np.int64)
        digits = np.empty((*rest.shape, self.blocks), dtype=np.int64)
        for b, k in enumerate(self.sizes):
            digits[..., b] = rest % k
            rest = rest // k
        return digits

    def index(self, choices: ArrayLike) -> NDArray[np.int64]:
        """Feasible indices of choices.

        Parameters
        ----------
        choices : array_like of int
            Shape (..., m), one choice a block.

        Returns
        -------
        int64 array (...)
        """
        weights = np.concatenate([[1], np.cumprod(np.asarray(self.sizes[:-1], dtype=np.int64))])
        return np.asarray(np.asarray(choices, dtype=np.int64) @ weights[: self.blocks])

    def is_feasible(self, bits: ArrayLike) -> NDArray[np.bool_]:
        """Whether bit vectors (..., n) have exactly one 1 in every block.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (..., n).

        Returns
        -------
        bool array
            Shape (...).
        """
        return np.asarray(self.kept(bits).all(axis=-1))

    def kept(self, bits: ArrayLike) -> NDArray[np.bool_]:
        """Whether bits keep each block.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (..., n).

        Returns
        -------
        bool array (..., m)
        """
        given, every = np.asarray(bits, dtype=np.int64), range(self.blocks)
        ones = np.array([-1 if (count := self.ones(b)) is None else count for b in every])
        sums = np.stack([given[..., self.places(b)].sum(axis=-1) for b in every], axis=-1)
        return np.asarray((sums == ones) | (ones < 0))
