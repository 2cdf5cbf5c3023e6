"""The page on writing a bed rule: its programs run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
PAGE = ROOT / "docs" / "write-a-bed-rule.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def run(code: str, folder: Path) -> str:
    (folder / "examples").symlink_to(ROOT / "examples")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("block", "said"), list(zip(BLOCKS, ("nights", "does not know FewMen (priced)"))))
def test_a_program_runs_and_says_what_the_page_says(block: str, said: str, tmp_path: Path) -> None:
    assert said in run(block, tmp_path)


def test_both_rules_are_proven(tmp_path: Path) -> None:
    assert not run("\n".join(block.partition("register_rule(")[0] for block in BLOCKS), tmp_path)
