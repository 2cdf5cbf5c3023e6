"""``wardwise convert``, ``template``, ``generate`` and ``schema``: files in, files out."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimise.cli.arguments import FormatOption, History, Instance, Mixing, Weeks, load, load_plan
from optimise.core.atomic import replacing
from optimise.core.errors import InputError, UnsupportedError, WardwiseError

if TYPE_CHECKING:
    from optimise.core.problem import Problem

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
    from optimise.core.kinds import get_kind, kind_of
    from optimise.formats.base import get_format

    if to not in _MODELS:
        get_format(to)  # an unknown name is told before anything is read
    if not force:
        _refuse_existing(output)
    problem, _ = load(instance, format=format, history=history, weeks=weeks, mixing=mixing)
    if to in _MODELS:
        written = [_write_model(problem, output, to)]
    elif get_kind(get_format(to).kind) is not kind_of(problem):
        raise UnsupportedError(f"format {to!r} holds {get_format(to).kind} instances, this is a {problem.kind} one")
    elif plan is not None:
        from optimise.formats.base import write_plan

        stem = output.with_suffix("") if output.suffix else output
        written = write_plan(load_plan(plan, problem), _as_book(problem, output, to), stem, format=to)
        if output.suffix and output not in written:
            print(f"note: plans of {to} are not written as {output.suffix}; {output} was not made", file=sys.stderr)
    else:
        written = _write_instance(problem, output, to)
    for path in written:
        print(path)


def _as_book(problem: Problem, output: Path, to: str) -> Problem:
    """The ward as if it came from a workbook, where a plan of it is to be one."""
    if to != "table" or output.suffix.lower() != ".xlsx":
        return problem
    return replace(problem, meta={**problem.meta, "table": "xlsx"})  # type: ignore[attr-defined, type-var]


def _write_instance(problem: Problem, output: Path, to: str) -> list[Path]:
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


def _write_model(problem: Problem, output: Path, to: str) -> Path:
    """Write the whole model, with names that match the rules, for any other solver."""
    from pyomo.opt import ProblemFormat

    from optimise.solvers.pyomo_bridge import pyomo_model

    model = pyomo_model(problem)
    with replacing(output.absolute()) as temporary:  # the name of the file may end in anything
        written = {"mps": ProblemFormat.mps, "lp": ProblemFormat.cpxlp}[to]
        model.write(str(temporary), format=written, io_options={"symbolic_solver_labels": True})
    return output


def template(
    output: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help="ward.xlsx, hospital.xlsx, or a folder for CSV files.")
    ],
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="ward or hospital; ward unless OUTPUT begins with hospital."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write an empty ward or hospital, with examples and validation, to fill in."""
    from optimise.core.kinds import load as by_name

    made = {
        "ward": "optimise.roster.formats.table:template",
        "hospital": "optimise.hospital.formats.hospital_tables:template",
    }
    chosen = kind or ("hospital" if output.name.lower().startswith("hospital") else "ward")
    if chosen not in made:
        raise WardwiseError(f"there is no template of {chosen!r}; {', '.join(made)}")
    if not force:
        _refuse_existing(output)
    print(by_name(made[chosen])(output))


def generate(
    what: Annotated[str, typer.Argument(metavar="KIND", help="ward, hospital, demand, capacity or region (a folder).")],
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
    from optimise.core.kinds import load as by_name

    if not force:
        _refuse_existing(output)
    maker = _generator(what)
    written: list[Path] = by_name(maker)(output, size, weeks, seed)
    for path in written:
        print(path)


def _generator(what: str) -> str:
    """Who makes up instances of this name; kinds of other packages are loaded only if ours have none."""
    from optimise.core.kinds import get_kind, known_kinds

    made = {
        "demand": "optimise.demand.synthetic:demand_file",
        "department": "optimise.demand.department.synthetic:department_folder",
    }
    for name in known_kinds():
        if what in made:
            break
        made.update(get_kind(name).generators)
    if what not in made:
        names = sorted(made)
        raise WardwiseError(f"cannot make a {what!r}; {', '.join(names[:-1])} or {names[-1]}")
    return made[what]


def schema(
    what: Annotated[
        str,
        typer.Argument(
            metavar="[KIND]",
            help="ward, hospital, hospital-document, capacity, region; roster-plan, hospital-plan, capacity-plan, "
            "region-plan; result (result.json), check, cover and why (what those commands print with --json), "
            "checkpoint, search and cuts (parts of a checkpoint), cell (a run of a study), "
            "job (job.json), trace.",
        ),
    ] = "ward",
) -> None:
    """Print the JSON Schema of a native format, of an answer, or of a file that Wardwise keeps for itself."""
    from importlib.resources import files

    from optimise.core.kinds import get_kind, known_kinds

    folder = files("optimise.formats").joinpath("schema")
    known = {file.name.rpartition("-")[0]: file for file in sorted(folder.iterdir(), key=lambda file: file.name)}
    for name in known_kinds() if what not in known else ():
        for title, place in get_kind(name).schemas.items():
            package, _, path = place.partition(":")
            known.setdefault(title, files(package).joinpath(path))
    if what not in known:
        raise WardwiseError(f"there is no schema of {what!r}; {', '.join(known)}")
    sys.stdout.write(_extended(what, known[what].read_text(encoding="utf-8")))


def _extended(what: str, text: str) -> str:
    """A published schema with the rules of installed packages; as it was published where there are none."""
    from optimise.core.kinds import get_kind, known_kinds

    kind = next((kind for kind in map(get_kind, known_kinds()) if what in kind.schemas), None)
    if kind is None:
        return text
    made = kind.schema(what, json.loads(text))
    return text if made == json.loads(text) else json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise InputError("exists already; --force replaces it", file=path)
