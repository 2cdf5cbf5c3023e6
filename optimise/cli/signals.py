"""Stopping by a signal: ask the method to stop, and if it does not, leave with the best plan so far.

A handler written in Python waits until the interpreter is back from native code, which a solver may not leave for
minutes. So the signal number is written to a pipe by the interpreter's C handler and read by a thread.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["StopSignal", "stop_signals"]

#: Seconds from a signal to the last resort. Slurm sends SIGKILL 30 s after SIGTERM (KillWait); USR1 is our own early
#: warning (``--signal=USR1@120``). By then everything must be on disk.
GRACE = {signal.SIGTERM: 20.0, signal.SIGINT: 20.0, signal.SIGUSR1: 90.0}
#: A signal that comes twice in this time is one: sent to a process group and forwarded by the parent.
_TWICE = 1.0


class StopSignal:
    """Whether a signal has asked us to stop, and what to do if the method does not listen.

    It is a listener too, one that tells nobody of progress.
    """

    def __init__(self, last_resort: Callable[[], None] | None = None, grace: float | None = None) -> None:
        self._asked, self._done = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._until = float("inf")
        self._waiting: threading.Thread | None = None
        self._last: tuple[int, float] = (0, -float("inf"))
        self.last_resort, self.grace = last_resort, grace
        #: The signal that came first.
        self.number: int = signal.SIGTERM
        self.on_signal: Callable[[], None] = lambda: None

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    @property
    def stopping(self) -> bool:
        """What a method asks its listener."""
        return self.asked

    def __call__(self, progress: object) -> bool:
        return self.asked

    def ask(self, number: int = signal.SIGINT, *, again: bool = True) -> None:
        """What a signal does. A later one can only shorten the grace; a second interrupt from the keyboard ends it.

        With ``again=False`` the same signal within a second counts once.
        """
        now = time.monotonic()
        if not again and self._last[0] == number and now - self._last[1] < _TWICE:
            return
        self._last = (number, now)
        if self._asked.is_set() and number == signal.SIGINT:
            self._resort()
            return
        allowed = self.grace if self.grace is not None else GRACE.get(signal.Signals(number), 20.0)
        self._until = min(self._until, now + allowed)
        if not self._asked.is_set():
            self.number = int(number)
            self._asked.set()
            self.on_signal()
            self._waiting = threading.Thread(target=self._wait, daemon=True)
            self._waiting.start()

    def finish(self) -> None:
        """The method has returned: the last resort is not needed."""
        self._done.set()

    def _wait(self) -> None:
        while (left := self._until - time.monotonic()) > 0:
            if self._done.wait(min(left, 1.0)):
                return
        self._resort()

    def _resort(self) -> None:
        with self._lock:
            if self._done.is_set() or self.last_resort is None:
                return
            self._done.set()
        self.last_resort()


@contextmanager
def stop_signals(stop: StopSignal, *, deaf_after: bool = False) -> Iterator[StopSignal]:
    """Send SIGTERM, SIGINT and SIGUSR1 to ``stop`` while the block runs (main thread only).

    With ``deaf_after`` they are ignored from then on: a job that has written its result and is about to leave must not
    be killed by the warning that comes just then.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def watch() -> None:
        while (got := os.read(reader, 1)) and got != b"\0":
            if got[0] in numbers:  # the interpreter writes every signal that has a handler
                stop.ask(got[0], again=False)

    def nothing(number: int, frame: FrameType | None) -> None:
        """Present only so that the number is written to the pipe."""

    numbers = tuple(GRACE)
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
            signal.signal(number, signal.SIG_IGN if deaf_after else handler)
        os.write(writer, b"\0")
        watcher.join()
        os.close(reader)
        os.close(writer)
