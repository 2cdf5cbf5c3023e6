"""What a run tells, one JSON object a line, for a program that watches it."""

from __future__ import annotations

import json
import logging
import math
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from optimise.core.atomic import create
from optimise.core.method import Progress
from optimise.core.quantities import finite_or_none

__all__ = ["ProgressFile", "standing"]

log = logging.getLogger(__name__)

#: Least seconds between two lines that bring neither a better plan nor a better bound.
_QUIET = 1.0


def standing(seconds: float, primal: float, dual: float) -> dict[str, float | None]:
    """Where a run stands: seconds, cost, lower bound and gap; None where unknown."""
    cost, bound = (finite_or_none(value) for value in (primal, dual))
    gap = None if cost is None or bound is None else max(0.0, cost - bound) / max(abs(cost), 1e-9)
    return {"seconds": round(seconds, 3), "cost": cost, "lower_bound": bound, "gap": gap}


class ProgressFile:
    """Appends a line for each better plan or bound, and now and then between.

    A line has ``seconds``, ``cost``, ``lower_bound``, ``gap`` (null where unknown) and ``event``. It is whole or absent
    for a reader that looks for the end of the line.

    Parameters
    ----------
    file : Path
        Made if it is missing; a run that goes on appends.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._failed = file, False
        self._out = create(file, keep=True).open("a", encoding="utf-8", buffering=1)
        self._primal, self._dual, self._last = math.inf, -math.inf, -math.inf

    def see(self, progress: Progress) -> None:
        """Take note of a message of the method; a disk that takes no more is told of once, and the run goes on.

        Parameters
        ----------
        progress : Progress
        """
        better = progress.primal < self._primal or progress.dual > self._dual
        now = time.monotonic()
        if not better and now - self._last < _QUIET:
            return
        self._primal, self._dual = min(self._primal, progress.primal), max(self._dual, progress.dual)
        self._last = now
        line: dict[str, object] = {**standing(progress.seconds, self._primal, self._dual), "event": progress.event}
        try:
            self._out.write(json.dumps(line) + "\n")
            self._failed = False
        except OSError as error:
            if not self._failed:
                log.warning("no progress in %s: %s; the run goes on", self._file, error)
            self._failed = True

    def __enter__(self) -> ProgressFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._out.close()
