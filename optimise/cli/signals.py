"""Stopping by SIGTERM or SIGINT: ask the method to stop, and if it does not, leave with the best plan so far.

A handler written in Python waits until the interpreter is back from native code, which a solver may not leave for
minutes. So the signal number is written to a pipe by the interpreter's C handler and read by a thread.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["StopSignal", "stop_signals"]

#: Slurm sends SIGKILL 30 s after SIGTERM (KillWait); by then everything must be on disk.
GRACE_SECONDS = 20.0


class StopSignal:
    """Whether a signal has asked us to stop, and what to do if the method does not listen."""

    def __init__(self, last_resort: Callable[[], None] | None = None, grace: float = GRACE_SECONDS) -> None:
        self._asked = threading.Event()
        self._done = threading.Event()
        self.last_resort, self.grace = last_resort, grace
        self.on_signal: Callable[[], None] = lambda: None

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    def ask(self) -> None:
        """What a signal does; a second one cuts the grace short."""
        if self._asked.is_set():
            self.grace = 0.0
            self._resort()
            return
        self._asked.set()
        self.on_signal()
        if self.last_resort is not None:
            threading.Thread(target=self._wait, daemon=True).start()

    def finish(self) -> None:
        """The method has returned: the last resort is not needed."""
        self._done.set()

    def _wait(self) -> None:
        self._done.wait(self.grace)
        self._resort()

    def _resort(self) -> None:
        if not self._done.is_set() and self.last_resort is not None:
            self._done.set()
            self.last_resort()


@contextmanager
def stop_signals(stop: StopSignal) -> Iterator[StopSignal]:
    """Send SIGTERM and SIGINT to ``stop`` while the block runs (main thread only)."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def watch() -> None:
        while (got := os.read(reader, 1)) and got != b"\0":
            stop.ask()

    def nothing(number: int, frame: FrameType | None) -> None:
        """Present only so that the number is written to the pipe."""

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, nothing) for number in numbers]
    pipe_before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield stop
    finally:
        stop.finish()
        signal.set_wakeup_fd(pipe_before)
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
        os.write(writer, b"\0")
        watcher.join()
        os.close(reader)
        os.close(writer)
