"""The README's own Python examples pass ``mypy --strict`` without a cast."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.timeout(600)
def test_the_examples_of_the_readme_are_typed(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    names = []
    for number, block in enumerate(blocks):
        names.append(str(tmp_path / f"example{number}.py"))
        Path(names[-1]).write_text(block)
    settings = ["--strict", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    made = subprocess.run(
        [sys.executable, "-m", "mypy", *settings, *names], cwd=ROOT, capture_output=True, text=True, timeout=590
    )
    assert made.returncode == 0, made.stdout + made.stderr
