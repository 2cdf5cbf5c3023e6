"""A communicator that writes down every message: what, how large, from whom, to whom."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from optimise.core.atomic import create, make_folder
from optimise.core.method import Communicator

__all__ = ["Message", "RecordingComm"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as its sender saw it.

    Attributes
    ----------
    what : str
        What it means, in words; empty when nobody said.
    call : str
        The collective call.
    sender : int
    receivers : tuple of int
    size : int
        Bytes of the pickled object, as mpi4py sends it, to each receiver.
    type : str
        Type of the object, with the length of bytes.
    seconds : float
        Since the communicator was made.
    """

    what: str
    call: str
    sender: int
    receivers: tuple[int, ...]
    size: int
    type: str
    seconds: float


class RecordingComm:
    """Passes calls on to another communicator and keeps a list of what this rank sends to others.

    Parameters
    ----------
    comm : Communicator
    file : path, optional
        Every message is appended here at once, one JSON object a line.
    """

    def __init__(self, comm: Communicator, file: Path | None = None) -> None:
        self.comm, self.file = comm, file
        self.messages: list[Message] = []
        self._what = ""
        self._began = time.perf_counter()
        if file is not None:
            make_folder(file.parent)
            create(file)

    @property
    def rank(self) -> int:
        return self.comm.rank

    @property
    def size(self) -> int:
        return self.comm.size

    @contextmanager
    def about(self, what: str) -> Iterator[None]:
        """Say what the messages inside mean."""
        before, self._what = self._what, what
        try:
            yield
        finally:
            self._what = before

    def bcast(self, obj: object, root: int = 0) -> Any:
        if self.rank == root:
            self._note("bcast", obj, tuple(r for r in range(self.size) if r != root))
        return self.comm.bcast(obj, root)

    def gather(self, obj: object, root: int = 0) -> list[Any] | None:
        if self.rank != root:
            self._note("gather", obj, (root,))
        return self.comm.gather(obj, root)

    def allgather(self, obj: object) -> list[Any]:
        self._note("allgather", obj, tuple(r for r in range(self.size) if r != self.rank))
        return self.comm.allgather(obj)

    def scatter(self, objects: list[Any] | None, root: int = 0) -> Any:
        """A list with one object for each rank, to each its own."""
        if self.rank == root:
            assert objects is not None
            for receiver, each in enumerate(objects):
                if receiver != root:
                    self._note("scatter", each, (receiver,))
        if self.size == 1:
            assert objects is not None
            return objects[0]
        return self.comm.scatter(objects, root)  # type: ignore[attr-defined]

    def barrier(self) -> None:
        self.comm.barrier()

    def Abort(self, code: int = 1) -> None:  # mpi4py's name
        abort = getattr(self.comm, "Abort", None)
        if abort is None:
            raise SystemExit(code)
        abort(code)

    def foretell(self, what: str, call: str, obj: object, receivers: tuple[int, ...]) -> None:
        """Write down a message that somebody else will send after this, past the recorder."""
        with self.about(what):
            self._note(call, obj, tuple(r for r in receivers if r != self.rank))

    @property
    def crossed(self) -> int:
        """Bytes that this rank sent to others."""
        return sum(m.size * len(m.receivers) for m in self.messages)

    def _note(self, call: str, obj: object, receivers: tuple[int, ...]) -> None:
        if not receivers:
            return
        size = len(pickle.dumps(obj, protocol=pickle.HIGHEST_PROTOCOL))
        kind = type(obj).__name__ + (f"[{len(obj)}]" if isinstance(obj, bytes | list | tuple | str) else "")
        seconds = round(time.perf_counter() - self._began, 6)
        message = Message(self._what, call, self.rank, receivers, size, kind, seconds)
        self.messages.append(message)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(message)) + "\n")
