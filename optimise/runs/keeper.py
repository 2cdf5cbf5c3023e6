"""The keeper: best plan, bound and time spent of one run on disk, whatever its method and whatever it is doing.

It writes by the clock, on a thread of its own: a plan that was found is there within :data:`~optimise.core.checkpoint.
SECONDS_BETWEEN` seconds, the first one at once, even while one long call of a solver goes on. A disk that fails later
costs no plan: the keeper says so, and the run goes on.
"""

from __future__ import annotations

import logging
import math
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Generic

import numpy as np
from typing_extensions import TypeVar

from optimise.core.checkpoint import SECONDS_BETWEEN, Kept, State, StateFile, told_of_disk
from optimise.core.clockwork import Clockwork
from optimise.core.errors import InputError
from optimise.core.folder_lock import folder_lock, sign_of_life
from optimise.core.kinds import kind_of
from optimise.core.leg import Leg
from optimise.core.method import Communicator, Deadline, Listener, Progress, now, stopping
from optimise.core.problem import Problem
from optimise.core.quantities import finite_or_none
from optimise.core.result import Plan, TracePoint
from optimise.core.stored import CheckpointFacts, from_checkpoint, is_run_file
from optimise.formats.base import native_format, read_plan, write_plan
from optimise.formats.json_document import parse

__all__ = ["Keeper", "kept_legs", "kept_run"]

#: Plans of a run; any where nothing is said.
L = TypeVar("L", bound=Plan, default=Any)

log = logging.getLogger(__name__)

#: Seconds between two writes of a run that has been asked to stop, whose end may come at any time.
_STOPPING = 2.0
_MOST_POINTS = 2000  # of the trace in a checkpoint; earlier ones are thinned out


class Keeper(Generic[L]):
    """Best plan, bound and time spent of one run, whatever its method; rank 0 only.

    Parameters
    ----------
    folder : path
    problem : Problem
    resume : bool
        Whether to go on from what is there; otherwise it is replaced.
    every : float
        Seconds between two writes.
    began : float, optional
        When the run began, on the clock of :func:`~optimise.core.method.now`; now when left out.
    stopping : callable
        Whether somebody has asked the run to stop: the state is written at once then, and more often from there on.
    """

    def __init__(
        self,
        folder: str | Path,
        problem: Problem[L],
        *,
        resume: bool = False,
        every: float = SECONDS_BETWEEN,
        began: float | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.file, self.problem, self.every = StateFile(folder, "best"), problem, every
        self._native = kind_of(problem).native is not None
        if not self._native:
            log.warning("%s plans have no file format: the checkpoint keeps the bound alone", kind_of(problem).title)
        self.before: Kept[L] = self._resumed() if resume else Kept()
        self._best: tuple[float, Plan | None] = (math.inf, self.before.plan)
        if self.before.plan is not None:
            self._best = (problem.evaluate(self.before.plan).cost, self.before.plan)
        self._bound, self._source = self.before.bound, self.before.bound_source
        self._points: list[TracePoint] = list(self.before.points)
        self.leg = Leg()
        self._ended: Leg | None = None
        self._began, self._written = now() if began is None else began, time.perf_counter()
        self._stopping, self._stopped = stopping, False
        self._cpu = time.process_time()
        self._first = self._best[1] is None
        self._lock, self._open, self._failed = threading.RLock(), ExitStack(), False
        self._clockwork: Clockwork | None = None

    def start(self, leg: Leg) -> None:
        """Take the folder and write by the clock from now on, for the leg that begins.

        Raises
        ------
        InputError
            If the folder cannot be written to, or another run works there.
        """
        self.leg = leg
        self._open.enter_context(folder_lock(self.file.folder))
        self.file.tried()
        self._clockwork = Clockwork(self._tick)

    def see(self, progress: Progress) -> None:
        """Take note of a message of the method; the clock writes it."""
        with self._lock:
            if progress.plan is not None and progress.primal < self._best[0]:
                self._best = (progress.primal, progress.plan)
            if progress.dual > self._bound:
                self._bound, self._source = progress.dual, "the search, while it went on"

    def note(self, point: TracePoint) -> None:
        """Take a point of the trace, its seconds counted over all legs."""
        with self._lock:
            self._points.append(point)
            if len(self._points) > _MOST_POINTS:
                self._points = self._points[: _MOST_POINTS // 2 : 2] + self._points[_MOST_POINTS // 2 :]

    def legs(self) -> tuple[Leg, ...]:
        """All legs so far, the last as far as it has come."""
        if self._ended is not None:
            return (*self.before.legs, self._ended)
        cpu = (time.process_time() - self._cpu) * self.leg.ranks
        return (*self.before.legs, self.leg.ended(now() - self._began, cpu, self._best[0], self._bound))

    def close(self, plan: Plan | None, cost: float, bound: float, source: str, leg: Leg) -> None:
        """Write the end of the run, whose last leg this was."""
        with self._lock:
            self._ended = leg
            if plan is not None and cost < self._best[0]:
                self._best = (cost, plan)
            if bound >= self._bound and source:
                self._bound, self._source = bound, source
        self.stop()
        self.write()

    def stop(self) -> None:
        """End the clock and give the folder back."""
        if self._clockwork is not None:
            self._clockwork.close()
            self._clockwork = None
        self._open.close()

    def write(self) -> None:
        """Write what is known; where the disk fails, say so and go on."""
        with self._lock:
            self._first = self._first and self._best[1] is None
            self._written = time.perf_counter()
            self._failed = told_of_disk(
                lambda: self.file.write(self.problem.digest(), self._state()), failed=self._failed
            )

    def _state(self) -> State:
        facts = {
            "bound": finite_or_none(self._bound),
            "bound_source": self._source,
            "seconds": self.before.seconds + self.legs()[-1].seconds,
            "plan": None if self._best[1] is None or not self._native else _text(self._best[1], self.problem),
            "legs": [leg.plain() for leg in self.legs()],
            "events": [point.event for point in self._points],
        }
        numbers = np.array([(p.seconds, p.primal, p.dual, p.work) for p in self._points], float)
        return State(facts, {"trace": numbers.reshape(-1, 4)})

    def _tick(self) -> None:
        sign_of_life()
        new = self._first and self._best[1] is not None
        asked = self._stopping()
        if asked > self._stopped or new or time.perf_counter() - self._written >= (_STOPPING if asked else self.every):
            self._stopped = asked
            self.write()

    def _resumed(self) -> Kept[L]:
        state = self.file.read(self.problem.digest())
        if state is None:
            return Kept()
        facts = parse(CheckpointFacts, dict(state.facts), state.file)
        plan = None if facts.plan is None else _plan(facts.plan, self.problem, state.file)
        bound = -math.inf if facts.bound is None else facts.bound
        source = "" if facts.bound is None else from_checkpoint(facts.bound_source)
        legs = tuple(Leg.read(leg.model_dump()) for leg in facts.legs)
        kept = Kept(plan, bound, source, facts.seconds, legs, _points(state, facts.events))
        if plan is not None:
            kept.contradict(self.problem.evaluate(plan), state.file)
        return kept


@contextmanager
def kept_run(
    problem: Problem[L],
    comm: Communicator,
    leg: Leg,
    folder: str | Path | None,
    resume: bool,
    clock: Deadline,
    listen: Listener | None,
) -> Iterator[tuple[Keeper[L] | None, Kept[L]]]:
    """Who keeps a run by the clock (rank 0 only), and what an earlier one has left; a collective call.

    Where the solve inside fails, what was known is written first.

    Parameters
    ----------
    problem : Problem
    comm : Communicator
    leg : Leg
        That begins.
    folder : path or None
        None keeps nothing.
    resume : bool
        As :class:`Keeper` takes it.
    clock : Deadline
        Of the run.
    listen : callable, optional
        Asked whether the run is to stop.

    Yields
    ------
    keeper : Keeper or None
    before : Kept
    """
    if folder is None:
        yield None, Kept()
        return
    keeper: Keeper[L] | None = None
    if comm.rank == 0:
        keeper = Keeper(folder, problem, resume=resume, began=clock.start, stopping=lambda: stopping(listen))
        keeper.start(leg)
    before: Kept[L] = comm.bcast(keeper.before if keeper is not None else None)
    try:
        yield keeper, before
    except BaseException:
        if keeper is not None:
            keeper.write()
        raise
    finally:
        if keeper is not None:
            keeper.stop()


def kept_legs(folder: str | Path, problem: Problem) -> tuple[Leg, ...]:
    """The legs of which a folder tells; none where there is nothing, or nothing to go on from."""
    try:
        return Keeper(folder, problem, resume=True).before.legs
    except InputError:
        return ()


def _points(state: State, events: list[str]) -> tuple[TracePoint, ...]:
    """The trace of earlier legs; none of a file that was written before it was kept."""
    if "trace" not in state.arrays:
        return ()
    numbers = state.arrays["trace"]
    whole = numbers.dtype == np.float64 and numbers.shape == (len(events), 4) and np.isfinite(numbers[:, [0, 3]]).all()
    if not whole or np.isnan(numbers).any():
        text = "is no table of seconds, two costs and the work of each event"
        raise InputError(text, file=state.file, item="trace")
    rows = zip(numbers.tolist(), events, strict=True)
    return tuple(TracePoint(s, primal, dual, work, event) for (s, primal, dual, work), event in rows)


def _text(plan: Plan, problem: Problem) -> dict[str, str]:
    """A plan as the files of our own format, by name."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_plan(plan, problem, Path(folder) / "plan", format=native_format(problem))
        return {file.name: file.read_text(encoding="utf-8") for file in files}


def _plan(texts: Mapping[str, str], problem: Problem[L], place: Path) -> L:
    strange = [name for name in texts if not is_run_file(name)]
    if strange:
        raise InputError(f"{strange[0][:60]!r} is no file of a plan", file=place, item="plan")
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in texts]
        for file, text in zip(files, texts.values(), strict=True):
            file.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            return read_plan(files[0], problem, format=native_format(problem))
        except InputError as error:
            said = ": ".join(part for part in (error.item, error.message) if part)
            raise InputError(said, file=place, item="plan") from None
