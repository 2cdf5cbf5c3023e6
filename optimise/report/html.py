"""The HTML report: one file, no script, no address of another machine in it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from optimise.capacity.problem import CapacityProblem
from optimise.capacity.region import RegionProblem
from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.drawing.page import Section, stylesheet, templates
from optimise.hospital.problem import HospitalProblem
from optimise.report.capacity import capacity_sections, capacity_sentences, region_sections, region_sentences
from optimise.report.hospital import hospital_page
from optimise.report.roster import roster_page
from optimise.report.svg import bar, trace_chart
from optimise.report.words import Sentence, gap_in_words, hospital_sentences, number, roster_sentences
from optimise.roster.problem import RosterProblem

__all__ = ["html"]

_MOST_VIOLATIONS = 200
_HERE = Path(__file__).parent


def html(result: Result, problem: Problem) -> str:
    """The report as text."""
    environment = templates(_HERE)
    environment.filters["number"] = number
    page: str = environment.get_template("report.html.j2").render(
        css=stylesheet(),
        title=problem.name,
        kind=problem.kind,
        trace=trace_chart(result.trace),
        **{"roster": None, "hospital": None, "sections": [], **_content(result, problem)},
        **_tables(result, problem),
        **_facts(result),
    )
    return page


def _content(result: Result, problem: Problem) -> dict[str, Any]:
    """The part that depends on the kind of problem, and the sentences on top."""
    sentences, page = [gap_in_words(result)], None
    plan: Any = result.plan
    found = result.evaluation
    if isinstance(problem, RosterProblem):
        span = problem.horizon
        subtitle = f"{len(problem.employees)} people, {span.label(0)} to {span.label(span.days - 1)}"
        if plan is not None and found is not None:
            sentences = [*roster_sentences(problem, plan, found), *sentences]
            page = roster_page(problem, plan, found)
        return {"sentences": sentences, "subtitle": subtitle, "roster": page}
    if isinstance(problem, HospitalProblem):
        people, rooms = len(problem.patients), len(problem.rooms.ids)
        subtitle = f"{people} patients, {rooms} rooms, {problem.days} days"
        beds = None
        if plan is not None and found is not None:
            sentences = [*hospital_sentences(problem, plan, found), *sentences]
            beds = hospital_page(problem, plan)
        return {"sentences": sentences, "subtitle": subtitle, "hospital": beds}
    sections: list[Section] = []
    if isinstance(problem, CapacityProblem):
        subtitle = f"{len(problem.wards.ids)} wards, {problem.days} days, {problem.scenarios.count} scenarios of demand"
        if plan is not None and found is not None:
            sentences = [*capacity_sentences(problem, plan, found), *sentences]
            sections = capacity_sections(problem, plan)
        return {"sentences": sentences, "subtitle": subtitle, "sections": sections}
    if isinstance(problem, RegionProblem):
        subtitle = (
            f"{len(problem.trusts)} trusts share {', '.join(problem.units) or 'nothing'} over {problem.days} days"
        )
        if plan is not None and found is not None:
            sentences = [*region_sentences(problem, plan, found), *sentences]
            sections = region_sections(problem, plan)
        return {"sentences": sentences, "subtitle": subtitle, "sections": sections}
    return {"sentences": sentences, "subtitle": ""}


def _tables(result: Result, problem: Problem) -> dict[str, Any]:
    """Rules with their cost, and who breaks them when."""
    found = result.evaluation
    if found is None:
        return {"rules": [], "violations": [], "more_violations": 0}
    most = max((r.cost for r in found.rules), default=0.0)
    rules = [
        {
            "name": r.rule,
            "detail": _meaning(problem, r.rule),
            "hard": r.hard,
            "amount": number(r.amount),
            "cost": "" if r.hard else number(r.cost),
            "bar": "" if r.hard or not r.cost else bar(r.cost, most, tone="bad"),
            "css": ("bad" if r.amount else "kept") if r.hard else ("" if r.amount else "kept"),
        }
        for r in found.rules
    ]
    worst = sorted(found.violations, key=lambda v: (not v.hard, -v.cost))
    return {
        "rules": rules,
        "violations": [
            {"rule": v.rule, "message": v.message, "cost": "must be kept" if v.hard else number(v.cost), "hard": v.hard}
            for v in worst[:_MOST_VIOLATIONS]
        ],
        "more_violations": max(0, len(worst) - _MOST_VIOLATIONS),
    }


def _meaning(problem: Problem, rule: str) -> str:
    """What a rule asks, where its name is not plain words already."""
    if not isinstance(problem, HospitalProblem):
        return ""
    from optimise.hospital.rules import get_rule

    return get_rule(problem, rule).text


def _facts(result: Result) -> dict[str, Any]:
    made, bounds = result.provenance, result.bounds
    ended = {"time": "time limit", "optimal": "optimal" if bounds.hearsay else "proven optimal"}
    facts = [
        ("Cost", number(result.cost) if math.isfinite(result.cost) else "no feasible plan"),
        (
            "Lower bound" if bounds.hearsay else "Proven lower bound",
            f"{number(bounds.dual)} ({bounds.dual_source})" if math.isfinite(bounds.dual) else "none",
        ),
        ("Method", made.method),
        ("Stopped", ended.get(str(result.stop), str(result.stop))),
        ("Time", f"{result.stats.seconds:.1f} s on {made.ranks} rank{'s' if made.ranks != 1 else ''}"),
        ("Seed", str(made.seed)),
        ("Options", ", ".join(f"{k} = {v}" for k, v in made.options.items())),
        ("Versions", ", ".join(f"{k} {v}" for k, v in made.versions.items())),
        ("Machine", made.machine),
        ("Started", made.started),
        ("Instance digest", made.digest),
    ]
    return {
        "facts": [(name, value) for name, value in facts if value],
        "explanation": [Sentence(text, "bad") for text in result.explanation],
    }
