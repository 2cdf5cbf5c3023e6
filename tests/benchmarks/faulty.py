"""``python -m tests.benchmarks.faulty FAULT ARGUMENTS...``: the command with a fault in rank 1 beyond any signal."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from pathlib import Path

_AFTER = 2.0  # seconds that a plan has been there


def main() -> None:
    fault, sys.argv = sys.argv[1], ["wardwise", *sys.argv[2:]]
    if os.environ.get("PMI_RANK") == "1":
        if fault == "exception":
            _raise_later()
        elif fault == "stop-at-end":  # after the work, before MPI_Finalize
            atexit.register(lambda: os.kill(os.getpid(), signal.SIGSTOP))
    from optimise.cli import main as command

    command()


def _raise_later() -> None:
    from hpc.runtime import timers

    result = Path(sys.argv[sys.argv.index("-o") + 1]) / "result.json"
    seen: list[float] = []
    plain = timers.enter

    def entering(phase: str) -> None:
        if not seen and result.exists():
            seen.append(time.monotonic())
        if seen and time.monotonic() - seen[0] > _AFTER:
            raise RuntimeError("a fault that was put in")
        plain(phase)

    timers.enter = entering


if __name__ == "__main__":
    main()
