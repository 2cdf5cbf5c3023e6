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
