"""What a rank is doing, by the clock: one JSON object a line, and a file of metrics for Prometheus' node exporter.

The metrics follow the text format 0.0.4 of Prometheus; node exporter's textfile collector reads ``*.prom`` of a folder.
Neither file names anybody.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from optimise.core import breadcrumb
from optimise.core.atomic import create, make_folder, write_text
from optimise.core.clockwork import Clockwork
from optimise.core.errors import InputError
from optimise.core.leg import host_here, job_here
from optimise.core.method import Progress
from optimise.runs.progress_file import standing

__all__ = ["EVERY", "Telemetry"]

log = logging.getLogger(__name__)

#: Seconds between two lines.
EVERY = 5.0
_KIB = 1024
_HELP = {
    "seconds": "Seconds of the solve so far",
    "cost": "Cost of the best plan",
    "lower_bound": "What no plan can cost less than",
    "gap": "Gap between them as a part of the cost",
    "work": "Work done in the method's own unit",
    "memory_bytes": "Resident memory of the rank",
    "peak_memory_bytes": "Most resident memory of the rank so far",
    "cpu_seconds": "Processor seconds of the rank",
    "phase_seconds": "Seconds of the rank by phase",
    "heartbeat_timestamp_seconds": "When this was written, in seconds since 1970",
}
#: Those that only grow: counters, by whose names Prometheus knows them.
_GROWING = ("cpu_seconds", "phase_seconds")


class Telemetry:
    """Files of one rank, ``rank-0000.jsonl`` and ``rank-0000.prom``, as a context.

    Parameters
    ----------
    folder : Path
        Made if it is missing; a run that goes on appends to the lines.
    rank : int
    every : float
        Seconds between two lines; one more at the end.
    """

    def __init__(self, folder: Path, rank: int, every: float = EVERY) -> None:
        self.folder, self.rank, self.every = make_folder(folder), rank, every
        self._out = create(folder / f"rank-{rank:04d}.jsonl", keep=True).open("a", encoding="utf-8", buffering=1)
        self._labels = {"rank": str(rank), "host": host_here(), "job_id": job_here()}
        self._began, self._before = time.monotonic(), breadcrumb.seconds()
        self._primal, self._dual, self._work, self._event = float("inf"), -float("inf"), 0.0, ""
        self._failed = False

    def see(self, progress: Progress) -> None:
        """Take note of a message of the method; costs nothing.

        Parameters
        ----------
        progress : Progress
        """
        self._primal, self._dual = min(self._primal, progress.primal), max(self._dual, progress.dual)
        self._work, self._event = progress.work, progress.event or self._event

    def facts(self) -> dict[str, object]:
        """What is known now.

        Returns
        -------
        dict
            ``time`` (UTC), ``seconds``, ``cost``, ``lower_bound``, ``gap``, ``work``, ``event``, ``phase``,
            ``phase_seconds``, ``cpu_seconds``, ``memory_bytes``, ``peak_memory_bytes``.
        """
        phases = {
            name: round(value - self._before.get(name, 0.0), 3)
            for name, value in breadcrumb.seconds().items()
            if value > self._before.get(name, 0.0)
        }
        return {
            "time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            **standing(time.monotonic() - self._began, self._primal, self._dual),
            "work": self._work,
            "event": self._event,
            "phase": breadcrumb.last(),
            "phase_seconds": phases,
            "cpu_seconds": round(time.process_time(), 3),
            "memory_bytes": (now := _resident()),
            "peak_memory_bytes": max(now, _peak()),  # the system counts them apart
        }

    def write(self) -> None:
        """Append a line, and put new metrics in place of the old; a disk that takes no more is told of once."""
        try:
            self._write(self.facts())
            self._failed = False
        except (InputError, OSError) as error:
            if not self._failed:
                log.warning("no telemetry in %s: %s; the run goes on", self.folder, error)
            self._failed = True

    def _write(self, facts: Mapping[str, object]) -> None:
        self._out.write(json.dumps(facts) + "\n")
        # the collector also reads hidden files of this suffix, so that a file in the making must not have it
        made = write_text(self.folder / f"rank-{self.rank:04d}.prom-new", metrics(facts, self._labels))
        made.replace(made.with_suffix(".prom"))

    def __enter__(self) -> Telemetry:
        self.write()
        self._clockwork = Clockwork(self.write, self.every)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clockwork.close()
        self.write()
        with suppress(OSError):
            self._out.close()


def metrics(facts: Mapping[str, object], labels: Mapping[str, str]) -> str:
    """Facts as metrics ``wardwise_...``; what is unknown is left out."""
    lines = []
    for name, text in _HELP.items():
        value = time.time() if name == "heartbeat_timestamp_seconds" else facts.get(name)
        kind, name = ("counter", f"{name}_total") if name in _GROWING else ("gauge", name)
        rows = value.items() if isinstance(value, dict) else [("", value)]
        found = [(key, number) for key, number in rows if isinstance(number, int | float)]
        if found:
            lines += [f"# HELP wardwise_{name} {text}.", f"# TYPE wardwise_{name} {kind}"]
        for key, number in found:
            of = {**labels, **({"phase": key} if key else {})}
            said = ",".join(f'{k}="{_escaped(v)}"' for k, v in of.items())
            lines.append(f"wardwise_{name}{{{said}}} {number!r}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _resident() -> int:
    """Bytes in memory now; the most so far where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return _peak()
    return pages * os.sysconf("SC_PAGE_SIZE")


def _peak() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * _KIB
