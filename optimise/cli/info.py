"""``wardwise methods``, ``formats`` and ``doctor``: what is here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from optimise.cli.arguments import Json
from optimise.core.errors import WardwiseError

if TYPE_CHECKING:
    from optimise.core.options import Knob

__all__ = ["doctor", "formats", "methods", "show_knob", "told_knob"]

_WIDTH = 100


def methods(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Tell this method's options and tuning.")] = None,
    as_json: Json = False,
) -> None:
    """List the installed methods, those of other packages included; with NAME, what can be set of one."""
    from optimise.core.method import available_methods

    found = available_methods()
    if name is not None:
        _one_method(name, as_json=as_json)
        return
    if as_json:
        print(json.dumps(found, indent=1))
        return
    width = max(map(len, found))
    for name, target in found.items():
        print(f"{name:<{width}}  {_summary(target)}")


def _one_method(name: str, *, as_json: bool) -> None:
    """Options and tuning of one method, by kind of problem where they differ."""
    from optimise.core.method import available_methods, get_method
    from optimise.core.options import knobs, shown_models

    method = get_method(name)
    target = available_methods()[name]
    known = {kind: list(knobs(model)) for kind, model in shown_models(method).items()}
    if as_json:
        told = {kind or "all": [told_knob(k) for k in listed] for kind, listed in known.items()}
        print(json.dumps({"name": name, "from": target, "summary": _summary(target), "options": told}, indent=1))
        return
    print(f"{name}  {_summary(target)}")
    if not known:
        print(f"\nIts options stand in the documentation of {target}.")
    for kind, listed in known.items():
        others = "other problems" if len(known) > 1 else "all problems"
        for what, part in (("options", False), ("tuning", True)):
            mine = [k for k in listed if ("." in k.name) is part]
            if mine:
                print(f"\n{what} on {f'{kind} problems' if kind else others}")
                for k in mine:
                    show_knob(k)
        if not listed:
            print(f"\nno options on {f'{kind} problems' if kind else others}")


def told_knob(knob: Knob) -> dict[str, object]:
    """An option or parameter as JSON tells it."""
    from optimise.core.wording import plain_value

    told = {"name": knob.name, "default": plain_value(knob.default), "range": knob.range, "unit": knob.unit}
    required = {"required": True} if knob.required else {}
    return told | required | {"meaning": knob.text, "source": knob.source}


def show_knob(knob: Knob) -> None:
    """Print an option or parameter: its name, what holds when it is left out, unit, range, meaning."""
    import textwrap

    from optimise.core.wording import value_words

    unit = f" {knob.unit}" if knob.unit else ""
    default = "must be given," if knob.required else f"= {value_words(knob.default)}"
    line = f"  {knob.name} {default}{unit}  ({knob.range})"
    if len(line) <= _WIDTH + 20:
        print(line)
    else:  # a list of objects: one each line
        print(f"  {knob.name} ={unit}  ({knob.range})")
        for each in value_words(knob.default).split("; "):
            print(f"      - {each}")
    source = f" [{knob.source}]" if knob.source else ""
    for line in textwrap.wrap(knob.text + source, _WIDTH):
        print(f"      {line}")


def _summary(target: str) -> str:
    """First sentence of the method's docstring, or why it cannot be loaded."""
    import importlib
    import re

    module, _, attribute = target.partition(":")
    try:
        made = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # a broken plug-in must not hide the others
        return f"(cannot be loaded: {error})"
    first = " ".join((made.__doc__ or target).strip().split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s+(?=[A-Z])", first)[0]


def formats(as_json: Json = False) -> None:
    """List the formats that can be read and written."""
    from optimise.formats.base import get_format, known_formats

    found = {name: get_format(name) for name in known_formats()}
    if as_json:
        made = {name: {"kind": f.kind, "description": f.description} for name, f in found.items()}
        print(json.dumps(made, indent=1))
        return
    width = max(map(len, found))
    for name, f in found.items():
        print(f"{name:<{width}}  {f.kind:<10}  {f.description}")


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
