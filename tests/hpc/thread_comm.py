"""Ranks that are threads of one process, for tests that look inside several of them."""

from __future__ import annotations

import pickle
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

__all__ = ["TalkingComm", "ThreadComm", "together"]


class _World:
    def __init__(self, size: int) -> None:
        self.size, self.slots = size, [None] * size
        self.gate = threading.Barrier(size, timeout=60)
        self.boxes: list[deque[Any]] = [deque() for _ in range(size)]
        self.lock, self.here = threading.Lock(), 0


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

    def scatter(self, objects: list[Any] | None, root: int = 0) -> Any:
        return self.bcast(objects, root)[self.rank]

    def barrier(self) -> None:
        self.world.gate.wait()


class _Sent:
    """A message on its way, a barrier that is waited for, or what has been received: all three are asked by a test."""

    def __init__(self, done: Callable[[], bool], message: Any = None) -> None:
        self.done, self.message = done, message

    def test(self) -> tuple[bool, Any]:
        return self.done(), self.message

    def Test(self) -> bool:
        return self.done()

    def irecv(self) -> _Sent:
        return self


class TalkingComm(ThreadComm):
    """One rank that also knows the messages that nobody waits for."""

    def Dup(self) -> TalkingComm:
        return self.bcast(TalkingComm(_World(self.size), 0)).at(self.rank)

    def at(self, rank: int) -> TalkingComm:
        return TalkingComm(self.world, rank)

    def Free(self) -> None:
        assert not self.world.boxes[self.rank], "freed before all was received"

    def issend(self, message: Any, dest: int, tag: int) -> _Sent:
        entry = [pickle.dumps(message), False]
        self.world.boxes[dest].append(entry)
        return _Sent(lambda: entry[1])

    def improbe(self, tag: int) -> _Sent | None:
        if not self.world.boxes[self.rank]:
            return None
        entry = self.world.boxes[self.rank].popleft()
        entry[1] = True
        return _Sent(lambda: True, pickle.loads(entry[0]))

    def Ibarrier(self) -> _Sent:
        with self.world.lock:
            self.world.here += 1
        return _Sent(lambda: self.world.here == self.size)


def together(size: int, rank_main: Callable[[Any], Any], kind: type[ThreadComm] = ThreadComm) -> list[Any]:
    """Run a function on so many ranks; what each returned."""
    world = _World(size)

    def run(rank: int) -> Any:
        try:
            return rank_main(kind(world, rank))
        except BaseException:
            world.gate.abort()
            raise

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(run, range(size)))
