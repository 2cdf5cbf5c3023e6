"""``wardwise check``: the exact cost of any plan, from the plan alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Json, Mixing, Weeks, load, load_plan

__all__ = ["check"]


def check(
    instance: Instance,
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="Plan file or folder, by whomever it was made.")],
    as_json: Json = False,
    every: Annotated[bool, typer.Option("--all", help="List every broken rule, not only the dearest.")] = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="BEFORE", help="Tell what changes against this plan or run: cost, rules, breaches."),
    ] = None,
    format: FormatOption = None,
    history: History = None,
    weeks: Weeks = None,
    mixing: Mixing = None,
) -> None:
    """Evaluate PLAN for INSTANCE, rule by rule: exit code 0 if it is feasible, 1 if not."""
    from optimise.cli.kernel_cache import kernel_cache

    with kernel_cache():
        problem, _ = load(instance, format=format, history=history, weeks=weeks, mixing=mixing)
        found = problem.evaluate(load_plan(plan, problem))
        before = None if against is None else problem.evaluate(load_plan(against, problem))
    if as_json:
        from optimise.cli.against import against_object
        from optimise.core.serialise import evaluation_object

        facts = {"instance": problem.name, "family": problem.family, "kind": problem.kind, "plan": str(plan)}
        made = {**facts, **evaluation_object(found)}
        if before is not None:
            made["against"] = {"plan": str(against), **against_object(before, found)}
        print(json.dumps(made, indent=1))
    elif before is not None:
        from optimise.cli.against import against_lines

        print("\n".join([f"{problem.name}: {plan} against {against}", *against_lines(before, found, every=every)]))
    else:
        from optimise.cli.show import show_evaluation

        show_evaluation(found, problem, every=every)
    raise typer.Exit(0 if found.feasible else 1)
