"""Pages tell the truth: their code runs, and what they name is there.

A block after ``<!-- not run: REASON -->`` is left out. YAML or JSON with a title is written to a file of that name.
YAML without is a piece of a ward and is read together with ``examples/minimal.yaml``. Blocks of a page run in order in
one folder, neighbours of one language together. A text block holds lines that the block before it prints.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import optimise
from optimise.cli.app import app
from optimise.formats.document import Document
from tests.warm import warm_commands

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").rglob("*.md"))
DESIGNS = sorted(file for top in ("optimise", "hpc", "quantum") for file in (ROOT / top).rglob("DESIGN.md"))
FRONT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md")]
PAGES = [*FRONT, *DOCS, *DESIGNS]

#: Pages whose blocks are not run here, and why.
NOT_RUN = {
    "docs/cluster.md": "needs Slurm: tests/slurm/test_page.py runs it, tests/hpc/test_cluster_page.py reads it",
}
#: Pages whose commands are each a new process, as they are for a reader, and why.
COLD = {
    "docs/tutorials/service.md": "workers of a service are started by the interpreter that serves",
    "docs/how-to/same-plan-again.md": "two processes must agree whatever their order of hashes",
    "docs/tutorials/ward.md": "the way of a first user",
}
#: Design pages that may be longer than the others.
LONG = {"quantum/DESIGN.md"}
#: Blocks in these languages are files where they have a title.
DATA = ("yaml", "json")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its title, its text."""

    language: str
    title: str
    text: str


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Blocks of a page that are meant to run."""
    fence = r'(<!-- not run: .+? -->\n)?^```(bash|python|yaml|json|text)(?: title="(.+?)")?\n(.*?)^```'
    for match in re.finditer(fence, page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        if not match[1]:
            yield Block(match[2], match[3] or "", match[4])


def running(page: Path) -> bool:
    return name_of(page) not in NOT_RUN and any(block.language in ("bash", "python") for block in blocks(page))


def plain(line: str) -> str:
    """A printed line without its spacing and without seconds, which differ from run to run."""
    return re.sub(r"\b\d+\.\d+ s\b", "# s", " ".join(line.split()))


def environment(*folders: Path) -> dict[str, str]:
    """What the blocks of a page see: programs of these folders first, and every warning an error."""
    path = os.pathsep.join([*map(str, folders), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="module")
def warm() -> Iterator[Path | None]:
    """Folder of the warm ``wardwise``; None where coverage is measured, which wants processes of their own."""
    if any(name.startswith("COVERAGE") for name in os.environ):
        yield None
        return
    with warm_commands(environment()) as folder:
        yield folder


@pytest.mark.timeout(900)  # the first run on a machine compiles kernels
@pytest.mark.parametrize("page", [page for page in DOCS if running(page)], ids=name_of)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path, warm: Path | None) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    folder = None if name_of(page) in COLD else warm
    env = environment() if folder is None else environment(folder)
    python = sys.executable if folder is None else str(folder / "wardwise")
    wanted = [block for block in blocks(page) if block.language not in DATA or block.title]
    printed: list[str] = []
    for (language, title), group in groupby(wanted, key=lambda block: (block.language, block.title)):
        text = "".join(block.text for block in group)
        if language == "text":
            unsaid = [line for line in text.splitlines() if plain(line) not in printed]
            assert not unsaid, f"not printed: {unsaid}\n{chr(10).join(printed)}"
            continue
        if language in DATA:
            (tmp_path / title).write_text(text, encoding="utf-8")
            continue
        command = ["bash", "-euo", "pipefail", "-c", text] if language == "bash" else [python, "-c", text]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=800, check=False)
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        printed = [plain(line) for line in (done.stdout + done.stderr).splitlines()]


def pieces() -> list[Any]:
    found = [(page, block) for page in DOCS for block in blocks(page) if block.language == "yaml" and not block.title]
    return [pytest.param(block.text, id=f"{page.stem}-{number}") for number, (page, block) in enumerate(found)]


@pytest.mark.parametrize("piece", pieces())
def test_a_piece_of_a_ward_is_understood(piece: str, tmp_path: Path) -> None:
    base = ROOT / "examples" / "minimal.yaml"
    ward = Document.parse(base.read_text(encoding="utf-8"), base).data
    for key, value in Document.parse(piece, base).data.items():
        if isinstance(value, list):
            ward[key] = [*ward.get(key, ()), *value]
        else:
            ward[key] = value
    file = tmp_path / "ward.json"
    file.write_text(json.dumps(ward), encoding="utf-8")
    optimise.read(file)


def commands() -> list[tuple[str, str]]:
    """Every line of a page that calls the command: page and line."""
    found = []
    for page in [*FRONT, *DOCS]:
        for text in re.findall(r"^```bash\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            found += [(name_of(page), line) for line in re.findall(r"wardwise ([a-z][^#&|>\n]*)", text)]
    return found


def test_every_option_that_a_page_shows_is_one_of_the_command() -> None:
    helps: dict[tuple[str, ...], str] = {}
    for page, line in commands():
        words = line.partition(" -- ")[0].split()
        path = tuple(words[: 2 if words[0] in ("slurm", "capacity") else 1])
        if path not in helps:
            helps[path] = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*path, "--help"]).output
        known = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", helps[path]))
        unknown = [word for word in words[len(path) :] if word.startswith("-") and word not in known]
        assert not unknown, f"{page}: wardwise {line}: {unknown}"


def test_a_design_page_is_short() -> None:
    words = {name_of(page): len(page.read_text(encoding="utf-8").split()) for page in DESIGNS}
    assert not {page: count for page, count in words.items() if count > 600 and page not in LONG}


def test_every_room_has_a_design_page() -> None:
    rooms = [
        folder for top in ("optimise", "hpc") for folder in (ROOT / top).iterdir() if (folder / "__init__.py").exists()
    ]
    assert not [name_of(room) for room in rooms if not (room / "DESIGN.md").exists()]


def module_file(dotted: str) -> tuple[Path | None, list[str]]:
    """The file of the longest prefix that is a module, and what is left of the name."""
    place, rest = ROOT, dotted.split(".")
    found: Path | None = None
    while rest:
        inside = place / rest[0]
        if inside.is_dir():
            place, found = inside, inside / "__init__.py"
        elif inside.with_suffix(".py").is_file():
            return inside.with_suffix(".py"), rest[1:]
        else:
            break
        rest = rest[1:]
    return found, rest


def absent(page: Path) -> list[str]:
    """What a page names and the project does not have."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    missing = []
    for said in re.findall(r"`([^`\n]+)`", text):
        if re.fullmatch(r"(optimise|hpc|quantum|tests|docs|examples|slurm|\.ci)/[\w./-]*", said):
            missing += [said] if not (ROOT / said).exists() else []
        elif re.fullmatch(r"(optimise|hpc|quantum)(\.\w+)+", said):
            file, rest = module_file(said)
            source = file.read_text(encoding="utf-8") if file and file.exists() else ""
            missing += [said] if len(rest) > 2 or any(not re.search(rf"\b{word}\b", source) for word in rest) else []
    return missing


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_paths_and_modules_of_a_page_exist(page: Path) -> None:
    if name_of(page) != "docs/benchmarks/log.md":
        assert not absent(page)


@pytest.mark.parametrize("page", [page for page in DESIGNS if "quantum" not in page.parts], ids=name_of)
def test_modules_in_the_tables_of_a_design_page_exist(page: Path) -> None:
    missing = []
    for cell in re.findall(r"^\| (`[^|]+`) \|", page.read_text(encoding="utf-8"), re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", cell):
            if re.fullmatch(r"[a-z][a-z0-9_]*(\.py)?", name):
                inside = page.parent / name
                missing += [name] if not (inside.exists() or inside.with_suffix(".py").exists()) else []
    assert not missing


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", head).strip().lower()) for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        place = page.parent / file if file else page
        if place.parent.name == "reference" and place.name in {"command.md", "files.md", "messages.md"}:
            continue  # made when the site is built
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), target


def test_the_index_of_questions_lists_every_page() -> None:
    folder = ROOT / "docs" / "how-to"
    listed = re.findall(r"^- \[.+\]\(([\w-]+\.md)\)", (folder / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted([*listed, "index.md"]) == sorted(file.name for file in folder.glob("*.md"))


def test_a_question_says_where_it_was_asked() -> None:
    pages = [file for file in (ROOT / "docs" / "how-to").glob("*.md") if file.name != "index.md"]
    asked = re.compile(r"^Asked at: <https?://[^ >]+>(, <https?://[^ >]+>)*$", re.MULTILINE)
    assert not [page.name for page in pages if len(asked.findall(page.read_text(encoding="utf-8"))) != 1]


def test_the_readme_is_short_and_plain() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^(\||<!--).*$", "", text, flags=re.MULTILINE)
    sentences = re.split(r"[.:?!](?:\s|$)|\n\n|\n- ", prose)
    assert not [sentence for sentence in sentences if len(sentence.split()) > 40]


def test_the_benchmark_pages_say_what_the_data_say() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.log", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
