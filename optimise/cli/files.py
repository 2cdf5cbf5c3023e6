"""``wardwise convert``, ``template``, ``generate`` and ``schema``: files in, files out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Mixing, Weeks, load, load_plan
from optimise.core.atomic import replacing
from optimise.core.errors import InputError, UnsupportedError, WardwiseError

__all__ = ["convert", "generate", "schema", "template"]

_MODELS = ("mps", "lp")


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
    """Write INSTANCE, or with --plan a plan for it, in another format; --to mps or lp writes its whole model."""
    from optimise.formats.base import get_format

    if to not in _MODELS:
        get_format(to)  # an unknown name is told before anything is read
    if not force:
        _refuse_existing(output)
    problem, _ = load(instance, format=format, history=history, weeks=weeks, mixing=mixing)
    if to in _MODELS:
        written = [_write_model(problem, output, to)]
    elif get_format(to).kind != problem.kind:
        raise UnsupportedError(f"format {to!r} holds {get_format(to).kind} instances, this is a {problem.kind} one")
    elif plan is not None:
        from optimise.formats.base import write_plan

        stem = output.with_suffix("") if output.suffix else output
        written = write_plan(load_plan(plan, problem), problem, stem, format=to)
    else:
        written = _write_instance(problem, output, to)
    for path in written:
        print(path)


def _write_instance(problem: Any, output: Path, to: str) -> list[Path]:
    """Write an instance with the format's own writer, where it has one."""
    from optimise.formats.base import get_format

    if to == "native":
        from optimise.roster.formats.native import write_ward
        from optimise.roster.formats.table import ward_of

        return [write_ward(ward_of(problem), output)]
    write = getattr(get_format(to), "write", None)
    if write is None:
        raise UnsupportedError(f"format {to!r} writes plans, not instances")
    made: list[Path] = write(problem, output)
    return made


def _write_model(problem: Any, output: Path, to: str) -> Path:
    """Write the whole model, with names that match the rules, for any other solver."""
    from optimise.solvers.pyomo_bridge import pyomo_model

    model = pyomo_model(problem)
    with replacing(output.absolute()) as temporary:
        model.write(str(temporary), io_options={"symbolic_solver_labels": True})
    return output


def template(
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="ward.xlsx, or a folder for CSV files.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write an empty ward, with examples and validation, to fill in."""
    from optimise.roster.formats.table import template as write_template

    if not force:
        _refuse_existing(output)
    print(write_template(output))


def generate(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="ward, hospital, demand, capacity or region (a folder).")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write.")],
    size: Annotated[
        int | None,
        typer.Option(
            "--size",
            "--staff",
            metavar="N",
            help="Staff of a ward (30), patients of a hospital (120), or scenarios of a capacity problem (50).",
        ),
    ] = None,
    weeks: Annotated[
        int | None,
        typer.Option(
            "--weeks", metavar="W", help="Weeks to plan: 4 for a ward, 2 for a hospital, 1 for a capacity problem."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed makes the same file.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Make up a realistic ward, hospital, two-stage capacity problem or region of a given size."""
    if not force:
        _refuse_existing(output)
    if kind == "ward":
        from optimise.generate import ward
        from optimise.roster.formats.native import write_ward

        written = [write_ward(ward(size or 30, weeks or 4, seed), output)]
    elif kind == "hospital":
        from optimise.generate.hospitals import write_hospital

        written = write_hospital(output, patients=size or 120, days=7 * (weeks or 2), seed=seed)
    elif kind == "capacity":
        from optimise.capacity.formats.capacity import write_capacity
        from optimise.generate.capacity import capacity

        written = write_capacity(capacity(size or 50, 7 * (weeks or 1), seed=seed), output)
    elif kind == "demand":
        from optimise.demand.synthetic import write

        written = [write(output, beds=size or 600, weeks=weeks or 52, seed=seed)]
    elif kind == "region":
        from optimise.capacity.formats.region import write_region
        from optimise.generate.region import region

        made, trusts = region(seed=seed, scenarios=size or 50, days=7 * (weeks or 1))
        supply = dict(zip(made.units, made.supply, strict=True))
        written = write_region(output, made.name, supply, trusts)
    else:
        raise WardwiseError(f"cannot make a {kind!r}; ward, hospital, demand, capacity or region")
    for path in written:
        print(path)


def schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="[KIND]",
            help="ward, hospital, capacity, region; hospital-plan, capacity-plan, region-plan; result (result.json), "
            "checkpoint, search and cuts (parts of a checkpoint), cell (a run of a study), job (job.json), trace.",
        ),
    ] = "ward",
) -> None:
    """Print the JSON Schema of a native format, or of a file that Wardwise keeps for itself."""
    from optimise import formats as io

    folder = Path(io.__file__).parent / "schema"
    known = {file.stem.rpartition("-")[0]: file for file in sorted(folder.glob("*.json"))}
    if kind not in known:
        raise WardwiseError(f"there is no schema of {kind!r}; {', '.join(known)}")
    sys.stdout.write(known[kind].read_text(encoding="utf-8"))


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise InputError("exists already; --force replaces it", file=path)
