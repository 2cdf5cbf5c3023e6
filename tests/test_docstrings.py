"""Docstrings say what goes in, what comes out and what is raised: of every public name, and of every wide function.

Public are the names of the API page, of each package's ``__all__``, of both conformance kits, of the protocols, and
what the pages on extending Wardwise import. Wide is a public function with six parameters or more, anywhere.
Sections are NumPy's. A method may leave them to the base class or protocol whose method it is.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("optimise", "hpc", "quantum")
KITS = ("optimise.testing", "quantum.testing", "quantum.protocols", "optimise.joint", "optimise.replan")
WIDE = 6
SECTIONS = ("Parameters", "Attributes", "Returns", "Yields", "Raises", "Notes", "Examples")
#: Protocols whose methods are written once and implemented in many places.
FACES = {
    "solve": ("optimise/core/method.py", "optimise/core/engines.py"),
    "supports": ("optimise/core/method.py",),
    "solve_itself": ("optimise/core/engines.py",),
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """A function where it stands: file, class (or nothing) and node."""

    file: str
    owner: str
    node: Function

    @property
    def name(self) -> str:
        return f"{self.file}:{self.owner + '.' if self.owner else ''}{self.node.name}"

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters but for ``self`` and ``cls``; ``*args`` without their stars."""
        spec = self.node.args
        names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        if self.owner and names[:1] in (["self"], ["cls"]):
            names = names[1:]
        starred = [arg.arg for arg in (spec.vararg, spec.kwarg) if arg is not None]
        return [*names, *(arg.arg for arg in spec.kwonlyargs), *starred]

    @property
    def is_command(self) -> bool:
        """Whether Typer makes it a command, whose options say in ``help`` what they mean."""
        spec = self.node.args
        given = [arg.annotation for arg in (*spec.args, *spec.kwonlyargs) if arg.annotation is not None]
        return any("typer." in ast.unparse(one) or "Option" in ast.unparse(one) for one in given)


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


@cache
def functions(file: str) -> tuple[Place, ...]:
    """Functions of a module and of its classes, private ones too."""

    def visit(body: list[ast.stmt], owner: str) -> Iterator[Place]:
        for node in body:
            if isinstance(node, Function):
                yield Place(file, owner, node)
            elif isinstance(node, ast.ClassDef):
                yield from visit(node.body, node.name)

    return tuple(visit(tree(file).body, ""))


def sections(doc: str) -> dict[str, str]:
    """Text of each section by its title; the summary stands under an empty one."""
    parts = re.split(rf"^({'|'.join(SECTIONS)})\n-+\n", inspect.cleandoc(doc), flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def described(doc: str) -> set[str]:
    """Parameters and attributes that a docstring describes."""
    found = sections(doc)
    heads = re.findall(r"^(\S[^:\n]*?)(?: : .*)?$", found.get("Parameters", "") + found.get("Attributes", ""), re.M)
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


def raised(node: Function) -> set[str]:
    """Errors for bad input that a function itself raises by name, outside of functions in it."""
    inner = {
        id(sub) for each in ast.walk(node) if isinstance(each, Function) and each is not node for sub in ast.walk(each)
    }
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Raise) and id(each) not in inner and isinstance(each.exc, ast.Call):
            name = ast.unparse(each.exc.func).rpartition(".")[2]
            found |= {name} if name.endswith("Error") else set()
    return found - {"NotImplementedError"}


def answers(node: Function) -> bool:
    return node.returns is not None and ast.unparse(node.returns) not in ("None", "NoReturn", "Never")


def is_property(node: Function) -> bool:
    return any("property" in ast.unparse(one) or ".setter" in ast.unparse(one) for one in node.decorator_list)


def faults(place: Place, inherited: str = "") -> list[str]:
    """What the docstring of a function leaves unsaid."""
    doc = ast.get_docstring(place.node) or ""
    if not doc and not inherited:
        return ["no docstring"]
    if place.is_command or is_property(place.node):
        return []
    found = {**sections(inherited), **sections(doc)}
    missing = [name for name in place.parameters if name not in described(doc) | described(inherited)]
    told = [f"parameter {name}" for name in missing]
    if place.parameters and answers(place.node) and not {"Returns", "Yields"} & found.keys():
        told.append("what it returns")
    return told + [
        f"when {name} is raised" for name in sorted(raised(place.node)) if name not in found.get("Raises", "")
    ]


def object_of(dotted: str) -> Any:
    """A module, or what a module holds."""
    try:
        return importlib.import_module(dotted)
    except ModuleNotFoundError:
        module, _, name = dotted.rpartition(".")
        return getattr(object_of(module), name)


@cache
def public() -> dict[str, Any]:
    """Public objects by a dotted name."""
    found: dict[str, Any] = {}
    for name in re.findall(r"^::: (\S+)", (ROOT / "docs/reference/api.md").read_text(encoding="utf-8"), re.MULTILINE):
        found[name] = object_of(name)
    for page in sorted((ROOT / "docs").glob("write-a-*.md")):
        said = page.read_text(encoding="utf-8")
        for module, names in re.findall(r"^from ((?:optimise|hpc|quantum)[\w.]*) import (.+)$", said, re.MULTILINE):
            found |= {f"{module}.{name.strip()}": object_of(f"{module}.{name.strip()}") for name in names.split(",")}
    for module in (*TOPS, *KITS):
        for name in object_of(module).__all__:
            found[f"{module}.{name}"] = getattr(object_of(module), name)
    for dotted, one in list(found.items()):
        if isinstance(one, ModuleType):
            names = getattr(one, "__all__", None) or [n for n in vars(one) if not n.startswith("_")]
            found |= {
                f"{dotted}.{n}": getattr(one, n)
                for n in names
                if getattr(getattr(one, n), "__module__", "") == one.__name__
            }
    return found


@pytest.mark.parametrize("top", TOPS)
def test_the_api_page_has_every_public_name(top: str) -> None:
    text = (ROOT / "docs/reference/api.md").read_text(encoding="utf-8")
    shown = [object_of(name) for name in re.findall(r"^::: (\S+)", text, re.MULTILINE)]
    inside = [getattr(one, name) for one in shown if isinstance(one, ModuleType) for name in vars(one)]
    known = {id(one) for one in (*shown, *inside)}
    package = object_of(top)
    assert not [n for n in package.__all__ if n != "__version__" and id(getattr(package, n)) not in known]


def place_of(function: Any, owner: str) -> Place | None:
    """Where a function of ours is written."""
    plain = inspect.unwrap(getattr(function, "py_func", function))
    try:
        file = Path(inspect.getsourcefile(plain) or "").relative_to(ROOT).as_posix()
    except (TypeError, ValueError):
        return None
    if file.partition("/")[0] not in TOPS:
        return None  # a library that is installed inside the checkout
    line = plain.__code__.co_firstlineno
    for place in functions(file):
        first = min([place.node.lineno, *(one.lineno for one in place.node.decorator_list)])
        if place.node.name == plain.__name__ and first == line:
            return place
    return None


def methods(owner: type) -> Iterator[tuple[Place, str]]:
    """Public methods that classes of ours give a class, with the docstring that each inherits."""
    seen: set[str] = set()
    for base in owner.__mro__:
        for name, member in vars(base).items():
            if name.startswith("_") or name in seen:
                continue
            seen.add(name)
            function = getattr(member, "__func__", member)
            if not inspect.isfunction(function):
                continue
            place = place_of(function, base.__name__)
            above = (getattr(other, name, None) for other in base.__mro__[1:])
            texts = [*(inspect.getdoc(one) or "" for one in above if one is not None), *faces(name)]
            if place is not None:
                yield place, next((text for text in texts if sections(text).keys() & {"Parameters", "Returns"}), "")


@cache
def faces(name: str) -> tuple[str, ...]:
    """Docstrings of the protocols' methods of this name."""
    places = (place for file in FACES.get(name, ()) for place in functions(file))
    return tuple(ast.get_docstring(place.node) or "" for place in places if place.node.name == name)


def public_functions() -> dict[str, tuple[Place, str]]:
    """Functions and methods of the public API: the place of each and what it inherits."""
    found: dict[str, tuple[Place, str]] = {}
    for one in public().values():
        if inspect.isclass(one):
            found |= {place.name: (place, text) for place, text in methods(one)}
        elif callable(one) and (place := place_of(one, "")) is not None:
            found[place.name] = (place, "")
    return found


def front_door() -> Iterator[tuple[Place, str]]:
    """Functions and methods that ``optimise.__all__`` brings."""
    for name in importlib.import_module("optimise").__all__:
        one = public()[f"optimise.{name}"]
        if inspect.isclass(one):
            yield from methods(one)
        elif inspect.isfunction(one) and (place := place_of(one, "")) is not None:
            yield place, ""


def wide_functions() -> dict[str, tuple[Place, str]]:
    """Public functions of any module with many parameters."""
    found: dict[str, tuple[Place, str]] = {}
    for file in sorted(path.relative_to(ROOT).as_posix() for top in TOPS for path in (ROOT / top).rglob("*.py")):
        for place in functions(file):
            if not place.node.name.startswith("_") and len(place.parameters) >= WIDE:
                above = next((text for text in faces(place.node.name) if described(text) >= set(place.parameters)), "")
                found[place.name] = (place, above if place.owner else "")
    return found


def lacking() -> set[str]:
    """Public and wide functions whose docstring leaves something unsaid."""
    every = {**wide_functions(), **public_functions()}
    return {name for name, (place, text) in every.items() if faults(place, text)}


def test_docstrings_say_what_goes_in_and_out() -> None:
    every = {**wide_functions(), **public_functions()}
    told = [f"{name}: {', '.join(faults(*every[name]))}" for name in sorted(lacking())]
    assert not told, "\n".join(told)


def test_names_of_the_front_door_lack_nothing() -> None:
    names = {place.name for place, _ in front_door()}
    assert names
    assert not names & lacking()


def examples() -> list[str]:
    modules = {one.__module__ for one in public().values() if getattr(one, "__module__", "").startswith(TOPS)}
    return sorted(name for name in modules if ">>> " in inspect.getsource(importlib.import_module(name)))


@pytest.mark.parametrize("module", examples())
def test_examples_in_docstrings_are_true(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert done.attempted
    assert not done.failed
