"""Ranks that are threads of one process, for tests that look inside several of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

__all__ = ["ThreadComm", "together"]


class _World:
    def __init__(self, size: int) -> None:
        self.size, self.slots = size, [None] * size
        self.gate = threading.Barrier(size, timeout=60)


class ThreadComm:
    """One rank of a world of threads."""

    def __init__(self, world: _World, rank: int) -> None:
        self.world, self.rank, self.size = world, rank, world.size

    def allgather(self, obj: Any) -> list[Any]:
        self.world.slots[self.rank] = obj
        self.world.gate.wait()
        found = list(self.world.slots)
        self.world.gate.wait()
        return found

    def bcast(self, obj: Any, root: int = 0) -> Any:
        return self.allgather(obj)[root]

    def gather(self, obj: Any, root: int = 0) -> list[Any] | None:
        found = self.allgather(obj)
        return found if self.rank == root else None

    def barrier(self) -> None:
        self.world.gate.wait()


def together(size: int, rank_main: Callable[[ThreadComm], Any]) -> list[Any]:
    """Run a function on so many ranks; what each returned."""
    world = _World(size)

    def run(rank: int) -> Any:
        try:
            return rank_main(ThreadComm(world, rank))
        except BaseException:
            world.gate.abort()
            raise

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(run, range(size)))
