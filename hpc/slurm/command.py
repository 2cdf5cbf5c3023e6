"""What a job will run, checked by the command's own parser and by reading the instance, before anything is queued."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimise.core.checkpoint import StateFile
from optimise.core.errors import InputError, UnsupportedError, WardwiseError
from optimise.formats.base import read_text
from optimise.tools.estimate import Estimate, estimate, idle_ranks

__all__ = ["METHOD", "Checked", "check_solve", "check_study", "listed", "refuse_checkpoint"]

#: The method of each template when none is named.
METHOD = {
    "solve": "auto",
    "decompose": "column-generation",
    "scenarios": "benders",
    "simulate-gpu": "qaoa",
}
_OURS = ("--output", "-o", "--checkpoint", "--resume", "--threads")  # options that the script sets itself


@dataclass(frozen=True, slots=True)
class Checked:
    """A solve that the command would take.

    Attributes
    ----------
    options : list of str
        Of ``wardwise solve``, without instance and method.
    method : str
    estimate : Estimate
        Memory and seconds, from the instance.
    limit : float or None
        Seconds of the solve; None where the options name no limit.
    notes : tuple of str
        What should be said.
    digest : str
        Of the instance.
    seed : int
    """

    options: list[str]
    method: str
    estimate: Estimate
    limit: float | None
    notes: tuple[str, ...]
    digest: str
    seed: int


def check_solve(kind: str, instance: Path, options: tuple[str, ...], *, ranks: int, threads: int) -> Checked:
    """Check a solve as ``wardwise solve`` itself would, up to reading the instance.

    Raises
    ------
    WardwiseError
        If the instance or an option cannot be.
    """
    from optimise.cli.arguments import load, load_plan, pairs
    from optimise.cli.solve import solve
    from optimise.core.method import Limits, get_method
    from optimise.driver import _validate

    _refuse_ours(options)
    given = _parsed(solve, "solve", [str(instance), *options])
    named = any(o in ("-m", "--method") or o.startswith("--method=") for o in options)
    method = given["method"] if named else METHOD[kind]
    chosen = get_method(method)
    problem, _ = load(
        instance,
        format=given["format"],
        history=given["history"],
        weeks=given["weeks"],
        mixing=given["mixing"],
    )
    if not chosen.supports(problem):
        raise UnsupportedError(f"method {method!r} does not work on {problem.kind} problems such as {problem.name}")
    if given["start"] is not None:
        load_plan(given["start"], problem)
    own = pairs(given["option"] or [])
    guess = estimate(problem, method)
    limited = any(o in ("-t", "--time-limit") or o.startswith("--time-limit=") for o in options)
    limit = float(given["time_limit"]) if limited else None
    _validate(Limits(limit or 60.0, given["gap"], given["iterations"], threads), given["seed"])
    idle = idle_ranks(problem, method, ranks, own)
    notes = [idle] if idle else []
    if limit is None:
        notes.append(f"no --time-limit: {guess.seconds:.0f} s, from {guess.decisions} decisions of {problem.name}")
    return Checked(_without_method(options), method, guess, limit, tuple(notes), problem.digest(), given["seed"] or 0)


def check_study(study: Path, options: tuple[str, ...]) -> list[str]:
    """Check a study as ``wardwise compare`` itself would; its arguments.

    Raises
    ------
    WardwiseError
        If the study or an option cannot be.
    """
    from optimise.cli.compare import compare
    from optimise.compare import read_study

    _refuse_ours(options)
    _parsed(compare, "compare", [str(study), *options])
    read_study(study)
    return [str(study.resolve()), *options]


def refuse_checkpoint(folder: Path, digest: str, seed: int) -> None:
    """Refuse a checkpoint that a job could not go on from.

    Parameters
    ----------
    folder : Path
        Of the checkpoint; it need not be there.
    digest : str
        Of the instance that the job will solve.
    seed : int
        Of the job.

    Raises
    ------
    InputError
        If what lies there is of another instance, another version or another seed, or all damaged.
    """
    for stem in ("best", "search"):
        StateFile(folder, stem).read(digest, seed)


def listed(file: Path) -> dict[str, Path]:
    """Instances of a list: one a line, as seen from the list's folder; blank lines and lines with ``#`` do not count.

    Returns
    -------
    dict of str to Path
        Instance by the folder of its task, ``0-ward``, ``1-other``, ...

    Raises
    ------
    InputError
        If the list names nothing, or something that is not there; with the line.
    """
    lines = [(i, line.strip()) for i, line in enumerate(read_text(file).splitlines(), start=1)]
    lines = [(i, line) for i, line in lines if line and not line.startswith("#")]
    if not lines:
        raise InputError("names no instance; one a line was expected", file=file)
    made: dict[str, Path] = {}
    for task, (number, line) in enumerate(lines):
        instance = (file.parent / line).resolve()
        if not instance.exists():
            raise InputError(f"no such file: {line}", file=file, line=number)
        made[f"{task:0{len(str(len(lines) - 1))}d}-{instance.stem}"] = instance
    return made


def _refuse_ours(options: tuple[str, ...]) -> None:
    for option in options:
        if option.partition("=")[0] in _OURS:
            raise InputError("is set by the batch script; leave it out", item=option)


def _parsed(function: Any, name: str, arguments: list[str]) -> dict[str, Any]:
    """What the command line of a command would make of these arguments, without running it."""
    import typer
    from typer.main import get_command

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name)(function)
    try:
        context = get_command(app).make_context(f"wardwise {name}", list(arguments))
    except (typer.Exit, SystemExit):
        raise InputError("is no option of a job", item=shlex.join(arguments)) from None
    except Exception as error:  # click's usage errors, whose class typer keeps to itself
        text = error.format_message() if hasattr(error, "format_message") else str(error)
        raise WardwiseError(f"wardwise {name}: {text}") from None
    return dict(context.params)


def _without_method(options: tuple[str, ...]) -> list[str]:
    kept, skip = [], False
    for option in options:
        if skip:
            skip = False
        elif option in ("-m", "--method"):
            skip = True
        elif not option.startswith("--method="):
            kept.append(option)
    return kept
