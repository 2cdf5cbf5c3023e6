"""What the program says to people, found in its source: messages, phases of work, events of progress.

``words.toml`` beside it says what to do and what words mean. A test holds both together: it knows no message that the
program does not have, and no phase or event is left without a meaning.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("optimise", "hpc", "quantum")
#: Subjects by the beginning of a module's path; the longest that fits is taken.
SUBJECTS = {
    "optimise/roster": "Wards and rosters",
    "optimise/ask": "Wards and rosters",
    "optimise/hospital": "Hospitals and beds",
    "optimise/capacity": "Beds under uncertain demand",
    "optimise/demand": "Forecasts",
    "optimise/replan": "Planning again",
    "optimise/compare": "Studies",
    "optimise/serve": "The service",
    "optimise/formats": "Files in general",
    "optimise/runs": "Results and checkpoints",
    "optimise/core": "Results and checkpoints",
    "optimise": "The command and the library",
    "hpc/slurm": "Slurm",
    "hpc": "Ranks and decompositions",
    "quantum": "Quantum",
}
#: Parts that speak to those who write tests, not to users.
_NOT_SAID = ("optimise/testing", "quantum/testing")
_NO_MESSAGE = {"AssertionError", "AttributeError", "KeyError", "NotImplementedError", "TypeError", "StopIteration"}
#: Calls that tell a listener of progress; what they tell is the first word in quotes.
_TELLING = {"Progress", "report", "_report", "tell", "_tell", "offer", "_offer", "found", "rise", "take", "_try"}
_GAP = "…"


@dataclass(frozen=True, order=True)
class Message:
    """A message with ``…`` where something is filled in."""

    subject: str
    text: str
    kind: str


def words() -> dict[str, Any]:
    """What ``words.toml`` says."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    """Path and tree of every module that speaks to users."""
    files = sorted(file for top in TOPS for file in (ROOT / top).rglob("*.py"))
    named = [(file.relative_to(ROOT).as_posix(), file) for file in files]
    kept = [(name, file) for name, file in named if not name.startswith(_NOT_SAID)]
    return tuple((name, ast.parse(file.read_text(encoding="utf-8"))) for name, file in kept)


def template(node: ast.expr) -> str:
    """The text of an expression, with gaps."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"%(\.\d+)?[a-z]", _GAP, node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else _filled(part) for part in node.values]
        return "".join(map(str, parts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return template(node.left) + template(node.right)
    if isinstance(node, ast.IfExp | ast.BoolOp):
        choices = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
        return max(map(template, choices), key=len)
    return _GAP


def _filled(part: ast.expr) -> str:
    return f"'{_GAP}'" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else _GAP


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _kind(node: ast.AST) -> str:
    """Whether a node says an error, a warning or a note; empty for what says nothing to users."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return "" if _called(node.exc) in _NO_MESSAGE else "error"
    if isinstance(node, ast.Call):
        name = _called(node)
        if name == "warning":
            return "warning"
        if name == "warn" or (name == "print" and any(word.arg == "file" for word in node.keywords)):
            return "note"
        return "error" if re.search(r"(^|_)(error|refusal)$|Error$", name) else ""
    return ""


@cache
def messages() -> tuple[Message, ...]:
    """Every message of two words or more, once, by subject."""
    found: dict[tuple[str, str], Message] = {}
    for name, tree in trees():
        subject = SUBJECTS[max((start for start in SUBJECTS if name.startswith(start)), key=len)]
        given = _given(tree)
        for node in ast.walk(tree):
            kind, call = _kind(node), node.exc if isinstance(node, ast.Raise) else node
            if not kind or not isinstance(call, ast.Call):
                continue
            for text in _texts(call, given):
                for start in ("note", "warning", "error"):
                    kind, text = (start, text[len(start) + 2 :]) if text.startswith(f"{start}: ") else (kind, text)
                found.setdefault((subject, text), Message(subject, text, kind))
    return tuple(sorted(found.values()))


def _given(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What names of a module are set to."""
    made: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            made.setdefault(node.targets[0].id, []).append(node.value)
    return made


def _texts(call: ast.Call, given: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Texts that a call may say: its first arguments that are texts, or names of texts."""
    for argument in [*call.args, *(word.value for word in call.keywords if word.arg in {"detail", "message"})]:
        options = given.get(argument.id, []) if isinstance(argument, ast.Name) else [argument]
        texts = [" ".join(template(option).split()) for option in options]
        said = [text for text in texts if len(re.findall(r"[A-Za-z]{2,}", text)) >= 2]
        if said:
            yield from said
            return


def said() -> set[str]:
    """Every text of the program with its gaps, also such as no call above says."""
    kinds = (ast.Constant, ast.JoinedStr, ast.BinOp)
    nodes = (node for _, tree in trees() for node in ast.walk(tree) if isinstance(node, kinds))
    return {" ".join(template(node).split()) for node in nodes} | {each.text for each in messages()}


def phases() -> set[str]:
    """Names of phases: of the timers, of the breadcrumb, and of ``stats.phases``."""
    found: set[str] = {"total"}
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in {"timers", "enter"} and len(node.args) == 1:
                found |= {template(node.args[0])}
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("phases"):
                found |= {template(node.slice)}
            elif table := _table(node):
                found |= {template(key) for key in table.keys if key is not None}
    return {name for name in found if re.search("[a-z]", name)}


def _table(node: ast.AST) -> ast.Dict | None:
    """The seconds by phase that a node writes out."""
    value: ast.AST | None = None
    if isinstance(node, ast.Call) and _called(node) == "Stats":
        named = [word.value for word in node.keywords if word.arg == "phases"]
        value = next(iter([*named, *node.args[1:2]]), None)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        value = node.value if ast.unparse(target).endswith("phases") else None
    return value if isinstance(value, ast.Dict) else None


def events() -> set[str]:
    """Words that progress may bring."""
    found: set[str] = set()
    for name, tree in trees():
        if "/formats/" in name:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in _TELLING:
                said = [each.value for each in node.args if isinstance(each, ast.Constant)]
                found |= {word for word in said if isinstance(word, str) and word}
    return found


def page() -> str:
    """The page of messages in Markdown."""
    known = words()
    parts = [known["head"]["text"]]
    for group in known["often"]:
        parts.append(f"\n## {group['title']}\n\n| message | what to do |\n| --- | --- |\n")
        parts += [f"| {_cell(each['says'])} | {each['do']} |\n" for each in group["message"]]
    for title, key in (("Phases", "phases"), ("Events of progress", "events")):
        parts.append(f"\n## {title}\n\n{known['about'][key]}\n\n| word | meaning |\n| --- | --- |\n")
        parts += [f"| `{word}` | {meaning} |\n" for word, meaning in sorted(known[key].items())]
    parts.append(f"\n## All messages\n\n{known['about']['all']}\n")
    every = messages()
    for subject in dict.fromkeys(SUBJECTS.values()):
        parts.append(f"\n### {subject}\n\n| message | kind |\n| --- | --- |\n")
        parts += [f"| {_cell(each.text)} | {each.kind} |\n" for each in every if each.subject == subject]
    return "".join(parts)


def _cell(text: str) -> str:
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"
