"""A call of compiled code that hears nothing for seconds, run on a thread so that its caller can leave it behind.

What the call wants from Python (its callbacks) is done by the caller on the caller's own thread, while it waits.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

__all__ = ["Aside", "left_behind"]

_THREAD = "wardwise solver"

#: Seconds between two looks whether to stop.
_LOOK = 0.05
#: Seconds that a call which is asked to stop has for an orderly end, before it is left behind.
_PATIENCE = 0.2


def left_behind() -> bool:
    """Whether a call still runs that its caller has left."""
    return any(thread.name == _THREAD for thread in threading.enumerate())


class Aside:
    """One blocking call on a thread of its own.

    A call that was left behind ends by itself at its next callback; until then it costs time of a core, and the
    program does not end before it.

    Parameters
    ----------
    work : callable

    Attributes
    ----------
    stopping : bool
        Whether the call is to end; to be looked at in its callbacks.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self.stopping = False
        self._work, self._left, self._lock = work, False, threading.Lock()
        self._asks: queue.SimpleQueue[tuple[Callable[[], None], threading.Event] | None] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=_THREAD)

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._error = error
        self._asks.put(None)

    def ask(self, what: Callable[[], None]) -> None:
        """Called by the call: have something done by the caller, and wait for it; nothing where the caller has left.

        Parameters
        ----------
        what : callable
            Must not raise.
        """
        done = threading.Event()
        with self._lock:
            if self._left:
                return
            self._asks.put((what, done))
        done.wait()

    def wait(self, asked: Callable[[], bool]) -> bool:
        """Called by the caller: begin the call, and do what it asks for until it ends.

        Parameters
        ----------
        asked : callable
            Whether the caller is asked to stop.

        Returns
        -------
        bool
            Whether the call has ended; False where it was left behind.
        """
        self._thread.start()
        since = None
        try:
            while True:
                try:
                    wanted = self._asks.get(timeout=_LOOK)
                except queue.Empty:
                    pass
                else:
                    if wanted is None:
                        self._thread.join()
                        break
                    what, done = wanted
                    what()
                    done.set()
                self.stopping = self.stopping or asked()
                if self.stopping:
                    since = since or time.perf_counter()
                    if time.perf_counter() - since > _PATIENCE:
                        return False
        finally:
            self._leave()
        if self._error is not None:
            raise self._error
        return True

    def _leave(self) -> None:
        """Let the call go on without answers."""
        self.stopping = True
        with self._lock:
            self._left = True
        while not self._asks.empty():
            if (wanted := self._asks.get()) is not None:
                wanted[1].set()

    def join(self) -> None:
        """Wait until a call that was left behind has ended."""
        self._thread.join()
