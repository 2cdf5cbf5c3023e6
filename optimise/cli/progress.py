"""Progress on standard error: one live line on a terminal, timestamped lines elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from optimise.core.method import Progress
from optimise.core.result import Bounds

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["Lines", "Live", "Reporter", "amount", "percent", "reporter"]

_QUIET_SECONDS = 5.0  # between lines that bring no better plan


def amount(value: float) -> str:
    """A cost or bound for people: ``607``, ``606.4``, ``-`` when unknown."""
    if not math.isfinite(value):
        return "-"
    if abs(value - round(value)) < 1e-9:
        return f"{round(value)}"
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.1f}"


def percent(gap: float) -> str:
    if not math.isfinite(gap):
        return "-"
    return f"{100 * gap:.2f} %"


def line(p: Progress) -> str:
    gap = percent(Bounds(p.primal, p.dual).gap)
    return f"cost {amount(p.primal):>9}   bound {amount(p.dual):>9}   gap {gap:>9}   {p.event}".rstrip()


class Reporter:
    """Says nothing; the base of those that do."""

    def show(self, progress: Progress) -> None: ...

    def say(self, text: str) -> None: ...


class Lines(Reporter):
    """Timestamped lines for log files: every better plan, otherwise one now and then."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.best, self.last = out, math.inf, -math.inf

    def show(self, progress: Progress) -> None:
        if not (math.isfinite(progress.primal) or math.isfinite(progress.dual)):
            return
        better = progress.primal < self.best
        if better or progress.seconds - self.last >= _QUIET_SECONDS:
            self.best, self.last = min(self.best, progress.primal), progress.seconds
            self.say(f"{progress.seconds:8.1f} s   {line(progress)}")

    def say(self, text: str) -> None:
        print(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}", file=self.out, flush=True)


class Live(Reporter):
    """One line that follows the search."""

    def __init__(self, console: object) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        assert isinstance(console, Console)
        self.console = console
        self.began, self.latest = time.perf_counter(), "starting"
        self.live = RichLive(get_renderable=self._line, console=console, refresh_per_second=4, transient=True)

    def _line(self) -> Text:  # called by rich's refresh thread
        from rich.text import Text

        return Text(f"{time.perf_counter() - self.began:7.1f} s   {self.latest}")

    def show(self, progress: Progress) -> None:
        self.latest = line(progress)

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False)


@contextmanager
def reporter(*, quiet: bool, rank: int = 0) -> Iterator[Reporter]:
    """The reporter that suits standard error; silent with ``quiet`` and on ranks above 0."""
    if quiet or rank > 0:
        yield Reporter()
    elif not sys.stderr.isatty():
        yield Lines(sys.stderr)
    else:
        from rich.console import Console

        made = Live(Console(stderr=True))
        with made.live:
            yield made
