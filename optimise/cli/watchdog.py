"""A watch over the time limit: where a method does not come back long after it, the run ends with its best plan."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from optimise.core import compiling
from optimise.core.environment import number_from

if TYPE_CHECKING:
    from optimise.core.method import Communicator
    from optimise.core.wire import Wire

__all__ = ["GRACE", "Watchdog", "grace"]

#: Environment variable: seconds after the limit until the run is given up.
GRACE = "WARDWISE_GRACE"
#: Explaining why there is no plan may take 30 s after the limit, a last proof 10 s.
_SECONDS, _SHARE, _MOST = 90.0, 0.1, 600.0
#: Ranks above 0 wait longer: rank 0 has the plan.
_LATER = 30.0


def grace(limit: float) -> float:
    """Seconds after a limit until a run is given up: 90 and a tenth of the limit, at most 600 more."""
    return number_from(GRACE, _SECONDS + min(_MOST, _SHARE * limit), least=1.0)


class Watchdog:
    """Watches while its block runs.

    Parameters
    ----------
    limit : float
        Seconds of the solve; compiling kernels does not count.
    comm, wire
        Of this rank.
    give_up : callable
        Called on rank 0 with what everybody was doing; it ends the process. On other ranks, a while later, in case
        rank 0 is the one that is stuck.
    """

    def __init__(self, limit: float, comm: Communicator, wire: Wire, give_up: Callable[[str], None]) -> None:
        self.limit, self.comm, self.wire, self.give_up = limit, comm, wire, give_up
        self.allowed = limit + grace(limit) + (_LATER if comm.rank else 0.0)
        self._done = threading.Event()

    def __enter__(self) -> Watchdog:
        self._began, self._compiled = time.monotonic(), compiling.seconds()
        if self.allowed < threading.TIMEOUT_MAX:
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        return self

    def __exit__(self, *rest: object) -> None:
        self._done.set()

    def _watch(self) -> None:
        while not self._done.wait(1.0):
            late = time.monotonic() - self._began - (compiling.seconds() - self._compiled)
            if late > self.allowed:
                self.give_up(self._said(late - self.limit))
                return

    def _said(self, late: float) -> str:
        """What everybody was doing, in a sentence."""
        phases = self.wire.ask()
        silent = [rank for rank, phase in phases.items() if phase is None]
        doing: dict[str, list[int]] = {}
        for rank, phase in phases.items():
            if phase is not None:
                doing.setdefault(phase, []).append(rank)
        told = [f"{_ranks(ranks)} in phase '{phase}'" for phase, ranks in doing.items()]
        if silent and self.wire.open:
            told.append(f"{_ranks(silent)} did not answer")
        return f"the run was given up {late:.0f} s after its time limit: {', '.join(told)}"


def _ranks(ranks: list[int]) -> str:
    shown = ", ".join(str(r) for r in ranks[:8]) + (f" and {len(ranks) - 8} more" if len(ranks) > 8 else "")
    return f"rank{'s' if len(ranks) > 1 else ''} {shown}"
