"""``wardwise methods``, ``formats`` and ``doctor``: what is here."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from optimise.cli.arguments import Json
from optimise.core.errors import WardwiseError

__all__ = ["doctor", "formats", "methods"]


def methods(as_json: Json = False) -> None:
    """List the installed methods, those of other packages included."""
    from optimise.core.method import available_methods

    found = available_methods()
    if as_json:
        print(json.dumps(found, indent=1))
        return
    width = max(map(len, found))
    for name, target in found.items():
        print(f"{name:<{width}}  {_summary(target)}")


def _summary(target: str) -> str:
    """First line of the method's docstring, or why it cannot be loaded."""
    import importlib

    module, _, attribute = target.partition(":")
    try:
        made = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # a broken plug-in must not hide the others
        return f"(cannot be loaded: {error})"
    return (made.__doc__ or target).strip().splitlines()[0]


def formats(as_json: Json = False) -> None:
    """List the formats that can be read and written."""
    from optimise.formats.base import FORMATS, get_format

    found = {name: get_format(name) for name in FORMATS}
    if as_json:
        made = {name: {"kind": f.kind, "description": f.description} for name, f in found.items()}
        print(json.dumps(made, indent=1))
        return
    width = max(map(len, found))
    for name, f in found.items():
        print(f"{name:<{width}}  {f.kind:<8}  {f.description}")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    compile_kernels: Annotated[
        bool,
        typer.Option(
            "--compile", help="First compile the kernels for this machine (minutes for all, once), and say how long."
        ),
    ] = False,
    kernels: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="With --compile: only these, comma-separated (rosters, hospitals, ...)."),
    ] = None,
) -> None:
    """Tell what is installed, whether it works, and what to install for what is missing."""
    import sys
    from dataclasses import asdict

    from optimise.tools.doctor import examine

    if compile_kernels:
        from optimise.tools.precompile import CASES, warm_all

        chosen = [name.strip() for name in kernels.split(",")] if kernels is not None else list(CASES)
        if unknown := [name for name in chosen if name not in CASES]:
            raise WardwiseError(f"no kernels called {', '.join(map(repr, unknown))}; there are: {', '.join(CASES)}")
        warm_all(lambda text: print(text, file=sys.stderr, flush=True), cases=chosen)
    found = examine()
    if as_json:
        print(json.dumps([asdict(f) for f in found], indent=1))
    else:
        marks = {"ok": "ok      ", "missing": "missing ", "broken": "BROKEN  ", "info": "        "}
        width = max(len(f.name) for f in found)
        for f in found:
            print(f"{marks[f.state]}{f.name:<{width}}  {f.detail}")
            if f.advice:
                print(f"{'':<8}{'':<{width}}  -> {f.advice}")
    raise typer.Exit(1 if any(f.state == "broken" and f.core for f in found) else 0)
