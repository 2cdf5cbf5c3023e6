"""The end-to-end example runs on the shipped data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_trust_goes_from_data_to_report(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "WARDWISE_DATA"}
    options = ["--weeks", "1", "--scenarios", "4", "--seconds", "5", "--roster-seconds", "0", "--output", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "trust.py"), *options],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    assert "two-stage" in done.stdout
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 4
    assert "Beds to open" in page
