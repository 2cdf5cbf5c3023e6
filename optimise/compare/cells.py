"""One cell of a study: a contender on an instance with a seed, run once, kept in one file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import math
import re
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimise.compare.study import Contender, Study
from optimise.core.atomic import write_text
from optimise.core.bounds import rounding
from optimise.core.errors import InputError, WardwiseError
from optimise.core.kinds import kind_of, measured
from optimise.core.method import Limits, Progress, get_method
from optimise.core.problem import Problem
from optimise.core.quantities import finite_or_none
from optimise.core.result import Result, Stop
from optimise.core.stored import CellFile
from optimise.driver import solve
from optimise.formats.json_document import load_json, parse

__all__ = ["StudyCell", "cells_of", "read_cell", "run_cell", "warm_up", "write_cell"]

SCHEMA = "wardwise-cell/2"
_WARM_SECONDS = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StudyCell:
    """A run to be made. ``key`` changes whenever anything changes that could change its result."""

    problem: Problem
    contender: Contender
    seed: int
    threads: int
    key: str

    @property
    def file(self) -> str:
        """Name of its result file: readable, and distinct by the key."""
        parts = (self.problem.name, self.contender.label, str(self.seed), self.key[:12])
        return "--".join(re.sub(r"[^A-Za-z0-9._=-]+", "-", part)[:60] for part in parts) + ".json"


def cells_of(study: Study) -> list[StudyCell]:
    """All runs of a study: every contender on every instance that it supports and the study lets it run on.

    Raises
    ------
    InputError
        For a contender that supports none of its instances.
    """
    made = []
    for contender in study.contenders:
        method = get_method(contender.method)
        chosen = [p for p in study.problems if contender.takes(p) and method.supports(p)]
        if not chosen:
            raise InputError(
                f"method {contender.method!r} works on none of its instances",
                file=study.file,
                item=f"method {contender.label}",
            )
        for problem in chosen:
            digest = problem.digest()
            for seed in contender.seeds:
                facts = {
                    "schema": SCHEMA,
                    "instance": [problem.name, digest],
                    "method": contender.method,
                    "options": dict(contender.options),
                    "seed": seed,
                    "limits": [contender.time_limit, contender.iterations, study.threads],
                }
                text = json.dumps(facts, sort_keys=True, default=str)
                key = hashlib.sha256(text.encode()).hexdigest()
                made.append(StudyCell(problem, contender, seed, study.threads, key))
    return made


class _Stopping:
    """A listener that tells nobody anything and asks the method to stop when it should."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop

    @property
    def stopping(self) -> bool:
        return self._stop()

    def __call__(self, progress: Progress) -> bool:
        return self._stop()


def run_cell(cell: StudyCell, stop: Callable[[], bool] = lambda: False) -> dict[str, Any] | None:
    """Run it and return its facts, all plain values; a run that fails is a fact too, one told to ``stop`` is None."""
    contender = cell.contender
    limits = Limits(contender.time_limit, iterations=contender.iterations, threads=cell.threads)
    row: dict[str, Any] = {
        "schema": SCHEMA,
        "key": cell.key,
        "instance": cell.problem.name,
        "family": cell.problem.family,
        "kind": cell.problem.kind,
        "method": contender.method,
        "seed": cell.seed,
        "options": dict(contender.options),
        "time_limit": contender.time_limit,
        "origin": _origin(cell),
        "optimum": getattr(cell.problem, "optimum", None),
        "optimum_source": getattr(cell.problem, "optimum_source", ""),
        "shape": dict(kind_of(cell.problem).measures(cell.problem)),
    }
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        result = solve(
            cell.problem,
            contender.method,
            limits=limits,
            seed=cell.seed,
            options=contender.options or None,
            listen=_Stopping(stop),
        )
        if stop() and result.stop is Stop.INTERRUPTED:
            return None
        row |= {"status": "done", "message": ""} | _facts(result)
    except WardwiseError as error:  # too large, an extra that is absent, a wrong option
        row |= {"status": "refused", "message": str(error)}
    except Exception as error:
        log.warning("%s on %s failed: %s", contender.label, cell.problem.name, error)
        row |= {"status": "failed", "message": traceback.format_exc(limit=-4)}
    row |= {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return row


def warm_up(cell: StudyCell) -> None:
    """Run a cell briefly and forget the result: kernels are compiled and modules loaded before any clock starts."""
    limits = Limits(_WARM_SECONDS, iterations=1, threads=cell.threads)
    with contextlib.suppress(Exception):  # what fails here fails again, and is told, in the run that counts
        solve(cell.problem, cell.contender.method, limits=limits, options=cell.contender.options or None)


def _facts(result: Result) -> dict[str, Any]:
    best, trace = math.inf, []
    for point in result.trace.points:
        if point.primal < best:
            best = point.primal
            trace.append([point.seconds, point.primal])
    return {
        "stop": str(result.stop),
        "objective": finite_or_none(result.cost),
        "bound": finite_or_none(result.bounds.dual),
        "feasible": result.feasible,
        "solve_seconds": result.stats.seconds,
        "trace": trace,
        "counts": {name: float(value) for name, value in result.stats.counts.items() if math.isfinite(value)},
        "series": {name: list(values) for name, values in result.stats.series.items()},
        "machine": result.provenance.machine,
        "versions": dict(result.provenance.versions),
        "started": result.provenance.started,
    }


def write_cell(cell: StudyCell, row: Mapping[str, object], folder: Path) -> None:
    """Keep the facts; the file appears whole or not at all."""
    write_text(folder / cell.file, json.dumps(row, indent=1) + "\n")


def read_cell(cell: StudyCell, folder: Path, *, failed: bool = False) -> dict[str, Any] | None:
    """Facts of a finished cell with the contender's present label and side; None when it is still to be run.

    A run that failed by a fault of ours counts only when asked for, so that it is run again the next time; one that
    was refused would be refused again.
    """
    file = folder / cell.file
    if not file.exists():
        return None
    try:
        row = load_json(file)
        if not isinstance(row, dict) or row.get("key") != cell.key:
            raise InputError("is no run of this study", file=file)
        _possible(parse(CellFile, row, file), file)
    except InputError as error:
        log.warning("%s; the run is made again", error)
        return None
    if row["status"] not in (("done", "refused", "failed") if failed else ("done", "refused")):
        return None
    return {**row, "label": cell.contender.label, "side": cell.contender.side, "origin": _origin(cell)}


def _origin(cell: StudyCell) -> str:
    """The problem that an instance was cut from; its own name where it is whole."""
    return str(getattr(cell.problem, "origin", "") or cell.problem.name)


def _possible(row: CellFile, file: Path) -> None:
    """Refuse figures that cannot be together; the plan is not kept, so that its cost cannot be evaluated again."""
    if row.status != "done":
        if row.objective is not None or row.bound is not None:
            raise InputError(f"has figures, though it is {row.status}", file=file, item="status")
        return
    if "size" not in row.shape and measured(row.kind):
        raise InputError("is missing", file=file, item="shape.size")
    if (row.objective is not None) != row.feasible:
        raise InputError(f"is {row.objective}, though feasible is {row.feasible}", file=file, item="objective")
    if row.objective is None or row.bound is None:
        return
    if row.bound > row.objective + rounding(row.objective):
        raise InputError(f"is {row.bound:.12g}, above the cost {row.objective:.12g}", file=file, item="bound")
