"""The keeper: best plan, bound and time spent of one run on disk, whatever its method."""

from __future__ import annotations

import logging
import math
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic

from typing_extensions import TypeVar

from optimise.core.checkpoint import SECONDS_BETWEEN, Kept, State, StateFile
from optimise.core.errors import InputError
from optimise.core.kinds import kind_of
from optimise.core.method import Progress
from optimise.core.problem import Problem
from optimise.core.result import Plan
from optimise.core.stored import CheckpointFacts, from_checkpoint, is_run_file
from optimise.formats.base import native_format, read_plan, write_plan
from optimise.formats.json_document import parse

__all__ = ["Keeper"]

#: Plans of a run; any where nothing is said.
L = TypeVar("L", bound=Plan, default=Any)

log = logging.getLogger(__name__)


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
    """

    def __init__(
        self, folder: str | Path, problem: Problem[L], *, resume: bool = False, every: float = SECONDS_BETWEEN
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
        self._began = self._written = time.perf_counter()

    def see(self, progress: Progress) -> None:
        """Take note of a message of the method; written now and then."""
        if progress.plan is not None and progress.primal < self._best[0]:
            self._best = (progress.primal, progress.plan)
        if progress.dual > self._bound:
            self._bound, self._source = progress.dual, "the search, while it went on"
        if time.perf_counter() - self._written >= self.every:
            self.write()

    def close(self, plan: Plan | None, cost: float, bound: float, source: str) -> None:
        """Write the end of the run."""
        if plan is not None and cost < self._best[0]:
            self._best = (cost, plan)
        if bound >= self._bound and source:
            self._bound, self._source = bound, source
        self.write()

    def write(self) -> None:
        now = time.perf_counter()
        facts = {
            "bound": self._bound if math.isfinite(self._bound) else None,
            "bound_source": self._source,
            "seconds": self.before.seconds + now - self._began,
            "plan": None if self._best[1] is None or not self._native else _text(self._best[1], self.problem),
        }
        self.file.write(self.problem.digest(), State(facts, {}))
        self._written = now

    def _resumed(self) -> Kept[L]:
        state = self.file.read(self.problem.digest())
        if state is None:
            return Kept()
        facts = parse(CheckpointFacts, dict(state.facts), state.file)
        plan = None if facts.plan is None else _plan(facts.plan, self.problem, state.file)
        bound = -math.inf if facts.bound is None else facts.bound
        kept = Kept(plan, bound, "" if facts.bound is None else from_checkpoint(facts.bound_source), facts.seconds)
        if plan is not None:
            kept.contradict(self.problem.evaluate(plan), state.file)
        return kept


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
