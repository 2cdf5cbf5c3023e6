"""Messages between ranks that nobody waits for: what a search without rounds tells others while it works on.

Each rank has a place at a corner of a hypercube, and its :attr:`~Exchange.links` lead to the corners beside it: what
every rank passes on along its links reaches all of ``n`` within ``log2(n)`` steps. Ranks that follow one another form
groups, whose members are each other's :attr:`~Exchange.peers`.

A message to a rank that does not listen stays here; only the last few wait for one rank, and the oldest go first.
The end is the only meeting, and it is one without a collective call that blocks (Hoefler, Siebert, Lumsdaine 2010,
"Scalable communication protocols for dynamic sparse data exchange"): a rank whose messages have all been received
enters a barrier and goes on listening until everybody is there.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from optimise.core.method import Communicator

__all__ = ["Exchange", "can_exchange"]

#: Seconds between two looks at the others, at the end.
_PAUSE = 0.005
_TAG = 5


def can_exchange(comm: Communicator) -> bool:
    """Whether a communicator has messages that nobody waits for, or there is nobody to send one to."""
    return comm.size == 1 or (hasattr(comm, "issend") and hasattr(comm, "improbe"))


class Exchange:
    """One rank's end of the exchange; a collective call makes it and :meth:`close` ends it.

    Parameters
    ----------
    comm : Communicator
        With non-blocking calls (:func:`can_exchange`); a duplicate of it is used.
    group : int
        Ranks of a group.
    most : int
        Messages that wait for one rank at most.

    Attributes
    ----------
    links : tuple of int
        Ranks to which this one passes on what all should know.
    peers : tuple of int
        The other ranks of its group.
    """

    def __init__(self, comm: Communicator, group: int, most: int) -> None:
        self.rank, self.size, self.most = comm.rank, comm.size, most
        beside = (self.rank ^ (1 << k) for k in range((self.size - 1).bit_length()))
        self.links = tuple(r for r in beside if r < self.size)
        first = self.rank // group * group
        self.peers = tuple(r for r in range(first, min(first + group, self.size)) if r != self.rank)
        self._line: Any = comm.Dup() if self.size > 1 else None  # type: ignore[attr-defined]
        self._waiting: dict[int, deque[Any]] = {}
        self._sent: dict[int, Any] = {}
        self._coming: deque[Any] = deque()
        self._read: list[tuple[int, Any]] = []

    def send(self, message: object, ranks: Iterable[int]) -> None:
        """Send a message, which must pickle, to some ranks; returns at once."""
        for rank in ranks:
            self._waiting.setdefault(rank, deque(maxlen=self.most)).append((self.rank, message))
        self.turn()

    def read(self) -> list[tuple[int, Any]]:
        """What has come since the last call, with the rank that sent it; messages of one rank in their order."""
        self.turn()
        found, self._read = self._read, []
        return found

    def turn(self) -> None:
        """Let messages go and come; costs microseconds where there are none."""
        if self._line is None:
            return
        for rank, queue in self._waiting.items():
            if queue and self._free(rank):
                self._sent[rank] = self._line.issend(queue.popleft(), dest=rank, tag=_TAG)
        while (found := self._line.improbe(tag=_TAG)) is not None:
            self._coming.append(found.irecv())
        while self._coming:  # in the order in which they were sent
            done, message = self._coming[0].test()
            if not done:
                break
            self._coming.popleft()
            self._read.append(message)

    def close(self) -> None:
        """End the exchange; all ranks come here, and none is held up by another that still reads."""
        if self._line is None:
            return
        here: Any = None
        while here is None or not here.Test():
            self.turn()
            if here is None and not self._pending:
                here = self._line.Ibarrier()
            time.sleep(_PAUSE)
        while self._coming:
            self.turn()
        self._line.Free()

    @property
    def _pending(self) -> bool:
        """Whether something is on its way from here or to here."""
        return bool(self._coming) or any(self._waiting.values()) or not all(map(self._free, self._sent))

    def _free(self, rank: int) -> bool:
        """Whether the last message to a rank has been received."""
        last = self._sent.get(rank)
        return last is None or bool(last.test()[0])
