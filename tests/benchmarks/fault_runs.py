"""A run of several ranks to which something happens: how it is started, where its ranks are, what they used."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests import waiting

__all__ = ["FULL", "Failed", "Started", "launched", "small_disk", "wait_for"]

_TICKS = os.sysconf("SC_CLK_TCK")
#: Name of the file that fills a disk.
FULL = "what-fills-the-disk"


class Failed(Exception):
    """What a row expected did not come."""


def wait_for(what: Callable[[], Any], seconds: float, said: str) -> Any:
    """The first true answer within some seconds, or the row has failed."""
    return waiting.wait_for(what, seconds, said, Failed)


class Started:
    """A run under a launcher, and the processor seconds of its ranks.

    Parameters
    ----------
    process : Popen
        Of the launcher.
    folder : path
        Result folder; its name stands in the command line of every rank.
    """

    def __init__(self, process: subprocess.Popen[str], folder: Path, said: Path) -> None:
        self.process, self.folder, self._said = process, folder, said
        self._spent: dict[int, float] = {}
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def ranks(self) -> dict[int, int]:
        """Process by rank: the child of the guard that watches it."""
        found: dict[int, tuple[int, int]] = {}
        for place in Path("/proc").iterdir():
            if place.name.isdigit():
                with suppress(OSError):
                    if str(self.folder).encode() not in (place / "cmdline").read_bytes().split(b"\0"):
                        continue
                    rank = re.search(rb"(?:^|\0)PMI_RANK=(\d+)", (place / "environ").read_bytes())
                    if rank is not None:
                        found[int(place.name)] = (int(rank[1]), int(_stat(place)[1]))
        return {rank: pid for pid, (rank, parent) in found.items() if parent in found}

    def rank(self, number: int) -> int:
        made: int = wait_for(lambda: self.ranks().get(number), 60, f"rank {number}")
        return made

    def result(self) -> dict[str, Any] | None:
        """What lies in the folder; None where nothing does."""
        try:
            made: dict[str, Any] = json.loads((self.folder / "result.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return made

    def has_plan(self) -> bool:
        found = self.result()
        return found is not None and bool(found["feasible"])

    def until_a_plan(self, seconds: float = 240.0) -> None:
        wait_for(lambda: self.has_plan() or self.process.poll() is not None, seconds, "the first plan")
        if self.process.poll() is not None:
            raise Failed(f"ended with {self.process.returncode} before it was hurt: {self.said()[-300:]}")

    def send(self, number: int, ranks: Sequence[int]) -> None:
        here = self.ranks()
        for rank in ranks:
            os.kill(here[rank], number)

    def end(self, seconds: float) -> int:
        """Exit code of the launcher."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"not over after {seconds:.0f} s") from None

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8", errors="replace")

    def spent(self) -> dict[int, float]:
        """Processor seconds by process, the last that was seen."""
        return dict(self._spent)

    def close(self) -> None:
        """End whatever is left."""
        self._over.set()
        for pid in self.ranks().values():
            with suppress(OSError):
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGKILL)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)

    def _watch(self) -> None:
        known: dict[int, int] = {}
        while not self._over.wait(0.2):
            if len(known) < 2 or self._over.is_set():
                known = self.ranks()
            for pid in known.values():
                with suppress(OSError, IndexError):
                    stat = _stat(Path(f"/proc/{pid}"))
                    self._spent[pid] = (int(stat[11]) + int(stat[12])) / _TICKS


def _stat(place: Path) -> list[str]:
    """Fields of ``/proc/PID/stat`` behind the name: state, parent, ..., user and system ticks at 11 and 12."""
    return (place / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()


@contextmanager
def launched(
    launcher: Sequence[str], arguments: Sequence[str], folder: Path, env: Mapping[str, str] | None = None
) -> Iterator[Started]:
    """Start a command of ``python`` under a launcher; whatever is left at the end is killed."""
    with tempfile.TemporaryDirectory() as place:
        said = Path(place) / "said"
        with said.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                [*launcher, sys.executable, *arguments],
                stdout=out,
                stderr=out,
                text=True,
                env={**os.environ, **(env or {})},
            )
        run = Started(process, folder, said)
        try:
            yield run
        finally:
            run.close()


@contextmanager
def small_disk(folder: Path, size: str = "2m", *, read_only: bool = False) -> Iterator[Path]:
    """A disk of its own below a folder (needs root); it goes away in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={size}" + (",ro" if read_only else "")
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)
