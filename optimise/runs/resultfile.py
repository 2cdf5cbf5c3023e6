"""A finished run on disk: ``result.json``, the plan in its family's format, the native plan, ``trace.csv``.

``result.json`` is a contract with other programs (see :mod:`optimise.core.serialise`); :func:`read_result` gives
back what was written.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from optimise.core.errors import InputError
from optimise.core.problem import Problem
from optimise.core.result import Result, Trace
from optimise.core.serialise import Source, result_object, result_of, trace_of, trace_text

__all__ = [
    "StoredRun",
    "claim_folder",
    "native_format",
    "read_result",
    "read_run",
    "read_source",
    "write_result",
]

_NATIVE = {"roster": "native", "hospital": "hospital", "capacity": "capacity", "region": "region"}


def read_source(source: Source, override: Path | None = None) -> Problem:
    """Read the instance of a run again, from ``override`` if it has moved."""
    from optimise.formats.base import read

    if override is None and not source.path:
        raise InputError("the run does not say where its instance lies; give --instance")
    problem = read(
        override or source.path,
        format=source.format or None,
        history=source.history,
        weeks=source.weeks,
        **source.extra,
    )
    if not source.replan:
        return problem
    from optimise.replan import replan

    again: Problem = replan(problem, **source.replan).problem
    return again


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What a result folder holds: the result (with its plan), the problem and the files."""

    folder: Path
    result: Result
    problem: Problem
    files: Mapping[str, Any]


# ---------------------------------------------------------------------------------------------- writing


def claim_folder(folder: Path) -> None:
    """Check, before any work, that a run can be written into ``folder``. Creates nothing.

    A folder that holds an earlier run is replaced; one that holds anything else under a name that a run uses
    is refused, so that nothing of the user's is overwritten.
    """
    if folder.is_dir():
        _refuse_foreign(folder)
    elif folder.exists():
        raise InputError("is a file; --output needs a folder", file=folder)
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise InputError("cannot be written to", file=there)


def _refuse_foreign(folder: Path) -> None:
    if (folder / "result.json").exists():
        if _stored(folder) is None:
            raise InputError(
                "exists and was not written by wardwise; nothing was overwritten", file=folder / "result.json"
            )
        return
    for path in sorted(folder.iterdir()):
        if path.name == "trace.csv" or path.name.startswith(("plan", "native-plan")):
            raise InputError("exists and belongs to no wardwise run; nothing was overwritten", file=path)


def native_format(problem: Problem) -> str:
    """Name of our own format for this kind of problem."""
    return _NATIVE[problem.kind]


def _stored(folder: Path) -> dict[str, Any] | None:
    try:
        made = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return made if isinstance(made, dict) and str(made.get("schema", "")).startswith("wardwise-result/") else None


def write_result(result: Result, problem: Problem, folder: str | Path, *, source: Source | None = None) -> list[Path]:
    """Write a run into ``folder`` and return its files, ``result.json`` first.

    Everything is written to a temporary folder beside and then renamed into place, ``result.json`` last: who
    finds it finds the rest too. Files of an earlier run in the same folder that are not written again are removed.
    """
    folder = Path(folder)
    claim_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be created ({error.strerror})", file=folder) from None
    earlier = _stored(folder) or {}
    stage = Path(tempfile.mkdtemp(prefix=".wardwise-", dir=folder))
    try:
        files: dict[str, Any] = {"trace": "trace.csv", "plan": [], "native_plan": []}
        (stage / "trace.csv").write_text(trace_text(result.trace), encoding="utf-8")
        if result.plan is not None:
            files["plan"], files["native_plan"] = _write_plans(result, problem, stage)
        made = result_object(result, problem, source=source, files=files)
        (stage / "result.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        names = sorted((p.name for p in stage.iterdir()), key=lambda name: name == "result.json")
        for name in names:
            os.replace(stage / name, folder / name)
        for name in _listed(earlier) - set(names):
            (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return [folder / name for name in reversed(names)]


def _write_plans(result: Result, problem: Problem, stage: Path) -> tuple[list[str], list[str]]:
    """Names of the files of the plan in the family's and in the native format (the same if those agree)."""
    from optimise.formats.base import write_plan

    assert result.plan is not None
    native = _NATIVE[problem.kind]
    own = [p.name for p in write_plan(result.plan, problem, stage / "plan")]
    if problem.family == native:
        return own, own
    return own, [p.name for p in write_plan(result.plan, problem, stage / "native-plan", format=native)]


def _listed(stored: Mapping[str, Any]) -> set[str]:
    """Plain file names that a stored run lists; anything with a path in it is not ours to touch."""
    files = stored.get("files") or {}
    names = [*(files.get("plan") or []), *(files.get("native_plan") or []), files.get("trace") or ""]
    return {n for n in names if isinstance(n, str) and n and Path(n).name == n}


# ---------------------------------------------------------------------------------------------- reading


def read_result(folder: str | Path) -> Result:
    """Read the result of a finished run, without its plan (which needs the problem: :func:`read_run`)."""
    folder = Path(folder)
    made = _stored(folder)
    file = folder / "result.json"
    if made is None:
        raise InputError("no finished run here (no readable wardwise result.json)", file=file)
    try:
        return result_of(made, _read_trace(folder / "trace.csv"))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"is damaged ({type(error).__name__}: {error})", file=file) from None


def read_run(folder: str | Path, *, instance: str | Path | None = None) -> StoredRun:
    """Read a finished run with its problem and its plan.

    Raises
    ------
    InputError
        If the instance has changed since the run (its digest differs), is not found, or a file is damaged.
    """
    from optimise.formats.base import read_plan

    folder = Path(folder)
    result = read_result(folder)
    stored = _stored(folder) or {}
    known = {f.name for f in fields(Source)}
    source = Source(**{k: v for k, v in (stored.get("source") or {}).items() if k in known})
    try:
        problem = read_source(source, Path(instance) if instance else None)
    except InputError as error:
        if instance is None and source.path and not Path(source.path).exists():
            raise InputError("the instance of this run is gone; give --instance", file=source.path) from error
        raise
    if problem.digest() != result.provenance.digest:
        raise InputError("the instance has changed since the run was made", file=instance or source.path)
    files = stored.get("files") or {}
    names = files.get("native_plan") or []
    if names:
        plan = read_plan(folder / str(names[0]), problem, format=_NATIVE[problem.kind])
        result = replace(result, plan=plan)
    return StoredRun(folder, result, problem, files)


def _read_trace(file: Path) -> Trace:
    if not file.exists():
        return Trace()
    try:
        return trace_of(file.read_text(encoding="utf-8"))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"is damaged ({error})", file=file) from None
