"""The tutorial runs as a researcher runs it, and what it prints is true."""

import os
import re
import subprocess
import sys

from tests.conftest import ROOT


def test_the_tutorial_runs_and_agrees_with_itself():
    done = subprocess.run(
        [sys.executable, "examples/quantum_tutorial.py"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = re.search(r"expected cost: Qiskit ([-\d.]+), ours ([-\d.]+)", done.stdout)
    assert found is not None
    assert found[1] == found[2]
    assert "hard rules broken 0" in done.stdout
    chance, guess = re.search(r"probability ([\d.]+); guessing ([\d.]+)", done.stdout).groups()
    assert float(chance) > float(guess)


PAGES = (
    "README.md", "docs/faq.md", "docs/tutorials/quantum.md", "docs/concepts/quantum.md", "docs/how-to/qaoa-and-highs.md"
)  # fmt: skip


def test_pages_state_one_verdict():
    """Pages say who was ahead; a win is what a study's sign test calls one."""
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8").replace("**", "")
        assert re.search(
            r"[Tt]he classical side was ahead\]?(\(\S+\))? in every study so far, and no advantage", text
        ), page
        assert "classical side wins" not in text, page
