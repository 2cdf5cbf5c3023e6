"""``wardwise convert``, ``template``, ``generate`` and ``schema``: files in, files out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Mixing, Weeks, load, load_plan
from optimise.errors import InputError, UnsupportedError, WardwiseError

__all__ = ["convert", "generate", "schema", "template"]


def convert(
    instance: Instance,
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="File or folder to write.")],
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="Format to write, see 'wardwise formats'.")],
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="PLAN", help="Convert this plan of INSTANCE instead.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    format: FormatOption = None,
    history: History = None,
    weeks: Weeks = None,
    mixing: Mixing = None,
) -> None:
    """Write INSTANCE, or with --plan a plan for it, in another format."""
    from optimise.io.base import get_format, write_plan

    target = get_format(to)
    if not force:
        _refuse_existing(output)
    problem, _ = load(instance, format=format, history=history, weeks=weeks, mixing=mixing)
    if target.kind != problem.kind:
        raise UnsupportedError(f"format {to!r} holds {target.kind} instances, this is a {problem.kind} instance")
    if plan is not None:
        stem = output.with_suffix("") if output.suffix else output
        written = write_plan(load_plan(plan, problem), problem, stem, format=to)
    else:
        write = getattr(target, "write", None)
        if write is None:
            raise UnsupportedError(f"format {to!r} writes plans, not instances")
        made = write(problem, output)
        written = [output] if made is None else made
    for path in written:
        print(path)


def template(
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="ward.xlsx, or a folder for CSV files.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write an empty ward, with examples and validation, to fill in."""
    from optimise.io.table import write_template

    if not force:
        _refuse_existing(output)
    write_template(output)
    print(output)


def generate(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="ward or hospital.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write.")],
    size: Annotated[
        int, typer.Option("--size", "--staff", metavar="N", help="Staff of a ward, or patients of a hospital.")
    ] = 30,
    weeks: Annotated[int, typer.Option("--weeks", metavar="W", help="Weeks to plan.")] = 4,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed makes the same file.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Make up a realistic ward or hospital of a given size."""
    if not force:
        _refuse_existing(output)
    if kind == "ward":
        from optimise.generate import ward
        from optimise.io.native import write_ward

        write_ward(ward(size, weeks, seed), output)
    elif kind == "hospital":
        from optimise.generate.hospitals import write_hospital

        write_hospital(output, patients=size, days=7 * weeks, seed=seed)
    else:
        raise WardwiseError(f"cannot make a {kind!r}; ward or hospital")
    print(output)


def schema() -> None:
    """Print the JSON Schema of the native ward format."""
    from optimise.io.native import schema_text

    sys.stdout.write(schema_text())


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise InputError("exists already; --force replaces it", file=path)
