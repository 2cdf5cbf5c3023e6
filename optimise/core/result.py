"""What a solve gives back: plan, why it stopped, bounds with their sources, evaluation, trace, stats, provenance.

Everything is frozen and plain, so that a result can be pickled, sent over MPI and written to JSON. Costs are
minimised; a lower bound that nobody proved is ``-inf`` and a cost without a plan is ``+inf``.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, runtime_checkable

from typing_extensions import TypeVar

from optimise.core.bounds import FROM_CHECKPOINT, PROVEN_BY_RUN, STATED, TOLERANCE, Bounds
from optimise.core.brief import brief
from optimise.core.leg import Leg
from optimise.core.notebook import facts, paragraphs, table
from optimise.core.quantities import number, quantity

__all__ = [
    "FROM_CHECKPOINT",
    "PROVEN_BY_RUN",
    "STATED",
    "TOLERANCE",
    "Bounds",
    "DocumentLike",
    "Evaluation",
    "Identified",
    "Plan",
    "Provenance",
    "Result",
    "RuleCost",
    "Stats",
    "Stop",
    "Trace",
    "TracePoint",
    "Violation",
]


#: Rules and reasons told in a summary, and rules shown in a notebook.
_MOST_TOLD, _MOST_ROWS = 5, 30


class Stop(StrEnum):
    """Why a method stopped (apart from what it found)."""

    OPTIMAL = "optimal"  # gap closed to the tolerance
    GAP = "gap"  # the gap that was asked for is reached
    TIME = "time"
    ITERATIONS = "iterations"  # a work limit: nodes, iterations, rounds
    INFEASIBLE = "infeasible"  # proven: no plan exists
    INTERRUPTED = "interrupted"  # a signal or the listener asked to stop
    STUCK = "stuck"  # the search came to its end with time left, without a plan and without a proof that there is none
    ERROR = "error"


@runtime_checkable
class Plan(Protocol):
    """Any plan: a roster, a bed plan or a hospital plan. Plans are frozen and hold NumPy arrays."""

    @property
    def kind(self) -> str: ...


class Identified(Protocol):
    """What a result needs to know of its problem; every :class:`~optimise.core.problem.Problem` has it."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    def digest(self) -> str: ...


class DocumentLike(Protocol):
    """What states a problem; every :class:`~optimise.core.problem.Plannable` does."""

    def problem(self) -> Identified: ...


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: who, when, by how much.

    Attributes
    ----------
    rule : str
        Name of the rule, as in :attr:`RuleCost.rule`.
    hard : bool
        Whether the plan is unusable because of it.
    amount : float
        By how much, in the rule's own unit (people, minutes, days, ...).
    cost : float
        Weight times amount for a soft rule, 0 for a hard one.
    who : tuple of str
        Ids of the people (staff or patients) or rooms concerned; may be empty.
    days : tuple of int
        0-based days of the horizon.
    message : str
        One sentence for the planner.
    unit : str
        What ``amount`` counts: a plural noun such as ``people``, ``minutes``, ``1/4 people``; see
        :func:`optimise.core.quantities.quantity`.
    """

    rule: str
    hard: bool
    amount: float
    cost: float
    who: tuple[str, ...]
    days: tuple[int, ...]
    message: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RuleCost:
    """Total of one rule over the plan. ``cost`` is 0 for hard rules; ``unit`` is what ``amount`` counts."""

    rule: str
    hard: bool
    amount: float
    cost: float
    unit: str = ""


@brief
@dataclass(frozen=True, slots=True)
class Evaluation:
    """Exact cost of a plan, recomputed from the plan alone.

    Attributes
    ----------
    cost : float
        Sum of the soft costs (meaningful for ranking only when ``feasible``).
    hard : float
        Total amount by which hard rules are broken.
    rules : tuple of RuleCost
        Every rule of the problem in its order, also those with amount 0.
    violations : tuple of Violation
        Each broken rule by person and day.
    """

    cost: float
    hard: float
    rules: tuple[RuleCost, ...]
    violations: tuple[Violation, ...] = ()

    def penalised(self, price: float) -> float:
        """Cost with a price for each unit by which hard rules are broken: what searches through such plans minimise.

        Parameters
        ----------
        price : float

        Returns
        -------
        float
        """
        return self.cost + price * self.hard

    @property
    def feasible(self) -> bool:
        return self.hard == 0

    def by_rule(self) -> dict[str, float]:
        """Amount by rule name."""
        return {r.rule: r.amount for r in self.rules}

    def _repr_html_(self) -> str:
        rows = [
            (r.rule, "hard" if r.hard else "soft", quantity(r.amount, r.unit), "" if r.hard else r.cost)
            for r in sorted(self.rules, key=lambda r: (not (r.hard and r.amount), -r.cost))
            if r.amount
        ]
        if not rows:
            return paragraphs(["every rule is kept"])
        more = paragraphs([f"and {len(rows) - _MOST_ROWS} more"]) if len(rows) > _MOST_ROWS else ""
        return table(("rule", "kind", "amount", "cost"), rows[:_MOST_ROWS]) + more


@dataclass(frozen=True, slots=True)
class TracePoint:
    """Incumbent and bound at a moment, with the work done until then."""

    seconds: float
    primal: float
    dual: float
    work: float = 0.0
    event: str = ""


@brief
@dataclass(frozen=True, slots=True)
class Trace:
    points: tuple[TracePoint, ...] = ()

    def rows(self) -> list[dict[str, float | str]]:
        return [
            {"seconds": p.seconds, "primal": p.primal, "dual": p.dual, "work": p.work, "event": p.event}
            for p in self.points
        ]


@brief
@dataclass(frozen=True, slots=True)
class Stats:
    """Where the time went. ``phases`` maps a phase name to seconds for each rank; ``series`` holds numbers for
    pictures (an angle landscape, say) and is not written to ``result.json``."""

    seconds: float = 0.0
    phases: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    counts: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is needed to repeat the run."""

    method: str = ""
    seed: int = 0
    ranks: int = 1
    threads: int = 1
    options: Mapping[str, object] = field(default_factory=dict)
    instance: str = ""
    digest: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: str = ""
    started: str = ""


#: The plan of a problem, where anything gives one; any plan where nothing is said.
L_co = TypeVar("L_co", bound=Plan, covariant=True, default=Any)


@brief
@dataclass(frozen=True, slots=True)
class Result(Generic[L_co]):
    """Outcome of :func:`optimise.solve`, with the plan of the problem that was solved.

    ``explanation`` holds, for an infeasible problem, the conflicting rules in the planner's words and the
    cheapest set of rules to relax. ``legs`` are the starts of the program on the way here: one, or several where a
    job was queued again; ``trace`` and ``stats.seconds`` count over all of them.
    """

    plan: L_co | None
    stop: Stop
    bounds: Bounds
    evaluation: Evaluation | None = None
    trace: Trace = Trace()
    stats: Stats = Stats()
    provenance: Provenance = Provenance()
    explanation: tuple[str, ...] = ()
    legs: tuple[Leg, ...] = ()

    @property
    def cost(self) -> float:
        return self.evaluation.cost if self.evaluation is not None and self.evaluation.feasible else math.inf

    @property
    def feasible(self) -> bool:
        return self.evaluation is not None and self.evaluation.feasible

    @property
    def proven(self) -> bool:
        """Whether the plan is proven to be the cheapest: what every sentence, table and tick goes by."""
        return self.feasible and Bounds(self.cost, self.bounds.dual).closed

    def to_dict(self, problem: Identified | DocumentLike | None = None) -> dict[str, Any]:
        """This result as plain values, unknown ones None, by the published schema (``wardwise schema result``).

        Parameters
        ----------
        problem : Problem or Plannable, optional
            What was solved, or a document of it. With it the plan is there too, as ``native_plan``: the native file,
            text where not JSON.

        Returns
        -------
        dict

        Raises
        ------
        WardwiseError
            If it is of another problem.
        """
        return dict(importlib.import_module("optimise.runs.plain").result_dict(self, problem))

    def to_json(self, problem: Identified | DocumentLike | None = None) -> str:
        """What :meth:`to_dict` gives, as JSON on one line.

        Parameters
        ----------
        problem : Problem or Plannable, optional

        Returns
        -------
        str
        """
        return json.dumps(self.to_dict(problem), ensure_ascii=False)

    def summary(self) -> str:
        """What came out, in a few lines: cost, bound, why it stopped, and the rules that cost most."""
        made, gap = self.provenance, self.bounds.gap
        head = f"{made.instance or 'problem'}: " + (
            f"a plan of cost {number(self.cost)}" if self.feasible else "no plan"
        )
        lines = [f"{head}, {made.method or 'some method'} stopped by {self.stop} after {self.stats.seconds:.1f} s"]
        if self.proven:
            lines.append("no plan costs less" + (f" ({self.bounds.hearsay})" if self.bounds.hearsay else ""))
        elif math.isfinite(self.bounds.dual):
            share = f", gap {100 * gap:.2f} %" if math.isfinite(gap) else ""
            lines.append(f"lower bound {number(self.bounds.dual)} ({self.bounds.dual_source}){share}")
        elif self.stop is not Stop.INFEASIBLE:
            lines.append("lower bound unknown")
        if self.evaluation is not None:
            broken = sorted((r for r in self.evaluation.rules if r.amount), key=lambda r: (not r.hard, -r.cost))
            told = (f"{r.rule} ({'hard' if r.hard else number(r.cost)})" for r in broken[:_MOST_TOLD])
            more = f" and {len(broken) - _MOST_TOLD} more" if len(broken) > _MOST_TOLD else ""
            lines.append(f"broken: {', '.join(told)}{more}" if broken else "every rule is kept")
        left = len(self.explanation) - _MOST_TOLD
        return "\n".join([*lines, *self.explanation[:_MOST_TOLD], *([f"and {left} more"] if left > 0 else [])])

    def _repr_html_(self) -> str:
        gap = self.bounds.gap
        shown = [
            ("cost", self.cost),
            ("lower bound", self.bounds.dual),
            ("gap", f"{100 * gap:.2f} %" if math.isfinite(gap) else "unknown"),
            ("stopped", str(self.stop)),
            ("method", self.provenance.method),
            ("seconds", self.stats.seconds),
        ]
        found = self.evaluation._repr_html_() if self.evaluation is not None else ""
        return facts(self.provenance.instance, shown) + paragraphs(self.explanation) + found
