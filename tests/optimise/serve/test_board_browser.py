"""The board in a real headless Chromium: sign in, send the workbook, plan, change, ask, plan again, download."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("openpyxl")

from openpyxl import load_workbook

from optimise.roster.formats.ward import Ward
from optimise.serve.client import Client
from optimise.serve.settings import Settings
from optimise.serve.store import Store
from tests.chromium import ALT, CTRL, Page, browser, found

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = found()
COST = "Number(document.querySelector('#cost').textContent)"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service") / "data"


@pytest.fixture(scope="module")
def service(data: Path) -> Iterator[tuple[str, str]]:
    """Address and token of a service that runs as its users start it."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    line = [sys.executable, "-m", "optimise", "serve", "--port", "0"]
    with (data.parent / "log").open("wb") as log:
        running = subprocess.Popen([*line, "--data", str(data)], stdout=subprocess.PIPE, stderr=log, text=True)
    assert running.stdout is not None
    address = running.stdout.readline().split()[3]
    token = running.stdout.readline().split()[-1]
    yield address, token
    running.terminate()
    running.wait(60)
    running.stdout.close()


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def page(service: tuple[str, str], downloads: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    assert CHROMIUM is not None
    with browser(CHROMIUM, tmp_path_factory.mktemp("chromium") / "profile") as made:
        made.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
        made.open(f"{service[0]}/")
        made.until("document.querySelector('#token')")
        made.eval("document.querySelector('#token').focus()")
        made.write(service[1])
        made.key("Enter")
        made.until("document.querySelector('#file')")
        yield made


def cell(row: int, column: int) -> str:
    return f'td[data-r="{row}"][data-c="{column}"]'


def word(page: Page, row: int, column: int) -> str:
    return str(page.eval(f"document.querySelector('{cell(row, column)}').textContent"))


def test_a_link_with_a_token_takes_nobodys_session_over(page: Page, data: Path) -> None:
    store = Store(Settings(data=data).address)
    token = store.new_token("south")
    store.close()
    page.eval(f"location.hash = '#token={token}'")
    page.call("Page.reload")
    page.until("document.querySelector('#file') && !location.hash")
    assert "Signed in as local" in page.text()


def test_a_ward_is_planned_changed_asked_about_planned_again_and_taken_along(
    page: Page, downloads: Path, tmp_path: Path
) -> None:
    book = Ward.load(ROOT / "examples" / "ward4x7.json").save(tmp_path / "ward.xlsx")
    page.choose("#file", book)
    page.click("#send")
    page.until("document.querySelector('#watch')")  # plan and bound are watched until the end
    page.until("!document.querySelector('#watch') && document.querySelector('#bound').textContent === '231'", 90)
    page.until(f"{COST} === 231")

    # a day off for somebody who works: by keyboard, with what it breaks
    row, column = page.eval(
        "(() => { const c = [...document.querySelectorAll('td[data-r]')].find((c) => /^[DN]$/.test(c.textContent));"
        " return [Number(c.dataset.r), Number(c.dataset.c)]; })()"
    )
    before = word(page, row, column)
    page.press(cell(row, column))
    page.until(f"document.activeElement === document.querySelector('{cell(row, column)}')")
    page.key("Delete")
    page.until(f"{COST} !== 231")
    assert word(page, row, column) == ""
    assert page.eval("document.querySelector('tfoot .short')?.getAttribute('aria-label')")
    page.key("z", CTRL)
    page.until(f"{COST} === 231")
    assert word(page, row, column) == before

    # dragged to somebody who is off that day, and back
    other = next(r for r in range(4) if r != row and word(page, r, column) in ("", "×"))
    page.drag(cell(row, column), cell(other, column))
    page.until(f"document.querySelector('{cell(other, column)}').textContent === {before!r}")
    assert word(page, row, column) in ("", "×")
    page.until(f"{COST} !== 231 || !document.querySelector('#usable.kept')")
    page.until("document.querySelectorAll('#broken li').length")
    page.click("#undo")
    page.until(f"{COST} === 231 && document.querySelector('#usable.kept')")

    # questions, the pin and the arrows
    page.press(cell(row, column))
    page.key("c", ALT)
    page.until("document.querySelector('#answer')")
    asked = page.eval("document.querySelector('#answer').closest('.panel').innerText")
    name = page.eval(f"document.querySelector('{cell(row, column)}').closest('tr').querySelector('th').firstChild.data")
    assert "Who can cover?" in asked
    assert name in asked  # people by name, as in the grid
    assert not re.search(r"\bRN\d", asked)
    page.key("p", ALT)
    page.until(f"document.querySelector('{cell(row, column)}').classList.contains('pin')")
    page.key("p", ALT)
    page.until(f"!document.querySelector('{cell(row, column)}').classList.contains('pin')")
    page.key("p", ALT)
    page.until(f"document.querySelector('{cell(row, column)}').classList.contains('pin')")
    page.key("ArrowRight")
    page.until("document.activeElement.matches('td[data-r]')")
    assert page.eval("document.activeElement.getAttribute('aria-label')")

    # sick in one gesture: a new job, compared with the plan before
    first = page.eval("location.hash")
    page.key("s", ALT)
    page.until(f"location.hash !== {first!r}", 30)
    page.until(
        "!document.querySelector('#watch') || /cost [0-9]/.test(document.querySelector('#progress-line')?.textContent)",
        90,
    )
    page.eval("document.querySelector('#finish')?.click()")  # this plan is taken over
    page.until("document.querySelector('#differences') && !document.querySelector('#watch')", 90)
    page.until("document.querySelector('#cost').textContent")
    assert page.eval("document.querySelectorAll('td.leave').length")

    # taken along
    page.click("#workbook")
    waited = time.monotonic() + 30
    while not (books := list(downloads.glob("*.xlsx"))) and time.monotonic() < waited:
        time.sleep(0.05)
    assert "Roster" in load_workbook(books[0]).sheetnames
    assert page.eval("document.querySelector('[role=alert]').textContent") == ""
    assert page.errors == []


def test_a_patient_is_moved_put_back_and_a_room_is_closed(page: Page, service: tuple[str, str]) -> None:
    with Client(*service) as client:
        job = client.submit(ROOT / "examples" / "beds6.json", seconds=60, method="highs")
        *_, last = client.watch(job)
    assert last["summary"]["cost"] == 28
    page.eval(f"location.hash = '#/job/{job}'")
    page.until(f"document.querySelector('.bar') && {COST} === 28")
    page.drag(".bar[data-id='P4']", "[data-room='0'] .beds")
    page.until(f"{COST} !== 28")
    page.eval("location.hash = '#/'")  # what was done by hand is there when one comes back
    page.until("document.querySelector('#send')")
    page.eval(f"location.hash = '#/job/{job}'")
    page.until(f"document.querySelector('.bar') && {COST} && {COST} !== 28")
    page.click("#undo")
    page.until(f"{COST} === 28")
    page.press(".bar[data-id='P4']")
    page.until("document.activeElement.dataset.id === 'P4'")
    page.key(" ")
    page.key("ArrowDown")  # into the only bed of M2, where somebody lies
    page.until("document.querySelector('#usable.hard')")
    page.until("/M2/.test(document.activeElement.getAttribute('aria-label'))")
    page.key("Escape")
    page.until(f"{COST} === 28 && document.querySelector('#usable.kept')")
    page.press("[data-head='0']")
    page.key("b", ALT)
    page.until(f"!location.hash.includes({job!r})")
    page.until("document.querySelector('#differences') && !document.querySelector('#watch')", 90)
    assert page.eval("document.querySelectorAll('.beds.closed').length") == 5
    assert page.errors == []


def test_the_page_keeps_no_token(page: Page, service: tuple[str, str]) -> None:
    kept = page.eval("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, location.href])")
    assert service[1] not in kept
    assert page.eval("document.cookie") == ""
    assert service[1] not in page.eval("document.documentElement.outerHTML")
