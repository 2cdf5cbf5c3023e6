"""The board that is shipped is the one that its sources build, byte for byte; its words stand in the catalogue."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

BOARD = Path(__file__).resolve().parents[3] / "optimise" / "serve" / "board"
SOURCES = sorted((BOARD / "src").rglob("*.ts*"))
LONGEST = 400


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with their packages; skips where there is no Node, or no registry to take them from."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        pytest.skip("no node and npm on this machine")
    made = tmp_path_factory.mktemp("board") / "board"
    shutil.copytree(BOARD, made, ignore=shutil.ignore_patterns("node_modules", "built"))
    if (BOARD / "node_modules").is_dir():
        (made / "node_modules").symlink_to(BOARD / "node_modules")
        return made
    try:
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=made,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm had the board's packages not within two minutes")
    if done.returncode:
        pytest.skip(f"npm could not install the board's packages: {done.stderr[-300:]}")
    return made


def test_the_sources_build_what_is_shipped(place: Path) -> None:
    subprocess.run(["node", "build.mjs", "made"], cwd=place, check=True, timeout=60)
    shipped = {file.name: file.read_bytes() for file in (BOARD / "built").iterdir()}
    made = {file.name: file.read_bytes() for file in (place / "made").iterdir()}
    assert made.keys() == shipped.keys()
    assert [name for name in made if made[name] != shipped[name]] == [], "npm run build in optimise/serve/board"


def test_the_sources_are_typed_strictly(place: Path) -> None:
    compiler = place / "node_modules" / "typescript" / "bin" / "tsc"
    done = subprocess.run(["node", compiler, "--noEmit"], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_board_loads_nothing_from_elsewhere() -> None:
    for file in (BOARD / "built").glob("board.*"):
        found = set(re.findall(r"https?://[\w.]+", file.read_text(encoding="utf-8")))
        assert found <= {"http://www.w3.org"}, file.name  # names of SVG and MathML, which nobody fetches


def test_every_word_of_the_catalogue_is_used_and_none_stands_in_the_sources() -> None:
    words = json.loads((BOARD / "texts" / "en.json").read_text(encoding="utf-8"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    assert [key for key in words if f'"{key}"' not in text and not key.startswith("state_")] == []
    for file in SOURCES:
        found = re.findall(r">\s*([A-Za-z][\w ]*[.?!]?)\s*</", file.read_text(encoding="utf-8"))
        assert found == [], file.name


def test_files_are_short() -> None:
    assert [file.name for file in SOURCES if len(file.read_text(encoding="utf-8").splitlines()) > LONGEST] == []
