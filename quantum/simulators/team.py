"""Who shares a state in memory: one process, or the MPI ranks of one node.

The ranks of a node see one copy of the amplitudes (an MPI-3 shared window, Hoefler et al. 2013,
doi:10.1007/s00607-013-0324-2), take their share of the tiles of each pass and wait for each other between passes: no
amplitude is ever sent. Across nodes `quantum.simulators.distributed` exchanges halves instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import MissingExtraError, UnsupportedError

if TYPE_CHECKING:
    from mpi4py.MPI import Intracomm, Win


__all__ = ["NodeTeam", "Solo", "Team"]


class Team(Protocol):
    """What a simulator needs of those who work on its state with it."""

    @property
    def rank(self) -> int: ...
    @property
    def size(self) -> int: ...

    def empty(self, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> NDArray[Any]:
        """An array that all members see; every member calls it."""
        ...

    def wait(self) -> None:
        """Until all members are here and see each other's writes."""
        ...

    def sum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over the members, the same on all of them."""
        ...


class Solo:
    """A team of one."""

    rank = 0
    size = 1

    def empty(self, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> NDArray[Any]:
        """A plain array."""
        return np.empty(shape, dtype=dtype)

    def wait(self) -> None:
        """Nobody to wait for."""

    def sum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values."""
        return values


class NodeTeam:
    """The ranks of an mpi4py communicator that all run on one node. The only code here that imports mpi4py.

    Raises
    ------
    UnsupportedError
        When the ranks run on several nodes.
    """

    def __init__(self, comm: Intracomm) -> None:
        try:
            from mpi4py import MPI
        except ImportError:
            raise MissingExtraError("mpi4py", "mpi") from None
        self._mpi = MPI
        node: Any = comm.Split_type(MPI.COMM_TYPE_SHARED)
        self._node = node
        if self._node.size != comm.size:
            raise UnsupportedError("the ranks run on several nodes; use the distributed simulators")
        self.rank, self.size = int(comm.rank), int(comm.size)
        self._windows: list[Win] = []

    def empty(self, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> NDArray[Any]:
        """Memory of rank 0 that all ranks map."""
        count = int(np.prod(shape))
        here = count * dtype.itemsize if self.rank == 0 else 0
        window = self._mpi.Win.Allocate_shared(here, dtype.itemsize, comm=self._node)
        window.Lock_all()
        self._windows.append(window)
        memory: Any = window.Shared_query(0)[0]
        made: NDArray[Any] = np.frombuffer(memory, dtype=dtype, count=count).reshape(shape)
        return made

    def wait(self) -> None:
        """A barrier, with the writes of all ranks visible after it."""
        for window in self._windows:
            window.Sync()
        self._node.Barrier()
        for window in self._windows:
            window.Sync()

    def sum(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """An all-reduce in the order of ranks."""
        total = np.empty_like(values)
        self._node.Allreduce(np.ascontiguousarray(values), total)
        return total

    def close(self) -> None:
        """Give the shared memory back; every rank calls it, after the last use of the arrays."""
        for window in self._windows:
            window.Unlock_all()
            window.Free()
        self._windows.clear()
