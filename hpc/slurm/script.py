"""Batch scripts that run as they are and can be filled in.

A template is an ordinary script. Filling in changes only its header lines (``#SBATCH --key=value``), the assignments
between ``# >>> settings`` and ``# <<< settings``, and what lies between ``# >>> site`` and ``# <<< site``.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from hpc.slurm.site import FOLDER
from optimise.core.errors import InputError

__all__ = ["ARRAYS", "TEMPLATES", "allowed", "fill", "template"]

#: Templates of Slurm by name.
TEMPLATES = ("solve", "decompose", "scenarios", "simulate-gpu", "study")
#: Those that are job arrays, many runs in one job.
ARRAYS = ("study",)

Value = str | int | bool | None
#: Header lines on which restarts and answers rest, with the option that sets them.
_RESTED_ON = {
    "signal": "--warning",
    "requeue": "--restarts",
    "open-mode": None,
    "output": "--output",
    "array": "--parts",
}
_PLAIN = re.compile(r"[^\s#'\"\\]+")
_QUOTED = re.compile(r"\"[^\"\\]*\"|'[^']*'")


def allowed(header: Mapping[str, Value]) -> Mapping[str, Value]:
    """Header lines of the user; those that the script rests on are refused.

    Parameters
    ----------
    header : mapping
        Option to value.

    Returns
    -------
    mapping
        The same.

    Raises
    ------
    InputError
        For a line of ours; it names the option of the command instead.
    """
    for name in header:
        whole = next((line for line in _RESTED_ON if len(name) > 1 and line.startswith(name)), None)  # Slurm takes both
        if whole is not None:
            instead = f"; use {option}" if (option := _RESTED_ON[whole]) else ""
            raise InputError(f"the script rests on this line{instead}", item=f"--header {name}")
    return header


def template(name: str, scheduler: str = "slurm") -> str:
    """Text of a template."""
    file = FOLDER / (f"{name}.sbatch" if scheduler == "slurm" else f"{name}.bsub")
    if not file.exists():
        known = ", ".join(sorted(path.stem for path in Path(FOLDER).glob(f"*{file.suffix}")))
        raise InputError(f"no such template for {scheduler}; known: {known}", item=name)
    return file.read_text(encoding="utf-8")


def fill(
    text: str,
    header: Mapping[str, Value],
    settings: Mapping[str, str | int | Sequence[str]],
    prologue: str = "",
) -> str:
    """Fill in a template.

    Parameters
    ----------
    header : mapping
        Option to value: replaced where the template has it, added below otherwise. ``True`` stands for an option
        without a value, ``None`` takes the option out.
    settings : mapping
        Shell variable to value; a sequence becomes a bash array. Every one must exist in the template.
    prologue : str
        Lines for the site's block.
    """
    for name, value in (*header.items(), *settings.items()):
        _refuse_lines(name, value)
    lines = _header(text.splitlines(), dict(header))
    lines = _settings(lines, dict(settings))
    if prologue.strip():
        begin, end = lines.index("# >>> site"), lines.index("# <<< site")
        lines[begin + 1 : end] = prologue.strip("\n").splitlines()
    return "\n".join(lines) + "\n"


def _header(lines: list[str], wanted: dict[str, Value]) -> list[str]:
    mark = next(m[1] for line in lines if (m := re.match(r"#(SBATCH|BSUB) ", line)))
    dashes = "--" if mark == "SBATCH" else "-"
    made: list[str] = []
    last = 0
    for line in lines:
        found = re.match(rf"#{mark} {dashes}([A-Za-z-]+)", line)
        if found is None:
            made.append(line)
            continue
        key = found[1]
        if key not in wanted:
            made.append(line)
        elif (value := wanted.pop(key)) is not None:
            made.append(_line(mark, key, value))
        last = len(made)
    made[last:last] = [_line(mark, key, value) for key, value in wanted.items() if value is not None]
    return made


def _refuse_lines(name: str, value: Value | Sequence[str]) -> None:
    """Refuse what could bring a line of its own into a script: line ends and other control characters."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise InputError("is no option of a batch header; letters, digits, '-' and '_' were expected", item=repr(name))
    for part in (value,) if isinstance(value, str) or not isinstance(value, Sequence) else value:
        text = str(part)
        if len((text + ".").splitlines()) > 1:
            raise InputError(f"must be one line, not {text[:40]!r}", item=name)
        if any(unicodedata.category(c) == "Cc" and c != "\t" for c in text):
            raise InputError(f"holds a control character: {text[:40]!r}", item=name)


def _line(mark: str, key: str, value: Value) -> str:
    text = "" if value is True else str(value)
    if text and not _PLAIN.fullmatch(text) and not _QUOTED.fullmatch(text):
        # both schedulers split a header line as a shell does, so that a blank would begin another option
        text = '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    if mark == "BSUB":
        return f"#BSUB -{key} {text}".rstrip()
    return f"#SBATCH --{key}" + (f"={text}" if text else "")


def _settings(lines: list[str], wanted: dict[str, str | int | Sequence[str]]) -> list[str]:
    begin, end = lines.index("# >>> settings"), lines.index("# <<< settings")
    made = []
    for line in lines[begin + 1 : end]:
        name = line.partition("=")[0]
        if name in wanted:
            value = wanted.pop(name)
            line = f"{name}={_shell(value)}"
        made.append(line)
    if wanted:
        raise InputError(f"the template has no setting {', '.join(sorted(wanted))}")
    return [*lines[: begin + 1], *made, *lines[end:]]


def _shell(value: str | int | Sequence[str]) -> str:
    if isinstance(value, str | int):
        return shlex.quote(str(value))
    return "(" + " ".join(shlex.quote(str(part)) for part in value) + ")"
