"""A line between ranks beside what their algorithm says: stop requests, and the question of what a rank is doing.

A rank that waits in a collective call, or works in native code for minutes, hears nothing that is said there. So every
rank has a thread of its own that listens on a duplicate of the communicator. A signal that reaches any one rank reaches
all within :data:`PAUSE` seconds whatever the method, and rank 0 can ask who still answers. It needs an MPI library that
several threads may call (``MPI_THREAD_MULTIPLE``, what mpi4py asks for); without that the line stays silent and the
methods' own flags must do.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from optimise.core import breadcrumb
from optimise.core.communicator import many_threads
from optimise.core.method import Communicator

__all__ = ["PAUSE", "Wire"]

log = logging.getLogger(__name__)

#: Seconds between two looks at the line.
PAUSE = 0.2
_TAG = 77


class Wire:
    """The line of one rank, as a context; a collective call makes it and ends it.

    Parameters
    ----------
    comm : Communicator
    hear : callable
        Called with the number of a signal that another rank was sent, on the thread of the line.
    patience : float
        Seconds at the end until ranks that do not come are left behind, and the job is ended with ``exit_code``.
    """

    def __init__(self, comm: Communicator, hear: Callable[[int], None], patience: float = 60.0) -> None:
        self.rank, self.size, self.hear, self.patience = comm.rank, comm.size, hear, patience
        self.exit_code = 0
        self._line: Any = comm.Dup() if comm.size > 1 and many_threads(comm) else None  # type: ignore[attr-defined]
        self._closed = threading.Event()
        self._out: list[tuple[int, tuple[str, int, Any]]] = []
        self._lock = threading.Lock()
        self._sent: list[Any] = []
        self._said: dict[int, str] = {}
        self._thread: threading.Thread | None = None
        if self._line is not None:
            self._thread = threading.Thread(target=self._listen, name="wire", daemon=True)
            self._thread.start()

    @property
    def open(self) -> bool:
        """Whether ranks can speak to one another here."""
        return self._thread is not None and not self._closed.is_set()

    def tell(self, number: int) -> None:
        """Tell all ranks that this one was sent a signal: rank 0 first, which passes it on."""
        self._say(("stop", int(number)), [0] if self.rank else list(range(1, self.size)))

    def ask(self, seconds: float = 3.0) -> dict[int, str | None]:
        """What every rank is doing; None of one that does not answer within ``seconds``.

        Returns
        -------
        dict of int to str or None
            Phase by rank; unknown (None) for all others where the line is silent.
        """
        others = [r for r in range(self.size) if r != self.rank]
        with self._lock:
            self._said = {}
        if self.open:
            self._say(("where", None), others)
            end = time.monotonic() + seconds
            while time.monotonic() < end and len(self._said) < len(others):
                time.sleep(0.05)
        with self._lock:
            return {r: breadcrumb.last() if r == self.rank else self._said.get(r) for r in range(self.size)}

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """End the line; a collective call on all ranks unless this one leaves by an error."""
        self._closed.set()
        if self._thread is None or kind is not None:
            return
        self._thread.join()
        if not self._together():
            log.warning("the work is done, but some rank does not leave; the job is ended")
            self._line.Abort(self.exit_code)
        while self._line.iprobe(tag=_TAG):
            self._line.recv(tag=_TAG)
        for request in self._sent:
            request.wait()
        self._thread = None

    def _together(self) -> bool:
        """Whether all ranks have come to the end; nobody sends any more then."""
        here, end = self._line.Ibarrier(), time.monotonic() + self.patience
        while not here.Test():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    # ---- the thread -------------------------------------------------------------------------------------------------
    def _say(self, message: tuple[str, object], ranks: list[int]) -> None:
        if self._line is None:
            return
        with self._lock:
            self._out += [(rank, (message[0], self.rank, message[1])) for rank in ranks]

    def _listen(self) -> None:
        try:
            while not self._closed.wait(PAUSE):
                with self._lock:
                    out, self._out = self._out, []
                self._sent = [r for r in self._sent if not r.test()[0]]
                self._sent += [self._line.isend(message, dest=rank, tag=_TAG) for rank, message in out]
                self._read()
        except Exception as error:  # of the MPI library: the methods' own flags remain
            log.warning("the line between ranks is lost (%s)", error)

    def _read(self) -> None:
        while self._line.iprobe(tag=_TAG):
            word, sender, said = self._line.recv(tag=_TAG)
            if word == "stop":
                self.hear(said)
            elif word == "where":
                self._say(("here", breadcrumb.last()), [sender])
            elif word == "here":
                with self._lock:
                    self._said[sender] = said
