"""The cluster that the tests marked ``slurm`` share, and the figures that they measure."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cluster import Cluster, Unavailable

_FIGURES: list[str] = []


@pytest.fixture(scope="session")
def figure() -> Callable[[str], None]:
    """Note a measured figure; all are printed at the end of the run."""
    return _FIGURES.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FIGURES:
        terminalreporter.section("measured on a real Slurm")
        for line in _FIGURES:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real Slurm of four nodes; skips, saying why, where none can be started."""
    made = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        made.start()
    except Unavailable as error:
        pytest.skip(f"no Slurm here: {error}")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("SLURM_", "PMI"))]:
            patch.delenv(name)
        for name, value in {**made.env, "PATH": path, "WARDWISE_SLURM_POLL": "0.5"}.items():
            patch.setenv(name, value)
        try:
            yield made
        finally:
            made.stop()
