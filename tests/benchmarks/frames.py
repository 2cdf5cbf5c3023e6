"""What the board's page works for each gesture: ``python -m tests.benchmarks.frames``.

A ward of 60 people and 5 weeks and a hospital of 600 patients in a headless Chromium: arrows over the grid, a shift
set and taken back, a patient moved. Told are milliseconds of the main thread's own processor time a gesture
(``Performance.setTimeDomain``), scripts, styles and layout together, which a busy machine does not stretch, and frame
times on the wall (95th percentile and worst), which it does. A gesture below 16 ms fits into a frame.
"""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from optimise.generate import ward
from optimise.serve.client import Client
from tests.benchmarks.service import Server, waited
from tests.chromium import Page, browser, found

FILE = Path(__file__).parent / "results" / "frames.csv"
TIMES = 40
_WATCH = """
window.frames_seen = []; (function tick(last) { requestAnimationFrame((now) => {
  if (last) window.frames_seen.push(now - last); tick(now); }); })(0); 0
"""


def measured(page: Page, gesture: Callable[[int], None], times: int = TIMES) -> list[str]:
    """Processor milliseconds of a gesture, and frame times: 95th percentile and worst."""
    gesture(0)
    page.eval("window.frames_seen = []; 0")
    before = page.metrics()["TaskDuration"]
    for k in range(times):
        gesture(k)
        page.eval("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
    used = 1e3 * (page.metrics()["TaskDuration"] - before) / times
    seen = np.array(page.eval("window.frames_seen"))
    return [f"{used:.1f}", f"{np.percentile(seen, 95):.0f}", f"{seen.max():.0f}"]


def roster(page: Page) -> list[list[str]]:
    """Gestures on a roster."""
    page.until("document.querySelector('td[data-r]') && document.querySelector('#cost').textContent", 120)
    page.eval(_WATCH)
    page.press("td[data-r='30'][data-c='10']")
    keys = ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft")
    rows = [["ward 60 x 35", "arrow", *measured(page, lambda k: page.key(keys[k % 4]))]]
    cells = "[...document.querySelectorAll('td[data-r]')]"
    shown = page.eval(f"{cells}.find((c) => /^[A-Z]$/.test(c.textContent)).textContent")
    words = ("Delete", str(shown).lower())
    return [*rows, ["ward 60 x 35", "shift", *measured(page, lambda k: page.key(words[k % 2]))]]


def beds(page: Page) -> list[list[str]]:
    """Gestures on a board of beds."""
    page.until("document.querySelector('.bar') && document.querySelector('#cost').textContent", 120)
    page.eval(_WATCH)
    page.press(".bar")
    keys = ("ArrowRight", "ArrowLeft")
    rows = [["hospital of 600", "arrow", *measured(page, lambda k: page.key(keys[k % 2]))]]

    def moved(k: int) -> None:
        page.key(" ")
        page.key("ArrowDown" if k % 2 else "ArrowUp")
        page.key("Escape")

    return [*rows, ["hospital of 600", "move and back", *measured(page, moved, TIMES // 2)]]


def _hospital(file: Path) -> Path:
    """A made-up hospital of 600 patients in 4 weeks, as a file."""
    line = [sys.executable, "-m", "optimise", "generate", "hospital", "--size", "600", "--weeks", "4", "-o", str(file)]
    subprocess.run(line, check=True, capture_output=True)
    return file


def main() -> int:
    """Measure, print and write the table."""
    path = found()
    if path is None:
        print("no Chromium on this machine", file=sys.stderr)
        return 2
    rows: list[list[str]] = [["problem", "gesture", "ms of processor", "frame p95 ms", "worst frame ms"]]
    with tempfile.TemporaryDirectory(prefix="wardwise-") as place:
        server = Server(Path(place) / "data")
        (Path(place) / "data").mkdir()
        server.start()
        try:
            token = server.token("north")
            with browser(path, Path(place) / "profile") as page, Client(server.address, token) as client:
                page.call("Performance.disable")
                page.call("Performance.setTimeDomain", timeDomain="threadTicks")
                page.call("Performance.enable")
                page.open(f"{server.address}/")
                page.until("document.querySelector('#token')")
                page.eval("document.querySelector('#token').focus()")
                page.write(token)
                page.key("Enter")
                page.until("document.querySelector('#file')")
                for document, method, measure in (
                    (ward(60, days=35, seed=1).to_dict(), "parallel-search", roster),
                    (_hospital(Path(place) / "hospital.json"), "hospital", beds),
                ):
                    job = client.submit(document, seconds=20, method=method)
                    waited(client, job)
                    page.eval(f"location.hash = '#/job/{job}'")
                    rows += measure(page)
                    print(*rows[-2:], sep="\n", flush=True)
        finally:
            server.kill(signal.SIGTERM)
    with FILE.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
