"""How the house stands: layers, no circle of imports, imports at the top, files of a readable size, tests for each."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("optimise", "hpc", "quantum")
#: Modules that import their own package inside functions: the command's start-up, what it would load too early, and
#: what must run where the rest does not.
LATE = (
    "optimise/cli/",
    "optimise/tools/doctor.py",
    "optimise/tools/precompile.py",
    "optimise/core/kernel_cache.py",
    "hpc/scaling/cli.py",
    "hpc/scaling/ranks.py",
    "hpc/slurm/cli.py",
    "hpc/slurm/command.py",
    "hpc/slurm/job.py",
    "hpc/slurm/submission.py",
    "quantum/",
)
#: Most lines of a file.
LONGEST = 400
#: Most lines and most arguments of a function.
LINES, ARGUMENTS = 120, 10
#: Functions that have more, and why each may.
_OPTIONS = "a command: its arguments are its options, from which the help is made"
EXCEPTIONS = {
    "optimise/cli/ask.py:cover": _OPTIONS,
    "optimise/cli/bed_demand.py:bed_demand": _OPTIONS,
    "optimise/cli/forecast.py:forecast": _OPTIONS,
    "optimise/cli/replay.py:replay": _OPTIONS,
    "optimise/cli/serve.py:serve": _OPTIONS,
    "optimise/cli/shifts.py:shifts": _OPTIONS,
    "optimise/cli/solve.py:solve": _OPTIONS,
    "hpc/slurm/cli.py:render": _OPTIONS,
    "hpc/slurm/cli.py:submit": _OPTIONS,
    "hpc/slurm/submission.py:submit": "the same options by keyword, for programs",
}


@cache
def files() -> dict[str, Path]:
    """Module name -> file."""
    found = {}
    for top in PACKAGES:
        for path in (ROOT / top).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


@cache
def imports() -> dict[str, frozenset[tuple[str, bool]]]:
    """Own modules that each module imports (inside functions and for types too), and whether inside a function."""
    made = {}
    for name, path in files().items():
        found: set[tuple[str, bool]] = set()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {
            id(node)
            for function in ast.walk(tree)
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
            for node in ast.walk(function)
        }
        for node in ast.walk(tree):
            targets: list[str] = []
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                whole = [f"{node.module}.{alias.name}" for alias in node.names]
                targets = [each if each in files() else node.module for each in whole]
            found |= {(t, id(node) in inside) for t in targets if t in files() and t != name}
        made[name] = frozenset(found)
    return made


def layers() -> list[list[str]]:
    """The rooms of optimise from top to bottom, as DESIGN.md lists them."""
    text = (ROOT / "optimise" / "DESIGN.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("`cli` >"))
    return [re.findall(r"`(\w+)`", layer) for layer in line.split(". ")[0].split(" > ")]


def test_no_circle_of_imports() -> None:
    state: dict[str, int] = {}
    trail: list[str] = []

    def visit(name: str) -> None:
        state[name] = 1
        trail.append(name)
        for target, _ in sorted(imports()[name]):
            assert state.get(target) != 1, " -> ".join([*trail[trail.index(target) :], target])
            if target not in state:
                visit(target)
        trail.pop()
        state[name] = 2

    for name in sorted(files()):
        if name not in state:
            visit(name)


def test_rooms_import_from_below() -> None:
    level = {room: i for i, layer in enumerate(layers()) for room in layer}
    wrong = []
    for name, found in imports().items():
        parts = name.split(".")
        if parts[0] != "optimise" or len(parts) < 2 or parts[1] == "__main__":
            continue
        assert parts[1] in level, f"the room {parts[1]} stands in no layer of optimise/DESIGN.md"
        for target, _ in found:
            room = target.split(".")[1:2]
            if room and room[0] != parts[1] and level[room[0]] <= level[parts[1]]:
                wrong.append(f"{name} -> {target}")
    assert not wrong


def test_hpc_and_quantum_know_optimise_only() -> None:
    for name, found in imports().items():
        mine = name.split(".")[0]
        allowed = {mine, "optimise"}
        assert {target.split(".")[0] for target, _ in found} <= allowed, name


def test_import_linter_holds_the_same_list() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = [c for c in contracts if c["type"] == "layers"]
    assert contract["exhaustive"]
    assert [layer.split(" | ") for layer in contract["layers"]] == layers()


def test_own_modules_are_imported_at_the_top() -> None:
    late = [
        f"{name} -> {target}"
        for name, found in imports().items()
        for target, inside in found
        if inside and not files()[name].relative_to(ROOT).as_posix().startswith(LATE)
    ]
    assert not late


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_asks_what_kind_a_problem_is(package: str) -> None:
    asking = re.compile(r"kind ==|problem\.kind (!=|in|not in) ")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / package).rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asking.search(line)
    ]
    assert [place for place in found if not place.startswith("optimise/compare/study.py")] == []


#: Modules that name a room above them in a text, loaded when asked: registries of what is built in, and what a subject
#: or a result leaves to rooms above (optimise/DESIGN.md).
NAMING = {
    "optimise.core.kinds": {"blocks", "capacity", "hospital", "roster"},
    "optimise.core.method": {"methods"},
    "optimise.core.result": {"runs"},
    "optimise.formats.base": {"capacity", "hospital", "roster"},
    "optimise.capacity.kind": {"generate", "report"},
    "optimise.hospital.kind": {"generate", "replan", "report"},
    "optimise.roster.kind": {"generate", "replan", "report"},
    "optimise.tools.precompile": {"cli"},
}


def test_rooms_above_are_named_only_where_the_page_says_so() -> None:
    """A layer is passed by the text ``optimise.room.module`` as well as by an import."""
    level = {room: i for i, layer in enumerate(layers()) for room in layer}
    text = re.compile(r"optimise\.(\w+)(\.\w+)+(:\w+)?")
    found = {}
    for name, path in files().items():
        parts = name.split(".")
        if parts[0] != "optimise" or len(parts) < 2 or parts[1] not in level:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        rooms = {m[1] for m in map(text.fullmatch, texts) if m}
        if named := {room for room in rooms if room in level and level[room] < level[parts[1]]}:
            found[name] = named
    assert found == NAMING


def test_files_are_short() -> None:
    long = [name for name, path in files().items() if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST]
    assert not long, "split them by subject"


def public_modules() -> dict[str, Path]:
    """Modules that others may import: neither they nor a room above them begins with an underscore."""
    found = {name: path.relative_to(ROOT) for name, path in files().items() if path.name != "__init__.py"}
    return {name: path for name, path in found.items() if not any(part.startswith("_") for part in path.parts)}


def own_test(path: Path) -> Path:
    """The test file that mirrors a module."""
    return ROOT / "tests" / path.parent / f"test_{path.name}"


@cache
def imported_by_tests() -> frozenset[str]:
    """Modules that some test file imports by name."""
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def covered() -> dict[str, Path]:
    """Modules that another test file covers: module -> test file (``tests/covered.toml``)."""
    listed = tomllib.loads((ROOT / "tests" / "covered.toml").read_text(encoding="utf-8"))
    return {module: ROOT / file for file, modules in listed.items() for module in modules}


def test_each_public_module_has_its_tests() -> None:
    """A test file that mirrors it, a test that imports it by name, or an entry that says which file covers it."""
    alone = [
        name
        for name, path in public_modules().items()
        if not own_test(path).exists() and name not in imported_by_tests() and name not in covered()
    ]
    assert not alone, "write a test file for it, or name the one that covers it in tests/covered.toml"


def test_the_list_of_covered_modules_is_true_and_no_longer_than_it_must_be() -> None:
    public = public_modules()
    assert not [name for name in covered() if name not in public]
    assert not [file for file in covered().values() if not file.exists()]
    assert not [name for name in covered() if own_test(public[name]).exists() or name in imported_by_tests()]


@cache
def large_functions() -> frozenset[str]:
    """Functions over :data:`LINES` lines (docstrings included) or :data:`ARGUMENTS` arguments, as ``file:name``."""
    found = set()
    for path in files().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                given = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                if (node.end_lineno or 0) - node.lineno + 1 > LINES or len(given) > ARGUMENTS:
                    found.add(f"{path.relative_to(ROOT).as_posix()}:{node.name}")
    return frozenset(found)


def test_functions_are_short_and_take_few_arguments() -> None:
    assert not large_functions() - EXCEPTIONS.keys()


def test_the_list_of_large_functions_is_no_longer_than_it_must_be() -> None:
    assert not EXCEPTIONS.keys() - large_functions()


def test_kernels_are_typed_and_say_what_they_do() -> None:
    poor = []
    for name, path in files().items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and {"compiled", "inlined"} & {
                d.id for d in node.decorator_list if isinstance(d, ast.Name)
            }:
                if node.returns is None or any(a.annotation is None for a in node.args.args):
                    poor.append(f"{name}.{node.name} is not typed")
                if not ast.get_docstring(node):
                    poor.append(f"{name}.{node.name} says nothing")
    assert not poor


#: Most names that more than one module gives to others (its ``__all__``) with different meanings. May only shrink. What
#: is left are commands and routes named as what they serve (``solve``, ``why``), the same question to each subject
#: (``evaluate``, ``explain``, ``json_schema``, ``repair``), keys of files (``Ward``, ``Request``), words of a search.
SHARED = 117


def test_a_public_name_means_one_thing() -> None:
    """``docs/glossary.md`` says what; the same definition in several modules is one meaning."""
    meanings: dict[str, set[str]] = {}
    for name, path in files().items():
        if path.name == "__init__.py" or any(part.startswith("_") for part in name.split(".")):
            continue
        body = ast.parse(path.read_text(encoding="utf-8")).body
        public: set[str] = set()
        defined: dict[str, str] = {}
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                defined[node.name] = name
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                defined |= {
                    t.id: ast.unparse(node.value).replace("npt.", "") for t in targets if isinstance(t, ast.Name)
                }
                if isinstance(targets[0], ast.Name) and targets[0].id == "__all__":
                    public = set(ast.literal_eval(node.value))
        for each in public & defined.keys():
            meanings.setdefault(each, set()).add(defined[each])
    shared = sorted(each for each, said in meanings.items() if len(said) > 1)
    assert len(shared) <= SHARED, f"name it otherwise: {shared}"
