"""Results as plain objects: the top-level object of ``result.json`` and back.

The top level says what most callers want (``cost``, ``lower_bound``, ``gap``, ``feasible``, ``stop``,
``seconds``, ``ranks``); numbers that are unknown (no plan, no proven bound) are ``null``.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from optimise.core.csvfile import table_text, unguarded
from optimise.core.leg import Leg
from optimise.core.problem import Problem
from optimise.core.result import (
    Bounds,
    Evaluation,
    Provenance,
    Result,
    RuleCost,
    Stats,
    Stop,
    Trace,
    TracePoint,
    Violation,
)

__all__ = [
    "SCHEMA",
    "Source",
    "evaluation_object",
    "result_object",
    "result_of",
    "trace_of",
    "trace_text",
    "violation_object",
]

SCHEMA = "wardwise-result/1"
_TRACE_COLUMNS = ("seconds", "primal", "dual", "work", "event")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the instance came from, so that it can be read again."""

    path: str = ""
    format: str = ""
    history: str | None = None
    weeks: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    #: How an earlier plan was put into the problem: ``plan``, ``freeze_until``, ``change_cost``, ``days_since``.
    replan: Mapping[str, Any] = field(default_factory=dict)


def _number(value: float) -> float | int | None:
    """A JSON number: whole ones as integers, unknown (infinite) ones as None."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)


def _plain(value: object) -> Any:
    """Anything, as JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if hasattr(value, "item"):
        return _plain(value.item())
    if isinstance(value, float):
        return _number(value)
    return str(value)


def result_object(
    result: Result,
    problem: Problem | None = None,
    *,
    source: Source | None = None,
    files: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """The object of ``result.json``: plain values only, no plan arrays."""
    bounds, found = result.bounds, result.evaluation
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "wardwise": result.provenance.versions.get("wardwise", ""),
        "instance": result.provenance.instance,
        "family": problem.family if problem else None,
        "kind": problem.kind if problem else None,
        "method": result.provenance.method,
        "feasible": result.feasible,
        "stop": str(result.stop),
        "cost": _number(result.cost),
        "lower_bound": _number(bounds.dual),
        "gap": _number(bounds.gap),
        "seconds": round(result.stats.seconds, 3),
        "ranks": result.provenance.ranks,
        "explanation": list(result.explanation),
        "legs": [leg.plain() for leg in result.legs],
        "bounds": {
            "primal": _number(bounds.primal),
            "dual": _number(bounds.dual),
            "primal_source": bounds.primal_source,
            "dual_source": bounds.dual_source,
        },
        "evaluation": None if found is None else evaluation_object(found),
        "stats": {
            "seconds": result.stats.seconds,
            "phases": {name: list(spent) for name, spent in result.stats.phases.items()},
            "counts": _plain(result.stats.counts),
        },
        "provenance": {f.name: _plain(getattr(result.provenance, f.name)) for f in fields(Provenance)},
    }
    if source is not None:
        made["source"] = {f.name: _plain(getattr(source, f.name)) for f in fields(Source)}
    if files is not None:
        made["files"] = _plain(files)
    return made


def violation_object(broken: Violation) -> dict[str, Any]:
    """One broken rule as plain values."""
    return {
        "rule": broken.rule,
        "hard": broken.hard,
        "amount": _number(broken.amount),
        "unit": broken.unit,
        "cost": _number(broken.cost),
        "who": list(broken.who),
        "days": [int(d) for d in broken.days],
        "message": broken.message,
    }


def evaluation_object(found: Evaluation, told: Callable[[Violation], object] = violation_object) -> dict[str, Any]:
    """An evaluation as plain values; also what ``wardwise check --json`` prints.

    Parameters
    ----------
    found : Evaluation
    told : callable, optional
        Gives what stands for a broken rule.

    Returns
    -------
    dict
    """
    return {
        "feasible": found.feasible,
        "cost": _number(found.cost),
        "hard": _number(found.hard),
        "rules": [
            {"rule": r.rule, "hard": r.hard, "amount": _number(r.amount), "unit": r.unit, "cost": _number(r.cost)}
            for r in found.rules
        ],
        "violations": [told(v) for v in found.violations],
    }


def trace_text(trace: Trace) -> str:
    """The trace as CSV; unknown values are ``inf`` and ``-inf``, which every CSV reader of numbers knows."""
    return table_text(trace.rows(), _TRACE_COLUMNS)


def _known(value: float | int | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)


def result_of(made: Mapping[str, Any], trace: Trace) -> Result:
    bounds, stats, found = made["bounds"], made["stats"], made["evaluation"]
    return Result(
        plan=None,
        stop=Stop(made["stop"]),
        bounds=Bounds(
            _known(bounds["primal"], math.inf),
            _known(bounds["dual"], -math.inf),
            bounds["primal_source"],
            bounds["dual_source"],
        ),
        evaluation=None if found is None else _evaluation_of(found),
        trace=trace,
        stats=Stats(stats["seconds"], {k: tuple(v) for k, v in stats["phases"].items()}, dict(stats["counts"])),
        provenance=Provenance(**made["provenance"]),
        explanation=tuple(made["explanation"]),
        legs=tuple(map(Leg.read, made.get("legs", ()))),
    )


def _evaluation_of(found: Mapping[str, Any]) -> Evaluation:
    return Evaluation(
        cost=_known(found["cost"], math.inf),
        hard=_known(found["hard"], math.inf),
        rules=tuple(
            RuleCost(r["rule"], r["hard"], _known(r["amount"], math.inf), _known(r["cost"], math.inf), _unit(r))
            for r in found["rules"]
        ),
        violations=tuple(
            Violation(
                v["rule"],
                v["hard"],
                _known(v["amount"], math.inf),
                _known(v["cost"], math.inf),
                tuple(v["who"]),
                tuple(v["days"]),
                v["message"],
                _unit(v),
            )
            for v in found["violations"]
        ),
    )


def _unit(made: Mapping[str, object]) -> str:
    """What an amount counts; runs written before units were kept have none."""
    return str(made.get("unit", ""))


def trace_of(text: str) -> Trace:
    """Read what :func:`trace_text` wrote; raises ``ValueError`` or ``KeyError`` for anything else."""
    points: list[TracePoint] = []
    for row in csv.DictReader(io.StringIO(text)):
        seconds, primal, dual, work = (float(row[name]) for name in _TRACE_COLUMNS[:-1])
        if not math.isfinite(seconds + work) or math.isnan(primal) or math.isnan(dual) or row["event"] is None:
            raise ValueError(f"line {len(points) + 2} is not whole")
        points.append(TracePoint(seconds, primal, dual, work, unguarded(row["event"])))
    return Trace(tuple(points))
