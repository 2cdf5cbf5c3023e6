"""A result in memory as the object that ``result.json`` holds, with its plan in it; no folder is needed."""

from __future__ import annotations

import json
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from optimise.core.errors import WardwiseError
from optimise.core.kinds import kind_of
from optimise.core.problem import Plannable, Problem, stated
from optimise.core.result import Plan, Result
from optimise.core.serialise import result_object
from optimise.formats.base import write_plan

__all__ = ["plan_object", "result_dict"]


def plan_object(plan: Plan, problem: Problem) -> dict[str, Any] | str:
    """A plan in the native format of its kind of problem.

    Parameters
    ----------
    plan : Plan
    problem : Problem
        What it plans.

    Returns
    -------
    dict or str
        The object of the native file; its text where that format is not JSON (admissions, XML). Kinds without a format
        give the arrays of the plan by name.
    """
    native = kind_of(problem).native
    if native is None:
        arrays = {one.name: np.asarray(getattr(plan, one.name)).tolist() for one in fields(plan)}  # type: ignore[arg-type]
        return {"kind": plan.kind, **arrays}
    with tempfile.TemporaryDirectory(prefix="wardwise-") as place:
        (file,) = write_plan(plan, problem, Path(place) / "native-plan", format=native)
        text = file.read_text(encoding="utf-8")
    if file.suffix != ".json":
        return text
    made: dict[str, Any] = json.loads(text)
    return made


def result_dict(result: Result, document: Problem | Plannable | None = None) -> dict[str, Any]:
    """A result as the published schema says it (``wardwise schema result``).

    Parameters
    ----------
    result : Result
    document : Problem or Plannable, optional
        What was solved, or a document of it. With it the object has ``family``, ``kind`` and the plan as
        ``native_plan``.

    Returns
    -------
    dict
        Of plain values.

    Raises
    ------
    WardwiseError
        If the result is of another problem.
    """
    problem = None if document is None else stated(document)
    made = result_object(result, problem)
    if problem is None:
        return made
    if result.plan is not None and result.plan.kind != problem.kind:
        raise WardwiseError(f"the result has a {result.plan.kind} plan, {problem.name} is a {problem.kind} problem")
    if (digest := result.provenance.digest) and digest != problem.digest():
        raise WardwiseError(f"the result is of another problem than {problem.name}, or of it as it was before a change")
    made["native_plan"] = None if result.plan is None else plan_object(result.plan, problem)
    return made
