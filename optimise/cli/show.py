"""Results and evaluations as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimise.cli.progress import amount, percent
from optimise.core.kinds import kind_of
from optimise.core.leg import idle_starts
from optimise.core.problem import Problem
from optimise.core.quantities import quantity
from optimise.core.result import Evaluation, Result, Stop, Violation

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["show_evaluation", "show_result", "start_line", "verdict"]

_MOST_VIOLATIONS = 20


def verdict(result: Result) -> str:
    """One sentence: what was found and how good it is known to be."""
    told = result.bounds.hearsay  # the bound, and with it every proof, comes from a file
    if result.stop is Stop.INFEASIBLE:
        return f"No plan exists that keeps every hard rule ({told or 'proven'})."
    if not result.feasible:
        broken = result.evaluation.hard if result.evaluation is not None else 0
        rest = f"; the best attempt breaks hard rules by {amount(broken)}" if broken else ""
        if result.stop is Stop.STUCK:
            return f"No feasible plan was found, and no proof that there is none; no method had more to try{rest}."
        return f"No feasible plan was found within the limits{rest}."
    bounds = result.bounds
    if result.proven:
        return f"Cost {amount(result.cost)}, " + (f"optimal ({told})." if told else "proven optimal.")
    if bounds.gap == float("inf"):
        return f"Cost {amount(result.cost)}; no lower bound is known, so it may be far from the best."
    saved, part = bounds.saving
    share = "" if part is None else f" ({percent(part)})"
    return (
        f"Cost {amount(result.cost)}; no plan costs less than {amount(bounds.dual)}{f' ({told})' if told else ''}, "
        f"so at most {amount(saved)}{share} could be saved."
    )


def start_line(result: Result) -> str:
    """What one start of a job has brought, which is about to be queued again, in a line."""
    legs = result.legs
    idle, last = idle_starts(legs), legs[-1]
    times = "" if idle < 2 else f", as in {idle} starts by now"
    brought = f" Nothing new in this start{times}." if idle else ""
    return f"{verdict(result)}{brought} {last.seconds:.1f} s, with earlier starts {result.stats.seconds:.1f} s"


def show_result(result: Result, problem: Problem) -> None:
    """Print the verdict, the rules that cost something and how the run was made."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    console.print(f"[bold]{escape(problem.name)}[/bold]: {verdict(result)}", soft_wrap=True)
    if result.plan is not None:
        for text in kind_of(problem).headlines(problem, result.plan):
            console.print(text, markup=False, soft_wrap=True)
    for text in result.explanation:
        console.print(f"  {text}", markup=False, soft_wrap=True)
    if result.evaluation is not None:
        unread = any(text.startswith("NOT READ") for text in kind_of(problem).unread(problem))
        console.print(_rules(result.evaluation, only_broken=True, unread=unread))
    facts = result.provenance
    ranks = f"{facts.ranks} rank{'s' if facts.ranks > 1 else ''}"
    console.print(f"{facts.method}, {result.stats.seconds:.1f} s, {ranks}, seed {facts.seed}, stopped: {result.stop}")


def show_evaluation(found: Evaluation, problem: Problem, *, every: bool = False) -> None:
    """Print an evaluation: every rule, then who breaks them and when."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    state = "feasible" if found.feasible else f"NOT feasible: hard rules are broken by {amount(found.hard)}"
    console.print(f"[bold]{escape(problem.name)}[/bold]: cost {amount(found.cost)}, {state}", soft_wrap=True)
    for text in kind_of(problem).unread(problem):
        console.print(f"  {text}", markup=False, soft_wrap=True)
    console.print(_rules(found, only_broken=False))
    worst = sorted(found.violations, key=lambda v: (not v.hard, -v.cost))
    shown = worst if every else worst[:_MOST_VIOLATIONS]
    if shown:
        console.print(_violations(shown))
    if len(shown) < len(worst):
        console.print(f"... and {len(worst) - len(shown)} more (--all lists them)")


def _rules(found: Evaluation, *, only_broken: bool, unread: bool = False) -> Table | str:
    from rich.markup import escape
    from rich.table import Table

    rows = [r for r in found.rules if r.amount or not only_broken]
    if not rows:
        return "every rule that was read is kept" if unread else "every rule is kept"
    table = Table("rule", "kind", box=None, pad_edge=False, header_style="bold")
    table.add_column("amount", justify="right")
    table.add_column("cost", justify="right")
    for r in rows:
        broken = r.hard and r.amount
        table.add_row(
            escape(r.rule),
            "hard" if r.hard else "soft",
            quantity(r.amount, r.unit),
            "" if r.hard else amount(r.cost),
            style="red" if broken else "",
        )
    return table


def _violations(rows: Sequence[Violation]) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table("rule", "what", box=None, pad_edge=False, header_style="bold")
    table.add_column("cost", justify="right")
    for v in rows:
        table.add_row(escape(v.rule), escape(v.message), "hard" if v.hard else amount(v.cost))
    return table
