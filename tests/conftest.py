"""Shared fixtures. The public benchmark files are found, never shipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def benchmark_root() -> Path | None:
    """Folder of the public benchmark families, or None."""
    named = os.environ.get("WARDWISE_DATA")
    for folder in ([Path(named)] if named else []) + [ROOT.parent / "shared" / "benchmarks"]:
        if (folder / "curtois").is_dir():
            return folder
    return None


@pytest.fixture(scope="session")
def benchmarks() -> Path:
    """Folder of the benchmark families; skips when they are not on this machine."""
    folder = benchmark_root()
    if folder is None:
        pytest.skip("public benchmark files not found: set WARDWISE_DATA or place them in ../shared/benchmarks")
    return folder
