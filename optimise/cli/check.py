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
    if as_json:
        from optimise.core.serialise import evaluation_object

        facts = {"instance": problem.name, "family": problem.family, "kind": problem.kind, "plan": str(plan)}
        print(json.dumps({**facts, **evaluation_object(found)}, indent=1))
    else:
        from optimise.cli.show import show_evaluation

        show_evaluation(found, problem, every=every)
    raise typer.Exit(0 if found.feasible else 1)
