"""A finished run on disk: ``result.json``, the plan in its family's format, the native plan, ``trace.csv``.

``result.json`` is a contract with other programs (see :mod:`optimise.core.serialise` and :mod:`optimise.core.stored`).
Nothing that it says is taken on trust: the plan is evaluated again, what differs is refused, and a bound, which only
its run could prove, is said to be its run's where instance and trace fit, and else to be read from the file.
"""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from optimise.core.atomic import make_folder, write_text
from optimise.core.bounds import rounding, same_cost
from optimise.core.errors import InputError
from optimise.core.given import typed_call
from optimise.core.kinds import fitted, kind_of
from optimise.core.problem import Plannable, Problem
from optimise.core.problem import stated as problem_of
from optimise.core.result import FROM_CHECKPOINT, Evaluation, Plan, Result, Stop, Trace
from optimise.core.serialise import Source, result_object, result_of, trace_of, trace_text
from optimise.core.stored import ResultFile, is_run_file, proven_by_run, stated
from optimise.formats.base import native_format, read, read_plan, read_text, write_plan
from optimise.formats.json_document import load_json, parse
from optimise.replan import Change, Replanning, changes, replan
from optimise.roster.formats.native_plan import is_native_plan

__all__ = ["StoredRun", "claim_folder", "read_result", "read_run", "write_result"]

#: Seconds that may lie between the files of one run.
_MOMENT = 2.0


def _task(source: Source, override: Path | None) -> tuple[Problem, Replanning | None]:
    """The problem of a run, and the earlier plan in it where the run planned again."""
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
        return problem, None
    task = replan(problem, **source.replan)
    return task.problem, task


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What a result folder holds: the result (with its plan), the problem and the files; of a run that planned again
    also what changed against the earlier plan.
    """

    folder: Path
    result: Result
    problem: Problem
    files: Mapping[str, Any]
    changes: tuple[Change, ...] | None = None


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


def _stored(folder: Path) -> dict[str, Any] | None:
    """The object of a ``result.json`` that says it is ours, however damaged; None otherwise."""
    try:
        made = load_json(folder / "result.json")
    except InputError:
        return None
    return made if isinstance(made, dict) and str(made.get("schema", "")).startswith("wardwise-result/") else None


@typed_call
def write_result(
    result: Result, problem: Problem | Plannable, folder: str | Path, *, source: Source | None = None
) -> list[Path]:
    """Write a run into ``folder`` and return its files, ``result.json`` first.

    Everything is written to a temporary folder beside and then renamed into place, ``result.json`` last: who
    finds it finds the rest too. Files of an earlier run in the same folder that are not written again are removed.

    Parameters
    ----------
    result : Result
        The run.
    problem : Problem or Plannable
        What was solved, or a document of it.
    folder : path
        Made where it is not there.
    source : Source, optional
        Where the instance was read from, so that the run can be read again.

    Returns
    -------
    list of Path
        ``result.json`` first.

    Raises
    ------
    InputError
        If the folder holds files of others, or cannot be written.
    """
    folder, problem = Path(folder), problem_of(problem)
    if result.plan is not None:
        fitted(problem, result.plan, "result.plan")
    claim_folder(folder)
    try:
        make_folder(folder)
    except OSError as error:
        raise InputError(f"cannot be created ({error.strerror})", file=folder) from None
    earlier = _stored(folder) or {}
    stage = Path(tempfile.mkdtemp(prefix=".wardwise-", dir=folder))
    try:
        files: dict[str, Any] = {"trace": "trace.csv", "plan": [], "native_plan": []}
        write_text(stage / "trace.csv", trace_text(result.trace))
        if result.plan is not None:
            files["plan"], files["native_plan"] = _write_plans(result, problem, stage)
        made = result_object(result, problem, source=source, files=files)
        write_text(stage / "result.json", json.dumps(made, indent=1) + "\n")
        names = sorted((p.name for p in stage.iterdir()), key=lambda name: name == "result.json")
        for name in names:
            os.replace(stage / name, folder / name)
        for name in _listed(earlier) - set(names):
            if (folder / name).is_file() and not (folder / name).is_symlink():
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", file=error.filename or folder) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return [folder / name for name in reversed(names)]


def _write_plans(result: Result, problem: Problem, stage: Path) -> tuple[list[str], list[str]]:
    """Names of the files of the plan in the family's and in the native format (the same if those agree)."""
    assert result.plan is not None
    native = native_format(problem)
    own = [p.name for p in write_plan(result.plan, problem, stage / "plan")]
    if problem.family == native:
        return own, own
    return own, [p.name for p in write_plan(result.plan, problem, stage / "native-plan", format=native)]


def _listed(stored: Mapping[str, object]) -> set[str]:
    """Names that a stored run lists and that a run could have written; whatever else it lists is not ours to touch."""
    files = stored.get("files")
    if not isinstance(files, dict):
        return set()
    names = [files.get("trace")]
    for key in ("plan", "native_plan"):
        listed = files.get(key)
        names += listed if isinstance(listed, list) else []
    return {n for n in names if isinstance(n, str) and is_run_file(n)}


@typed_call
def read_result(folder: str | Path) -> Result:
    """Read the result of a finished run, without its plan (which needs the problem: :func:`read_run`).

    Its cost could not be evaluated and its bound was not proven here, as the sources of both say.

    Parameters
    ----------
    folder : path
        Folder that ``write_result`` or ``wardwise solve --output`` has made.

    Returns
    -------
    Result
        Without its plan.

    Raises
    ------
    InputError
        If there is none, or it is malformed or contradicts itself, naming the field.
    """
    result, _ = _read(Path(folder))
    return result


def read_run(folder: str | Path, *, instance: str | Path | None = None, plan: str | Path | None = None) -> StoredRun:
    """Read a finished run with its problem and its plan, and evaluate the plan again.

    Parameters
    ----------
    folder : path
        Folder that ``wardwise solve --output`` has made.
    instance : path, optional
        Where the instance lies now, if it has moved.
    plan : path, optional
        A plan to take in place of the run's own, such as that plan changed by hand.

    Returns
    -------
    StoredRun
        With the plan evaluated now.

    Raises
    ------
    InputError
        If the instance has changed since the run (its digest differs) or is not found, a file is damaged, or what
        ``result.json`` says differs from what the plan beside it costs; if the plan's file was changed since the run.
    """
    folder = Path(folder)
    result, stored = _read(folder)
    file = folder / "result.json"
    source = Source() if stored.source is None else Source(**stored.source.model_dump(exclude_unset=True))
    try:
        problem, task = _task(source, Path(instance) if instance else None)
    except InputError as error:
        if instance is None and source.path and not Path(source.path).exists():
            raise InputError("the instance of this run is gone; give --instance", file=source.path) from error
        raise
    if problem.digest() != result.provenance.digest:
        told = "the instance has changed since the run was made; name a copy of the file as it was, or solve again"
        raise InputError(told, file=instance or source.path)
    result = _of_its_run(result)
    names = [] if stored.files is None else stored.files.native_plan
    for name in names:
        if not is_run_file(name):
            raise InputError(f"{name[:60]!r} is no file of a run", file=file, item="files.native_plan")
    if plan is not None:
        given = Path(plan)
        form = native_format(problem) if is_native_plan(given) else None
        result = _by_hand(result, problem, read_plan(given, problem, format=form))
    elif names:
        own = read_plan(folder / names[0], problem, format=native_format(problem))
        _refuse_change(folder, [] if stored.files is None else stored.files.plan, names[0], problem, own)
        result = _evaluated(result, own, problem.evaluate(own), folder, kind_of(problem).evaluated)
    elif result.evaluation is not None:
        raise InputError("no plan is listed, so that what it says of one cannot be evaluated", file=file, item="files")
    files = {} if stored.files is None else stored.files.model_dump()
    if task is None or result.plan is None:
        return StoredRun(folder, result, problem, files)
    return StoredRun(folder, result, problem, files, changes(problem, task.previous, result.plan))


def _read(folder: Path) -> tuple[Result, ResultFile]:
    """What ``result.json`` and the trace say, checked as far as that can be without the instance."""
    file = folder / "result.json"
    try:
        there = file.is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise InputError("no finished run here (no readable wardwise result.json)", file=file)
    made = load_json(file)
    stored = parse(ResultFile, made, file)
    _agree(file, "cost", stored.cost, "bounds.primal", stored.bounds.primal)
    _agree(file, "lower_bound", stored.lower_bound, "bounds.dual", stored.bounds.dual)
    found = stored.evaluation
    if stored.feasible != (found is not None and found.feasible):
        raise InputError(f"is {stored.feasible}, the evaluation says otherwise", file=file, item="feasible")
    if found is not None and found.feasible:
        _agree(file, "cost", stored.cost, "evaluation.cost", found.cost)
    elif stored.cost is not None:
        raise InputError(f"is {stored.cost:g}, but there is no feasible plan", file=file, item="cost")
    result = result_of({**stored.model_dump(by_alias=True)}, _read_trace(folder / "trace.csv"))
    bounds = result.bounds
    _bounded(file, result, bounds.primal)
    primal = "" if result.cost == math.inf else "as stated in result.json, not evaluated here"
    known = math.isfinite(bounds.dual) or result.stop is Stop.INFEASIBLE
    source = stated(bounds.dual_source) if known else bounds.dual_source
    return replace(result, bounds=replace(bounds, primal_source=primal, dual_source=source)), stored


def _of_its_run(result: Result) -> Result:
    """The result with its bound said to be that of its run, where the trace ends with the same one.

    A bound that the run itself had from a checkpoint stays one that is stated: which run proved it is not known.
    """
    bounds, points = result.bounds, result.trace.points
    dual = math.inf if result.stop is Stop.INFEASIBLE else bounds.dual
    try:
        when = datetime.fromisoformat(result.provenance.started).date()
    except ValueError:
        return result
    agrees = bool(points) and dual > -math.inf and same_cost(points[-1].dual, dual)
    if not agrees or bounds.dual_source.startswith(stated(FROM_CHECKPOINT)):
        return result
    return replace(result, bounds=replace(bounds, dual_source=proven_by_run(bounds.dual_source, when)))


def _agree(file: Path, item: str, value: float | None, other: str, said: float | None) -> None:
    """Two fields that mean the same must say the same."""
    if (value is None) != (said is None) or (value is not None and said is not None and not same_cost(value, said)):
        raise InputError(f"is {_shown(value)}, but {other} is {_shown(said)}", file=file, item=item)


def _bounded(file: Path, result: Result, cost: float) -> None:
    """Why it stopped and the bound must be possible beside the cost."""
    dual, stop = result.bounds.dual, result.stop
    slack = rounding(cost)
    if math.isfinite(cost) and dual > cost + slack:
        raise InputError(f"is {dual:.12g}, above the cost {cost:.12g} of the plan", file=file, item="lower_bound")
    if stop is Stop.OPTIMAL and not (math.isfinite(cost) and dual >= cost - slack):
        raise InputError(
            f"is optimal, but the cost is {_shown(cost)} and the lower bound {_shown(dual)}", file=file, item="stop"
        )
    if stop is Stop.INFEASIBLE and math.isfinite(cost):
        raise InputError(f"is infeasible, but there is a plan of cost {cost:.12g}", file=file, item="stop")


def _evaluated(result: Result, plan: Plan, found: Evaluation, folder: Path, told: str) -> Result:
    """The result with what its plan really costs; refused where ``result.json`` says otherwise."""
    file, said = folder / "result.json", result.evaluation
    if said is None:
        raise InputError("is null, but there is a plan", file=file, item="evaluation")
    for item, claimed, true in (
        ("evaluation.hard", said.hard, found.hard),
        ("cost" if found.feasible else "evaluation.cost", said.cost, found.cost),
    ):
        if not same_cost(claimed, true):
            text = f"says {_shown(claimed)}, the plan beside it evaluates to {_shown(true)}; was it changed by hand? "
            text += f"'wardwise report {folder} --plan FILE' shows any plan"
            raise InputError(text, file=file, item=item)
    cost = found.cost if found.feasible else math.inf
    _bounded(file, result, cost)
    if found.feasible:
        for line, point in enumerate(result.trace.points, start=2):
            if point.dual > cost + 1e-4 * max(1.0, abs(cost)):
                text = f"the bound {point.dual:.12g} is above the cost {cost:.12g} of the plan"
                raise InputError(text, file=folder / "trace.csv", line=line)
    bounds = replace(result.bounds, primal=cost, primal_source=told if found.feasible else "")
    return replace(result, plan=plan, evaluation=found, bounds=bounds)


def _by_hand(result: Result, problem: Problem, plan: Plan) -> Result:
    """The result with another plan: evaluated here, the bound as it was, and nothing said of the search's stop."""
    found = problem.evaluate(plan)
    cost = found.cost if found.feasible else math.inf
    bounds = replace(result.bounds, primal=cost, primal_source="plan given by hand" if found.feasible else "")
    stop = Stop.OPTIMAL if bounds.closed else Stop.TIME
    return replace(result, plan=plan, evaluation=found, bounds=bounds, stop=stop, explanation=())


def _refuse_change(folder: Path, files: Sequence[str], native: str, problem: Problem, own: Plan) -> None:
    """Refuse a run of which people have changed the plan's file: what is shown would not be what they see there."""
    file = folder / files[0] if len(files) == 1 and is_run_file(files[0]) else folder / native
    if file == folder / native or not file.is_file():
        return
    if file.stat().st_mtime <= (folder / native).stat().st_mtime + _MOMENT:
        return
    table = kind_of(problem).table
    if table(problem, read_plan(file, problem)).rows != table(problem, own).rows:
        raise InputError(f"was changed since the run; 'wardwise report {folder} --plan {file}' shows it", file=file)


def _shown(value: float | None) -> str:
    return "unknown" if value is None or not math.isfinite(value) else f"{value:.12g}"


def _read_trace(file: Path) -> Trace:
    if not file.exists():
        return Trace()
    try:
        return trace_of(read_text(file))
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise InputError(f"is damaged ({error})", file=file) from None
