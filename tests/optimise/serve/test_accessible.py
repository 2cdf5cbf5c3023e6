"""Board and report by axe-core in Chromium: nothing that it calls serious or critical.

Needs ``npm ci`` in ``optimise/serve/board`` beside Chromium.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

import optimise
from optimise.core.method import Limits
from optimise.generate import hospital
from optimise.report import write_html
from optimise.serve.client import Client
from tests.chromium import ALT, Page, browser, found

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "optimise" / "serve" / "board" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = found()


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical, with the element."""
    page.eval(AXE.read_text(encoding="utf-8") + "; 0")
    made: dict[str, Any] = page.eval("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for rule in made["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"][:3]
    ]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    if not AXE.is_file():
        pytest.skip("no axe-core here: npm ci in optimise/serve/board")
    with browser(CHROMIUM, tmp_path_factory.mktemp("chromium") / "profile") as made:
        yield made


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    data = tmp_path_factory.mktemp("service") / "data"
    line = [sys.executable, "-m", "optimise", "serve", "--port", "0", "--data", str(data)]
    with (data.parent / "log").open("wb") as log:
        running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True)
    assert running.stdout is not None
    yield running.stdout.readline().split()[3], running.stdout.readline().split()[-1]
    running.terminate()
    running.wait(60)
    running.stdout.close()


def test_the_board_has_no_serious_fault(page: Page, service: tuple[str, str]) -> None:
    with Client(*service) as client:
        ward = client.submit(ROOT / "examples" / "ward4x7.json", seconds=60, method="highs")
        beds = client.submit(ROOT / "examples" / "beds6.json", seconds=60, method="highs")
        for job in (ward, beds):
            *_, last = client.watch(job)
            assert "state" in last
            assert last["state"] == "finished"
    page.open(f"{service[0]}/")
    page.until("document.querySelector('#token')")
    told = {"sign in": faults(page)}
    page.eval("document.querySelector('#token').focus()")
    page.write(service[1])
    page.key("Enter")
    page.until("document.querySelector('#file')")
    told["plans"] = faults(page)
    page.eval(f"location.hash = '#/job/{ward}'")
    page.until("document.querySelector('td[data-r]') && document.querySelector('#cost').textContent")
    page.press("td[data-r='0'][data-c='0']")
    page.key("c", ALT)
    page.until("document.querySelector('#answer')")
    told["roster"] = faults(page)
    page.eval(f"location.hash = '#/job/{beds}'")
    page.until("document.querySelector('.bar') && document.querySelector('#cost').textContent")
    told["beds"] = faults(page)
    assert {place: each for place, each in told.items() if each} == {}


@pytest.mark.parametrize("subject", ["ward", "hospital"])
def test_a_report_has_no_serious_fault(page: Page, tmp_path: Path, subject: str) -> None:
    problem = optimise.read(ROOT / "examples" / "ward4x7.json") if subject == "ward" else hospital(20, days=7, seed=1)
    result = optimise.solve(problem, "highs" if subject == "ward" else "hospital", limits=Limits(seconds=5))
    file = write_html(result, problem, tmp_path / "report.html")
    page.open(file.as_uri())
    page.until("document.querySelector('h1')")
    assert faults(page) == []


def test_a_fault_that_is_there_is_found(page: Page) -> None:
    page.open("data:text/html,<html lang=en><title>x</title><main><h1>x</h1><img src=x></main>")
    page.until("document.querySelector('img')")
    assert [fault.partition(" ")[0] for fault in faults(page)] == ["image-alt"]
