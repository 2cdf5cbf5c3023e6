"""Pages are spelt well, in short sentences, and without words that only the workshop knows."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VOCABULARY = ROOT / "tests" / "vocabulary.txt"
FRONT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md")]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
DESIGNS = sorted(file for top in ("optimise", "hpc", "quantum") for file in (ROOT / top).rglob("DESIGN.md"))
PAGES = [*FRONT, *DOCS, *DESIGNS]
MADE = {"docs/benchmarks/log.md"}  # its cells are notes of experiments
MOST_WORDS, MOST_WORDS_README = 45, 40
#: Names that parts had in the workshop; the field has others.
PRIVATE = ("workplace", "laborator", "rehears", "canvas", "overcommit", "warm rank", "this session", "sandbox")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def sentences(page: Path) -> list[str]:
    """Sentences and items of lists, without code, tables, pictures and addresses of links."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^\s*(\||<!--|:::|!\[|\$\$|`\w+` >).*$", "\n", text, flags=re.MULTILINE)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.split(r"[.:;?!](?:[)\"*]*)(?:\s|$)|\n\s*\n|\n\s*(?:[-*]|\d+\.) |\n#+ ", text)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_sentence_is_long(page: Path) -> None:
    most = MOST_WORDS_README if page.name == "README.md" else MOST_WORDS
    assert name_of(page) in MADE or not [" ".join(one.split()) for one in sentences(page) if len(one.split()) > most]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_private_word_is_used(page: Path) -> None:
    text = page.read_text(encoding="utf-8").lower()
    assert name_of(page) in MADE or not [word for word in PRIVATE if word in text]


@pytest.mark.skipif(
    find_spec("codespell_lib") is None, reason='codespell is not installed: pip install "wardwise[dev]"'
)
def test_pages_are_spelt_well() -> None:
    command = [sys.executable, "-m", "codespell_lib", "--ignore-words", str(VOCABULARY), *map(str, PAGES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
