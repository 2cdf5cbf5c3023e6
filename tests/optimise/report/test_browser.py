"""The report in a real headless Chromium: it opens, complains of nothing, and shows the whole plan."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.report import write_html
from tests import axe
from tests.chromium import QUIET, browser, found

pytestmark = pytest.mark.browser

LOUD = [*QUIET, "--enable-logging=stderr"]


@pytest.fixture(scope="module")
def chromium() -> str:
    path = found()
    if path is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    return path


def opened(chromium: str, file: Path, profile: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [chromium, *LOUD, f"--user-data-dir={profile}", *more, file.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.mark.parametrize("kind", ["ward", "hospital"])
def test_the_page_opens_without_a_console_error(
    chromium: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    problem, result = request.getfixturevalue(kind)
    file = write_html(result, problem, tmp_path / "report.html")
    done = opened(chromium, file, tmp_path / "profile", "--dump-dom")
    assert "CONSOLE" not in done.stderr
    assert problem.name.split()[0] in done.stdout


def test_the_grid_on_the_page_has_as_many_cells_as_the_plan(
    chromium: str, ward: tuple[Problem, Result], tmp_path: Path
) -> None:
    problem, result = ward
    file = write_html(result, problem, tmp_path / "report.html")
    page = opened(chromium, file, tmp_path / "profile", "--dump-dom").stdout
    assert len(re.findall(r'<td class="c[ "]', page)) == 3 * 42


def test_it_prints_to_a4(chromium: str, ward: tuple[Problem, Result], tmp_path: Path) -> None:
    problem, result = ward
    file = write_html(result, problem, tmp_path / "report.html")
    target = tmp_path / "report.pdf"
    opened(chromium, file, tmp_path / "profile", f"--print-to-pdf={target}", "--no-pdf-header-footer")
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", target.read_bytes())
    assert boxes
    for width, height in boxes:  # points; A4 landscape is 842 x 595
        assert float(width) == pytest.approx(842, abs=2)
        assert float(height) == pytest.approx(595, abs=2)


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = axe.fetched(tmp_path_factory.mktemp("axe"))
    if made is None:
        pytest.skip("axe-core cannot be had here: it comes from the npm registry")
    return made


@pytest.mark.parametrize("kind", ["ward", "hospital"])
def test_axe_finds_no_serious_fault(
    chromium: str, script: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    problem, result = request.getfixturevalue(kind)
    file = write_html(result, problem, tmp_path / "report.html")
    with browser(chromium, tmp_path / "profile") as page:
        page.open(file.as_uri())
        page.until("document.readyState === 'complete' && document.querySelector('main, table')")
        assert axe.serious(page, script) == []


def test_axe_would_see_a_fault(chromium: str, script: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.html"
    file.write_text("<!DOCTYPE html><title>x</title><img src=''><p style='color:#ccc;background:#fff'>pale</p>")
    with browser(chromium, tmp_path / "profile") as page:
        page.open(file.as_uri())
        page.until("document.readyState === 'complete' && document.querySelector('p')")
        found = {line.partition(" ")[0] for line in axe.serious(page, script)}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= found


def test_a_console_error_would_be_seen(chromium: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.html"
    file.write_text("<!DOCTYPE html><title>x</title><script>undefined_function()</script>")
    assert "CONSOLE" in opened(chromium, file, tmp_path / "profile", "--dump-dom").stderr
