"""Work that goes by the clock, beside a solver that may not come back for minutes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

__all__ = ["Clockwork"]

log = logging.getLogger(__name__)


class Clockwork:
    """Calls ``work`` every ``pause`` seconds on a thread of its own until it is closed.

    Kernels and HiGHS run without the interpreter lock, so that the thread gets its turn while they work.
    """

    def __init__(self, work: Callable[[], None], pause: float = 0.5) -> None:
        self.work, self.pause = work, pause
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, and wait until what it is doing is done."""
        self._closed.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(self.pause):
            try:
                self.work()
            except Exception:  # the run must not end because something beside it failed
                log.exception("work by the clock failed; it is tried again")
