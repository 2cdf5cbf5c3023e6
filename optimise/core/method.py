"""The one face of every solving method, its limits, its listener and the registry.

A method proposes a plan and bounds; :func:`optimise.solve` validates, times, re-evaluates and packs the
:class:`~optimise.core.result.Result`. Methods of other packages are found through the entry-point group
``wardwise.methods`` (name -> class or zero-argument factory).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Generic, Protocol, runtime_checkable

from typing_extensions import TypeVar

from optimise.core import compiling
from optimise.core.errors import UnsupportedError
from optimise.core.given import check_fields
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stats, Stop, TracePoint

__all__ = [
    "Communicator",
    "Deadline",
    "Limits",
    "Listener",
    "Method",
    "Outcome",
    "Progress",
    "SerialComm",
    "as_asked",
    "available_methods",
    "get_method",
    "heeding",
    "may_be_asked",
    "now",
    "stop_asked",
    "stopping",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop.

    Attributes
    ----------
    seconds : float
        Wall-clock limit of the whole call, building included.
    gap : float
        Relative gap at which to stop; 0 asks for proof of optimality.
    iterations : int or None
        Deterministic work limit (the method's own unit: rounds, nodes). With it, and a time limit that is not
        reached, the same seed gives the same plan on any number of ranks.
    threads : int
        Threads per rank.
    target : float
        Stop as soon as a plan of this cost is found.
    """

    seconds: float = 60.0
    gap: float = 0.0
    iterations: int | None = None
    threads: int = 1
    target: float = -math.inf

    def __post_init__(self) -> None:
        check_fields(self)

    def reached(self, bounds: Bounds) -> bool:
        """Whether the gap or the cost that was asked for is reached.

        Parameters
        ----------
        bounds : Bounds

        Returns
        -------
        bool
        """
        return bounds.primal <= self.target or bounds.gap <= self.gap

    def met(self, bounds: Bounds) -> Stop | None:
        """Why cost and bound say that nothing is left to do: optimal, or what was asked for; None where there is.

        Parameters
        ----------
        bounds : Bounds

        Returns
        -------
        Stop or None
        """
        if bounds.closed:
            return Stop.OPTIMAL
        return Stop.GAP if self.reached(bounds) else None


def now() -> float:
    """Seconds on the clock of all time limits: wall clock from any zero, without the time spent compiling kernels."""
    return time.perf_counter() - compiling.seconds()


_heeded: ContextVar[Callable[[], bool] | None] = ContextVar("heeded", default=None)


@contextmanager
def heeding(listen: object) -> Iterator[None]:
    """Let every :class:`Deadline` of this thread be over once a listener is ``stopping``, while the block runs.

    So a request to stop reaches whatever looks at a clock, however deep it lies and whoever its listener is. One that
    a solve around this one heeds counts too.
    """
    before = _heeded.get()
    if not hasattr(listen, "stopping"):
        yield
        return
    token = _heeded.set(lambda: stopping(listen) or (before is not None and before()))
    try:
        yield
    finally:
        _heeded.reset(token)


def may_be_asked() -> bool:
    """Whether anybody could ask the solve that this thread works for to stop."""
    return _heeded.get() is not None


def stop_asked() -> bool:
    """Whether the solve that this thread works for has been asked to stop (see :func:`heeding`)."""
    ask = _heeded.get()
    return ask is not None and ask()


class Deadline:
    """Wall clock counted from construction, standing still while this process compiles kernels.

    It is over before its time where the solve has been asked to stop (:func:`heeding`).
    """

    __slots__ = ("seconds", "start")

    def __init__(self, seconds: float) -> None:
        self.start, self.seconds = now(), seconds

    @property
    def elapsed(self) -> float:
        return now() - self.start

    @property
    def left(self) -> float:
        return 0.0 if stop_asked() else max(0.0, self.seconds - self.elapsed)

    @property
    def over(self) -> bool:
        return self.elapsed >= self.seconds or stop_asked()


@dataclass(frozen=True, slots=True)
class Progress:
    """One message to a listener."""

    seconds: float
    primal: float
    dual: float
    event: str = ""
    work: float = 0.0
    plan: Plan | None = None

    def point(self) -> TracePoint:
        """The message as a point of the trace."""
        return TracePoint(self.seconds, self.primal, self.dual, self.work, self.event)


#: Called on every improvement and now and then between; returning True asks the method to stop.
Listener = Callable[[Progress], bool | None]


def stopping(listen: object) -> bool:
    """Whether a listener asks to stop, without a message to it.

    Listeners that know it at any time have an attribute ``stopping`` (the command's, which hears signals). Methods ask
    on every rank, often and at no cost; a plain function has no such attribute and is told of progress instead.
    """
    return bool(getattr(listen, "stopping", False))


@runtime_checkable
class Communicator(Protocol):
    """The part of an MPI communicator that methods use (mpi4py's lower-case, pickling calls).

    Array traffic of hot loops uses the upper-case calls inside ``hpc`` only.
    """

    @property
    def rank(self) -> int: ...
    @property
    def size(self) -> int: ...
    def bcast(self, obj: object, root: int = 0) -> Any:
        """Send an object of one rank to all.

        Parameters
        ----------
        obj : object
            What is sent; read on ``root`` only. It must pickle.
        root : int
            Rank that sends.

        Returns
        -------
        object
            The object of ``root``, on every rank.
        """

    def gather(self, obj: object, root: int = 0) -> list[Any] | None:
        """Collect an object of every rank on one rank.

        Parameters
        ----------
        obj : object
            This rank's part. It must pickle.
        root : int
            Rank that collects.

        Returns
        -------
        list or None
            Parts in the order of ranks; None on all ranks but ``root``.
        """

    def allgather(self, obj: object) -> list[Any]:
        """Collect an object of every rank on all ranks.

        Parameters
        ----------
        obj : object
            This rank's part. It must pickle.

        Returns
        -------
        list
            Parts in the order of ranks.
        """

    def barrier(self) -> None:
        """Wait until every rank has come here."""


class SerialComm:
    """A world of one rank with the face of :class:`Communicator`."""

    rank = 0
    size = 1

    def bcast(self, obj: object, root: int = 0) -> Any:
        return obj

    def gather(self, obj: object, root: int = 0) -> list[Any] | None:
        return [obj]

    def allgather(self, obj: object) -> list[Any]:
        return [obj]

    def barrier(self) -> None:
        return None


#: Problems that a method takes, the plans that it begins from and gives; any where nothing is said.
P_contra = TypeVar("P_contra", bound=Problem, contravariant=True, default=Any)
L = TypeVar("L", bound=Plan, default=Any)
L_co = TypeVar("L_co", bound=Plan, covariant=True, default=Any)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[L_co]):
    """What a method returns. ``plan`` need not be the same object on all ranks; rank 0's counts.

    ``bounds.dual`` must be certified (valid for the problem, safe against rounding) and name its source.
    """

    plan: L_co | None
    stop: Stop
    bounds: Bounds
    stats: Stats = field(default_factory=Stats)
    explanation: tuple[str, ...] = ()


def as_asked(outcome: Outcome[L], listen: object) -> Outcome[L]:
    """An outcome that says so where its clock was ended by a listener that is ``stopping``."""
    return replace(outcome, stop=Stop.INTERRUPTED) if outcome.stop is Stop.TIME and stopping(listen) else outcome


@runtime_checkable
class Method(Protocol[P_contra, L]):
    """A way to solve problems. Stateless: options come in by keyword, so one object serves many threads."""

    name: str

    def supports(self, problem: Problem) -> bool:
        """Whether the method works on a problem.

        Parameters
        ----------
        problem : Problem
            Any problem.

        Returns
        -------
        bool
            False where :func:`optimise.solve` must refuse.
        """

    def solve(
        self,
        problem: P_contra,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: L | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome[L]:
        """Look for a plan and for a lower bound of the cost.

        Parameters
        ----------
        problem : Problem
            What is planned; read only.
        limits : Limits
            When to stop: seconds, relative gap, work, target cost, threads a rank.
        seed : int
            0 or more. The same seed gives the same plan where a work limit stops the run.
        comm : Communicator
            All ranks call with the same arguments and leave together.
        listen : Listener
            Told of each better plan or bound; returning True asks to stop.
        start : Plan, optional
            A plan to begin from; it may break hard rules.
        options : mapping, optional
            The method's own options by name; None for its defaults.

        Returns
        -------
        Outcome
            Plan, why it stopped, and bounds (costs; a lower bound that is unknown is ``-inf``). Rank 0's counts.
        """


_BUILT_IN: dict[str, str] = {
    "highs": "optimise.methods.whole_model:HighsMethod",
    "matheuristic": "optimise.methods.matheuristic:MatheuristicMethod",
    "auto": "optimise.methods.auto:AutoMethod",
    "stage-by-stage": "optimise.methods.stage_by_stage:StageByStage",
}


def _load(target: str) -> Method:
    import importlib

    module, _, attribute = target.partition(":")
    made: Method = getattr(importlib.import_module(module), attribute)()
    return made


def available_methods() -> dict[str, str]:
    """Names of all installed methods with the object reference each one comes from."""
    return dict(_installed())


@cache
def _installed() -> dict[str, str]:
    """What :func:`available_methods` tells; asking the installation reads the files of every package."""
    found = dict(_BUILT_IN)
    for point in entry_points(group="wardwise.methods"):
        found.setdefault(point.name, point.value)
    return dict(sorted(found.items()))


def get_method(name: str) -> Method:
    """Return the method called ``name``.

    Raises
    ------
    UnsupportedError
        If there is none of that name; the message lists those installed.
    """
    known = available_methods()
    if name not in known:
        raise UnsupportedError(f"unknown method {name!r}; installed: {', '.join(known)}")
    return _load(known[name])
