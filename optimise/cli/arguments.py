"""Arguments and options that several commands share, and how they become values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from optimise.core.errors import InputError, WardwiseError

if TYPE_CHECKING:
    from optimise.core.problem import Problem
    from optimise.core.result import Plan
    from optimise.core.serialise import Source

__all__ = ["FormatOption", "History", "Instance", "Json", "Mixing", "Weeks", "load", "load_plan", "pairs"]

L = TypeVar("L", bound="Plan")

Instance = Annotated[
    Path,
    typer.Argument(
        metavar="INSTANCE",
        help="File or folder in a known format, or FOLDER/NAME (for example n030w4_1_6-2-9-1).",
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help="Format of the instance; detected when left out."),
]
History = Annotated[
    str | None,
    typer.Option("--history", metavar="FILE|N", help="INRC-II: history file or its number."),
]
Weeks = Annotated[str | None, typer.Option("--weeks", metavar="6-2-9-1", help="INRC-II: weeks in order.")]
Mixing = Annotated[
    str | None,
    typer.Option("--mixing", metavar="RULE", help="PAS: how a mixed room counts: minority or room."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else, on standard output.")]


def load(
    instance: Path, *, format: str | None, history: str | None, weeks: str | None, mixing: str | None = None
) -> tuple[Problem, Source]:
    """Read an instance and remember where it came from."""
    from optimise.core.serialise import Source
    from optimise.formats.base import detect, read

    extra: dict[str, Any] = {"mixing": mixing} if mixing else {}
    name = format or detect(instance).name
    problem = read(instance, format=name, history=history, weeks=weeks, **extra)
    return problem, Source(str(instance.resolve()), name, history, weeks, extra)


def load_plan(path: Path, problem: Problem[L]) -> L:
    """Read a plan in the family's format or in the native one, whichever the file is in; of a run's folder its own."""
    from optimise.core.kinds import kind_of
    from optimise.formats.base import native_format, read_plan
    from optimise.roster.formats.native_plan import is_native_plan

    if (path / "result.json").is_file():
        own = [path / name for name in ("native-plan.json", "plan.json") if is_native_plan(path / name)]
        if not own and problem.family == kind_of(problem).native:  # there the family's own file is the native one
            own = sorted(path.glob("plan.*"))
        if not own:
            raise InputError("the run has no plan that could be read", file=path)
        path = own[0]
    return read_plan(path, problem, format=native_format(problem) if is_native_plan(path) else None)


def pairs(texts: list[str]) -> dict[str, Any]:
    """``["depth=3", "mixer=ring"]`` as a mapping; values are read as JSON where they are JSON."""
    made: dict[str, Any] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise WardwiseError(f"--option {text!r}: expected key=value")
        try:
            made[key] = json.loads(value)
        except ValueError:
            made[key] = value
    return made
