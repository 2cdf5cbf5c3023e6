"""Solves that run beside the program: progress while they run, a stop that keeps the best plan, a result at the end.

A job is a thread of this process. Solvers release the interpreter lock while they work, so that the program goes on.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, NoReturn

from typing_extensions import TypeVar

from optimise.core.errors import WardwiseError
from optimise.core.given import typed_call
from optimise.core.kinds import fitted
from optimise.core.method import Limits, Method, Progress
from optimise.core.problem import Plannable, Problem, stated
from optimise.core.result import Plan, Result
from optimise.driver import solve

__all__ = ["Cancelled", "Job", "StillRunning", "submit"]

#: Plans of a job; any where nothing is said.
L = TypeVar("L", bound=Plan, default=Any)

#: Messages that are kept for those who listen late or slowly.
_KEPT = 1000


class Cancelled(WardwiseError):
    """The job was cancelled, so that it has no result."""


class StillRunning(WardwiseError, TimeoutError):
    """The job had no result within the time that was waited."""


class _Heard:
    """The listener of a job: passes progress on, and says at any time whether to stop."""

    def __init__(self, hear: Callable[[Progress], None]) -> None:
        self.hear, self.asked = hear, threading.Event()

    def __call__(self, progress: Progress) -> bool:
        self.hear(progress)
        return self.asked.is_set()

    @property
    def stopping(self) -> bool:
        """Whether somebody has asked to stop."""
        return self.asked.is_set()


class Job(Generic[L]):
    """A solve that runs beside the program; made by :func:`submit`.

    Iterating over it (``for`` or ``async for``) gives :class:`~optimise.core.method.Progress` from the beginning until
    the job has ended; ``await`` gives its result. As a context it is cancelled where the block is left before its end.
    Any thread may call its methods.

    Parameters
    ----------
    work : callable
        Called once with the listener, on a thread of its own.

    Attributes
    ----------
    latest : Progress or None
        The newest message.
    """

    def __init__(self, work: Callable[[_Heard], Result[L]]) -> None:
        self.latest: Progress | None = None
        self._work, self._heard, self._process = work, _Heard(self._hear), os.getpid()
        self._news, self._first = deque[Progress](maxlen=_KEPT), 0
        self._changed = threading.Condition()
        self._wakers: list[Callable[[], object]] = []
        self._result: Result[L] | None = None
        self._error: BaseException | None = None
        self._ended = self._cancelled = False
        self._thread = threading.Thread(target=self._run, name="wardwise job", daemon=True)
        self._thread.start()

    # ---- what can be asked of it -------------------------------------------------------------------------------
    @property
    def done(self) -> bool:
        """Whether it has ended, whichever way."""
        return self._ended

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled before it had ended."""
        return self._cancelled

    def finish(self) -> None:
        """Ask it to stop now and to keep the best plan; the result may have none where none was found yet."""
        self._ours()
        self._heard.asked.set()

    def cancel(self) -> bool:
        """Ask it to stop now; its result is dropped.

        Returns
        -------
        bool
            False where it had ended before, so that its result stays.
        """
        self._ours()
        with self._changed:
            self._cancelled = self._cancelled or not self._ended
        self._heard.asked.set()
        return self._cancelled

    def result(self, timeout: float | None = None) -> Result[L]:
        """Wait for the result.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait; for ever where it is left out.

        Returns
        -------
        Result

        Raises
        ------
        StillRunning
            If there is none within the time. The job goes on.
        Cancelled
            If the job was cancelled.
        WardwiseError
            Whatever the solve raised.
        """
        self._ours()
        with self._changed:
            if not self._changed.wait_for(lambda: self._ended, timeout):
                raise StillRunning(f"the job has not ended within {timeout:g} s")
        return self._settled()

    # ---- progress ----------------------------------------------------------------------------------------------
    def __iter__(self) -> Iterator[Progress]:
        self._ours()
        seen = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._first + len(self._news) > seen)  # noqa: B023
                news, seen, ended = self._since(seen)
            yield from news
            if ended and not news:
                return

    async def __aiter__(self) -> AsyncIterator[Progress]:
        self._ours()
        loop, wake, seen = asyncio.get_running_loop(), asyncio.Event(), 0

        def waker() -> None:
            loop.call_soon_threadsafe(wake.set)

        with self._changed:
            self._wakers.append(waker)
        try:
            while True:
                wake.clear()
                with self._changed:
                    news, seen, ended = self._since(seen)
                for progress in news:
                    yield progress
                if ended and not news:
                    return
                if not news:
                    await wake.wait()
        finally:
            with self._changed:
                self._wakers.remove(waker)

    def __await__(self) -> Generator[Any, None, Result[L]]:
        return self._awaited().__await__()

    async def _awaited(self) -> Result[L]:
        async for _ in self:
            pass
        return self._settled()

    def __enter__(self) -> Job[L]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._ended:
            self.cancel()
            self._thread.join()

    def __getstate__(self) -> NoReturn:
        raise WardwiseError("a job stays in the process that began it; send its result")

    # ---- inside ------------------------------------------------------------------------------------------------
    def _run(self) -> None:
        try:
            self._result = self._work(self._heard)
        except BaseException as error:
            self._error = error
        with self._changed:
            self._ended = True
            self._tell()

    def _hear(self, progress: Progress) -> None:
        with self._changed:
            self._first += len(self._news) == _KEPT
            self._news.append(progress)
            self.latest = progress
            self._tell()

    def _tell(self) -> None:
        self._changed.notify_all()
        for waker in self._wakers:
            try:
                waker()
            except RuntimeError:  # its loop is closed: nobody listens there any more
                continue

    def _since(self, seen: int) -> tuple[list[Progress], int, bool]:
        """Messages that are new since so many, how many there are in all, and whether the job has ended."""
        new = list(self._news)[max(0, seen - self._first) :]
        return new, self._first + len(self._news), self._ended

    def _settled(self) -> Result[L]:
        if self._cancelled:
            raise Cancelled("the job was cancelled")
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result

    def _ours(self) -> None:
        """Threads do not survive a fork: a copy of the job there would be waited for in vain."""
        if os.getpid() != self._process:
            raise WardwiseError(f"the job runs in process {self._process}, not in this one, which was forked from it")


@typed_call
def submit(
    problem: Problem[L] | Plannable[L],
    method: str | Method = "auto",
    *,
    limits: Limits | None = None,
    seed: int = 0,
    start: L | None = None,
    options: Mapping[str, object] | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
) -> Job[L]:
    """Begin a solve beside the program, and go on at once.

    Parameters
    ----------
    problem : Problem or Plannable
        As for :func:`optimise.solve`, and so are all others.
    method : str or Method
        Name of an installed method, or one of your own.
    limits : Limits, optional
        One minute when left out.
    seed : int
        Of all random choices.
    start : Plan, optional
        A plan to start from.
    options : mapping, optional
        The method's own options.
    checkpoint : path, optional
        Folder in which the best plan and bound are kept.
    resume : bool
        Go on from what the folder holds.

    Returns
    -------
    Job
        What the solve raises comes out of its ``result``.

    Raises
    ------
    InputError
        If a document contradicts itself, an argument is of a wrong type, or the start plan is of another problem.

    Examples
    --------
    >>> import optimise
    >>> ward = optimise.read_ward("examples/ward4x7.json")
    >>> with optimise.submit(ward, "highs", limits=optimise.Limits(seconds=60)) as job:
    ...     for progress in job:
    ...         if progress.primal < 232:
    ...             job.finish()
    ...     print(job.result().cost)
    231.0
    """
    made = stated(problem)
    if start is not None:
        fitted(made, start, "start")

    def work(listen: _Heard) -> Result[L]:
        return solve(
            made,
            method,
            limits=limits,
            seed=seed,
            listen=listen,
            start=start,
            options=options,
            checkpoint=checkpoint,
            resume=resume,
        )

    return Job(work)
